"""Tells mutants from the original: by a deal that the two judge differently, or surely by none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Literal

from attrs import define, field, frozen

from dealflow.analysis.history import observations, world_of
from dealflow.analysis.mutants.mutant import Mutant
from dealflow.analysis.solver import (
    LIMIT,
    RANKS,
    START,
    Answer,
    Both,
    By,
    Candidate,
    Goal,
    Scene,
    Unreachable,
    blocked,
    candidates,
    complete,
    deal_at,
    differ,
    passing,
    perform,
    scene_of,
    solve,
    solve_any,
)
from dealflow.assessment import Verdict, judge_move
from dealflow.conditions import Heard, Voices
from dealflow.deal import Deal
from dealflow.playbook import Plan, Playbook
from dealflow.trail import Trail

__all__ = ["BY", "Equivalence", "deal_in", "judge_equivalence"]

# a deal near the cheapest one makes a short test, and is no more than that: without it the question
# is still answered
_PATIENCE = 5_000_000
"""How many states to try for a deal that shows a difference best."""
BY = "rep"
"""Who of us acts in the deals that are made here."""


@frozen
class Equivalence:
    """Whether some deal tells a mutant from the original.

    Attributes:
        outcome: ``different``, ``equivalent`` (for sure, no deal can tell them apart) or ``not
            decided`` (none was found within the bound).
        by: by what they differ: whether the move is ready (``readiness``), which guards block it
            (``reasons``), the ``verdict``, or what is known of a guard (``truth``); or that there
            is such a ``move`` at all, that a guard may be set aside (``waiver``), or where an
            ``answer`` to the trial close leads.
        step: the step of a deal that tells them apart.
        to: where the move leads.
        scene: what is so in that deal; ``None`` where any deal at that step does.
        guard: the guard that makes the difference, where it is one.
    """

    outcome: Literal["different", "equivalent", "not decided"]
    by: By | None = None
    step: str | None = None
    to: str | None = None
    scene: Scene | None = None
    guard: str | None = None


def judge_equivalence(original: Playbook, mutant: Mutant, *, limit: int = LIMIT) -> Equivalence:
    """Find a deal that tells a mutant from the original, or make sure that there is none.

    A deal does so at a step that it can reach when one of the two has a way forward that the other
    has not, or when they judge the same move differently: whether it is ready, which guards block
    it, the verdict, or what is known of a guard that is looked at.

    Args:
        original: the playbook.
        mutant: one of its mutants.
        limit: how many steps to take for each question.
    """
    # what shows without judging is asked first, as it needs the fewest questions
    search = _Search(original, mutant.playbook, limit)
    found = search.plainly() or search.by_judgement()
    if found is not None and found.step is not None:
        return search.on_the_way(found.step) or found
    return Equivalence("equivalent" if search.decided else "not decided")


# all mutants of a playbook begin at the same few deals
@lru_cache(maxsize=256)
def _at(book: Playbook, step: str) -> tuple[Trail, Scene]:
    """The cheapest deal at a step, and its scene."""
    deal = deal_at(book, step, by=BY)
    return deal.trail, scene_of(deal, START)


def deal_in(book: Playbook, step: str, scene: Scene | None = None) -> Deal:
    """A deal at a step, brought into a scene.

    Raises:
        Unreachable: no deal gets there.
    """
    deal = Deal.replay(book, _at(book, step)[0])
    if scene is not None:
        perform(deal, scene, by=BY, at=START)
    return deal


@define
class _Search:
    """The search for a deal that tells two playbooks apart.

    Attributes:
        original: the original.
        mutant: the mutant, as a playbook.
        limit: how many steps to take for each question.
        decided: whether every question so far was answered.
    """

    original: Playbook
    mutant: Playbook
    limit: int
    decided: bool = True
    _answers: dict[object, Answer] = field(factory=dict, init=False)

    def plainly(self) -> Equivalence | None:
        """A difference that shows without judging a move twice."""
        return self._by_answer() or self._by_move() or self._by_waiver()

    def on_the_way(self, step: str) -> Equivalence | None:
        """A difference that shows first before the cheapest deal is at a step.

        A test begins with the cheapest deal at a step. Where that deal does not get there under the
        mutant, another may, with which nothing is wrong.
        """
        for seen in observations(self.original, _at(self.original, step)[0]):
            there = Deal.replay(self.original, Trail(seen.entries))
            plan = next(p for p in self.original.plans[there.step] if p.move.to == seen.to)
            other = _plan(self.mutant, plan)
            if other is not None and not self._ready(there, other):
                where = (there.step, seen.to, scene_of(there, START))
                earlier = Equivalence("different", "readiness", *where)
                return self.on_the_way(there.step) or earlier
        return None

    def _ready(self, deal: Deal, plan: Plan) -> bool:
        world = world_of(self.mutant, deal.trail, START)
        return judge_move(world, plan).verdict is Verdict.READY

    def _by_answer(self) -> Equivalence | None:
        one, other = self.original.trial_close, self.mutant.trial_close
        if one is None or other is None or set(one.back).isdisjoint(other.forward):
            return None
        return Equivalence("different", "answer", one.step) if self._reached(one.step) else None

    def _by_move(self) -> Equivalence | None:
        first = self.original.steps[0].id
        if first != self.mutant.steps[0].id:
            plan = self.original.plans[first][0]
            return Equivalence("different", "move", first, plan.move.to, self._passing(plan))
        for step, plan in self._moves(self.original):
            if _plan(self.mutant, plan) is None and (scene := self._passing(plan)) is not None:
                return Equivalence("different", "move", step, plan.move.to, scene)
        for step, plan in self._moves(self.mutant):
            if _plan(self.original, plan) is None:
                ways = (way.goals for way in passing(self.mutant, plan))
                # a way that no deal can go is no difference
                if self._solved(ways).possible:
                    return self._by_shortcut(step, plan)
        return None

    def _by_shortcut(self, step: str, shortcut: Plan) -> Equivalence:
        """A deal with one way to go, which the shortcut takes before that; or any deal."""
        plans = self.original.plans[step]
        if len(plans) == 1 and self.mutant.plans[step][0] == shortcut:
            scene = self._passing(plans[0])  # there is one: the shortcut asks for the same guards
            return Equivalence("different", "move", step, plans[0].move.to, scene)
        return Equivalence("different", "move", step, shortcut.move.to)

    def _passing(self, plan: Plan) -> Scene | None:
        """A scene in which a move of the original passes; near the cheapest deal, if it can be."""
        ways = [way.goals for way in passing(self.original, plan)]
        scene = self._shown(self._solved(ways))
        return None if scene is None else next(self._near(ways[0], plan.move.source), scene)

    def _by_waiver(self) -> Equivalence | None:
        guards = self.original.guard
        for guard in self.mutant.guards:
            # a waiver makes a difference only where the guard would be in the way
            if guard.waivable and not guards[guard.id].waivable:
                for _, plan in self._moves(self.original):
                    if guard.id in plan.looked_at:
                        both = Both((self.original, self.mutant), (plan, plan))
                        if (scene := self._held_up(both, guard.id)) is not None:
                            where = (plan.move.source, plan.move.to, scene, guard.id)
                            return Equivalence("different", "waiver", *where)
        return None

    def _held_up(self, both: Both, guard: str) -> Scene | None:
        """A scene in which a guard is in the way of a move; if it can be so, nothing else is."""
        candidate, step = blocked(both, guard), both.plans[0].move.source
        if not self._possible(candidate):
            return None
        alone = self._shown(self._solved([candidate.needed]))
        near = (self._near(goals, step) for goals in (candidate.everything, candidate.needed))
        return next(chain.from_iterable(near), alone)

    def by_judgement(self) -> Equivalence | None:
        """A deal of which the two judge a move differently, the plainest there is."""
        # all moves are gone through for the plainest difference first, since a test that asserts
        # whether a deal moves says more than one about what is known of a guard
        possible: list[list[Candidate]] = [[] for _ in RANKS]
        for _, plan in self._moves(self.original):
            if (other := _plan(self.mutant, plan)) is not None:
                both = Both((self.original, self.mutant), (plan, other))
                self.decided = self.decided and complete(both)
                for candidate in candidates(both):
                    possible[candidate.rank].append(candidate)
        ready, *others = possible
        found = self._first(ready, alone=False)
        # where not everything else can pass, it is no matter of being ready any more
        left = ready
        for ranked in others:
            found = found or self._first(ranked, alone=False)
            found = found or self._first([*left, *ranked], alone=True)
            left = []
        return found

    def _first(self, possible: Iterable[Candidate], *, alone: bool) -> Equivalence | None:
        """The first deal that is as one of the candidates says.

        Args:
            possible: the candidates.
            alone: only what must be so; else everything else passes, too.
        """
        for candidate in possible:
            goals = candidate.needed if alone else candidate.everything
            # the solver finds a scene, and a deal has a past as well: the mutant is told apart only
            # when the two judge a real deal differently
            if self._possible(candidate) and (alone or self._passable(candidate)):
                move = candidate.both.plans[0].move
                anew = any(map(_of_people, candidate.needed))
                for scene in self._near(goals, move.source, anew=anew):
                    by = self._seen(candidate.both, scene)
                    if by is not None:
                        found = (move.source, move.to, scene, candidate.guard)
                        return Equivalence("different", by, *found)
                if alone:
                    # it should have been one: better no answer than a wrong one
                    self.decided = False
        return None

    def _possible(self, candidate: Candidate) -> bool:
        """Whether some deal is as a candidate says."""
        # guard by guard at first: most candidates fail there already, and many share these parts
        parts = (*candidate.parts, candidate.needed)
        return all(self._solved([part]).possible for part in parts)

    def _passable(self, candidate: Candidate) -> bool:
        """Whether each of the other guards can pass then, as far as it reads the same."""
        read = _read(candidate.needed)
        # guards that read nothing of what must be so can pass beside it, if they ever can
        beside = (part for part in candidate.others if not read.isdisjoint(_read(part)))
        return all(self._solved([(*candidate.needed, *part)]).possible for part in beside)

    def _seen(self, both: Both, scene: Scene) -> By | None:
        """How the two judge a deal in a scene differently."""
        entries = deal_in(self.original, both.plans[0].move.source, scene).trail
        one, other = (
            judge_move(world_of(book, entries, START), plan)
            for book, plan in zip(both.books, both.plans, strict=True)
        )
        return differ(one, other)

    def _solved(self, ways: Iterable[tuple[Goal, ...]]) -> Answer:
        """Whether there is a scene in which one of these sets of goals is met."""
        found = tuple(ways)
        # the candidates of one mutant share most of their parts
        if found not in self._answers:
            self._answers[found] = solve_any(found, roles=self._roles, limit=self.limit)
        answer = self._answers[found]
        # ``equivalent`` speaks of all deals, so one question that was given up spoils it
        self.decided = self.decided and answer.decided
        return answer

    def _shown(self, answer: Answer) -> Scene | None:
        """A scene; that there is one which cannot be shown, as on other days, is no answer."""
        self.decided = self.decided and (answer.impossible or answer.scene is not None)
        return answer.scene

    def _near(self, goals: tuple[Goal, ...], step: str, *, anew: bool = False) -> Iterator[Scene]:
        """Scenes in which goals are met: near the cheapest deal at a step, or else anywhere.

        Near a deal its people stay, which may be too many: then it is tried ``anew``.
        """
        limit = min(self.limit, _PATIENCE)  # that none is found is no harm: it is not the only way
        there = _at(self.original, step)[1]
        for given in (there, None) if anew else (there,):
            scene = solve(goals, roles=self._roles, limit=limit, given=given).scene
            if scene is not None:
                yield scene

    @property
    def _roles(self) -> tuple[str, ...]:
        return tuple(self.original.role)

    def _moves(self, book: Playbook) -> Iterator[tuple[str, Plan]]:
        for step in self.original.steps:
            if self._reached(step.id):
                yield from ((step.id, plan) for plan in book.plans[step.id])

    def _reached(self, step: str) -> bool:
        try:
            _at(self.original, step)
        except Unreachable as error:
            self.decided = self.decided and error.decided
            return False
        return True


def _plan(book: Playbook, plan: Plan) -> Plan | None:
    """The same move under another playbook."""
    ways = book.plans[plan.move.source]
    return next((other for other in ways if other.move.to == plan.move.to), None)


def _read(goals: Iterable[Goal]) -> set[str]:
    """The facts and roles that conditions read."""
    names: set[str] = set()
    for goal in goals:
        names.update(fact.id for fact in goal.condition.facts)
        names.update(goal.condition.roles)
    return names


def _of_people(goal: Goal) -> bool:
    """Whether a condition may be about how many people there are."""
    condition = goal.condition
    heard = any(isinstance(node, Heard | Voices) for node in condition.walk())
    return heard or bool(condition.roles)
