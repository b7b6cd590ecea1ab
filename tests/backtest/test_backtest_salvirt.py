"""The backtest of Salvirt's real deals, against counts straight from the file, if it is there."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from dealflow import Truth
from dealflow.backtest import Report, Rule, Tally, backtest, load_mapping, read_deals
from tests._backtests import rule
from tests._recorded import MAPPINGS, RECORDED, WITHOUT

pytestmark = pytest.mark.skipif(not RECORDED.is_file(), reason=WITHOUT)
DOCS = Path(__file__).parents[2] / "docs"


def by_hand() -> list[dict[str, str]]:
    """The rows of the file, read with the csv module and nothing of ours."""
    with RECORDED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def tally(rows: list[dict[str, str]]) -> Tally:
    """Lost and won rows."""
    ends = Counter(row["Status"] for row in rows)
    return Tally(ends["Lost"], ends["Won"])


def where(**wanted: str) -> Tally:
    """The rows with certain values."""
    return tally([r for r in by_hand() if all(r[k] == v for k, v in wanted.items())])


@pytest.fixture(scope="module")
def salvirt() -> Report:
    """Salvirt's deals under seven_step."""
    mapping = load_mapping(MAPPINGS / "mapping.toml")
    return backtest(mapping.playbook, mapping, read_deals(RECORDED, mapping))


@pytest.fixture(scope="module")
def own() -> Report:
    """Salvirt's deals under a small playbook of what they say."""
    mapping = load_mapping(MAPPINGS / "mapping-own-playbook.toml")
    return backtest(mapping.playbook, mapping, read_deals(RECORDED, mapping))


def test_salvirt_unchanged() -> None:
    """The file is the one that the documentation quotes, and it is quoted with its attribution."""
    digest = hashlib.sha256(RECORDED.read_bytes()).hexdigest()
    assert digest == "07a3885899370a68ee42e5421502f2dac875ffbac35088da2e19435214c747c1"
    page = (DOCS / "backtest.md").read_text(encoding="utf-8")
    assert "CC-BY-4.0" in page
    assert "10.1016/j.eswa.2016.11.010" in page


def test_salvirt_deals(salvirt: Report) -> None:
    """All 289 deals are there, and every column is counted as the file has it."""
    assert salvirt.deals == tally(by_hand()) == Tally(145, 144)
    for column in salvirt.columns:
        assert column.values == {
            value: where(**{column.column: value})
            for value in {row[column.column] for row in by_hand()}
        }


def test_salvirt_budget(salvirt: Report, own: Report) -> None:
    """A budget of "No" is lost less often than the average, and one nobody knows nearly always."""
    no, unknown = where(Budgt_alloc="No"), where(Budgt_alloc="Unknown")
    assert (no, unknown) == (Tally(54, 70), Tally(24, 3))
    assert rule(salvirt, "refuted", "budget_approved").stopped == no
    assert rule(salvirt, "unknown", "budget_asked").stopped == unknown
    assert rule(own, "refuted", "budget_reserved").stopped == no
    assert rule(own, "unknown", "budget_reserved").stopped == unknown
    assert rule(own, "refuted", "budget_reserved").evidence == "none"
    assert rule(own, "unknown", "budget_reserved").evidence == "better"
    contrast = next(c for c in salvirt.contrasts if c.fact == "budget.approved")
    assert (contrast.no, contrast.nobody_knows) == (no, unknown)
    assert contrast.apart
    assert contrast.opposite


def test_salvirt_half_of_a_guard(salvirt: Report) -> None:
    """Where the data has one of two facts, the guard can be refuted but never be true."""
    guards = {guard.guard: guard for guard in salvirt.guards}
    assert guards["budget_approved"].possible == (Truth.UNKNOWN, Truth.FALSE)
    assert guards["budget_approved"].without_source == ("budget.amount", "deal.amount")
    assert guards["severe_problem"].possible == (Truth.UNKNOWN, Truth.FALSE)
    assert guards["timely"].possible == (Truth.UNKNOWN,)
    assert guards["clear_decision_process"].possible == (Truth.UNKNOWN, Truth.TRUE)


