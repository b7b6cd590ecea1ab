"""The made-up closed deals are as their script makes them, and the backtest sees their truth."""

from __future__ import annotations

import importlib.util
import io
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType

import pytest
from attrs import evolve

from dealflow import Text
from dealflow.backtest import (
    ColumnMapping,
    Link,
    Report,
    Rule,
    backtest,
    load_mapping,
    parse_deals,
    read_deals,
)
from tests._backtests import DATA, DEALS, MAPPING, rule

SCRIPT = DATA / "make_closed_deals.py"
DOCS = DATA.parents[1] / "docs"
SEEDS = range(2, 22)

BUDGET_NO = ("budget_approved", "refuted")
BUDGET_NOT_KNOWN = ("budget_approved", "unknown")
PROBLEM_NO = ("severe_problem", "refuted")
TIMING_NO = ("timely", "refuted")
NO_ADVISOR = ("technical_advisor_named", "unknown")
NO_PAIN = ("pain_asked", "unknown")
CONFOUNDED = ("economic_buyer_named", "unknown")
LEAKED = ("clear_decision_process", "refuted")

NAMES = {
    BUDGET_NO: "Budget approved: not so",
    PROBLEM_NO: "Severe problem: not so",
    TIMING_NO: "Wanted within a reasonable time: not so",
    BUDGET_NOT_KNOWN: "Budget approved: not known",
    NO_ADVISOR: "Technical advisor named, or none: not known",
    NO_PAIN: "Pain asked and answered: not known",
    CONFOUNDED: "Economic buyer named: not known",
}
"""In the order of the documentation's tables."""

Row = Mapping[str, str]


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = _maker()


@cache
def mapping() -> ColumnMapping:
    """The mapping that lies beside the deals."""
    return load_mapping(MAPPING)


@cache
def report() -> Report:
    """The report on the file."""
    return backtest(mapping().playbook, mapping(), read_deals(DEALS, mapping()))


@cache
def with_leak() -> Report:
    """The same, with the column mapped that was filled in when the deals were closed."""
    link = Link(
        column="decision_process",
        fact="decision.clear",
        strength="direct",
        note=Text("How clear.", "是否清楚。"),
        values={"Clear": True, "Unclear": False},
        nobody_knows=("",),
        document="sales record",
    )
    leaky = evolve(mapping(), links=(*mapping().links, link))
    return backtest(leaky.playbook, leaky, read_deals(DEALS, leaky))


def of(found: Report, guard_and_rule: tuple[str, str]) -> Rule:
    """One guard's rule."""
    guard, name = guard_and_rule
    return rule(found, name, guard)


def page() -> str:
    """The documentation of backtests."""
    return (DOCS / "backtest.md").read_text(encoding="utf-8")


def readme() -> str:
    """The description of the data."""
    return (DATA / "README.md").read_text(encoding="utf-8")


def test_the_file_is_what_the_script_prints() -> None:
    """Byte for byte."""
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, check=True)
    assert done.stdout == DEALS.read_bytes()


def test_the_script_makes_other_deals() -> None:
    """Another seed gives other deals, as many as asked for; none at all is refused."""
    command = [sys.executable, str(SCRIPT), "--seed", "2", "--deals"]
    done = subprocess.run([*command, "7"], capture_output=True, encoding="utf-8", check=True)
    header, *rows = done.stdout.splitlines()
    original = DEALS.read_text(encoding="utf-8").splitlines()
    assert header == original[0]
    assert len(rows) == 7
    assert rows[0] != original[1]
    assert subprocess.run([*command, "0"], capture_output=True, check=False).returncode == 2


# the truth, measured on many deals without a line of the backtest


def _refused(row: Row) -> bool:
    return row["budget"] == "Not approved" or (
        row["budget"] == "Approved" and _euro(row["budget_amount"]) < _euro(row["amount"])
    )


def _euro(cell: str) -> int:
    amount, code = cell.split()
    assert code == "EUR"
    return int(amount)


def _late(row: Row) -> bool:
    years_apart = (
        row["go_live"] and row["go_live"] > f"{int(row['reviewed'][:4]) + 1}{row['reviewed'][4:]}"
    )
    return row["timing"] == "May slip" or bool(years_apart)


