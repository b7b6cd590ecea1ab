"""Rules that stand in for others: the same to whoever looks at names, and not to deals."""

from __future__ import annotations

import copy
import pickle

import pytest
from attrs import evolve

from dealflow import Deal, Playbook, Refused, TrailError, dumps, loads
from dealflow.playbook import StandIn
from tests.deals import BY, MOVES, START, new_deal, say, small, small_deal

LOOSER = MOVES.replace('when = ["rich"]', "")
MORE = '\n[[moves]]\nid = "shortcut"\nfrom = "one"\nto = "last"\n'


def looser() -> StandIn:
    """The small playbook, with nobody asking whether anything is rich, in the place of itself."""
    return StandIn.in_place_of(small(), small(LOOSER))


def opened(book: Playbook) -> Deal:
    """A deal with the buyer ann, who says that it is good."""
    deal = new_deal(book, amount=None)
    deal.add_contact("ann", name="Ann", roles=["buyer"], by=BY, at=START)
    say(deal, "ann", "be.good", True)
    return deal


def at_right(book: Playbook) -> Deal:
    """A deal that went where rich ones go."""
    deal = opened(book)
    say(deal, "ann", "be.rich", True)
    deal.advance(by=BY, at=START, to="right")
    return deal


def test_it_goes_by_the_name_of_the_other() -> None:
    """It has the fingerprint of the original, and the rules of its own."""
    book = looser()
    assert book.fingerprint == small().fingerprint != small(LOOSER).fingerprint
    assert book.recorded_under is small()
    assert book.to_data() == small(LOOSER).to_data()
    assert book.plans == small(LOOSER).plans != small().plans
    assert small().recorded_under is small()


def test_it_is_equal_to_itself_only() -> None:
    """What is kept by playbook is never taken for what is kept of the original."""
    one, other = looser(), looser()
    assert one == one
    assert len({one, other, small(), small(LOOSER)}) == 4
    assert small() != one
    assert one != small(LOOSER)


def test_it_is_copied_and_pickled_as_what_it_is() -> None:
    """A copy stands in for the same; and what is evolved from it stands in for nothing."""
    one = looser()
    for book in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert isinstance(book, StandIn)
        assert book.fingerprint == small().fingerprint
        assert book.recorded_under == small()
        assert book.plans == small(LOOSER).plans
    renamed = evolve(looser(), version="9")
    assert renamed.recorded_under is renamed
    assert renamed.fingerprint == evolve(small(LOOSER), version="9").fingerprint
    again = pickle.loads(pickle.dumps(renamed))
    assert again.fingerprint == renamed.fingerprint


def test_a_recorded_trail_is_one_of_the_original() -> None:
    """Each entry stands as the rules of its time judged it; what comes next is judged by these."""
    strict = StandIn.in_place_of(small(LOOSER), small())
    deal = opened(small(LOOSER))
    deal.advance(by=BY, at=START, to="right")
    text = dumps(deal.trail)
    # no deal of the stricter rules got there
    for book in (strict, small(LOOSER)):
        there = Deal.replay(book, loads(text))
        assert (there.step, dumps(there.trail)) == ("right", text)
    again = Deal.replay(strict, loads(text))
    again.step_back("one", by=BY, at=START, reason="x")
    with pytest.raises(Refused, match="rich"):
        again.advance(by=BY, at=START, to="right")
    assert copy.copy(again).trail == again.trail
    assert pickle.loads(pickle.dumps(again)).trail == again.trail


def test_a_trail_of_its_own_is_one_as_well() -> None:
    """What its deals did is replayed, also after what was recorded under the original."""
    book = looser()
    deal = opened(book)
    deal.advance(by=BY, at=START, to="right")
    assert Deal.replay(book, deal.trail) == deal
    with pytest.raises(TrailError, match="entry"):
        Deal.replay(small(), deal.trail)
    mixed = Deal.replay(book, at_right(small()).trail)
    mixed.step_back("one", by=BY, at=START, reason="x")
    mixed.withdraw(
        next(i for i, s in mixed.statements.items() if s.fact == "be.rich"),
        by=BY,
        at=START,
        reason="x",
    )
    mixed.advance(by=BY, at=START, to="right")
    assert Deal.replay(book, mixed.trail) == mixed


def test_what_neither_could_record_is_refused() -> None:
    """A trail that makes no sense under the original either is told as under the original."""
    deal = small_deal(MOVES + MORE)
    say(deal, "ann", "be.good", True)
    deal.advance(by=BY, at=START, to="last")
    stranger = StandIn.in_place_of(small(MOVES + MORE), small(MOVES + MORE))
    assert Deal.replay(stranger, deal.trail).step == "last"
    told = []
    for book in (small(), looser()):
        with pytest.raises(TrailError) as caught:
            Deal.replay(book, deal.trail)
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_deals_may_begin_elsewhere_now() -> None:
    """Where the first step is another one, a deal that is on record began where it began."""
    first, second, *others = small().steps
    swapped = {first.id: second.id, second.id: first.id}
    moves = tuple(
        evolve(m, source=swapped.get(m.source, m.source), to=swapped.get(m.to, m.to))
        for m in small().moves
    )
    rules = evolve(small(), steps=(second, first, *others), moves=moves)
    book = StandIn.in_place_of(small(), rules)
    assert new_deal(book).step == second.id
    assert Deal.replay(book, new_deal(small()).trail).step == first.id
