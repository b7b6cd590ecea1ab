"""Plays deals under a playbook, and notes to which truths its guards came in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from attrs import define, field, frozen

from dealflow import Deal, Fact, Money, Playbook, Trail, Truth
from tests.analysis.solver._sound_aims import Aims
from tests.analysis.solver._sound_deals import Stage
from tests.analysis.solver._sound_hints import Hints, Tools

__all__ = ["Played", "Seen", "play"]

_START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
_ACCOUNTS: Final = ("Northwind", "Northwind", "a", "k1", "x")


@frozen
class Seen:
    """A deal as it stood at one instant.

    Attributes:
        trail: all that was put on record until then.
        at: the instant.
        truths: of every guard.
    """

    trail: Trail
    at: datetime
    truths: dict[str, Truth]


@define
class Played:
    """What was seen of a playbook's guards.

    Attributes:
        playbook: the rules.
        truths: for each guard and truth, the first deal that showed it.
        looks: how many times a deal was looked at.
    """

    playbook: Playbook
    truths: dict[tuple[str, Truth], Seen] = field(factory=dict)
    looks: int = 0

    def look(self, deal: Deal, at: datetime, to: str) -> bool:
        """Note what a deal shows; whether it is anything new."""
        self.looks += 1
        found = deal.assess(at=at, to=to).findings
        truths = {each.guard: each.truth for each in found}
        new = [pair for pair in truths.items() if pair not in self.truths]
        if new:
            seen = Seen(deal.trail, at, truths)
            self.truths |= dict.fromkeys(new, seen)
        return bool(new)


def play(playbook: Playbook, seed: int, *, to: str, tries: int, deals: int = 2) -> Played:
    """Play some deals, guided by what was not seen yet.

    Args:
        playbook: the rules.
        seed: of chance.
        to: the step the move into which looks at all guards.
        tries: how many times for each guard something is tried.
        deals: among how many deals these are divided.
    """
    rng = Random(seed)
    played, hints = Played(playbook), Hints(playbook, rng)
    guards = [guard for guard in playbook.guard_condition if not guard.startswith("w_")]
    for _ in range(deals):
        at = _instant(rng, hints)
        amount = Money(rng.choice((0, 1000, 48000)), "EUR") if rng.random() < 0.4 else None
        stage = Stage(rng, playbook, at, rng.choice(_ACCOUNTS), amount)
        aims = Aims(Tools(stage, hints, _spare(playbook)))
        played.look(stage.deal, at, to)
        for _ in range(tries * len(guards) // deals):
            _try(aims, played, guards, to)
    return played


def _instant(rng: Random, hints: Hints) -> datetime:
    """Mostly one day, and now and then one beside a day that conditions name."""
    days: list[date] = [day for day in hints.days if 1971 < day.year < 2199]
    if not days or rng.random() < 0.6:
        return _START
    day = rng.choice(days) + timedelta(days=rng.choice((-1, 0, -3, 5)))
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def _spare(playbook: Playbook) -> Fact:
    """The fact that is read by the fewest guards: something to be heard on."""
    readers = [when.facts for when in playbook.guard_condition.values()]
    return min(
        (fact for fact in playbook.facts if fact.type.value not in ("money", "person")),
        key=lambda fact: (sum(fact in facts for facts in readers), fact.good_for is None),
    )


def _try(aims: Aims, played: Played, guards: list[str], to: str) -> None:
    rng, conditions = aims.rng, played.playbook.guard_condition
    open_ = [(g, t) for g in guards for t in Truth if (g, t) not in played.truths]
    guard, truth = rng.choice(open_) if open_ else (rng.choice(guards), rng.choice(tuple(Truth)))
    # what was done for one part may have undone another
    for _ in range(3):
        aims.aim(conditions[guard], truth)
        played.look(aims.stage.deal, aims.stage.at, to)
        if (guard, truth) in played.truths:
            return
