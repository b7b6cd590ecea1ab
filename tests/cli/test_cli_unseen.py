"""What others read of ours: JSON, and code that is written; nothing in it is unseen."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow.cli.documents import write_json


def document(text: str, encoding: str) -> bytes:
    """What is printed of a document, in an encoding."""
    written = io.BytesIO()
    output = io.TextIOWrapper(written, encoding, newline="\n")
    with redirect_stdout(output):
        write_json({"text": text})
    output.flush()
    return written.getvalue()


@given(st.text(st.characters()))
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_json_says_everything_and_hides_nothing(encoding: str, text: str) -> None:
    """Escapes stand for whatever is not seen; half a pair of surrogates breaks nothing."""
    printed = document(text, encoding).decode(encoding)
    assert json.loads(printed) == {"text": text}
    assert all(line.isprintable() for line in printed.split("\n"))


def test_json_shows_what_can_be_seen() -> None:
    """Chinese is not escaped where it can be printed."""
    assert "预算".encode() in document("预算\u202e", "utf-8")


@given(st.lists(st.sampled_from(["##", "#", "[", "error", "vso.x", "]", "预", "\\", "\u202e"])))
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_build_obeys_json(encoding: str, parts: list[str]) -> None:
    """A command of a build is one wherever in a line it stands, so none is printed as it is."""
    text = "".join(parts)
    printed = document(text, encoding).decode(encoding)
    assert json.loads(printed) == {"text": text}
    assert not re.search(r"##\w*\[", printed)
