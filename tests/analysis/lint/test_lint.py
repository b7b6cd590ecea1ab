"""Lint: one planted fault for each code and one near miss, and where findings say they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from dealflow import (
    Card,
    Line,
    Money,
    Playbook,
    PlaybookError,
    WalkAway,
    parse_playbook,
    shipped_playbooks,
)
from dealflow.analysis import LintFinding, lint, lint_text
from dealflow.analysis.lint.findings import CODES
from dealflow.analysis.lint.oracle import drops
from dealflow.analysis.lint.semantic import in_words
from dealflow.analysis.solver import Person, Saying, Scene
from tests._lint import (
    BOSS,
    CLEAN,
    EXTRA,
    FAULTS,
    MET,
    MONEY,
    NEAR_MISSES,
    NEED,
    POLICY,
    SIGNED,
    Change,
    end,
    planted,
)
from tests._playbooks import fact, guard, playbook, small_playbooks, step

DOCS = Path(__file__).parents[3] / "docs" / "lint.md"


def codes(findings: tuple[LintFinding, ...]) -> set[str]:
    """The codes of some findings."""
    return {finding.code for finding in findings}


def cases(table: dict[str, Any]) -> list[Any]:
    """The rows of a table with their names."""
    return [
        pytest.param(code, *rest, id=f"{code} {name}")
        for code, rows in table.items()
        for name, *rest in rows
    ]


def test_nothing_in_a_clean_playbook() -> None:
    """A playbook without faults has no findings, with its text and without."""
    assert lint_text(CLEAN) == ()
    assert lint(parse_playbook(CLEAN)) == ()


@pytest.mark.parametrize(("code", "changes", "place"), cases(FAULTS))
def test_planted_faults(code: str, changes: list[Change], place: str) -> None:
    """Each fault is found, and its finding says where it is in the file."""
    text = planted(*changes)
    found = [finding for finding in lint_text(text) if finding.code == code]
    (finding,) = [finding for finding in found if finding.place.startswith(place)][:1]
    assert finding.line is not None
    assert finding.column is not None
    assert finding.slug == CODES[code].slug
    assert finding.level == CODES[code].level
    assert ", line" not in finding.place


@pytest.mark.parametrize(
    ("code", "case", "words"),
    [
        ("D207", "count", "is never so: "),
        ("D207", "talks", "is always so: "),
        ("D306", "one voice", "its questions are for the person himself only"),
        ("D306", "our voice", "its questions are for our own side only"),
    ],
)
def test_what_differs_is_said(code: str, case: str, words: str) -> None:
    """Where a finding has two forms, it is said which."""
    (changes,) = (changes for name, changes, _ in FAULTS[code] if name == case)
    (finding,) = (found for found in lint_text(planted(*changes)) if found.code == code)
    assert words in finding.message


@pytest.mark.parametrize(("code", "changes"), cases(NEAR_MISSES))
def test_near_misses(code: str, changes: list[Change]) -> None:
    """What only looks like the fault is not flagged."""
    text = planted(*changes)
    assert parse_playbook(text).plans
    assert code not in codes(lint_text(text))


def test_every_code_has_a_fault_and_a_near_miss() -> None:
    """No code goes untested; what is not decided has tests of its own."""
    assert set(FAULTS) == set(NEAR_MISSES) == set(CODES) - {"D901"}


def test_every_code_is_explained() -> None:
    """The docs have an anchor and a heading for each code, in order, and no other."""
    text = DOCS.read_text(encoding="utf-8")
    assert re.findall(r"\(([\w-]+)\)=\n### (D\d{3}) ", text) == [
        (code.slug, code.id) for code in CODES.values()
    ]
    for code in CODES.values():
        assert f"### {code.id} {code.slug} ({code.level})" in text


# --- where findings are ---------------------------------------------------------------------------


def test_places_inside_conditions() -> None:
    """A clause is found in the file, line by line, and in the condition when there is no file."""
    more = 'when = """\\\n  need.people > 3 and \\\n  known(need.words) and known(need.words)"""'
    text = planted((NEED, more))
    (finding,) = lint_text(text)
    line = text.split("\n").index('  known(need.words) and known(need.words)"""') + 1
    assert (finding.line, finding.column) == (line, 3)
    assert finding.place == "guards.need_known.when"
    (same,) = lint(parse_playbook(text))
    assert same.place == "guards.need_known.when, line 1, column 21"
    assert same.line is None
    assert str(same) == f"D204 {same.place}: {same.message}"


