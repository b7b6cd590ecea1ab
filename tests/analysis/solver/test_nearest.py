"""Tests of the smallest change, against deals that have it put on record and then try to move."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any

from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import (
    Card,
    Deal,
    EvidenceError,
    Line,
    Money,
    Move,
    MoveNotAllowed,
    Playbook,
    Refused,
    Role,
    Sources,
    ValueType,
    WalkAway,
)
from dealflow.analysis import nearest
from dealflow.analysis.solver import Change, Hearing, Person, Saying, Talks
from dealflow.evidence import US
from tests._playbooks import fact, guard, playbook, step, text
from tests.deals import BY, START

DAY = timedelta(days=1)
AT = START + 60 * DAY
"""When the deals are looked at; everything in them happened before."""

PEOPLE = {"ann": ("buyer",), "bob": ("helper",), "helper": ()}
WHENS = (
    "be.good",
    "be.good or be.rich",
    "be.rich and not be.bad",
    "not be.bad",
    "has.number >= 3",
    "known(be.rich)",
    "missing(be.bad)",
    "not disputed(be.good)",
    "covered(buyer)",
    "heard(2)",
    "deal.talks > 0",
    "deal.talks == 0",
    "deal.amount >= money('100 USD')",
    "deal.amount < money('100 USD')",
    "deal.market == 'rail'",
    "deal.owner != 'max' and deal.source_name == 'a fair'",
    "'gates' in deal.products and deal.lines_total > money('10 USD')",
    "every(any_role, own.content)",
    'some(any_role, contact.influence == "high")',
    "be.good and not be.good",
)
CARDS: tuple[dict[str, Any], ...] = (
    {},
    {"owner": "max", "market": "rail"},
    {"source": "referral", "lines": [Line("gates", Money(9, "USD"))]},
)
_SOURCES = (
    Sources(),
    Sources(at_least=2),
    Sources(roles=("buyer",)),
    Sources(roles=("buyer", "helper"), first_hand=True, documents=True),
)


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """Two steps, with two ways out of the first, whose guards may mostly be waived."""
    facts = [
        fact(
            id,
            type_,
            good_for=draw(st.sampled_from([None, 10 * DAY])),
            sources=draw(st.sampled_from(_SOURCES)),
        )
        for id, type_ in (
            ("be.good", ValueType.YES_NO),
            ("be.rich", ValueType.YES_NO),
            ("be.bad", ValueType.YES_NO),
            ("has.number", ValueType.NUMBER),
        )
    ]
    facts += [fact("own.content", of="contact"), fact("small.talk", ValueType.TEXT)]
    whens = draw(st.lists(st.sampled_from(WHENS), min_size=1, max_size=5, unique=True))
    guards = [
        guard(f"g{n}", when, waivable=draw(st.integers(0, 3)) > 0, standing=draw(st.booleans()))
        for n, when in enumerate(whens)
    ]
    ids = [each.id for each in guards]
    apart = sorted(draw(st.sets(st.sampled_from(ids), max_size=3)))
    usable = [id for id in ids if id not in apart]
    some = st.lists(st.sampled_from(usable), unique=True, max_size=3).map(tuple)
    some = some if usable else st.just(())
    steps = [step("one", *draw(some)), step("two", *draw(some))]
    moves = [
        Move("first", "one", "two", draw(some)),
        Move("second", "one", "fulfilled", draw(some)),
        Move("third", "two", "fulfilled", draw(some)),
    ]
    if draw(st.booleans()):
        del moves[1]
    policy = None
    if apart:
        once = st.lists(st.sampled_from([each.id for each in guards]), max_size=1).map(tuple)
        policy = WalkAway(
            tuple(apart),
            start=draw(st.sampled_from(["one", "two"])),
            when_refuted=draw(st.sampled_from(["any", "all", min(2, len(apart))])),
            watch_from=draw(st.sampled_from([None, "one"])),
            at_once=draw(once),
        )
        numbers = range(policy.fewest(len(apart)), len(apart) + 1)
        policy = evolve(policy, go_on_when=draw(st.sampled_from(["all", *numbers])))
    return playbook(
        *steps,
        facts=facts,
        guards=guards,
        roles=[Role("buyer", text("Buyer")), Role("helper", text("Helper"))],
        moves=moves,
        walk_away=policy,
    )


_WAIVED: tuple[tuple[tuple[int, timedelta | None], ...], ...] = (
    ((1, None),),  # for good
    ((1, 10 * DAY),),  # until some day that is past
    ((1, AT - START),),  # until this very instant
    ((1, AT - START - timedelta(microseconds=1)),),  # until just before
    ((1, AT - START + DAY),),
    ((1, 10 * DAY), (20, None)),  # renewed
    ((1, 10 * DAY), (20, 30 * DAY)),  # renewed, and past again
    ((1, None), (20, 30 * DAY)),  # for good, and then for a time that is past
)
"""How a guard was waived: on which days, each until how long after the start."""


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    """Small deals in which people said something and guards were waived."""
    book = draw(playbooks())
    amount = draw(st.sampled_from([None, Money(50, "USD"), Money(200, "USD")]))
    card = draw(st.sampled_from(CARDS))
    deal = Deal.open(book, id="D-1", account="A", by=BY, at=START, amount=amount, **card)
    for id in draw(st.lists(st.sampled_from(sorted(PEOPLE)), unique=True)):
        deal.add_contact(id, name=id, roles=PEOPLE[id], by=BY, at=START)
    happened: list[tuple[int, Any]] = [
        (draw(st.integers(1, 59)), _said(draw, deal)) for _ in range(draw(st.integers(0, 6)))
    ]
    if draw(st.booleans()) and deal.contacts:
        met = {"kind": "call", "participants": [min(deal.contacts)]}
        happened.append((2, (deal.meet, met)))
    for each in book.guards:
        if each.waivable and draw(st.booleans()):
            for day, until in draw(st.sampled_from(_WAIVED)):
                end = None if until is None else START + until
                how = {"guard": each.id, "authority": "Ann", "reason": "So", "until": end}
                happened.append((day, (deal.waive, how)))
    for day, (verb, how) in sorted(happened, key=lambda each: each[0]):
        verb(**{"by": BY} | how, at=START + day * DAY)
    return _fate(draw, deal)


def _said(draw: st.DrawFn, deal: Deal) -> tuple[Any, dict[str, Any]]:
    people = sorted(deal.contacts)
    about = draw(st.sampled_from(deal.playbook.facts[: 5 if people else 4]))
    yes_no = about.type is ValueType.YES_NO
    how = {"fact": about.id, "value": draw(st.booleans() if yes_no else st.sampled_from([2, 3, 5]))}
    if people and (about.of == "contact" or draw(st.integers(0, 2))):
        who = draw(st.sampled_from(people))
        return deal.hear, how | {"contact": who, "first_hand": draw(st.booleans())}
    if draw(st.booleans()):
        return deal.read, how | {"document": "a letter"}
    return deal.observe, how | {"by": draw(st.sampled_from([BY, "max"]))}


def _fate(draw: st.DrawFn, deal: Deal) -> Deal:
    """Go on a step, end, or come back, as the case may be."""
    fate = draw(st.sampled_from(["", "", "", "on", "lost", "left", "withdrawn"]))
    if fate == "on":
        with suppress(Refused):
            deal.advance(by=BY, at=AT - DAY / 2)
    elif fate == "lost":
        deal.lose(by=BY, at=AT, reason="So", to="nothing")
    elif fate == "left":
        deal.walk_away(by=BY, at=AT, reason="So")
    elif fate and deal.statements:
        deal.withdraw(draw(st.sampled_from(sorted(deal.statements))), by=BY, at=AT, reason="So")
    return deal


def copied(deal: Deal) -> Deal:
    """The same deal once more, to be tried on."""
    return Deal.replay(deal.playbook, deal.trail)


def passes(deal: Deal, to: str | None) -> bool:
    """Whether the deal would move, tried on a copy."""
    try:
        copied(deal).advance(by=BY, at=AT, to=to)
    except (Refused, MoveNotAllowed):
        return False
    return True


def put_on_record(deal: Deal, changes: Iterable[Change]) -> Deal:
    """A copy of the deal in which everything happened that was proposed."""
    deal = copied(deal)
    now: dict[str, Any] = {"by": BY, "at": AT}
    for change in changes:
        if isinstance(change, Money):
            deal.change_amount(change, reason="So", **now)
        elif isinstance(change, Card):
            deal.change_card(**asdict(change, recurse=False), **now)
        elif isinstance(change, Talks):
            for _ in range(change.number):
                deal.meet("call", participants=sorted(deal.contacts)[:1], **now)
        elif isinstance(change, Hearing):
            deal.hear(change.contact, "small.talk", "Hello", **now)
        elif isinstance(change, Person):
            put = deal.change_contact if change.id in deal.contacts else deal.add_contact
            names = ("roles", "influence", "response_mode", "rating", "kind")
            card = {name: getattr(change, name) for name in names}
            put(change.id, name=change.id, **card, **now)
        else:
            said: dict[str, Any] = {"fact": change.fact, "value": change.value, **now}
            said |= {"about": change.about, "said_at": AT - change.age}
            if change.source_kind == "contact":
                deal.hear(change.source, first_hand=change.first_hand, **said)
            elif change.source_kind == "document":
                deal.read(change.source, **said)
            else:
                # somebody of us who saw nothing so far, or who did and looks again
                who = "zoe" if change.source == US else change.source
                deal.observe(**said | {"by": who})
    return deal


def one_word(deal: Deal, to: str | None) -> Iterable[str]:
    """The statements of somebody in the deal with which alone it would move."""
    for who, (about, value) in product(
        deal.contacts,
        [(id, v) for id in ("be.good", "be.rich", "be.bad") for v in (True, False)]
        + [("has.number", 5)],
    ):
        tried = copied(deal)
        tried.hear(who, about, value, by=BY, at=AT)
        if passes(tried, to):
            yield f"{who}: {about} {value}"


def fault(deal: Deal, to: str | None) -> str:
    """What is wrong with the smallest change, if anything is."""
    changes = nearest(deal, at=AT, to=to)
    if passes(deal, to):
        return "" if changes == () else f"it passes already: {changes}"
    if changes == ():
        return "it is refused, and nothing is proposed"
    if changes is None:
        one = None if deal.outcome else next(iter(one_word(deal, to)), None)
        return f"nothing would do, but: {one}" if one else ""
    if not passes(put_on_record(deal, changes), to):
        return f"it is refused all the same: {changes}"
    # without a target another way may be open sooner, of which nothing is said
    if to is not None:
        for n, change in enumerate(changes):
            if passes_without(deal, changes[:n] + changes[n + 1 :], to):
                return f"it moves without that as well: {change} of {changes}"
    return ""


def passes_without(deal: Deal, changes: Iterable[Change], to: str | None) -> bool:
    """Whether a deal moves with some of what was proposed, as far as that can be by itself."""
    try:
        return passes(put_on_record(deal, changes), to)
    except EvidenceError:
        return False


@given(deals(), st.sampled_from([None, "two", "fulfilled"]))
def test_a_deal_moves_with_what_is_proposed_and_only_then(deal: Deal, to: str | None) -> None:
    """What is proposed lets the deal move, and nothing is exactly when it moves already."""
    assert not fault(deal, to)


# --- one by one


def deal_under(book: Playbook, *people: str, **opened: Any) -> Deal:
    """A deal with some contacts, each of a role of the same name where there is one."""
    how: dict[str, Any] = {"account": "A", "by": BY, "at": START} | opened
    deal = Deal.open(book, id="D-1", **how)
    for id in people:
        deal.add_contact(id, name=id, roles=[id] if id in book.role else [], by=BY, at=START)
    return deal


def under(*whens: str, **rest: Any) -> Playbook:
    """A playbook of one step, to be left when some conditions hold."""
    names = [f"g{n}" for n in range(len(whens))]
    guards = [guard(name, when, waivable=True) for name, when in zip(names, whens, strict=True)]
    return playbook(step("talk", *names), guards=guards, **rest)


def proposed(deal: Deal, **how: Any) -> tuple[Change, ...]:
    """The smallest change, which there is."""
    changes = nearest(deal, **({"at": AT} | how))
    assert changes is not None
    return changes


def told(deal: Deal, **how: Any) -> list[tuple[str, object]]:
    """Who would have to say what."""
    changes = proposed(deal, **how)
    assert all(isinstance(change, Saying) for change in changes)
    return [(change.source, change.value) for change in changes if isinstance(change, Saying)]


def test_a_waiver_counts_while_it_is_in_force() -> None:
    """To its last instant a waiver lets the deal pass; from then on the guard is asked for."""
    deal = deal_under(under("need.real"), "ann")
    deal.waive("g0", authority="Ann", reason="So", until=AT, by=BY, at=START)
    assert nearest(deal, at=AT) == ()
    assert told(deal, at=AT + timedelta(microseconds=1)) == [("ann", True)]
    deal.waive("g0", authority="Ann", reason="So", by=BY, at=AT)
    assert nearest(deal, at=AT + DAY) == ()


def test_a_waived_walk_away_guard_is_not_asked_for() -> None:
    """Of walk-away guards only those are asked for that nobody has set aside."""
    facts = [fact("a.a"), fact("b.b")]
    guards = [guard("one", "a.a", waivable=True), guard("two", "b.b")]
    policy = WalkAway(("one", "two"), "talk")
    deal = deal_under(playbook(step("talk"), facts=facts, guards=guards, walk_away=policy), "ann")
    assert len(told(deal)) == 2
    deal.waive("one", authority="Ann", reason="So", by=BY, at=START)
    assert told(deal) == [("ann", True)]
    deal.hear("ann", "b.b", True, by=BY, at=START)
    assert nearest(deal, at=AT) == ()


def test_no_more_walk_away_guards_than_it_takes() -> None:
    """Where one of two walk-away guards is enough to go on, one is proposed."""
    facts = [fact("a.a"), fact("b.b")]
    guards = [guard("one", "a.a"), guard("two", "b.b")]
    policy = WalkAway(("one", "two"), "talk", "all", go_on_when=1)
    deal = deal_under(playbook(step("talk"), facts=facts, guards=guards, walk_away=policy), "ann")
    assert told(deal) == [("ann", True)]


def test_a_closed_deal_does_not_move() -> None:
    """Whatever was said, no change would let a deal move that has ended."""
    deal = deal_under(under("need.real"), "ann")
    deal.hear("ann", "need.real", True, by=BY, at=START)
    assert nearest(deal, at=AT) == ()
    deal.lose(by=BY, at=START, reason="So", to="nothing")
    assert nearest(deal, at=AT) is None


def test_any_way_out_of_the_step_will_do() -> None:
    """Without a target nothing is proposed when any move passes; with one, that move is meant."""
    moves = [Move("on", "talk", "sell", ("g0",)), Move("off", "talk", "fulfilled")]
    moves += [Move("out", "sell", "fulfilled")]
    book = playbook(step("talk"), step("sell"), moves=moves, guards=[guard("g0")])
    deal = deal_under(book, "ann")
    assert nearest(deal, at=AT) == ()
    assert told(deal, to="sell") == [("ann", True)]
    assert nearest(deal, at=AT, to="nowhere") is None


def test_who_contradicts_would_have_to_come_round() -> None:
    """Against a contradiction no second word of the first helps, but one of who contradicts."""
    deal = deal_under(under("need.real"), "ann", "bob")
    deal.hear("ann", "need.real", True, by=BY, at=START)
    deal.hear("bob", "need.real", False, by=BY, at=START)
    assert told(deal) == [("bob", True)]
    deal.read("a letter", "need.real", False, by=BY, at=START)
    deal.observe("need.real", False, by="max", at=START)
    assert told(deal) == [("bob", True), ("a letter", True), ("max", True)]


def test_who_spoke_before_counts() -> None:
    """Where several have to agree, only those are asked who have not done so, or not lately."""
    facts = [fact(sources=Sources(at_least=2), good_for=10 * DAY)]
    deal = deal_under(under("need.real", facts=facts), "ann", "bob")
    deal.hear("bob", "need.real", True, by=BY, at=AT - 10 * DAY)
    assert told(deal) == [("ann", True)]
    assert sorted(told(deal, at=AT + DAY)) == [("ann", True), ("bob", True)]


def test_hearsay_is_repeated_only_where_it_must_be() -> None:
    """Somebody who was told on has to say so himself only where the fact asks for that."""
    for first_hand in (True, False):
        facts = [fact(sources=Sources(roles=("buyer",), first_hand=first_hand)), fact("a.a")]
        roles = [Role("buyer", text("Buyer"))]
        deal = deal_under(under("need.real and a.a", facts=facts, roles=roles), "buyer")
        deal.hear("buyer", "need.real", True, first_hand=False, by=BY, at=START)
        assert len(told(deal)) == 1 + first_hand


def test_money_is_named_in_the_playbooks_currency() -> None:
    """A price is proposed in the currency of the rules while the deal has none."""
    deal = deal_under(under('deal.amount >= money("100 USD")'))
    (price,) = proposed(deal)
    assert isinstance(price, Money)
    assert price.currency == "USD"


def test_everybody_with_a_role_is_asked_whichever_it_is() -> None:
    """A condition on any role is about all roles that people hold, not about one of them."""
    facts = [fact("own.ok", of="contact")]
    roles = [Role(id, text(id)) for id in ("buyer", "helper", "user")]
    book = under("every(any_role, own.ok)", facts=facts, roles=roles)
    deal = deal_under(book, "buyer", "helper", "user", "stranger")
    assert sorted(told(deal)) == [("buyer", True), ("helper", True), ("user", True)]


def test_who_is_proposed_is_none_of_those_who_spoke() -> None:
    """Another of us, or another paper, is another source: the first does not speak twice."""
    for speak, first in (("observe", BY), ("read", "paper 1")):
        facts = [fact(sources=Sources(at_least=3))]
        deal = deal_under(under("need.real", facts=facts))
        who: dict[str, Any] = {"by": BY} if speak == "observe" else {"document": first, "by": BY}
        getattr(deal, speak)(**who, fact="need.real", value=True, at=START)
        sources = [source for source, _ in told(deal)]
        assert len({*sources, first}) == 3
        assert passes(put_on_record(deal, proposed(deal)), None)


def test_what_cannot_be_undone_is_not_proposed() -> None:
    """Nobody takes back a talk or a price, or makes a deal one with another customer."""
    deal = deal_under(under("deal.talks == 0"), "ann")
    deal.meet("call", participants=["ann"], by=BY, at=START)
    assert nearest(deal, at=AT) is None
    assert nearest(deal_under(under('deal.account == "Northwind"')), at=AT) is None
    book = playbook(
        step("talk"),
        step("sell"),
        guards=[guard("cheap", 'deal.amount < money("100 EUR")')],
        walk_away=WalkAway(("cheap",), "sell", watch_from="talk"),
    )
    (price,) = proposed(deal_under(book, amount=Money(200, "EUR")))
    assert isinstance(price, Money)
    assert price.amount < 100


def test_a_card_may_have_to_say_otherwise() -> None:
    """What is noted of a contact can be changed, and his roles stay."""
    roles = [Role("buyer", text("Buyer"))]
    deal = deal_under(under('some(buyer, contact.influence == "high")', roles=roles), "buyer")
    assert nearest(deal, at=AT) == (Person("buyer", ("buyer",), influence="high"),)


def test_newcomers_get_a_name_of_their_own() -> None:
    """Somebody who would have to be found is no contact who is called like the role."""
    book = under("covered(buyer)", roles=[Role("buyer", text("Buyer"))])
    deal = deal_under(book)
    deal.add_contact("buyer", name="Max Buyer", by=BY, at=START)
    assert nearest(deal, at=AT) == (Person("buyer_2", ("buyer",)),)


def test_no_more_are_heard_than_it_takes() -> None:
    """Of many contacts as many would have to be heard as are missing, and no others."""
    for number in (3, 8):
        people = [f"p{n}" for n in range(number)]
        deal = deal_under(under("heard(3)"), *people)
        deal.hear("p0", "need.real", True, by=BY, at=START)
        assert nearest(deal, at=AT) == (Hearing("p1"), Hearing("p2"))


def test_who_stands_behind_it_already_counts() -> None:
    """Of three who have to stand behind a fact, those are asked who do not yet."""
    facts = [fact("a.a"), fact("b.b")]
    deal = deal_under(under("voices(a.a, b.b) >= 3", facts=facts), "ann", "bob", "cid")
    deal.hear("bob", "a.a", True, by=BY, at=START)
    assert sorted(told(deal)) == [("ann", True), ("cid", True)]
    assert passes(put_on_record(deal, proposed(deal)), None)
