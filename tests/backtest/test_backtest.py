"""Backtests: what is judged, what is counted, and that both agree with real deals and the file."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Deal, InputError, Truth, Verdict, load_playbook
from dealflow.assessment import judge_step
from dealflow.backtest import (
    ClosedDeal,
    ColumnMapping,
    Rule,
    Share,
    Silence,
    Tally,
    association,
    backtest,
    judge_deals,
    load_mapping,
    parse_deals,
    read_deals,
    wilson,
)
from dealflow.backtest.deal import BY
from dealflow.state import Snapshot, fold
from tests._backtests import (
    DEALS,
    MAPPING,
    PLAIN,
    RICH,
    RICH_DEALS,
    SMALL_PLAYBOOK,
    rule,
    run,
    write,
)


@pytest.fixture
def plain(tmp_path: Path) -> ColumnMapping:
    """A mapping with one link."""
    return load_mapping(write(tmp_path, PLAIN))


@pytest.fixture
def rich(tmp_path: Path) -> ColumnMapping:
    """A mapping with everything that a mapping can have."""
    return load_mapping(write(tmp_path, RICH))


# arithmetic


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_published(count: int, of: int, low: float, high: float) -> None:
    """The interval is that of Newcombe (1998), table I, method 3."""
    interval = wilson(count, of)
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.01, 10))
def test_wilson_solves_its_equation(count: int, more: int, z: float) -> None:
    """Both ends are where the share lies z standard errors away, which defines the interval."""
    of = count + more
    interval = wilson(count, of, z)
    if interval is None:
        assert of == 0
        return
    low, high = interval
    share = count / of
    assert 0 <= low <= share <= high <= 1
    for end in interval:
        assert (share - end) ** 2 == pytest.approx(z * z * end * (1 - end) / of, abs=1e-9)


@pytest.mark.parametrize(
    ("count", "of", "z"), [(2, 1, 1.96), (-1, 1, 1.96), (0, 1, 0), (0, 1, math.nan)]
)
def test_wilson_refuses(count: int, of: int, z: float) -> None:
    """What is no share has no interval."""
    with pytest.raises(ValueError, match=r"is no share|not above 0"):
        wilson(count, of, z)


def test_share_of_nothing() -> None:
    """A share of nothing has neither value nor interval."""
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


def test_association() -> None:
    """A column that decides gives 1, one that says nothing 0, and one value has nothing to say."""
    assert association([Tally(10, 0), Tally(0, 10)]) == pytest.approx(1)
    assert association([Tally(5, 5), Tally(5, 5), Tally()]) == 0
    assert association([Tally(5, 5)]) == 0
    assert association([Tally(5, 0), Tally(5, 0)]) == 0
    # chi-square is 245/36; phi-square corrected is 245/720 - 1/19, over 1 - 1/19
    expected = math.sqrt((245 / 720 - 1 / 19) / (18 / 19))
    assert association([Tally(10, 2), Tally(2, 6)]) == pytest.approx(expected)


def test_association_of_single_deals() -> None:
    """As many values as deals say nothing, however well they fit."""
    assert association([Tally(1, 0), Tally(0, 1)]) == 0


def test_lift_needs_a_base() -> None:
    """Without stopped deals, or without lost ones, there is no lift and no evidence."""
    assert Rule("r", Tally(), Tally(1, 1)).lift is None
    assert Rule("r", Tally(0, 1), Tally(0, 1)).lift is None
    assert Rule("r", Tally(0, 1), Tally(0, 1)).evidence == "none"
    assert Rule("r", Tally(0, 1), Tally(0, 1)).adjusted_lift is None


def test_evidence() -> None:
    """A lift is better or worse than chance when its interval leaves 1 out."""
    assert Rule("r", Tally(50, 0), Tally(50, 50)).evidence == "better"
    assert Rule("r", Tally(0, 50), Tally(50, 50)).evidence == "worse"
    assert Rule("r", Tally(25, 25), Tally(50, 50)).evidence == "none"


# counting


LOSSES = {"lost", "won", "lost_share"}
SHARE = {"count", "of", "value", "interval"}
KEYS = {
    "playbook": {"id", "version", "fingerprint"},
    "deals": {"lost", "won", "base_rate"},
    "policy": {"id", "lost_stopped", "won_stopped", "precision", "recall", "won_stopped_share"}
    | {"lift", "expected_lost", "adjusted_lift", "evidence"},
    "guards": {"guard", "walk_away", "truths", "rules", "possible", "without_source", "weakest"},
    "guards.truths.false": LOSSES,
    "guards.truths.false.lost_share": SHARE,
    "contrasts": {"column", "fact", "yes", "no", "nobody_knows", "apart", "opposite"},
    "contrasts.no": LOSSES,
    "links": {"column", "subject", "strength", "note", "source", "stated", "nobody_knows"}
    | {"says_nothing"},
    "links.stated": {"value", *LOSSES},
    "columns": {"column", "mapped", "values", "association"},
    "columns.values": {"value", *LOSSES},
    "untested": {"subject", "reason", "details"},
    "warnings": {"id", "details"},
}


def test_the_keys_of_a_report(plain: ColumnMapping) -> None:
    """Other programs read the report by these keys."""
    text = "id,end,money,kind\n1,lost,no,new\n2,won,yes,old\n3,lost,?,new\n"
    data = run(plain, text).to_data()
    assert data.keys() == {
        *("playbook", "step", "at", "deals", "ignored", "verdicts", "policy", "guards"),
        *("contrasts", "links", "columns", "adjusted_for", "untested", "warnings"),
    }
    for place, keys in KEYS.items():
        part: Any = data
        for name in place.split("."):
            part = part[name][0] if isinstance(part[name], list) else part[name]
        assert part.keys() == keys, place


def test_values_stand_by_how_frequent_they_are(plain: ColumnMapping) -> None:
    """The most frequent value first; of those that are as frequent, by their names."""
    kinds = ["c", "b", "b", "a"]
    rows = "".join(f"{n},won,yes,{kind}\n" for n, kind in enumerate(kinds))
    report = run(plain, f"id,end,money,kind\n{rows}")
    (kind,) = (column for column in report.columns if column.column == "kind")
    assert list(kind.values) == ["b", "a", "c"]


def test_counts_by_hand(plain: ColumnMapping) -> None:
    """A small file gives the numbers that one counts on one's fingers."""
    report = run(
        plain,
        "id,end,money,kind\n"
        "1,lost,no,new\n2,lost,no,new\n3,won,no,old\n4,lost,?,new\n5,won,yes,old\n6,open,odd,x\n",
    )
    assert (report.deals, report.ignored) == (Tally(3, 2), 1)
    money = next(g for g in report.guards if g.guard == "money")
    assert money.walk_away
    assert money.weakest == "weak"
    assert money.without_source == ()
    assert money.possible == (Truth.UNKNOWN, Truth.TRUE, Truth.FALSE)
    assert money.truths == {
        Truth.UNKNOWN: Tally(1, 0),
        Truth.TRUE: Tally(0, 1),
        Truth.FALSE: Tally(2, 1),
        Truth.CONFLICTED: Tally(),
    }
    refuted = rule(report, "refuted", "money")
    assert refuted.precision == Share(2, 3)
    assert refuted.recall == Share(2, 3)
    assert refuted.won_stopped == Share(1, 2)
    assert refuted.lift is not None
    assert refuted.lift.value == pytest.approx((2 / 3) / (3 / 5))
    low, high = wilson(2, 3) or (0, 0)
    assert refuted.lift.interval == pytest.approx((low / 0.6, high / 0.6))
    assert rule(report, "not_true", "money").stopped == Tally(3, 1)
    assert rule(report, "unknown", "money").stopped == Tally(1, 0)
    # of the two kinds, new ones are always lost and old ones never: 2 of the 3 are expected
    assert report.adjusted_for == "kind"
    assert refuted.expected == pytest.approx(2)
    assert refuted.adjusted_lift == pytest.approx(1)


