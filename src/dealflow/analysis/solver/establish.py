"""Establishes facts in a deal: said by people whose word counts, who are found where missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from dealflow.analysis.solver.cells import Cast, cells_of_fact
from dealflow.analysis.solver.scenes import Person, Saying, Scene, perform, scene_of
from dealflow.deal import Deal
from dealflow.evidence import Fact
from dealflow.exceptions import EvidenceError
from dealflow.values import Value, ValueType, from_json

__all__ = ["establish"]


def establish(deal: Deal, facts: Mapping[str, object], *, by: str, at: datetime) -> None:
    """Let facts have values, and nothing else be said of them.

    Raises:
        EvidenceError: a fact is not declared, or a value is not of its type.
    """
    problems: list[str] = []
    wanted: list[tuple[Fact, Value | None]] = []
    for id, raw in facts.items():
        fact = deal.playbook.fact.get(id)
        if fact is None:
            problems.append(f"the playbook has no fact {id!r}")
            continue
        try:
            wanted.append((fact, None if raw is None else from_json(fact.type, raw)))
        except ValueError as error:
            problems.append(f"{id}: {error}")
    if problems:
        raise EvidenceError("; ".join(problems))
    perform(deal, _changed(scene_of(deal, at), wanted), by=by, at=at)


def _changed(scene: Scene, wanted: list[tuple[Fact, Value | None]]) -> Scene:
    spoken = {fact.id for fact, _ in wanted}
    kept = [saying for saying in scene.sayings if saying.fact not in spoken]
    people = list(scene.people)
    for fact, value in wanted:
        if value is not None:
            if fact.type is ValueType.PERSON and value not in {p.id for p in people}:
                people.append(Person(str(value)))
            _find_entitled(fact, people)
            kept += _said(fact, value, Cast(tuple(people)))
    return Scene(tuple(people), tuple(kept), scene.amount, scene.talks, scene.account, scene.waived)


def _find_entitled(fact: Fact, people: list[Person]) -> None:
    """Somebody whose word counts, when nobody of the deal has such a role."""
    rule = fact.sources.roles
    if rule and not any(set(person.roles) & set(rule) for person in people):
        people.append(Person(rule[0], (rule[0],)))


def _said(fact: Fact, value: Value, cast: Cast) -> Iterator[Saying]:
    abouts = [p.id for p in cast.people] if fact.of == "contact" else [None]
    for about in abouts:
        cells = cells_of_fact([fact], about, cast, [value], at_most=1)
        yield from next((cell.sayings for cell in cells if cell.sayings), ())
