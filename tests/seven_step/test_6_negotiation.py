"""Step 6, negotiation: the terms, the lawyers, the signature (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Playbook
from dealflow.testing import Clock, assert_asks, assert_conflict, assert_moves, assert_refused
from tests.seven_step.people import (
    CLAUSES,
    TERMS,
    DealAt,
    all_confirm,
    believes,
    leaves,
    now,
    says,
    takes_back,
    whose_word_counts,
    writes,
)

BUYER, SPONSOR = "economic_buyer", "sponsor"

# What must be on record before the deal goes on: the guard, the fact, its yes and its no.
AGREED = [
    *(("main_terms_agreed", term, True, False) for term in TERMS),
    ("governing_law_agreed", "law.agreed", True, False),
    ("no_open_point", "terms.open", [], ["liability cap"]),
    ("contract_signed", "contract.signed", True, False),
]
each_agreed = pytest.mark.parametrize(
    ("guard", "fact", "yes", "no"), AGREED, ids=[fact for _, fact, *_ in AGREED]
)
each_clause = pytest.mark.parametrize("clause", CLAUSES)


def test_a_signed_contract_without_open_points_is_performed(deal_at: DealAt) -> None:
    """Six terms, a law, no open point and a signature: then we start."""
    assert_moves(deal_at("negotiation", ready=True), "fulfilment")


def test_the_draft_starts_with_questions(deal_at: DealAt) -> None:
    """On entering the step every term, the law, the open points and the signature are asked for."""
    deal = deal_at("negotiation")
    assert_refused(deal, because={guard for guard, *_ in AGREED})
    assert_asks(deal, *TERMS, "law.agreed", "terms.open", "contract.signed")


def test_when_the_buyer_has_left_the_coach_is_asked_whom_to_ask(deal_at: DealAt) -> None:
    """The terms are the sponsor's to agree on, and nobody knows him yet: who wants this enough?"""
    deal = deal_at("negotiation")
    leaves(deal, BUYER, now(deal).date())
    asks = assert_asks(deal, "role.sponsor")
    assert [ask.of for ask in asks] == [("coach",)]


@each_agreed
def test_each_of_it_must_be_agreed(
    deal_at: DealAt, guard: str, fact: str, yes: object, no: object
) -> None:
    """What is left out of the contract, or refused, comes back as a quarrel after the signature."""
    deal = deal_at("negotiation", {fact: None}, ready=True)
    assert_refused(deal, because=guard)
    assert_asks(deal, fact)
    says(deal, BUYER, {fact: no})
    assert_refused(deal, because=guard)
    says(deal, BUYER, {fact: yes})
    assert_moves(deal, "fulfilment")


@each_agreed
def test_it_is_agreed_when_all_say_so(
    deal_at: DealAt, guard: str, fact: str, yes: object, no: object
) -> None:
    """The buyer takes it for agreed and the sponsor does not: then it is not."""
    deal = deal_at("negotiation", {fact: None}, ready=True)
    says(deal, BUYER, {fact: yes})
    says(deal, SPONSOR, {fact: no})
    assert_conflict(deal, guard, between={BUYER, SPONSOR})
    assert_refused(deal, because=guard)


@each_agreed
def test_who_can_agree(deal_at: DealAt, guard: str, fact: str, yes: object, no: object) -> None:
    """Agreed is what they tell us who answer for it, or what stands in the draft they returned."""
    people = {BUYER, SPONSOR, *([] if fact == "contract.signed" else ["technical_advisor"])}
    deal = deal_at("negotiation", {fact: None}, ready=True)
    assert whose_word_counts(deal, fact, yes) == {*people, "letter"}
    assert whose_word_counts(deal, fact, yes, told_on=True, among=people) == set()