def test_policy_by_hand(plain: ColumnMapping) -> None:
    """The policy's rules follow the verdicts and the number of refuted conditions."""
    report = run(plain, "id,end,money\n1,lost,no\n2,won,no\n3,lost,?\n4,won,yes\n")
    assert report.verdicts == {
        "walk_away": Tally(1, 1),
        "reconcile": Tally(),
        "ask": Tally(1, 1),
        "work": Tally(),
        "ready": Tally(),
    }
    assert rule(report, "walk_away").stopped == Tally(1, 1)
    assert rule(report, "not_ready").stopped == Tally(2, 2)
    assert rule(report, "conditions_not_good").stopped == Tally(2, 2)
    assert rule(report, "any_unknown").stopped == Tally(2, 2)
    assert rule(report, "refuted_1").stopped == Tally(1, 1)
    assert rule(report, "refuted_2").stopped == Tally()
    assert report.adjusted_for is None
    assert rule(report, "walk_away").expected is None


def test_no_beside_nobody_knows(plain: ColumnMapping) -> None:
    """The contrast tells a "no" from "nobody knows", and whether they lie on opposite sides."""
    rows = ["id,end,money"]
    rows += [f"n{i},{'won' if i % 10 else 'lost'},no" for i in range(40)]
    rows += [f"u{i},{'lost' if i % 10 else 'won'},?" for i in range(40)]
    (contrast,) = run(plain, "\n".join(rows)).contrasts
    assert (contrast.no, contrast.nobody_knows, contrast.yes) == (
        Tally(4, 36),
        Tally(36, 4),
        Tally(),
    )
    assert contrast.apart
    assert contrast.opposite
    (alike,) = run(plain, "id,end,money\n1,won,no\n2,won,?\n").contrasts
    assert not alike.apart
    assert not alike.opposite
    assert run(plain, "id,end,money\n1,won,no\n2,won,yes\n").contrasts == ()


