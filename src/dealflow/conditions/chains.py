"""Comparisons, and chains of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import frozen

from dealflow.conditions.base import Condition, Look, Node, Term

__all__ = ["OPERATORS", "Compare", "Operator"]


def _contains(item: Any, items: Any) -> bool:
    return item in items


def _lacks(item: Any, items: Any) -> bool:
    return item not in items


Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]
OPERATORS: Mapping[Operator, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "in": _contains,
        "not in": _lacks,
    }
)


@frozen(slots=False, repr=False)
class Compare(Condition):
    """A comparison, or a chain of them; evaluated for every combination of live claims."""

    precedence: ClassVar[int] = 4
    terms: tuple[Term, ...]
    operators: tuple[Operator, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts."""
        return self.terms

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        bits = 0
        # Every combination of what people say has an answer. Budgets of 40 and of 60 against a
        # price of 50 are a yes and a no, hence a contradiction; against a price of 30 both say yes,
        # and that they differ does not matter to this condition.
        functions = [OPERATORS[name] for name in self.operators]
        for combination in product(*[term.alternatives(look) for term in self.terms]):
            answer = True
            for i, function in enumerate(functions):
                if not function(combination[i][0], combination[i + 1][0]):
                    answer = False
                    break
            for _, ids in combination:
                look.answer(answer, ids)
            bits |= 1 if answer else 2
        return look.settle(bits)

    def __str__(self) -> str:
        rest = zip(self.operators, self.terms[1:], strict=True)
        return " ".join([str(self.terms[0]), *(f"{op} {term}" for op, term in rest)])
