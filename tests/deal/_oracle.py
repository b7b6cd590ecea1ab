"""Says whether a verb could have written an entry at its place: an oracle for what replay takes.

It shares no code with what it judges. An entry's JSON tells with which arguments its verb was
called; the verb is called so on the deal before it, and what it writes is compared byte for byte.
What verbs conclude from evidence (verdicts, and the guards behind them) replay takes as it stands.
Such records are held against a list of rules that is written here by hand, from the method.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from dealflow import Deal, DealflowError, Line, Money, Playbook, Refused, loads
from tests.deal._entries import Body, NotWritten, canonical, chained
from tests.deal._records import Record

# --- which verb writes which kind, and with which arguments


def _instant(raw: object) -> object:
    try:
        return datetime.fromisoformat(raw) if isinstance(raw, str) else raw
    except ValueError:
        return raw  # no datetime: the verb will say so


def _money(raw: object) -> object:
    try:
        return Money.parse(raw) if isinstance(raw, str) else raw
    except ValueError:
        return raw


def _day(raw: object) -> object:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else raw
    except ValueError:
        return raw


def _lines(raw: object) -> object:
    if not isinstance(raw, list):
        return raw
    whole = {"product", "amount"}
    return [
        Line(each["product"], cast("Money", _money(each["amount"])))
        if isinstance(each, dict) and each.keys() == whole
        else each
        for each in raw
    ]


# Everything that an argument is not given as it stands in JSON.
_READ: Mapping[str, Callable[[object], object]] = {
    "amount": _money,
    "at": _instant,
    "held_at": _instant,
    "left": _day,
    "lines": _lines,
    "said_at": _instant,
    "true_at": _instant,
    "until": _instant,
}

_PLACE = ("from_step", "from_outcome")
"""Where the deal is, which every verb knows by itself."""
_JUDGED = ("verdict", "guards")
"""What is concluded from evidence."""

# From the kind of an entry to the verb that makes it, what the verb calls some of its keys, and
# the keys that it is not told, as it finds them out.
VERBS: Mapping[str, tuple[str, Mapping[str, str], Sequence[str]]] = {
    "opened": ("open", {"deal": "id"}, ("playbook", "playbook_version", "fingerprint", "step")),
    "contact_added": ("add_contact", {}, ()),
    "contact_changed": ("change_contact", {}, ()),
    "contacts_merged": ("merge_contacts", {}, ()),
    "merge_undone": ("undo_merge", {}, ()),
    "amount_changed": ("change_amount", {}, ()),
    "met": ("meet", {}, ()),
    "said": ("hear", {"source": "contact"}, ("source_kind",)),
    "confirmed": ("confirm", {}, ()),
    "withdrawn": ("withdraw", {}, ()),
    "waived": ("waive", {}, ()),
    "moved": ("advance", {"to_step": "to"}, (*_PLACE, *_JUDGED, "move")),
    "refused": ("advance", {"to_step": "to"}, (*_PLACE, *_JUDGED, "move")),
    "stepped_back": ("step_back", {"to_step": "to"}, (*_PLACE, "cause", "guards", "answer")),
    "walked_away": ("walk_away", {}, (*_PLACE, *_JUDGED)),
    "lost": ("lose", {}, _PLACE),
    "reopened": ("reopen", {}, (*_PLACE, "to_step")),
    "time_corrected": ("correct_time", {}, ()),
    "card_changed": ("change_card", {}, ()),
    "account_corrected": ("correct_account", {}, ()),
    "title_corrected": ("correct_title", {}, ()),
}
_NOUNS = {"contact_added": "contact", "contact_changed": "contact", "met": "interaction"}
"""Kinds that put a thing on record, under its name."""
_CARDS = ("opened", "card_changed")
"""Kinds that put the deal's card on record; its fields are arguments of their own."""
_OF_CARDS = ("source", "source_name", "market", "lines", "expected_close")
"""What a card need not have."""
_ATTEMPTS = ("moved", "refused")
_ADDS = "contact_added"


