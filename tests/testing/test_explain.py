"""What assertions tell, where strangers have typed a part of it."""

from __future__ import annotations

from dealflow.testing.explain import report


def test_lines_of_a_report_stay_lines() -> None:
    """However many there seem to be in a text."""
    assert report(["a\nb", "  ✓ c", "\x1b[2K"]) == "a b\n  \\✓ c\n\\x1b[2K"
