"""The ways forward of a deal, each judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from dealflow.assessment import Assessment
from dealflow.cli.language import in_words
from dealflow.deal import Deal
from dealflow.message import message

__all__ = ["ways_of"]


def ways_of(deal: Deal, at: datetime, to: str | None = None) -> Sequence[Assessment]:
    """The assessment of every way forward from where a deal is, in the playbook's order.

    Args:
        deal: the deal.
        at: when to look at it.
        to: the only step to look at.

    Raises:
        BadParameter: no way leads there.
    """
    targets = [plan.move.to for plan in deal.playbook.plans[deal.step]]
    if to is not None and to not in targets:
        known = ", ".join(targets)
        complaint = message(
            "no way leads from {step} to {to!r}; there are: {known}",
            step=deal.step,
            to=to,
            known=known,
        )
        raise click.BadParameter(in_words(complaint), param_hint="'--to'")
    return [deal.assess(at=at, to=each) for each in targets if to in (None, each)]