def test_nothing_to_count(plain: ColumnMapping) -> None:
    """A file without deals gives a report of nothing, and no division by it."""
    report = run(plain, "id,end,money\n")
    assert report.deals.total == 0
    assert report.columns == ()
    json.dumps(report.to_data(), allow_nan=False)


def test_too_many_values(plain: ColumnMapping) -> None:
    """A column with too many values is not counted by value, nor adjusted for."""
    head = "id,end,money,name,kind\n"
    rows = [
        f"{i},{'won' if i % 2 else 'lost'},{'yes' if i < 60 else 'no'},n{i},k{i % 2}"
        for i in range(90)
    ]
    report = run(plain, head + "\n".join(rows))
    columns = {column.column: column for column in report.columns}
    assert columns["name"].values == {}
    assert columns["name"].association is None
    assert len(columns["kind"].values) == 2
    assert run(evolve(plain, adjust_for="name"), head + "\n".join(rows)).adjusted_for is None


def test_adjusts_for_a_mapped_column(plain: ColumnMapping) -> None:
    """A mapping may name the column to adjust for, even one that it maps."""
    report = run(
        evolve(plain, adjust_for="money"),
        "id,end,money\n1,lost,no\n2,lost,no\n3,won,yes\n4,won,yes\n",
    )
    assert report.adjusted_for == "money"
    assert rule(report, "refuted", "money").adjusted_lift == pytest.approx(1)


def test_many_stated_values(rich: ColumnMapping) -> None:
    """A link that takes its cells lists its values only while they are few."""
    head, first, *_ = RICH_DEALS.splitlines()
    rows = [first.replace("1;won", f"{i};won").replace(";10;", f";{i};") for i in range(60)]
    link = next(x for x in run(rich, "\n".join([head, *rows])).links if x.subject == "need.size")
    assert link.stated == {}
    few = next(x for x in run(rich, RICH_DEALS).links if x.subject == "need.size")
    assert [str(value) for value in few.stated] == ["10", "12", "9"]


