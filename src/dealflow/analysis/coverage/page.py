"""A coverage as one self-contained page: no scripts, no links to elsewhere, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from string import Template
from types import MappingProxyType
from typing import Final

from dealflow.analysis.coverage.coverage import Coverage, Status
from dealflow.analysis.coverage.hints import hint, named_input, what
from dealflow.analysis.coverage.targets import Cell
from dealflow.values import Truth

__all__ = ["html"]

_TRUTHS: Final = (
    (Truth.TRUE, "T"),
    (Truth.FALSE, "F"),
    (Truth.UNKNOWN, "U"),
    (Truth.CONFLICTED, "C"),
)
_WORDS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "covered": "seen",
        "missing": "missing",
        "undecided": "missing; not decided whether it can be",
        "impossible": "cannot be",
    }
)
_PAGE: Final = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coverage of $playbook</title>
<style>
:root { color-scheme: light dark; --ink: #1c2024; --paper: #ffffff; --line: #d0d7de;
  --covered: #d3f2dc; --missing: #ffd8d3; --undecided: #fff0c2; --impossible: #eceff2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #14181c; --line: #3a424a;
  --covered: #124d26; --missing: #7a1f17; --undecided: #5e4a00; --impossible: #262c32; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.sign { text-align: center; font-weight: 600; white-space: nowrap; position: relative; }
.covered { background: var(--covered); } .missing { background: var(--missing); }
.undecided { background: var(--undecided); } .impossible { background: var(--impossible); }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
</style>
</head>
<body>
<main>
<h1>Coverage of $playbook</h1>
<p>Fingerprint <code>$fingerprint</code></p>$gap
<table>
<caption>How much of each kind was seen; what no deal can reach is not counted</caption>
<thead><tr><th scope="col">Kind</th><th scope="col">Covered</th><th scope="col">Of</th>\
<th scope="col">Percent</th></tr></thead>
<tbody>
$counts
</tbody>
</table>
<h2>Guards</h2>
<div class="wide" role="region" aria-label="Guards" tabindex="0">
<table>
<caption>✓ seen, ✗ missing, ? missing and not decided whether it can be, – cannot be</caption>
<thead><tr><th scope="col">Guard</th><th scope="col">True</th><th scope="col">False</th>\
<th scope="col">Unknown</th><th scope="col">Conflicted</th>\
<th scope="col">Refused a move</th></tr></thead>
<tbody>
$guards
</tbody>
</table>
</div>
<h2>What decided alone</h2>
<div class="wide" role="region" aria-label="What decided alone" tabindex="0">
<table>
<caption>Whether two deals were seen that differ in this only, and one of them passes the guard\
</caption>
<thead><tr><th scope="col">Guard</th><th scope="col">Input</th><th scope="col">Alone</th></tr>\
</thead>
<tbody>
$alone
</tbody>
</table>
</div>
<h2>What is missing</h2>
$missing
</main>
</body>
</html>
""")
_SIGNS: Final[Mapping[Status, str]] = MappingProxyType(
    {"covered": "✓", "missing": "✗", "undecided": "?", "impossible": "–"}
)


def html(coverage: Coverage) -> str:
    """The whole page."""
    book = coverage.playbook
    return _PAGE.substitute(
        playbook=escape(f"{book.title.english} ({book.id} {book.version})"),
        fingerprint=book.fingerprint[:12],
        gap=f'\n<p role="alert">{escape(coverage.gap)}</p>' if coverage.gap else "",
        counts="\n".join(_counts(coverage)),
        guards="\n".join(_guards(coverage)),
        alone="\n".join(_alone(coverage)),
        missing="\n".join(_missing(coverage)),
    )


def _row(head: str, cells: Iterable[str]) -> str:
    return f'<tr><th scope="row">{head}</th>{"".join(cells)}</tr>'


def _counts(coverage: Coverage) -> Iterator[str]:
    for kind, count in coverage.counts.items():
        numbers = (str(count.covered), str(count.feasible), f"{count.percent:.1f}")
        yield _row(kind, (f'<td class="number">{number}</td>' for number in numbers))


def _sign(status: Status, letter: str = "") -> str:
    """A letter and a sign beside the colour, and the words for those who cannot see them."""
    shown = f"{letter} {_SIGNS[status]}".strip()
    return (
        f'<td class="sign {status}"><span aria-hidden="true">{shown}</span>'
        f'<span class="hidden">{_WORDS[status]}</span></td>'
    )


def _titled(title: str, id: str) -> str:
    return f"{escape(title)} <code>{escape(id)}</code>"


def _guards(coverage: Coverage) -> Iterator[str]:
    cells = coverage.cells
    for guard in coverage.playbook.guards:
        signs = [_sign(cells[Cell("guards", guard.id, t.value)], letter) for t, letter in _TRUTHS]
        signs.append(_sign(cells[Cell("reasons", guard.id)]))
        yield _row(_titled(guard.title.english, guard.id), signs)


def _alone(coverage: Coverage) -> Iterator[str]:
    book = coverage.playbook
    for cell, status in coverage.cells.items():
        if cell.kind == "mcdc":
            words = escape(named_input(book, cell.of))
            head = _titled(book.guard[cell.id].title.english, cell.id)
            yield _row(head, (f"<td>{words}</td>", _sign(status)))


def _missing(coverage: Coverage) -> Iterator[str]:
    if not coverage.missing:
        yield "<p>Nothing.</p>"
        return
    for kind in coverage.counts:
        cells = [cell for cell in coverage.missing if cell.kind == kind]
        if cells:
            yield f"<h3>{kind}</h3>\n<ul>"
            for cell in cells:
                words = escape(what(coverage.playbook, cell))
                if coverage.cells[cell] == "undecided":
                    words += " (not decided whether it can be)"
                yield f"<li>{words}<br><code>{escape(hint(coverage.playbook, cell))}</code></li>"
            yield "</ul>"
