"""Trails that verbs have written, with every kind of entry in every one of its forms."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from dealflow import Deal, Line, Money, Playbook, Refused, parse_playbook
from dealflow.scripts import load_script, play
from tests.deals import BY, DAY, START, now

_FACTS = {
    "need.real": 'type = "yes_no"\ngood_for = "P90D"',
    "need.severe": 'type = "yes_no"',
    "time.wanted": 'type = "yes_no"',
    "way.clear": 'type = "yes_no"',
    "money.there": 'type = "yes_no"',
    "money.amount": 'type = "money"',
    "team.size": 'type = "number"',
    "start.date": 'type = "date"',
    "start.takes": 'type = "duration"',
    "note.words": 'type = "text"',
    "rivals.names": 'type = "list"',
    "who.decides": 'type = "person"',
    "close.answer": 'type = "choice"\nfinal_word = ["buyer"]\n'
    'choices = { yes = { en = "yes", zh = "是" },'
    ' no = { en = "no", zh = "否" } }',
    "gap.where": 'type = "choice"\nchoices = { need = { en = "need", zh = "需" },'
    ' money = { en = "money", zh = "钱" } }',
    "gap.why": 'type = "text"',
    "call.made": 'type = "yes_no"',
    "person.mood": 'type = "text"\nof = "contact"',
}
_GUARDS = {
    "real": "need.real",
    "rich": "money.there and money.amount >= deal.amount",
    "decided": "covered(buyer)",
    "severe": "need.severe",
    "timely": "time.wanted",
    "clear": "way.clear",
    "answered": 'close.answer == "yes"',
    "sized": "team.size > 2",
}
_WAIVABLE = ("real", "rich", "severe", "sized")
_LEAVE_WHEN = {
    "talk": ["real"],
    "show": ["rich"],
    "close": ["answered"],
    "sign": ["decided", "sized"],
}
_MOVES = {
    "to_show": ("talk", "show", []),
    "skip": ("talk", "close", ["rich"]),
    "to_close": ("show", "close", []),
    "to_sign": ("close", "sign", []),
    "finish": ("sign", "fulfilled", []),
}


def _title(id: str) -> str:
    return f'title = {{ en = "{id}", zh = "{id}（中）" }}'


@cache
def playbook() -> Playbook:
    """Two ways, waivable guards, a policy of which two must be refuted, and a trial close."""
    lines = ["format = 1", 'id = "waivable"', 'version = "1"', _title("Waivable")]
    for role in ("buyer", "helper"):
        lines += [f"[roles.{role}]", _title(role)]
    for id, rest in _FACTS.items():
        lines += [f'[facts."{id}"]', _title(id), rest]
    for id, when in _GUARDS.items():
        lines += [f"[guards.{id}]", _title(id), f"when = '{when}'"]
        lines += ['refused = { en = "No.", zh = "不。" }']
        lines += [f"waivable = {str(id in _WAIVABLE).lower()}"]
        lines += [f"standing = {str(id != 'sized').lower()}"]
    for id, leave_when in _LEAVE_WHEN.items():
        lines += ["[[steps]]", f'id = "{id}"', _title(id), 'goal = { en = "On", zh = "走" }']
        lines += [f"leave_when = {leave_when}"]
    for id, (source, to, guards) in _MOVES.items():
        lines += ["[[moves]]", f'id = "{id}"', f'from = "{source}"', f'to = "{to}"']
        lines += [f"when = {guards}"]
    lines += ["[walk_away]", 'guards = ["severe", "timely", "clear"]', "when_refuted = 2"]
    lines += ["go_on_when = 2"]
    lines += ['from = "show"', 'watch_from = "talk"', 'at_once = ["real"]']
    lines += ["[trial_close]", 'step = "close"', 'fact = "close.answer"', 'forward = ["yes"]']
    lines += ['back = ["no"]', 'gap = { fact = "gap.where", need = "talk", money = "show" }']
    lines += ['reason = "gap.why"', 'quoted = ["yes"]', "[coaching]", 'called = "call.made"']
    return parse_playbook("\n".join([*lines, ""]))


class _Teller:
    """Calls verbs on a deal, each an hour after the one before."""

    def __init__(self, **opening: Any) -> None:
        fields = {"id": "D-7", "account": "Northwind"} | opening
        self.deal = Deal.open(playbook(), **fields, by=BY, at=START)

    @property
    def next(self) -> dict[str, Any]:
        return {"by": BY, "at": now(self.deal, hours=1)}

    def say(self, fact: str, value: object, who: str = "ann", **details: Any) -> int:
        return self.deal.hear(who, fact, value, **self.next | details).seq

    def advance(self, to: str | None = None) -> None:
        with suppress(Refused):
            self.deal.advance(to=to, **self.next)


def _one_sided() -> dict[str, Any]:
    # how a mail without an answer is told to meet()
    taken = inspect.signature(Deal.meet).parameters
    return {"spoke": "us"} if "spoke" in taken else {"two_way": False}


def _meet_people(told: _Teller) -> None:
    deal = told.deal
    deal.add_contact("ann", name="Ann", **told.next)
    card: dict[str, Any] = {"title": "Clerk", "roles": ["helper", "buyer"], "influence": "low"}
    deal.add_contact(
        "bob", name="Bob", kind="committee", response_mode="trouble", rating=-2, **card, **told.next
    )
    deal.change_contact("ann", roles=["buyer"], rating=4, **told.next)
    deal.meet("call", participants=["ann"], **told.next)
    held: datetime = told.next["at"] - timedelta(minutes=30)
    deal.meet(
        "visit", participants=["bob", "ann"], id="v-1", channel="Hall 2", held_at=held, **told.next
    )
    deal.meet("mail", participants=["bob"], **_one_sided(), **told.next)


def _meet_more(told: _Teller) -> None:
    """Somebody who is about to leave, and somebody who turns out to be Ann, or not."""
    deal = told.deal
    place: dict[str, Any] = {"department": "Yard", "level": "staff"}
    deal.add_contact("cy", name="Cy", **place, left=date(2026, 12, 1), **told.next)
    deal.add_contact("ann.b", name="Ann B.", roles=["helper"], **told.next)
    told.say("note.words", "Short", who="ann.b")
    deal.merge_contacts("ann.b", into="ann", reason="One desk", **told.next)
    deal.undo_merge("ann.b", reason="Her sister has it", **told.next)
    deal.merge_contacts("ann.b", into="ann", reason="There is no sister", **told.next)


def long() -> Deal:
    """A deal with everything that can happen to one, more than once."""
    told = _Teller(amount=Money("4800.50", "EUR"), title="Nine gates", market="Ports", owner="max")
    deal = told.deal
    _meet_people(told)
    lines = [Line("Gate", Money("4000", "EUR")), Line("Service", Money("800.50", "EUR"))]
    deal.change_card(
        source="referral",
        source_name="Mona Weiss",
        market="",
        lines=lines,
        expected_close=date(2026, 9, 30),
        reason="After the first talk",
        **told.next,
    )
    deal.change_card(owner=BY, lines=lines[:1], **told.next)
    deal.correct_account("Northwind Ltd", reason="Its full name", **told.next)
    deal.correct_title("Ten gates", reason="One more", **told.next)
    told.say("need.real", True, said_at=START, quote="It is – 真的", interaction="v-1")
    told.say("money.amount", "5000 EUR", who="bob")
    told.say("team.size", "12.5")
    told.say("start.date", "2026-09-01")
    told.say("start.takes", "P1DT2H")
    told.say("note.words", "Two\nlines")
    told.say("rivals.names", ["Hauler", "do_nothing"])
    told.say("who.decides", "bob")
    told.say("person.mood", "calm")
    told.say("person.mood", "tense", about="bob", via="bob")
    told.say("time.wanted", True, first_hand=False)
    deal.read("A letter", "money.there", False, quote="No budget", **told.next)
    told.say("money.there", True)
    deal.observe("way.clear", False, said_at=START + DAY / 9, **told.next)
    deal.observe("person.mood", "glad", about="ann", interaction="call-1", **told.next)
    _meet_more(told)
    told.advance("close")  # people contradict each other
    _correct_time(told)
    told.advance("show")
    told.advance("close")
    deal.waive("rich", authority="The boss", reason="She knows them", **told.next)
    until = told.next["at"] + DAY
    deal.waive("severe", authority="The boss", reason="For a day", until=until, **told.next)
    told.advance("close")
    deal.change_amount(Money("4900", "EUR"), reason="One gate more", **told.next)
    rejected: dict[str, Any] = {"gap": "money", "reason": "Nine are too many"}
    deal.answer_trial_close("no", source="ann.b", quote="Not yet", **rejected, **told.next)
    facts = ["team.size", "person.mood", "note.words"]
    deal.confirm(
        "ann",
        facts,
        quote="Still so",
        interaction="v-1",
        said_at=told.next["at"] - DAY / 48,
        **told.next,
    )
    deal.step_back("talk", reason="From the start", **told.next)
    deal.lose(to="rival", rival="Hauler", reason="Cheaper", **told.next)
    withdrawn = told.say("need.real", False, who="bob")
    deal.withdraw(withdrawn, reason="He meant another", **told.next)
    deal.reopen(reason="He has taken it back", **told.next)
    deal.waive("severe", authority="The boss", reason="For good", **told.next)
    told.say("way.clear", True)
    told.advance("show")
    deal.walk_away(reason="No patience", **told.next)
    told.say("close.answer", "yes", quote="Yes, then")
    told.say("call.made", True)
    deal.reopen(reason="They called", **told.next)
    deal.lose(to="nothing", reason="They wait", **told.next)
    return deal


def _correct_time(told: _Teller) -> None:
    # the clock of whoever wrote the last entry was a week ahead
    correct: Callable[..., object] | None = getattr(told.deal, "correct_time", None)
    if correct is not None:
        at = told.next["at"]
        wrong = told.say("note.words", "From a wrong clock", at=at + 7 * DAY)
        correct(wrong, true_at=at, reason="A wrong clock", by=BY, at=at)


def short() -> Deal:
    """A deal without a price that is thrown back to a failed guard, and fulfilled in the end."""
    told = _Teller(
        source="forecast",
        lines=[Line("Gate", Money("7", "EUR"))],
        expected_close=date(2026, 7, 1),
    )
    deal = told.deal
    _meet_people(told)
    deal.change_card(lines=[], expected_close=None, **told.next)
    deal.change_amount(Money("7", "EUR"), reason="First offer", **told.next)
    for fact in ("need.real", "need.severe", "time.wanted", "money.there"):
        told.say(fact, True)
    told.say("money.amount", "9 EUR")
    told.advance()
    # in force at the very instant of the next move, and no longer
    until = told.next["at"] + timedelta(hours=1)
    deal.waive("real", authority="Eve", reason="For an hour", until=until, **told.next)
    told.advance()
    told.say("need.real", False)
    no = deal.answer_trial_close("no", source="bob", **told.next).seq
    deal.answer_trial_close("no", source="ann", **told.next)
    told.say("gap.where", "money", who="bob")
    deal.return_to_gap(**told.next)
    deal.withdraw(no, reason="He meant another offer", **told.next)
    told.say("need.real", True)
    told.advance("close")
    deal.confirm("ann", ["need.real", "need.severe", "time.wanted"], **told.next)
    deal.confirm("ann", ["money.there", "money.amount"], **told.next)
    told.advance("close")
    deal.answer_trial_close("yes", source="ann", quote="Let us start", **told.next)
    told.advance()
    told.say("team.size", "3")
    told.advance()
    return deal


def ended() -> Deal:
    """A deal that ends in its first step, with refuted conditions, and once more."""
    told = _Teller(id="d.8")
    deal = told.deal
    deal.add_contact("ann", name="Ann", **told.next)
    told.say("way.clear", False)
    told.say("time.wanted", False)
    told.say("need.real", True)
    told.advance("show")
    deal.walk_away(reason="It makes no sense", **told.next)
    told.say("call.made", True)
    deal.withdraw(told.say("rivals.names", ["Hauler"]), reason="Misheard", **told.next)
    deal.reopen(reason="They called", **told.next)
    deal.lose(to="in_house", reason="They do it themselves", **told.next)
    return deal


@cache
def specimens() -> dict[str, Deal]:
    """The deals by name: those above, and two that come with the library."""
    made = {"long": long(), "short": short(), "ended": ended()}
    for name in ("02_walked_away", "03_comeback"):
        made[name] = play(load_script(name)).deal
    return made
