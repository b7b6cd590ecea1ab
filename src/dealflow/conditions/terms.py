"""The terms of conditions: nodes that take values and not answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from attrs import frozen

from dealflow.conditions.base import Alternatives, Gap, Look, OverFact, OverRole, Term
from dealflow.values import Money, Value

__all__ = ["AttributeRef", "Constant", "Count", "FactRef", "Size", "literal"]


class FactRef(OverFact, Term):
    """The value of a fact."""

    def alternatives(self, look: Look) -> Alternatives:
        """Each value that it takes, with the statements behind it."""
        reading = look.read(self.fact)
        return () if reading.lacks else reading.values

    def __str__(self) -> str:
        return self.fact.id


@frozen(slots=False, repr=False)
class AttributeRef(Term):
    """A bare attribute such as ``deal.amount`` or ``contact.influence``."""

    name: str

    def alternatives(self, look: Look) -> Alternatives:
        """Each value that it takes, with the statements behind it."""
        value = look.world.attribute(self.name, look.contact)
        if value is None:
            contact = look.contact if self.name.startswith("contact.") else None
            look.gaps[Gap("not_set", self.name, contact.id if contact else None)] = None
            return ()
        # No statement stands behind it: the price and the map are our own records.
        return ((value, ()),)

    def __str__(self) -> str:
        return self.name


@frozen(slots=False, repr=False)
class Constant(Term):
    """A value written in the condition."""

    value: Value

    def alternatives(self, look: Look) -> Alternatives:  # noqa: ARG002 - needs no look
        """Each value that it takes, with the statements behind it."""
        return ((self.value, ()),)

    def __str__(self) -> str:
        return literal(self.value)


def literal(value: Value) -> str:
    """A value as it is written in a condition."""
    match value:
        case str():
            # Not repr(): it takes single quotes where there are double ones in the text, and the
            # printed form must be one form only.
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            return '"' + quoted.replace("\n", "\\n").replace("\t", "\\t") + '"'
        case tuple():
            return "[" + ", ".join(literal(item) for item in value) + "]"
        case Money():
            return f'money("{value}")'
        case timedelta():
            hours = value.days * 24 + value.seconds // 3600
            return f"hours({hours})" if hours % 24 else f"days({value.days})"
        case date():
            return f'date("{value.isoformat()}")'
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


class Count(OverRole, Term):
    """How many contacts hold a role."""

    def alternatives(self, look: Look) -> Alternatives:
        """Each value that it takes, with the statements behind it."""
        return ((Decimal(len(look.world.holders(self.role))), ()),)

    def __str__(self) -> str:
        return f"count({self.role})"


class Size(OverFact, Term):
    """How many items a fact of type list has."""

    def alternatives(self, look: Look) -> Alternatives:
        """Each value that it takes, with the statements behind it."""
        reading = look.read(self.fact)
        if reading.lacks:
            return ()
        return tuple(
            (Decimal(len(cast("tuple[str, ...]", value))), ids) for value, ids in reading.values
        )

    def __str__(self) -> str:
        return f"size({self.fact.id})"
