"""The missing tests, what matters most first: whether to walk away, and then guard by guard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from attrs import frozen

from dealflow.analysis.mutants.judge import Equivalence
from dealflow.analysis.mutants.mutant import Mutant
from dealflow.analysis.mutants.suggest import case_of, docstring, function, imports
from dealflow.analysis.solver import RANKS
from dealflow.playbook import Playbook

__all__ = ["Missing", "as_file", "missing", "ranked", "suggestions"]


@frozen
class Missing:
    """A test that is missing.

    Attributes:
        mutants: the mutants that it would notice and no test does.
        text: the text of it, a function for pytest.
    """

    mutants: tuple[Mutant, ...]
    text: str


_Found = tuple[Mutant, Equivalence]


def missing(
    original: Playbook, found: Iterable[_Found], most: int | None = None
) -> tuple[Missing, ...]:
    """The missing tests: first those on walking away, then the others.

    Of each guard comes the test that shows most plainly what is wrong, before a second one comes of
    any. What would be the same test for several mutants is one.

    Args:
        original: the playbook.
        found: mutants, and how a deal tells each from the original.
        most: how many tests there are to be at most; ``None`` for all.
    """
    tests: dict[tuple[str, ...], list[Mutant]] = {}
    for mutant, equivalence in ranked(found, _plainness):
        says, lines = case_of(original, mutant, equivalence)
        body = (says, *lines)
        if body in tests or most is None or len(tests) < most:
            tests.setdefault(body, []).append(mutant)
    return tuple(
        Missing(tuple(mutants), function(mutants, says, lines))
        for (says, *lines), mutants in tests.items()
    )


_Each = TypeVar("_Each")


def ranked(
    found: Iterable[tuple[Mutant, _Each]], plainness: Callable[[_Each], int] = lambda _: 0
) -> Iterator[tuple[Mutant, _Each]]:
    """Mutants with what belongs to each, what matters first.

    First come those on walking away, then the others; among them of each guard the plainest before
    a second one of any.

    Args:
        found: mutants, each with something else.
        plainness: how plainly that shows what is wrong, 0 most.
    """
    parts: dict[tuple[bool, int], list[tuple[Mutant, _Each]]] = {}
    for mutant, each in found:
        policy = mutant.original.walk_away
        special = {*policy.guards, *policy.at_once} if policy else set[str]()
        walks = not special.isdisjoint(mutant.guards)
        # the mutants of a fact, a step or a move go with the first guard that they touch
        order = [guard.id for guard in mutant.original.guards]
        place = order.index(mutant.guards[0]) if mutant.guards else len(order)
        parts.setdefault((not walks, place), []).append((mutant, each))
    rows = [
        ((later, turn, place), one)
        for (later, place), ours in parts.items()
        for turn, one in enumerate(sorted(ours, key=lambda pair: plainness(pair[1])))
    ]
    yield from (one for _, one in sorted(rows, key=lambda row: row[0]))


def _plainness(equivalence: Equivalence) -> int:
    """How much it says that a deal is judged in this way: 0 most."""
    plainest: tuple[object, ...] = RANKS
    # a way, a waiver or an answer that should not be there is as plain as can be
    return plainest.index(equivalence.by) if equivalence.by in plainest else 0


def as_file(original: Playbook, tests: Iterable[Missing]) -> str:
    """A whole file of missing tests, with their imports."""
    texts = [test.text.strip() for test in tests]
    title = original.title.english
    words = f"Tests of the playbook {title!r} that its mutants showed to be missing."
    head = [*docstring(words, ""), *imports("\n".join(texts))]
    return "\n\n\n".join(["\n".join(head), *texts]) + "\n"


def suggestions(original: Playbook, found: Iterable[_Found]) -> str:
    """Write a whole file of all missing tests.

    Args:
        original: the playbook.
        found: mutants, and how a deal tells each from the original.
    """
    return as_file(original, missing(original, found))
