"""A coach looks at a rep's open deals: where they stand, and the one question to ask first.

Nothing is changed: a coach reads trails. Run it with ``python examples/03_coach_a_rep.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from dealflow import Deal, Language, Refused, load_playbook

PLAYBOOK = load_playbook("seven_step")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Answers = Iterable[tuple[str, str, object]]


def deal_of(key: str, account: str, *weeks: Answers) -> Deal:
    """A deal of our rep Omar: week by week what was said, and then he tries to move it."""
    deal = Deal.open(PLAYBOOK, id=key, account=account, by="omar", at=START)
    deal.add_contact("ann", name="Ann Grey", title="Buyer", roles=["coach"], by="omar", at=START)
    deal.add_contact("bo", name="Bo Lund", roles=["economic_buyer"], by="omar", at=START)
    deal.meet("call", participants=["ann"], by="omar", at=START)
    for week, answers in enumerate(weeks):
        at = START + timedelta(weeks=week)
        for who, fact, value in answers:
            deal.hear(who, fact, value, by="omar", at=at)
        with suppress(Refused):  # it is in the trail
            deal.advance(by="omar", at=at)
    return deal


FIRST = [("ann", "need.presenting", "Late papers"), ("ann", "next_step.agreed", "2026-03-09")]
SECOND = [
    ("ann", "offer.helps", True),
    ("bo", "need.ready", True),
    ("bo", "value.worth_it", True),
    ("ann", "pain.problem", "Retyping"),
    ("bo", "pain.consequence", "We lose Rotterdam"),
    ("bo", "value.measure", "Late lorries"),
    ("bo", "budget.status", "None yet"),
    ("bo", "timeline.date", "2026-09-01"),
    ("ann", "decision.steps", "Bo signs"),
]
DEALS = [
    deal_of("D-1", "Northwind", FIRST),
    deal_of("D-2", "Contoso", FIRST, [("ann", "offer.helps", True)], []),
    deal_of("D-3", "Fabrikam", FIRST, SECOND, [("ann", "budget.approved", True)]),
    deal_of("D-4", "Litware", FIRST, [*SECOND, ("bo", "budget.approved", False)]),
]


def line(deal: Deal, at: datetime, language: Language) -> str:
    """One line about a deal: step, verdict, refused attempts, and the first question."""
    assessment = deal.assess(at=at)
    refused = sum(entry.kind == "refused" for entry in deal.trail)
    text = f"{deal.id} {deal.account:<10} {assessment.step:<14} {assessment.verdict.value:<10}"
    text += f" refused {refused}x"
    if any(flag.flag == "overdue" for flag in assessment.red_flags):
        text += ", overdue"
    if assessment.questions:
        ask = assessment.questions[0]
        text += f"\n    {', '.join(ask.of or ask.roles)}: {ask.question.text.in_(language)}"
    return text


def main(language: Language = "en") -> None:
    """Print the round, and what holds up most deals."""
    at = START + timedelta(weeks=4)
    for deal in DEALS:
        print(line(deal, at, language))

    blocked = Counter(f.guard for deal in DEALS for f in deal.assess(at=at).blocking)
    print("\nWhat holds up most deals:")
    for guard, times in blocked.most_common(3):
        print(f"  {times} x {PLAYBOOK.guard[guard].title.in_(language)}")

    print("\nOf every answer, ask:")
    for probe in PLAYBOOK.coaching.probes:
        print(f"  {probe.text.in_(language)}")


if __name__ == "__main__":
    main()
