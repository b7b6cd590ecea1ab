"""The arithmetic of a backtest: shares with Wilson intervals, rules that stop deals, association.

Floats live here and in reports only; no deal is ever judged by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import Literal, TypeAlias

from attrs import frozen

__all__ = ["Interval", "Lift", "Rule", "Share", "Tally", "association", "wilson"]

Z95 = 1.959963984540054
"""The two-sided 95 % point of the normal distribution."""

Interval: TypeAlias = tuple[float, float]
Evidence: TypeAlias = Literal["better", "worse", "none"]


def wilson(count: int, of: int, z: float = Z95) -> Interval | None:
    """The Wilson score interval of a share (E. B. Wilson, 1927), without continuity correction.

    Args:
        count: the number of hits.
        of: the number of trials.
        z: the point of the normal distribution, e.g. 1.96 for 95 %.

    Returns:
        The lower and the upper end, both from 0 to 1; ``None`` when there were no trials.

    Raises:
        ValueError: more hits than trials, fewer than none, or a z that is not above 0.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share")
    if not z > 0:
        raise ValueError(f"z is {z!r}, and not above 0")
    # Not the share plus and minus z standard errors: of 0 in 8 that gives an interval of no width,
    # and near the ends one that leaves 0 to 1. Many groups here are of a few deals. Wilson solves
    # for the shares that the count would not surprise.
    if of == 0:
        return None
    share, square = count / of, z * z
    middle = share + square / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    # at both ends the formula gives exactly 0 and 1, but its floats do not
    low = 0.0 if count == 0 else (middle - reach) / scale
    high = 1.0 if count == of else (middle + reach) / scale
    return low, high


@frozen
class Share:
    """So many of so many.

    Attributes:
        count: the number of hits.
        of: the number of trials.
    """

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1; ``None`` of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % Wilson interval; ``None`` of nothing."""
        return wilson(self.count, self.of)


@frozen
class Lift:
    """How many times as often stopped deals were lost as all deals.

    Attributes:
        value: precision over the base rate; 1 is no better than chance.
        interval: the Wilson interval of the precision over the base rate, which is taken as exact.
    """

    value: float
    interval: Interval


@frozen
class Tally:
    """A number of closed deals.

    Attributes:
        lost: how many were lost.
        won: how many were won.
    """

    lost: int = 0
    won: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.lost + other.lost, self.won + other.won)

    @property
    def total(self) -> int:
        """Lost and won together."""
        return self.lost + self.won

    @property
    def loss(self) -> Share:
        """The share that was lost."""
        return Share(self.lost, self.total)


@frozen
class Rule:
    """A rule that stops deals, and what it would have done to those that are closed.

    Attributes:
        id: for a guard: ``refuted``, ``unknown`` or ``not_true``; for the policy: ``walk_away``,
            ``not_ready``, ``conditions_not_good``, ``any_unknown`` or ``refuted_<k>``.
        stopped: the deals that it would have stopped.
        deals: all the deals that it was tried on.
        expected: how many of the stopped deals would be lost if each were lost as often as the
            deals that are like it in the column adjusted for; ``None`` when there is no such
            column.
    """

    id: str
    stopped: Tally
    deals: Tally
    expected: float | None = None

    @property
    def precision(self) -> Share:
        """Of the stopped deals, those that were lost."""
        return self.stopped.loss

    @property
    def recall(self) -> Share:
        """Of the lost deals, those stopped."""
        return Share(self.stopped.lost, self.deals.lost)

    @property
    def won_stopped(self) -> Share:
        """Of the won deals, those wrongly stopped."""
        return Share(self.stopped.won, self.deals.won)

    @property
    def lift(self) -> Lift | None:
        """Precision over base rate; ``None`` when nothing was stopped, or nothing ever lost."""
        precision, interval, base = (
            self.precision.value,
            self.precision.interval,
            self.deals.loss.value,
        )
        if precision is None or interval is None or not base:
            return None
        return Lift(precision / base, (interval[0] / base, interval[1] / base))

    @property
    def adjusted_lift(self) -> float | None:
        """Lost among the stopped over ``expected``: the lift that the other column leaves."""
        # Indirect standardisation, as in a standardised mortality ratio: deaths seen over deaths
        # expected at the rates of the whole population, age by age. Here the ages are the values of
        # the other column.
        return self.stopped.lost / self.expected if self.expected else None

    @property
    def evidence(self) -> Evidence:
        """Whether the lift's interval lies above 1, below 1, or says nothing."""
        lift = self.lift
        if lift is None or lift.interval[0] <= 1 <= lift.interval[1]:
            return "none"
        return "better" if lift.value > 1 else "worse"


def association(tallies: Iterable[Tally]) -> float:
    """How strongly a column goes with winning and losing: Cramér's V, corrected for chance.

    Args:
        tallies: one for each of the column's values.

    Returns:
        0 (not at all, or by chance) to 1 (decides it), after W. Bergsma's correction (2013).
    """
    # Values that nobody has would count as rows, and so into the correction.
    rows = [tally for tally in tallies if tally.total]
    everything = sum(rows, Tally())
    n = everything.total
    if len(rows) < 2 or n < 2 or not everything.lost or not everything.won:
        return 0.0
    chi_square = 0.0
    for row in rows:
        for seen, column in ((row.lost, everything.lost), (row.won, everything.won)):
            expected = row.total * column / n
            chi_square += (seen - expected) ** 2 / expected
    # (rows - 1) * (columns - 1), with the two columns lost and won. Without Bergsma's correction V
    # grows with the number of values: a column of serial numbers would go with the outcome better
    # than any other. By chance alone, phi squared is freedom / (n - 1) on average, which is taken
    # away; rows and columns are then reduced likewise, so that a column that decides the outcome
    # still comes to 1.
    freedom = len(rows) - 1
    phi_square = max(0.0, chi_square / n - freedom / (n - 1))
    fewer = min(len(rows) - freedom**2 / (n - 1), 2 - 1 / (n - 1)) - 1
    return min(1.0, sqrt(phi_square / fewer)) if fewer > 0 else 0.0
