"""Everything that must hold between the parts of a playbook, checked in one go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from keyword import iskeyword
from string import Formatter
from types import MappingProxyType
from typing import NamedTuple

from dealflow.conditions import Condition, Vocabulary, amounts, parse
from dealflow.evidence import ANY_ROLE, SELF, US, Fact, Text
from dealflow.exceptions import PlaybookError, Problem
from dealflow.playbook.data import misfits
from dealflow.playbook.invariants import check_invariants, nearest
from dealflow.playbook.parts import Invariant, Move, WalkAway
from dealflow.playbook.rules import Rules
from dealflow.values import FULFILLED, OUTCOMES, ValueType

__all__ = ["Compiled", "compile_rules"]

_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FACT = re.compile(r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}")
_MOVE = re.compile(r"[a-z][a-z0-9_]{0,69}")  # long enough for leave_<step>
_QUESTION = re.compile(r"[a-z][a-z0-9_.]{0,99}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}")
_TRIGGERS = ("open", "walk_away", "lose", "reopen")
"""The ways out that every step has; a move of the same name would mix with them."""
_SUGGESTIONS = 50
"""So many problems get one each: finding the nearest name takes its time."""


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
    raise PlaybookError(problems, source=f"playbook {rules.id}")


class _Checker:
    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.problems: list[Problem] = []
        self.conditions: dict[str, Condition] = {}
        self.facts = {fact.id: fact for fact in rules.facts}
        self.guard_ids = {guard.id for guard in rules.guards}
        self.step_ids = {step.id for step in rules.steps}
        self.role_ids = [role.id for role in rules.roles]
        self.question_ids = [q.id for fact in rules.facts for q in fact.ask]

    def note(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def known(self, place: str, kind: str, names: Iterable[str], among: Iterable[str]) -> None:
        """Note every name that isn't declared, and every one that is given twice."""
        declared = set(among)
        for name, times in Counter(list(names)).items():
            if name not in declared:
                near = nearest(name, declared) if len(self.problems) < _SUGGESTIONS else ""
                self.note(place, f"there is no {kind} {name!r}{near}")
            if times > 1:
                self.note(place, f"{kind} {name!r} is given twice")

    def check_names(self) -> None:
        book = self.rules
        if not _WORD.fullmatch(book.id):
            self.note("id", f"{book.id!r} is no id: a small letter, then small letters, digits, _")
        if not _VERSION.fullmatch(book.version):
            self.note("version", f"{book.version!r} is no version such as '1.0.0'")
        words = "a small letter, then small letters, digits, _"
        dotted = f"{words}; and dots"
        self.unique("roles", self.role_ids, _WORD, words)
        self.unique("facts", [fact.id for fact in book.facts], _FACT, "two words with a dot")
        self.unique("guards", [guard.id for guard in book.guards], _WORD, words)
        self.unique("red_flags", [flag.id for flag in book.red_flags], _WORD, words)
        self.unique("steps", [step.id for step in book.steps], _WORD, words)
        self.unique("moves", [move.id for move in book.moves], _MOVE, words)
        self.unique("papers", [paper.id for paper in book.papers], _WORD, words)
        self.unique("coaching.probes", [p.id for p in book.coaching.probes], _QUESTION, dotted)
        self.unique("questions", self.question_ids, _QUESTION, dotted)
        for fact in book.facts:
            self.unique(f"facts.{fact.id}.choices", fact.choices, _WORD, words)
        self.check_reserved()

    def unique(
        self, place: str, names: Iterable[str], pattern: re.Pattern[str], shape: str
    ) -> None:
        """Note every id that is given to two, and every one that has not the shape of an id."""
        for name, times in Counter(list(names)).items():
            if times > 1:
                self.note(f"{place}.{name}", f"{times} have this id: ids are unique")
            if not pattern.fullmatch(name):
                self.note(f"{place}.{name}", f"{name!r} is no id here: {shape}")

    def check_reserved(self) -> None:
        book = self.rules
        for step in book.steps:
            if step.id in OUTCOMES:
                self.note(f"steps.{step.id}", "a step cannot have the name of an outcome")
        for move in book.moves:
            if move.id in _TRIGGERS:
                self.note(f"moves.{move.id}", "every step has this way out already")
        for role in self.role_ids:
            # Conditions are read by Python's parser, to which a keyword is no name.
            if role in (ANY_ROLE, SELF, US) or iskeyword(role):
                self.note(f"roles.{role}", "this word has a meaning of its own")
        for fact in self.facts:
            first, *_ = words = fact.split(".")
            if first in ("deal", "contact") or any(map(iskeyword, words)):
                self.note(f"facts.{fact}", "one of its words has a meaning of its own")

    def check_texts(self) -> None:
        for place, text in self.texts():
            for language, words in (("en", text.en), ("zh", text.zh)):
                if not words.strip():
                    self.note(f"{place}.{language}", "an empty text")

    def texts(self) -> Iterator[tuple[str, Text]]:
        book = self.rules
        yield "title", book.title
        for role in book.roles:
            yield f"roles.{role.id}.title", role.title
            if role.about is not None:
                yield f"roles.{role.id}.about", role.about
        for fact in book.facts:
            yield from _texts_of_fact(fact)
        for guard in book.guards:
            yield f"guards.{guard.id}.title", guard.title
            yield f"guards.{guard.id}.refused", guard.refused
        for step in book.steps:
            yield f"steps.{step.id}.title", step.title
            yield f"steps.{step.id}.goal", step.goal
        yield from ((f"red_flags.{flag.id}.says", flag.says) for flag in book.red_flags)
        for paper in book.papers:
            yield f"papers.{paper.id}.title", paper.title
            yield from ((f"papers.{paper.id}.contains", item) for item in paper.contains)
        yield from ((f"coaching.probes.{p.id}", p.text) for p in book.coaching.probes)
        if book.coaching.walk_away is not None:
            yield "coaching.walk_away", book.coaching.walk_away

    def check_facts(self) -> None:
        for role in self.rules.roles:
            if role.ask is not None:
                self.known(f"roles.{role.id}.ask", "question", [role.ask], self.question_ids)
        for fact in self.rules.facts:
            place = f"facts.{fact.id}"
            if (fact.type is ValueType.CHOICE) != bool(fact.choices):
                self.note(f"{place}.choices", "a choice, and only a choice, has choices")
            self.lasting(f"{place}.good_for", fact.good_for)
            if not 1 <= fact.sources.at_least <= 20:
                self.note(f"{place}.sources.at_least", "not between 1 and 20")
            if fact.sources.documents and not fact.sources.roles:
                self.note(f"{place}.sources.documents", "without roles any source counts already")
            others = [role for role in fact.sources.roles if role != SELF]
            self.known(f"{place}.sources.roles", "role", others, self.role_ids)
            if SELF in fact.sources.roles and fact.of == "deal":
                self.note(f"{place}.sources.roles", "only a contact can speak for himself")
            self.check_final_word(fact)
            for question in fact.ask:
                whom = f"{place}.ask.{question.id}.of"
                self.known(whom, "role", question.of, [*self.role_ids, US])

    def check_final_word(self, fact: Fact) -> None:
        """Nothing that the final word says may be wanting a second source, or another role."""
        place, rule = f"facts.{fact.id}.final_word", fact.sources
        self.known(place, "role", fact.final_word, self.role_ids)
        if fact.final_word and rule.at_least > 1:
            self.note(place, "a word that needs a second source is not final")
        if rule.roles and (outside := [r for r in fact.final_word if r not in rule.roles]):
            self.note(place, f"not among those whose word counts: {', '.join(outside)}")

    def lasting(self, place: str, duration: timedelta | None) -> None:
        if duration is not None and not duration:
            self.note(place, "has to be above nothing")

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
                    inside = f", {problem.place}" if problem.place else ""
                    self.note(f"{place}.when{inside}", problem.message)
        # A deal's money is in one currency, and the first amount in a condition says which.
        currencies = sorted({money.currency for money in amounts(self.conditions.values())})
        if len(currencies) > 1:
            message = f"amounts in {' and '.join(currencies)}: a deal's money is in one currency"
            self.note("conditions", message)

    def check_steps(self) -> None:
        book = self.rules
        if not book.steps:
            self.note("steps", "a playbook needs at least one step")
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
                self.note(place, f"a second way from {move.source} to {move.to}")
            self.check_forward(move)
        # A misspelt step is on the list already; that nothing leads to the one meant goes with it.
        if all(move.source in self.step_ids for move in book.moves):
            self.check_reach()

    def check_forward(self, move: Move) -> None:
        """Moves lead to later steps, so that "before" and "ever after" have a meaning."""
        order = [step.id for step in self.rules.steps]
        if move.source in order and move.to in order[: order.index(move.source) + 1]:
            message = f"{move.to} does not come after {move.source}: going back is no move"
            self.note(f"moves.{move.id}.to", message)

    def check_reach(self) -> None:
        book = self.rules
        reached = book.reachable(book.steps[0].id)
        for step in book.steps:
            if step.id not in reached:
                self.note(f"steps.{step.id}", "unreachable: no moves lead here from the first step")
            if FULFILLED not in book.reachable(step.id):
                self.note(f"steps.{step.id}", "no way out: no moves lead from here to fulfilled")

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
                message = f"{policy.watch_from} does not come before {policy.start}"
                self.note("walk_away.watch_from", message)
        if not policy.guards:
            self.note("walk_away.guards", "a walk-away policy needs at least one guard")
        elif isinstance(policy.when_refuted, int) and not (
            1 <= policy.when_refuted <= len(policy.guards)
        ):
            message = f"not 'any', 'all' or a number from 1 to {len(policy.guards)}"
            self.note("walk_away.when_refuted", message)
        elif isinstance(policy.go_on_when, int):
            n = len(policy.guards)
            if not policy.fewest(n) <= policy.go_on_when <= n:
                # With fewer the deal could go on although it may have to be left.
                which = "'all'" if policy.fewest(n) == n else f"'all' or {policy.fewest(n)} to {n}"
                self.note("walk_away.go_on_when", f"not {which}, as when_refuted goes")
        self.check_apart(policy)

    def check_apart(self, policy: WalkAway) -> None:
        """A walk-away guard is needed when the policy says so, and not elsewhere as well."""
        book = self.rules
        places = {f"steps.{step.id}.leave_when": step.leave_when for step in book.steps}
        places |= {f"moves.{move.id}.when": move.when for move in book.moves}
        for place, guards in places.items():
            for guard in dict.fromkeys(guards):
                if guard in policy.guards:
                    self.note(place, f"{guard!r} is a walk-away guard: the policy says when")

    def choice(self, place: str, name: str, choices: Iterable[str]) -> Fact | None:
        self.known(place, "fact", [name], self.facts)
        fact = self.facts.get(name)
        if fact is None:
            return None
        if fact.type is not ValueType.CHOICE or fact.of != "deal":
            self.note(place, f"{name} is not a choice of the deal")
        else:
            self.known(place, "choice", choices, fact.choices)
        return fact

    def of_type(self, place: str, name: str, type_: ValueType) -> None:
        self.known(place, "fact", [name], self.facts)
        fact = self.facts.get(name)
        if fact is not None and (fact.type is not type_ or fact.of != "deal"):
            self.note(place, f"{name} is not a {type_.value} of the deal")

    def check_trial_close(self) -> None:
        close = self.rules.trial_close
        if close is None:
            return
        self.known("trial_close.step", "step", [close.step], self.step_ids)
        answers = [*close.forward, *close.back]
        fact = self.choice("trial_close.fact", close.fact, answers)
        if fact is not None and (left := [c for c in fact.choices if c not in answers]):
            self.note("trial_close", f"neither forward nor back: {', '.join(left)}")
        self.known("trial_close.quoted", "choice", close.quoted, fact.choices if fact else ())
        if close.reason is not None:
            self.of_type("trial_close.reason", close.reason, ValueType.TEXT)
        if close.gap_fact is not None:
            self.choice("trial_close.gap", close.gap_fact, close.gaps)
        elif close.gaps:
            self.note("trial_close.gap.fact", "is missing")
        # In the file, the key stands for the fact itself.
        if "fact" in close.gaps:
            self.note("trial_close.gap.fact", "a choice cannot have this name here")
        before = [step.id for step in self.rules.steps]
        before = before[: before.index(close.step)] if close.step in before else before
        for choice, step in close.gaps.items():
            if step not in before:
                message = f"{step!r} is not a step before the trial close"
                self.note(f"trial_close.gap.{choice}", message)
        if not before:
            self.note("trial_close.step", "a trial close needs a step before it to go back to")

    def check_coaching(self) -> None:
        for paper in self.rules.papers[:-1]:
            if paper.when is None:
                self.note(f"papers.{paper.id}", "only the last paper may go without a condition")
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
            for language in ("en", "zh"):
                self.check_message(language, getattr(coaching.walk_away, language))

    def check_message(self, language: str, message: str) -> None:
        place = f"coaching.walk_away.{language}"
        try:
            # str.format would go on to attributes and items ({name.__class__}): the only two places
            # are without.
            places = [part[1:] for part in Formatter().parse(message) if part[1] is not None]
        except ValueError as error:
            self.note(place, f"not a message with places: {error}")
            return
        for name, spec, conversion in dict.fromkeys(places):
            if name not in ("name", "account"):
                self.note(place, f"{{{name}}} is no place: there are {{name}} and {{account}}")
            elif spec or conversion:
                self.note(place, f"{{{name}}} stands alone: nothing after the name")


def _texts_of_fact(fact: Fact) -> Iterator[tuple[str, Text]]:
    yield f"facts.{fact.id}.title", fact.title
    for question in fact.ask:
        yield f"facts.{fact.id}.ask.{question.id}", question.text
    for choice, title in fact.choices.items():
        yield f"facts.{fact.id}.choices.{choice}", title