def test_links_of_roles(rich: ColumnMapping) -> None:
    """A column that gives roles is reported with the roles held."""
    report = run(rich, RICH_DEALS)
    link = next(link for link in report.links if link.subject == "ann")
    assert link.stated == {("boss",): Tally(1, 1), (): Tally(1, 0)}
    money = [link for link in report.links if link.subject == "money.there"]
    assert [(m.nobody_knows, m.says_nothing) for m in money] == [
        (Tally(1, 0), Tally()),
        (Tally(), Tally(1, 0)),
    ]


def test_report_as_json(rich: ColumnMapping) -> None:
    """The report's data is JSON, with ids and numbers and without a word of the playbook."""
    data = run(rich, RICH_DEALS).to_data()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["at"] is None
    assert data["playbook"] == {
        "id": "small",
        "version": "1",
        "fingerprint": rich.playbook.fingerprint,
    }
    plain_at = run(evolve(rich, at=datetime(2026, 5, 1, tzinfo=UTC)), RICH_DEALS).to_data()["at"]
    assert plain_at == "2026-05-01T00:00:00Z"


def test_contrast_as_json(plain: ColumnMapping) -> None:
    """The contrast is in the report's data, with the shares lost."""
    data: Any = run(plain, "id,end,money\n1,won,no\n2,lost,?\n").to_data()
    (contrast,) = data["contrasts"]
    assert (contrast["column"], contrast["fact"]) == ("money", "money.there")
    assert contrast["no"]["lost_share"]["value"] == 0
    assert contrast["nobody_knows"]["lost_share"]["interval"] == [0.206549, 1.0]


def test_progress(plain: ColumnMapping) -> None:
    """Progress is told every few hundred rows and at the end."""
    seen: list[int] = []
    lines = ["id,end,money\n", *(f"{i},won,yes\n" for i in range(600))]
    backtest(plain.playbook, plain, parse_deals(lines, plain), seen.append)
    assert seen == [256, 512, 600]


# what the data cannot test


def test_untested(plain: ColumnMapping, rich: ColumnMapping) -> None:
    """Guards without a source, with half of one, or with one answer for all are listed."""
    found = {
        (u.subject, u.reason): u.details for u in run(plain, "id,end,money\n1,won,no\n").untested
    }
    assert found["large", "no_source"] == ("need.size",)
    assert found["covers", "no_source"] == ("money.sum", "deal.amount")
    assert found["money", "always_the_same"] == ("false",)
    assert found["alone", "absence_is_an_answer"] == ("true",)
    assert found["glad", "part_without_source"] == ("person.glad", "boss")
    assert ("", "not_at_this_step") not in found
    assert ("", "one_source_each") in found
    assert ("", "no_dates") in found
    reasons = {(u.subject, u.reason) for u in run(rich, RICH_DEALS).untested}
    assert ("", "one_source_each") not in reasons
    assert ("covers", "no_source") not in reasons


def test_not_at_this_step(plain: ColumnMapping) -> None:
    """Guards of later steps are named as not looked at; what counts talks needs talks."""
    report = run(evolve(plain, step="first"), "id,end,money\n1,won,no\n")
    found = {(u.subject, u.reason): u.details for u in report.untested}
    assert found["", "not_at_this_step"] == ("covers", "soon", "glad", "alone")
    assert found["talked", "no_source"] == ("deal.talks", "heard(1)", "deal.account")
    assert found["talked", "absence_is_an_answer"] == ("false",)


