"""Comparisons, and chains of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import frozen

from dealflow.conditions.base import Alternatives, Condition, Look, Node, Term

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
_Function: TypeAlias = Callable[[Any, Any], bool]


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
        # Every combination of what people say has an answer. Budgets of 40 and of 60 against a
        # price of 50 are a yes and a no, hence a contradiction; against a price of 30 both say yes,
        # and that they differ does not matter to this condition.
        claims = [term.alternatives(look) for term in self.terms]
        if not all(claims):
            return 0
        functions = [OPERATORS[name] for name in self.operators]
        # Most facts have one value: then there is nothing to go through.
        if len(claims) == sum(map(len, claims)):
            return _one_answer(look, claims, functions)
        return look.settle(_answers(look, claims, functions))

    def __str__(self) -> str:
        rest = zip(self.operators, self.terms[1:], strict=True)
        return " ".join([str(self.terms[0]), *(f"{op} {term}" for op, term in rest)])


def _one_answer(look: Look, claims: list[Alternatives], functions: list[_Function]) -> int:
    """Note the answer of the only combination."""
    answer = True
    for i, function in enumerate(functions):
        if not function(claims[i][0][0], claims[i + 1][0][0]):
            answer = False
            break
    for ((_, statements),) in claims:
        look.answer(answer, statements)
    return 1 if answer else 2


class _Turn:
    """A value that combinations go through, and what they have come to."""

    __slots__ = ("answers", "statements")

    def __init__(self, statements: tuple[int, ...]) -> None:
        self.answers = 0
        self.statements = statements


def _answers(look: Look, claims: list[Alternatives], functions: list[_Function]) -> int:
    """Note the answers of all combinations: in order, the values of the last term changing first.

    The statements come in the order in which going through every combination first meets them.
    """
    # What follows from a value on hangs on whether all has held up to it, and on nothing else
    # before it. So nobody goes on from a value more than twice, and the work grows with the pairs
    # of neighbouring values. Of combinations, twelve facts with three sources each have half a
    # million.
    turns: dict[tuple[int, int, bool], _Turn] = {}
    path: list[_Turn] = []
    bits = 0
    ahead = [(0, i, True) for i in range(len(claims[0]) - 1, -1, -1)]
    while ahead:
        key = place, i, holds = ahead.pop()
        del path[place:]
        if key in turns:
            _note(look, path, turns[key].answers)
            continue
        value, statements = claims[place][i]
        turns[key] = turn = _Turn(statements)
        path.append(turn)
        function, place = functions[place], place + 1
        if place < len(functions):
            turned = reversed([*enumerate(claims[place])])
            ahead += [(place, k, holds and function(value, other)) for k, (other, _) in turned]
            continue
        for other, statements in claims[place]:
            answer = holds and function(value, other)
            bit = 1 if answer else 2
            bits |= bit
            if not turn.answers & bit:
                _note(look, path, bit)
            look.answer(answer, statements)
    return bits


def _note(look: Look, path: list[_Turn], answers: int) -> None:
    """Note answers with the statements behind a path, each where it is met for the first time."""
    for bit in (1, 2):
        if answers & bit:
            # What was noted of one value was noted of those before it.
            first = len(path)
            while first and not path[first - 1].answers & bit:
                first -= 1
            for turn in path[first:]:
                turn.answers |= bit
                look.answer(bit == 1, turn.statements)
