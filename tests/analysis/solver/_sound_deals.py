"""A deal that is brought by its verbs to where a player wants it; nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from dealflow import Contact, Deal, Fact, Line, Money, Playbook
from dealflow.evidence import ANY_ROLE, SELF
from dealflow.values import Value

__all__ = ["BY", "Stage"]

BY: Final = "rep"
_MOST_PEOPLE: Final = 14
_TICK: Final = timedelta(seconds=1)
_OLDER: Final = timedelta(days=400)


class Stage:
    """One deal, and what a player does with it.

    Attributes:
        rng: chance.
        playbook: the rules.
        at: the one instant at which everything is put on record.
        deal: the deal.
    """

    def __init__(
        self,
        rng: Random,
        playbook: Playbook,
        at: datetime,
        account: str = "Northwind",
        amount: Money | None = None,
    ) -> None:
        self.rng, self.playbook, self.at = rng, playbook, at
        self.now: dict[str, Any] = {"by": BY, "at": at}
        self.deal = Deal.open(playbook, id="D-1", account=account, amount=amount, **self.now)
        self.roles = [role.id for role in playbook.roles]
        self.people: dict[str, Contact] = {}
        # the statements that stand, by fact and contact: number, value, contact if heard from him
        self.said: dict[tuple[str, str | None], dict[int, tuple[Value, str | None]]] = {}

    # people

    def add(self, *roles: str) -> str:
        """Put somebody more on the map; of the last ones, when there are too many."""
        if len(self.people) >= _MOST_PEOPLE:
            id = self.rng.choice(list(self.people))
            self.change(id, roles=(*self.people[id].roles, *roles))
            return id
        id = f"k{len(self.people) + 1}"
        self.deal.add_contact(id, name=id, roles=roles, **self.now)
        self.people[id] = self.deal.contacts[id]
        return id

    def gone(self) -> str:
        """Somebody who has left, whatever role he had; what he said stays."""
        id = f"gone{self.rng.randint(1, 2)}"
        if id not in self.deal.contacts:
            roles = self.rng.sample(self.roles, 1)
            day = self.at.date()
            self.deal.add_contact(id, name=id, roles=roles, left=day, **self.now)
        return id

    def other_record(self, id: str) -> str:
        """Another record of the same person."""
        other = f"{id}.too"
        if other not in self.deal.contacts:
            self.deal.add_contact(other, name=other, **self.now)
            self.deal.merge_contacts(other, into=id, reason="one person", **self.now)
        return other

    def change(self, id: str, **fields: Any) -> None:
        """Let the map say something else of somebody."""
        before = self.people[id]
        if "roles" in fields:
            fields["roles"] = tuple(dict.fromkeys(fields["roles"]))
        if any(getattr(before, name) != value for name, value in fields.items()):
            self.deal.change_contact(id, **fields, **self.now)
            self.people[id] = self.deal.contacts[id]

    def holders(self, role: str) -> list[str]:
        """Who holds a role, or any."""
        return [
            id
            for id, one in self.people.items()
            if one.roles and (role == ANY_ROLE or role in one.roles)
        ]

    def somebody(self, roles: Sequence[str] = (), but: Iterable[str] = ()) -> str:
        """Somebody, in one of some roles if there are any; rather one who is there."""
        avoided = set(but)
        found = [
            id
            for id, one in self.people.items()
            if id not in avoided and (not roles or set(roles) & set(one.roles))
        ]
        if found and self.rng.random() < 0.85:
            return self.rng.choice(found)
        free = [id for id in self.people if id not in avoided]
        if roles and free and self.rng.random() < 0.3:
            id = self.rng.choice(free)
            self.change(id, roles=(*self.people[id].roles, self.rng.choice(roles)))
            return id
        if len(self.people) >= _MOST_PEOPLE and free and not roles:
            return self.rng.choice(free)
        return self.add(*([self.rng.choice(roles)] if roles else []))

    def count(self, role: str, number: int) -> None:
        """Let so many hold a role."""
        given = self.rng.choice(self.roles) if role == ANY_ROLE else role
        held = self.holders(role)
        self.rng.shuffle(held)
        for id in held[number:]:
            left = () if role == ANY_ROLE else tuple(r for r in self.people[id].roles if r != role)
            self.change(id, roles=left)
        others = [id for id in self.people if id not in held]
        self.rng.shuffle(others)
        for _ in range(number - len(held)):
            if others and (self.rng.random() < 0.6 or len(self.people) >= _MOST_PEOPLE):
                id = others.pop()
                self.change(id, roles=(*self.people[id].roles, given))
            else:
                self.add(given)

    # statements

    def say(
        self,
        fact: Fact,
        value: Value,
        source: str | None,
        about: str | None = None,
        *,
        first_hand: bool = True,
        age: timedelta = timedelta(0),
    ) -> None:
        """Put a statement on record: by a contact, a paper (``!`` before its name) or us."""
        details: dict[str, Any] = {"about": about, "said_at": self.at - age, **self.now}
        if source is None:
            entry = self.deal.observe(fact.id, value, **details)
        elif source.startswith("!"):
            entry = self.deal.read(source, fact.id, value, **details)
        elif source in self.people and self.rng.random() < 0.03:
            other = self.other_record(source)
            entry = self.deal.hear(other, fact.id, value, first_hand=first_hand, **details)
        else:
            entry = self.deal.hear(source, fact.id, value, first_hand=first_hand, **details)
        heard = source if first_hand and source in self.people else None
        self.said.setdefault((fact.id, about), {})[entry.seq] = (value, heard)

    def silence(self, fact: Fact, about: str | None = None) -> None:
        """Take back all that was said of a fact."""
        for number in self.said.pop((fact.id, about), {}):
            self.deal.withdraw(number, reason="not so", **self.now)

    def values(self, fact: Fact, about: str | None = None) -> list[Value]:
        """What was said of a fact and stands, each value once."""
        said = self.said.get((fact.id, about), {}).values()
        return list(dict.fromkeys(value for value, _ in said))

    def establish(self, fact: Fact, values: Sequence[Value], about: str | None = None) -> None:
        """Let a fact be known with just these values, by people whose word counts."""
        self.silence(fact, about)
        if fact.final_word and self.rng.random() < 0.5:
            self._finally(fact, values, about)
            return
        rule, used = fact.sources, list[str]()
        for number in range(max(len(values), rule.at_least)):
            value = values[number % len(values)]
            first = not number
            source = self._source(fact, about, used, entitled=first)
            used += [] if source is None else [source]
            sure = (first and rule.first_hand) or self.rng.random() < 0.7
            self.say(fact, value, source, about, first_hand=sure, age=self._fresh(fact))

    def _finally(self, fact: Fact, values: Sequence[Value], about: str | None) -> None:
        used: list[str] = []
        for value in values:
            who = self.somebody(fact.final_word, used)
            used.append(who)
            self.say(fact, value, who, about, age=self._fresh(fact))

    def _source(
        self, fact: Fact, about: str | None, used: Sequence[str], *, entitled: bool
    ) -> str | None:
        rule, rng = fact.sources, self.rng
        roles = [role for role in rule.roles if role != SELF]
        if entitled and rule.roles:
            if rule.documents and rng.random() < 0.5:
                return "!a letter"
            if SELF in rule.roles and about is not None and (not roles or rng.random() < 0.7):
                return about
            return self.somebody(roles)
        if rng.random() < 0.05:
            return self.gone()
        # papers without number are the cheapest sources; people are what some conditions count
        if rng.random() < 0.4 or (fact.final_word and rng.random() < 0.5):
            return f"!paper {len(used) + 1}"
        if None not in used and rng.random() < 0.1 and not used:
            return None
        return self.somebody(but=used)

    def _fresh(self, fact: Fact) -> timedelta:
        if fact.good_for is None:
            return self.rng.choice((timedelta(0), _OLDER))
        return self.rng.choice((timedelta(0), fact.good_for))

    def lack(self, fact: Fact, values: Sequence[Value], about: str | None = None) -> None:
        """Let a fact not be known, in some way; ``values`` is what may be said all the same."""
        self.silence(fact, about)
        way = self.rng.choice(list(_ways_to_lack(fact)))
        if way == "stale" and fact.good_for is not None:
            for number, value in enumerate(values):
                self.say(fact, value, f"!old {number}", about, age=fact.good_for + _TICK)
        elif way in ("too few", "others"):
            few = values[: fact.sources.at_least - 1] if way == "too few" else values
            for number, value in enumerate(few):
                self.say(fact, value, f"!paper {number}", about)
        elif way == "told on":
            used: list[str] = []
            for value in values:
                used.append(self.somebody(but=used))
                self.say(fact, value, used[-1], about, first_hand=False)

    def dissent(self, fact: Fact, values: Sequence[Value], about: str | None = None) -> None:
        """Let somebody speak against the final word; the first value is the word."""
        self.silence(fact, about)
        who = self.somebody(fact.final_word)
        self.say(fact, values[0], who, about, age=self._fresh(fact))
        for value in values[1:]:
            self.say(fact, value, "!a note", about)

    def voice(
        self, facts: Sequence[tuple[Fact, str | None]], number: int, values: Sequence[Value]
    ) -> None:
        """Let so many people stand behind some facts, each of which stays known."""
        fact, about = self.rng.choice(facts)
        for other, whom in facts:
            if (other, whom) != (fact, about):
                self.lack(other, [], whom)
        self.silence(fact, about)
        used: list[str] = []
        for n in range(number):
            roles = [role for role in fact.final_word or fact.sources.roles if role != SELF]
            entitled = roles and (not n or bool(fact.final_word))
            who = self.somebody(roles if entitled else (), used)
            if who not in used:
                used.append(who)
                self.say(fact, values[0], who, about)

    def heard(self) -> list[str]:
        """The contacts of whom something stands that we heard from them."""
        return sorted({who for said in self.said.values() for _, who in said.values() if who})

    def hear(self, number: int, fact: Fact, value: Value) -> None:
        """Let so many be heard; ``fact`` is what those speak of who have not spoken."""
        heard = self.heard()
        self.rng.shuffle(heard)
        for id in heard[number:]:
            self.hush(id)
        for _ in range(number - len(heard)):
            who = self.somebody(but=self.heard())
            self.listen(who, fact, value)

    def listen(self, who: str, fact: Fact, value: Value) -> None:
        """Hear somebody, on something that is out of date where it can be."""
        old = timedelta(0) if fact.good_for is None else fact.good_for + _TICK
        about = who if fact.of == "contact" else None
        self.say(fact, value, who, about, age=old)

    def hush(self, who: str) -> None:
        """Take back all that we heard from somebody; papers say the same instead, now and then."""
        for (id, about), said in self.said.items():
            for number, (value, by) in list(said.items()):
                if by == who:
                    self.deal.withdraw(number, reason="not so", **self.now)
                    del said[number]
                    if self.rng.random() < 0.5:
                        self.say(self.playbook.fact[id], value, f"!for {who}", about)

    # our own record

    def ours(self, name: str, value: Any) -> None:
        """Let an attribute of the deal be something; what cannot be undone stays."""
        if name == "amount":
            if value is not None and value != self.deal.amount:
                self.deal.change_amount(value, reason="new", **self.now)
        elif name == "talks":
            met = sum(talk.spoke == "both" for talk in self.deal.interactions.values())
            for _ in range(int(value) - met):
                who = next(iter(self.people), None) or self.add()
                self.deal.meet("call", participants=[who], **self.now)
        elif name == "account":
            if value != self.deal.account:
                self.deal.correct_account(value, reason="new", **self.now)
        else:
            fields = self._card(name, value)
            if any(getattr(self.deal.card, key) != each for key, each in fields.items()):
                self.deal.change_card(**fields, **self.now)

    def _card(self, name: str, value: Any) -> dict[str, Any]:
        card = self.deal.card
        match name:
            case "source":
                return {"source": value, "source_name": card.source_name if value else ""}
            case "source_name":
                source = card.source or self.rng.choice(("marketing", "referral", "forecast"))
                return {"source_name": value or "", "source": source if value else card.source}
            case "products":
                total = card.lines_total or Money(3, "EUR")
                amounts = [total, *[Money(0, "EUR")] * len(value)]
                return {"lines": tuple(map(Line, dict.fromkeys(value), amounts))}
            case "lines_total":
                if value is None or value.amount < 0:
                    return {"lines": ()}
                products = card.products or ("ours",)
                amounts = [value, *[Money(0, value.currency)] * len(products)]
                return {"lines": tuple(map(Line, products, amounts))}
            case "market":
                return {"market": value or ""}
            case _:
                return {name: value}


def _ways_to_lack(fact: Fact) -> Iterator[str]:
    """The ways for what is said of a fact not to count; silence always does."""
    yield from ("silence", "silence")
    rule = fact.sources
    if fact.good_for is not None:
        yield "stale"
    if rule.roles and not rule.documents:
        yield from ("others", "others")
    if rule.at_least > 1:
        yield "too few"
    if rule.first_hand:
        yield "told on"
