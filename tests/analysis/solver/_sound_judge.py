"""Holds what the solver says against what deals showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import TypeAlias

from attrs import define, evolve, field, frozen

from dealflow import Deal, Playbook, Truth
from dealflow.analysis import Goal, solve
from dealflow.analysis.history import world_of
from dealflow.analysis.solver import START, Answer, opened, perform
from dealflow.conditions import And, Compare, Condition, Not, Or, Quantified, judge
from tests.analysis.solver._sound_play import Played, Seen, play
from tests.analysis.solver._sound_playbooks import ALL, Made, made

__all__ = [
    "Ask",
    "Denied",
    "Tally",
    "ask",
    "judged",
    "misplayed",
    "questions",
    "smallest",
    "watched",
]

Ask: TypeAlias = Callable[[Playbook, Sequence[Goal]], Answer]


@frozen
class Denied:
    """What a deal showed and the solver calls impossible.

    Attributes:
        seen: the deal.
        goals: the guards, and what each was.
    """

    seen: Seen
    goals: tuple[Goal, ...]

    def __str__(self) -> str:
        return "; ".join(f"{goal.condition} {_told(goal)}" for goal in self.goals)


def _told(goal: Goal) -> str:
    return "/".join(sorted(truth.value for truth in goal.allowed))


def ask(playbook: Playbook, goals: Sequence[Goal]) -> Answer:
    """What the tools ask: with all roles that people may hold."""
    return solve(goals, roles=[role.id for role in playbook.roles])


def _goal(condition: Condition, truth: Truth) -> Goal:
    return Goal(condition, frozenset({truth}))


@define
class Tally:
    """How many questions there were, and how they were answered.

    Attributes:
        conditions: how many conditions were looked at.
        asked: how many questions were put whose answer is yes, as a deal showed it.
        undecided: how many of them were left open.
        denied: those that were answered with no, each with the seed of its playbook.
    """

    conditions: int = 0
    asked: int = 0
    undecided: int = 0
    denied: list[tuple[int, Denied]] = field(factory=list)

    def told(self) -> str:
        """What was denied, one a line, as small as it gets."""
        return "\n".join(f"seed {seed}: {each}" for seed, each in self.denied)


# some tests look at the same deals; of many more, all would be kept in memory
@lru_cache(maxsize=64)
def watched(seed: int, tries: int, guards: int = 10) -> tuple[Made, Played]:
    """The playbook of a seed, and what its deals showed."""
    one = made(seed, guards)
    return one, play(one.playbook, seed, to=ALL, tries=tries)


def judged(seeds: Sequence[int], *, tries: int, how: Ask = ask, together: bool = False) -> Tally:
    """Play a playbook of each seed, and ask about what its deals showed.

    Args:
        seeds: what to make playbooks from.
        tries: how hard to play, for each guard.
        how: asks the solver.
        together: whether to ask in twos.
    """
    tally = Tally()
    for seed in seeds:
        one, played = watched(seed, tries)
        tally.conditions += len(one.guards)
        for seen, asked in questions(one, played, together=together):
            goals = tuple(_goal(one.playbook.guard_condition[g], seen.truths[g]) for g in asked)
            answer = how(one.playbook, goals)
            tally.asked += 1
            tally.undecided += not (answer.possible or answer.impossible)
            if answer.impossible:
                found = smallest(one.playbook, Denied(seen, goals), how)
                tally.denied.append((seed, found))
    return tally


def questions(
    one: Made, played: Played, *, together: bool = False
) -> Iterator[tuple[Seen, tuple[str, ...]]]:
    """Each truth of each guard once, by itself or with that of another guard of the same deal.

    Args:
        one: the playbook.
        played: what its deals showed.
        together: in twos, where a deal showed several things for the first time: fewer questions.
    """
    rng = Random(one.seed)
    first: dict[int, tuple[Seen, list[str]]] = {}
    for (guard, _), seen in played.truths.items():
        if guard in one.guards:
            first.setdefault(id(seen), (seen, []))[1].append(guard)
    for seen, guards in first.values():
        if together:
            yield from ((seen, tuple(guards[n : n + 2])) for n in range(0, len(guards), 2))
            continue
        for guard in guards:
            other = rng.choice(tuple(one.guards))
            alone = other == guard or rng.random() < 0.5
            yield seen, (guard,) if alone else (guard, other)


def misplayed(playbook: Playbook, goals: Sequence[Goal], answer: Answer) -> str:
    """What a deal shows that is brought into the scene of an answer, where it is not the goals."""
    if answer.scene is None:
        return ""
    deal = opened(playbook, answer.scene, by="rep", at=START)
    perform(deal, answer.scene, by="rep", at=START)
    return _missed(deal, goals)


def _missed(deal: Deal, goals: Sequence[Goal]) -> str:
    truths = {each.guard: each.truth for each in deal.assess(at=START, to=ALL).findings}
    conditions = deal.playbook.guard_condition
    wrong = [
        f"{goal.condition} is {truths[guard].value} and not {_told(goal)}"
        for goal in goals
        for guard, condition in conditions.items()
        if condition is goal.condition and truths[guard] not in goal.allowed
    ]
    return "; ".join(wrong)


def smallest(playbook: Playbook, found: Denied, how: Ask = ask) -> Denied:
    """As small a part of what is denied as is denied, too, and that the same deal shows."""
    world = world_of(playbook, found.seen.trail, found.seen.at)

    def still(goals: tuple[Goal, ...]) -> Denied | None:
        now = tuple(_goal(g.condition, judge(g.condition, world).truth) for g in goals)
        return Denied(found.seen, now) if now and how(playbook, now).impossible else None

    while True:
        tries = map(still, _smaller(found.goals))
        less = next((each for each in tries if each is not None), None)
        if less is None:
            return found
        found = less


def _smaller(goals: tuple[Goal, ...]) -> Iterator[tuple[Goal, ...]]:
    for number, goal in enumerate(goals):
        rest = (goals[:number], goals[number + 1 :])
        if len(goals) > 1:
            yield rest[0] + rest[1]
        for less in _parts(goal.condition):
            yield (*rest[0], Goal(less, goal.allowed), *rest[1])


def _parts(condition: Condition) -> Iterator[Condition]:
    """A condition with something less in it, what is left out most first."""
    match condition:
        case And(parts=parts) | Or(parts=parts):
            yield from parts
            for number, part in enumerate(parts):
                rest = parts[:number] + parts[number + 1 :]
                if len(rest) > 1:
                    yield evolve(condition, parts=rest)
                for less in _parts(part):
                    yield evolve(condition, parts=(*parts[:number], less, *parts[number + 1 :]))
        case Not(part=part):
            yield part
            for less in _parts(part):
                yield evolve(condition, part=less)
        case Quantified(part=part):
            for less in _parts(part):
                yield evolve(condition, part=less)
        case Compare(terms=terms, operators=operators) if len(operators) > 1:
            yield evolve(condition, terms=terms[1:], operators=operators[1:])
            yield evolve(condition, terms=terms[:-1], operators=operators[:-1])
        case _:
            return