STOPS: Mapping[tuple[str, str], Callable[[Row], bool]] = {
    BUDGET_NO: _refused,
    PROBLEM_NO: lambda row: "Minor" in row["consequence"] or row["problem"] == "Can live with it",
    TIMING_NO: _late,
    BUDGET_NOT_KNOWN: lambda row: not row["budget"],
    NO_ADVISOR: lambda row: not row["technical_advisor"],
    NO_PAIN: lambda row: not row["pain"],
    CONFOUNDED: lambda row: not row["decision_maker"],
    LEAKED: lambda row: row["decision_process"] == "Unclear",
}


@cache
def many() -> list[dict[str, str]]:
    """So many deals that chance hardly matters."""
    made: list[dict[str, str]] = MAKER.make_deals(seed=0, deals=20_000)
    return made


def lost(rows: list[dict[str, str]]) -> float:
    """The share that was lost, in points of 100."""
    return 100 * sum(row["outcome"] == "Lost" for row in rows) / len(rows)


@pytest.mark.parametrize("which", STOPS, ids=" ".join)
def test_the_readme_tells_the_true_lift(which: tuple[str, str]) -> None:
    """The lift that it gives for a rule is the one in the long run."""
    name = NAMES.get(which, "Decision process clear: not so").replace(", or none", "").lower()
    found = re.search(rf"^\| {name} \| \S+ \| (\d\.\d\d) \|", readme(), re.MULTILINE)
    assert found is not None
    stopped = [row for row in many() if STOPS[which](row)]
    assert lost(stopped) / lost(many()) == pytest.approx(float(found[1]), abs=0.04)


def test_the_readme_tells_the_true_effects() -> None:
    """Each effect is the difference that it makes when all else is equal, and stands there."""
    fine = [row for row in many() if row["customer"] == "Existing"]
    fine = [row for row in fine if not any(STOPS[k](row) for k in (PROBLEM_NO, TIMING_NO))]
    good = [row for row in fine if row["budget"] and not _refused(row)]
    new = [row for row in many() if row["customer"] == "New"]
    old = [row for row in many() if row["customer"] == "Existing"]
    assert lost(good) == pytest.approx(MAKER.START, abs=2)
    assert lost(new) - lost(old) == pytest.approx(MAKER.NEW_CUSTOMER, abs=2)
    for points, stops, others in (
        (MAKER.BUDGET_NO, STOPS[BUDGET_NO], good),
        (MAKER.BUDGET_NOT_KNOWN, STOPS[BUDGET_NOT_KNOWN], good),
    ):
        assert lost([row for row in fine if stops(row)]) - lost(others) == pytest.approx(
            points, abs=3
        )
    for points, stops in (
        (MAKER.PROBLEM_NO, STOPS[PROBLEM_NO]),
        (MAKER.TIMING_NO, STOPS[TIMING_NO]),
        (0, STOPS[NO_ADVISOR]),
        (0, STOPS[NO_PAIN]),
    ):
        yes, no = ([row for row in many() if stops(row) is want] for want in (True, False))
        assert lost(yes) - lost(no) == pytest.approx(points, abs=2)
    for group in (new, old):
        yes, no = ([row for row in group if STOPS[CONFOUNDED](row) is w] for w in (True, False))
        assert lost(yes) - lost(no) == pytest.approx(0, abs=3)
    for name, points in (
        ("every one", f"{MAKER.START}"),
        ("with a new customer", f"+{MAKER.NEW_CUSTOMER}"),
        ("approved and too small for the price", f"+{MAKER.BUDGET_NO}"),
        ("whose budget nobody knows", f"+{MAKER.BUDGET_NOT_KNOWN}"),
        ("expects nothing serious from it", f"+{MAKER.PROBLEM_NO}"),
        ("more than a year away", f"+{MAKER.TIMING_NO}"),
    ):
        assert f"{name} | {points} |\n" in readme()


@pytest.mark.parametrize("column", ["segment", "owner", "source", "competitor"])
def test_other_columns_are_without_effect(column: str) -> None:
    """Whatever the value, as many are lost."""
    for value in {row[column] for row in many()}:
        chosen = [row for row in many() if row[column] == value]
        assert lost(chosen) == pytest.approx(lost(many()), abs=2)


# what the backtest makes of the file


def test_what_matters_much_is_found() -> None:
    """A refused budget and a small problem, with and without the adjustment."""
    for which in (BUDGET_NO, PROBLEM_NO):
        found = of(report(), which)
        assert found.evidence == "better"
        assert found.adjusted_lift is not None
        assert found.adjusted_lift > 1.3
    assert rule(report(), "walk_away").evidence == "better"


