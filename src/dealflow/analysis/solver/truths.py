"""Conditions as formulas: what each node is told, by everybody and by those who agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Protocol, cast

from attrs import define, field, frozen

from dealflow.analysis.solver.known import Known
from dealflow.analysis.solver.own import OnlyWith
from dealflow.analysis.solver.people import Contacts, Somebody
from dealflow.analysis.solver.script import (
    FALSE,
    TRUE,
    Bit,
    Number,
    and_,
    at_most,
    eq,
    less,
    not_,
    or_,
    same_bits,
    total,
)
from dealflow.analysis.solver.values import Items, Possible, Symbol
from dealflow.conditions import (
    And,
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Count,
    Covered,
    Disputed,
    Dissent,
    FactRef,
    Final,
    Heard,
    Holds,
    Missing,
    Named,
    Not,
    Operator,
    Or,
    Plays,
    Quantified,
    Size,
    Term,
    Voices,
    Within,
)
from dealflow.conditions import Known as IsKnown
from dealflow.evidence import Fact
from dealflow.values import Truth, ValueType

__all__ = ["Truths"]


@frozen
class Bits:
    """What a node is told.

    Attributes:
        yes: told true.
        no: told false.
        firm_yes: told true, where contradictions answer nothing.
        firm_no: told false, where contradictions answer nothing.
    """

    yes: Bit
    no: Bit
    firm_yes: Bit
    firm_no: Bit

    def may_be(self, truths: Iterable[Truth]) -> Bit:
        """Whether a condition comes to one of some truths."""
        firm = and_(same_bits(self.yes, self.firm_yes), same_bits(self.no, self.firm_no))
        one = not_(same_bits(self.yes, self.no))
        by_truth = {
            Truth.TRUE: lambda: and_(self.yes, not_(self.no), firm),
            Truth.FALSE: lambda: and_(self.no, not_(self.yes), firm),
            Truth.UNKNOWN: lambda: and_(not_(self.yes), not_(self.no)),
            Truth.CONFLICTED: lambda: or_(and_(self.yes, self.no), and_(one, not_(firm))),
        }
        wanted = frozenset(truths)
        if len(wanted) > 2:
            return and_(*(not_(by_truth[truth]()) for truth in Truth if truth not in wanted))
        return or_(*(by_truth[truth]() for truth in Truth if truth in wanted))


class Readings(Protocol):
    """What may be known, and what is on the deal."""

    def known(self, fact: Fact, about: Somebody | None, /) -> Known:
        """What may be known of a fact."""
        ...

    def of_the_deal(self, name: str, /) -> Possible:
        """What an attribute of the deal may be."""
        ...

    @property
    def today(self) -> Number:
        """The day."""
        ...


@define
class Truths:
    """Makes formulas of conditions.

    Attributes:
        contacts: everybody.
        readings: what may be known.
    """

    contacts: Contacts
    readings: Readings
    _made: dict[tuple[object, int], Bits] = field(factory=dict)

    def bits(self, node: Condition, who: Somebody | None = None) -> Bits:
        """What a node is told, at a contact where it is inside of a quantifier."""
        key = (node.sense, id(who))
        found = self._made.get(key)
        if found is None:
            script = self.contacts.script
            made = self._bits(node, who)
            named = map(script.named, (made.yes, made.no, made.firm_yes, made.firm_no))
            found = self._made[key] = Bits(*named)
        return found

    def _bits(self, node: Condition, who: Somebody | None) -> Bits:
        match node:
            case Not(part=part):
                inner = self.bits(part, who)
                return Bits(inner.no, inner.yes, inner.firm_no, inner.firm_yes)
            case And(parts=parts):
                return _all(self.bits(part, who) for part in parts)
            case Or(parts=parts):
                return _any(self.bits(part, who) for part in parts)
            case Quantified():
                return self._quantified(node)
            case Holds() | Plays() | Within() | Compare():
                yes, no = self._leaf(node, who)
                agreed = not_(and_(yes, no))
                return Bits(yes, no, and_(yes, agreed), and_(no, agreed))
            case _:
                yes, no = self._plain(node, who)
                return Bits(yes, no, yes, no)

    def _quantified(self, node: Quantified) -> Bits:
        every = node.quantifier == "every"
        holders, parts = [], []
        for who in self.contacts.everybody:
            holds = self.contacts.holds(who, node.role)
            if holds == FALSE:
                continue
            inner = self.bits(node.part, who)
            holders.append(holds)
            # whoever does not hold the role says nothing that changes the answer of the others
            neutral = not_(holds)
            yes, no = (inner.yes, inner.firm_yes), (inner.no, inner.firm_no)
            if every:
                yes = (or_(neutral, yes[0]), or_(neutral, yes[1]))
                no = (and_(holds, no[0]), and_(holds, no[1]))
            else:
                yes = (and_(holds, yes[0]), and_(holds, yes[1]))
                no = (or_(neutral, no[0]), or_(neutral, no[1]))
            parts.append(Bits(yes[0], no[0], yes[1], no[1]))
        anybody = self.contacts.script.named(or_(*holders))
        told = _all(parts) if every else _any(parts)
        bits = (told.yes, told.no, told.firm_yes, told.firm_no)
        return Bits(*(and_(anybody, bit) for bit in bits))

    # leaves whose contradictions count

    def _leaf(
        self, node: Holds | Plays | Within | Compare, who: Somebody | None
    ) -> tuple[Bit, Bit]:
        match node:
            case Holds(fact=fact):
                values = self.readings.known(fact, self._about(fact, who)).values
                return _told(values, lambda value: eq(cast("Number", value), 1))
            case Plays(fact=fact, role=role):
                values = self.readings.known(fact, self._about(fact, who)).values
                return _told(values, lambda value: self._is_holder(cast("Number", value), role))
            case Within(term=term, ahead=ahead):
                today = self.readings.today
                last = total([today, ahead.days])
                days = [
                    Possible(and_(each.so, at_most(today, cast("Number", each.value))), each.value)
                    for each in self._term(term, who)
                ]
                return _told(days, lambda value: at_most(cast("Number", value), last))
            case _:
                return self._compared([self._term(t, who) for t in node.terms], node.operators)

    def _is_holder(self, person: Number, role: str) -> Bit:
        everybody = self.contacts.everybody
        return or_(*(and_(eq(person, who.id), self.contacts.holds(who, role)) for who in everybody))

    def _compared(
        self, terms: Sequence[Sequence[Possible]], operators: Sequence[Operator]
    ) -> tuple[Bit, Bit]:
        """A chain, along which the values of each term are gone through once."""
        named = self.contacts.script.named
        if len(operators) == 1 and operators[0] in ("in", "not in"):
            self.contacts.coder.items += [
                cast("Number", each.value) for each in terms[0] if each.value not in self._items()
            ]
        # by each value of the last term: whether there are values before it that fit
        fits = [each.so for each in terms[0]]
        fails: list[Bit] = []
        for (left, right), operator in zip(pairwise(terms), operators, strict=True):
            held = [[_holds(operator, a.value, b.value) for b in right] for a in left]
            fails += [
                and_(a.so, b.so, not_(held[i][j]))
                for i, a in enumerate(left)
                for j, b in enumerate(right)
            ]
            fits = [
                named(and_(b.so, or_(*(and_(fits[i], held[i][j]) for i in range(len(left))))))
                for j, b in enumerate(right)
            ]
        # where a term has no value there is no answer at all
        known = and_(*(or_(*(each.so for each in term)) for term in terms))
        return and_(known, or_(*fits)), and_(known, or_(*fails))

    def _items(self) -> list[Number]:
        return self.contacts.coder.items

    # leaves that nobody contradicts

    def _plain(self, node: Condition, who: Somebody | None) -> tuple[Bit, Bit]:
        match node:
            case Heard(number=number):
                everybody = self.contacts.everybody
                heard = [and_(each.there, self.contacts.heard(each)) for each in everybody]
                return at_most(number, self.contacts.count(heard)), FALSE
            case Covered(role=role):
                everybody = self.contacts.everybody
                return or_(*(self.contacts.holds(each, role) for each in everybody)), FALSE
            case Voices(over=over):
                known = [self.readings.known(fact, self._about(fact, who)) for fact in over]
                return self._voices(node, known)
            case OnlyWith(one=one, other=other):
                fine = or_(_filled(self._term(other, who)), not_(_filled(self._term(one, who))))
                return fine, not_(fine)
            case IsKnown(fact=fact) | Missing(fact=fact) | Disputed(fact=fact) | Dissent(fact=fact):
                return self._of_fact(node, self.readings.known(fact, self._about(fact, who)))
            case Final(fact=fact) | Named(fact=fact):
                return self._of_fact(node, self.readings.known(fact, self._about(fact, who)))
            case _:
                raise TypeError(node)

    def _of_fact(self, node: Condition, known: Known) -> tuple[Bit, Bit]:
        match node:
            case IsKnown():
                return known.so, FALSE
            case Missing():
                return not_(known.so), known.so
            case Disputed():
                return known.disputed, not_(known.disputed)
            case Dissent():
                return known.dissent, not_(known.dissent)
            case Final():
                return known.final, FALSE
            case _:
                item = self.contacts.coder.code(cast("Named", node).item)
                if item not in self._items():
                    self._items().append(item)
                yes, _ = _told(known.values, lambda value: cast("Items", value).holds(item))
                return yes, FALSE

    def _voices(self, node: Voices, known: Sequence[Known]) -> tuple[Bit, Bit]:
        behind = [or_(*tells) for tells in zip(*(each.tellers for each in known), strict=True)]
        have = self.contacts.count(behind)
        # beyond one more than the number that it is compared with, all numbers are alike
        bits: tuple[list[Bit], list[Bit]] = ([], [])
        start = 0
        for number in range(node.number + 3):
            comes_to = _voices_come_to(node, number)
            last = number == node.number + 2
            if last or _voices_come_to(node, number + 1) != comes_to:
                between = and_(at_most(start, have), TRUE if last else at_most(have, number))
                if comes_to is not None:
                    bits[0 if comes_to else 1].append(between)
                start = number + 1
        return or_(*bits[0]), or_(*bits[1])

    # terms

    def _term(self, term: Term, who: Somebody | None) -> Sequence[Possible]:
        match term:
            case Constant(value=value):
                symbol = self.contacts.coder.symbol(value)
                return () if symbol is None else (Possible(TRUE, symbol),)
            case FactRef(fact=fact):
                return self.readings.known(fact, self._about(fact, who)).values
            case Size(fact=fact):
                values = self.readings.known(fact, self._about(fact, who)).values
                unit = self.contacts.coder.unit(ValueType.NUMBER)
                sizes = ((each.so, cast("Items", each.value).size) for each in values)
                return [Possible(so, total([size], unit)) for so, size in sizes]
            case Count(role=role):
                everybody = self.contacts.everybody
                number = self.contacts.count([self.contacts.holds(w, role) for w in everybody])
                unit = self.contacts.coder.unit(ValueType.NUMBER)
                return (Possible(TRUE, total([number], unit)),)
            case AttributeRef(name=name):
                return self._attribute(name, who)
            case _:
                raise TypeError(term)

    def _attribute(self, name: str, who: Somebody | None) -> Sequence[Possible]:
        if who is None or name.startswith("deal."):
            return (self.readings.of_the_deal(name),)
        if name == "contact.heard":
            heard = self.contacts.heard(who)
            return (Possible(heard, 1), Possible(not_(heard), 0))
        return (self.contacts.attribute(who, name),)

    def _about(self, fact: Fact, who: Somebody | None) -> Somebody | None:
        return who if fact.of == "contact" else None


def _all(parts: Iterable[Bits]) -> Bits:
    """Belnap's ``and``."""
    found = tuple(parts)
    return Bits(
        and_(*(bits.yes for bits in found)),
        or_(*(bits.no for bits in found)),
        and_(*(bits.firm_yes for bits in found)),
        or_(*(bits.firm_no for bits in found)),
    )


