"""Lint by what deals there may be: guards, clauses and moves that decide nothing, or everything.

Each question goes to the solver and is answered for all deals. What it leaves undecided is never a
finding of its kind; it is listed as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from attrs import define, field

from dealflow.analysis.history import world_in
from dealflow.analysis.lint.facts import needed_facts
from dealflow.analysis.lint.findings import LintFinding, found, part_place
from dealflow.analysis.lint.moves import move_place
from dealflow.analysis.lint.oracle import NOT_TRUE, TRUE, Oracle, drops, silent
from dealflow.analysis.phrases import in_word, kind_told, lines, listed, source_told
from dealflow.analysis.solver import (
    START,
    Answer,
    Goal,
    Person,
    Saying,
    Scene,
    passing,
    reached,
    told,
)
from dealflow.conditions import Condition, Disputed, Known, Missing, OverFact, judge, literal
from dealflow.evidence import Fact
from dealflow.message import Message, message
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
            can_pass = message("whether it can pass")
            can_hold = message("whether it can hold a deal back")
            if self.oracle.ask(place, can_pass, [Goal(condition, TRUE)]).impossible:
                self.dead.add(guard.id)
                yield found("D202", place, message("no deal can pass it"))
            elif self.oracle.ask(place, can_hold, [Goal(condition, NOT_TRUE)]).impossible:
                yield found("D201", place, message("every deal passes it"))
            else:
                yield from self.clauses(place, guard.when, condition)

    def clauses(self, place: str, text: str, condition: Condition) -> Iterator[LintFinding]:
        idle: dict[tuple[int, ...], LintFinding] = {}
        for way, part, rest in drops(condition):
            # inside of what makes no difference, nothing does
            if any(way[: len(outer)] == outer for outer in idle):
                continue
            what = message("whether {part} matters", part=str(part))
            if self.oracle.same(place, what, condition, rest):
                said = message("without {part} it comes to the same in every deal", part=str(part))
                idle[way] = found("D204", part_place(place, text, part), said)
        yield from dict.fromkeys(idle.values())

    def moves(self) -> Iterator[LintFinding]:
        """Steps that no deal gets into or out of, and guards that cannot hold together."""
        book = self.playbook
        told: set[frozenset[str]] = set()

        def passes(plan: Plan) -> bool:
            return self.oracle.can_pass(move_place(book, plan.move.id), plan)

        there = reached(book, passes)
        for step in book.steps:
            into = [move.id for move in book.moves if move.to == step.id]
            if not there[step.id]:
                said = message("no deal gets here: {moves} can never be made", moves=_moves(into))
                yield found("D101", f"steps.{step.id}", said)
                continue
            plans = book.plans[step.id]
            leaving = []
            for plan in plans:
                if passes(plan):
                    leaving.append(plan)
                else:
                    yield from self.together(plan, told)
            if not leaving:
                made = _moves([plan.move.id for plan in plans])
                said = message("no deal gets out of here: {moves} can never be made", moves=made)
                yield found("D102", f"steps.{step.id}", said)

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
            said = message(
                "each of these guards can pass, but never together: {guards};"
                " so {move} can never be made",
                guards=listed(guards),
                move=plan.move.id,
            )
            yield found("D203", place, said)

    def flags_and_papers(self) -> Iterator[LintFinding]:
        book = self.playbook
        for flag in book.red_flags:
            place = f"red_flags.{flag.id}"
            goals = [Goal(book.condition(place), _UP)]
            what = message("whether it can be raised")
            if self.oracle.ask(f"{place}.when", what, goals).impossible:
                yield found("D209", f"{place}.when", message("no deal raises it"))
        earlier: list[Goal] = []
        for paper in book.papers:
            place = f"papers.{paper.id}"
            own = [] if paper.when is None else [Goal(book.condition(place), TRUE)]
            what = message("whether it is ever offered")
            if self.oracle.ask(place, what, [*earlier, *own]).impossible:
                said = message(
                    "no deal is offered it: it never holds, or an earlier one always does"
                )
                yield found("D210", place, said)
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
            what = message("whether its answers go out of date")
            answer = self.oracle.ask(place, what, goals)
            if answer.possible:
                needed = needed_facts(condition)
                lasting = listed(fact.id for fact in needed if fact.good_for is None)
                said = message(
                    "a walk-away guard that may hold for ever on old answers: give"
                    " {facts} a good_for",
                    facts=lasting or message("its facts"),
                )
                yield found("D405", place, said, self.shown(answer, [goals]))
                continue
            for fact in _valued(condition):
                if fact.good_for is None and fact not in told:
                    told.add(fact)
                    said = message(
                        "the walk-away guard {guard} reads it, and an old answer counts for ever:"
                        " give it a good_for",
                        guard=id,
                    )
                    yield found("D406", f"facts.{fact.id}", said)

    def tolerated(self, policy: WalkAway) -> Iterator[LintFinding]:
        """A deal that goes on although a walk-away guard is refuted."""
        book = self.playbook
        for plan in book.plans[policy.start]:
            passes = [way.goals for way in passing(book, plan)]
            for id in policy.guards:
                no = Goal(book.guard_condition[id], _FALSE)
                ways = [(*way, no) for way in passes]
                what = message("whether a deal goes on when {guard} is refuted", guard=id)
                answer = self.oracle.ask("walk_away.go_on_when", what, *ways)
                if answer.possible:
                    said = message(
                        "a deal may leave {step} with {guard} refuted:"
                        " {enough} of {n} walk-away guards have to be known good",
                        step=policy.start,
                        guard=id,
                        enough=policy.enough(len(policy.guards)),
                        n=len(policy.guards),
                    )
                    shown = self.shown(answer, ways)
                    yield found("D404", "walk_away.go_on_when", said, shown)
                    return

    def shown(self, answer: Answer, ways: Iterable[Iterable[Goal]]) -> str:
        """A deal in words, made by the verbs and judged; nothing where none can be shown."""
        scene = answer.scene
        if scene is None:
            return ""
        seen = world_in(self.playbook, scene, START)
        met = (
            all(judge(goal.condition, seen).truth in goal.allowed for goal in way) for way in ways
        )
        return in_words(scene) if any(met) else ""


def _valued(condition: Condition) -> Iterator[Fact]:
    """The facts whose values a condition reads, and not only whether there are any."""
    for node in condition.walk():
        if isinstance(node, OverFact) and not isinstance(node, Known | Missing | Disputed):
            yield node.fact


def _moves(moves: list[str]) -> Message:
    if len(moves) == 1:
        return message("the move {move}", move=moves[0])
    return message("the moves {moves}", moves=listed(moves))


def in_words(scene: Scene) -> Message:
    """The people, what they said, and what else is on the deal; one line each."""
    return lines(_lines(scene) or [message("a deal of which nothing is known")])


def _lines(scene: Scene) -> list[str]:
    return [
        *map(_person, scene.people),
        *([] if scene.amount is None else [message("the price is {amount}", amount=scene.amount)]),
        *told(scene.card),
        *_talks(scene.talks),
        *map(_saying, scene.sayings),
        *(message("{person} was heard first-hand", person=person) for person in scene.heard),
    ]


def _person(person: Person) -> str:
    degree, mode = person.influence, person.response_mode
    marks = [
        *(person.roles or (message("no role"),)),
        *kind_told(person.kind),
        *([] if degree is None else [message("influence {degree}", degree=in_word(degree))]),
        *([] if mode is None else [message("in {mode}", mode=in_word(mode))]),
        *([] if person.rating is None else [message("rating {rating}", rating=person.rating)]),
    ]
    return message("{person}: {marks}", person=person.id, marks=listed(marks))


def _talks(number: int) -> Iterator[str]:
    if number == 1:
        yield message("{n} two-way talk", n=number)
    elif number:
        yield message("{n} two-way talks", n=number)


def _saying(saying: Saying) -> str:
    source = source_told(saying.source)
    whom = {
        "contact": message("{source} says", source=source),
        "document": message("{source} (a document) says", source=source),
        "observation": message("we say"),
    }[saying.source_kind]
    said = {"whom": whom, "fact": saying.fact, "value": literal(saying.value)}
    if saying.about in (None, saying.source):
        told = message("{whom}: {fact} = {value}", **said)
    else:
        told = message("{whom}: {fact} = {value} of {person}", **said, person=saying.about)
    notes = [
        *([] if saying.first_hand else [message("told on")]),
        *([message("{n} days ago", n=saying.age.days)] if saying.age >= timedelta(days=1) else []),
    ]
    return message("{text} ({note})", text=told, note=listed(notes)) if notes else told
