"""Everything that must hold between the parts of a playbook, checked in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from string import Formatter
from types import MappingProxyType
from typing import NamedTuple

from dealflow.conditions import Condition, Vocabulary, amounts, parse
from dealflow.evidence import SELF, US, Fact
from dealflow.exceptions import PlaybookError
from dealflow.message import joined, listed, message
from dealflow.playbook.data import misfits
from dealflow.playbook.invariants import check_invariants, inside
from dealflow.playbook.names import Names
from dealflow.playbook.parts import Invariant, Move, WalkAway
from dealflow.playbook.rules import Rules
from dealflow.typing import LANGUAGES
from dealflow.values import FULFILLED, ValueType

__all__ = ["Compiled", "compile_rules"]


class Compiled(NamedTuple):
    """What becomes of the texts of rules that hold together.

    Attributes:
        conditions: the parsed conditions by place, such as ``guards.timely``.
        invariants: the parsed claims of the author by text, in their order.
    """

    conditions: Mapping[str, Condition]
    invariants: Mapping[str, Invariant]


def compile_rules(rules: Rules) -> Compiled:
    """Check rules as a whole, and parse what is written in them.

    Raises:
        PlaybookError: every value of a wrong type with its place or, when there are none, every
            rule that does not hold.
    """
    # Types first and alone: every check below may then take a field for what it is said to be.
    problems = misfits(rules)
    if not problems:
        checker = _Checker(rules)
        checker.check_names()
        checker.check_texts()
        checker.check_facts()
        checker.check_conditions()
        checker.check_steps()
        checker.check_walk_away()
        checker.check_trial_close()
        checker.check_coaching()
        wrong, invariants = check_invariants(rules, checker.conditions.values())
        problems = [*checker.problems, *wrong]
        if not problems:
            return Compiled(
                MappingProxyType(checker.conditions), MappingProxyType(dict(invariants))
            )
    raise PlaybookError(problems, source=message("playbook {playbook}", playbook=rules.id))


class _Checker(Names):
    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.conditions: dict[str, Condition] = {}

    def check_facts(self) -> None:
        for role in self.rules.roles:
            if role.ask is not None:
                self.known(f"roles.{role.id}.ask", "question", [role.ask], self.question_ids)
        for fact in self.rules.facts:
            place = f"facts.{fact.id}"
            if (fact.type is ValueType.CHOICE) != bool(fact.choices):
                self.note(f"{place}.choices", message("a choice, and only a choice, has choices"))
            self.lasting(f"{place}.good_for", fact.good_for)
            if not 1 <= fact.sources.at_least <= 20:
                self.note(f"{place}.sources.at_least", message("not between 1 and 20"))
            if fact.sources.documents and not fact.sources.roles:
                told = message("without roles any source counts already")
                self.note(f"{place}.sources.documents", told)
            others = [role for role in fact.sources.roles if role != SELF]
            self.known(f"{place}.sources.roles", "role", others, self.role_ids)
            if SELF in fact.sources.roles and fact.of == "deal":
                self.note(f"{place}.sources.roles", message("only a contact can speak for himself"))
            self.check_final_word(fact)
            for question in fact.ask:
                whom = f"{place}.ask.{question.id}.of"
                self.known(whom, "role", question.of, [*self.role_ids, US])

    def check_final_word(self, fact: Fact) -> None:
        """Nothing that the final word says may be wanting a second source, or another role."""
        place, rule = f"facts.{fact.id}.final_word", fact.sources
        self.known(place, "role", fact.final_word, self.role_ids)
        if fact.final_word and rule.at_least > 1:
            self.note(place, message("a word that needs a second source is not final"))
        if rule.roles and (outside := [r for r in fact.final_word if r not in rule.roles]):
            told = message("not among those whose word counts: {outside}", outside=listed(outside))
            self.note(place, told)

    def lasting(self, place: str, duration: timedelta | None) -> None:
        if duration is not None and not duration:
            self.note(place, message("has to be above nothing"))

    def check_conditions(self) -> None:
        vocabulary = Vocabulary(self.facts, self.role_ids)
        book = self.rules
        texts = {f"guards.{guard.id}": guard.when for guard in book.guards}
        texts |= {f"red_flags.{flag.id}": flag.when for flag in book.red_flags}
        for paper in book.papers:
            if paper.when is not None:
                texts[f"papers.{paper.id}"] = paper.when
        for place, text in texts.items():
            try:
                self.conditions[place] = parse(text, vocabulary)
            except PlaybookError as error:
                for problem in error.problems:
                    self.note(inside(f"{place}.when", problem.place), problem.message)
        # A deal's money is in one currency, and the first amount in a condition says which.
        currencies = sorted({money.currency for money in amounts(self.conditions.values())})
        if len(currencies) > 1:
            told = message(
                "amounts in {currencies}: a deal's money is in one currency",
                currencies=joined("{first} and {rest}", currencies),
            )
            self.note("conditions", told)

    def check_steps(self) -> None:
        book = self.rules
        if not book.steps:
            self.note("steps", message("a playbook needs at least one step"))
            return
        for step in book.steps:
            self.known(f"steps.{step.id}.leave_when", "guard", step.leave_when, self.guard_ids)
            self.lasting(f"steps.{step.id}.expected_stay", step.expected_stay)
        pairs = Counter((move.source, move.to) for move in book.moves)
        for move in book.moves:
            place = f"moves.{move.id}"
            self.known(f"{place}.from", "step", [move.source], self.step_ids)
            self.known(f"{place}.to", "step", [move.to], [*self.step_ids, FULFILLED])
            self.known(f"{place}.when", "guard", move.when, self.guard_ids)
            if pairs[move.source, move.to] > 1:
                told = message("a second way from {source} to {to}", source=move.source, to=move.to)
                self.note(place, told)
            self.check_forward(move)
        # A misspelt step is on the list already; that nothing leads to the one meant goes with it.
        if all(move.source in self.step_ids for move in book.moves):
            self.check_reach()

    def check_forward(self, move: Move) -> None:
        """Moves lead to later steps, so that "before" and "ever after" have a meaning."""
        order = [step.id for step in self.rules.steps]
        if move.source in order and move.to in order[: order.index(move.source) + 1]:
            told = message(
                "{to} does not come after {source}: going back is no move",
                to=move.to,
                source=move.source,
            )
            self.note(f"moves.{move.id}.to", told)

    def check_reach(self) -> None:
        book = self.rules
        reached = book.reachable(book.steps[0].id)
        for step in book.steps:
            if step.id not in reached:
                told = message("unreachable: no moves lead here from the first step")
                self.note(f"steps.{step.id}", told)
            if FULFILLED not in book.reachable(step.id):
                told = message("no way out: no moves lead from here to fulfilled")
                self.note(f"steps.{step.id}", told)

    def check_walk_away(self) -> None:
        policy = self.rules.walk_away
        if policy is None:
            return
        self.known("walk_away.guards", "guard", policy.guards, self.guard_ids)
        self.known("walk_away.at_once", "guard", policy.at_once, self.guard_ids)
        self.known("walk_away.from", "step", [policy.start], self.step_ids)
        if policy.watch_from is not None:
            self.known("walk_away.watch_from", "step", [policy.watch_from], self.step_ids)
            if self.step_ids.issuperset((policy.start, policy.watch_from)) and (
                policy.start not in self.rules.reachable(policy.watch_from)
            ):
                told = message(
                    "{watch_from} does not come before {start}",
                    watch_from=policy.watch_from,
                    start=policy.start,
                )
                self.note("walk_away.watch_from", told)
        if not policy.guards:
            self.note("walk_away.guards", message("a walk-away policy needs at least one guard"))
        elif isinstance(policy.when_refuted, int) and not (
            1 <= policy.when_refuted <= len(policy.guards)
        ):
            told = message("not 'any', 'all' or a number from 1 to {most}", most=len(policy.guards))
            self.note("walk_away.when_refuted", told)
        elif isinstance(policy.go_on_when, int):
            n = len(policy.guards)
            if not policy.fewest(n) <= policy.go_on_when <= n:
                # With fewer the deal could go on although it may have to be left.
                told = message("not 'all', as when_refuted goes")
                if policy.fewest(n) < n:
                    told = message(
                        "not 'all' or {fewest} to {most}, as when_refuted goes",
                        fewest=policy.fewest(n),
                        most=n,
                    )
                self.note("walk_away.go_on_when", told)
        self.check_apart(policy)

    def check_apart(self, policy: WalkAway) -> None:
        """A walk-away guard is needed when the policy says so, and not elsewhere as well."""
        book = self.rules
        places = {f"steps.{step.id}.leave_when": step.leave_when for step in book.steps}
        places |= {f"moves.{move.id}.when": move.when for move in book.moves}
        for place, guards in places.items():
            for guard in dict.fromkeys(guards):
                if guard in policy.guards:
                    told = message(
                        "{guard!r} is a walk-away guard: the policy says when", guard=guard
                    )
                    self.note(place, told)

    def choice(self, place: str, name: str, choices: Iterable[str]) -> Fact | None:
        self.known(place, "fact", [name], self.facts)
        fact = self.facts.get(name)
        if fact is None:
            return None
        if fact.type is not ValueType.CHOICE or fact.of != "deal":
            self.note(place, message("{name} is not a choice of the deal", name=name))
        else:
            self.known(place, "choice", choices, fact.choices)
        return fact

    def of_type(self, place: str, name: str, type_: ValueType) -> None:
        self.known(place, "fact", [name], self.facts)
        fact = self.facts.get(name)
        if fact is not None and (fact.type is not type_ or fact.of != "deal"):
            told = message("{name} is not a {type} of the deal", name=name, type=type_.value)
            self.note(place, told)

    def check_trial_close(self) -> None:
        close = self.rules.trial_close
        if close is None:
            return
        self.known("trial_close.step", "step", [close.step], self.step_ids)
        answers = [*close.forward, *close.back]
        fact = self.choice("trial_close.fact", close.fact, answers)
        if fact is not None and (left := [c for c in fact.choices if c not in answers]):
            self.note("trial_close", message("neither forward nor back: {left}", left=listed(left)))
        self.known("trial_close.quoted", "choice", close.quoted, fact.choices if fact else ())
        if close.reason is not None:
            self.of_type("trial_close.reason", close.reason, ValueType.TEXT)
        if close.gap_fact is not None:
            self.choice("trial_close.gap", close.gap_fact, close.gaps)
        elif close.gaps:
            self.note("trial_close.gap.fact", message("is missing"))
        # In the file, the key stands for the fact itself.
        if "fact" in close.gaps:
            self.note("trial_close.gap.fact", message("a choice cannot have this name here"))
        before = [step.id for step in self.rules.steps]
        before = before[: before.index(close.step)] if close.step in before else before
        for choice, step in close.gaps.items():
            if step not in before:
                told = message("{step!r} is not a step before the trial close", step=step)
                self.note(f"trial_close.gap.{choice}", told)
        if not before:
            told = message("a trial close needs a step before it to go back to")
            self.note("trial_close.step", told)

    def check_coaching(self) -> None:
        for paper in self.rules.papers[:-1]:
            if paper.when is None:
                told = message("only the last paper may go without a condition")
                self.note(f"papers.{paper.id}", told)
        for paper in self.rules.papers:
            if paper.start is not None:
                self.known(f"papers.{paper.id}.from", "step", [paper.start], self.step_ids)
        coaching = self.rules.coaching
        if coaching.called is not None:
            self.of_type("coaching.called", coaching.called, ValueType.YES_NO)
        asked = {f"coaching.{name}": id for name, id in coaching.asked.items()}
        flags = self.rules.red_flags
        asked |= {f"red_flags.{f.id}.ask": f.ask for f in flags if f.ask is not None}
        for place, question in asked.items():
            self.known(place, "question", [question], set(self.question_ids))
        if coaching.walk_away is not None:
            for language in LANGUAGES:
                self.check_message(language, getattr(coaching.walk_away, language))

    def check_message(self, language: str, words: str) -> None:
        place = f"coaching.walk_away.{language}"
        try:
            # str.format would go on to attributes and items ({name.__class__}): the only two places
            # are without.
            places = [part[1:] for part in Formatter().parse(words) if part[1] is not None]
        except ValueError as error:
            self.note(place, message("not a message with places: {error}", error=error))
            return
        for name, spec, conversion in dict.fromkeys(places):
            if name not in ("name", "account"):
                told = message(
                    "{{{name}}} is no place: there are {{name}} and {{account}}", name=name
                )
                self.note(place, told)
            elif spec or conversion:
                told = message("{{{name}}} stands alone: nothing after the name", name=name)
                self.note(place, told)
