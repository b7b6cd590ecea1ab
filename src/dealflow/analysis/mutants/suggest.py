"""The missing test for a mutant, as code that a sales engineer can read, run and keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from dealflow.analysis.as_code import literal, marks, verbs, withdrawal
from dealflow.analysis.history import world_of
from dealflow.analysis.mutants.judge import BY, Equivalence, deal_in
from dealflow.analysis.mutants.mutant import Mutant
from dealflow.analysis.solver import START, Person
from dealflow.assessment import Finding, Judgement, Verdict, judge_move
from dealflow.exceptions import InputError, Problem
from dealflow.message import message
from dealflow.playbook import OUTCOMES, Plan, Playbook, TrialClose
from dealflow.trail import Entry, events

__all__ = ["case_of", "docstring", "function", "imports", "suggest"]

_VERDICTS = {
    Verdict.WALK_AWAY: "to walk away",
    Verdict.RECONCILE: "to bring people together who contradict each other",
    Verdict.ASK: "to ask",
    Verdict.WORK: "to work on what is refused",
    Verdict.READY: "to go on",
}


def suggest(original: Playbook, mutant: Mutant, equivalence: Equivalence) -> str:
    """Write the test that a mutant would fail, and that its original passes.

    Args:
        original: the playbook.
        mutant: one of its mutants.
        equivalence: how a deal tells it from the original.

    Returns:
        The text of a function for pytest, which asserts what the original does; its imports are in
        a file of :func:`suggestions`.

    Raises:
        InputError: no deal is known that tells the mutant from the original.
    """
    return function([mutant], *case_of(original, mutant, equivalence))


def case_of(original: Playbook, mutant: Mutant, equivalence: Equivalence) -> tuple[str, list[str]]:
    """What the test for a mutant says, one sentence, and its lines.

    Raises:
        InputError: no deal is known that tells the mutant from the original.
    """
    if equivalence.outcome != "different" or equivalence.step is None:
        told = message(
            "it is {outcome}: there is no deal to write a test of", outcome=equivalence.outcome
        )
        raise InputError([Problem(mutant.id, told)])
    return _Case(original, mutant, equivalence, equivalence.step).told()


def function(mutants: Sequence[Mutant], says: str, lines: Iterable[str]) -> str:
    """The text of a test, which is named for the first of the mutants that it would notice."""
    name = re.sub(r"\W+", "_", mutants[0].id)
    first, *others = (mutant.description for mutant in mutants)
    found = f"Found by a fault that no test noticed: {first}."
    if others:
        found = f"Found by faults that no test noticed: {'; '.join((first, *others))}."
    body = [*docstring(says), *comment(found), *lines]
    return "\n".join([f"def test_{name}(deal_at):", *(f"{INDENT}{line}" for line in body)]) + "\n"


class _Case:
    """The deal that tells a mutant from its original, and what to assert of it."""

    def __init__(
        self, original: Playbook, mutant: Mutant, equivalence: Equivalence, step: str
    ) -> None:
        self.original = original
        self.mutant = mutant
        self.equivalence = equivalence
        self.step = step
        # two deals: the one that the fixture gives, and the same brought into the scene. The test
        # is what lies between them; and what it asserts is read off the second, judged by the
        # original
        self.before = deal_in(original, step)
        self.deal = deal_in(original, step, equivalence.scene)

    def told(self) -> tuple[str, list[str]]:
        """What the test says, one sentence, and its lines."""
        scene = list(self.scene())
        match self.equivalence.by:
            case "answer":
                says, ending = self.answer()
            case "waiver":
                says, ending = self.waiver()
            case "move":
                says, ending = self.move()
            case "verdict":
                says, ending = self.verdict()
            case "truth":
                says, ending = self.truth()
            case _:
                says, ending = self.readiness()
        lines = [*scene, *ending]
        # only where something happens at a time: linters would call it unused
        if any("**now" in line or 'now["at"]' in line for line in lines):
            lines.insert(0, f'now = {{"by": {literal(BY)}, "at": deal.trail[-1].at}}')
        return says, [f"deal = deal_at({literal(self.step)})", *lines]

    def scene(self) -> Iterator[str]:
        """What has to happen after the deal got to its step."""
        entries = self.deal.trail[self.before.version :]
        # withdrawals that follow each other become one loop
        for withdrawn, group in groupby(
            entries, lambda entry: isinstance(entry.event, events.Withdrawn)
        ):
            if withdrawn:
                yield from self.taken_back(list(group))
            else:
                yield from verbs(self.deal, group)

    def taken_back(self, entries: Sequence[Entry]) -> Iterator[str]:
        """Statements are found by what they are about: their numbers say nothing to a reader."""
        gone = {e.event.statement for e in entries if isinstance(e.event, events.Withdrawn)}
        live = [s for id, s in self.before.statements.items() if id not in self.before.withdrawn]
        # where nothing is left of a fact, to name the fact is enough; else it has to be said whose
        # word goes
        kept = {(s.fact, s.about) for s in live if s.id not in gone}
        taken = [s for s in live if s.id in gone]
        whole = list(dict.fromkeys((s.fact, s.about) for s in taken))
        whole = [key for key in whole if key not in kept]
        if len(whole) > 1:
            rows = (f"({literal(fact)}, {literal(about)})," for fact, about in whole)
            yield from ("gone = [", *(f"{INDENT}{row}" for row in rows), "]")
            yield from withdrawal(["(said.fact, said.about) in gone"])
        else:
            for fact, about in whole:
                yield from withdrawal(list(marks(fact=fact, about=about)))
        for said in taken:
            if (said.fact, said.about) in kept:
                yield from withdrawal(
                    list(marks(fact=said.fact, source=said.source, about=said.about))
                )

    def plan(self, book: Playbook) -> Plan:
        """The move in question as a playbook sees it."""
        to = self.equivalence.to
        return next(plan for plan in book.plans[self.step] if plan.move.to == to)

    def judged(self, book: Playbook) -> Judgement:
        """The move in question, judged under a playbook."""
        return judge_move(world_of(book, self.deal.trail, START), self.plan(book))

    def titles(self, findings: Iterable[Finding]) -> str:
        """The names of guards as they stand in a sentence."""
        return ", ".join(repr(self.original.guard[f.guard].title.english) for f in findings)

    def target(self) -> str:
        """The name of the step to which the move leads."""
        to = self.equivalence.to or ""
        return to if to in OUTCOMES else self.original.step[to].title.english

    def readiness(self) -> tuple[str, list[str]]:
        """The deal moves, or is refused for exactly these reasons."""
        judgement = self.judged(self.original)
        to = f"to={literal(self.equivalence.to)}"
        if judgement.verdict is Verdict.READY:
            here = self.original.step[self.step].title.english
            says = f"Nothing stands between {here!r} and {self.target()!r}."
            return says, [f"assert_moves(deal, {to})"]
        return self.refusal(judgement), self.refused(judgement)

    def refusal(self, judgement: Judgement) -> str:
        """Why the deal may not go on."""
        if len(judgement.blocking) == 1:
            reason = self.original.guard[judgement.blocking[0].guard].refused.english
            if len(reason) <= SUMMARY:
                return reason
        return f"In the way: {self.titles(judgement.blocking)}."

    def refused(self, judgement: Judgement) -> list[str]:
        """The lines that assert a refusal for exactly these reasons."""
        to = f"to={literal(self.equivalence.to)}"
        blocking = [f.guard for f in judgement.findings if f.blocks]
        return call("assert_refused", ["deal", to], "because", blocking)

    def verdict(self) -> tuple[str, list[str]]:
        """What to do with the deal."""
        judgement = self.judged(self.original)
        verdict = judgement.verdict
        here = self.original.step[self.step].title.english
        says = f"The verdict at {here!r} is {_VERDICTS[verdict]}."
        policy = self.original.walk_away
        if verdict is Verdict.WALK_AWAY and policy and len(self.original.plans[self.step]) == 1:
            refuted = [f for f in judgement.findings if f.refuted]
            # ``assert_walks_away`` wants exactly those that count
            causes = [f.guard for f in refuted if f.walk_away or f.guard in policy.at_once]
            return says, call("assert_walks_away", ["deal"], "because", causes)
        return says, self.stays(verdict)

    def truth(self) -> tuple[str, list[str]]:
        """What is known of the condition of a guard."""
        others = {f.guard: f.truth for f in self.judged(self.mutant.playbook).findings}
        finding = next(
            f
            for f in self.judged(self.original).findings
            if others.get(f.guard, f.truth) is not f.truth
        )
        says = f"{self.titles([finding])} is {finding.truth.value}."
        look = f'assessment = deal.assess(to={literal(self.equivalence.to)}, at=now["at"])'
        known = "known = {finding.guard: finding.truth for finding in assessment.findings}"
        check = f"assert known[{literal(finding.guard)}] is Truth.{finding.truth.name}"
        return says, [look, known, check]

    def move(self) -> tuple[str, list[str]]:
        """Where the ways lead from here."""
        here, to = self.original.step[self.step].title.english, self.equivalence.to
        targets = [plan.move.to for plan in self.original.plans[self.step]]
        # a way that the original has and no deal can go: that it is refused there tells them apart
        if self.equivalence.scene is None and to in targets:
            return self.readiness()
        if self.equivalence.scene is None:
            says = f"There is no way from {here!r} straight to {self.target()!r}."
            advance = f"{INDENT}deal.advance(to={literal(to)}, **now)"
            return says, ["with pytest.raises(MoveNotAllowed):", advance]
        says = f"{here!r} leads to {self.target()!r}."
        # a mutant with one way more is told by where a deal goes when nobody says where; with
        # several ways to begin with, it has to be said
        if len(targets) > 1:
            return says, [f"assert_moves(deal, to={literal(to)})"]
        where = "outcome" if to in OUTCOMES else "step"
        return says, ["assert_moves(deal)", f"assert deal.{where} == {literal(to)}"]

    def waiver(self) -> tuple[str, list[str]]:
        """Nobody may set the guard aside, so the deal is still refused."""
        guard = self.original.guard[self.equivalence.guard or ""]
        refused = ["with pytest.raises(EvidenceError):"]
        details = 'authority="the head of sales", reason="Agreed", **now'
        refused.append(f"{INDENT}deal.waive({literal(guard.id)}, {details})")
        says = f"Nobody may set {guard.title.english!r} aside."
        judgement = self.judged(self.original)
        if judgement.blocking:
            return says, [*refused, *self.refused(judgement)]
        return says, [*refused, *self.stays(judgement.verdict)]

    def stays(self, verdict: Verdict) -> list[str]:
        """The lines that assert a verdict."""
        look = f'assessment = deal.assess(to={literal(self.equivalence.to)}, at=now["at"])'
        return [look, f"assert assessment.verdict is Verdict.{verdict.name}"]

    def answer(self) -> tuple[str, list[str]]:
        """A no to the trial close leads back to where the gap is."""
        one, other = self.original.trial_close, self.mutant.playbook.trial_close
        if one is None or other is None:
            raise InputError([Problem(self.mutant.id, message("there is no trial close"))])
        answer = next(answer for answer in one.back if answer in other.forward)
        who, found = self.speaker(one)
        self.deal.answer_trial_close(answer, source=who, by=BY, at=START)
        says = f"The answer {answer!r} to the trial close leads back to where the gap is."
        return says, [
            *found,
            f"deal.answer_trial_close({literal(answer)}, source={literal(who)}, **now)",
            'assessment = deal.assess(at=now["at"])',
            f"assert assessment.step == {literal(self.deal.step)}",
        ]

    def speaker(self, close: TrialClose) -> tuple[str, list[str]]:
        """Somebody to answer the trial close, and how to find him when he isn't there."""
        roles = self.original.fact[close.fact].sources.roles
        for contact in self.deal.contacts.values():
            if not roles or set(roles) & set(contact.roles):
                return contact.id, []
        person = Person(roles[0], roles[:1]) if roles else Person("buyer")
        start = self.deal.version
        self.deal.add_contact(person.id, name=person.name, roles=person.roles, by=BY, at=START)
        return person.id, list(verbs(self.deal, self.deal.trail[start:]))


