"""Titles and values in the words of a playbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from dealflow.assessment import Verdict
from dealflow.evidence import (
    ANY_ROLE,
    SELF,
    Contact,
    ContactKind,
    Fact,
    LeadSource,
    Level,
    ResponseMode,
    Text,
)
from dealflow.playbook import FULFILLED, LOST, WALKED_AWAY, Playbook
from dealflow.typing import Language
from dealflow.values import Money, Truth, Value, ValueType
from dealflow.wording.words import Words

__all__ = ["Titles"]


class Titles(Words):
    """The names of a playbook's parts and of a deal's people, in one language."""

    def __init__(
        self,
        playbook: Playbook,
        language: Language = "en",
        people: Mapping[str, Contact] = MappingProxyType({}),
    ) -> None:
        super().__init__(language)
        self.playbook = playbook
        self._people = people

    # names

    def text(self, text: Text) -> str:
        """A text of the playbook in this language, on one line."""
        # Texts in TOML may go over several lines; where a line of the page ends is decided
        # elsewhere.
        return " ".join(text.in_(self.language).split())

    def only_in(self) -> str:
        """That the playbook is in another language only; empty where it is in this one."""
        if self.language in self.playbook.languages:
            return ""
        if self.language == "zh":
            return self.gettext("This playbook is in English only.")
        return self.gettext("This playbook is in Chinese only.")

    def guard(self, id: str) -> str:
        """The title of a guard."""
        return self.text(self.playbook.guard[id].title)

    def fact(self, id: str) -> str:
        """The title of a fact: a phrase for the middle of a sentence."""
        return self.text(self.playbook.fact[id].title)

    def role(self, id: str) -> str:
        """The title of a buying role."""
        if id == ANY_ROLE:
            return self.gettext("a buying role")
        if id == SELF:
            return self.gettext("person in question")
        return self.text(self.playbook.role[id].title)

    def step(self, id: str) -> str:
        """The title of a step, or the name of an outcome."""
        known = self.playbook.step.get(id)
        return self.text(known.title) if known else self.outcome(id)

    def outcome(self, id: str | None) -> str:
        """The name of an outcome; ``None`` is an open deal."""
        return {
            None: self.gettext("open"),
            FULFILLED: self.gettext("fulfilled"),
            WALKED_AWAY: self.gettext("walked away"),
            LOST: self.gettext("lost"),
        }[id]

    def person(self, id: str) -> str:
        """The name of a contact."""
        contact = self._people.get(id)
        return contact.name if contact else id

    def card(self, id: str) -> str:
        """Name and job title: ``Ruth Okafor (CFO)``."""
        contact = self._people.get(id)
        return self.bracketed(contact.name, contact.title) if contact else id

    def player(self, id: str) -> str:
        """Name and buying roles: ``Ruth Okafor (economic buyer)``."""
        contact = self._people.get(id)
        if contact is None:
            return id
        return self.bracketed(contact.name, self.listed(map(self._small_role, contact.roles)))

    def _small_role(self, id: str) -> str:
        return self.small(self.role(id))

    def roles(self, ids: Iterable[str]) -> str:
        """Roles to choose from: ``the economic buyer or the sponsor``."""
        return self.one_of(
            self.gettext("the {role}").format(role=self._small_role(id)) for id in ids
        )

    def level(self, level: Level) -> str:
        """At which level of the customer's house somebody stands."""
        return {
            "executive": self.gettext("executive"),
            "manager": self.gettext("manager"),
            "staff": self.gettext("staff"),
        }[level]

    def kind(self, kind: ContactKind) -> str:
        """What a contact is."""
        return {
            "person": self.pgettext("kind of contact", "person"),
            "committee": self.gettext("committee"),
            "third_party": self.gettext("third party"),
        }[kind]

    def response_mode(self, mode: ResponseMode) -> str:
        """How somebody responds to a proposal for change."""
        return {
            "growth": self.gettext("wants growth"),
            "trouble": self.gettext("in trouble"),
            "even_keel": self.gettext("on an even keel"),
            "overconfident": self.gettext("overconfident"),
        }[mode]

    def lead_source(self, source: LeadSource) -> str:
        """Where a deal comes from."""
        return {
            "marketing": self.gettext("marketing"),
            "referral": self.gettext("referral"),
            "forecast": self.gettext("forecast"),
        }[source]

    def truth(self, truth: Truth) -> str:
        """What is known of a condition, in a word or two."""
        return {
            # Every message stands in the source as it is, since the catalogue is collected from
            # there: one that is put together at run time would never be translated.
            Truth.TRUE: self.gettext("known good"),
            Truth.FALSE: self.gettext("not so"),
            Truth.UNKNOWN: self.gettext("not known"),
            Truth.CONFLICTED: self.gettext("contradictory"),
        }[truth]

    def verdict(self, verdict: Verdict) -> str:
        """What to do, in a word or two."""
        return {
            Verdict.WALK_AWAY: self.gettext("Walk away"),
            Verdict.RECONCILE: self.gettext("Reconcile"),
            Verdict.ASK: self.gettext("Ask"),
            Verdict.WORK: self.gettext("Work on it"),
            Verdict.READY: self.gettext("Ready"),
        }[verdict]

    def first(self, verdict: Verdict) -> str:
        """What comes before a move that was refused: ``Refused: ask first``."""
        return {
            Verdict.WALK_AWAY: self.gettext("Refused: walk away"),
            Verdict.RECONCILE: self.gettext("Refused: reconcile first"),
            Verdict.ASK: self.gettext("Refused: ask first"),
            Verdict.WORK: self.gettext("Refused: work on it first"),
            Verdict.READY: self.gettext("Refused"),
        }[verdict]

    def advice(self, verdict: Verdict) -> str:
        """What a verdict means, in a sentence."""
        return {
            Verdict.WALK_AWAY: self.gettext(
                "A walk-away condition is not met: end it politely, or bring new evidence."
            ),
            Verdict.RECONCILE: self.gettext(
                "Answers contradict each other: clear that up with those who gave them."
            ),
            Verdict.ASK: self.gettext("Something that is needed is not known: ask."),
            Verdict.WORK: self.gettext(
                "Something that is needed is not so: change it before going on."
            ),
            Verdict.READY: self.gettext("Everything that is needed is known and good: go on."),
        }[verdict]

    def go_on(self, to: str, *, enough: bool) -> str:
        """What a deal that is ready needs next.

        Args:
            to: the step, or ``fulfilled``, that the move leads to.
            enough: whether enough of the walk-away conditions are good, and not all.
        """
        if to == FULFILLED:
            told = self.gettext("close the deal as fulfilled")
        else:
            told = self.gettext("go on to {step}").format(step=self.step(to))
        if enough:
            return self.gettext("Enough is known and good: {told}.").format(told=told)
        return self.gettext("Everything that is needed is known and good: {told}.").format(
            told=told
        )

    # values

    def value(self, fact: str, value: Value) -> str:
        """A value of a fact, in words."""
        known = self.playbook.fact[fact]
        if known.type is ValueType.CHOICE:
            return self._choice(known, str(value))
        if known.type is ValueType.PERSON:
            return self.person(str(value))
        return self.plain(value)

    def _choice(self, fact: Fact, value: str) -> str:
        title = fact.choices.get(value)
        return self.text(title) if title else value

    def plain(self, value: Value) -> str:
        """A value by its type alone."""
        match value:
            case bool():
                return self.yes_no(value)
            case Decimal():
                return self.number(value)
            case Money():
                return self.money(value)
            case timedelta():
                return self.duration(value)
            case date():
                return self.date(value)
            case tuple():
                items = [self.item(item) for item in value]
                return self.listed(items) if items else self.gettext("none")
            case _:
                return " ".join(value.split())

    def item(self, item: str) -> str:
        """An item of a list: what a customer may do instead of buying has words of its own."""
        return {
            "do_nothing": self.gettext("doing nothing"),
            "in_house": self.gettext("doing it themselves"),
        }.get(item, " ".join(item.split()))

    def paper(self, id: str) -> str:
        """The title of a kind of paper."""
        return self.text({p.id: p.title for p in self.playbook.papers}[id])

    def contents(self, paper: str) -> list[str]:
        """What has to stand in a kind of paper."""
        contains = {p.id: p.contains for p in self.playbook.papers}[paper]
        return [self.text(item) for item in contains]

    def attribute(self, name: str) -> str:
        """A bare attribute of the deal or of a contact, such as ``deal.amount``."""
        return {
            "deal.amount": self.gettext("the price"),
            "deal.account": self.gettext("the customer"),
            "deal.talks": self.gettext("how often we talked"),
            "deal.owner": self.gettext("the owner"),
            "deal.source": self.gettext("where the deal came from"),
            "deal.source_name": self.gettext("the name of the source"),
            "deal.market": self.gettext("the market"),
            "deal.expected_close": self.gettext("the expected close"),
            "deal.products": self.gettext("the products"),
            "deal.lines_total": self.gettext("the sum of the lines"),
            "contact.influence": self.gettext("influence"),
            "contact.response_mode": self.gettext("response mode"),
            "contact.rating": self.gettext("rating of us"),
            "contact.department": self.gettext("department"),
            "contact.level": self.gettext("level"),
        }.get(name, name)
