"""A backtest on paper: what the rules would have stopped, and what the data cannot tell."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from dealflow.assessment import Verdict
from dealflow.backtest import (
    Report,
    Rule,
    Share,
    Tally,
    backtest,
    estimate_deals,
    load_mapping,
    read_deals,
)
from dealflow.cli import backtest_notes
from dealflow.cli.input import bad
from dealflow.cli.output import STYLE, Page, Piece
from dealflow.exceptions import InputError
from dealflow.playbook import Playbook
from dealflow.typing import Language
from dealflow.values import Truth
from dealflow.wording import Wording, Words

__all__ = ["judge", "put_report"]

_WORTH_A_BAR = 500


def judge(deals: str, mapping: str, lang: Language, *, quiet: bool) -> tuple[Report, Playbook]:
    """Run a backtest, with a bar on the terminal's standard error when it takes a while."""
    try:
        rules = load_mapping(mapping)
    except InputError as error:
        bad(mapping, error)
    try:
        # Without the header. An estimate, as line ends in quotes count for rows as well.
        total = max(estimate_deals(deals) - 1, 0)
        closed = read_deals(deals, rules)
        if quiet or total < _WORTH_A_BAR or not sys.stderr.isatty():
            return backtest(rules.playbook, rules, closed), rules.playbook
        with _bar() as bar:
            task = bar.add_task(Words(lang).gettext("Judging deals"), total=total)
            report = backtest(
                rules.playbook, rules, closed, lambda done: bar.update(task, completed=done)
            )
        return report, rules.playbook
    except InputError as error:
        bad(deals, error)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def put_report(page: Page, w: Wording, report: Report) -> None:
    """The whole report."""
    _Sheet(page, w, report).put()


_MOST_COLUMNS = 10


