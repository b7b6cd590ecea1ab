"""What was seen of a playbook as JSON data, so that processes and runs can be put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from dealflow.analysis.coverage.clauses import Row
from dealflow.analysis.coverage.targets import Cell, Kind, clauses_of
from dealflow.exceptions import InputError
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.typing import JSON
from dealflow.values import Truth

__all__ = ["read", "written"]

_FORMAT: Final = 1


def written(
    playbook: Playbook,
    seen: frozenset[Cell],
    rows: Mapping[str, frozenset[Row]],
    lost: frozenset[str],
) -> dict[str, JSON]:
    """The data; equal for equal coverages."""
    data: dict[str, JSON] = {
        "format": _FORMAT,
        "playbook": {
            "id": playbook.id,
            "version": playbook.version,
            "fingerprint": playbook.fingerprint,
        },
        "covered": [[cell.kind, cell.id, cell.of] for cell in sorted(seen, key=_order)],
        "rows": {guard: [*map(_row, sorted(rows[guard], key=_order))] for guard in sorted(rows)},
    }
    if lost:
        data["lost"] = [*sorted(lost)]
    return data


def _order(record: Cell | Row) -> str:
    return repr(record)


def _row(row: Row) -> JSON:
    return [row.passes, list(row.answers), list(row.readings)]


def read(
    data: object, playbook: Playbook
) -> tuple[frozenset[Cell], Mapping[str, frozenset[Row]], frozenset[str]]:
    """Read the data of a playbook's coverage: what was seen, its rows, and what was lost.

    Raises:
        InputError: it is no such data, or of another playbook.
    """
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise InputError(message("this is no coverage of format {format}", format=_FORMAT))
    whose: Any = data.get("playbook")
    if not isinstance(whose, dict) or whose.get("fingerprint") != playbook.fingerprint:
        raise InputError(
            message(
                "this is no coverage of {playbook} {version} as it is now",
                playbook=playbook.id,
                version=playbook.version,
            )
        )
    try:
        known = set(_known(playbook))
        seen = frozenset(Cell(*cell) for cell in data["covered"])
        rows = {guard: frozenset(_rows(playbook, guard, data)) for guard in data["rows"]}
        lost = frozenset(map(str, data.get("lost", ())))
    except (KeyError, TypeError, ValueError):
        raise InputError(
            message("this is no coverage: parts of it are missing or misshapen")
        ) from None
    if not seen <= known:
        raise InputError(message("this is no coverage: it has things that the playbook has not"))
    return seen, rows, lost


def _rows(playbook: Playbook, guard: str, data: dict[str, Any]) -> Iterator[Row]:
    clauses = clauses_of(playbook, guard)
    for passes, answers, readings in data["rows"][guard]:
        sizes = len(answers), len(readings)
        if sizes != (len(clauses.clauses), len(clauses.inputs)) or type(passes) is not bool:
            raise ValueError(guard)
        yield Row(passes, tuple(map(int, answers)), tuple(map(str, readings)))


def _known(playbook: Playbook) -> Iterator[Cell]:
    moves = [move.id for move in playbook.moves]
    kinds: Mapping[Kind, Iterable[str]] = {
        "steps": playbook.step,
        "moves": moves,
        "refusals": moves,
        "reasons": playbook.guard,
        "questions": playbook.question,
    }
    for kind, ids in kinds.items():
        yield from (Cell(kind, id) for id in ids)
    for guard in playbook.guard:
        yield from (Cell("guards", guard, truth.value) for truth in Truth)
