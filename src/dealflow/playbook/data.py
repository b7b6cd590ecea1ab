"""Playbooks as data: the tables of a playbook file to records and back, strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

from dealflow.evidence import Question, Text
from dealflow.exceptions import PlaybookError, Problem
from dealflow.forms import NEEDED, PLAIN, TEXT, As, Either, Form, Kind, Leaf, Shape, Style, shown
from dealflow.message import listed, message
from dealflow.playbook.parts import Move, Paper, TrialClose, WalkAway
from dealflow.playbook.rules import Rules
from dealflow.typing import LANGUAGES, Language

__all__ = ["canonical", "misfits", "structure", "unstructure"]

_TABLES: Final = ("roles", "facts", "guards", "red_flags")
"""Parts that stand in the file as tables, in which the key is the id."""

_MOST: Final[Mapping[str, int]] = MappingProxyType(
    {"roles": 50, "facts": 1000, "guards": 500, "red_flags": 500}
    | {"steps": 100, "moves": 500, "papers": 50}
)
"""More than any sale needs, and few enough to be checked in a second."""

_ORDER: Final = (
    *("format", "id", "version", "title", "languages"),
    *("invariants", "walk_away", "trial_close", "coaching"),
    *("roles", "facts", "guards", "red_flags", "steps", "moves", "papers"),
)
"""Of the keys in files that we write."""


def _number_or(*words: str) -> Leaf:
    allowed = listed(f"'{word}'" for word in words)

    def as_it_is(value: Any, _: object = None) -> Any:
        if (value.__class__ is str and value in words) or value.__class__ is int:
            return value
        raise ValueError(
            message(
                "{value} is not {allowed} or a whole number", value=shown(value), allowed=allowed
            )
        )

    return Leaf(as_it_is, as_it_is)


def _fold_gap(data: dict[str, Any]) -> dict[str, Any]:
    """``gap = {fact, choice = step ...}`` in files is ``gap_fact`` and ``gaps`` in the record."""
    if "gap" in data:
        data["gaps"] = gap = data.pop("gap")
        if isinstance(gap, Mapping):
            data["gaps"] = {key: step for key, step in gap.items() if key != "fact"}
            data["gap_fact"] = gap.get("fact")
    return data


def _spread_gap(data: dict[str, Any]) -> dict[str, Any]:
    gap = {"fact": data.pop("gap_fact", None), **data.pop("gaps", {})}
    gap = {key: value for key, value in gap.items() if value is not None}
    return data | ({"gap": gap} if gap else {})


_LEAVES: Final[Mapping[Any, Leaf]] = MappingProxyType(
    {
        **PLAIN,
        Literal["any", "all"] | int: _number_or("any", "all"),
        Literal["all"] | int: _number_or("all"),
    }
)
_PARTS: Final[Mapping[type, As]] = MappingProxyType(
    {
        Rules: As(by_id=_TABLES, most=_MOST),
        Move: As(names={"source": "from"}),
        WalkAway: As(names={"start": "from"}),
        Paper: As(names={"start": "from"}),
        TrialClose: As(
            keys=("step", "fact", "forward", "back", "gap", "reason", "quoted"),
            fold=_fold_gap,
            spread=_spread_gap,
            places={"gap_fact": ".gap.fact", "gaps": ".gap"},
        ),
    }
)


def _plain(languages: tuple[Language, ...]) -> Leaf:
    """A text without its language, where there is only one."""

    def read(value: Any, _: object = None) -> Text:
        if len(languages) == 1:
            return Text(**{languages[0]: TEXT.read(value)})
        if not isinstance(value, str):
            raise ValueError(message("{value} is not a table", value=shown(value)))
        keys = ", ".join(f"{language} = ..." for language in languages)
        raise ValueError(
            message("{value} is in no language: write {{ {keys} }}", value=shown(value), keys=keys)
        )

    def write(value: Any) -> Any:
        raise ValueError(message("{value} is no Text", value=shown(value)))

    return Leaf(read, write)


@cache
def _form(languages: tuple[Language, ...]) -> Form[Rules]:
    """The form of playbooks whose texts are in these languages."""
    style, leaves = Style(TEXT, most=200), dict[Any, Shape](_LEAVES)
    text = Kind(style, leaves).record(Text, As(usual=dict.fromkeys(languages, NEEDED)))
    leaves[Text] = Either(text, _plain(languages))
    # A question has the languages among its own keys.
    parts = {**_PARTS, Question: As(inline="text", types={"text": text})}
    return Form(Kind(style, leaves, parts), Rules, version=1)


def _form_of(data: object) -> Form[Rules]:
    named = data.get("languages") if isinstance(data, Mapping) else None
    # What is wrong with the names themselves, the form of all languages says.
    given = (
        {name for name in named if isinstance(name, str)} if isinstance(named, list | tuple) else ()
    )
    return _form(tuple(name for name in LANGUAGES if name in given) or LANGUAGES)


def structure(data: object) -> Rules:
    """The plain record of a playbook from the data of its file.

    Raises:
        PlaybookError: every key that is unknown, missing or of a wrong type, with its place.
    """
    problems: list[Problem] = []
    rules = _form_of(data).read(data, problems)
    if rules is None:
        raise PlaybookError(problems)
    return rules


# attrs checks no types. In a playbook built in Python, standing="no" would be true, and a good_for
# of 90 would fail only when something ages, in the midst of an assessment. And whatever is built
# must be possible to write down, or it has no fingerprint. So the form of files is the judge here
# as well.
def misfits(rules: Rules) -> list[Problem]:
    """What no file could say: rules built in Python are held to the same types."""
    return _form(LANGUAGES).misfits(rules)


def unstructure(rules: Rules) -> dict[str, Any]:
    """The data of a playbook's file, defaults left out."""
    data = _form(LANGUAGES).write(rules)
    return {key: data[key] for key in _ORDER if key in data}


def canonical(data: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a playbook's rules: sorted keys, no spaces, UTF-8.

    Steps, moves and the order of facts and guards matter, so the tables go in as lists of pairs.
    Invariants stay out: they are claims about the rules, which decide over no deal, and one more
    of them must not lock out the trails that were recorded without it.
    """
    rules = {k: v for k, v in data.items() if k != "invariants"}
    ordered = {k: list(v.items()) if k in _TABLES else v for k, v in rules.items()}
    text = json.dumps(ordered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
