"""All kinds of file: a wrong value anywhere is told once, at its place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow.backtest import file as mapping_file
from dealflow.exceptions import Problem
from dealflow.forms import Form
from dealflow.playbook import data as playbook_data
from dealflow.scripts import form as script_file
from dealflow.trail import encode, events, forms
from tests import _trails as make
from tests._backtests import RICH
from tests._playbooks import copied, full_data

SCRIPT = """
format = 1
playbook = "seven_step"
title = { en = "A", zh = "a" }
story = { en = "A", zh = "a" }
lines = []
[deal]
id = "D-1"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
amount = "48000 EUR"
title = "x"
[contacts.ruth]
name = "Ruth Okafor"
title = "CFO"
kind = "person"
roles = ["economic_buyer"]
influence = "high"
response_mode = "growth"
rating = 2
"""
HEAD = 'at = 2026-03-02T10:00:00Z\nby = "omar"\ncomment = { en = "A", zh = "a" }\n'
SPOKEN = 'said_at = 2026-03-02T09:30:00Z\ninteraction = "c"\n'
LINES = [
    'meet = { kind = "call", with = ["ruth"], channel = "x", id = "c", spoke = "us" }',
    f'who = "r"\nsays = "x"\nasks = "x"\nabout = "k"\nvia = "k"\nfirst_hand = false\n{SPOKEN}',
    f'document = "x"\nsays = "x"\nabout = "k"\n{SPOKEN}',
    f'observe = "x"\nabout = "k"\n{SPOKEN}',
    'contact = { id = "ruth", name = "Ruth", roles = ["coach"], rating = 1 }',
    'amount = "1 EUR"\nreason = "x"',
    'reason = "x"\nwithdraw = { who = "ruth", fact = "fit.size", about = "x", document = "x" }',
    'waive = "timely"\nauthority = "Max"\nreason = "x"\nuntil = 2026-04-01T00:00:00Z',
    'move = "advance"\nto = "qualification"\nexpect.refused = ["timely"]\nexpect.step = "x"',
    'move = "lose"\nto = "rival"\nrival = "x"\nreason = "x"\nexpect.outcome = "lost"',
    'move = "step_back"\nto = "x"\nreason = "x"\nexpect.verdict = "ask"',
    'answer = "x"\nwho = "ruth"\nsays = "x"\nasks = "x"\nvia = "x"\nfirst_hand = true',
]


WAIVED = events.Waived("timely", "Max", "x", make.NOON)


def toml(text: str) -> Any:
    """The data of a text."""
    return tomllib.loads(text)


KINDS: list[tuple[Form[Any], dict[str, Any]]] = [
    (playbook_data._form(("en", "zh")), full_data()),
    (mapping_file._FORM, toml(RICH)),
    (script_file.FILE, toml(SCRIPT)),
    *((script_file.line_form(), toml(HEAD + line)) for line in LINES),
    *(
        (Form(forms._KIND, type(event)), copied(encode(event)))
        for event in (make.OPENED, make.ADDED, make.SAID, make.MOVED, WAIVED)
    ),
]
OPEN = ("format", "values", "facts", "lines")
"""Keys under which there may be anything, as far as the form goes."""


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every single value."""
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            if key not in OPEN:
                yield from leaves(data[key], (*path, key))
    else:
        yield path


def place(path: tuple[Any, ...], trail: bool) -> str:
    """What problems call it; keys that are no fields' are in brackets in a trail."""
    found = ""
    for above, key in zip(("", *path), path, strict=False):
        bracket = isinstance(key, int) or (trail and above == "guards")
        found += f"[{key!r}]" if bracket else f".{key}"
    return found.removeprefix(".")


def replaced(data: Any, path: tuple[Any, ...], value: object) -> Any:
    """A copy with another value there."""
    if not path:
        return value
    made = list(data) if isinstance(data, list) else dict(data)
    made[path[0]] = replaced(data[path[0]], path[1:], value)
    return made


CASES = [(form, data, path) for form, data in KINDS for path in leaves(data)]


@pytest.mark.parametrize(("form", "data"), KINDS, ids=range(len(KINDS)))
def test_samples(form: Form[Any], data: object) -> None:
    """Nothing is wrong with the samples, and a record of each is made."""
    problems: list[Problem] = []
    assert form.read(data, problems) is not None
    assert not problems


@given(st.sampled_from(CASES), st.sampled_from([b"x", (1,), 1j, object()]))
def test_a_wrong_value_anywhere(
    case: tuple[Form[Any], dict[str, Any], tuple[Any, ...]], wrong: object
) -> None:
    """A value of a type that no file has is told once, at its place, in every kind of file."""
    form, data, path = case
    problems: list[Problem] = []
    assert form.read(replaced(data, path, wrong), problems) is None
    (problem,) = problems
    assert problem.place == place(path, form._kind is forms._KIND)
    assert "is no" in problem.message


@pytest.mark.parametrize(("form", "data"), KINDS, ids=range(len(KINDS)))
def test_a_key_too_many(form: Form[Any], data: dict[str, Any]) -> None:
    """A key that nothing reads is told in every kind of file, and those there are with it."""
    problems: list[Problem] = []
    assert form.read({**data, "qqq": 1}, problems) is None
    (problem,) = problems
    assert problem.place == "qqq"
    assert problem.message.startswith("is no key here; there are: ")


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_written_is_read_back(number: int) -> None:
    """Playbooks and mappings are written as they are read; a trail writes its events itself."""
    form, data = KINDS[number]
    made = form.read(data, [])
    assert made is not None
    assert form.misfits(made) == []
    again = form.write(made)
    assert form.write(form.read(again, [])) == again
