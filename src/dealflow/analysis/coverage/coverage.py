"""What deals have covered of a playbook: steps, moves, refusals, guards, reasons, questions, MC/DC.

A playbook's tests are as good as what they have seen of it. Each kind of thing to cover is counted
by itself; what no deal can ever reach doesn't count (see docs, "Coverage of playbooks").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

from attrs import field, frozen

from dealflow.analysis.coverage.clauses import Row
from dealflow.analysis.coverage.data import read, written
from dealflow.analysis.coverage.targets import KINDS, Cell, Kind, Reach, cells_of, clauses_of
from dealflow.analysis.history import Observation, Walks, judge_at
from dealflow.assessment import Judgement, Verdict, open_questions
from dealflow.conditions import Outcome
from dealflow.exceptions import InputError, Problem
from dealflow.message import Message, listed, message
from dealflow.playbook import OUTCOMES, Playbook
from dealflow.state import DealState, Snapshot
from dealflow.typing import JSON

__all__ = ["Coverage", "Status", "kind_told", "measure", "requirements", "shortfalls"]

Status: TypeAlias = Literal["covered", "missing", "undecided", "impossible"]
"""Of a cell: ``undecided`` is missing, too, and it was not decided whether a deal can reach it."""


@frozen
class Count:
    """How much of one kind is covered.

    Attributes:
        covered: how many cells are.
        feasible: how many could be.
    """

    covered: int
    feasible: int

    @property
    def percent(self) -> Decimal:
        """The share, in steps of 0.1 and rounded down: 100 is everything; so is none of none."""
        if not self.feasible:
            return Decimal(100)
        return Decimal(self.covered * 1000 // self.feasible) / 10

    @property
    def told(self) -> Message:
        """How much it is, in figures."""
        return message(
            "{covered} of {feasible} ({percent} %)",
            covered=self.covered,
            feasible=self.feasible,
            percent=f"{self.percent:f}",
        )

    def __str__(self) -> str:
        return self.told


def _read_only(rows: Mapping[str, Iterable[Row]]) -> Mapping[str, frozenset[Row]]:
    return MappingProxyType({guard: frozenset(found) for guard, found in rows.items()})


@frozen(slots=False)
class Coverage:
    """What was seen of a playbook.

    Two coverages of the same playbook can be merged, in any order, also across processes: as the
    JSON data of :meth:`to_json`.

    Attributes:
        playbook: the playbook.
        seen: the cells covered, those of ``mcdc`` apart.
        rows: for each guard what it was observed to give, from which ``mcdc`` follows.
        lost: the names of processes that crashed, and of which nothing is in here.
    """

    playbook: Playbook
    seen: frozenset[Cell] = frozenset()
    rows: Mapping[str, frozenset[Row]] = field(factory=dict, converter=_read_only)
    lost: frozenset[str] = frozenset()

    def merge(self, *others: Coverage) -> Coverage:
        """This coverage and others together.

        Raises:
            InputError: one is of another playbook.
        """
        rows = dict(self.rows)
        seen, lost = self.seen, self.lost
        for other in others:
            if other.playbook != self.playbook:
                raise InputError(
                    message(
                        "coverage of {other} is no coverage of {playbook}",
                        other=_name(other.playbook),
                        playbook=_name(self.playbook),
                    )
                )
            seen |= other.seen
            lost |= other.lost
            for guard, found in other.rows.items():
                rows[guard] = rows.get(guard, frozenset()) | found
        return Coverage(self.playbook, seen, rows, lost)

    @cached_property
    def cells(self) -> Mapping[Cell, Status]:
        """Every cell of the playbook, in the order of reports, and how it stands."""
        covered = self.seen | set(self._alone())
        reaches = cells_of(self.playbook)
        return MappingProxyType(
            {cell: _status(cell in covered, reach) for cell, reach in reaches.items()}
        )

    def _alone(self) -> Iterator[Cell]:
        for guard, rows in self.rows.items():
            for name in clauses_of(self.playbook, guard).decided_alone(rows):
                yield Cell("mcdc", guard, name)

    @cached_property
    def counts(self) -> Mapping[Kind, Count]:
        """How much of each kind is covered."""
        found = {}
        for kind in KINDS:
            statuses = [status for cell, status in self.cells.items() if cell.kind == kind]
            feasible = len(statuses) - statuses.count("impossible")
            # what is not decided stays in: better to miss a cell that nobody can reach than to hide
            # one
            found[kind] = Count(statuses.count("covered"), feasible)
        return MappingProxyType(found)

    @property
    def gap(self) -> Message | None:
        """What to say of processes that crashed; ``None`` where none did."""
        if not self.lost:
            return None
        return message(
            "INCOMPLETE: nothing is counted of what was covered by {names}, which crashed",
            names=listed(sorted(self.lost)),
        )

    @property
    def missing(self) -> tuple[Cell, ...]:
        """The cells that could be covered and aren't; those not decided are among them."""
        wanted = ("missing", "undecided")
        return tuple(cell for cell, status in self.cells.items() if status in wanted)

    def to_json(self) -> dict[str, JSON]:
        """What was seen, as JSON data; :meth:`from_json` reads it back."""
        return written(self.playbook, self.seen, self.rows, self.lost)

    @classmethod
    def from_json(cls, data: object, playbook: Playbook) -> Coverage:
        """Read the data of :meth:`to_json`, or of the report ``json``.

        Raises:
            InputError: it is no such data, or of another playbook.
        """
        return cls(playbook, *read(data, playbook))


