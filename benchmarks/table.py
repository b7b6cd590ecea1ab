"""A line of the printed table."""

from __future__ import annotations

from attrs import frozen


@frozen
class Line:
    """What was measured, against what, and the ratio to stay under, if there is one.

    Attributes:
        how: ``hot``, ``cold``, ``new`` (in new processes) or ``size``; of both sides.
        what: what of ours.
        ours: how long it takes, or how large it is.
        against: what it is compared with.
        theirs: how long that takes, or how large it is.
        limit: the mark.
        unit: microseconds or bytes.
    """

    how: str
    what: str
    ours: float
    against: str
    theirs: float
    limit: float | None = None
    unit: str = "us"

    def __str__(self) -> str:
        ratio = self.ours / self.theirs
        mark = "" if self.limit is None else f"  <= {self.limit:g}: {_met(ratio <= self.limit)}"
        digits = 0 if self.unit == "B" else 1
        left = f"{self.how:<4}  {self.what:<44} {self.ours:>9,.{digits}f} {self.unit:<2}"
        right = f"{self.against:<46} {self.theirs:>9,.{digits}f} {self.unit:<2}"
        return f"{left}   {right}   ratio {ratio:6.2f}{mark}"


def _met(met: bool) -> str:
    return "met" if met else "MISSED"
