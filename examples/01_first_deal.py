"""A first deal: a refusal, the questions that it leads to, the answers, and the next step.

Run it with ``python examples/01_first_deal.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime

import dealflow
from dealflow import Assessment, Deal, Money, Refused, load_playbook


def on(day: int, hour: int = 9) -> datetime:
    """An hour of a day in March; the library itself never looks at a clock."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def show(assessment: Assessment) -> None:
    """Print where the deal stands and what to ask next."""
    print(f"{assessment.step}: {assessment.verdict.value}")
    for finding in assessment.blocking:
        print(f"  - {finding.guard} is {finding.truth.value}")
    for ask in assessment.questions:
        whom = ", ".join(ask.of or ask.roles) or "anybody"
        print(f"  ? {ask.question.text.en} ({whom})")


def main() -> None:
    """Lead the deal from the first mail into the second step."""
    deal = Deal.open(
        load_playbook("seven_step"),
        id="D-1042",
        account="Northwind",
        amount=Money("48000", "EUR"),
        by="lena",
        at=on(2),
    )
    deal.add_contact(
        "tom", name="Tom Baker", title="Controller", roles=["coach"], by="lena", at=on(2)
    )
    deal.meet("mail", participants=["tom"], spoke="us", by="lena", at=on(2))

    print("A mail went out. Is that a first contact?")
    try:
        deal.advance(by="lena", at=on(2, 10))
    except Refused as refusal:
        show(refusal.assessment)

    print("\nTom calls back.")
    deal.meet("call", participants=["tom"], id="call-1", by="lena", at=on(3))
    deal.hear(
        "tom",
        "need.presenting",
        "Lorries leave without papers",
        quote="Twice a week a lorry stands at the gate, waiting for its papers.",
        interaction="call-1",
        by="lena",
        at=on(3),
    )
    deal.hear("tom", "next_step.agreed", "2026-03-06", quote="Friday?", by="lena", at=on(3))
    deal.advance(by="lena", at=on(3))
    show(deal.assess(at=on(3)))

    print("\nThe trail, refusal included:")
    for entry in deal.trail:
        print(f"  {entry.seq} {entry.at:%d %b} {entry.by}: {entry.kind}")

    text = dealflow.dumps(deal.trail)
    again = Deal.replay(deal.playbook, dealflow.loads(text, head=deal.trail.head))
    print(f"\nRead back from {len(text.encode())} bytes, it is the same deal: {again == deal}")


if __name__ == "__main__":
    main()
