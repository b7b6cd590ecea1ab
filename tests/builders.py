"""Small factories for facts, statements, worlds and conditions, and a model of live claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from attrs import define, field
from hypothesis import strategies as st

from dealflow import Card, Contact, Fact, Money, Sources, Statement, Text, ValueType
from dealflow.conditions import (
    ATTRIBUTES,
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
    Known,
    Missing,
    Named,
    Not,
    Operator,
    Or,
    Plays,
    Quantified,
    Size,
    Term,
    Vocabulary,
    Voices,
    Within,
    parse,
)
from dealflow.evidence import ANY_ROLE, Evidence, Lack, Reader
from dealflow.values import Value

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)

ROLES = ("buyer", "coach")


def fact(id: str, type: ValueType = ValueType.YES_NO, **fields: Any) -> Fact:
    """A fact whose title is its id."""
    return Fact(id, Text(en=id, zh=id), type, **fields)


OUTCOMES = {"yes": Text("yes", "yes"), "later": Text("later", "later")}
FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        one.id: one
        for one in (
            fact("budget.approved"),
            fact("need.urgent", good_for=10 * DAY),
            fact("need.confirmed", sources=Sources(at_least=2)),
            fact("talk.score", ValueType.NUMBER),
            fact("talk.marks", ValueType.NUMBER, good_for=5 * DAY),
            fact("budget.amount", ValueType.MONEY),
            fact("time.start", ValueType.DATE),
            fact("time.needed", ValueType.DURATION),
            fact("note.words", ValueType.TEXT),
            fact("close.answer", ValueType.CHOICE, choices=OUTCOMES),
            fact("rivals.names", ValueType.LIST),
            fact("roles.decider", ValueType.PERSON),
            fact("person.content", of="contact"),
            fact("person.marks", ValueType.NUMBER, of="contact"),
            fact("person.since", ValueType.DATE, of="contact", good_for=20 * DAY),
        )
    }
)
FINAL: Mapping[str, Fact] = MappingProxyType(
    {
        one.id: one
        for one in (
            fact("price.fair", final_word=("buyer",), good_for=10 * DAY),
            fact("price.marks", ValueType.NUMBER, final_word=("buyer", "coach")),
            fact("plan.backed", sources=Sources(roles=("coach", "buyer")), final_word=("coach",)),
            fact("person.ready", of="contact", final_word=("buyer",), good_for=6 * DAY),
        )
    }
)
"""Facts on which somebody has the final word."""
VOCABULARY = Vocabulary({**FACTS, **FINAL}, ROLES)


def condition(text: str) -> Condition:
    """A condition over ``FACTS`` and ``ROLES``."""
    return parse(text, VOCABULARY)


def contact(id: str, *roles: str, **fields: Any) -> Contact:
    """A contact whose name is the id."""
    return Contact(id, id, roles=roles, **fields)


def of_card(card: Card) -> dict[str, Value]:
    """The attributes of a deal that are on its card, as conditions know them."""
    values: dict[str, Any] = {
        "owner": card.owner,
        "source": card.source,
        "source_name": card.source_name,
        "market": card.market,
        "expected_close": card.expected_close,
        "products": tuple(line.product for line in card.lines),
        "lines_total": None,
    }
    if card.lines:
        total = sum(line.amount.amount for line in card.lines)
        values["lines_total"] = Money(total, card.lines[0].amount.currency)
    return {f"deal.{name}": value for name, value in values.items() if value not in (None, "")}


def statement(id: int, fact: str, value: Value, source: str = "ann", **fields: Any) -> Statement:
    """A statement, by a contact and first-hand if nothing else is said."""
    fields.setdefault("about", None)
    fields.setdefault("source_kind", "contact")
    fields.setdefault("said_at", AT)
    return Statement(
        id=id, fact=fact, value=value, source=source, recorded_at=AT, by="rep", **fields
    )


def evidence(*statements: Statement) -> Evidence:
    """Evidence of some statements."""
    found = Evidence()
    for one in statements:
        found.add(one)
    return found


@define
class World:
    """A deal at one instant, without a deal.

    Attributes:
        evidence: what was said.
        contacts: who is on the map.
        attributes: of the deal by name; those of a contact are read from the contact.
        at: the instant.
        former: the roles that contacts held once, by id.
        alike: by the id of a contact who is another, that other's.
        gone: who has left.
        until: until when the people are these.
    """

    evidence: Evidence = field(factory=Evidence)
    contacts: tuple[Contact, ...] = ()
    attributes: dict[str, Value] = field(factory=dict)
    at: datetime = AT
    former: dict[str, tuple[str, ...]] = field(factory=dict)
    alike: dict[str, str] = field(factory=dict)
    gone: tuple[str, ...] = ()
    until: datetime | None = None

    @property
    def heard(self) -> Collection[str]:
        """The contacts heard first-hand."""
        return self.evidence.heard

    @property
    def read(self) -> Reader:
        """From a fact to what is known of it."""
        return self.evidence.reader(self, self.at)

    def roles_of(self, contact: str) -> frozenset[str]:
        """The roles of a contact: those of all his records, unless he has left."""
        who = self.same(contact)
        mine = [one for one in self.contacts if self.same(one.id) == who]
        return frozenset(role for one in mine for role in one.roles if who not in self.gone)

    def ever(self, contact: str) -> frozenset[str]:
        """The roles that a contact holds or held."""
        who = self.same(contact)
        former = (role for id in self.former for role in self.former[id] if self.same(id) == who)
        mine = (role for one in self.contacts if self.same(one.id) == who for role in one.roles)
        return frozenset((*former, *mine))

    def same(self, contact: str) -> str:
        """Who a contact is."""
        return self.alike.get(contact, contact)

    def voice(self, contact: str) -> str | None:
        """Who speaks by an id."""
        return None if self.same(contact) in self.gone else self.same(contact)

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any."""
        own = [one for one in self.contacts if self.same(one.id) == one.id]
        held = [(one, self.roles_of(one.id)) for one in own]
        return [one for one, roles in held if role in roles or (role == ANY_ROLE and roles)]

    def attribute(self, name: str, contact: Contact | None) -> Value | None:
        """An attribute of the deal, or of a contact; ``None`` when it isn't set."""
        if contact is None or name.startswith("deal."):
            return self.attributes.get(name)
        if name == "contact.heard":
            return contact.id in self.heard
        found: Value | None = getattr(contact, name.removeprefix("contact."))
        return None if found == "" else found


