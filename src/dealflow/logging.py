"""What happens to a deal, in the application's own log, through structlog.

The core logs nothing. An edge that wants a log wraps its work:

    with logged(deal) as log:
        deal.hear("ruth", "budget.approved", True, by="lena", at=now)
        deal.advance(by="lena", at=now)

When the block ends, every entry appended in it is logged, refusals included; an error is logged
and goes on its way. How the log looks is the application's affair: nothing is configured here.

Needs structlog: ``pip install "dealflow[log]"``.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

try:
    import structlog
except ModuleNotFoundError as error:
    raise ImportError(
        'dealflow.logging needs structlog: pip install "dealflow[log]"', name=error.name
    ) from error

from dealflow.assessment import Refused
from dealflow.deal import Deal
from dealflow.trail import Entry

__all__ = ["logged"]


@contextmanager
def logged(deal: Deal, logger: Any = None, **context: object) -> Generator[Any, None, None]:
    """Log what happens to a deal within the block.

    Every entry becomes one event ``deal.<kind>`` with ``deal``, ``seq``, ``kind``, ``by``, ``at``
    (the entry's own time) and ``step`` (after it); attempts to move also with ``to`` and
    ``verdict``, refusals (as warnings) with ``blocking``, the guards in the way. Quotes and values
    stay out of the log: they are the customer's words, and the trail has them.

    An error is logged as ``deal.failed`` with the class of the error and raised again; a refusal
    that the block lets through is no failure, since its entry has told it already.

    Args:
        deal: the deal.
        logger: a structlog logger; by default ``structlog.get_logger("dealflow")``.
        context: bound to every event, e.g. ``request="42"``.

    Yields:
        The logger with ``deal`` and the context bound, for the block's own events.
    """
    base = structlog.get_logger("dealflow") if logger is None else logger
    # Bound to a logger of its own and not to a context variable: two blocks may be open at once.
    log = base.bind(deal=deal.id, **context)
    # Where the deal stood: what is appended behind this is what the block did.
    version, step = deal.version, deal.step
    try:
        yield log
    except Refused:
        # The refusal is on record, and told with the rest as a warning.
        _tell(log, deal, version, step)
        raise
    # What the block recorded before it failed has happened, whatever becomes of the block.
    except BaseException as error:
        _tell(log, deal, version, step)
        log.error("deal.failed", step=deal.step, version=deal.version, error=type(error).__name__)
        raise
    else:
        _tell(log, deal, version, step)


def _tell(log: Any, deal: Deal, version: int, step: str) -> None:
    for entry in deal.trail[version:]:
        # A refused move names the step that the deal did not get to.
        step = getattr(entry.event, "to_step", step) if entry.kind != "refused" else step
        level = log.warning if entry.kind == "refused" else log.info
        level(f"deal.{entry.kind}", **_fields(entry), step=step)


def _fields(entry: Entry) -> dict[str, object]:
    event: Any = entry.event
    fields: dict[str, object] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "by": entry.by,
        "at": entry.at.isoformat(),
    }
    if hasattr(event, "verdict"):
        fields["verdict"] = event.verdict
    if entry.kind in ("moved", "refused", "stepped_back", "reopened"):
        fields["to"] = event.to_step
    if entry.kind == "refused":
        fields["blocking"] = [
            guard
            for guard, record in event.guards.items()
            if record.needed and record.truth != "true" and record.waived is None
        ]
    return fields
