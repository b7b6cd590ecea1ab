"""Why a guard stands as it does, in a sales person's words: what a failed assertion says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from dealflow.analysis.solver import OF_CARD, Change, Hearing, Person, Talks, nearest
from dealflow.assessment import Ask, Assessment, Finding, Verdict
from dealflow.conditions import AttributeRef, Heard, Look, Node, Quantified
from dealflow.deal import Deal
from dealflow.evidence import ANY_ROLE, Card, Contact, Fact, Reading
from dealflow.playbook import Playbook
from dealflow.state import Snapshot, fold
from dealflow.testing.watch import swapping, unwatched
from dealflow.trail import Trail
from dealflow.values import Money, as_line
from dealflow.wording import Wording

__all__ = ["Story", "aside", "indented", "report"]

_MOST_ASKS = 4
_VERDICTS = {
    Verdict.WALK_AWAY: "walk away",
    Verdict.RECONCILE: "reconcile first",
    Verdict.ASK: "ask first",
    Verdict.WORK: "work on it first",
    Verdict.READY: "ready",
}


def indented(lines: Iterable[str], by: str = "  ") -> list[str]:
    """Lines moved to the right."""
    return [by + line for line in lines]


def report(lines: Iterable[str]) -> str:
    """Lines put together; none looks like another, whatever names and quotes there are in it."""
    return "\n".join(map(as_line, lines))


class Story:
    """A deal at one instant, told to somebody who expected something else.

    Args:
        playbook: the rules of the deal.
        trail: the trail up to then.
        at: the instant.
    """

    def __init__(self, playbook: Playbook, trail: Trail, at: datetime) -> None:
        with unwatched():
            self.deal = Deal.replay(playbook, trail)
        self.at = at
        self.snapshot = Snapshot(fold(playbook, trail), at)
        self.words = Wording.of(self.deal)

    @classmethod
    def of(cls, deal: Deal, at: datetime) -> Story:
        """The story of a deal as it is."""
        return cls(deal.playbook, deal.trail, at)

    def assess(self, to: str | None = None) -> Assessment:
        """The assessment at that instant."""
        with unwatched():
            return self.deal.assess(at=self.at, to=to)

    def head(self, assessment: Assessment) -> str:
        """What was tried: ``D-1 (Northwind), on 5 January 2026: Talk -> Order: ask first``."""
        w = self.words
        move = f"{w.step(assessment.step)} -> {w.step(assessment.to)}"
        deal = f"{self.deal.id} ({self.deal.account}), {w.date(self.at)}"
        return f"{deal}: {move}: {_VERDICTS[assessment.verdict]}"

    def guards(
        self, assessment: Assessment, guards: Iterable[str], *, asks: bool = True
    ) -> list[str]:
        """Some of an assessment's guards, each as :meth:`guard` tells it."""
        wanted = set(guards)
        found = [f for f in assessment.findings if f.guard in wanted]
        lines: list[str] = []
        for finding in found:
            lines += self.guard(finding)
            if asks:
                about = [ask for ask in assessment.questions if finding.guard in ask.guards]
                lines += indented(self.asks(about))
        return lines

    def guard(self, finding: Finding) -> list[str]:
        """A guard: how it stands, its condition, and everything that the condition reads."""
        w, guard = self.words, self.deal.playbook.guard[finding.guard]
        condition = self.deal.playbook.guard_condition[guard.id]
        lines = [f"{w.guard(guard.id)} ({guard.id}): {w.standing(finding)}"]
        if not finding.holds:
            lines += indented([w.text(guard.refused)])
        lines += indented([f"condition: {condition}"])
        for read in dict.fromkeys(self._reads(condition, None)):
            lines += indented(read)
        return lines

    def asks(self, asks: Sequence[Ask]) -> list[str]:
        """Questions, and of whom to ask them."""
        w = self.words
        lines = [f"{w.whom(ask)}: {w.quoted(w.question(ask))}" for ask in asks[:_MOST_ASKS]]
        if len(asks) > _MOST_ASKS:
            lines.append(f"and {len(asks) - _MOST_ASKS} more to ask")
        return lines

    def way_out(self, to: str | None) -> list[str]:
        """The smallest change with which the move would have passed; nothing when there is none."""
        # under a mutant nobody reads what fails, and the search for a way out is what takes long
        if swapping():
            return []
        with unwatched():
            changes = nearest(self.deal, at=self.at, to=to)
        if not changes:
            return []
        return ["It would have passed with this:", *indented(map(self.change, changes))]

    def change(self, change: Change) -> str:
        """Something that would have to be otherwise, as somebody would bring it about."""
        w = self.words
        if isinstance(change, Money):
            return f"the price is {w.money(change)}"
        if isinstance(change, Card):
            return f"our own record of the deal: {w.listed(self._on_card(change))}"
        if isinstance(change, Talks):
            return f"two-way talks that take place: {change.number}"
        if isinstance(change, Hearing):
            return f"we hear {self._who(change.contact)} first-hand, on anything"
        if isinstance(change, Person):
            known = self.deal.contacts.get(change.id)
            if known is not None:
                return f"{self._who(change.id)}: {w.listed(self._noted(known, change))}"
            roles = w.listed(w.role(role) for role in change.roles)
            return (
                f"{self._who(change.id)} in the role: {roles}"
                if roles
                else (f"{self._who(change.id)} on the map of the deal")
            )
        other = change.about not in (None, change.source)
        about = f", about {self._who(str(change.about))}" if other else ""
        claim = f"{w.fact(change.fact)} [{change.fact}]: {w.value(change.fact, change.value)}"
        how = "" if change.first_hand else ", at second hand"
        if change.source_kind == "contact":
            return f"{self._who(change.source)} says{about}{how}: {claim}"
        if change.source_kind == "document":
            return f"a document says{about}: {claim}"
        return f"we see for ourselves{about}: {claim}"

    def _noted(self, known: Contact, then: Person) -> Iterator[str]:
        """What would have to be noted of a contact."""
        for name in ("kind", "influence", "response_mode", "rating"):
            value = getattr(then, name)
            if value != getattr(known, name):
                told = "not noted" if value is None else value
                yield f"{self.words.attribute(f'contact.{name}')} {told}"

    def _on_card(self, then: Card) -> Iterator[str]:
        """What would have to be otherwise on the deal's card."""
        for name in OF_CARD:
            value = getattr(then, name)
            if value != getattr(self.deal.card, name):
                told = self.words.plain(value) if value else "not noted"
                yield f"{self.words.attribute(f'deal.{name}')} {told}"

    def _who(self, id: str) -> str:
        return self.words.player(id) if id in self.deal.contacts else f"somebody new ({id})"

    # what a condition reads

    def _reads(self, node: Node, contact: Contact | None) -> Iterator[tuple[str, ...]]:
        """What a node reads; what belongs together comes together."""
        role = getattr(node, "role", None)
        if role is not None:
            yield (self._role(role),)
        if isinstance(node, Heard):
            heard = self.words.listed(map(self.words.person, self.snapshot.heard))
            yield (f"heard first-hand: {heard or 'nobody'}",)
        if isinstance(node, AttributeRef):
            yield (self._attribute(node, contact),)
        fact = getattr(node, "fact", None)
        if fact is not None:
            yield tuple(self.fact(fact, contact))
        if isinstance(node, Quantified):
            yield from self._each(node)
            return
        for child in node.children:
            yield from self._reads(child, contact)

    def _each(self, node: Quantified) -> Iterator[tuple[str, ...]]:
        """What is read of each holder of a role; the good ones in one line, if not all are."""
        holders = self.snapshot.holders(node.role)
        good = [c for c in holders if node.part.evaluate(Look(self.snapshot, contact=c)) == 1]
        # whoever fails ``every`` is told at length, the others only by name
        brief = good if len(good) < len(holders) and node.quantifier == "every" else []
        if brief:
            yield (f"fine for {self.words.listed(c.name for c in brief)}",)
        for contact in holders:
            if contact not in brief:
                yield from self._reads(node.part, contact)

    def _role(self, role: str) -> str:
        holders = self.words.listed(c.name for c in self.snapshot.holders(role))
        title = "any buying role" if role == ANY_ROLE else self.words.small(self.words.role(role))
        return f"{title} [{role}]: {holders or 'nobody'}"

    def _attribute(self, node: AttributeRef, contact: Contact | None) -> str:
        value = self.snapshot.attribute(node.name, contact)
        told = "not noted" if value is None else self.words.plain(value)
        whose = f" of {contact.name}" if contact and node.name.startswith("contact.") else ""
        return f"{self.words.attribute(node.name)} [{node.name}]{whose}: {told}"

    def fact(self, fact: Fact, contact: Contact | None = None) -> Iterator[str]:
        """A fact: its value, who said it when and in which words, or why it is not known."""
        w = self.words
        about = contact.id if contact is not None and fact.of == "contact" else None
        reading = self.snapshot.read(fact, about)
        values = " or ".join(w.value(fact.id, value) for value, _ in reading.values)
        whose = f" of {w.person(about)}" if about else ""
        if reading.lacks:
            lacks = w.semicolons(w.lack(fact.id, lack) for lack in reading.lacks)
            said = f" (said so far: {values})" if values else ""
            values = f"not known: {lacks}{said}"
        yield f"{w.fact(fact.id)} [{fact.id}]{whose}: {values}"
        told = w.told(self._statements(fact, about, reading), claim=len(reading.values) > 1)
        yield from indented(told)

    def _statements(self, fact: Fact, about: str | None, reading: Reading) -> list[int]:
        """Those that count; where none does any more, those that did."""
        live = [id for _, ids in reading.values for id in ids]
        # when nothing counts any more, what was said once explains why
        return live or [
            statement.id
            for statement in self.deal.standing
            if (statement.fact, statement.about) == (fact.id, about)
        ]