def world(*statements: Statement, **fields: Any) -> World:
    """A world in which these statements were made."""
    return World(evidence(*statements), **fields)


def live(
    statements: Iterable[Statement], fact: Fact, about: str | None, at: datetime
) -> list[Statement]:
    """The live claims among the statements that stand, found by looking at every one."""
    standing = [one for one in statements if (one.fact, one.about) == (fact.id, about)]
    latest = [
        one
        for one in standing
        if not any(
            (other.source_kind, other.source) == (one.source_kind, one.source)
            and (other.said_at, other.id) > (one.said_at, one.id)
            for other in standing
        )
    ]
    good_for = fact.good_for
    return sorted(
        (one for one in latest if good_for is None or at - one.said_at <= good_for),
        key=lambda one: one.id,
    )


def lacks(
    statements: Iterable[Statement],
    fact: Fact,
    about: str | None,
    roles: Mapping[str, Collection[str]],
    at: datetime,
) -> tuple[Lack, ...]:
    """Why a fact is not established, from nothing but the statements that stand."""
    standing = [one for one in statements if (one.fact, one.about) == (fact.id, about)]
    rule = fact.sources
    if not standing:
        return (Lack("never_asked"),)
    claims = live(standing, fact, about, at)
    if not claims:
        assert fact.good_for is not None
        since = max(one.said_at for one in standing) + fact.good_for
        return (Lack("stale", roles=rule.roles, since=since),)
    found = []
    if len(claims) < rule.at_least:
        found.append(Lack("second_source", have=len(claims), need=rule.at_least, roles=rule.roles))
    counting = [
        one
        for one in claims
        if not rule.roles
        or (one.source_kind == "contact" and set(roles.get(one.source, ())) & set(rule.roles))
        or (one.source_kind == "document" and rule.documents)
    ]
    if not counting:
        found.append(Lack("role", roles=rule.roles))
    elif rule.first_hand and not [one for one in counting if one.first_hand]:
        found.append(Lack("first_hand", roles=rule.roles))
    return tuple(found)


# --- conditions of every kind

Constants = Mapping[ValueType, st.SearchStrategy[Value]]
_EQUAL: tuple[Operator, ...] = ("==", "!=")
_AMONG: tuple[Operator, ...] = ("in", "not in")
_ORDER: tuple[Operator, ...] = (*_EQUAL, "<", "<=", ">", ">=")
VOICED: tuple[Operator, ...] = (">=", ">", "==", "<=", "<")
_ORDERED = (ValueType.NUMBER, ValueType.MONEY, ValueType.DATE, ValueType.DURATION)
_ROLE = st.sampled_from([*ROLES, ANY_ROLE])


@st.composite
def _people_behind(draw: st.DrawFn, *, inside: bool) -> Condition:
    return draw(_of_people(inside=inside))


# hypothesis prints its strategies, and is not fond of long ones
@cache
def _of_people(*, inside: bool) -> st.SearchStrategy[Condition]:
    final = [one for one in FINAL.values() if inside or one.of == "deal"]
    some = [one for one in (*FACTS.values(), *final) if inside or one.of == "deal"]
    return st.one_of(
        st.sampled_from([one for one in final if one.type is ValueType.YES_NO]).map(Holds),
        st.sampled_from(final).map(Final),
        st.sampled_from(final).map(Dissent),
        st.builds(
            Voices,
            st.lists(st.sampled_from([*final, *some]), min_size=1, max_size=3).map(tuple),
            st.sampled_from(VOICED),
            st.integers(1, 3),
        ),
    )


