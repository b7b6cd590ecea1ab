"""What assertions tell, where strangers have typed a part of it."""

from __future__ import annotations

import pytest

from dealflow.testing import assert_moves, deal_at
from dealflow.testing.explain import report
from tests._playbooks import guard, playbook, step


def test_lines_of_a_report_stay_lines() -> None:
    """However many there seem to be in a text."""
    assert report(["a\nb", "  ✓ c", "\x1b[2K"]) == "a b\n  \\✓ c\n\\x1b[2K"


def test_nothing_is_proposed_where_nothing_would_do() -> None:
    """A way that no deal can go has no smallest change, and none is told."""
    never = guard("never", "known(need.real) and missing(need.real)")
    deal = deal_at(playbook(step("talk", "never"), guards=[never]), "talk")
    with pytest.raises(AssertionError) as failed:
        assert_moves(deal)
    assert "It would have passed" not in str(failed.value)
