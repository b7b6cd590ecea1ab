"""Which side spoke in a meeting, and who can have told us anything there."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from dealflow import Deal, EvidenceError, Trail, TrailError
from dealflow.evidence import Side
from dealflow.trail import chain
from dealflow.trail import events as ev
from tests.deals import BY, DAY, START, left_alone, say, small, small_deal

SIDES: tuple[Side, ...] = ("us", "them", "both")
LATER = START + DAY


def met(spoke: Side, *participants: str) -> Deal:
    """A deal with one meeting."""
    deal = small_deal()
    people = participants or ("ann", "bob")
    deal.meet("call", participants=people, id="m", spoke=spoke, by=BY, at=START)
    return deal


def refused(deal: Deal, who: str, message: str, **details: Any) -> None:
    """Somebody cannot have told us this in the meeting; neither a verb nor a trail may say so."""
    teller = details.get("via", who)
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, who, "be.good", True, interaction="m", **details)
    assert (caught.value.code, str(caught.value)) == ("took_no_part", message)
    assert caught.value.data == {"contact": teller, "interaction": "m"}
    assert caught.value.problems[0].place == "interaction"
    first_hand = "via" not in details
    said = ev.Said("be.good", True, "contact", who, START, interaction="m", first_hand=first_hand)
    forged = chain(
        deal.trail.head, deal.version + 1, START, BY, evolve(said, via=details.get("via"))
    )
    with pytest.raises(TrailError) as in_trail:
        Deal.replay(small(), Trail([*deal.trail, forged]))
    assert [problem.code for problem in in_trail.value.problems] == ["took_no_part"]


@pytest.mark.parametrize("spoke", SIDES)
def test_sides(spoke: Side) -> None:
    """Who spoke is on record, and only where both sides did it was a talk."""
    deal = met(spoke)
    assert deal.interactions["m"].spoke == spoke
    assert deal._state.talks == (spoke == "both")
    event = deal.trail[-1].event
    assert isinstance(event, ev.Met)
    assert event.interaction is deal.interactions["m"]
    assert ('"spoke"' in deal.trail[-1].body) is (spoke != "both")


@pytest.mark.parametrize("spoke", ["them", "both"])
def test_participants_who_spoke(spoke: Side) -> None:
    """Whoever took part on a side that spoke may have told us something, or told it on."""
    deal = met(spoke, "ann")
    own = say(deal, "ann", "be.good", True, interaction="m")
    told = say(deal, "bob", "be.good", True, interaction="m", via="ann")
    assert deal.statements[own].teller == deal.statements[told].teller == "ann"
    assert deal.statements[told].source == "bob"


@pytest.mark.parametrize("spoke", ["them", "both"])
def test_who_took_no_part(spoke: Side) -> None:
    """Somebody who was not there told us nothing there, neither his own words nor another's."""
    deal = met(spoke, "ann")
    refused(deal, "bob", "bob took no part in m")
    refused(deal, "ann", "bob took no part in m", via="bob")


def test_where_only_we_spoke() -> None:
    """A mail of ours without an answer is no source of anything that they said."""
    deal = met("us")
    refused(deal, "ann", "in m only we spoke, and ann told us nothing")
    refused(deal, "ann", "in m only we spoke, and bob told us nothing", via="bob")


def test_who_was_not_there_when_only_we_spoke() -> None:
    """That he took no part comes first."""
    refused(met("us", "ann"), "bob", "bob took no part in m")


@pytest.mark.parametrize("spoke", SIDES)
def test_documents_and_observations_are_free(spoke: Side) -> None:
    """What we read or saw in a meeting nobody told us, whoever spoke there."""
    deal = met(spoke, "ann")
    read = deal.read("Plan.pdf", "be.good", True, by=BY, at=LATER, interaction="m")
    seen = deal.observe("own.mood", "Angry", about="bob", by=BY, at=LATER, interaction="m")
    assert deal.statements[read.seq].teller is None
    assert deal.statements[seen.seq].teller is None
    assert deal.statements[seen.seq].said_at == START


def test_strangers_are_strangers_first() -> None:
    """Of somebody who is no contact it is not said that he took no part."""
    deal = met("both", "ann")
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, "eve", "be.good", True, interaction="m")
    assert caught.value.code == "unknown_contact"
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, "ann", "be.good", True, interaction="n")
    assert (caught.value.code, caught.value.data) == ("unknown_interaction", {"interaction": "n"})
