"""What became of mutants, and how that is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from attrs import frozen

from dealflow.analysis.mutants import Equivalence, Mutant, ranked
from dealflow.plugin.failures import Kind

__all__ = ["Result", "told"]

Fate: TypeAlias = Literal["killed", "survived", "older", "redundant", "not decided"]
_MOST_NEAR: Final = 3
_MOST_TOLD: Final = 10


@frozen
class Result:
    """What became of a mutant.

    Attributes:
        mutant: the mutant.
        fate: ``killed`` by a test; ``survived``, and a deal could have told it from the original;
            ``older``, when a test looks at such a deal that was opened before the fault was there;
            ``redundant``, as no deal can; or ``not decided``.
        test: the id of the test that killed it, if one did.
        by: what made that test fail.
        near: the ids of the tests that look at the guards it touches; of one that is ``older``,
            those whose deals are.
        difference: how a deal tells it from the original, where no test does.
    """

    mutant: Mutant
    fate: Fate
    test: str = ""
    by: Kind | None = None
    near: tuple[str, ...] = ()
    difference: Equivalence | None = None

    @property
    def missed(self) -> bool:
        """Whether a test is missing."""
        return self.difference is not None


def told(
    results: Sequence[Result], unfit: Mapping[str, str], seconds: float, *, every: bool = True
) -> Iterator[str]:
    """The lines of a report, what matters first.

    Args:
        results: of each mutant.
        unfit: by the id of each test that could judge no mutant, how it fails without one.
        seconds: how long it took.
        every: whether to tell of every mutant, or of each fate only the first.
    """
    fates = Counter(result.fate for result in results)
    older = f" {fates['older']} seen only by deals older than the fault," if fates["older"] else ""
    yield (
        f"{len(results)} mutants in {seconds:.1f} s: {fates['killed']} killed,"
        f" {fates['survived']} survived,{older} {fates['redundant']} that no deal can tell from the"
        f" playbook, {fates['not decided']} not decided"
    )
    yield from _kills(results)
    for test, why in unfit.items():
        yield f"No judge of mutants: {test}"
        yield f"  it fails when it is run again in the same process, without a fault: {why}"
    in_order = [*ranked((result.mutant, result) for result in results)]
    for fate in _HEADS:
        ours = [result for _, result in in_order if result.fate == fate]
        most = len(ours) if every else _MOST_TOLD
        for result in ours[:most]:
            yield from _mutant(result)
        if ours[most:]:
            yield f"{_HEADS[fate]}: {len(ours) - most} more, which -v tells"


def _kills(results: Sequence[Result]) -> Iterator[str]:
    by = Counter(result.by for result in results if result.by is not None)
    if not by:
        return
    yield (
        f"Killed by an assertion: {by['assertion']}, by a refusal that nobody looked at:"
        f" {by['refusal']}, by an error: {by['error']}"
    )
    if by["error"] * 2 > by.total():
        yield (
            "Most kills are errors: those tests break off somewhere on the way, and do not say what"
            " should have been so. Let them assert it."
        )


def _mutant(result: Result) -> Iterator[str]:
    mutant, head = result.mutant, _HEADS[result.fate]
    if result.fate == "redundant" and mutant.simpler:
        head += ", so the rule could be simpler"
    yield f"{head}: {mutant.description}"
    yield f"  {mutant.place} [{mutant.id}]"
    yield f"    as it is:         {mutant.before}"
    yield f"    as it was tried:  {mutant.after}"
    if result.fate in _ROWS:
        more = len(result.near) - _MOST_NEAR
        near = ", ".join(result.near[:_MOST_NEAR]) or "none"
        yield f"    {_ROWS[result.fate]}: {near}{f' and {more} more' if more > 0 else ''}"


_HEADS: Final[Mapping[Fate, str]] = MappingProxyType(
    {
        "survived": "Survived: no test notices",
        "older": "Older than the fault are the only deals that show it",
        "redundant": "Redundant: no deal can tell whether this is so",
        "not decided": "Not decided within the bound: no test notices",
    }
)
_ROWS: Final[Mapping[Fate, str]] = MappingProxyType(
    {
        "survived": "tests that look at it",
        "older": "open the deal in a fixture, or in the test",
        "not decided": "tests that look at it",
    }
)