@pytest.mark.parametrize("which", [NO_ADVISOR, NO_PAIN], ids=" ".join)
def test_what_does_not_matter_is_not_called_significant(which: tuple[str, str]) -> None:
    """Its interval holds 1."""
    assert of(report(), which).evidence == "none"


def test_a_small_effect_is_missed() -> None:
    """The documentation says so: 400 deals are too few for 8 points, and for what lift hides."""
    assert of(report(), TIMING_NO).evidence == "none"
    assert of(report(), BUDGET_NOT_KNOWN).evidence == "none"


def test_the_adjustment_removes_the_confounder() -> None:
    """The rule looks good, and not among customers alike; those that matter stay as they are."""
    assert report().adjusted_for == "customer"
    found = of(report(), CONFOUNDED)
    assert found.evidence == "better"
    assert found.adjusted_lift == pytest.approx(1, abs=0.1)
    for which in (BUDGET_NO, PROBLEM_NO):
        real = of(report(), which)
        assert real.lift is not None
        assert real.adjusted_lift == pytest.approx(real.lift.value, abs=0.1)


def test_a_leak_outside_the_mapping_is_warned_of() -> None:
    """By name, and as the column that goes most strongly with the outcome."""
    warnings = {warning.id: warning.details for warning in report().warnings}
    assert "hindsight" in warnings
    assert warnings["confounders"][0] == report().columns[0].column == "decision_process"


def test_a_mapped_leak_looks_like_the_best_rule() -> None:
    """The documentation says so: the report warns of hindsight as ever, and of nothing more."""
    leak = of(with_leak(), LEAKED)
    single = [r for g in with_leak().guards for r in g.rules if r.lift and g.guard != LEAKED[0]]
    assert leak.evidence == "better"
    assert leak.lift is not None
    assert leak.lift.value > max(r.lift.value for r in single if r.lift)
    warnings = {warning.id for warning in with_leak().warnings}
    assert "hindsight" in warnings
    assert warnings < {warning.id for warning in report().warnings}


def test_without_a_named_column_the_leak_is_adjusted_for() -> None:
    """The documentation says so: what is real shrinks, and what only looks so stays."""
    careless = evolve(mapping(), adjust_for=None)
    found = backtest(careless.playbook, careless, read_deals(DEALS, careless))
    assert found.adjusted_for == "decision_process"
    budget, confounded = of(found, BUDGET_NO), of(found, CONFOUNDED)
    assert budget.adjusted_lift is not None
    assert confounded.adjusted_lift is not None
    assert budget.adjusted_lift < 1.3
    assert confounded.adjusted_lift > 1.1


def test_the_page_tells_what_the_report_says() -> None:
    """Each row of its table has the numbers of the report."""
    for which, name in NAMES.items():
        found = of(report(), which)
        assert found.lift is not None
        low, high = found.lift.interval
        numbers = f"{found.lift.value:.2f} ({low:.2f}–{high:.2f}) | {found.adjusted_lift:.2f}"
        assert re.search(rf"^\| {name} \| \S+ \| {re.escape(numbers)} \|", page(), re.MULTILINE)


# and of other deals of the same truth


@pytest.mark.slow
def test_how_often_the_report_is_right() -> None:
    """On 20 other draws, what matters is found, what does not is not; the page tells how often."""
    reports = []
    for seed in SEEDS:
        text = io.StringIO(newline="")
        MAKER.write(MAKER.make_deals(seed), text)
        text.seek(0)
        reports.append(backtest(mapping().playbook, mapping(), parse_deals(text, mapping())))
    found = {which: [of(each, which) for each in reports] for which in NAMES}
    better = {which: sum(r.evidence == "better" for r in rules) for which, rules in found.items()}
    assert min(better[BUDGET_NO], better[PROBLEM_NO]) >= 18
    assert max(better[NO_ADVISOR], better[NO_PAIN]) <= 2
    assert better[CONFOUNDED] >= 18
    for which, name in NAMES.items():
        left = [r.adjusted_lift for r in found[which] if r.adjusted_lift is not None]
        told = f"{better[which]} of {len(SEEDS)} | {min(left):.2f}–{max(left):.2f} |"
        assert re.search(rf"^\| {name} \| \S+ \| {re.escape(told)}$", page(), re.MULTILINE)
        if which == CONFOUNDED:
            assert all(each == pytest.approx(1, abs=0.1) for each in left)
    for each in reports:
        warnings = {warning.id: warning.details for warning in each.warnings}
        assert warnings["confounders"][0] == "decision_process"
