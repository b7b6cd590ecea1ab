"""Deals: truly brought to a step, and then shaken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import combinations, islice
from typing import Protocol, TypeVar

from attrs import asdict, frozen
from hypothesis import strategies as st

from dealflow.analysis.solver import Goal, Scene, Unreachable, deal_at, perform, scene_of, solve
from dealflow.conditions import AttributeRef, Condition, Heard, Voices
from dealflow.deal import Deal
from dealflow.exceptions import InputError, Problem
from dealflow.message import message
from dealflow.playbook import Plan, Playbook
from dealflow.strategies.of_cards import cards
from dealflow.strategies.of_statements import quote, samples, statements, values
from dealflow.trail import Trail
from dealflow.values import Truth, ValueType

__all__ = [
    "BY",
    "change_card",
    "contradict",
    "deals",
    "reached",
    "ready_scene",
    "say",
    "standing",
    "start",
    "take_back",
]

_T = TypeVar("_T")
BY = "rep"
_MOST_CHANGES = 6
# a policy of many guards can fail by thousands of sets of them, and the solver is asked about each
_MOST_SETS = 50
_NOT_TRUE = frozenset(Truth) - {Truth.TRUE}
_CHANGES = ("say", "contradict", "take back", "change card", "wait")


def deals(
    playbook: Playbook, at: str | None = None, blocked_by: str | None = None
) -> st.SearchStrategy[Deal]:
    """Deals that got to a step through its guards, and to which something happened then.

    Every deal starts as the cheapest that gets to its step. Then people say something, contradict
    each other, take something back, our own record changes, and time passes. A look at a deal is
    fair at the time of its last entry, ``deal.trail[-1].at``.

    Args:
        playbook: the rules.
        at: the step where they are; else any that a deal gets to.
        blocked_by: only deals with a forward move that this guard blocks. They are built that way
            and not filtered; nothing happens to them then that the guard could see.

    Raises:
        InputError: the playbook has no such step or guard, no deal gets there, or the guard blocks
            no deal there.
    """
    steps = [step.id for step in playbook.steps]
    if at is not None and at not in steps:
        raise InputError([Problem("at", message("the playbook has no step {step!r}", step=at))])
    if blocked_by is not None and blocked_by not in playbook.guard:
        told = message("the playbook has no guard {guard!r}", guard=blocked_by)
        raise InputError([Problem("blocked_by", told)])
    # the solver is asked while the strategy is made and not for each example: so what cannot be is
    # told at once, and nothing has to be filtered
    places = [step for step in reached(playbook) if at in (None, step)]
    if not places:
        raise InputError([Problem("at", message("no deal gets to {step}", step=at))])
    if blocked_by is None:
        return _shaken(playbook, places)
    blocked = [
        block
        for step in places
        for plan in playbook.plans[step]
        for block in _blocks(playbook, plan, blocked_by)
    ]
    if not blocked:
        told = message("{guard} blocks no deal", guard=blocked_by)
        if at is not None:
            told = message("{guard} blocks no deal at {step}", guard=blocked_by, step=at)
        raise InputError([Problem("blocked_by", told)])
    return _held_up(playbook, blocked)


class Draw(Protocol):
    """How an example is drawn: in composite strategies, and in rules with data."""

    def __call__(self, strategy: st.SearchStrategy[_T], /) -> _T:
        """An example of the strategy."""
        ...


# hypothesis makes hundreds of examples, and the way to a step is the same in all of them
@lru_cache(maxsize=512)
def _trail(playbook: Playbook, step: str) -> Trail | None:
    try:
        return deal_at(playbook, step).trail
    except Unreachable:
        return None


def reached(playbook: Playbook) -> list[str]:
    """The steps that deals get to."""
    return [step.id for step in playbook.steps if _trail(playbook, step.id) is not None]


def start(playbook: Playbook, step: str) -> Deal:
    """The cheapest deal at a step; raises Unreachable where none gets."""
    trail = _trail(playbook, step)
    return deal_at(playbook, step) if trail is None else Deal.replay(playbook, trail)


@lru_cache(maxsize=512)
def ready_scene(playbook: Playbook, step: str) -> Scene | None:
    """A scene in which a deal can leave a step, if there is one."""
    try:
        deal = deal_at(playbook, step, ready=True)
    except Unreachable:
        return None
    return scene_of(deal, deal.trail[-1].at)


@st.composite
def _shaken(draw: st.DrawFn, playbook: Playbook, steps: Sequence[str]) -> Deal:
    deal = start(playbook, draw(st.sampled_from(steps)))
    now = deal.trail[-1].at
    for change in draw(st.lists(st.sampled_from(_CHANGES), max_size=_MOST_CHANGES)):
        if change == "say":
            say(draw, deal, now)
        elif change == "contradict":
            contradict(draw, deal, now)
        elif change == "take back":
            take_back(draw, deal, now)
        elif change == "change card":
            change_card(draw, deal, now)
        else:
            now += timedelta(days=draw(st.integers(1, 200)))
    return deal


@frozen
class _Block:
    """A scene in which a guard blocks a move.

    Attributes:
        step: where the deal is.
        scene: what is so then.
        guards: those that have to stay as they are for that.
    """

    step: str
    scene: Scene
    guards: tuple[str, ...]


@st.composite
def _held_up(draw: st.DrawFn, playbook: Playbook, blocks: Sequence[_Block]) -> Deal:
    block = draw(st.sampled_from(blocks))
    deal = start(playbook, block.step)
    now = deal.trail[-1].at
    perform(deal, block.scene, by=BY, at=now)
    conditions = [playbook.guard_condition[guard] for guard in block.guards]
    read = {fact.id for condition in conditions for fact in condition.facts}
    others = [fact.id for fact in playbook.facts if fact.id not in read]
    # whatever is said adds to those whom we heard, and might lift the block
    if others and not any(map(_sees_speakers, conditions)):
        for _ in range(draw(st.integers(0, _MOST_CHANGES))):
            say(draw, deal, now, others)
    return deal


def _sees_speakers(condition: Condition) -> bool:
    """Whether a condition asks whom we heard, whatever was said."""
    return any(
        isinstance(node, Heard | Voices)
        or (isinstance(node, AttributeRef) and node.name == "contact.heard")
        for node in condition.walk()
    )


@lru_cache(maxsize=1024)
def _blocks(playbook: Playbook, plan: Plan, guard: str) -> tuple[_Block, ...]:
    """How a guard can block a move: with each truth, alone and among others."""
    conditions = playbook.guard_condition
    roles = [role.id for role in playbook.roles]
    found: dict[Scene, _Block] = {}
    for others in islice(_together(playbook, plan, guard), _MOST_SETS):
        doubtful = (guard, *others)
        rest = [g for g in plan.looked_at if g not in doubtful]
        for truth in (Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED):
            goals = [Goal(conditions[guard], {truth})]
            goals += [Goal(conditions[other], _NOT_TRUE) for other in others]
            alone = [*goals, *(Goal(conditions[other]) for other in rest)]
            # alone where it can be, as that shows best what the guard does; together with others,
            # too, as tests should not rest on its being alone
            for each in (alone, goals):
                scene = solve(each, roles=roles).scene
                if scene is not None:
                    found.setdefault(scene, _Block(plan.move.source, scene, doubtful))
    return tuple(found.values())


def _together(playbook: Playbook, plan: Plan, guard: str) -> Iterable[tuple[str, ...]]:
    """The other guards that must be in doubt, too, for a guard to block; one set is enough."""
    if guard in plan.needed:
        yield ()
    elif guard in plan.walk_away and plan.needs_walk_away and playbook.walk_away is not None:
        number = len(plan.walk_away)
        beside = number - playbook.walk_away.enough(number)
        yield from combinations([each for each in plan.walk_away if each != guard], beside)


def standing(deal: Deal) -> list[int]:
    """The statements that nobody has taken back."""
    return [number for number in deal.statements if number not in deal.withdrawn]


def say(draw: Draw, deal: Deal, now: datetime, facts: Sequence[str] = ()) -> None:
    """Let a contact, a document or our rep say something, of some facts or of any."""
    people = sorted(deal.contacts)
    usable = [
        fact.id
        for fact in deal.playbook.facts
        if (not facts or fact.id in facts)
        and (people or (fact.of == "deal" and fact.type is not ValueType.PERSON))
    ]
    if not usable:
        return
    said = draw(statements(deal.playbook, draw(st.sampled_from(usable)), people=people))
    words = {"quote": said["quote"]} if "quote" in said else {}
    about_people = deal.playbook.fact[said["fact"]].of == "contact"
    if people and (about_people or draw(st.booleans())):
        deal.hear(draw(st.sampled_from(people)), by=BY, at=now, **said)
    elif draw(st.booleans()):
        deal.observe(said["fact"], said["value"], by=BY, at=now, **words)
    else:
        # few names, so that one is read again and says otherwise, or two contradict each other
        paper = draw(st.sampled_from(["a letter", "a report"]))
        deal.read(paper, said["fact"], said["value"], by=BY, at=now, **words)


def contradict(draw: Draw, deal: Deal, now: datetime) -> None:
    """Let somebody else speak of what somebody has spoken of, as a rule otherwise."""
    if not (numbers := standing(deal)):
        return
    said = deal.statements[draw(st.sampled_from(numbers))]
    people = tuple(sorted(deal.contacts))
    value = draw(values(deal.playbook, deal.playbook.fact[said.fact], people))
    words = quote(deal.playbook, said.fact, value)
    others = [id for id in people if id != said.source]
    in_person = draw(st.booleans())
    if others and in_person:
        who = draw(st.sampled_from(others))
        deal.hear(who, said.fact, value, about=said.about, by=BY, at=now, **words)
    else:
        details = {"about": said.about, **words}
        deal.read("an anonymous note", said.fact, value, by=BY, at=now, **details)


def take_back(draw: Draw, deal: Deal, now: datetime) -> None:
    """Let somebody take something back."""
    if numbers := standing(deal):
        number = draw(st.sampled_from(numbers))
        deal.withdraw(number, by=BY, at=now, reason="It was not so")


def change_card(draw: Draw, deal: Deal, now: datetime) -> None:
    """Let our own record of the deal be another."""
    currency = deal.playbook.currency or scene_of(deal, now).currency
    card = draw(cards(deal.playbook, currency or samples(deal.playbook).currency))
    if card != deal.card:
        deal.change_card(by=BY, at=now, **asdict(card, recurse=False))