def aside(playbook: Playbook, guard: str, step: str, to: str | None) -> str:
    """Say in a sentence where a guard matters, as a move does not look at it.

    Args:
        playbook: the rules.
        guard: the id of the guard.
        step: the step from which the move leads.
        to: where it leads.
    """
    move = f"from {step} to {to}" if to else f"from {step}"
    return f"{guard} does not matter to the move {move}: {_why(playbook, guard, step)}"


def _why(playbook: Playbook, guard: str, step: str) -> str:
    moves = [
        plan.move for plans in playbook.plans.values() for plan in plans if guard in plan.looked_at
    ]
    if not moves:
        return "no move looks at it"
    beside = [move.to for move in moves if move.source == step]
    if beside:
        return f"it belongs to the move to {' and to '.join(beside)}"
    steps = dict.fromkeys(move.source for move in moves)
    later = [source for source in steps if source in playbook.reachable(step)]
    if later:
        return f"it belongs to a later step, and is first looked at on leaving {later[0]}"
    before = [source for source in steps if step in playbook.reachable(source)]
    if not before:
        return f"it belongs to another way, and is looked at on leaving {' and '.join(steps)}"
    if len(before) == 1:
        return f"it is checked once, on leaving {before[0]}"
    return f"it is not checked any more after leaving {before[-1]}"