@each_clause
def test_a_clause_that_a_lawyer_raised_is_settled(deal_at: DealAt, clause: str) -> None:
    """A clause need not come up; once it does, it stops the signature until it is settled."""
    deal = deal_at("negotiation", {clause: False}, ready=True)
    assert_refused(deal, because="legal_clauses_settled")
    assert_asks(deal, clause)
    settled = deal_at("negotiation", {clause: True}, ready=True)
    assert_moves(settled, "fulfilment")


@each_clause
def test_a_clause_is_settled_when_both_lawyers_say_so(deal_at: DealAt, clause: str) -> None:
    """One calls it settled and the other does not: that stops the signature, too."""
    deal = deal_at("negotiation", ready=True)
    says(deal, BUYER, {clause: True})
    says(deal, SPONSOR, {clause: False})
    assert_conflict(deal, "legal_clauses_settled", between={BUYER, SPONSOR})
    assert_refused(deal, because="legal_clauses_settled")
    takes_back(deal, SPONSOR, clause)
    assert_moves(deal, "fulfilment")


@pytest.mark.parametrize(
    ("said", "paper"),
    [
        ({"close.outcome": "needs_time"}, "quote"),
        ({"close.outcome": "wants_proposal"}, "proposal"),
        ({"close.outcome": "needs_time", "doc.kind": "price"}, "quote"),
        ({"close.outcome": "needs_time", "doc.kind": "proposal"}, "proposal"),
        ({"close.outcome": "needs_time", "doc.kind": "terms"}, "proposal"),
        ({"close.outcome": "needs_time", "legal.received": True}, "contract_terms"),
        ({"close.outcome": "wants_proposal", "proposal.accepted": True}, "contract_terms"),
        ({"close.outcome": "wants_proposal", "proposal.accepted": False}, "proposal"),
        ({"close.outcome": "accepted"}, "contract_terms"),
    ],
    ids=lambda given: given if isinstance(given, str) else "+".join(map(str, given.values())),
)
def test_the_paper_follows_the_commitment(
    deal_at: DealAt, said: dict[str, object], paper: str
) -> None:
    """Who wants time gets a price, who wants a proposal gets one, and terms go to who said yes."""
    deal = deal_at("negotiation", said)
    assert deal.assess(at=now(deal)).paper == paper


def test_there_is_no_paper_before_the_trial_close(deal_at: DealAt, playbook: Playbook) -> None:
    """Whatever they ask for or have accepted: first we ask for an answer, then we write."""
    said = {"close.outcome": "accepted", "doc.kind": "proposal", "legal.received": True}
    papers = {}
    for step in playbook.steps:
        deal = deal_at(step.id, said)
        papers[step.id] = deal.assess(at=now(deal)).paper
    assert [step for step in papers if papers[step] is None] == [
        *("first_contact", "qualification", "buying_roles", "guided_competition")
    ]


def test_a_price_is_what_anybody_may_have_then(deal_at: DealAt) -> None:
    """Before they have answered us, there is a quote for whoever wants one."""
    deal = deal_at("trial_close")
    assert deal.assess(at=now(deal)).paper == "quote"


def test_who_accepts_our_proposal(deal_at: DealAt, clock: Clock) -> None:
    """It takes the buyer, the sponsor or a letter, in person, and is good for ninety days."""
    deal = deal_at("negotiation", close__outcome="wants_proposal")
    says(deal, SPONSOR, proposal__accepted=True, told_on=True)
    says(deal, "user", proposal__accepted=True)
    believes(deal, proposal__accepted=True)
    assert deal.assess(at=now(deal)).paper == "proposal"
    for who in (BUYER, SPONSOR):
        says(deal, who, proposal__accepted=True)
        assert deal.assess(at=now(deal)).paper == "contract_terms"
        takes_back(deal, who, "proposal.accepted")
    writes(deal, proposal__accepted=True)
    assert deal.assess(at=now(deal)).paper == "contract_terms"
    all_confirm(deal, clock.wait(days=90))
    assert deal.assess(at=clock.now).paper == "contract_terms"
    assert deal.assess(at=clock.wait(days=1)).paper == "proposal"