def test_parts_of_an_idle_part_are_not_told() -> None:
    """Of a part that never matters, the parts inside it are not listed as well."""
    idle = "(need.people > 2 or known(need.words))"
    text = planted((NEED, f'when = "need.people > 3 and {idle}"'))
    (finding,) = [finding for finding in lint_text(text) if finding.code == "D204"]
    assert "without need.people > 2 or known(need.words) it" in finding.message


def test_a_late_question_is_told_once() -> None:
    """However many guards need the answer earlier, its question is one finding."""
    early = NEED.replace("need.people > 3", "order.signed")
    text = planted((NEED, early), (MET, 'when = "order.signed and some(user, person.pays)"'))
    (finding,) = [finding for finding in lint_text(text) if finding.code == "D305"]
    assert "guard need_known needs" in finding.message


def test_clauses_that_print_otherwise() -> None:
    """A clause that is written in another way than it prints has the place of its condition."""
    text = planted((MET, 'when = "some(user, person.pays and (contact.heard or contact.heard))"'))
    (finding,) = [finding for finding in lint_text(text) if finding.code == "D204"]
    assert "contact.heard == True" in finding.message
    line = planted().split("\n").index(MET) + 1
    assert (finding.line, finding.column) == (line, 1)


def test_findings_are_in_the_order_of_the_file() -> None:
    """With a text findings come by line; without, by code."""
    text = planted((MONEY, MONEY + "\nwaivable = true\nstanding = false"), end(EXTRA), BOSS)
    by_line = lint_text(text)
    assert [f.line for f in by_line] == sorted(f.line or 0 for f in by_line)
    by_code = lint(parse_playbook(text))
    assert [f.code for f in by_code] == sorted(f.code for f in by_line)


def test_one_line_each() -> None:
    """A finding prints as file, line, column, code, place and message."""
    (finding,) = lint_text(planted(end(EXTRA)))
    line = planted(end(EXTRA)).split("\n").index("[guards.extra]") + 1
    told = "D205 guards.extra: no step, move or policy looks at it"
    assert finding.in_("ours.toml") == f"ours.toml:{line}:9: {told}"
    assert str(finding) == f"{line}:9: {told}"
    bare = LintFinding("D001", "does-not-build", "error", "", "is missing")
    assert bare.in_("ours.toml") == "ours.toml: D001 is missing"
    assert str(bare) == "D001 is missing"


def test_a_playbook_that_does_not_build() -> None:
    """Every problem is a finding of one code, and no other check is made."""
    text = planted((SIGNED, 'when = "order.sined"\n'), ('id = "clean"\n', ""))
    found = lint_text(text)
    assert [(f.code, f.place) for f in found] == [("D001", "id")]
    found = lint_text(text.replace("format = 1\n", 'format = 1\nid = "x"\n'))
    assert [(f.code, f.place, f.column) for f in found] == [("D001", "guards.signed.when", 9)]


def test_no_toml() -> None:
    """What is no TOML cannot be linted."""
    with pytest.raises(PlaybookError, match="1:5: is not TOML"):
        lint_text("a = ")


