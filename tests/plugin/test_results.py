"""What is told of mutants that were tried."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dealflow.analysis import Mutant
from dealflow.analysis.mutants import Equivalence
from dealflow.plugin.failures import Kind
from dealflow.plugin.results import Result, told
from tests._mini import mutants_of

FOUR = "4 mutants in 1.0 s: 4 killed, 0 survived,"


def some(number: int) -> list[Mutant]:
    """So many mutants."""
    return [*mutants_of().values()][:number]


def killed(*kinds: Kind) -> list[Result]:
    """A killed mutant for each of these kinds of failures."""
    pairs = zip(some(len(kinds)), kinds, strict=True)
    return [Result(mutant, "killed", "test_a", kind) for mutant, kind in pairs]


def lines(results: Sequence[Result], *, every: bool = True) -> list[str]:
    """What is told of them."""
    return [*told(results, {}, 1.0, every=every)]


def test_kills_are_counted_by_what_killed() -> None:
    """Each kind has its number; where no mutant was killed, there is nothing to say."""
    assert lines(killed("error", "assertion", "refusal", "assertion")) == [
        f"{FOUR} 0 that no deal can tell from the playbook, 0 not decided",
        "Killed by an assertion: 2, by a refusal that nobody looked at: 1, by an error: 1",
    ]
    (mutant,) = some(1)
    assert len(lines([Result(mutant, "survived")])) == 6


@pytest.mark.parametrize(
    ("kinds", "most"),
    [
        (("error", "error", "assertion"), True),
        (("error", "refusal"), False),
        (("error",), True),
        (("assertion",), False),
    ],
)
def test_mostly_errors(kinds: tuple[Kind, ...], most: bool) -> None:
    """More than half of the kills have to be errors for that to be said."""
    assert any("Most kills are errors" in line for line in lines(killed(*kinds))) is most


def test_a_redundant_rule_is_called_simpler_only_where_it_is() -> None:
    """One that could be dropped could be simpler; one that could be put in another way, not."""
    by_id = mutants_of()
    for id, simpler in (
        ("guards.signed:guard_removed:1", True),
        ("guards.signed:unknown_as_yes:1", False),
    ):
        text = "\n".join(lines([Result(by_id[id], "redundant")]))
        assert ("so the rule could be simpler" in text) is simpler
        assert "Redundant: no deal can tell whether this is so" in text
        assert "tests that look at it" not in text


def test_the_first_of_many() -> None:
    """Of each fate ten are told, and how many more there are; or all."""
    results = [Result(mutant, "survived", near=("a", "b", "c", "d")) for mutant in some(13)]
    short = lines(results, every=False)
    heads = [line for line in short if line.startswith("Survived: no test notices")]
    assert len(heads) == 11
    assert short[-1] == "Survived: no test notices: 3 more, which -v tells"
    assert "    tests that look at it: a, b, c and 1 more" in short
    long = lines(results)
    assert len([line for line in long if line.startswith("Survived")]) == 13
    assert "more, which" not in "\n".join(long)


def test_what_a_test_misses() -> None:
    """A test is missing wherever a deal is known that tells the mutant from the original."""
    (mutant,) = some(1)
    different = Equivalence("different", "readiness", "talk")
    assert Result(mutant, "survived", difference=different).missed
    assert Result(mutant, "older", difference=different).missed
    assert not Result(mutant, "redundant").missed
