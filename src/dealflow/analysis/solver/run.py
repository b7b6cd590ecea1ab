"""Runs of z3: whether a script can be met, within so many steps, the same on every machine."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from attrs import define, field

from dealflow.analysis.solver.script import FALSE, TRUE, Bit, Number

__all__ = ["EXTRA", "Model", "Run", "installed"]


EXTRA: Final = "dealflow[analysis]"
"""What is to be installed for there to be a solver."""


@cache
def installed() -> bool:
    """Whether there is a z3 here."""
    return find_spec("z3") is not None


class Model:
    """Numbers and bits with which a script is met; what makes no difference is zero and false."""

    def __init__(self, z3: Any, found: Any) -> None:
        self._z3 = z3
        self._found = found

    def bit(self, bit: Bit) -> bool:
        """A bit."""
        if bit in (TRUE, FALSE):
            return bit == TRUE
        return bool(self._z3.is_true(self._value(self._z3.BoolSort, bit)))

    def number(self, number: Number) -> int:
        """A number."""
        if isinstance(number, int):
            return number
        value = self._value(self._z3.IntSort, number)
        return 0 if value is None else int(value.as_long())

    def _value(self, sort: Any, name: str) -> Any:
        # asked one by one: in Python, all of a large model take longer than to find it
        ctx = self._found.ctx
        return self._found.get_interp(self._z3.Const(name, sort(ctx)).decl())


@define
class Run:
    """One script, asked several times with more and more demands.

    Attributes:
        text: the script.
        limit: how many steps may be taken, of each check anew.
        before: how many were taken to write it.
        met: whether the last check found that it can be met.
        decided: whether the last check came to its end.
    """

    text: str
    limit: int
    before: int = 0
    met: bool = field(default=False, init=False)
    decided: bool = field(default=True, init=False)
    _bits: dict[Bit, Any] = field(factory=dict, init=False)
    _solver: Any = field(init=False)
    _z3: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        import z3  # type: ignore[import-untyped]

        self._z3 = z3
        # one of its own: in one that was used before, the order of things would be another
        self._solver = z3.SimpleSolver(ctx=z3.Context())
        self._solver.from_string(self.text)
        self._solver.set("rlimit", max(self.limit - self.before, 1))

    @property
    def spent(self) -> int:
        """How many steps were taken."""
        taken = self._solver.statistics()
        return self.before + int(taken.get_key_value("rlimit count"))

    def check(self, *more: Bit) -> bool:
        """Whether it can be met, with more demands."""
        answer = self._solver.check(*map(self._bit, more))
        self.decided = answer != self._z3.unknown
        self.met = answer == self._z3.sat
        return self.met

    @property
    def model(self) -> Model:
        """What the last check found."""
        return Model(self._z3, self._solver.model())

    def keep(self, bit: Bit) -> None:
        """Demand something from now on."""
        if bit != TRUE:
            self._solver.add(self._bit(bit))

    def _bit(self, bit: Bit) -> Any:
        if bit not in self._bits:
            self._bits[bit] = self._z3.Bool(bit, self._solver.ctx)
        return self._bits[bit]
