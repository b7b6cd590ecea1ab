"""What a played script did not do as it says, with file and line, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dealflow.exceptions import Refused
from dealflow.scripts import Failure, Run, Turn
from dealflow.testing._explain import Story, indented
from dealflow.testing._layout import Layout
from dealflow.trail import Trail

__all__ = ["unmet"]


def unmet(run: Run, layout: Layout, name: str, expected_now: Collection[int] = ()) -> list[str]:
    """The lines of a report; none when everything went as the script says.

    Args:
        run: the script that was played.
        layout: where its lines stand in the file.
        name: what to call the file.
        expected_now: the numbers of lines for which an expectation was just written.
    """
    told: list[str] = []
    entries = len(run.opening)
    for turn in run.turns:
        entries += len(turn.entries)
        number = turn.line.number
        unseen = turn.refused if turn.line.expect is None else None
        if number in expected_now:
            unseen = None
        if not turn.failures and unseen is None:
            continue
        story = Story(run.deal.playbook, Trail(run.deal.trail[:entries]), turn.after.at)
        for failure in turn.failures:
            row = layout.row_of(number, "expect", failure.what)
            told += _failure(story, turn, failure, f"{name}:{row}")
        if unseen is not None:
            told += _unseen(story, unseen, f"{name}:{layout.row_of(number, 'move')}")
    return told


def _failure(story: Story, turn: Turn, failure: Failure, at: str) -> Iterator[str]:
    yield f"{at}: {failure.message}"
    if failure.what == "refused" and turn.refused is not None:
        assessment = turn.refused.assessment
        differ = set(failure.expected.split()) ^ set(failure.found.split())
    elif failure.what == "refused":
        assessment = turn.before
        differ = set(failure.expected.split())
    else:
        assessment = turn.after
        differ = {finding.guard for finding in assessment.blocking}
    yield f"  {story.head(assessment)}"
    yield from indented(story.guards(assessment, differ), "    ")


def _unseen(story: Story, refused: Refused, at: str) -> Iterator[str]:
    guards = [finding.guard for finding in refused.findings]
    told = ", ".join(f'"{guard}"' for guard in guards)
    yield f"{at}: this move is refused, and the line does not say that it expects that"
    yield f"  {story.head(refused.assessment)}"
    yield from indented(story.guards(refused.assessment, guards), "    ")
    yield "  If it is meant to be refused, say so in the line (pytest --dealflow-update does):"
    yield f"    expect.refused = [{told}]"
