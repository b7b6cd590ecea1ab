"""The clauses of a guard, what each of them reads, and which input alone decided the guard.

Unique-cause MC/DC: two observations of a guard, in one of which it is TRUE and in the other not, in
which one input differs, the clauses that do not read it give the same answers, and all else that
the clauses read which do read it is the same. Then that input alone decided.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Final, TypeAlias, cast

from attrs import frozen

from dealflow.conditions import (
    And,
    AttributeRef,
    Condition,
    Disputed,
    Dissent,
    Heard,
    Look,
    Node,
    Not,
    Or,
    OverFact,
    Voices,
    Within,
    judge,
)
from dealflow.conditions import Final as Final_
from dealflow.evidence import Fact, Reading
from dealflow.state import Snapshot
from dealflow.values import Truth, to_json

__all__ = ["HEARD", "VOICES", "Clauses", "Input", "Row", "inputs_of"]

HEARD: Final = "heard"
VOICES: Final = "voices"
"""The input that says who was heard first-hand."""

Input: TypeAlias = str
"""What a clause reads: ``fact:budget.amount``, ``role:coach``, ``attribute:deal.talks``, or
``heard``."""


@frozen
class Row:
    """One observation of a guard, short enough to be passed between processes.

    Attributes:
        passes: whether the guard was TRUE.
        answers: of each clause: its bits, and its bits where contradictions are no answers.
        readings: of each input, a digest of what was known; equal when the same was known.
    """

    passes: bool
    answers: tuple[int, ...]
    readings: tuple[str, ...]


@frozen
class Clause:
    """A part of a condition without ``and``, ``or`` and ``not`` of its own.

    A quantified part is one clause, whatever it has inside: its inputs are the facts of all
    contacts together, and who holds the role.

    Attributes:
        node: the part.
        inputs: what it reads.
    """

    node: Condition
    inputs: tuple[Input, ...]


class Clauses:
    """A condition taken apart.

    Attributes:
        clauses: the clauses, in the order of the text.
        inputs: what they read, each once.
    """

    __slots__ = ("_condition", "_readers", "clauses", "inputs")

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        parts = dict.fromkeys(_leaves(condition))
        self.clauses = tuple(Clause(part, inputs_of(part)) for part in parts)
        self.inputs = tuple(dict.fromkeys(i for clause in self.clauses for i in clause.inputs))
        self._readers = [_reader(name, condition) for name in self.inputs]

    def row(self, snapshot: Snapshot) -> Row:
        """What the guard and its parts give in a deal."""
        answers: list[int] = []
        for clause in self.clauses:
            look = Look(snapshot)
            bits = clause.node.evaluate(look)
            # both answers, as the guard needs both: clauses that differ in one of them did not give
            # the same
            firm = clause.node.evaluate(Look(snapshot, firm=True)) if look.conflicted else bits
            answers.append(bits * 4 + firm)
        passes = judge(self._condition, snapshot).truth is Truth.TRUE
        # of every input and not only of the one in question: which two rows make a pair is seen
        # when all rows are together
        readings = tuple(_digest(read(snapshot)) for read in self._readers)
        return Row(passes, tuple(answers), readings)

    def decided_alone(self, rows: Iterable[Row]) -> frozenset[Input]:
        """The inputs that alone decided the guard, somewhere among these observations."""
        known = tuple(rows)
        return frozenset(name for name in self.inputs if self._alone(name, known))

    def _alone(self, name: Input, rows: tuple[Row, ...]) -> bool:
        place = self.inputs.index(name)
        # what has to be the same: the answers of the clauses that do not read it, and what else is
        # read by those that do. Rows are put together by that, so that it takes one pass and no
        # pairs
        others = [i for i, clause in enumerate(self.clauses) if name not in clause.inputs]
        beside = [
            i
            for i, other in enumerate(self.inputs)
            if other != name and any({name, other} <= {*c.inputs} for c in self.clauses)
        ]
        values: dict[object, tuple[set[str], set[str]]] = {}
        for row in rows:
            same = (*(row.answers[i] for i in others), *(row.readings[i] for i in beside))
            values.setdefault(same, (set(), set()))[row.passes].add(row.readings[place])
        # a value on one side only, and anything on the other, is a pair that differs in it
        return any(no and yes and len(no | yes) > 1 for no, yes in values.values())


def _leaves(node: Condition) -> Iterator[Condition]:
    if isinstance(node, And | Or | Not):
        for part in node.children:
            yield from _leaves(cast("Condition", part))
    else:
        yield node


def inputs_of(node: Node) -> tuple[Input, ...]:
    """What a node reads, each once."""
    # a dict, as with a set the order of reports would hang on chance
    nodes = [each for each in node.walk() if not isinstance(each, Voices)]
    found: dict[Input, None] = {f"fact:{f.id}": None for each in nodes for f in each.reads}
    if len(nodes) < len(list(node.walk())):
        found[VOICES] = None
    found.update((f"role:{role}", None) for role in node.roles)
    for each in node.walk():
        if isinstance(each, Heard) or (
            isinstance(each, AttributeRef) and each.name == "contact.heard"
        ):
            found[HEARD] = None
        elif isinstance(each, AttributeRef):
            found[f"attribute:{each.name}"] = None
    return tuple(found)


_Reader: TypeAlias = Callable[[Snapshot], object]


def _reader(name: Input, condition: Condition) -> _Reader:
    kind, _, id = name.partition(":")
    if kind == HEARD:
        return lambda snapshot: sorted(snapshot.heard)
    if kind == VOICES:
        return lambda snapshot: _voices(snapshot, condition)
    if kind == "role":
        return lambda snapshot: sorted(contact.id for contact in snapshot.holders(id))
    if kind == "attribute":
        return _attribute_reader(id)
    return _fact_reader(id, condition)


def _voices(snapshot: Snapshot, condition: Condition) -> list[list[str]]:
    """Who stands behind the facts of each clause that counts voices."""
    clauses = (node for node in condition.walk() if isinstance(node, Voices))
    readings = ([snapshot.read(fact, None) for fact in node.over] for node in clauses)
    return [
        sorted({s.teller for r in each if not r.lacks for s in r.live if s.teller is not None})
        for each in readings
    ]


def _attribute_reader(name: str) -> _Reader:
    if name.startswith("deal."):
        return lambda snapshot: str(snapshot.attribute(name, None))
    return lambda snapshot: {
        id: str(snapshot.attribute(name, contact))
        for id, contact in snapshot.state.contacts.items()
    }


def _fact_reader(id: str, condition: Condition) -> _Reader:
    fact: Fact = next(fact for fact in condition.facts if fact.id == id)
    # what reads it decides what makes two values the same
    readers = [
        node
        for node in condition.walk()
        if any(isinstance(c, OverFact) and c.fact == fact for c in (node, *node.children))
    ]
    by_day = any(isinstance(node, Within) for node in readers)
    disputed = any(isinstance(node, Disputed) for node in readers)
    final = any(isinstance(node, Final_ | Dissent) for node in readers)

    def known(reading: Reading, today: date) -> list[str] | None:
        # what is not established reads as not known to all but ``disputed``, which sees the claims
        if not reading.values or (reading.lacks and not disputed):
            return None
        # the same day is another one when it is looked at from another day
        values = [
            f"{(cast('date', value) - today).days} days" if by_day else json.dumps(to_json(value))
            for value, _ in reading.values
        ]
        marks = ["open"] if reading.lacks else []
        if final:
            marks += ["final"] * reading.final + ["dissent"] * bool(reading.dissent)
        return [*sorted(values), *marks]

    if fact.of == "deal":
        return lambda snapshot: known(snapshot.read(fact, None), snapshot.at.date())
    # one more contact of whom nothing is known makes no other reading
    return lambda snapshot: _without_none(
        {id: known(snapshot.read(fact, id), snapshot.at.date()) for id in snapshot.state.contacts}
    )


def _without_none(found: Mapping[str, list[str] | None]) -> dict[str, list[str]]:
    return {id: values for id, values in found.items() if values is not None}


def _digest(known: object) -> str:
    """Short, and it tells nobody what the customer said."""
    return sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]