def test_salvirt_policy(salvirt: Report) -> None:
    """The policy of seven_step stops the deals with a refuted condition, and lets none go on."""
    stopped = [r for r in by_hand() if r["Budgt_alloc"] == "No" or r["Needs_def"] in ("No", "Poor")]
    assert rule(salvirt, "walk_away").stopped == tally(stopped)
    assert rule(salvirt, "not_ready").stopped == salvirt.deals
    both = [r for r in stopped if r["Budgt_alloc"] == "No" and r["Needs_def"] in ("No", "Poor")]
    assert rule(salvirt, "refuted_2").stopped == tally(both)
    roles = next(link for link in salvirt.links if link.column == "Authority")
    assert roles.nobody_knows == Tally()
    assert rule(salvirt, "not_true", "economic_buyer_named").stopped == tally(
        [r for r in by_hand() if r["Authority"] != "High"]
    )


def test_salvirt_own_playbook(own: Report) -> None:
    """Under its own four conditions, not knowing goes with losing and refuting does not."""
    refuted, unknown, ready = [], [], []
    for r in by_hand():
        no = r["Budgt_alloc"] == "No" or r["Needs_def"] in ("No", "Poor") or r["RFP"] == "No"
        open_ = (
            r["Budgt_alloc"] == "Unknown"
            or r["Purch_dept"] == "Unknown"
            or r["Needs_def"] == "Info gathering"
        )
        refuted += [r] if no else []
        unknown += [r] if open_ else []
        ready += [] if no or open_ else [r]
    assert rule(own, "walk_away").stopped == tally(refuted) == Tally(62, 77)
    assert rule(own, "any_unknown").stopped == tally(unknown) == Tally(40, 5)
    assert own.verdicts["ready"] == tally(ready)
    assert rule(own, "any_unknown").evidence == "better"
    assert rule(own, "walk_away").evidence == "none"


def test_salvirt_adjusted(own: Report) -> None:
    """Among deals alike in whether the client is new, not knowing the budget says less."""
    rows = [r for r in by_hand() if r["Budgt_alloc"] == "Unknown"]
    rates = {c: where(Client=c) for c in ("New", "Current", "Past")}
    expected = sum(rates[r["Client"]].lost / rates[r["Client"]].total for r in rows)
    unknown = rule(own, "unknown", "budget_reserved")
    assert own.adjusted_for == "Client"
    assert unknown.expected == pytest.approx(expected)
    assert unknown.adjusted_lift == pytest.approx(24 / expected)
    assert unknown.lift is not None
    assert 1 < 24 / expected < unknown.lift.value


def test_salvirt_in_the_documentation(salvirt: Report) -> None:
    """The numbers that the documentation quotes are those of the report."""
    text = (DOCS / "backtest.md").read_text(encoding="utf-8")
    for each in (
        rule(salvirt, "walk_away"),
        rule(salvirt, "refuted", "budget_approved"),
        rule(salvirt, "unknown", "budget_asked"),
        rule(salvirt, "unknown", "decision_process_asked"),
    ):
        assert row(each) in text


def row(rule: Rule) -> str:
    """The numbers of a rule as a row of the documentation's table."""
    interval, value, lift = rule.precision.interval, rule.precision.value, rule.lift
    assert interval is not None
    assert value is not None
    assert lift is not None
    precision = f"{100 * value:.0f} % [{100 * interval[0]:.0f}, {100 * interval[1]:.0f}]"
    low, high = lift.interval
    return (
        f"| {rule.stopped.lost} | {rule.stopped.won} | {precision} |"
        f" {lift.value:.2f} [{low:.2f}, {high:.2f}] | {rule.adjusted_lift:.2f} |"
    )