def _facts(*types: ValueType, inside: bool) -> st.SearchStrategy[Fact]:
    return st.sampled_from(
        [
            one
            for one in FACTS.values()
            if (not types or one.type in types) and (inside or one.of == "deal")
        ]
    )


def _terms(type: ValueType, constants: Constants, *, inside: bool) -> st.SearchStrategy[Term]:
    known = _facts(type, inside=inside).map(FactRef)
    attributes = [
        AttributeRef(name)
        for name, (of, _) in ATTRIBUTES.items()
        if of is type is not ValueType.CHOICE and (inside or name.startswith("deal."))
    ]
    kinds: list[st.SearchStrategy[Term]] = [known, constants[type].map(Constant)]
    if attributes:
        kinds.append(st.sampled_from(attributes))
    if type is ValueType.NUMBER:
        kinds.append(_ROLE.map(Count))
        kinds.append(_facts(ValueType.LIST, inside=inside).map(Size))
    return st.one_of(kinds)


def _comparisons(
    type: ValueType, constants: Constants, *, inside: bool
) -> st.SearchStrategy[Condition]:
    name = st.sampled_from(_ORDER if type in _ORDERED else _EQUAL)
    return st.builds(
        lambda terms, names: Compare(tuple(terms), names[: len(terms) - 1]),
        st.lists(_terms(type, constants, inside=inside), min_size=2, max_size=3),
        st.tuples(name, name),
    )


def _choices(*, inside: bool) -> st.SearchStrategy[Condition]:
    terms: list[tuple[Term, Iterable[str]]] = [(FactRef(FACTS["close.answer"]), OUTCOMES)]
    people = ("contact.influence", "contact.kind", "contact.level")
    names = people if inside else ("deal.source",)
    terms += [(AttributeRef(name), ATTRIBUTES[name][1]) for name in names]
    kinds: list[st.SearchStrategy[Condition]] = []
    for term, choices in terms:
        one = st.sampled_from(tuple(choices))
        equal, among = st.sampled_from(_EQUAL), st.sampled_from(_AMONG)
        left = st.tuples(st.just(term), one.map(Constant))
        kinds += [
            st.builds(Compare, left, st.tuples(equal)),
            st.builds(Compare, left.map(lambda two: two[::-1]), st.tuples(equal)),
            st.builds(
                Compare,
                st.tuples(
                    st.just(term), st.lists(one, min_size=1, max_size=3).map(tuple).map(Constant)
                ),
                st.tuples(among),
            ),
        ]
    return st.one_of(kinds)


def _in_list(constants: Constants, *, inside: bool) -> st.SearchStrategy[Condition]:
    item = _terms(ValueType.TEXT, constants, inside=inside)
    listed = _facts(ValueType.LIST, inside=inside).map(FactRef)
    container: st.SearchStrategy[Term] = listed | st.just(AttributeRef("deal.products"))
    return st.builds(Compare, st.tuples(item, container), st.tuples(st.sampled_from(_AMONG)))


def _atoms(constants: Constants, *, inside: bool) -> st.SearchStrategy[Condition]:
    any_fact = _facts(inside=inside)
    texts = constants[ValueType.TEXT]
    lists = _facts(ValueType.LIST, inside=inside)
    dates = _terms(ValueType.DATE, constants, inside=inside)
    spans = constants[ValueType.DURATION]
    return st.one_of(
        _facts(ValueType.YES_NO, inside=inside).map(Holds),
        any_fact.map(Known),
        any_fact.map(Missing),
        any_fact.map(Disputed),
        st.builds(Named, lists, texts),
        _ROLE.map(Covered),
        st.integers(1, 3).map(Heard),
        st.builds(Plays, _facts(ValueType.PERSON, inside=inside), _ROLE),
        st.builds(Within, dates, spans),
        *(_comparisons(type, constants, inside=inside) for type in constants),
        _choices(inside=inside),
        _in_list(constants, inside=inside),
    )


def joined(kind: type[And] | type[Or], parts: Iterable[Condition]) -> Condition:
    """Parts joined as the parser joins them: without brackets that change nothing."""
    return kind(tuple(q for p in parts for q in (p.parts if isinstance(p, kind) else (p,))))


def _trees(atoms: st.SearchStrategy[Condition], leaves: int) -> st.SearchStrategy[Condition]:
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(Not),
            st.builds(joined, st.sampled_from([And, Or]), st.lists(inner, min_size=2, max_size=4)),
        ),
        max_leaves=leaves,
    )


def conditions(constants: Constants, *, people: bool = False) -> st.SearchStrategy[Condition]:
    """Conditions over ``FACTS``, as the parser makes them.

    Args:
        constants: for each type that is compared, the values written out.
        people: of every kind, over ``FINAL`` as well: final words, dissent and numbers of voices.
    """

    def atoms(*, inside: bool) -> st.SearchStrategy[Condition]:
        plain = _atoms(constants, inside=inside)
        return plain | _people_behind(inside=inside) if people else plain

    quantified = st.builds(
        Quantified, _ROLE, st.sampled_from(["every", "some"]), _trees(atoms(inside=True), 3)
    )
    return _trees(atoms(inside=False) | quantified, 6)