_WIDTH = 100
INDENT = "    "
SUMMARY = 90
"""So long may a docstring be to stay on one line."""
_SIGNS = {
    "import pytest": {"pytest.": "pytest"},
    "from dealflow import ": {
        "(EvidenceError)": "EvidenceError",
        "[Line(": "Line",
        " Money(": "Money",
        "(Money(": "Money",
        "(MoveNotAllowed)": "MoveNotAllowed",
        " is Truth.": "Truth",
        " is Verdict.": "Verdict",
    },
    "from dealflow.testing import ": {
        "assert_moves(": "assert_moves",
        "assert_refused(": "assert_refused",
        "assert_walks_away(": "assert_walks_away",
    },
}
"""For each import, what in the code shows that a name is used."""


def imports(code: str) -> Iterator[str]:
    """The lines that import what some code uses."""
    if "timedelta(" in code:
        yield from ("", "from datetime import timedelta")
    lines = []
    for line, signs in _SIGNS.items():
        names = dict.fromkeys(name for sign, name in signs.items() if sign in code)
        if names:
            lines.append(line + ", ".join(names) if line.endswith(" ") else line)
    if lines:
        yield from ("", *lines)


def docstring(words: str, indent: str = INDENT) -> Iterator[str]:
    """The lines of a docstring that stands so far in."""
    # titles are the author's words and may hold anything, also what would end the docstring
    safe = words.replace("\\", "\\\\").replace('"""', "'''")
    if len(indent) + len(safe) + 6 <= _WIDTH and not safe.endswith('"'):
        yield f'"""{safe}"""'
    else:
        yield from wrap(f'"""{safe}', _WIDTH - len(indent), break_on_hyphens=False)
        yield '"""'


def comment(words: str) -> list[str]:
    """The lines of a comment."""
    return [f"# {line}" for line in wrap(words, _WIDTH - len(INDENT) - 2, break_on_hyphens=False)]


def call(function: str, arguments: list[str], last: str, guards: Sequence[str]) -> list[str]:
    """A call whose last argument is a set of guards, on as few lines as have room for it."""
    words = [literal(guard) for guard in guards]
    named = f"{last}={{{', '.join(words)}}}"
    line = f"{function}({', '.join([*arguments, named])})"
    if len(INDENT) + len(line) <= _WIDTH:
        return [line]
    if len(INDENT) * 2 + len(named) + 1 > _WIDTH:
        rows = [f"{last}={{", *(f"{INDENT}{word}," for word in words), "}"]
        rows[-1] += ","
    else:
        rows = [f"{named},"]
    rest = [f"{argument}," for argument in arguments]
    return [f"{function}(", *(f"{INDENT}{row}" for row in (*rest, *rows)), ")"]
