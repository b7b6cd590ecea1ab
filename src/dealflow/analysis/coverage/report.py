"""Reports of a coverage: a table for the terminal, JSON, a page of HTML, a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias
from unicodedata import east_asian_width

from dealflow.analysis.coverage.coverage import Coverage, Status, kind_told
from dealflow.analysis.coverage.hints import hint, what
from dealflow.analysis.coverage.targets import Cell, Kind
from dealflow.message import message
from dealflow.playbook import FULFILLED
from dealflow.playbook import mermaid as diagram
from dealflow.typing import JSON, Language
from dealflow.values import Truth, as_line

__all__ = ["as_json", "mermaid", "term"]

Tell: TypeAlias = Callable[[str], str]
"""Tells a sentence in another language, if it is one of ours."""

_TRUTHS: Final = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED)
_SIGNS: Final[Mapping[Status, str]] = MappingProxyType(
    {"covered": "+", "missing": "!", "undecided": "?", "impossible": "."}
)
_LEGEND: Final = message(
    "+ seen   ! missing   ? missing, and not decided whether it can be   . cannot be"
)


def _table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Columns with two places between them; those of ``right`` end at the same place."""
    widths = [max(map(_places, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _places(text))
            cells.append(space + text if place in right else text + space)
        yield "  ".join(cells).rstrip()


def _places(text: str) -> int:
    """How many places a text takes on a terminal, where a Chinese sign takes two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def term(coverage: Coverage, language: Language = "en", tell: Tell = str) -> str:
    """A table for the terminal: each kind, each guard, and what is missing with its hint.

    Args:
        coverage: what was covered.
        language: of the playbook's titles.
        tell: tells a sentence in that language; as it is by default, which is English.
    """
    lines = [*_tables(coverage, language, tell), *_missing(coverage, language, tell)]
    return "\n".join(map(as_line, lines)) + "\n"


def _tables(coverage: Coverage, language: Language, tell: Tell) -> Iterator[str]:
    book = coverage.playbook
    of = {"id": book.id, "version": book.version, "fingerprint": book.fingerprint[:12]}
    yield tell(message("coverage of {id} {version} ({fingerprint})", **of))
    if coverage.gap is not None:
        yield tell(coverage.gap)
    yield ""
    head = (message("kind"), message("covered"), message("of"), message("percent"))
    rows = [tuple(map(tell, head))]
    for kind, count in coverage.counts.items():
        numbers = str(count.covered), str(count.feasible), f"{count.percent:.1f}"
        rows.append((tell(kind_told(kind)), *numbers))
    yield from _table(rows, frozenset({1, 2, 3}))
    yield ""
    titles = (message("guard"), "T F U C", message("reason"), message("alone"), message("title"))
    yield from _table([tuple(map(tell, titles)), *_guards(coverage, language)])
    yield ""
    yield tell(_LEGEND)


def _missing(coverage: Coverage, language: Language, tell: Tell) -> Iterator[str]:
    book, missing = coverage.playbook, coverage.missing
    for kind in coverage.counts:
        cells = [cell for cell in missing if cell.kind == kind]
        if cells:
            yield ""
            yield tell(message("{kind}, missing:", kind=kind_told(kind)))
        for cell in cells:
            said = what(book, cell, language)
            if coverage.cells[cell] != "missing":
                said = message("{text} (not decided whether it can be)", text=said)
            yield f"  {tell(said)}"
            yield f"      {tell(hint(book, cell, language))}"


def _guards(coverage: Coverage, language: Language) -> Iterator[tuple[str, ...]]:
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
            guard.title.in_(language),
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
    gap = [] if coverage.gap is None else [f"    %% {coverage.gap}"]
    return "\n".join([*drawn, *_STYLES, *gap]) + "\n"


def _arrow(source: str, to: str) -> str:
    target = FULFILLED if to == FULFILLED else f"step_{to}"
    return f"    step_{source} --> {target}"


def _seen(cells: Mapping[Cell, Status], kind: Kind, move: str, word: str) -> str:
    return {"covered": "✓ {}", "impossible": "cannot be {}"}.get(
        cells[Cell(kind, move)], "✗ never {}"
    ).format(word)
