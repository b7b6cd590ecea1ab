"""The names and the texts of a playbook: ids that are ids, each given once, and no empty text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from keyword import iskeyword
from typing import Final

from dealflow.evidence import ANY_ROLE, SELF, US, Fact, Text
from dealflow.exceptions import Problem
from dealflow.message import listed, message
from dealflow.playbook.invariants import nearest
from dealflow.playbook.rules import Rules
from dealflow.values import OUTCOMES

__all__ = ["Names"]

_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FACT = re.compile(r"[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}")
_MOVE = re.compile(r"[a-z][a-z0-9_]{0,69}")  # long enough for leave_<step>
_QUESTION = re.compile(r"[a-z][a-z0-9_.]{0,99}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}")
_TRIGGERS = ("open", "walk_away", "lose", "reopen")
"""The ways out that every step has; a move of the same name would mix with them."""
_SUGGESTIONS = 50
"""So many problems get one each: finding the nearest name takes its time."""

_SHAPE: Final = message("a small letter, then small letters, digits, _")
_KINDS: Final = {
    str(each): each
    for each in (
        message("choice"),
        message("fact"),
        message("guard"),
        message("question"),
        message("role"),
        message("step"),
    )
}
"""What messages call the things that have ids."""


class Names:
    """Every id and text of a playbook, and what is found wrong with them."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.problems: list[Problem] = []
        self.facts = {fact.id: fact for fact in rules.facts}
        self.guard_ids = {guard.id for guard in rules.guards}
        self.step_ids = {step.id for step in rules.steps}
        self.role_ids = [role.id for role in rules.roles]
        self.question_ids = [q.id for fact in rules.facts for q in fact.ask]

    def note(self, place: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, message))

    def known(self, place: str, kind: str, names: Iterable[str], among: Iterable[str]) -> None:
        """Note every name that isn't declared, and every one that is given twice."""
        declared = set(among)
        for name, times in Counter(list(names)).items():
            if name not in declared:
                near = nearest(name, declared) if len(self.problems) < _SUGGESTIONS else ""
                told = message(
                    "there is no {kind} {name!r}{near}", kind=_KINDS[kind], name=name, near=near
                )
                self.note(place, told)
            if times > 1:
                told = message("{kind} {name!r} is given twice", kind=_KINDS[kind], name=name)
                self.note(place, told)

    def check_names(self) -> None:
        """Every id is one, and is given once."""
        book = self.rules
        if not _WORD.fullmatch(book.id):
            told = message("{id!r} is no id: {shape}", id=book.id, shape=_SHAPE)
            self.note("id", told)
        if not _VERSION.fullmatch(book.version):
            told = message("{version!r} is no version such as '1.0.0'", version=book.version)
            self.note("version", told)
        words, dotted = _SHAPE, message("{shape}; and dots", shape=_SHAPE)
        self.unique("roles", self.role_ids, _WORD, words)
        self.unique(
            "facts", [fact.id for fact in book.facts], _FACT, message("two words with a dot")
        )
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
                told = message("{times} have this id: ids are unique", times=times)
                self.note(f"{place}.{name}", told)
            if not pattern.fullmatch(name):
                told = message("{name!r} is no id here: {shape}", name=name, shape=shape)
                self.note(f"{place}.{name}", told)

    def check_reserved(self) -> None:
        """No id is a word that has another meaning."""
        book = self.rules
        for step in book.steps:
            if step.id in OUTCOMES:
                self.note(f"steps.{step.id}", message("a step cannot have the name of an outcome"))
        for move in book.moves:
            if move.id in _TRIGGERS:
                self.note(f"moves.{move.id}", message("every step has this way out already"))
        for role in self.role_ids:
            # Conditions are read by Python's parser, to which a keyword is no name.
            if role in (ANY_ROLE, SELF, US) or iskeyword(role):
                self.note(f"roles.{role}", message("this word has a meaning of its own"))
        for fact in self.facts:
            first, *_ = words = fact.split(".")
            if first in ("deal", "contact") or any(map(iskeyword, words)):
                self.note(f"facts.{fact}", message("one of its words has a meaning of its own"))

    def check_texts(self) -> None:
        """Every text says something in each of the playbook's languages, and in no other."""
        named = self.rules.languages
        if not named:
            self.note("languages", message("a playbook's texts are in one language at least"))
        for language in (name for name, times in Counter(named).items() if times > 1):
            self.note("languages", message("{language} is given twice", language=language))
        only = message(
            "the playbook's languages are {named}: no text is in another", named=listed(named)
        )
        for place, text in self.texts():
            for language, words in (("en", text.en), ("zh", text.zh)):
                if language in named and not words.strip():
                    self.note(f"{place}.{language}", message("an empty text"))
                elif language not in named and words and named:
                    self.note(f"{place}.{language}", only)

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text with its place."""
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


def _texts_of_fact(fact: Fact) -> Iterator[tuple[str, Text]]:
    yield f"facts.{fact.id}.title", fact.title
    for question in fact.ask:
        yield f"facts.{fact.id}.ask.{question.id}", question.text
    for choice, title in fact.choices.items():
        yield f"facts.{fact.id}.choices.{choice}", title