def _name(playbook: Playbook) -> str:
    return f"{playbook.id} {playbook.version} ({playbook.fingerprint[:12]})"


def _status(covered: bool, reach: Reach) -> Status:
    if covered:
        return "covered"
    if not reach.possible:
        return "impossible"
    return "missing" if reach.decided else "undecided"


def measure(playbook: Playbook, observations: Walks | Iterable[Observation]) -> Coverage:
    """What a set of observations covers of a playbook; those of other playbooks don't count."""
    given = observations.observations if isinstance(observations, Walks) else observations
    ours = [one for one in given if one.playbook is playbook or one.playbook == playbook]
    return _Measure(playbook, Walks.of(ours)).coverage()


class _Measure:
    def __init__(self, playbook: Playbook, walks: Walks) -> None:
        self._playbook = playbook
        self._walks = walks
        self._seen: set[Cell] = set()
        self._rows: dict[str, set[Row]] = {}
        self._state: DealState | None = None
        self._known: dict[str, Outcome] = {}

    def coverage(self) -> Coverage:
        for indexes, snapshot in self._walks.snapshots(self._playbook):
            looks = [self._walks.observations[index] for index in indexes]
            judgement = judge_at(snapshot, looks[0].to)
            if judgement is not None:
                self._seen.add(Cell("steps", snapshot.state.step))
                self._look(snapshot, judgement)
                for kind in {look.kind for look in looks}:
                    self._try(kind, judgement)
                    if kind != "passed":  # who passes is not told what to ask
                        asks = open_questions(snapshot, judgement.findings)
                        asked = (ask.id for ask in asks if ask.question is not None)
                        self._seen.update(Cell("questions", id) for id in asked)
        return Coverage(self._playbook, frozenset(self._seen), self._rows)

    def _look(self, snapshot: Snapshot, judgement: Judgement) -> None:
        if snapshot.state is not self._state:
            self._state, self._known = snapshot.state, {}
        for finding in judgement.findings:
            if self._known.get(finding.guard) is finding.outcome:
                continue  # the deal keeps an outcome until something that the guard reads changes
            self._known[finding.guard] = finding.outcome
            self._seen.add(Cell("guards", finding.guard, finding.truth.value))
            row = clauses_of(self._playbook, finding.guard).row(snapshot)
            self._rows.setdefault(finding.guard, set()).add(row)

    def _try(self, kind: str, judgement: Judgement) -> None:
        move, ready = judgement.plan.move, judgement.verdict is Verdict.READY
        if kind == "passed" and ready:
            self._seen.add(Cell("moves", move.id))
            if move.to not in OUTCOMES:
                self._seen.add(Cell("steps", move.to))
        elif kind == "refused" and not ready:
            self._seen.add(Cell("refusals", move.id))
            self._seen.update(Cell("reasons", f.guard) for f in judgement.blocking)


def requirements(text: str) -> Mapping[Kind, Decimal]:
    """Read what a coverage has to reach, such as ``guards:100,reasons:87.5``: percent by kind.

    Raises:
        InputError: every part that cannot be read.
    """
    found: dict[Kind, Decimal] = {}
    problems: list[Problem] = []
    for part in text.split(","):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        kind: Kind | None = next((kind for kind in KINDS if kind == name), None)
        percent = _percent(number)
        if not colon:
            problems.append(
                Problem("", message("{part!r} is not of the form guards:100", part=part.strip()))
            )
        elif kind is None:
            problems.append(
                Problem(
                    "",
                    message(
                        "{name!r} is no kind; there are: {known}", name=name, known=listed(KINDS)
                    ),
                )
            )
        elif percent is None:
            problems.append(
                Problem(
                    "",
                    message(
                        "{name}: {number!r} is no number from 0 to 100", name=name, number=number
                    ),
                )
            )
        elif kind in found:
            problems.append(Problem("", message("{name} is required twice", name=name)))
        else:
            found[kind] = percent
    if problems:
        raise InputError(problems)
    return MappingProxyType(found)


def _percent(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= 100 else None


@frozen
class Shortfall:
    """A requirement that a coverage does not meet.

    Attributes:
        kind: of which kind.
        needed: how many percent there should be.
        count: what there is.
    """

    kind: Kind
    needed: Decimal
    count: Count

    @property
    def told(self) -> Message:
        """What is missing, in a sentence."""
        return message(
            "{kind}: {count}, and {percent} % are required",
            kind=kind_told(self.kind),
            count=self.count.told,
            percent=f"{self.needed:f}",
        )

    def __str__(self) -> str:
        return self.told


def kind_told(kind: Kind) -> Message:
    """The name of a kind, which other languages have words for."""
    return {
        "steps": message("steps"),
        "moves": message("moves"),
        "refusals": message("refusals"),
        "guards": message("guards"),
        "reasons": message("reasons"),
        "questions": message("questions"),
        "mcdc": message("mcdc"),
    }[kind]


def shortfalls(coverage: Coverage, needed: Mapping[Kind, Decimal]) -> tuple[Shortfall, ...]:
    """The requirements that a coverage does not meet."""
    return tuple(
        Shortfall(kind, percent, coverage.counts[kind])
        for kind, percent in needed.items()
        # in whole numbers, for the percent that are shown are rounded down
        if coverage.counts[kind].covered * 100 < percent * coverage.counts[kind].feasible
    )
