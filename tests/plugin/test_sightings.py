"""Which tests may notice a mutant, found without running any."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

import pytest
from attrs import evolve

from dealflow import Deal, InputError, Refused
from dealflow.analysis import Mutant, Observation, mutants
from dealflow.plugin.sightings import Sight, at_place, check_place
from dealflow.testing import deal_at, watching
from tests.deals import BY, MOVES, START, say, seven_step, small, small_deal

SHORTCUT = """
[[moves]]
id = "shortcut"
from = "one"
to = "last"
"""


pytestmark = pytest.mark.usefixtures("unwatched")


def seen(act: Callable[[], object]) -> tuple[Observation, ...]:
    """What somebody sees of deals."""
    with watching() as watch, suppress(Refused):
        act()
    return watch.observations


def tries(deal: Deal) -> Callable[[], object]:
    """Tries to move a deal."""
    return lambda: deal.advance(by=BY, at=deal.trail[-1].at)


def looks(deal: Deal) -> Callable[[], object]:
    """Looks at a deal."""
    return lambda: deal.assess(at=deal.trail[-1].at)


def good(deal: Deal, *answers: bool) -> Deal:
    """A deal in which people have said whether it is good."""
    for who, answer in zip(("ann", "bob"), answers, strict=False):
        say(deal, who, "be.good", answer)
    return deal


def one(found: Iterable[Mutant], id: str) -> Mutant:
    """The mutant with an id."""
    return next(mutant for mutant in found if mutant.id == id)


def test_who_differs() -> None:
    """The tests that tried a move come first, and those in which the guard stood in the way."""
    every = mutants(small())
    observations = {
        "silent": seen(tries(small_deal())),
        "agreed": seen(tries(good(small_deal(), True))),
        "looked": seen(looks(good(small_deal(), True, False))),
        "disputed": seen(tries(good(small_deal(), True, False))),
        "nothing": (),
    }
    sight = Sight(small(), observations, {})
    disputed = one(every, "guards.good:conflict_as_yes:1")
    assert list(sight.differ(disputed)) == ["disputed", "looked"]
    negated = one(every, "guards.good:clause_negated:1")
    assert list(sight.differ(negated)) == ["agreed"]
    stale = one(every, "facts.be.good:good_for_dropped:1")
    assert list(sight.differ(stale)) == []
    assert sight.near(["good"]) == ("silent", "disputed", "looked", "agreed")
    assert sight.near(["rich"]) == ()


def test_the_nearest_are_those_in_which_a_guard_was_not_met() -> None:
    """A test in which a guard failed is nearer than one in which the deal could have passed."""
    moves = MOVES.replace('when = ["rich"]', "").replace(
        'from = "one"', 'when = ["rich"]\nfrom = "one"', 1
    )
    passing, poor = small_deal(moves), small_deal(moves)
    for fact in ("be.good", "be.rich"):
        say(passing, "ann", fact, True)
    observations = {"passing": seen(tries(passing)), "poor": seen(looks(poor))}
    sight = Sight(small(moves), observations, {})
    assert sight.near(["rich"]) == ("poor", "passing")


def test_mutants_of_a_place() -> None:
    """A place is a part of the playbook, or of its file; an id is one mutant."""
    every = at_place(small(), None)
    assert every == mutants(small())
    places = {mutant.place for mutant in at_place(small(), "guards.good")}
    assert places == {place for place in (m.place for m in every) if "guards.good" in place}
    assert at_place(small(), "facts.be") == at_place(small(), "facts.be.good")
    assert at_place(small(), every[0].id) == every[:1]
    assert at_place(small(), "guards.goo") == ()
    check_place(small(), "guards")
    with pytest.raises(
        InputError, match=r"no mutant is at 'guards\.goo'; did you mean guards\.good "
    ):
        check_place(small(), "guards.goo")
    with pytest.raises(InputError, match="no mutant is at 'xyzzy'; there are: guards, "):
        check_place(small(), "xyzzy")


def test_a_test_is_asked_once() -> None:
    """A test that tried and looked is named once."""
    deal = good(small_deal(), True, False)
    observations = {"both": (*seen(looks(deal)), *seen(tries(deal)))}
    mutant = one(mutants(small()), "guards.good:conflict_as_yes:1")
    assert list(Sight(small(), observations, {}).differ(mutant)) == ["both"]


def test_the_plainest_come_first() -> None:
    """A guard that fails in another way shows less plainly than a verdict that is another."""
    vague = deal_at(seven_step(), "qualification", problem__severe=False)
    plain = deal_at(seven_step(), "negotiation", problem__severe=False)
    observations = {"vague": seen(looks(vague)), "plain": seen(looks(plain))}
    for id in ("guards.severe_problem:and_to_or:1", "guards.severe_problem:clause_dropped:1"):
        mutant = one(mutants(seven_step()), id)
        found = list(Sight(seven_step(), observations, {}).differ(mutant))
        assert found[0] in observations
        assert len(found) == len(set(found))


def test_what_no_judgement_shows() -> None:
    """Waivers show to those who tried one, answers to those who gave one or were sent back."""
    book = seven_step()
    verbs = {"waives": {"waive"}, "answers": {"answer_trial_close"}, "back": {"gap"}, "no": set()}
    sight = Sight(book, {}, {test: frozenset(tried) for test, tried in verbs.items()})
    assert sight.in_secret(book) == ()
    assert sight.sent_back() == ("back",)
    guard = next(guard for guard in book.guards if not guard.waivable)
    others = tuple(each for each in book.guards if each is not guard)
    waivable = evolve(book, guards=(evolve(guard, waivable=True), *others))
    assert sight.in_secret(waivable) == ("waives",)
    assert sight.in_secret(evolve(book, trial_close=None)) == ("answers",)


def test_a_move_that_is_gone_differs() -> None:
    """An observation that a mutant cannot judge at all differs plainly."""
    more = MOVES + SHORTCUT
    gone = evolve(mutants(small(more))[0], changes={"moves": small().moves})
    observations = {
        "there": seen(lambda: small_deal(more).assess(at=START, to="last")),
        "elsewhere": seen(lambda: small_deal(more).assess(at=START, to="left")),
    }
    assert list(Sight(small(more), observations, {}).differ(gone)) == ["there"]