def _fields(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's data, key by key; those of a thing are its own, or have its name before them."""
    if kind in _CARDS and isinstance(card := data.get("card"), dict):
        rest = {key: value for key, value in data.items() if key != "card"}
        # What stands beside the card cannot stand in it: no verb has two arguments of one name.
        return rest | card if rest.keys().isdisjoint(card) else {"card": card}
    noun = _NOUNS.get(kind)
    if noun is None:
        return dict(data)
    if isinstance(data.get(noun), dict):
        return dict(data[noun])
    return {"id" if key == noun else key.removeprefix(f"{noun}_"): data[key] for key in data}


def _call(kind: str, data: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The verb and the arguments that an entry's data tell."""
    verb, names, found_out = VERBS[kind]
    given = {key: value for key, value in _fields(kind, data).items() if key not in found_out}
    source = data.get("source_kind", "contact")
    if kind == "contact_changed":
        # A key that is left out has its default, and not the value from before.
        usual = inspect.signature(Deal.add_contact).parameters.values()
        given = {p.name: p.default for p in usual if p.default is not p.empty} | given
    elif kind == "card_changed":
        usual = inspect.signature(Deal.open).parameters.values()
        given = {p.name: p.default for p in usual if p.name in _OF_CARDS} | given
    elif kind == "said" and source == "document":
        verb, names = "read", {"source": "document"}
    elif kind == "said" and source == "observation":
        verb = "observe"
        given.pop("source", None)
    if verb in ("read", "observe"):
        given = {key: given[key] for key in given if key not in ("via", "first_hand")}
    return verb, {
        names.get(key, key): _READ[key](value) if key in _READ else value
        for key, value in given.items()
    }


def replay(playbook: Playbook, bodies: Sequence[Body]) -> Deal:
    """The deal that a trail's text makes."""
    return Deal.replay(playbook, loads(chained(bodies)))


def _perform(playbook: Playbook, before: Deal | None, verb: str, told: dict[str, Any]) -> Deal:
    """Call a verb on a deal, or open one where there is none before."""
    made: Any = None
    do: Callable[..., Any] = Deal.open
    if verb == "open":
        told = {"playbook": playbook} | told
    elif before is None:
        raise NotWritten("only the opening of a deal comes first")
    else:
        do = getattr(before, verb)
    try:
        inspect.signature(do).bind(**told)
    except TypeError as error:
        raise NotWritten(f"{verb}() is not called so: {error}") from None
    try:
        made = do(**told)
    except Refused:
        pass  # the refusal is on record all the same
    except DealflowError as error:
        raise NotWritten(f"{verb}(): {error}") from None
    result: Deal = made if before is None else before
    return result


def _retell(body: Body) -> tuple[str, dict[str, Any]]:
    """The verb, and how it was called, by which an entry came on record."""
    kind, data = body.get("kind"), body.get("data")
    if not isinstance(kind, str) or kind not in VERBS or not isinstance(data, dict):
        raise NotWritten(f"no verb makes a {kind!r} of {type(data).__name__}")
    told: dict[str, Any] = {"by": body.get("by"), "at": _instant(body.get("at"))}
    if kind == "stepped_back" and data.get("cause", "rep") != "rep":
        # Whether the answer came with it or long before: either way it is the same entry.
        return "return_to_gap", told
    verb, arguments = _call(kind, data)
    return verb, arguments | told


def played(playbook: Playbook, bodies: Sequence[Body]) -> tuple[int, Body | None]:
    """Call the verbs that entries tell of, one after the other, on a new deal.

    Nothing is replayed, and nothing that an entry concludes is taken from it: the verbs judge.

    Returns:
        How many entries, from the first, the verbs write just so; and what they write in place of
        the next one, if they write anything there.
    """
    deal: Deal | None = None
    for count, body in enumerate(bodies):
        try:
            deal = _perform(playbook, deal, *_retell(body))
        except NotWritten:
            return count, None
        wrote: Body = json.loads(deal.trail[-1].body)
        if canonical(wrote) != canonical(body):
            return count, wrote
    return len(bodies), None


def written(playbook: Playbook, before: Sequence[Body], body: Body) -> Deal:
    """The deal in which a verb has written this very entry behind those before.

    Raises:
        NotWritten: no verb does.
    """
    verb, told = _retell(body)
    kind, data = body["kind"], body["data"]
    there = replay(playbook, before) if before and verb != "open" else None
    deal = _perform(playbook, there, verb, told)
    open_to_judgement: tuple[str, ...] = ()
    if verb == "return_to_gap":
        open_to_judgement = ("to_step", "guards")
    elif kind in _ATTEMPTS or kind == "walked_away":
        open_to_judgement = _JUDGED
    if deal.version != len(before) + 1:
        raise NotWritten(f"it is written as entry {deal.version}")
    wrote: Body = json.loads(deal.trail[-1].body)
    same = wrote
    if open_to_judgement:
        # How the guards stood is taken from the record, and then it is judged by the rules. Where
        # none failed, there are no guards in it.
        optional = {"guards"} if kind == "stepped_back" else set()
        if not wrote["data"].keys() ^ data.keys() <= optional or data.get("guards") == {}:
            raise NotWritten(f"what is written is {canonical(wrote)}")
        given = {key: data[key] for key in open_to_judgement if key in data}
        rest = {key: wrote["data"][key] for key in wrote["data"] if key not in open_to_judgement}
        same = wrote | {"data": rest | given}
        if kind in _ATTEMPTS:
            same["kind"] = kind
    if canonical(same) != canonical(body):
        raise NotWritten(f"what is written is {canonical(wrote)}")
    if open_to_judgement:
        people = {_fields(e["kind"], e["data"])["id"] for e in before if e["kind"] == _ADDS}
        Record(playbook, people, before, body).check()
    return deal
