"""What stands in the file of a deal script: its tables, and the kinds of line that there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Final

from attrs import frozen

from dealflow.evidence import (
    ContactKind,
    Influence,
    LeadSource,
    Level,
    Line,
    ResponseMode,
    Text,
)
from dealflow.forms import (
    FILLED,
    NEEDED,
    PLAIN,
    TEXT,
    As,
    Choice,
    Either,
    Filled,
    Form,
    Id,
    Kind,
    Leaf,
    Record,
    Style,
    leaf,
    shown,
)
from dealflow.message import message
from dealflow.scripts.data import Answer, Confirm, Expect, Go, Meet, Opening, Reprice, Say, Waive
from dealflow.typing import LANGUAGES
from dealflow.values import Alternative, ValueType, from_json, utc

__all__ = ["FILE", "Came", "Card", "Met", "Recards", "TakesBack", "Told", "Words", "line_form"]


def _rating(value: Any, _: object = None) -> int:
    if value.__class__ is int and -5 <= value <= 5:
        return int(value)
    raise ValueError(message("{value} is not a whole number from -5 to 5", value=shown(value)))


@frozen
class Card:
    """A contact; ``None`` is not said."""

    id: Id
    name: Filled | None = None
    title: str | None = None
    kind: ContactKind | None = None
    roles: tuple[Filled, ...] | None = None
    influence: Influence | None = None
    response_mode: ResponseMode | None = None
    rating: Annotated[int, Leaf(_rating, _rating)] | None = None
    department: str | None = None
    level: Level | None = None
    left: date | None = None


@frozen
class File:
    """The whole file; its lines are looked at one by one."""

    playbook: str
    title: Text
    story: Text
    deal: Opening
    lines: Any
    contacts: tuple[Card, ...] = ()


@frozen
class Met:
    """A line about a meeting, a call, a visit or a mail."""

    meet: Meet


@frozen
class Came:
    """A line about a contact who comes in, or changes."""

    contact: Card


@frozen
class DealCard:
    """What changes of our own record of the deal; ``None`` is not said."""

    owner: Filled | None = None
    source: LeadSource | None = None
    source_name: str | None = None
    market: str | None = None
    lines: tuple[Line, ...] | None = None
    expected_close: date | None = None


@frozen
class Recards:
    """A line about our own record of the deal."""

    card: DealCard
    reason: str = ""


@frozen
class Words:
    """The words that are taken back."""

    fact: Filled
    who: Filled | None = None
    document: Filled | None = None
    about: Filled | None = None


@frozen
class TakesBack:
    """A line about words that are taken back."""

    withdraw: Words
    reason: Filled


@frozen(kw_only=True)
class Told:
    """A line."""

    at: datetime
    by: Filled | None = None
    comment: Text | None = None
    action: Met | Say | Confirm | Came | Reprice | Recards | TakesBack | Waive | Go | Answer
    expect: Expect | None = None


def _as_written(value: Any) -> datetime:
    utc(value)
    written: datetime = value  # the offset is for the reader; the deal keeps UTC
    return written


def _same_in_all(value: Any, _: object = None) -> Text:
    text: str = FILLED.read(value)
    return Text(text, text)


_STYLE: Final = Style(TEXT)
_EACH: Final = Kind(_STYLE, PLAIN).record(
    Text, As(types={"en": Filled, "zh": Filled}, usual=dict.fromkeys(LANGUAGES, NEEDED))
)
_KIND: Final = Kind(
    _STYLE,
    {
        **PLAIN,
        Text: Either(_EACH, Leaf(_same_in_all, FILLED.write)),
        datetime: leaf(_as_written, datetime),
        date: leaf(lambda raw: from_json(ValueType.DATE, raw), date),
    },
    {
        File: As(by_id=("contacts",)),
        Line: As(types={"product": Filled}),
        Meet: As(names={"people": "with"}),
        Expect: As(types={"refused": tuple[Filled, ...] | None}),
        Waive: As(names={"guard": "waive"}),
        Answer: As(names={"source": "who", "quote": "says"}),
        Confirm: As(names={"source": "who", "quote": "says", "facts": "confirms"}),
    },
)
_UNHEARD: Final[Mapping[str, Any]] = {"asks": "", "via": None, "first_hand": None}


def _says(kind: str, names: Mapping[str, str], **how: Any) -> Record:
    fixed = {"source_kind": kind, **how.pop("fixed", {})}
    types = {"facts": Mapping[str, Any], **how.pop("types", {})}
    usual = {"facts": {}, **how.pop("usual", {})}
    return _KIND.record(Say, As(names=names, types=types, usual=usual, fixed=fixed))


def _goes(*keys: str, **types: Any) -> Record:
    """A move with these keys besides its name; those with a type are needed."""
    keyless: dict[str, Any] = {"to": None, "reason": "", "rival": ""}
    how = As(
        names={"verb": "move"},
        types=types,
        usual=dict.fromkeys(types, NEEDED),
        fixed={key: value for key, value in keyless.items() if key not in {*keys, *types}},
    )
    return _KIND.record(Go, how)


@cache
def line_form() -> Form[Told]:
    """The form of a line."""
    moves = {
        "advance": _goes("to"),
        "fulfil": _goes(),
        "step_back": _goes(to=Filled, reason=Filled),
        "return_to_gap": _goes(),
        "walk_away": _goes(reason=Filled),
        "lose": _goes("rival", to=Alternative, reason=Filled),
        "reopen": _goes(reason=Filled),
    }
    actions: dict[str, Record | Choice] = {
        "meet": _KIND.record(Met),
        "who": _says("contact", {"source": "who", "quote": "says"}, types={"quote": Filled}),
        "document": _says(
            "document", {"source": "document", "quote": "says"}, usual={"quote": ""}, fixed=_UNHEARD
        ),
        # Our rep who sees it is the one who acts.
        "observe": _says(
            "observation",
            {"quote": "observe"},
            types={"quote": Filled},
            fixed={"source": "", **_UNHEARD},
        ),
        "confirms": _KIND.record(Confirm),
        "contact": _KIND.record(Came),
        "amount": _KIND.record(Reprice),
        "card": _KIND.record(Recards),
        "withdraw": _KIND.record(TakesBack),
        "waive": _KIND.record(Waive),
        "move": _KIND.choice(moves, "move"),
        "answer": _KIND.record(Answer),
    }
    how = As(inline="action", types={"action": _KIND.choice(actions)})
    return Form(_KIND, _KIND.record(Told, how))


FILE: Final = Form(_KIND, File, version=1)
"""The form of a file."""
