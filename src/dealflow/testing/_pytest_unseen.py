"""What a test is told whose refused moves nobody looked at."""

from __future__ import annotations

from collections.abc import Sequence

from dealflow.testing._explain import Story, indented
from dealflow.testing._watch import Refusal

__all__ = ["MARKER", "told"]

MARKER = "dealflow_unseen_refusals"
_MOST = 3


def told(refusals: Sequence[Refusal]) -> str:
    """What was refused, by which guards and why, and how to say that it was expected."""
    lines: list[str] = []
    for refusal in refusals[:_MOST]:
        assessment = refusal.assessment
        story = Story(refusal.deal.playbook, refusal.trail, assessment.at)
        guards = [finding.guard for finding in assessment.blocking]
        because = ", ".join(f'"{guard}"' for guard in guards)
        lines += [
            "A move was refused, and the test did not look at it.",
            f"{story.head(assessment)}. In the way: {', '.join(guards)}",
            *indented(story.guards(assessment, guards)),
            "If the test expects that, it should say so:",
            f'    assert_refused(deal, "{assessment.to}", because={{{because}}})',
            "",
        ]
    if len(refusals) > _MOST:
        lines += [f"And {len(refusals) - _MOST} more refused moves.", ""]
    lines.append(f"If it does not matter in this test, mark it with @pytest.mark.{MARKER}")
    return "\n".join(lines)
