"""Reports of a coverage: a table for the terminal, JSON, a page of HTML, a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dealflow.analysis.coverage.coverage import Coverage, Status
from dealflow.analysis.coverage.hints import hint, what
from dealflow.analysis.coverage.targets import Cell, Kind
from dealflow.playbook import FULFILLED
from dealflow.playbook import mermaid as diagram
from dealflow.typing import JSON
from dealflow.values import Truth

__all__ = ["as_json", "mermaid", "term"]

_TRUTHS: Final = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED)
_SIGNS: Final[Mapping[Status, str]] = MappingProxyType(
    {"covered": "+", "missing": "!", "undecided": "?", "impossible": "."}
)
_LEGEND: Final = "+ seen   ! missing   ? missing, and not decided whether it can be   . cannot be"


def _table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Columns with two places between them; those of ``right`` end at the same place.

    Only the last column may hold Chinese, which takes more places than it has signs.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def term(coverage: Coverage) -> str:
    """A table for the terminal: each kind, each guard, and what is missing with its hint."""
    return "\n".join(_term(coverage)) + "\n"


def _term(coverage: Coverage) -> Iterator[str]:
    book = coverage.playbook
    yield f"coverage of {book.id} {book.version} ({book.fingerprint[:12]})"
    yield ""
    rows = [("kind", "covered", "of", "percent")]
    for kind, count in coverage.counts.items():
        rows.append((kind, str(count.covered), str(count.feasible), f"{count.percent:.1f}"))
    yield from _table(rows, frozenset({1, 2, 3}))
    yield ""
    yield from _table([("guard", "T F U C", "reason", "alone", "title"), *_guards(coverage)])
    yield ""
    yield _LEGEND
    missing = coverage.missing
    for kind in coverage.counts:
        cells = [cell for cell in missing if cell.kind == kind]
        if cells:
            yield ""
            yield f"{kind}, missing:"
        for cell in cells:
            sure = "" if coverage.cells[cell] == "missing" else " (not decided whether it can be)"
            yield f"  {what(book, cell)}{sure}"
            yield f"      {hint(book, cell)}"


def _guards(coverage: Coverage) -> Iterator[tuple[str, str, str, str, str]]:
    cells = coverage.cells
    for guard in coverage.playbook.guards:
        truths = " ".join(_SIGNS[cells[Cell("guards", guard.id, t.value)]] for t in _TRUTHS)
        alone = [s for cell, s in cells.items() if (cell.kind, cell.id) == ("mcdc", guard.id)]
        feasible = len(alone) - alone.count("impossible")
        yield (
            guard.id,
            truths,
            _SIGNS[cells[Cell("reasons", guard.id)]],
            f"{alone.count('covered')}/{feasible}",
            guard.title.en,
        )


def as_json(coverage: Coverage) -> dict[str, JSON]:
    """The data of :meth:`Coverage.to_json`, with counts and with every cell that is missing."""
    book = coverage.playbook
    counts: dict[str, JSON] = {
        kind: {
            "covered": count.covered,
            "feasible": count.feasible,
            "percent": f"{count.percent:f}",
        }
        for kind, count in coverage.counts.items()
    }
    missing: list[JSON] = [
        {
            "kind": cell.kind,
            "id": cell.id,
            "of": cell.of,
            "decided": coverage.cells[cell] == "missing",
            "what": what(book, cell),
            "hint": hint(book, cell),
        }
        for cell in coverage.missing
    ]
    impossible: list[JSON] = [
        [cell.kind, cell.id, cell.of]
        for cell, status in coverage.cells.items()
        if status == "impossible"
    ]
    return coverage.to_json() | {"counts": counts, "missing": missing, "impossible": impossible}


_STYLES: Final = (
    "    classDef seen fill:#d3f2dc,stroke:#1a7f37,color:#0b3d1a",
    "    classDef unseen fill:#ffe1dd,stroke:#c2261a,color:#5c0f08,stroke-width:3px",
)


def mermaid(coverage: Coverage) -> str:
    """The playbook's state diagram: steps coloured, and on each move whether it was seen."""
    book, cells = coverage.playbook, coverage.cells
    lines = iter(diagram(book).splitlines())
    drawn = [next(lines)]
    moves = list(book.moves)
    for line in lines:
        move = moves[0] if moves else None
        if move is not None and line.startswith(_arrow(move.source, move.to)):
            moves.pop(0)
            passed = _seen(cells, "moves", move.id, "passed")
            refused = _seen(cells, "refusals", move.id, "refused")
            joint = "<br/>" if ": " in line else ": "
            drawn.append(f"{line}{joint}{passed}, {refused}")
        else:
            drawn.append(line)
    for name, wanted in (("seen", True), ("unseen", False)):
        steps = [
            f"step_{step.id}"
            for step in book.steps
            if (cells[Cell("steps", step.id)] == "covered") is wanted
        ]
        if steps:
            drawn.append(f"    class {','.join(steps)} {name}")
    return "\n".join([*drawn, *_STYLES]) + "\n"


def _arrow(source: str, to: str) -> str:
    target = FULFILLED if to == FULFILLED else f"step_{to}"
    return f"    step_{source} --> {target}"


def _seen(cells: Mapping[Cell, Status], kind: Kind, move: str, word: str) -> str:
    return {"covered": "✓ {}", "impossible": "cannot be {}"}.get(
        cells[Cell(kind, move)], "✗ never {}"
    ).format(word)
