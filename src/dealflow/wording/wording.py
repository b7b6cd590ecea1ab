"""Findings, questions, entries of the trail and errors as sentences, in English and Chinese.

The words come from the playbook's own texts and from gettext catalogues; nothing is installed
globally, and nothing that a deal stores has any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from dealflow.assessment import Ask, Farewell, Finding, RaisedFlag, Refused
from dealflow.conditions import Gap, Named
from dealflow.deal import Deal
from dealflow.evidence import ANY_ROLE, US, Card, Contact, Lack, Statement
from dealflow.exceptions import DealflowError, MoveNotAllowed
from dealflow.message import Message
from dealflow.playbook import Playbook
from dealflow.state import Waiver
from dealflow.trail import Entry
from dealflow.typing import Language
from dealflow.values import Truth
from dealflow.wording import asking, entries
from dealflow.wording.cards import deal_card
from dealflow.wording.rules import RuleWords
from dealflow.wording.salutation import addressed

__all__ = ["Wording"]

_MOST_NAMES = 3


class Wording(RuleWords):
    """Sentences about the deals of one playbook, in one language.

    Args:
        playbook: whose titles, questions and reasons to use.
        language: ``en`` or ``zh``.
        people: the contacts by id; the id of anybody else stands for itself.
        statements: the statements by id, for the evidence in findings.
        waivers: the waivers by guard.
    """

    def __init__(
        self,
        playbook: Playbook,
        language: Language = "en",
        *,
        people: Mapping[str, Contact] = MappingProxyType({}),
        statements: Mapping[int, Statement] = MappingProxyType({}),
        confirmations: Mapping[int, tuple[Statement, ...]] = MappingProxyType({}),
        waivers: Mapping[str, Waiver] = MappingProxyType({}),
    ) -> None:
        super().__init__(playbook, language, people, statements, confirmations)
        self._waivers = waivers

    @classmethod
    def of(cls, deal: Deal, language: Language = "en") -> Wording:
        """Sentences about a deal as it is now."""
        return cls(
            deal.playbook,
            language,
            people=deal.contacts,
            statements=deal.statements,
            confirmations=deal.confirmations,
            waivers=deal.waivers,
        )

    # findings

    def standing(self, finding: Finding) -> str:
        """How a guard stands: ``people contradict each other``."""
        if finding.waived is not None:
            waiver = self._waivers.get(finding.guard)
            who = waiver.authority if waiver else self.gettext("a named person")
            return self.gettext("set aside by {who}").format(who=who)
        if finding.truth is Truth.CONFLICTED:
            # A document has no quarrel with anybody: only where all who differ are people is it
            # said that they contradict each other.
            ids = (*finding.yes, *finding.no)
            kinds = {said.source_kind for id in ids for said in self.made_by(id)}
            return self.contradiction(people=kinds == {"contact"})
        if finding.truth is Truth.UNKNOWN and any(gap.reason == "stale" for gap in finding.gaps):
            return self.gettext("no longer known")
        if finding.truth is Truth.UNKNOWN:
            return self.gettext("not known yet")
        return self.truth(finding.truth)

    def contradiction(self, *, people: bool) -> str:
        """That answers differ; between people, when papers and observations have no part in it."""
        if people:
            return self.gettext("people contradict each other")
        return self.gettext("the answers contradict each other")

    def headline(self, finding: Finding) -> str:
        """A finding in a line: ``Budget approved: people contradict each other``."""
        return self.pair(self.guard(finding.guard), self.standing(finding))

    def finding(self, finding: Finding) -> str:
        """A finding with its evidence and what is missing, as a paragraph."""
        clauses = [self.headline(finding)]
        if finding.truth in (Truth.CONFLICTED, Truth.FALSE):
            for label, ids in (
                (self.gettext("For"), finding.yes),
                (self.gettext("Against"), finding.no),
            ):
                clauses += [self.pair(label, told) for told in self.told(ids)]
        clauses += self.gap_lines(finding.gaps)
        return self.sentences(clauses)

    def gap(self, gap: Gap) -> str:
        """Something missing: ``the amount of the budget: nobody has been asked``."""
        missing = self.lacking(gap)
        if gap.subject not in self.playbook.fact:
            if gap.about is None:
                return missing
            return self.pair(self.person(gap.about), missing)
        return self.pair(self._about(gap.subject, gap.about), missing)

    def gap_lines(self, gaps: Iterable[Gap], *, brief: bool = False) -> list[str]:
        """What is missing, a line for each lack: ``never asked: the date; the budget``."""
        groups: dict[tuple[str, str], list[str]] = {}
        for gap in gaps:
            # By the lack and not by the fact: ten facts that nobody was asked for are one line and
            # not ten.
            lack = self.lacking(gap, brief=brief)
            known = self.playbook.fact.get(gap.subject)
            found = groups.setdefault((lack, gap.about or ""), [])
            found += [self.text(known.title)] if known else []
        lines = []
        for (lack, about), facts in groups.items():
            head = self.bracketed(lack, self.person(about)) if about else lack
            lines.append(self.pair(head, self.semicolons(facts)) if facts else head)
        return lines

    def lacking(self, gap: Gap, *, brief: bool = False) -> str:
        """What a gap misses, without its subject: ``never asked``."""
        match gap.reason:
            case "never_asked":
                return self.gettext("never asked")
            case "stale":
                return self._stale(gap, brief)
            case "second_source":
                return self._second_source(gap)
            case "role" | "first_hand":
                return self._entitled(gap)
            case "final_word":
                whom = self.roles(gap.lack.roles if gap.lack else ())
                return self.gettext("needs to be heard first-hand from {whom}").format(whom=whom)
            case "since_rejection":
                return self.gettext("not said again since the rejection")
            case "nobody_in_role" | "too_few_heard" | "too_few_voices":
                return self._too_few(gap)
            case "passed":
                return self.gettext("the day named is over")
            case "not_named":
                items = self.one_of(map(self.quoted, self._wanted_items(gap.subject)))
                return self.gettext("nobody has named {items}").format(items=items)
            case _:
                return self.gettext("{what} not noted").format(what=self.attribute(gap.subject))

    def _too_few(self, gap: Gap) -> str:
        if gap.reason == "nobody_in_role":
            if gap.subject == ANY_ROLE:
                return self.gettext("nobody is known in any buying role")
            role = self.small(self.role(gap.subject))
            return self.gettext("nobody is known as {role}").format(role=role)
        if gap.reason == "too_few_voices":
            return self.ngettext(
                "only {have} of {need} person stands behind it",
                "only {have} of {need} people stand behind it",
                gap.need,
            ).format(have=gap.have, need=gap.need)
        if gap.lack is not None and not gap.have:
            return self.gettext("nobody has been heard first-hand since the rejection")
        if gap.lack is not None:
            return self.ngettext(
                "only {have} of {need} person heard first-hand since the rejection",
                "only {have} of {need} people heard first-hand since the rejection",
                gap.need,
            ).format(have=gap.have, need=gap.need)
        if not gap.have:
            return self.gettext("nobody has been heard first-hand")
        return self.ngettext(
            "only {have} of {need} person heard first-hand",
            "only {have} of {need} people heard first-hand",
            gap.need,
        ).format(have=gap.have, need=gap.need)

    def lack(self, fact: str, lack: Lack) -> str:
        """Why a fact is not established: ``needs another source (1 of 2)``."""
        return self.lacking(Gap(lack.reason, fact, None, lack))

    def _stale(self, gap: Gap, brief: bool) -> str:
        good_for = self.playbook.fact[gap.subject].good_for
        if gap.lack is None or gap.lack.since is None or good_for is None:
            return self.gettext("the last answer is out of date")
        if brief:
            return self.gettext("out of date since {day}").format(day=self.date(gap.lack.since))
        return self.gettext(
            "the last answer went out of date on {day} (good for {duration})"
        ).format(day=self.date(gap.lack.since), duration=self.duration(good_for))

    def _second_source(self, gap: Gap) -> str:
        if gap.lack is None:
            return self.gettext("needs another source")
        return self.ngettext(
            "needs another source ({have} of {need})",
            "needs other sources ({have} of {need})",
            gap.lack.need - gap.lack.have,
        ).format(have=gap.lack.have, need=gap.lack.need)

    def _entitled(self, gap: Gap) -> str:
        rule = self.playbook.fact[gap.subject].sources
        whom = self.roles(rule.roles) if rule.roles else self.gettext("the person concerned")
        if rule.first_hand and rule.documents:
            message = self.gettext("needs to be heard first-hand from {whom}, or seen in writing")
        elif rule.first_hand:
            message = self.gettext("needs to be heard first-hand from {whom}")
        elif rule.documents:
            message = self.gettext("needs the word of {whom}, or something in writing")
        else:
            message = self.gettext("needs the word of {whom}")
        return message.format(whom=whom)

    def _wanted_items(self, fact: str) -> list[str]:
        # The gap says only that something was not named. What it is stands in the conditions.
        nodes = (n for c in self.playbook.guard_condition.values() for n in c.walk())
        items = [n.item for n in nodes if isinstance(n, Named) and n.fact.id == fact]
        return [self.item(item) for item in dict.fromkeys(items)] or ["?"]

    # questions and warnings

    def together(self, asks: Iterable[Ask]) -> list[tuple[Ask, ...]]:
        """Questions for a page: those about what one person said in one breath are one."""
        return asking.together(self, asks)

    def question(self, *asks: Ask) -> str:
        """The words in which to ask, as they fit the moment: others for the first time.

        Several questions are asked in one as they come from :meth:`together`.
        """
        ask = asks[0]
        if ask.question is None:
            what = self.attribute(str(ask.attribute))
            what = self.bracketed(what, self.person(ask.about)) if ask.about else what
            return self.gettext("Put on record: {what}.").format(what=what)
        return asking.question(self.spoken, asks, self.text(ask.question.text))

    def whom(self, ask: Ask) -> str:
        """Of whom to ask it: ``ask Ruth Okafor (economic buyer)``."""
        # The best come first; with ten names nobody would feel asked.
        people = [self.player(id) for id in asking.whom(self, ask)[:_MOST_NAMES]]
        if ask.reason == "conflicted" and len(people) > 1:
            return self.gettext("ask {people}, best together").format(people=self.all_of(people))
        if people:
            return self.gettext("ask {people}").format(people=self.one_of(people))
        if ask.question is None:
            return self.gettext("our own record")
        if ask.roles == (US,):
            return self.gettext("decide among ourselves")
        if ask.roles:
            return self.gettext("find {roles} first").format(roles=self.roles(ask.roles))
        return self.gettext("ask anybody at the customer")

    def why(self, ask: Ask) -> str:
        """Why to ask it, and of which person it is when of somebody else."""
        reason = asking.reason(self, ask)
        if ask.about is None or ask.about in ask.of:
            return reason
        return self.gettext("about {person}: {reason}").format(
            person=self.person(ask.about), reason=reason
        )

    def bearing(self, *asks: Ask) -> str:
        """What the answer is good for: ``may decide by itself: Budget approved; could end it``."""
        return asking.bearing(self, asks)

    def ask(self, ask: Ask) -> str:
        """A question with whom, why and what for, as a paragraph."""
        return self.sentences(
            [
                self.pair(self.capital(self.whom(ask)), self.quoted(self.question(ask))),
                self.pair(self.gettext("Why"), self.why(ask)),
                self.bearing(ask),
            ]
        )

    def red_flag(self, flag: RaisedFlag) -> str:
        """A red flag in a sentence."""
        if flag.overdue is not None:
            message = self.gettext("This step has lasted {late} longer than expected.")
            return message.format(late=self.days(flag.overdue))
        known = {f.id: f for f in self.playbook.red_flags}[flag.flag]
        says = self.text(known.says)
        people = self.listed(map(self.person, flag.contacts))
        return self.bracketed(says, people) if people else says

    def farewell(self, farewell: Farewell) -> str:
        """The polite message with which we walk away (METHOD, section 3); empty without one."""
        message = self.playbook.coaching.walk_away
        if message is None:
            return ""
        # In the language of the message, which need not be that of the page.
        chinese = message.in_(self.language) == message.zh
        name = self._greeted(farewell, chinese=chinese) or self.gettext("dear customer")
        facts = {"{name}": name, "{account}": farewell.account}
        # In one go and not by str.format, so that a customer who is called {name} stays what he is.
        return re.sub(r"\{(name|account)\}", lambda m: facts[m[0]], self.text(message))

    def _greeted(self, farewell: Farewell, *, chinese: bool) -> str | None:
        first = next((self._people[id] for id in farewell.contacts[:1] if id in self._people), None)
        return addressed(first.name, first.title) if first and chinese else farewell.name

    # what happened

    def contact(self, contact: Contact) -> str:
        """A contact with all that our map of the deal says."""
        return entries.contact_card(self, contact)

    def deal_card(self, card: Card) -> list[str]:
        """Our own record of the deal, a line for each field that is set: ``Owner: lena``."""
        return [self.capital(told) for told in deal_card(self, card)]

    def entry(self, entry: Entry) -> str:
        """One entry of the trail in a sentence or two."""
        return entries.sentence(self, entry.event, entry.by)

    def error(self, error: DealflowError) -> str:
        """Why something was not possible, as a paragraph.

        What the system and other libraries say of a file is quoted in their own words, which are
        English.
        """
        if isinstance(error, Refused):
            step = self.step(error.assessment.step)
            head = self.gettext("{step} cannot be left").format(step=step)
            return "\n".join([self.sentences([head]), *map(self.finding, error.findings)])
        if isinstance(error, MoveNotAllowed):
            step = self.step(error.step) if error.step in self.playbook.step else error.step
            head = self.gettext("This move is not possible at {step}.").format(step=step)
            told = str(error)
            if not isinstance(told, Message):
                return head
            return self.spaced([head, self.sentences([self.in_words(told)])])
        return self.in_words(str(error))