# --- what is allowed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([], ["D205", "D208"]),
        ([("[guards.extra]", "[guards.extra] # lint: allow D205 (for later)")], ["D208"]),
        ([("[guards.extra]", "# lint: allow D205\n# for later\n\n[guards.extra]")], ["D208"]),
        ([('when = "order.signed"\n# here', 'when = "order.signed" #lint:allow D208')], ["D205"]),
        ([("format = 1", "# lint: allow D205, D208: not yet\nformat = 1")], []),
        ([("format = 1", "format = 1\n# lint: allow D205 D208")], ["D205", "D208"]),
        ([('"Extra"', '"# lint: allow D205"')], ["D205", "D208"]),
        ([("# last", "# lint: allow D205")], ["D205", "D208"]),
    ],
    ids=[
        "no",
        "line",
        "above",
        "other line",
        "file",
        "not the file",
        "no comment",
        "nothing below",
    ],
)
def test_allowed(changes: list[Change], left: list[str]) -> None:
    """A comment allows codes for its line, the line below it, or before everything for the file."""
    extra = EXTRA.replace('"order.signed or known(need.words)"\n', '"order.signed"\n# here\n')
    text = planted(end(extra + "# last\n"))
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    assert [finding.code for finding in lint_text(text)] == left


def test_files_of_other_editors() -> None:
    """A byte order mark and carriage returns change no line, no column and no comment."""
    plain = planted(end(EXTRA), BOSS, ("[guards.talked]", "# lint: allow D205\n[guards.talked]"))
    marked = b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()
    assert lint_text(marked) == lint_text(plain)
    allowed = plain.replace("[guards.extra]", "# lint: allow D205\n[guards.extra]")
    assert codes(lint_text(allowed.replace("\n", "\r\n"))) == {"D302"}


def test_nothing_to_allow() -> None:
    """A comment in a file of nothing else is no comment on anything."""
    assert codes(lint_text("# lint: allow D001")) == {"D001"}


# --- witnesses and bounds -------------------------------------------------------------------------


def test_witness_of_a_threshold() -> None:
    """A refused walk-away guard that is tolerated comes with a deal that goes on nevertheless."""
    (finding,) = lint_text(planted((POLICY, POLICY + "when_refuted = 2\ngo_on_when = 1\n")))
    assert finding.code == "D404"
    assert "1 of 2 walk-away guards have to be known good" in finding.message
    assert "payer says: money.there = False" in finding.witness


@pytest.mark.parametrize(
    "when", ["heard(1) and missing(be.so)", "missing(be.so) and deal.talks > 999999"]
)
def test_no_witness_that_no_deal_is(when: str) -> None:
    """What is shown was made by the verbs and judged: nobody can be heard on nothing, say."""
    book = playbook(
        step("talk"),
        facts=[fact("be.so")],
        guards=[guard("silent", when)],
        walk_away=WalkAway(("silent",), "talk"),
    )
    (finding,) = [finding for finding in lint(book) if finding.code == "D405"]
    assert not finding.witness


def test_witness_of_old_answers() -> None:
    """A walk-away guard that never goes stale comes with the answers that hold it up."""
    text = planted(('type = "yes_no"\ngood_for = "P30D"\nask', 'type = "yes_no"\nask'))
    (finding,) = [finding for finding in lint_text(text) if finding.code == "D405"]
    assert "need.urgent = True" in finding.witness
    assert "give need.urgent a good_for" in finding.message


def test_every_answer_ages_but_none_is_needed() -> None:
    """A guard that passes when nothing is said does so for ever, whatever good_for says."""
    text = planted((MONEY, 'when = "missing(money.there) or money.there"'))
    (finding,) = [finding for finding in lint_text(text) if finding.code == "D405"]
    assert "its facts" in finding.message
    assert finding.witness == "a deal of which nothing is known"


def test_an_old_answer_is_told_once() -> None:
    """A fact that two walk-away guards read is one finding."""
    when = MONEY.replace("money.there and", "money.there and need.people > 3 and")
    urgent = ("need.urgent and (within", "need.urgent and need.people > 3 and (within")
    ageless = ('type = "number"\ngood_for = "P60D"', 'type = "number"')
    found = [f for f in lint_text(planted((MONEY, when), urgent, ageless)) if f.code == "D406"]
    assert [finding.place for finding in found] == ["facts.need.people"]


