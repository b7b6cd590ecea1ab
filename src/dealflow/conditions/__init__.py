"""Conditions: a closed subset of Python expressions, evaluated in four truth values.

A condition is evaluated over the live claims of the facts it reads: its truth is the set of answers
it takes. Rules are parsed by :func:`parse` against a :class:`Vocabulary` and evaluated by
:func:`judge` in a :class:`World`. The nodes are open to whoever takes conditions apart; they are
frozen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealflow.conditions.atoms import (
    Covered,
    Disputed,
    Dissent,
    Final,
    Heard,
    Holds,
    Known,
    Missing,
    Named,
    Plays,
    Voices,
    Within,
)
from dealflow.conditions.base import Condition, Gap, GapReason, Look, Node, OverFact, OverRole, Term
from dealflow.conditions.chains import OPERATORS, Compare, Operator
from dealflow.conditions.logic import And, Not, Or, Outcome, Quantified, amounts, judge, witnesses
from dealflow.conditions.terms import AttributeRef, Constant, Count, FactRef, Size, literal
from dealflow.lazy import lazily

if TYPE_CHECKING:
    from dealflow.conditions.parser import ATTRIBUTES, Vocabulary, parse
    from dealflow.conditions.source import Source
else:
    __getattr__ = lazily(
        __name__,
        parser=("ATTRIBUTES", "Vocabulary", "parse"),
        source=("Source",),
    )

__all__ = [
    "ATTRIBUTES",
    "OPERATORS",
    "And",
    "AttributeRef",
    "Compare",
    "Condition",
    "Constant",
    "Count",
    "Covered",
    "Disputed",
    "Dissent",
    "FactRef",
    "Final",
    "Gap",
    "GapReason",
    "Heard",
    "Holds",
    "Known",
    "Look",
    "Missing",
    "Named",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Outcome",
    "OverFact",
    "OverRole",
    "Plays",
    "Quantified",
    "Size",
    "Source",
    "Term",
    "Vocabulary",
    "Voices",
    "Within",
    "amounts",
    "judge",
    "literal",
    "parse",
    "witnesses",
]
