"""Lint by what deals there may be: guards, clauses and moves that decide nothing, or everything.

Each question goes to the solver and is answered for all deals. What it leaves undecided is never a
finding of its kind; it is listed as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from attrs import define, field

from dealflow.analysis.lint.facts import needed_facts
from dealflow.analysis.lint.findings import LintFinding, found, part_place
from dealflow.analysis.lint.moves import move_place
from dealflow.analysis.lint.oracle import NOT_TRUE, TRUE, Oracle, drops, silent
from dealflow.analysis.solver import Goal, Saying, Scene, passing, told
from dealflow.conditions import Condition, Disputed, Known, Missing, OverFact, literal
from dealflow.evidence import Fact
from dealflow.playbook import Plan, Playbook, WalkAway
from dealflow.values import Truth

__all__ = ["lint_semantics"]

# a red flag is up as well while people contradict each other on it
_UP = frozenset({Truth.TRUE, Truth.CONFLICTED})
_FALSE = frozenset({Truth.FALSE})


def lint_semantics(oracle: Oracle) -> Iterator[LintFinding]:
    """What the solver finds about the oracle's playbook."""
    playbook = oracle.playbook
    linter = _Linter(playbook, oracle)
    yield from linter.guards()
    yield from linter.moves()
    yield from linter.flags_and_papers()
    if playbook.walk_away is not None:
        yield from linter.walk_away(playbook.walk_away)


@define
class _Linter:
    """Asks the questions.

    Attributes:
        playbook: the playbook.
        oracle: who answers.
        dead: the guards that can never pass.
    """

    playbook: Playbook
    oracle: Oracle
    dead: set[str] = field(factory=set[str])

    def guards(self) -> Iterator[LintFinding]:
        for guard in self.playbook.guards:
            place = f"guards.{guard.id}.when"
            condition = self.playbook.guard_condition[guard.id]
            if self.oracle.ask(place, "whether it can pass", [Goal(condition, TRUE)]).impossible:
                self.dead.add(guard.id)
                yield found("D202", place, "no deal can pass it")
            elif self.oracle.ask(
                place, "whether it can hold a deal back", [Goal(condition, NOT_TRUE)]
            ).impossible:
                yield found("D201", place, "every deal passes it")
            else:
                yield from self.clauses(place, guard.when, condition)

    def clauses(self, place: str, text: str, condition: Condition) -> Iterator[LintFinding]:
        idle: dict[tuple[int, ...], LintFinding] = {}
        for way, part, rest in drops(condition):
            # inside of what makes no difference, nothing does
            if any(way[: len(outer)] == outer for outer in idle):
                continue
            if self.oracle.same(place, f"whether {part} matters", condition, rest):
                message = f"without {part} it comes to the same in every deal"
                idle[way] = found("D204", part_place(place, text, part), message)
        yield from dict.fromkeys(idle.values())

    def moves(self) -> Iterator[LintFinding]:
        """Steps that no deal gets into or out of, and guards that cannot hold together."""
        book = self.playbook
        told: set[frozenset[str]] = set()
        reached = {book.steps[0].id}
        for step in book.steps:
            into = [move.id for move in book.moves if move.to == step.id]
            if step.id not in reached:
                message = f"no deal gets here: {_listed(into)} can never be made"
                yield found("D101", f"steps.{step.id}", message)
                continue
            plans = book.plans[step.id]
            leaving = []
            for plan in plans:
                if self.oracle.can_pass(move_place(book, plan.move.id), plan):
                    leaving.append(plan)
                else:
                    yield from self.together(plan, told)
            reached.update(plan.move.to for plan in leaving)
            if not leaving:
                made = _listed([plan.move.id for plan in plans])
                message = f"no deal gets out of here: {made} can never be made"
                yield found("D102", f"steps.{step.id}", message)

    def together(self, plan: Plan, told: set[frozenset[str]]) -> Iterator[LintFinding]:
        """Why a move can never be made, when each of its guards can pass."""
        place = move_place(self.playbook, plan.move.id)
        ways = [way.goals for way in passing(self.playbook, plan, waive=True)]
        # with several ways to pass there is no one set of guards to blame
        goals = ways[0] if len(ways) > 1 else self.oracle.core(place, ways[0])
        conditions = {goal.condition for goal in goals}
        guards = [
            guard for guard in plan.looked_at if self.playbook.guard_condition[guard] in conditions
        ]
        # a guard that no deal passes was told already, and is reason enough
        if self.dead.isdisjoint(guards) and frozenset(guards) not in told:
            told.add(frozenset(guards))
            message = (
                f"each of these guards can pass, but never together: {', '.join(guards)};"
                f" so {plan.move.id} can never be made"
            )
            yield found("D203", place, message)

    def flags_and_papers(self) -> Iterator[LintFinding]:
        book = self.playbook
        for flag in book.red_flags:
            place = f"red_flags.{flag.id}"
            goals = [Goal(book.condition(place), _UP)]
            if self.oracle.ask(f"{place}.when", "whether it can be raised", goals).impossible:
                yield found("D209", f"{place}.when", "no deal raises it")
        earlier: list[Goal] = []
        for paper in book.papers:
            place = f"papers.{paper.id}"
            own = [] if paper.when is None else [Goal(book.condition(place), TRUE)]
            if self.oracle.ask(place, "whether it is ever offered", [*earlier, *own]).impossible:
                message = "no deal is offered it: it never holds, or an earlier one always does"
                yield found("D210", place, message)
            # the first paper whose condition holds is the one that is offered
            earlier += [Goal(goal.condition, NOT_TRUE) for goal in own]

    def walk_away(self, policy: WalkAway) -> Iterator[LintFinding]:
        """Walk-away guards that a deal may fail, and those that old answers hold up for ever."""
        if policy.enough(len(policy.guards)) < len(policy.guards):
            yield from self.tolerated(policy)
        told: set[Fact] = set()
        for id in policy.guards:
            condition = self.playbook.guard_condition[id]
            facts = condition.facts
            if not facts or id in self.dead:
                continue
            place = f"guards.{id}.when"
            # passing without any answer that can go out of date is passing on old ones for ever
            stale = [fact for fact in facts if fact.good_for is not None]
            goals = [Goal(condition, TRUE), *silent(condition, stale)]
            answer = self.oracle.ask(place, "whether its answers go out of date", goals)
            if answer.scene is not None:
                needed = needed_facts(condition)
                lasting = ", ".join(fact.id for fact in needed if fact.good_for is None)
                message = (
                    "a walk-away guard that may hold for ever on old answers: give"
                    f" {lasting or 'its facts'} a good_for"
                )
                yield found("D405", place, message, in_words(answer.scene))
                continue
            for fact in _valued(condition):
                if fact.good_for is None and fact not in told:
                    told.add(fact)
                    message = (
                        f"the walk-away guard {id} reads it, and an old answer counts for ever"
                    )
                    yield found("D406", f"facts.{fact.id}", f"{message}: give it a good_for")

    def tolerated(self, policy: WalkAway) -> Iterator[LintFinding]:
        """A deal that goes on although a walk-away guard is refuted."""
        book = self.playbook
        for plan in book.plans[policy.start]:
            ways = [way.goals for way in passing(book, plan)]
            for id in policy.guards:
                no = Goal(book.guard_condition[id], _FALSE)
                what = f"whether a deal goes on when {id} is refuted"
                scene = self.oracle.ask(
                    "walk_away.go_on_when", what, *((*way, no) for way in ways)
                ).scene
                if scene is not None:
                    message = (
                        f"a deal may leave {policy.start} with {id} refuted:"
                        f" {policy.enough(len(policy.guards))} of {len(policy.guards)}"
                        " walk-away guards have to be known good"
                    )
                    yield found("D404", "walk_away.go_on_when", message, in_words(scene))
                    return