class _Sheet:
    def __init__(self, page: Page, w: Wording, report: Report) -> None:
        self.page, self.w, self.report = page, w, report

    def put(self) -> None:
        self.head()
        self.section(self.w.gettext("Before you believe it"))
        for warning in self.report.warnings:
            text = backtest_notes.warning(self.w, warning)
            self.page.put(text, sign=("⚑", "unknown"))
        self.verdicts()
        self.policy()
        self.guards()
        self.contrasts()
        self.columns()
        self.untested()

    def section(self, title: str, *about: str) -> None:
        self.page.blank()
        self.page.rule(title)
        for text in about:
            self.page.put((text, "quiet"))

    def head(self) -> None:
        w, report = self.w, self.report
        title = w.gettext("Backtest of {title} {version} at “{step}”")
        told = title.format(
            title=w.text(w.playbook.title), version=report.version, step=w.step(report.step)
        )
        self.page.put((told, "head"))
        text = w.ngettext(
            "{n} closed deal: {won} won, {lost} lost. Share lost: {share}.",
            "{n} closed deals: {won} won, {lost} lost. Share lost: {share}.",
            report.deals.total,
        )
        values = {"n": report.deals.total, "won": report.deals.won, "lost": report.deals.lost}
        numbers = {name: w.number(number) for name, number in values.items()}
        self.page.put(text.format(share=share(report.deals.loss), **numbers))
        if report.ignored:
            text = w.ngettext("{n} row left out.", "{n} rows left out.", report.ignored)
            self.page.put((text.format(n=w.number(report.ignored)), "quiet"))
        about = w.gettext("In brackets: the 95 % Wilson interval of the share.")
        self.page.put((about, "quiet"))

    def verdicts(self) -> None:
        w = self.w
        self.section(w.gettext("Verdicts"))
        rows = [
            [w.verdict(Verdict(id)), w.number(tally.total), share(tally.loss)]
            for id, tally in self.report.verdicts.items()
            if tally.total
        ]
        head = [w.gettext("Verdict"), w.gettext("deals"), w.gettext("of these lost")]
        self.page.grid(head, rows, right=(1, 2))

    def policy(self) -> None:
        w = self.w
        notes = [
            w.gettext("Precision: how many of the stopped deals were lost."),
            w.gettext("Recall: how many of the lost deals were stopped."),
            w.gettext("Of won: how many of the won deals were stopped, wrongly."),
            w.gettext("Lift: precision over the share lost of all; 1.00 is no better than chance."),
        ]
        adjusted = w.gettext("Adj.: the lift that is left among deals alike in {column}.")
        if self.report.adjusted_for is not None:
            notes.append(adjusted.format(column=w.quoted(self.report.adjusted_for)))
        self.section(w.gettext("What the rules would have stopped"), *notes)
        rules = [rule for rule in self.report.policy if rule.stopped.total]
        self.rules([self.rule_row(backtest_notes.rule(w, rule.id), rule) for rule in rules])

    def rules(self, rows: Sequence[Sequence[Piece]]) -> None:
        w = self.w
        head = [
            w.gettext("Stop on"),
            w.gettext("lost"),
            w.gettext("won"),
            w.gettext("precision"),
            w.gettext("recall"),
            w.gettext("of won"),
            w.gettext("lift"),
            w.gettext("adj."),
        ]
        self.page.grid(head, rows, right=range(1, 8))

    def rule_row(self, name: str, rule: Rule) -> Sequence[Piece]:
        lift = rule.lift
        style = {"better": "good", "worse": "bad", "none": ""}[rule.evidence]
        told = f"{lift.value:.2f} {lift.interval[0]:.2f}–{lift.interval[1]:.2f}" if lift else "–"
        adjusted = "–" if rule.adjusted_lift is None else f"{rule.adjusted_lift:.2f}"
        return [
            name,
            self.w.number(rule.stopped.lost),
            self.w.number(rule.stopped.won),
            share(rule.precision, _TIGHT),
            share(rule.recall, _TIGHT),
            share(rule.won_stopped, _TIGHT),
            (told, style),
            adjusted,
        ]

    def guards(self) -> None:
        w = self.w
        # A guard that comes out the same for every deal tells none from another.
        found = [g for g in self.report.guards if sum(t.total > 0 for t in g.truths.values()) > 1]
        if not found:
            return
        about = w.gettext("How many deals came out so, and how many of these were lost.")
        self.section(w.gettext("Guards that tell deals apart"), about)
        truths = [t for t in _ORDER if any(g.truths[t].total for g in found)]
        rows = [
            [w.guard(g.guard), *(cell(g.truths[truth], STYLE[truth]) for truth in truths)]
            for g in found
        ]
        head = ["", *(w.truth(truth) for truth in truths)]
        self.page.grid(head, rows, right=range(1, len(truths) + 1))
        about = w.gettext("Each of them alone, as a rule that stops a deal:")
        self.page.put((about, "quiet"))
        self.rules(
            [
                self.rule_row(w.pair(w.guard(g.guard), w.truth(_STOPS[rule.id])), rule)
                for g in found
                for rule in g.rules
                if rule.id in _STOPS and rule.stopped.total
            ]
        )

    def contrasts(self) -> None:
        w = self.w
        if not self.report.contrasts:
            return
        about = w.gettext("A field that keeps only yes or no throws this difference away.")
        self.section(w.gettext("“No” is not “nobody knows”"), about)
        rows = [
            [
                w.capital(w.fact(c.fact)),
                cell(c.yes, "good"),
                cell(c.no, "bad"),
                cell(c.nobody_knows, "unknown"),
                backtest_notes.contrast(w, c),
            ]
            for c in self.report.contrasts
        ]
        head = ["", w.gettext("yes"), w.gettext("no"), w.gettext("nobody knows"), ""]
        self.page.grid(head, rows, right=(1, 2, 3))

    def columns(self) -> None:
        w = self.w
        found = [c for c in self.report.columns if c.association is not None][:_MOST_COLUMNS]
        about = w.gettext(
            "From 0 (not at all) to 1 (decides it): Cramér's V, corrected for chance."
        )
        self.section(w.gettext("Columns that go with winning and losing"), about)
        rows = [
            [c.column, f"{c.association:.2f}", w.gettext("mapped") if c.mapped else ""]
            for c in found
        ]
        self.page.grid([w.gettext("Column"), w.gettext("association"), ""], rows, right=(1,))

    def untested(self) -> None:
        self.section(self.w.gettext("What this data cannot tell"))
        for text in backtest_notes.untested(self.w, self.report.untested):
            self.page.put(text, sign=("?", "unknown"))


_ORDER = (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED)


_STOPS = {"refuted": Truth.FALSE, "unknown": Truth.UNKNOWN}


_WIDE = "{value}% ({low}–{high}%)"
_TIGHT = "{value}% {low}–{high}"
"""For tables with many shares."""


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


def cell(tally: Tally, style: str) -> Piece:
    """How many deals, and the share of them that was lost."""
    return (f"{tally.total}: {share(tally.loss)}", style) if tally.total else ("–", "quiet")
