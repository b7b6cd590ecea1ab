"""Times that are unusable in a way of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from dealflow import EvidenceError
from tests.deals import START, new_deal

NAIVE = datetime(2026, 3, 2, 9)  # noqa: DTZ001


@pytest.mark.parametrize("at", [START, NAIVE, "today"], ids=["sound", "naive", "no time"])
@pytest.mark.parametrize("true_at", [NAIVE, "today"], ids=["naive", "no time"])
def test_a_correction_to_no_time_names_what_is_wrong(at: Any, true_at: Any) -> None:
    """A correction to what is no time names that and the other arguments, and nothing else."""
    deal = new_deal()
    with pytest.raises(EvidenceError) as caught:
        deal.correct_time(1, true_at, by=" ", at=at, reason="")
    wrong = ["true_at", "by", "reason"] if at is START else ["at", "true_at", "by", "reason"]
    assert [problem.place for problem in caught.value.problems] == wrong
    assert deal.version == 1
