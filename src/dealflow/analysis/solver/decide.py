"""The solver: can these conditions come to these truths in some deal?

Every question about a playbook comes down to that one: whether a guard can ever pass, whether two
playbooks decide any deal differently, whether a mutant is one at all, whether a deal can slip
through. The answer is exact, or "not decided" (see docs, "How it is decided").
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final, Literal, TypeAlias

from attrs import define, evolve, field, frozen

from dealflow.analysis.solver.bounds import Bounds, bounds_of
from dealflow.analysis.solver.goals import Goal, merged
from dealflow.analysis.solver.own import rules
from dealflow.analysis.solver.question import (
    Given,
    Question,
    currencies_of,
    declared_in,
    hangs_on_today,
    held,
)
from dealflow.analysis.solver.run import Run, installed
from dealflow.analysis.solver.scenes import START, Scene
from dealflow.analysis.solver.script import TooLong
from dealflow.analysis.solver.staging import Stage
from dealflow.analysis.solver.witness import plainest

__all__ = ["LIMIT", "Answer", "Inquiry", "Undecided", "solve", "solve_any"]

LIMIT: Final = 10_000_000
"""How many steps are taken before a question is left undecided; some seconds."""

# kept for as long as the process lives: hundreds of mutants of one playbook share nearly all of
# their guards. It is emptied when full, which costs time only
_MOST_KNOWN: Final = 20_000
_MOST_AT_ONCE: Final = 64
# all questions of a lint or a proof together take some tens of seconds at most
_TOGETHER: Final = 10
# to write a sign of a script takes about as long as so many steps
_WRITING: Final = 3
_KNOWN: dict[object, Answer] = {}


Undecided: TypeAlias = Literal["steps", "form", "solver"]
"""Why a question is not decided: it takes more steps, no argument covers a form of condition that
it is about, or the solver is not installed."""


@frozen
class Answer:
    """What the solver found.

    Attributes:
        possible: whether there is such a deal, for sure.
        undecided: why it is not sure that there is none; ``None`` where it is, or there is one.
        steps: how many steps it took, the same on every machine.
    """

    possible: bool
    undecided: Undecided | None = None
    steps: int = 0
    _asked: _Asked | None = field(default=None, eq=False, repr=False, alias="asked")

    @property
    def decided(self) -> bool:
        """Whether it is sure that there is such a deal, or that there is none."""
        return self.undecided is None

    @property
    def impossible(self) -> bool:
        """No deal can be so, for sure."""
        return self.decided and not self.possible

    @property
    def today(self) -> bool:
        """Whether there is such a deal on the day that was asked about, and not on others alone."""
        return self._asked is not None and self._asked.at is not None

    @property
    def scene(self) -> Scene | None:
        """The plainest scene in which all goals are met.

        ``None`` where there is none; and where one cannot be shown, as it is one of other days
        only, takes more than `LIMIT` steps at a time to find, or thousands of entries to make.
        """
        return self._asked.scene if self._asked is not None else None


@define(slots=False, eq=False)
class _Asked:
    """A question, to be asked once more for a scene.

    Attributes:
        ways: the goals, by way.
        roles: those that people may hold besides.
        bounds: how large the worlds are.
        at: the instant; any day where there is none.
        currency: of amounts.
        given: a deal to start from.
    """

    ways: tuple[tuple[Goal, ...], ...]
    roles: tuple[str, ...]
    bounds: Bounds
    at: datetime | None
    currency: str
    given: Given | None

    def question(self, longest: int = 10**9) -> Question:
        """The question in worlds of its size, of one day or of any."""
        day = None if self.at is None else self.at.toordinal()
        where = (self.bounds, self.currency, day, self.given)
        return Question.of(self.ways, self.roles, *where, longest)

    def run(self, limit: int) -> Run | None:
        """Ask it; ``None`` where it takes too many steps to write it down."""
        try:
            question = self.question(max(limit // _WRITING, 0))
        except TooLong:
            return None
        run = Run(question.script.text, limit, question.script.length * _WRITING)
        run.check()
        return run

    @cached_property
    def scene(self) -> Scene | None:
        """The plainest scene that answers it; none where it is of no one day."""
        if self.at is None:
            return None
        question = self.question()
        model = plainest(question, self.at, LIMIT)
        return None if model is None else Stage(question, model).scene()


def solve(
    goals: Iterable[Goal],
    *,
    roles: Iterable[str] = (),
    limit: int = LIMIT,
    at: datetime = START,
    given: Scene | None = None,
    stands: bool = False,
) -> Answer:
    """Find out whether there is a deal in which every goal is met.

    Args:
        goals: the conditions, and the truths that they may have.
        roles: the roles that people may hold besides those that the conditions name.
        limit: how many steps to take.
        at: the instant.
        given: a scene to start from, whose people stay: what is so already costs nothing.
        stands: whether all else of it stays, too: nothing is taken back, and more may be said.
    """
    return solve_any([goals], roles=roles, limit=limit, at=at, given=given, stands=stands)


def solve_any(
    ways: Iterable[Iterable[Goal]],
    *,
    roles: Iterable[str] = (),
    limit: int = LIMIT,
    at: datetime = START,
    given: Scene | None = None,
    stands: bool = False,
) -> Answer:
    """Find out whether there is a deal in which all goals of one of several ways are met.

    The scene of the answer is one of the first way in which there is one, as far as that is not
    too much to ask; the limit is for all ways together.
    """
    start = None if given is None else Given(given, stands, at)
    known, spent, undecided = tuple(roles), 0, None
    left, at_once = iter(ways), 1
    # there may be very many, of which the first will do; and those that will not are faster told
    # together
    while some := tuple(islice(left, at_once)):
        answer = _known([merged(way) for way in some], known, limit - spent, at, start)
        spent += answer.steps
        if answer.possible:
            return evolve(answer, steps=spent)
        undecided = undecided or answer.undecided
        if spent >= limit:
            return Answer(possible=False, undecided="steps", steps=spent)
        at_once = min(4 * at_once, _MOST_AT_ONCE)
    return Answer(possible=False, undecided=undecided, steps=spent)


@define
class Inquiry:
    """Questions about one playbook, which share a limit as well.

    Attributes:
        roles: the roles that people may hold.
        limit: how many steps to take for each question.
        steps: how many were taken so far.
    """

    roles: tuple[str, ...]
    limit: int
    steps: int = 0

    @property
    def spent(self) -> bool:
        """Whether the steps for all questions together are used up."""
        return self.steps >= _TOGETHER * self.limit

    def ask(self, ways: Iterable[Iterable[Goal]], given: Scene | None = None) -> Answer:
        """Find out whether there is a deal in which all goals of one of several ways are met."""
        limit = min(self.limit, _TOGETHER * self.limit - self.steps)
        answer = solve_any(ways, roles=self.roles, limit=limit, given=given)
        self.steps += answer.steps
        return answer


def _known(
    ways: Iterable[list[Goal]],
    roles: tuple[str, ...],
    limit: int,
    at: datetime,
    given: Given | None,
) -> Answer:
    # in the others two demands on the same condition have no truth in common
    wanted = tuple(tuple(way) for way in ways if all(goal.allowed for goal in way))
    if not wanted:
        return Answer(possible=False)
    if given is not None:
        return _solve(wanted, roles, limit, at, given)
    senses = tuple(tuple((g.condition.sense, g.allowed) for g in way) for way in wanted)
    key = (senses, roles, limit, at)
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[key] = _solve(wanted, roles, limit, at, None)
    return known


def forget() -> None:
    """Forget what was found before; only the time that an answer takes depends on it."""
    _KNOWN.clear()


def _solve(
    ways: tuple[tuple[Goal, ...], ...],
    roles: tuple[str, ...],
    limit: int,
    at: datetime,
    given: Given | None,
) -> Answer:
    if not installed():
        return Answer(possible=False, undecided="solver")
    conditions = [goal.condition for way in ways for goal in way]
    conditions += rules(conditions)
    whole = bounds_of(conditions, declared_in(conditions))
    currencies = currencies_of(conditions)
    currency = (given and given.scene.currency) or next(iter(currencies), "EUR")
    several = len(held([node for c in conditions for node in c.walk()], roles))
    exact = whole.exact and {currency}.issuperset(currencies) and given is None
    sizes: Iterable[Bounds] = dict.fromkeys((whole.small(several), whole))
    if given is not None:
        # the smallest change is wanted: of newcomers there need be no more than one in each role,
        # and often none at all
        newcomers = dict.fromkeys((0, min(whole.contacts, several + 1)))
        sizes = (evolve(whole, contacts=number) for number in newcomers)
    asked = [_Asked(ways, roles, bounds, at, currency, given) for bounds in sizes]
    if given is None and hangs_on_today(conditions):
        # the no of one day is none for another
        asked.append(_Asked(ways, roles, whole, None, currency, given))
    spent = 0
    for question in asked:
        run = question.run(limit - spent)
        if run is None or not run.decided:
            return Answer(possible=False, undecided="steps", steps=limit)
        spent += run.spent
        if run.met:
            return Answer(possible=True, steps=spent, asked=question)
    return Answer(possible=False, undecided=None if exact else "form", steps=spent)
