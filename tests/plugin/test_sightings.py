"""Which tests may notice a mutant, found without running any."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Deal, Entry, Playbook, Refused
from dealflow.analysis import Mutant, Observation, judge_again, mutants
from dealflow.analysis import observations as observed
from dealflow.assessment import Judgement
from dealflow.plugin.sightings import Sight
from dealflow.scripts import load_script, play
from dealflow.strategies import deals
from dealflow.testing import deal_at, watching
from tests._playbooks import small_playbooks
from tests.deals import BY, MOVES, START, new_deal, say, seven_step, small, small_deal

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


def test_older_deals_are_judged_apart() -> None:
    """Deals that no mutant reaches are asked for by themselves, and only where one would show."""
    every = mutants(small())
    old = {"old": seen(tries(good(small_deal(), True, False)))}
    sight = Sight(small(), {}, {}, old)
    disputed = one(every, "guards.good:conflict_as_yes:1")
    assert sight.older(disputed) == ("old",)
    assert sight.older(one(every, "guards.good:unknown_as_yes:1")) == ()
    assert list(sight.differ(disputed)) == []
    assert sight.near(["good"]) == ()


def shows(before: Judgement | None, after: Judgement | None) -> bool:
    """Whether two judgements differ in anything that a test may look at."""
    if before is None or after is None:
        return before is not after
    return any(look(before) != look(after) for look in LOOKS)


LOOKS: tuple[Callable[[Judgement], object], ...] = (
    lambda j: (j.plan.move.to, j.verdict),
    lambda j: [f.guard for f in j.blocking],
    lambda j: [(f.guard, f.truth, f.gaps, f.walk_away, f.needed) for f in j.findings],
)


def attempts(playbook: Playbook, trail: Iterable[Entry]) -> list[Observation]:
    """Every place in a trail at which a deal was judged, or could have been."""
    entries = tuple(trail)
    found = [*observed(playbook, entries)]
    for end in range(2, len(entries), 7):
        at = entries[end - 1].at
        found.append(Observation(playbook, entries[:end], at, None, "assessed"))
        late = at + timedelta(days=100)
        found.append(Observation(playbook, entries[:end], late, None, "assessed"))
    return found


def check_all(book: Playbook, observations: list[Observation], every: Iterable[Mutant]) -> int:
    """Compare each difference with that of judging anew; gives how many there are."""
    sights = [Sight(book, {"test": [each]}, {}) for each in observations]
    before, shown = [judge_again(book, each) for each in observations], 0
    for mutant in every:
        after = [judge_again(mutant.playbook, each) for each in observations]
        expected = [*map(shows, before, after)]
        assert [[*sight.differ(mutant)] == ["test"] for sight in sights] == expected, mutant.id
        shown += sum(expected)
    return shown


@pytest.mark.parametrize("script", ["01_fulfilled", "02_walked_away", "03_comeback"])
@pytest.mark.parametrize("share", [31, pytest.param(7, marks=pytest.mark.slow)])
def test_what_is_kept_of_a_deal_is_judged_as_if_anew(script: str, share: int) -> None:
    """A fault shows in deals that were folded once exactly where it shows in those made anew."""
    book = seven_step()
    observations = attempts(book, play(load_script(script)).deal.trail)
    assert check_all(book, observations[:: share // 5], mutants(book)[::share]) > 0


@given(small_playbooks(), st.data())
def test_any_rules_are_judged_as_if_anew(book: Playbook, data: st.DataObject) -> None:
    """Of whatever rules and deals: a fault shows in what is kept where it shows anew."""
    trail = data.draw(deals(book)).trail
    check_all(book, attempts(book, trail)[-4:], mutants(book))


def test_a_guard_that_nobody_asks_for_is_no_matter() -> None:
    """That it is gone shows nowhere."""
    book = small(MOVES.replace('when = ["rich"]', ""))
    unasked = evolve(
        book, steps=tuple(evolve(step, leave_when=()) for step in book.steps if step.id)
    )
    removed = one(mutants(unasked), "guards.rich:guard_removed:1")
    deal = new_deal(unasked)
    sight = Sight(unasked, {"test": seen(looks(deal))}, {})
    assert list(sight.differ(removed)) == []
