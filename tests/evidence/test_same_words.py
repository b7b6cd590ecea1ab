"""What is said twice in the same words."""

from __future__ import annotations

from dealflow import Deal
from tests.deals import BY, START, new_deal


def twice() -> tuple[Deal, int, int]:
    """A deal in which Tom says the same twice at one instant."""
    deal = new_deal()
    deal.add_contact("tom", name="Tom", roles=["coach"], by=BY, at=START)
    one, two = (
        deal.hear("tom", "need.presenting", "Late papers", by=BY, at=START).seq for _ in range(2)
    )
    return deal, one, two


def test_the_same_words_are_two_statements() -> None:
    """Neither equals the other, and both can be kept in a set."""
    deal, one, two = twice()
    assert deal.statements[one] != deal.statements[two]
    assert len(set(deal.statements.values())) == 2


def test_the_one_that_is_withdrawn_counts_no_more() -> None:
    """A guard rests on the statement that stands, and a deal that ends upon it can be recorded."""
    deal, one, two = twice()
    deal.withdraw(two, by=BY, at=START, reason="Noted twice")
    (finding,) = [
        finding
        for finding in deal.assess(at=START).findings
        if finding.guard == "presenting_problem"
    ]
    assert finding.yes == (one,)
    assert deal.walk_away(by=BY, at=START, reason="No need").kind == "walked_away"
