"""What people said, in sentences: claims, their sources, and several in one breath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType

from dealflow.evidence import Contact, Statement
from dealflow.playbook import Playbook
from dealflow.trail import Said
from dealflow.typing import Language
from dealflow.values import from_json
from dealflow.wording.titles import Titles

__all__ = ["Statements"]


class Statements(Titles):
    """Sentences about what was said in a deal.

    Args:
        playbook: whose titles to use.
        language: ``en`` or ``zh``.
        people: the contacts by id; the id of anybody else stands for itself.
        statements: the statements by id.
        confirmations: what was confirmed in one go, by the number of its entry.
    """

    def __init__(
        self,
        playbook: Playbook,
        language: Language = "en",
        people: Mapping[str, Contact] = MappingProxyType({}),
        statements: Mapping[int, Statement] = MappingProxyType({}),
        confirmations: Mapping[int, tuple[Statement, ...]] = MappingProxyType({}),
    ) -> None:
        super().__init__(playbook, language, people)
        self._statements = statements
        self._confirmations = confirmations

    @cached_property
    def spoken(self) -> Statements:
        """Sentences to say aloud: in the language in which the playbook asks its questions."""
        if self.language in self.playbook.languages:
            return self
        (language, *_) = self.playbook.languages
        known = (self._people, self._statements, self._confirmations)
        return Statements(self.playbook, language, *known)

    def made_by(self, number: int) -> tuple[Statement, ...]:
        """The statements that an entry made."""
        confirmed = self._confirmations.get(number)
        return (self._statements[number],) if confirmed is None else confirmed

    def claim(self, said: Said) -> str:
        """What a statement says: ``the amount of the budget: EUR 60,000``."""
        value = said.value
        # The event has the form of the trail; a statement on record has the value itself.
        if not isinstance(said, Statement):
            value = from_json(self.playbook.fact[said.fact].type, value)
        what = self._about(said.fact, said.about, said.source)
        return self.pair(what, self.value(said.fact, value))

    def _about(self, fact: str, about: str | None, known: str | None = None) -> str:
        what = self.fact(fact)
        # Whoever speaks of himself need not be named twice in a sentence.
        return what if about in (None, known) else self.bracketed(what, self.person(str(about)))

    def source(self, said: Said, *, card: bool = True) -> str:
        """Who said it, with the job title unless ``card`` is false, and how it came to us."""
        if said.source_kind == "document":
            return self.gettext("document {name}").format(name=self.quoted(said.source))
        if said.source_kind == "observation":
            return self.bracketed(self.gettext("our own observation"), said.source)
        who = self.card(said.source) if card else self.person(said.source)
        if said.via is not None:
            via = self.person(said.via)
            return self.bracketed(who, self.gettext("as {via} tells it").format(via=via))
        return who if said.first_hand else self.bracketed(who, self.gettext("at second hand"))

    def tell(self, said: Statement, *, claim: bool = True) -> str:
        """One statement, also of a confirmation: as :meth:`statement`."""
        return self._breath([said], claim)

    def statement(self, id: int, *, claim: bool = True) -> str:
        """A statement: who, when, in which words, and (unless not wanted) what it says."""
        (told,) = self.told([id], claim=claim)
        return told

    def told(self, ids: Iterable[int], *, claim: bool = True) -> list[str]:
        """Statements, as :meth:`statement`; what was said in one breath is told in one."""
        # A sentence of a customer's often settles several facts, each in a statement of its own.
        # Told one by one, it would look like evidence several times over.
        breaths: dict[tuple[object, ...], list[Statement]] = {}
        for said in (made for id in ids for made in self.made_by(id)):
            key = (said.source_kind, said.source, said.via, said.first_hand, said.said_at)
            breaths.setdefault((*key, said.quote), []).append(said)
        return [self._breath(statements, claim) for statements in breaths.values()]

    def _breath(self, statements: list[Statement], claim: bool) -> str:
        first = statements[0]
        values = {
            "who": self.source(first),
            "day": self.date(first.said_at),
            "claim": self.semicolons(map(self.claim, statements)),
            "quote": self.quoted(first.quote),
        }
        if not first.quote and not claim:
            return self.gettext("{who}, {day}").format(**values)
        if not first.quote:
            return self.gettext("{who}, {day}: {claim}").format(**values)
        if not claim:
            return self.gettext("{who}, {day}: {quote}").format(**values)
        values["quote"] = self.bracketed(values["quote"], values["claim"])
        return self.gettext("{who}, {day}: {quote}").format(**values)