def test_not_decided() -> None:
    """What is above the bound is no finding of its kind: it is listed as not decided."""
    text = planted((SIGNED, 'when = "order.signed and missing(order.signed)"\n'))
    found = lint_text(text, limit=1)
    assert codes(found) == {"D901"}
    assert {finding.level for finding in found} == {"info"}
    assert any(f.place == "guards.signed.when" and "it can pass" in f.message for f in found)
    assert codes(lint(parse_playbook(text), limit=1)) == {"D901"}


def test_words_for_a_scene() -> None:
    """Everything in a scene is told, one line each."""
    from datetime import date, timedelta

    people = (
        Person("ann", ("payer",), "committee", "high", "trouble", -3),
        Person("bob"),
    )
    sayings = (
        Saying("a.b", True, "contact", "ann", "bob", timedelta(days=3), first_hand=False),
        Saying("a.c", "x", "document", "letter"),
        Saying("a.d", True, "observation", "us"),
        Saying("a.e", True, "contact", "bob", "bob"),
    )
    card = Card(
        "max", "referral", "Tom", "rail", (Line("Gates", Money(4, "EUR")),), date(2026, 9, 30)
    )
    scene = Scene(people, sayings, Money(5, "EUR"), talks=2, heard=("bob",), card=card)
    assert in_words(scene).split("\n") == [
        "ann: payer, a committee, influence high, in trouble, rating -3",
        "bob: no role",
        "the price is 5 EUR",
        "max owns the deal",
        "the source is referral (Tom)",
        "the market is rail",
        "the line Gates is 4 EUR",
        "the expected close is 2026-09-30",
        "2 two-way talks",
        "ann says: a.b = True of bob (told on, 3 days ago)",
        'letter (a document) says: a.c = "x"',
        "we say: a.d = True",
        "bob says: a.e = True",
        "bob was heard first-hand",
    ]
    assert in_words(Scene(talks=1)) == "1 two-way talk"
    assert in_words(Scene(card=Card(""))) == "a deal of which nothing is known"
    assert in_words(Scene(card=Card("", "forecast"))) == "the source is forecast"


def test_every_part_can_be_dropped() -> None:
    """Parts of and, or, not and quantifiers, each with the condition without it."""
    text = planted(
        (MET, 'when = "some(user, person.pays or contact.heard) and not (heard(1) and heard(2))"')
    )
    condition = parse_playbook(text).guard_condition["payer_met"]
    assert [(way, str(part), str(rest)) for way, part, rest in drops(condition)] == [
        ((0,), "some(user, person.pays or contact.heard == True)", "not (heard(1) and heard(2))"),
        ((1,), "not (heard(1) and heard(2))", "some(user, person.pays or contact.heard == True)"),
        (
            (0, 0),
            "person.pays",
            "some(user, contact.heard == True) and not (heard(1) and heard(2))",
        ),
        (
            (0, 1),
            "contact.heard == True",
            "some(user, person.pays) and not (heard(1) and heard(2))",
        ),
        ((1, 0), "heard(1)", "some(user, person.pays or contact.heard == True) and not heard(2)"),
        ((1, 1), "heard(2)", "some(user, person.pays or contact.heard == True) and not heard(1)"),
    ]


# --- anything at all ------------------------------------------------------------------------------


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(small_playbooks())
def test_any_playbook(book: Playbook) -> None:
    """Whatever playbook holds together can be linted, and the same one finds the same."""
    found = lint(book)
    assert codes(found) <= set(CODES)
    assert found == lint(book)


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_playbooks())
def test_shipped_playbooks_are_clean(name: str) -> None:
    """No shipped playbook has a finding of any level."""
    from dealflow.playbook import read_playbook

    assert lint_text(read_playbook(name)) == ()
