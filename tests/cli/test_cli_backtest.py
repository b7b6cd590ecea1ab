"""A backtest on pages of any width."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from attrs import evolve

from dealflow import Language, Playbook
from dealflow.backtest import Contrast, Report, Tally
from dealflow.cli import backtest_tables as tables
from dealflow.cli.backtest import judge, put_report
from dealflow.cli.output import Page
from dealflow.cli.typeset import cell_len
from dealflow.values import Truth
from dealflow.wording import Wording

DEALS = Path(__file__).parents[2] / "examples" / "data" / "closed_deals"
HEADS = {
    "en": ["lost", "won", "precision", "recall", "of won", "lift", "adj."],
    "zh": ["已丢单", "赢单", "精确率", "召回率", "误拦", "提升度", "调整后"],
}


@pytest.fixture(scope="module")
def judged() -> tuple[Report, Playbook]:
    """The closed deals of the examples, judged; with a fact of which a no is no silence."""
    report, book = judge(f"{DEALS}.csv", f"{DEALS}.toml", "en", quiet=True)
    tally = Tally(10, 20)
    contrast = Contrast(
        "budget", "budget.approved", tally, tally, tally, apart=False, opposite=True
    )
    return evolve(report, contrasts=(contrast,)), book


def printed(judged: tuple[Report, Playbook], width: int, lang: Language) -> list[str]:
    """The lines of the report."""
    report, book = judged
    file = io.StringIO()
    put_report(Page(file, width), Wording(book, lang), report)
    return file.getvalue().splitlines()


def head_of(lines: list[str], lang: Language) -> list[list[str]]:
    """The columns of the tables of rules."""
    first = {"en": "Stop on", "zh": "拦截条件"}[lang]
    return [
        [title for title in HEADS[lang] if title in line]
        for line in lines
        if line.startswith(first)
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 61, 72, 79, 80, 90, 100, 140])
def test_tables_stay_tables(judged: tuple[Report, Playbook], width: int, lang: Language) -> None:
    """Every line fits, and a rule is a line or two and not a list of its figures."""
    lines = printed(judged, width, lang)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) < 150
    heads = head_of(lines, lang)
    assert len(heads) == 2
    for head in heads:
        assert {HEADS[lang][0], HEADS[lang][1], HEADS[lang][5]} <= set(head)
    # every row has its figures, on the line with the beginning of its name
    (title,) = {"en": ["Budget approved: "], "zh": ["预算已批准："]}[lang]
    rows = [line for line in lines if line.startswith(title) and "63" in line]
    assert len(rows) == 1
    assert "1.56 1.30–1.79" in rows[0]


@pytest.mark.parametrize(
    ("width", "columns", "told"),
    [
        (100, ["lost", "won", "precision", "recall", "of won", "lift", "adj."], False),
        (90, ["lost", "won", "precision", "recall", "of won", "lift", "adj."], True),
        (80, ["lost", "won", "recall", "of won", "lift", "adj."], True),
        (60, ["lost", "won", "lift", "adj."], True),
        (56, ["lost", "won", "lift"], True),
        (40, ["lost", "won", "lift"], True),
    ],
)
def test_what_is_left_out_is_said(
    judged: tuple[Report, Playbook], width: int, columns: list[str], told: bool
) -> None:
    """And only what is there is explained, but for the precision that the lift is about."""
    lines = printed(judged, width, "en")
    assert head_of(lines, "en") == [columns, columns]
    page = " ".join(lines)
    assert ("There is no room for all figures here: --json has them." in page) is told
    assert ("Recall: how many" in page) is ("recall" in columns)
    assert "Precision: how many" in page
    assert ("Adj.: " in page) is ("adj." in columns)


def test_how_far_apart_answers_are_may_stand_below(judged: tuple[Report, Playbook]) -> None:
    """The table has no room for it when the page is narrow."""
    wide, narrow = printed(judged, 120, "en"), printed(judged, 80, "en")
    told = "on either side of the base rate"
    assert [line for line in wide if told in line and "30: " in line]
    assert f"· The budget is approved: {told}" in narrow


def test_a_guard_with_four_outcomes(judged: tuple[Report, Playbook]) -> None:
    """The intervals give way before the table does."""
    report, book = judged
    first, *rest = report.guards
    truths = dict.fromkeys(Truth, Tally(100, 150))
    lines = printed((evolve(report, guards=(evolve(first, truths=truths), *rest)), book), 80, "en")
    (row,) = [line for line in lines if line.count("250: ") == 4]
    assert "–" not in row


def test_of_nothing_there_is_no_share(judged: tuple[Report, Playbook]) -> None:
    """A dash stands for a share of no deals, and for a lift that there is none of."""
    report, book = judged
    rule = evolve(report.policy[0], stopped=Tally())
    assert rule.lift is None
    table = tables.of_rules(Wording(book), [("x", rule)], ("lift", "lift+"))
    assert table.rows == (("x", ("–", ""), ("–", "")),)
    assert tables.share(Tally().loss) == "–"