def _any(parts: Iterable[Bits]) -> Bits:
    """Belnap's ``or``."""
    found = tuple(parts)
    return Bits(
        or_(*(bits.yes for bits in found)),
        and_(*(bits.no for bits in found)),
        or_(*(bits.firm_yes for bits in found)),
        and_(*(bits.firm_no for bits in found)),
    )


def _told(values: Iterable[Possible], answer: Callable[[Symbol], Bit]) -> tuple[Bit, Bit]:
    """Whether some value answers yes, and whether some value answers no."""
    answers = [(each.so, answer(each.value)) for each in values]
    return (
        or_(*(and_(so, yes) for so, yes in answers)),
        or_(*(and_(so, not_(yes)) for so, yes in answers)),
    )


def _holds(operator: Operator, one: Symbol, other: Symbol) -> Bit:
    if isinstance(other, Items):
        inside = other.holds(cast("Number", one))
        return inside if operator == "in" else not_(inside)
    left, right = cast("Number", one), other
    answers: dict[str, Callable[[], Bit]] = {
        "==": lambda: eq(left, right),
        "!=": lambda: not_(eq(left, right)),
        "<": lambda: less(left, right),
        "<=": lambda: at_most(left, right),
        ">": lambda: less(right, left),
        ">=": lambda: at_most(right, left),
    }
    return answers[operator]()


def _voices_come_to(node: Voices, number: int) -> bool | None:
    if node.answer(number):
        return True
    return None if node.needs_more(number) is not None else False


def _filled(values: Iterable[Possible]) -> Bit:
    """Whether something is set, and no empty list."""
    return or_(
        *(
            and_(each.so, less(0, each.value.size) if isinstance(each.value, Items) else TRUE)
            for each in values
        )
    )
