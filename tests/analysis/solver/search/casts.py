"""Casts: the people to try a scene with, the smallest casts first.

Conditions can tell casts apart by how many hold a role, by who was heard, and by what each holder
says. So every role is tried with as many holders as some condition can count, and each holder holds
one role; at last one person is tried in all roles, for conditions that limit how many people there
are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, count, islice, product

from attrs import evolve

from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.scenes import Person, Scene
from dealflow.conditions import (
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Count,
    Covered,
    Disputed,
    Dissent,
    Heard,
    Node,
    OverFact,
    Plays,
    Quantified,
    Voices,
)
from dealflow.evidence import ANY_ROLE, SELF, Fact
from dealflow.values import ValueType
from tests.analysis.solver.search.forest import Bound

__all__ = ["casts"]

# above this nothing is decided; a playbook's roles multiply, but a question reads few of them
_MOST_CASTS = 4096
# a bound and no argument: a condition that needs seven holders finds no scene
_MOST_HOLDERS = 6
# of more who were not heard yet, not every choice of them is tried
_MOST_UNHEARD = 5
# stands for people without a role
_NOBODY = ""


def casts(
    conditions: Sequence[Condition],
    roles: Sequence[str],
    given: Scene | None = None,
    *,
    stands: bool = False,
) -> Iterator[Cast]:
    """The casts to try, those with fewer people first.

    Args:
        conditions: what shall be tried.
        roles: the roles that people may hold besides those that the conditions name.
        given: a scene whose people are in every cast.
        stands: whether those who were heard in it are heard in every cast.

    Raises:
        Bound: there are too many to try.
    """
    nodes = [node for condition in conditions for node in condition.walk()]
    most = _most_holders(nodes, roles)
    if given is not None:
        held = {role for person in given.people for role in person.roles}
        # somebody's deal is looked at: its people stay, and the smallest change is wanted, so at
        # most one newcomer is tried for each role that nobody holds
        most = {role: 1 for role in most if role not in held}
    sizes = 1
    for number in most.values():
        sizes *= number + 1
    if sizes > _MOST_CASTS:
        raise Bound
    # from small to large, so that the first cast with a scene has the fewest people. Larger ones
    # have to be tried as well: more people may meet a condition (``covered``) or break one
    # (``count(role) <= 1``)
    numbers = sorted(product(*(range(n + 1) for n in most.values())), key=lambda n: (sum(n), n))
    before = given.people if given else ()
    taken = {person.id for person in before}
    # what somebody said before may be behind any of the facts, so that there voices are counted
    counted = _voices_counted(nodes) if given is None else ()
    for holders in numbers:
        people = (*before, *_people(dict(zip(most, holders, strict=True)), taken))
        if given is not None and stands:
            yield from _heard_besides(given.heard, people, nodes)
        else:
            yield from _voiced(_heard(people, nodes), counted)
    named = tuple(role for role in most if role != _NOBODY)
    # a limit on people and the roles that have to be filled may fit only when one person holds
    # several. To tell that, one who holds all of them is tried
    if len(named) > 1 and given is None and _limits_people(nodes):
        for others in range(2):
            somebody = [Person(f"somebody_{n}" if n else "somebody") for n in range(others)]
            yield from _voiced(_heard((Person("all_in_one", named), *somebody), nodes), counted)


def _voices_counted(nodes: Iterable[Node]) -> Collection[int]:
    """How many voices conditions can tell from more, and from fewer."""
    numbers = {node.number for node in nodes if isinstance(node, Voices)}
    return sorted({m for n in numbers for m in (n - 1, n, n + 1)})


def _voiced(casts: Iterable[Cast], counted: Collection[int]) -> Iterator[Cast]:
    """Who stands behind the facts of which conditions count the voices."""
    for cast in casts:
        speakers = cast.speakers()
        sizes = [number for number in counted if number <= len(speakers)]
        for size in sizes or [len(speakers)] if counted else ():
            for voices in combinations(speakers, size):
                yield evolve(cast, voices=frozenset(voices))
        if not counted:
            yield cast


def _people(holders: dict[str, int], taken: Collection[str]) -> Iterator[Person]:
    for role, number in holders.items():
        name = role or "somebody"
        ids = (name if n == 1 else f"{name}_{n}" for n in count(1))
        free = (id for id in ids if id not in taken)
        for id in islice(free, number):
            yield Person(id, (role,) if role else ())


def _most_holders(nodes: Sequence[Node], roles: Sequence[str]) -> dict[str, int]:
    """For each role, how many holders some condition can tell from fewer."""
    most: dict[str, int] = {}

    def need(role: str, number: int) -> None:
        most[role] = max(most.get(role, 0), min(number, _MOST_HOLDERS))

    for node in nodes:
        # with one more holder than conditions can tell apart, the last would only repeat another
        for role, number in _told_apart(node):
            need(role, number)
    if _unlike(nodes):
        need(_NOBODY, 2)
    # one holder can meet ``some`` or break ``every``. Two quantifiers may need two who say
    # different things; more than two are not tried, which is a bound
    quantified = Counter(node.role for node in set(nodes) if isinstance(node, Quantified))
    for role, number in quantified.items():
        need(role, min(number, 2))
    if ANY_ROLE in most:
        number = most.pop(ANY_ROLE)
        # a role that no condition names, so that its holders count for ``any_role`` alone
        unnamed = [role for role in roles if role not in most]
        for role in [*unnamed, *(role for role in most if role)][:1]:
            need(role, number + most.get(role, 0))
    return most


def _told_apart(node: Node) -> Iterator[tuple[str, int]]:
    """The roles whose holders one node counts, and how many it can tell from fewer."""
    match node:
        case Covered(role=role) | Plays(role=role):
            yield role, 1
        case Heard(number=number) | Voices(number=number):
            yield _NOBODY, number
        case AttributeRef(name="deal.talks" | "contact.heard"):
            yield _NOBODY, 1
        case Compare(terms=terms):
            constants = [t.value for t in terms if isinstance(t, Constant)]
            # one more than the largest number it is compared with: beyond that all numbers are
            # alike
            most = max([1, *(int(value) for value in constants if isinstance(value, Decimal))])
            yield from ((term.role, most + 1) for term in terms if isinstance(term, Count))
        case _:
            pass
    for fact in node.reads:
        yield from ((role, 1) for role in fact.sources.roles if role != SELF)
    if isinstance(node, OverFact):
        yield from ((role, 1) for role in node.fact.final_word)
        # two who hold no role, so that people may name one who plays no part, and contradict each
        # other on it
        if node.fact.type is ValueType.PERSON:
            yield _NOBODY, 2
        if node.fact.sources.at_least > 1:
            yield _NOBODY, node.fact.sources.at_least


def _unlike(nodes: Iterable[Node]) -> bool:
    """Whether it matters who speaks beside those whose word counts: then two more may do so."""
    declared: dict[str, Fact] = {}
    for node in nodes:
        if isinstance(node, Disputed | Dissent):
            return True
        if isinstance(node, OverFact):
            other = declared.setdefault(node.fact.id, node.fact)
            if other.sense != node.fact.sense:
                return True
    return False


def _asked_of(nodes: Iterable[Node]) -> tuple[set[int], bool]:
    """How many have to be heard by some conditions, and whether some ask it of each."""
    nodes = tuple(nodes)
    numbers = {node.number for node in nodes if isinstance(node, Heard)}
    each = any(isinstance(n, AttributeRef) and n.name == "contact.heard" for n in nodes)
    return numbers, each


def _heard_besides(
    already: Collection[str], people: tuple[Person, ...], nodes: Sequence[Node]
) -> Iterator[Cast]:
    """Who is heard besides some, where conditions ask for that; the fewest first."""
    if not any(_asked_of(nodes)):
        yield Cast(people)
        return
    others = [person.id for person in people if person.id not in already]
    sizes = range(len(others) + 1) if len(others) <= _MOST_UNHEARD else (0, 1, 2, len(others))
    for size in sizes:
        for more in combinations(others, size):
            yield Cast(people, frozenset(already) | frozenset(more))


def _heard(people: tuple[Person, ...], nodes: Sequence[Node]) -> Iterator[Cast]:
    """Who of the people is heard, where conditions ask for that; everybody first."""
    numbers, each = _asked_of(nodes)
    if not numbers and not each:
        yield Cast(people)
        return
    ids = [person.id for person in people]
    yield Cast(people, frozenset(ids))
    # besides everybody, just too few for each number: with fewer still the answers are the same.
    # Who they are matters, as the others have no word of their own then
    sizes = range(len(ids)) if each else sorted({n - 1 for n in numbers if n - 1 < len(ids)})
    for size in sizes:
        for heard in combinations(ids, size):
            yield Cast(people, frozenset(heard))


def _limits_people(nodes: Iterable[Node]) -> bool:
    return any(
        isinstance(node, Heard | Count)
        or (isinstance(node, AttributeRef) and node.name == "contact.heard")
        for node in nodes
    )