def test_possible_truths(rich: ColumnMapping) -> None:
    """What a guard can come out with is tried out, where the values can be listed."""
    possible = {guard.guard: guard.possible for guard in run(rich, RICH_DEALS).guards}
    assert possible["money"] == (Truth.UNKNOWN, Truth.TRUE, Truth.FALSE, Truth.CONFLICTED)
    assert possible["large"] is None  # the cell is the value
    assert possible["covers"] is None  # the price is the row's
    assert possible["alone"] == (Truth.TRUE, Truth.FALSE)


def test_too_many_combinations(plain: ColumnMapping) -> None:
    """With too many combinations, what is possible is left open."""
    link = plain.links[0]
    many = {f"v{i}": True for i in range(80)}
    links = [
        evolve(link, column="a", observation=False, document="a", values=many),
        evolve(link, column="b", observation=False, document="b", values=many),
    ]
    mapping = evolve(plain, links=tuple(links))
    report = run(mapping, "id,end,a,b\n1,won,v1,v2\n")
    assert next(g for g in report.guards if g.guard == "money").possible is None


def test_warnings(plain: ColumnMapping, rich: ColumnMapping) -> None:
    """Hindsight is always warned of; weak links, confounders and many tries when there are any."""
    rows = "".join(
        f"{i},{'won' if i % 2 else 'lost'},{'no' if i < 9 else 'yes'},k{i % 2}\n" for i in range(20)
    )
    warnings = {w.id: w.details for w in run(plain, f"id,end,money,kind\n{rows}").warnings}
    assert {"hindsight", "only_closed_deals", "sources_assumed"} <= warnings.keys()
    assert warnings["weak_links"] == ("money",)
    assert warnings["confounders"] == ("kind",)
    assert int(warnings["many_comparisons"][0]) > 1
    few = {w.id: w.details for w in run(rich, RICH_DEALS).warnings}
    assert few["weak_links"] == ("rank",)
    assert "confounders" not in few
    direct = evolve(plain, links=(evolve(plain.links[0], strength="direct"),))
    assert {w.id for w in run(direct, "id,end,money\n1,won,no\n").warnings} == {
        "hindsight",
        "only_closed_deals",
        "sources_assumed",
    }


def test_playbook_without_policy(tmp_path: Path) -> None:
    """A playbook without walk-away conditions has two rules only."""
    playbook = (
        SMALL_PLAYBOOK.replace(
            SMALL_PLAYBOOK[SMALL_PLAYBOOK.index("[walk_away]") : SMALL_PLAYBOOK.index("[[steps]]")],
            "",
        )
        .replace('"alone"]', '"alone", "money"]')
        .replace('["talked"]', '["talked", "large"]')
    )
    report = run(load_mapping(write(tmp_path, PLAIN, playbook)), "id,end,money\n1,won,no\n")
    assert [rule.id for rule in report.policy] == ["walk_away", "not_ready"]
    assert not any(guard.walk_away for guard in report.guards)


def test_several_ways_forward(tmp_path: Path) -> None:
    """Where a step has several ways out, guards of the way that is not judged count as passed."""
    moves = """
[[moves]]
id = "go"
from = "first"
to = "second"
[[moves]]
id = "skip"
from = "first"
to = "fulfilled"
when = ["glad"]
[[moves]]
id = "end"
from = "second"
to = "fulfilled"
"""
    mapping = load_mapping(
        write(tmp_path, PLAIN.replace('"second"', '"first"'), SMALL_PLAYBOOK + moves)
    )
    report = run(mapping, "id,end,money\n1,won,yes\n2,lost,no\n")
    glad = next(guard for guard in report.guards if guard.guard == "glad")
    assert sum(glad.truths.values(), Tally()).total == 0
    assert rule(report, "not_true", "glad").stopped == Tally()


# the same as for real deals


