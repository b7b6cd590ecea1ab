"""Faults for the playbook `seven_step`, as somebody makes them who edits the file in a hurry."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

from attrs import frozen

__all__ = ["FAULTS", "UNSEEN", "Fault", "Moved", "Replaced", "Swapped"]


class Change(Protocol):
    """A change to the text of a playbook file."""

    def apply(self, text: str) -> str:
        """The changed text."""
        ...


def table(text: str, heading: str) -> str:
    """A table of the file: its heading, and all up to the next empty line.

    Raises:
        ValueError: the heading is not there exactly once.
    """
    _once(text, f"\n{heading}")
    start = text.index(f"\n{heading}") + 1
    return text[start : text.index("\n\n", start)]


def _once(text: str, wanted: str) -> None:
    if (times := text.count(wanted)) != 1:
        raise ValueError(f"{times} times in the file, and not once: {wanted!r}")


@frozen
class Replaced:
    """One text in place of another, which must be there exactly once.

    Attributes:
        old: what is there.
        new: what is to be there.
        under: the heading of the table in which it is; in the whole file, if empty.
    """

    old: str
    new: str
    under: str = ""

    def apply(self, text: str) -> str:
        """The changed text.

        Raises:
            ValueError: the text to replace is not there exactly once.
        """
        part = table(text, self.under) if self.under else text
        _once(part, self.old)
        return text.replace(part, part.replace(self.old, self.new))


@frozen
class Cut:
    """A part of a table left out, from a text to the table's end.

    Attributes:
        heading: the heading of the table.
        first: the text with which the part begins, which must be there exactly once.
    """

    heading: str
    first: str

    def apply(self, text: str) -> str:
        """The changed text.

        Raises:
            ValueError: the heading or the text is not there exactly once.
        """
        part = table(text, self.heading)
        _once(part, self.first)
        return text.replace(part, part[: part.index(self.first)].rstrip())


@frozen
class Moved:
    """A table of the file at another place.

    Attributes:
        heading: the heading of the table that moves.
        before: the heading of the one before which it goes.
    """

    heading: str
    before: str

    def apply(self, text: str) -> str:
        """The changed text.

        Raises:
            ValueError: one of the headings is not there exactly once.
        """
        moving = f"{table(text, self.heading)}\n\n"
        text = text.replace(moving, "")
        _once(text, f"\n{self.before}")
        return text.replace(f"\n{self.before}", f"\n{moving}{self.before}")


@frozen
class Swapped:
    """Two texts, each there exactly once, each in place of the other."""

    one: str
    other: str

    def apply(self, text: str) -> str:
        """The changed text.

        Raises:
            ValueError: one of the texts is not there exactly once.
        """
        _once(text, self.one)
        _once(text, self.other)
        before, after = text.split(self.one)
        swapped = (part.replace(self.other, self.one) for part in (before, after))
        return self.other.join(swapped)


class Fault:
    """A fault that somebody may make.

    Attributes:
        id: a short name.
        what: what has gone wrong, in a sales person's words.
        changes: how the file's text becomes that of the faulty one.
    """

    def __init__(self, id: str, what: str, *changes: Change) -> None:
        self.id = id
        self.what = what
        self.changes = changes

    def plant(self, text: str) -> str:
        """The text of the faulty playbook.

        Raises:
            ValueError: a text to change is not there exactly once.
        """
        for change in self.changes:
            text = change.apply(text)
        return text


STEPS = (
    "first_contact",
    "qualification",
    "buying_roles",
    "guided_competition",
    "trial_close",
    "negotiation",
    "fulfilment",
    "fulfilled",
)


def _shortcut(source: str, to: str) -> Replaced:
    """One more move, from a step to a later one; the others have to be written down, too."""
    pairs = [*pairwise(STEPS), (source, to)]
    moves = "".join(
        f'[[moves]]\nid = "{one}_to_{other}"\nfrom = "{one}"\nto = "{other}"\n\n'
        for one, other in pairs
    )
    return Replaced("\n[trial_close]\n", f"\n{moves}[trial_close]\n")


def _guard(name: str, old: str, new: str) -> Replaced:
    return Replaced(old, new, f"[guards.{name}]")


def _fact(name: str, old: str, new: str) -> Replaced:
    return Replaced(old, new, f'[facts."{name}"]')


def _key(heading: str, line: str) -> Replaced:
    """One more key in a table."""
    return Replaced(f"{heading}\n", f"{heading}\n{line}\n", heading)


POLICY = 'guards = ["severe_problem", "budget_approved", "timely", "clear_decision_process"]'
PAYERS = 'sources = { roles = ["economic_buyer", "sponsor"], first_hand = true, documents = true }'
OUR_OWN_WORD = "sources = { at_least = 1 }"

ROUTES = (
    Fault(
        "shortcut_past_roles",
        "A hot lead may go from qualification straight to the comparison, past the buying roles.",
        _shortcut("qualification", "guided_competition"),
    ),
    Fault(
        "shortcut_past_close",
        "A repeat order goes from the comparison straight to the contract, without a trial close.",
        _shortcut("guided_competition", "negotiation"),
    ),
    Fault(
        "steps_swapped",
        "The comparison is put before the buying roles, as the demo is so convincing.",
        Moved('[[steps]]\nid = "guided_competition"', '[[steps]]\nid = "buying_roles"'),
    ),
    Fault(
        "roles_checked_late",
        "Who gives the final yes may stay open until the comparison is over.",
        Replaced('  "economic_buyer_named",\n', "", '[[steps]]\nid = "buying_roles"'),
        Replaced(
            'leave_when = ["alternatives_known"',
            'leave_when = ["economic_buyer_named", "alternatives_known"',
        ),
    ),
    Fault(
        "criteria_forgotten",
        "Nobody looks any more at whether the customer's criteria are ranked.",
        Replaced('"criteria_ranked", ', "", '[[steps]]\nid = "guided_competition"'),
    ),
    Fault(
        "step_without_guards",
        "The trial close may be left at once: its list of guards was lost in a merge.",
        Replaced(
            """leave_when = [
  "gap_known",
  "trial_close_answered",
  "answer_is_the_buyers",
  "two_voices",
  "nobody_against",
  "serving_decided",
  "first_time_frame",
]
""",
            "",
        ),
    ),
)

POLICIES = (
    Fault(
        "budget_checked_once",
        "The approved budget is looked at once, and not again.",
        _key("[guards.budget_approved]", "standing = false"),
    ),
    Fault(
        "policy_from_later",
        "The walk-away conditions only count from the negotiation on.",
        Replaced('from = "buying_roles"', 'from = "negotiation"', "[walk_away]"),
    ),
    Fault(
        "policy_watches_later",
        "A clear no in qualification does not call for walking away yet.",
        Replaced('watch_from = "qualification"', 'watch_from = "buying_roles"'),
    ),
    Fault(
        "policy_of_two",
        "One clear no is tolerated: three known good are enough to go on.",
        Replaced('when_refuted = "any"\ngo_on_when = "all"', "when_refuted = 2\ngo_on_when = 3"),
    ),
    Fault(
        "policy_of_all",
        "Only four clear noes mean walking away, and one known good is enough to go on.",
        Replaced(
            'when_refuted = "any"\ngo_on_when = "all"', 'when_refuted = "all"\ngo_on_when = 1'
        ),
    ),
    Fault(
        "policy_only_blocks",
        "Only four clear noes mean walking away; up to three hold the deal up.",
        Replaced('when_refuted = "any"', 'when_refuted = "all"'),
    ),
    Fault(
        "time_not_in_policy",
        "The time of purchase is no walk-away condition any more.",
        Replaced(POLICY, POLICY.replace('"timely", ', "")),
    ),
    Fault(
        "time_waivable",
        "A manager may set aside that the customer wants it in time.",
        _key("[guards.timely]", "waivable = true"),
    ),
    Fault(
        "offer_no_longer_at_once",
        "That our offer cannot help only blocks; it does not end the deal.",
        Replaced('at_once = ["offer_helps"]', "at_once = []"),
    ),
    Fault(
        "budget_or_amount",
        "The budget counts as approved when its amount is high enough, approved or not.",
        _guard("budget_approved", "approved and budget", "approved or budget"),
    ),
    Fault(
        "budget_below_price",
        "The comparison of budget and price is the wrong way round.",
        _guard("budget_approved", ">= deal.amount", "< deal.amount"),
    ),
    Fault(
        "budget_above_price",
        "A budget that just covers the price is not enough.",
        _guard("budget_approved", ">= deal.amount", "> deal.amount"),
    ),
    Fault(
        "year_to_month",
        "A year becomes a month: one digit was lost in typing.",
        _guard("timely", "days(365)", "days(36)"),
    ),
    Fault(
        "severe_or_serious",
        "A grave problem or serious consequences: one of the two is enough.",
        _guard("severe_problem", "severe and", "severe or"),
    ),
)

CONDITIONS = (
    Fault(
        "one_person_heard",
        "It is enough to have heard one person.",
        _guard("several_people_heard", "heard(2)", "heard(1)"),
    ),
    Fault(
        "ten_talks",
        "The first contact takes ten talks: a nought too many.",
        _guard("first_talk", "deal.talks >= 1 ", "deal.talks >= 10 "),
    ),
    Fault(
        "budget_and_approval",
        "Asked about the budget means: told its state and that it is approved.",
        _guard("budget_asked", " or ", " and "),
    ),
    Fault(
        "serving_denied",
        "A `not` slipped in: we go on when we have decided not to serve them.",
        _guard("serving_decided", '"serve.decided"', '"not serve.decided"'),
    ),
    Fault(
        "technical_no_wanted",
        "The `not` got lost: a technical advisor has to say no.",
        _guard("no_technical_no", "not technical.no", "technical.no"),
    ),
    Fault(
        "rejected_goes_on",
        "A rejected trial close goes on as if it were interest.",
        _guard("trial_close_answered", '"wants_proposal"]', '"wants_proposal", "rejected"]'),
    ),
    Fault(
        "signature_unknown_is_yes",
        "As long as nobody says otherwise, the contract counts as signed.",
        _guard(
            "contract_signed", '"contract.signed"', '"missing(contract.signed) or contract.signed"'
        ),
    ),
    Fault(
        "help_unknown_is_yes",
        "As long as nobody says otherwise, our offer can help.",
        _guard("offer_helps", '"offer.helps"', '"missing(offer.helps) or offer.helps"'),
    ),
    Fault(
        "signature_not_standing",
        "The signature is looked at once; a contract that is called off goes unnoticed.",
        _key("[guards.contract_signed]", "standing = false"),
    ),
    Fault(
        "payment_must_come_up",
        "The terms of payment must be settled even when nobody raised them.",
        _guard(
            "legal_clauses_settled", "(missing(clause.payment) or clause.payment)", "clause.payment"
        ),
    ),
    Fault(
        "coach_need_not_want_us",
        "Somebody who does not want us to win counts as a coach.",
        _guard("real_coach", " and coach.wants_our_win", ""),
    ),
    Fault(
        "only_sponsors_understood",
        "Only the sponsors' problem, need and stake have to be known.",
        _guard("everyone_understood", "every(any_role,", "every(sponsor,"),
    ),
    Fault(
        "always_passes",
        "The presenting problem: known or not known, both will do.",
        _guard(
            "presenting_problem",
            "known(need.presenting)",
            "known(need.presenting) or missing(need.presenting)",
        ),
    ),
    Fault(
        "never_passes",
        "All is performed and not performed: no deal is ever fulfilled.",
        _guard(
            "terms_performed", "delivery.performed", "delivery.performed and not delivery.performed"
        ),
    ),
    Fault(
        "guards_exclude_each_other",
        "The law is agreed only while a point is open, and no point may be open.",
        _guard("governing_law_agreed", "law.agreed", "law.agreed and size(terms.open) >= 1"),
    ),
    Fault(
        "conditions_swapped",
        "Performed looks at whether the customer is satisfied, and the other way round.",
        Swapped('when = "delivery.performed"', 'when = "delivery.satisfied"'),
    ),
)

SOURCES = (
    Fault(
        "anybody_approves",
        "Anybody may say that the budget is approved, our own rep included.",
        _fact("budget.approved", PAYERS.replace("{ ", "{ at_least = 1, "), OUR_OWN_WORD),
    ),
    Fault(
        "coach_approves",
        "A coach's word on the approved budget counts, too.",
        _fact(
            "budget.approved",
            '["economic_buyer", "sponsor"], first',
            '["economic_buyer", "sponsor", "coach"], first',
        ),
    ),
    Fault(
        "hearsay_on_decisions",
        "That the way they decide is clear may be hearsay.",
        _fact("decision.clear", "first_hand = true, ", ""),
    ),
    Fault(
        "chart_for_advisor",
        "An organisation chart is enough to rule out that there is a technical advisor.",
        _fact(
            "role.technical_absent", "first_hand = true }", "first_hand = true, documents = true }"
        ),
    ),
    Fault(
        "signature_not_on_paper",
        "A signed copy in our hands does not prove the signature; somebody has to say so.",
        _fact("contract.signed", ", documents = true", ""),
    ),
    Fault(
        "two_must_want_it",
        "Two people must stand by the time frame.",
        _fact("timeline.wanted", "{ roles", "{ at_least = 2, roles"),
    ),
    Fault(
        "two_must_serve",
        "Two on our side must decide to serve them, and nobody asks the second.",
        _fact("serve.decided", 'type = "yes_no"', 'type = "yes_no"\nsources = { at_least = 2 }'),
    ),
    Fault(
        "approval_for_ever",
        "An approved budget never goes out of date.",
        _fact("budget.approved", 'good_for = "P90D"\n', ""),
    ),
    Fault(
        "wish_for_ten_years",
        "That they want it in time is good for ten years.",
        _fact("timeline.wanted", "P90D", "P3650D"),
    ),
    Fault(
        "problem_for_a_day",
        "How grave the problem is has to be asked every day.",
        _fact("problem.severe", "P90D", "P1D"),
    ),
)

QUESTIONS = (
    Fault(
        "question_removed",
        "Nobody is asked any more whether the way they decide is clear.",
        Cut('[facts."decision.clear"]', "ask = ["),
    ),
    Fault(
        "question_late",
        "The question about consequences was moved down, among those on the contract.",
        Moved('[facts."pain.consequence"]', '[facts."doc.kind"]'),
    ),
    Fault(
        "question_to_us",
        "We ask ourselves whether the customer has no technical advisor.",
        _fact(
            "role.technical_absent", 'of = ["economic_buyer", "sponsor", "coach"]', 'of = ["us"]'
        ),
    ),
    Fault(
        "role_question_removed",
        "Nobody is asked any more who could be a coach.",
        Replaced('ask = "role.coach"', "", "[roles.coach]"),
    ),
    Fault(
        "fact_unused",
        "A fact was written down for a report, and nobody asks for it or reads it.",
        Replaced(
            '[facts."need.trigger"]',
            '[facts."need.region"]\n'
            'title = { en = "the region", zh = "地区" }\n'
            'type = "text"\n\n'
            '[facts."need.trigger"]',
        ),
    ),
    Fault(
        "reason_shared",
        "Two guards refuse with the same sentence, copied and not changed.",
        _guard(
            "terms_performed",
            "Every promise in the contract counts, not only the one that was easy to keep.",
            "As long as it does not stand and run at the customer's,"
            " the problem we promised to solve is still there.",
        ),
    ),
    Fault(
        "chinese_forgotten",
        "A guard's Chinese title is still English.",
        _guard("customer_satisfied", "客户满意", "Customer satisfied"),
    ),
)

OTHERS = (
    Fault(
        "no_is_interest",
        "Who asks for a proposal is sent back as if he had rejected us.",
        Replaced(
            '"needs_time", "wants_proposal"]\nback = [', '"needs_time"]\nback = ["wants_proposal", '
        ),
    ),
    Fault(
        "gap_elsewhere",
        "When the money was the gap, the deal goes back to the wrong step.",
        Replaced('money = "qualification"', 'money = "buying_roles"'),
    ),
    Fault(
        "proof_not_waivable",
        "Nobody may do without the proof any more.",
        _guard("proof_passed", "\nwaivable = true", ""),
    ),
    Fault(
        "paper_never_offered",
        "Contract terms are for those only who have accepted and want a proposal.",
        Replaced(
            "when = 'close.outcome == \"accepted\" or proposal.accepted or legal.received'",
            'when = \'close.outcome == "accepted" and close.outcome == "wants_proposal"\'',
        ),
    ),
    Fault(
        "flag_never_up",
        "The red flag on a missing sponsor asks for a sponsor and for none.",
        Replaced("count(any_role) >= 1", "count(sponsor) >= 1", "[red_flags.no_sponsor]"),
    ),
    Fault(
        "flag_reversed",
        "The red flag on a summary that nobody confirmed comes up for one that was.",
        Replaced("not restated.confirmed", "restated.confirmed"),
    ),
    Fault(
        "coaching_swapped",
        "When people contradict each other, the coach asks what has changed.",
        Replaced('"recheck.conflict"', '"recheck.changed"', "[coaching]"),
    ),
    Fault(
        "reasons_swapped",
        "Two guards gave each other their reasons for refusing.",
        Swapped(
            "Every promise in the contract counts, not only the one that was easy to keep.",
            "A customer who is not satisfied brings no second order and no introduction,"
            " only complaints.",
        ),
    ),
)

UNSEEN = (
    Fault(
        "question_nobody_needs",
        "A question that no rule waits for was added.",
        Replaced(
            '[facts."need.trigger"]',
            '[facts."need.region"]\n'
            'title = { en = "the region", zh = "地区" }\n'
            'type = "text"\n'
            'ask = [{ id = "need.region", en = "In which region?", zh = "在哪个地区？" }]\n\n'
            '[facts."need.trigger"]',
        ),
    ),
)

FAULTS = (*ROUTES, *POLICIES, *CONDITIONS, *SOURCES, *QUESTIONS, *OTHERS)
