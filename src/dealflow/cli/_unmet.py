"""What a script expects and does not find, in words."""

from __future__ import annotations

from dealflow.assessment import Verdict
from dealflow.scripts import Failure
from dealflow.wording import Wording

__all__ = ["unmet"]


def unmet(w: Wording, failure: Failure) -> str:
    """An expectation of a script that was not met."""
    message = {
        "step": w.gettext("The script expects the step {expected}, but it is {found}."),
        "outcome": w.gettext("The script expects the outcome {expected}, but it is {found}."),
        "verdict": w.gettext("The script expects the verdict {expected}, but it is {found}."),
        "refused": w.gettext("The script expects these in the way: {expected}; found: {found}."),
    }[failure.what]
    expected, found = (
        _named(w, failure.what, failure.expected),
        _named(w, failure.what, failure.found),
    )
    return message.format(expected=expected, found=found)


def _named(w: Wording, what: str, ids: str) -> str:
    if what == "step":
        return w.step(ids)
    if what == "outcome":
        return w.outcome(None if ids == "open" else ids)
    if what == "verdict":
        return w.verdict(Verdict(ids))
    return w.listed(map(w.guard, ids.split())) or w.gettext("nothing")
