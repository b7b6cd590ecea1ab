"""A backtest on paper: what the rules would have stopped, and what the data cannot tell."""

from __future__ import annotations

import sys
from functools import cached_property

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from dealflow.assessment import Verdict
from dealflow.backtest import (
    GuardReport,
    Report,
    Rule,
    backtest,
    estimate_deals,
    load_mapping,
    read_deals,
)
from dealflow.cli import backtest_notes
from dealflow.cli import backtest_tables as tables
from dealflow.cli.backtest_tables import share
from dealflow.cli.input import bad
from dealflow.cli.output import Page
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
_STOPS = {"refuted": Truth.FALSE, "unknown": Truth.UNKNOWN}


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
        w, layout = self.w, self.layout
        notes = {
            "precision": w.gettext("Precision: how many of the stopped deals were lost."),
            "recall": w.gettext("Recall: how many of the lost deals were stopped."),
            "of_won": w.gettext("Of won: how many of the won deals were stopped, wrongly."),
            "lift": w.gettext(
                "Lift: precision over the share lost of all; 1.00 is no better than chance."
            ),
        }
        if self.report.adjusted_for is not None:
            adjusted = w.gettext("Adj.: the lift that is left among deals alike in {column}.")
            notes["adjusted"] = adjusted.format(column=w.quoted(self.report.adjusted_for))
        # What a lift is cannot be told without the precision.
        explained = tables.named(layout) | {"precision"}
        shown = [text for name, text in notes.items() if name in explained]
        self.section(w.gettext("What the rules would have stopped"), *shown)
        if layout != tables.LAYOUTS[0]:
            about = w.gettext("There is no room for all figures here: --json has them.")
            self.page.put((about, "quiet"))
        self.table(tables.of_rules(w, self.stopping, layout))

    @cached_property
    def stopping(self) -> list[tuple[str, Rule]]:
        """The rules of the policy that stop any deal, with what they are called."""
        rules = [rule for rule in self.report.policy if rule.stopped.total]
        return [(backtest_notes.rule(self.w, rule.id), rule) for rule in rules]

    @cached_property
    def telling(self) -> list[GuardReport]:
        # A guard that comes out the same for every deal tells none from another.
        return [g for g in self.report.guards if sum(t.total > 0 for t in g.truths.values()) > 1]

    @cached_property
    def alone(self) -> list[tuple[str, Rule]]:
        """Those guards as rules that stop a deal."""
        w = self.w
        return [
            (w.pair(w.guard(g.guard), w.truth(_STOPS[rule.id])), rule)
            for g in self.telling
            for rule in g.rules
            if rule.id in _STOPS and rule.stopped.total
        ]

    @cached_property
    def layout(self) -> tables.Layout:
        """The columns of both tables of rules: what the first explains is in the second, too."""
        rules = [*self.stopping, *self.alone]
        layouts = tables.LAYOUTS
        drawn = [tables.of_rules(self.w, rules, layout) for layout in layouts]
        return layouts[drawn.index(tables.widest(self.page, drawn, tables.ROOM_FOR_RULES))]

    def table(self, table: tables.Table) -> None:
        self.page.grid(table.head, table.rows, right=table.right)

    def guards(self) -> None:
        w = self.w
        if not self.telling:
            return
        about = w.gettext("How many deals came out so, and how many of these were lost.")
        self.section(w.gettext("Guards that tell deals apart"), about)
        self.table(tables.widest(self.page, tables.of_guards(w, self.telling)))
        about = w.gettext("Each of them alone, as a rule that stops a deal:")
        self.page.put((about, "quiet"))
        self.table(tables.of_rules(w, self.alone, self.layout))

    def contrasts(self) -> None:
        w, contrasts = self.w, self.report.contrasts
        if not contrasts:
            return
        about = w.gettext("A field that keeps only yes or no throws this difference away.")
        self.section(w.gettext("“No” is not “nobody knows”"), about)
        whole, *narrow = tables.of_contrasts(w, contrasts)
        if self.page.fits(whole.head, whole.rows):
            self.table(whole)
            return
        self.table(tables.widest(self.page, narrow))
        for found in contrasts:
            told = w.pair(w.capital(w.fact(found.fact)), backtest_notes.contrast(w, found))
            self.page.put((told, "quiet"), sign=("·", "quiet"))

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
