"""What a mapping leaves untested: guards without a source, and the truths that cannot come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from attrs import evolve

from dealflow.assessment import judge_guards
from dealflow.backtest.deal import ClosedDeal, blank, build
from dealflow.backtest.mapping import Cell, ColumnMapping, Strength
from dealflow.backtest.report import GuardReport, Untested
from dealflow.conditions import AttributeRef, Condition, Heard, Within
from dealflow.evidence import ANY_ROLE
from dealflow.playbook import Playbook
from dealflow.state import Snapshot
from dealflow.values import Truth

__all__ = ["possible_truths", "untested", "weakest_link", "without_source"]

_MOST_COMBINATIONS = 5000
_STRENGTHS: tuple[Strength, ...] = ("weak", "partial", "direct")


def _named_roles(mapping: ColumnMapping) -> set[str]:
    """The roles that a contact of the mapping may hold."""
    roles = {role for person in mapping.contacts for role in person.roles}
    for by_cell in mapping.roles:
        roles.update(role for held in (by_cell or {}).values() for role in held)
    return roles | ({ANY_ROLE} if roles else set())


def without_source(condition: Condition, mapping: ColumnMapping) -> tuple[str, ...]:
    """The facts, roles and attributes that a condition reads and the mapping does not give."""
    linked = {link.fact for link in mapping.links}
    roles = _named_roles(mapping)
    missing = [fact.id for fact in condition.facts if fact.id not in linked]
    missing += [role for role in condition.roles if role not in roles]
    deal = mapping.deal
    given = {
        "contact.heard": True,
        "contact.kind": True,
        "deal.amount": deal.amount is not None,
        "deal.account": deal.account is not None,
        "deal.talks": deal.talks is not None,
    }
    speakers = {link.contact for link in mapping.links if link.first_hand} - {None}
    for node in condition.walk():
        if isinstance(node, AttributeRef) and not given.get(node.name, False):
            missing.append(node.name)
        if isinstance(node, Heard) and len(speakers) < node.number:
            missing.append(f"heard({node.number})")
    return tuple(dict.fromkeys(missing))


def _reads_anything_else(condition: Condition, missing: Iterable[str]) -> bool:
    """Whether something that a condition reads is given."""
    read = {*(fact.id for fact in condition.facts), *condition.roles}
    for node in condition.walk():
        if isinstance(node, AttributeRef):
            read.add(node.name)
        if isinstance(node, Heard):
            read.add(f"heard({node.number})")
    return not read <= set(missing)


def weakest_link(condition: Condition, mapping: ColumnMapping) -> Strength | None:
    """The strength of the weakest link that a condition rests on."""
    facts = {fact.id for fact in condition.facts}
    found = {link.strength for link in mapping.links if link.fact in facts}
    for person, by_cell in zip(mapping.contacts, mapping.roles, strict=True):
        held = {role for roles in (by_cell or {}).values() for role in roles} - set(person.roles)
        if person.roles_from is not None and held.intersection(condition.roles):
            found.add(person.roles_from.strength)
    return next((strength for strength in _STRENGTHS if strength in found), None)


def possible_truths(
    playbook: Playbook, mapping: ColumnMapping, guard: str
) -> tuple[Truth, ...] | None:
    """The truths that a guard can come out with under a mapping, whatever the data.

    Every combination of the values of the columns that it hangs on is judged.

    Returns:
        The truths in the order of :class:`~dealflow.Truth`; ``None`` when a cell itself is a
        value, or there are too many combinations.
    """
    condition = playbook.guard_condition[guard]
    facts = {fact.id for fact in condition.facts}
    links = [i for i, link in enumerate(mapping.links) if link.fact in facts]
    deal = mapping.deal
    varies = any(isinstance(v, Cell) for v in (mapping.at, deal.amount, deal.account, deal.talks))
    by_row = any(isinstance(node, AttributeRef | Within) for node in condition.walk())
    # A cell that is itself a value has no list of values, so there is nothing to go through.
    if (varies and by_row) or any(mapping.links[i].cell for i in links):
        return None
    cells = _domains(mapping, links)
    count = 1
    for domain in cells.values():
        count *= len(domain)
    if count > _MOST_COMBINATIONS:
        return None
    # Judged by the engine itself and not reasoned about: what a condition can come to is for the
    # conditions to say.
    nothing = blank(mapping)
    found = set()
    for combination in product(*cells.values()):
        case = _case(mapping, nothing, links, dict(zip(cells, combination, strict=True)))
        found.add(_truth(build(playbook, mapping, case), guard))
    return tuple(truth for truth in Truth if truth in found)


def _truth(snapshot: Snapshot, guard: str) -> Truth:
    return judge_guards(snapshot, [guard], walk_away=False, needed=True)[0].truth


def _domains(mapping: ColumnMapping, links: list[int]) -> dict[str, list[str]]:
    """For each column, the cells that every one of its links understands."""
    understood: list[tuple[str, Mapping[str, object]]] = [
        (mapping.links[i].column, mapping.answers[i]) for i in links
    ]
    for person, by_cell in zip(mapping.contacts, mapping.roles, strict=True):
        if person.roles_from is not None and by_cell is not None:
            understood.append((person.roles_from.column, by_cell))
    # Two links may read one column. A cell that one of them does not know is refused when the file
    # is read, so that it cannot occur.
    cells: dict[str, list[str]] = {}
    for column, known in understood:
        cells[column] = [cell for cell in cells.get(column, known) if cell in known]
    return cells


def _case(
    mapping: ColumnMapping, nothing: ClosedDeal, links: list[int], row: Mapping[str, str]
) -> ClosedDeal:
    said = list(nothing.said)
    for i in links:
        said[i] = mapping.answers[i][row[mapping.links[i].column]]
    roles = tuple(
        by_cell[row[person.roles_from.column]]
        if person.roles_from is not None and by_cell is not None
        else person.roles
        for person, by_cell in zip(mapping.contacts, mapping.roles, strict=True)
    )
    return evolve(nothing, said=tuple(said), roles=roles)


def untested(
    playbook: Playbook, mapping: ColumnMapping, guards: Iterable[GuardReport]
) -> Iterator[Untested]:
    """Everything of the playbook that the data cannot test."""
    empty = build(playbook, mapping, blank(mapping))
    looked_at = set()
    for report in guards:
        guard, missing = report.guard, report.without_source
        looked_at.add(guard)
        condition = playbook.guard_condition[guard]
        if missing and not _reads_anything_else(condition, missing):
            yield Untested(guard, "no_source", missing)
        elif missing:
            yield Untested(guard, "part_without_source", missing)
        came_out = [truth for truth, tally in report.truths.items() if tally.total]
        if len(came_out) == 1:
            yield Untested(guard, "always_the_same", (came_out[0].value,))
        # A condition such as count(user) == 0 is true of an empty deal. Where the data has no
        # users, it says nothing of the customer, but a share of deals would stand beside it.
        if missing and (truth := _truth(empty, guard)) is not Truth.UNKNOWN:
            yield Untested(guard, "absence_is_an_answer", (truth.value,))
    if later := [guard.id for guard in playbook.guards if guard.id not in looked_at]:
        yield Untested("", "not_at_this_step", tuple(later))
    facts = [link.fact for link in mapping.links]
    if len(set(facts)) == len(facts):
        yield Untested("", "one_source_each")
    yield Untested("", "no_dates")
