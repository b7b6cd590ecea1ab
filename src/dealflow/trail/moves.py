"""What can happen along the steps: moves, refusals, and the ways back and out, as judged."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeAlias

from attrs import field, frozen

from dealflow.record import Record
from dealflow.trail.forms import Words
from dealflow.values import OUTCOMES, Alternative, Truth, Verdict

__all__ = [
    "GuardRecord",
    "Guards",
    "Lost",
    "Moved",
    "Refused",
    "Reopened",
    "SteppedBack",
    "WalkedAway",
]

VerdictWord: TypeAlias = Annotated[str, Words(tuple(verdict.value for verdict in Verdict))]
TruthWord: TypeAlias = Annotated[str, Words(tuple(truth.value for truth in Truth))]
OutcomeWord: TypeAlias = Annotated[str, Words(OUTCOMES)]


# slots=False: quicker to make, and every attempt makes many.
@frozen(repr=False, slots=False)
class GuardRecord(Record):
    """What a guard gave when a move was judged.

    Attributes:
        truth: ``unknown``, ``true``, ``false`` or ``conflicted``.
        needed: whether the move needed it.
        yes: the statements (sequence numbers) that spoke for it.
        no: the statements that spoke against it.
        missing: what was missing, e.g. ``never_asked:budget.amount``.
        waived: the sequence number of the waiver that set it aside.
        written: its JSON text, once it was written.

    In JSON a field with its default is left out: most guards hold, and trails stay short.
    """

    truth: TruthWord
    needed: bool = True
    yes: tuple[int, ...] = ()
    no: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    waived: int | None = None
    written: list[str] = field(factory=list, init=False, eq=False, repr=False)


Guards: TypeAlias = Mapping[str, GuardRecord]


@frozen(repr=False)
class _Attempt(Record):
    """A forward move was tried.

    Attributes:
        move: the id of the move.
        from_step: the step to leave.
        to_step: the step to enter, or ``fulfilled``.
        verdict: the verdict of the assessment.
        guards: every guard that was judged.
    """

    move: str
    from_step: str
    to_step: str
    verdict: VerdictWord
    guards: Guards


class Moved(_Attempt):
    """The deal moved forward."""

    __slots__ = ()
    KIND: ClassVar[str] = "moved"

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The walk-away guards that did not hold, as enough of the others did."""
        return tuple(
            id
            for id, record in self.guards.items()
            if record.needed and record.truth != "true" and record.waived is None
        )


class Refused(_Attempt):
    """A move was tried and did not pass; the deal is where it was."""

    __slots__ = ()
    KIND: ClassVar[str] = "refused"


@frozen(repr=False)
class SteppedBack(Record):
    """The deal went back to an earlier step.

    Attributes:
        from_step: the step left.
        to_step: the step gone back to.
        reason: why.
        cause: the rep's own choice, or a rejected trial close (METHOD, section 1, step 5).
        guards: the guards that failed, after a rejection.
        answer: the sequence number of the statement that rejected.
    """

    KIND: ClassVar[str] = "stepped_back"
    from_step: str
    to_step: str
    reason: str
    cause: Literal["rep", "rejected"] = "rep"
    guards: Guards = field(factory=dict[str, GuardRecord])
    answer: int | None = None


@frozen(repr=False)
class WalkedAway(Record):
    """We ended the deal (METHOD, section 3).

    Attributes:
        from_step: the step at which it ended.
        reason: why.
        verdict: the verdict of the assessment.
        guards: every guard that was judged.
    """

    KIND: ClassVar[str] = "walked_away"
    from_step: str
    reason: str
    verdict: VerdictWord
    guards: Guards

    @property
    def cause(self) -> Literal["refuted", "choice"]:
        """Whether a walk-away condition called for it, or we left with nothing refuted."""
        return "refuted" if self.verdict == Verdict.WALK_AWAY.value else "choice"


@frozen(repr=False)
class Lost(Record):
    """The customer ended the deal.

    Attributes:
        from_step: the step at which it ended.
        reason: why.
        to: the winning alternative: a rival, the customer's own people, or doing nothing.
        rival: the rival's name, when known; else empty.
    """

    KIND: ClassVar[str] = "lost"
    from_step: str
    reason: str
    to: Alternative
    rival: str = ""


@frozen(repr=False)
class Reopened(Record):
    """An ended deal was taken up again.

    Attributes:
        to_step: the step at which it goes on.
        from_outcome: how it had ended.
        reason: why.
    """

    KIND: ClassVar[str] = "reopened"
    to_step: str
    from_outcome: OutcomeWord
    reason: str
