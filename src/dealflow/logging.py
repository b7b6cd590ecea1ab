"""What happens to a deal, in the application's own log, through structlog.

The core logs nothing. An edge that wants a log wraps its work:

    with logged(deal) as log:
        deal.hear("ruth", "budget.approved", True, by="lena", at=now)
        deal.advance(by="lena", at=now)

Every entry is logged when its verb is over, refusals included; an error that leaves the block is
logged and goes on its way. How the log looks is the application's affair: nothing is configured
here.

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
from dealflow.deal import Act, Deal, Observer, current_observers, observing
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

    Blocks for one deal may be nested: the innermost tells, and an error that leaves several of them
    is told by the first that it leaves. A block belongs to its context (:mod:`contextvars`): each
    task of asyncio with a block of its own tells what it did itself, and one without is told by the
    block in which it was started. What is done in a thread is told by a block in that thread, or
    when it runs in a copy of the block's context, as :func:`asyncio.to_thread` lets it.

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
    teller = _Teller(deal, log)
    with observing(teller):
        try:
            yield log
        except BaseException as error:
            teller.left_by(error)
            raise
        finally:
            teller.told.clear()  # errors hold frames, and those this block


class _Teller(Observer):
    """Tells a log what happens to one deal.

    Attributes:
        deal: the deal.
        told: errors that a block inside of this one told.
    """

    def __init__(self, deal: Deal, log: Any) -> None:
        self.deal = deal
        self.told: list[BaseException] = []
        self._log = log

    def recorded(self, act: Act) -> None:
        """Tell of entries, unless a block inside of this one does."""
        if act.deal is not self.deal or self._all()[-1] is not self:
            return
        events: list[Any] = [entry.event for entry in act.entries]
        # Where the deal was before the act: an attempt to move, or an end, says it.
        steps = [event.from_step for event in events if hasattr(event, "from_step")]
        step = steps[0] if steps else act.deal.step
        for entry in act.entries:
            # A refused move names the step that the deal did not get to.
            step = getattr(entry.event, "to_step", step) if entry.kind != "refused" else step
            level = self._log.warning if entry.kind == "refused" else self._log.info
            level(f"deal.{entry.kind}", **_fields(entry), step=step)

    def left_by(self, error: BaseException) -> None:
        """Tell of an error that leaves the block, unless a block inside of this one did."""
        untold: BaseException | None = None if self._knows(error) else error
        if isinstance(untold, BaseExceptionGroup):  # as tasks raise that failed together
            # Python 3.11 takes a function here, and no method.
            untold = untold.split(lambda one: self._knows(one))[1]  # noqa: PLW0108
        if untold is not None:
            kind = type(error).__name__
            version = self.deal.version
            self._log.error("deal.failed", step=self.deal.step, version=version, error=kind)
        for teller in self._all():
            teller.told.append(error)

    def _knows(self, error: BaseException) -> bool:
        # A refusal is on record, and was told as a warning.
        return isinstance(error, Refused) or any(error is one for one in self.told)

    def _all(self) -> list[_Teller]:
        """Those of the same deal in this context, the innermost last."""
        tellers = [one for one in current_observers() if isinstance(one, _Teller)]
        return [one for one in tellers if one.deal is self.deal]


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
