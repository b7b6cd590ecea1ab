"""Pages in Chinese are written as a Chinese sales team writes, also where they are put together."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from dealflow import Deal, Trail, load_playbook
from dealflow.cli.coach import put_coach
from dealflow.cli.output import Page
from dealflow.cli.playbook import put_playbook
from dealflow.cli.run import put_run
from dealflow.cli.show import put_show
from dealflow.playbook import shipped_playbooks
from dealflow.scripts import Run, load_script, play, shipped_scripts
from dealflow.wording import Wording
from tests._chinese import HAN, faults

TURNS = ("refused", "moved", "stepped_back", "walked_away")
"""The entries after which somebody looks at a deal."""


@pytest.fixture(scope="module", params=shipped_scripts())
def played(request: pytest.FixtureRequest) -> Run:
    """A deal of the demo, told in Chinese."""
    return play(load_script(request.param, "zh"))


def page() -> tuple[Page, io.StringIO]:
    """A page so wide that no paragraph is broken, and what is on it."""
    paper = io.StringIO()
    return Page(paper, width=10_000), paper


def chinese(paper: io.StringIO) -> Iterator[str]:
    """The lines of a page that have Chinese in them."""
    return (line for line in paper.getvalue().splitlines() if HAN.search(line))


@pytest.mark.parametrize("full", [True, False])
def test_a_deal_as_it_is_played(played: Run, full: bool) -> None:
    """What is put together on the page has no brackets inside brackets either, and no English."""
    sheet, paper = page()
    put_run(sheet, "zh", played, full=full)
    assert faults(chinese(paper)) == []
    words = set(re.findall("[A-Za-z]{2,}", paper.getvalue()))
    assert words <= {"IT"}


def test_a_deal_at_every_turn(played: Run) -> None:
    """The same holds of the coach's sheet and of what is known, at every turn of the deal."""
    deal = played.deal
    for at in sorted({entry.at for entry in deal.trail if entry.kind in TURNS}):
        known = sum(entry.at <= at for entry in deal.trail)
        then = Deal.replay(deal.playbook, Trail(deal.trail[:known]))
        sheet, paper = page()
        put_coach(sheet, Wording.of(then, "zh"), then, then.assess(at=at))
        put_show(sheet, Wording.of(then, "zh"), then, at)
        assert faults(chinese(paper)) == []


@pytest.mark.parametrize("id", shipped_playbooks())
def test_a_playbook_on_paper(id: str) -> None:
    """The same holds of a playbook as it is shown."""
    sheet, paper = page()
    put_playbook(sheet, Wording(load_playbook(id), "zh"))
    assert faults(chinese(paper)) == []
