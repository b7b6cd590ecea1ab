"""The tables of a backtest's report: each with as much in it as the page has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from dealflow.backtest import Contrast, GuardReport, Rule, Share, Tally
from dealflow.cli import backtest_notes
from dealflow.cli.output import STYLE, Page, Piece
from dealflow.values import Truth
from dealflow.wording import Wording

__all__ = [
    "LAYOUTS",
    "ROOM_FOR_RULES",
    "Layout",
    "Table",
    "named",
    "of_contrasts",
    "of_guards",
    "of_rules",
    "share",
    "widest",
]

Layout: TypeAlias = tuple[str, ...]
"""The columns of a table of rules; with a plus sign, with the interval of the figure."""

LAYOUTS: Final[tuple[Layout, ...]] = (
    ("lost", "won", "precision+", "recall+", "of_won+", "lift+", "adjusted"),
    ("lost", "won", "precision", "recall", "of_won", "lift+", "adjusted"),
    # The precision follows from the two numbers before, and the lift tells the same.
    ("lost", "won", "recall", "of_won", "lift+", "adjusted"),
    ("lost", "won", "lift+", "adjusted"),
    ("lost", "won", "lift+"),
    ("lost", "won", "lift"),
)
"""From much to little."""

ROOM_FOR_RULES: Final = 26
"""How wide the names of rules should be at least, so that few of them need two lines."""


@frozen
class Table:
    """A table that may be printed.

    Attributes:
        head: the titles of its columns.
        rows: its cells.
        right: the columns that are flush right.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Piece, ...], ...]
    right: tuple[int, ...]


def widest(page: Page, tables: Sequence[Table], least: int | None = None) -> Table:
    """The first of some tables that a page has room for, or else the last.

    Args:
        page: the page.
        tables: from wide to narrow.
        least: how wide the first column has to be, unless it is narrower anyway.
    """
    fitting = (table for table in tables if page.fits(table.head, table.rows, least))
    return next(fitting, tables[-1])


def named(layout: Layout) -> frozenset[str]:
    """The columns of a layout, with or without their intervals."""
    return frozenset(name.removesuffix("+") for name in layout)


def of_rules(w: Wording, rules: Iterable[tuple[str, Rule]], layout: Layout) -> Table:
    """Rules with what each would have stopped."""
    titles = {
        "lost": w.gettext("lost"),
        "won": w.gettext("won"),
        "precision": w.gettext("precision"),
        "recall": w.gettext("recall"),
        "of_won": w.gettext("of won"),
        "lift": w.gettext("lift"),
        "adjusted": w.gettext("adj."),
    }
    figures: dict[str, Callable[[Rule], Piece]] = {
        "lost": lambda rule: w.number(rule.stopped.lost),
        "won": lambda rule: w.number(rule.stopped.won),
        "precision": lambda rule: share(rule.precision, _BARE),
        "precision+": lambda rule: share(rule.precision, _TIGHT),
        "recall": lambda rule: share(rule.recall, _BARE),
        "recall+": lambda rule: share(rule.recall, _TIGHT),
        "of_won": lambda rule: share(rule.won_stopped, _BARE),
        "of_won+": lambda rule: share(rule.won_stopped, _TIGHT),
        "lift": lambda rule: _lift(rule, _FACTOR),
        "lift+": lambda rule: _lift(rule, f"{_FACTOR} {{low:.2f}}–{{high:.2f}}"),
        "adjusted": lambda rule: "–" if rule.adjusted_lift is None else f"{rule.adjusted_lift:.2f}",
    }
    head = (w.gettext("Stop on"), *(titles[name.removesuffix("+")] for name in layout))
    rows = ((name, *(figures[column](rule) for column in layout)) for name, rule in rules)
    return Table(head, tuple(rows), _figures(layout))


def _figures(columns: Sequence[object]) -> tuple[int, ...]:
    """All columns but the first, which has the names."""
    return tuple(range(1, len(columns) + 1))


def of_guards(w: Wording, guards: Sequence[GuardReport]) -> tuple[Table, ...]:
    """Guards with how many deals came out how, and the share of them that was lost."""
    truths = [truth for truth in _ORDER if any(g.truths[truth].total for g in guards)]
    head = ("", *(w.truth(truth) for truth in truths))
    return tuple(
        Table(
            head,
            tuple(
                (w.guard(g.guard), *(cell(g.truths[each], STYLE[each], form) for each in truths))
                for g in guards
            ),
            _figures(truths),
        )
        for form in (_WIDE, _BARE)
    )


def of_contrasts(w: Wording, contrasts: Sequence[Contrast]) -> tuple[Table, ...]:
    """Facts of which a no is not the same as no answer; how far they are apart in the first."""
    head = ("", w.gettext("yes"), w.gettext("no"), w.gettext("nobody knows"))

    def row(found: Contrast, form: str) -> tuple[Piece, ...]:
        return (
            w.capital(w.fact(found.fact)),
            cell(found.yes, "good", form),
            cell(found.no, "bad", form),
            cell(found.nobody_knows, "unknown", form),
        )

    right = (1, 2, 3)
    told = tuple((*row(c, _WIDE), backtest_notes.contrast(w, c)) for c in contrasts)
    return (
        Table((*head, ""), told, right),
        *(Table(head, tuple(row(c, form) for c in contrasts), right) for form in (_WIDE, _BARE)),
    )


_ORDER = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED)

_WIDE = "{value}% ({low}–{high}%)"
_TIGHT = "{value}% {low}–{high}"
"""For tables with many shares."""
_BARE = "{value}%"
_FACTOR = "{value:.2f}"


def share(part: Share, form: str = _WIDE) -> str:
    """``57% (52–61%)``, or in another form; a dash of nothing."""
    if part.value is None or part.interval is None:
        return "–"
    low, high = map(percent, part.interval)
    return form.format(value=percent(part.value), low=low, high=high)


def percent(value: float) -> int:
    """A share in whole hundredths, half up."""
    # Not round(), which goes to the even one: 0.5 % would be 0 and 1.5 % would be 2.
    return int(value * 100 + 0.5)


def cell(tally: Tally, style: str, form: str = _WIDE) -> Piece:
    """How many deals, and the share of them that was lost."""
    if not tally.total:
        return ("–", "quiet")
    return (f"{tally.total}: {share(tally.loss, form)}", style)


def _lift(rule: Rule, form: str) -> Piece:
    style = {"better": "good", "worse": "bad", "none": ""}[rule.evidence]
    if rule.lift is None:
        return ("–", style)
    low, high = rule.lift.interval
    return (form.format(value=rule.lift.value, low=low, high=high), style)