def real_deal(mapping: ColumnMapping, closed: ClosedDeal) -> Snapshot:
    """A deal led through the verbs, and then put at the step past guards that nobody judged."""
    at: Any = {"by": BY, "at": closed.at}
    deal = Deal.open(mapping.playbook, id="D-1", account=closed.account, amount=closed.amount, **at)
    for person, roles in zip(mapping.contacts, closed.roles, strict=True):
        deal.add_contact(person.id, name=person.name, roles=roles, **at)
    for _ in range(closed.talks):
        deal.meet("call", participants=[person.id for person in mapping.contacts], **at)
    for link, value in zip(mapping.links, closed.said, strict=True):
        if isinstance(value, Silence):
            continue
        said_at = closed.at - (mapping.age if link.age is None else link.age)
        details: Any = {"about": link.about, "said_at": said_at, **at}
        if link.contact is not None:
            deal.hear(link.contact, link.fact, value, first_hand=link.first_hand, **details)
        elif link.document is not None:
            deal.read(link.document, link.fact, value, **details)
        else:
            deal.observe(link.fact, value, **details)
    state = fold(mapping.playbook, deal.trail)
    state.enter(mapping.step, deal.version, closed.at)
    return Snapshot(state, closed.at)


def sources(tmp_path: Path) -> Iterator[tuple[ColumnMapping, list[ClosedDeal]]]:
    """Mappings, each with deals."""
    closed = load_mapping(MAPPING)
    yield closed, 2 * list(read_deals(DEALS, closed))[:80]
    rich = load_mapping(write(tmp_path, RICH))
    yield rich, list(parse_deals(RICH_DEALS.splitlines(keepends=True), rich))


def test_same_as_real_deals(tmp_path: Path) -> None:
    """Every different deal gets the findings and the verdict of a deal led through the verbs."""
    for mapping, deals in sources(tmp_path):
        different = {deal.key: deal for deal in deals}
        for judged in judge_deals(mapping.playbook, mapping, different.values()):
            assert judge_step(real_deal(mapping, judged.deal)) == judged.judgement


def test_remembering_changes_nothing(tmp_path: Path) -> None:
    """Judging every deal anew gives the same report as judging equal ones once."""
    for mapping, deals in sources(tmp_path):
        reports = [
            backtest(mapping.playbook, mapping, deals, remember=number) for number in (0, 3, 10**5)
        ]
        assert reports[0] == reports[1] == reports[2]


def test_another_playbook(plain: ColumnMapping, tmp_path: Path) -> None:
    """Deals may be judged under a later version of the playbook, if the mapping fits it."""
    tmp_path.joinpath("next.toml").write_text(
        SMALL_PLAYBOOK.replace("need.size >= 10", "not money.there"), encoding="utf-8"
    )
    later = load_playbook(tmp_path / "next.toml")
    deals = list(parse_deals(["id,end,money\n", "1,won,yes\n"], plain))
    (judged,) = judge_deals(later, plain, deals)
    assert judged.judgement.verdict is Verdict.WALK_AWAY
    with pytest.raises(InputError, match="no step of the playbook"):
        list(judge_deals(load_playbook("seven_step"), plain, deals))


def test_deals_to_leave_out_are_not_judged(plain: ColumnMapping) -> None:
    """An open deal is read, but not judged."""
    deals = parse_deals(["id,end,money\n", "1,open,\n", "2,won,yes\n"], plain)
    assert [judged.deal.id for judged in judge_deals(plain.playbook, plain, deals)] == ["2"]


def test_what_cannot_be_recorded_names_its_row(rich: ColumnMapping) -> None:
    """A deal with two currencies, which no single cell shows, is refused with its row."""
    mapping = evolve(rich, deal=evolve(rich.deal, currency=None))
    text = RICH_DEALS.replace("100;2;top", ";2;top").replace(";100;10;", ";100 USD;10;")
    text = text.replace("100 EUR;0", "100 EUR;0")
    deal = next(parse_deals(text.splitlines(keepends=True), mapping))
    with pytest.raises(InputError, match="row 2"):
        list(judge_deals(mapping.playbook, mapping, [evolve(deal, talks=1, roles=(("none",), ()))]))