def _valued(condition: Condition) -> Iterator[Fact]:
    """The facts whose values a condition reads, and not only whether there are any."""
    for node in condition.walk():
        if isinstance(node, OverFact) and not isinstance(node, Known | Missing | Disputed):
            yield node.fact


def _listed(moves: list[str]) -> str:
    return f"the move {moves[0]}" if len(moves) == 1 else f"the moves {', '.join(moves)}"


def in_words(scene: Scene) -> str:
    """The people, what they said, and what else is on the deal; one line each."""
    return "\n".join(_lines(scene)) or "a deal of which nothing is known"


def _lines(scene: Scene) -> Iterator[str]:
    for person in scene.people:
        marks = [
            *(person.roles or ("no role",)),
            *([] if person.kind == "person" else [f"a {person.kind.replace('_', ' ')}"]),
            *([] if person.influence is None else [f"influence {person.influence}"]),
            *([] if person.response_mode is None else [f"in {person.response_mode}"]),
            *([] if person.rating is None else [f"rating {person.rating}"]),
        ]
        yield f"{person.id}: {', '.join(marks)}"
    if scene.amount is not None:
        yield f"the price is {scene.amount}"
    yield from told(scene.card)
    if scene.talks:
        yield f"{scene.talks} two-way talk{'s' * (scene.talks > 1)}"
    for saying in scene.sayings:
        yield _saying(saying)
    for id in scene.heard:
        yield f"{id} was heard first-hand"


def _saying(saying: Saying) -> str:
    whom = {
        "contact": f"{saying.source} says",
        "document": f"{saying.source} (a document) says",
        "observation": "we say",
    }[saying.source_kind]
    about = "" if saying.about in (None, saying.source) else f" of {saying.about}"
    notes = [
        *([] if saying.first_hand else ["told on"]),
        *([f"{saying.age.days} days ago"] if saying.age >= timedelta(days=1) else []),
    ]
    note = f" ({', '.join(notes)})" if notes else ""
    return f"{whom}: {saying.fact} = {literal(saying.value)}{about}{note}"
