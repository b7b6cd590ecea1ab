"""The page on errors is complete and true: each code is provoked, and found as its row says."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest
from attrs import evolve, frozen

from dealflow import (
    Deal,
    DealflowError,
    ErrorCode,
    Money,
    MoveNotAllowed,
    Refused,
    Trail,
    dumps,
    loads,
    parse_playbook,
)
from dealflow.scripts import parse_script
from dealflow.trail import Opened, chain
from dealflow.wording import Wording, Words
from tests._english import chinese, english
from tests._playbooks import full
from tests.deals import BY, START, deal_at, new_deal, now, seven_step, small

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text(encoding="utf-8")
NOW: Any = {"by": BY, "at": START}
REASON = "The board said so"


@frozen
class Row:
    """A row of the table.

    Attributes:
        kind: as what the code is raised.
        always: the names in the problem's data.
        sometimes: those that some of the code's problems have.
        status: the HTTP status.
    """

    kind: str
    always: frozenset[str]
    sometimes: frozenset[str]
    status: str


def _rows() -> list[tuple[str, Row]]:
    rows = re.findall(
        r"^\| `(\w+)` \| `(\w+)` \| ([^|]*) \| ([^|]+) \| [^|]+ \|$",
        PAGE.replace(" | | ", " |  | "),
        re.MULTILINE,
    )
    return [(code, Row(kind, *_data(data), status)) for code, kind, data, status in rows]


def _data(cell: str) -> tuple[frozenset[str], frozenset[str]]:
    sometimes = frozenset(re.findall(r"\w+", "".join(re.findall(r"\(.*?\)", cell))))
    return frozenset(re.findall(r"\w+", cell)) - sometimes, sometimes


ROWS = dict(_rows())


def test_the_table_has_every_code_once() -> None:
    """The table has a row for each code that there is, in the order of the code, and no other."""
    assert [code for code, _ in _rows()] == list(get_args(ErrorCode))


def test_the_example_answers_as_the_table_says() -> None:
    """The function on the page gives every code the status of its row."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (code,) = [block for block in blocks if "def status(" in block]
    names: dict[str, Any] = {}
    exec(compile(code, "errors.md", "exec"), names)
    told = {code: str(names["status"](code)) for code in ROWS if code != "several"}
    assert told == {code: row.status for code, row in ROWS.items() if code != "several"}


def deal() -> Deal:
    """A deal with Tom, the coach, and a call in which only we spoke."""
    made = new_deal()
    made.add_contact("tom", name="Tom", roles=["coach"], **NOW)
    made.meet("call", participants=["tom"], id="c", spoke="us", **NOW)
    return made


def closed() -> Deal:
    """A deal that we left."""
    made = deal()
    made.walk_away(reason=REASON, **NOW)
    return made


def said(**details: Any) -> Callable[[], object]:
    """Tom says something."""
    return lambda: deal().hear("tom", "need.presenting", "Late papers", **NOW | details)


def withdrawn_twice() -> None:
    """A statement is taken back, and once more."""
    made = deal()
    entry = made.hear("tom", "need.presenting", "Late papers", **NOW)
    for _ in range(2):
        made.withdraw(entry.seq, reason=REASON, **NOW)


def with_buyer(step: str) -> Deal:
    """A deal with Ann, the buyer, at the step ``ask`` of a playbook with everything."""
    made = Deal.open(full(), id="D-1", account="Northwind", **NOW)
    made.add_contact("ann", name="Ann", roles=["buyer"], **NOW)
    made.read("A.pdf", "need.real", True, **NOW)
    made.hear("ann", "need.real", True, **NOW)
    if step == "ask":
        made.hear("ann", "person.win", "Time", **NOW)
        made.advance(to="ask", **NOW)
    return made


def back_to_nowhere() -> None:
    """A trial close is rejected, and nobody says why."""
    made = with_buyer("ask")
    made.answer_trial_close("no", source="ann", **NOW)
    made.return_to_gap(**NOW)


def with_a_clock(at: datetime) -> Deal:
    """A deal that is told the time."""
    return Deal.open(seven_step(), id="D-1", account="Northwind", by=BY, at=at, clock=lambda: START)


def busy() -> None:
    """Another thread uses the deal while a verb of this one runs."""
    found: list[DealflowError] = []

    def meddle() -> None:
        try:
            made.verdict(at=START)
        except DealflowError as error:
            found.append(error)

    def clock() -> datetime:
        thread = Thread(target=meddle)
        thread.start()
        thread.join()
        return START

    made = Deal.replay(seven_step(), deal().trail, clock=clock)
    made.assess(at=START)
    raise found[0]


def reopened_twice() -> Trail:
    """A trail in which the deal is opened once more."""
    trail = deal().trail
    return trail.extended([chain(trail.head, len(trail) + 1, START, BY, trail[0].event)])


def other_start() -> Trail:
    """A trail whose deal starts at a later step."""
    first = deal().trail[0].event
    assert isinstance(first, Opened)
    elsewhere = evolve(first, step="negotiation")
    return Trail([chain("0" * 64, 1, START, BY, elsewhere)])


def text() -> str:
    """The text of a trail."""
    return dumps(deal().trail)


PROVOKED: Mapping[str, Callable[[], object]] = {
    "invalid_text": lambda: deal().walk_away(reason=" ", **NOW),
    "invalid_id": lambda: deal().add_contact("a b", name="A", **NOW),
    "invalid_instant": said(at=datetime(2026, 3, 2, 9)),  # noqa: DTZ001
    "invalid_number": lambda: deal().add_contact("a", name="A", rating=9, **NOW),
    "invalid_word": lambda: deal().add_contact("a", name="A", kind="robot", **NOW),
    "invalid_value": lambda: deal().hear("tom", "budget.approved", "perhaps", **NOW),
    "invalid_amount": lambda: Money("1", "euro"),
    "given_twice": lambda: deal().add_contact("a", name="A", roles=["user", "user"], **NOW),
    "told_on": said(via="tom"),
    "lies_ahead": said(said_at=START + timedelta(days=1)),
    "own_waiver": lambda: deal().waive("proof_passed", authority=BY, reason=REASON, **NOW),
    "unknown_field": said(mood="good"),
    "unknown_fact": lambda: deal().hear("tom", "no.fact", True, **NOW),
    "unknown_role": lambda: deal().add_contact("a", name="A", roles=["king"], **NOW),
    "unknown_guard": lambda: deal().waive("no_guard", authority="Ana", reason=REASON, **NOW),
    "unknown_contact": lambda: deal().hear("eve", "need.presenting", "x", **NOW),
    "unknown_interaction": said(interaction="x"),
    "unknown_statement": lambda: deal().withdraw(1, reason=REASON, **NOW),
    "unknown_entry": lambda: deal().correct_time(
        9, START - timedelta(days=1), last=2, reason=REASON, **NOW
    ),
    "wrong_subject": said(about="tom"),
    "wrong_currency": lambda: deal().change_amount(Money("1", "USD"), reason=REASON, **NOW),
    "took_no_part": said(interaction="c"),
    "not_waivable": lambda: deal().waive("timely", authority="Ana", reason=REASON, **NOW),
    "inconsistent": lambda: deal().lose(to="nothing", rival="Acme", reason=REASON, **NOW),
    "never_said": lambda: deal().confirm("tom", ["need.presenting"], **NOW),
    "quote_missing": lambda: with_buyer("talk").hear("ann", "close.answer", "yes", **NOW),
    "gap_unknown": back_to_nowhere,
    "duplicate_contact": lambda: deal().add_contact("tom", name="Tom", **NOW),
    "duplicate_interaction": lambda: deal().meet("call", participants=["tom"], id="c", **NOW),
    "already_withdrawn": withdrawn_twice,
    "unchanged": lambda: deal().change_contact("tom", name="Tom", **NOW),
    "before_last_entry": said(at=START - timedelta(days=1)),
    "ahead_of_clock": lambda: with_a_clock(START + timedelta(days=1)),
    "no_such_move": lambda: deal().advance(to="negotiation", **NOW),
    "deal_closed": lambda: closed().walk_away(reason=REASON, **NOW),
    "deal_open": lambda: deal().reopen(reason=REASON, **NOW),
    "nothing_new": lambda: closed().reopen(reason=REASON, **NOW),
    "refused": lambda: deal().advance(**NOW),
    "deal_busy": busy,
    "several": lambda: deal().hear("eve", "no.fact", True, **NOW),
    "invalid_input": lambda: parse_script("x = 1"),
    "invalid_playbook": lambda: parse_playbook("x = 1"),
    "invalid_trail": lambda: loads(text().rstrip()),
    "unknown_format": lambda: loads(text().replace('format":1', 'format":2')),
    "tampered_trail": lambda: loads(text().replace("Tom", "Tim")),
    "cut_trail": lambda: loads(text(), head="f" * 64),
    "trail_has_grown": lambda: loads(text(), head=deal().trail[1].hash),
    "does_not_follow": lambda: Deal.replay(seven_step(), other_start()),
}
# These only ever stand in the problems of another error.
LISTED: Mapping[str, Callable[[], object]] = {
    "invalid": PROVOKED["invalid_playbook"],
    "out_of_order": lambda: Deal.replay(seven_step(), reopened_twice()),
    "other_playbook": lambda: Deal.replay(small(), deal().trail),
}


EVERY: Mapping[str, Callable[[], object]] = {**PROVOKED, **LISTED}


def test_every_code_is_provoked() -> None:
    """The two lists below have every code."""
    assert {*EVERY} == {*ROWS}


@pytest.mark.parametrize("code", PROVOKED)
def test_an_error_is_what_its_row_says(code: str) -> None:
    """The error has the code, is of the class in its row, and has the data that stand there."""
    row = ROWS[code]
    with pytest.raises(DealflowError) as caught:
        PROVOKED[code]()
    error = caught.value
    assert (error.code, type(error).__name__) == (code, row.kind)
    found = set(getattr(error, "data", {}))
    assert row.always <= found <= row.always | row.sometimes


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("code", PROVOKED)
@pytest.mark.parametrize(
    "remake",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_errors_travel(code: str, remake: Any) -> None:
    """A real error crosses processes with its code, its data and all the rest."""
    with pytest.raises(DealflowError) as caught:
        PROVOKED[code]()
    error = caught.value
    again = remake(error)
    assert (type(again), str(again), again.code) == (type(error), str(error), error.code)
    assert vars(again) == vars(error)
    problems = [(one.message, dict(one.data)) for one in getattr(error, "problems", ())]
    assert [(one.message, dict(one.data)) for one in getattr(again, "problems", ())] == problems


def test_allowed_are_the_ways_that_advance_takes() -> None:
    """Each step that the error names can be asked for, up to the last, which ends the deal."""
    made = deal_at("negotiation")
    with pytest.raises(MoveNotAllowed) as caught:
        made.advance(to="nowhere", by=BY, at=now(made))
    assert caught.value.allowed == ("fulfilment",)
    for to in caught.value.allowed:
        with pytest.raises(Refused):
            made.advance(to=to, by=BY, at=now(made))


def test_the_table_of_classes_is_true() -> None:
    """Each class is also the one in its row, and carries the attributes that stand there."""
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| [^|`]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    errors = {}
    for provoke in PROVOKED.values():
        with pytest.raises(DealflowError) as caught:
            provoke()
        errors[type(caught.value).__name__] = caught.value
    assert sorted(name for name, _, _ in rows) == sorted(errors)
    for name, also, attributes in rows:
        assert also in [parent.__name__ for parent in type(errors[name]).__mro__[1:]], name
        for attribute in re.findall(r"\w+", attributes):
            assert hasattr(errors[name], attribute), (name, attribute)


@pytest.mark.parametrize("code", LISTED)
def test_a_problem_is_what_its_row_says(code: str) -> None:
    """The code stands in the problems of an error that has another code."""
    with pytest.raises(DealflowError) as caught:
        LISTED[code]()
    assert ROWS[code].kind == "Problem"
    problems = getattr(caught.value, "problems", ())
    assert code in [problem.code for problem in problems]
    assert caught.value.code != code


# in Chinese


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("商机没有联系人: no such contact", ["no such contact"]),
        ("there is no step 'talk'；现有：'a b'", ["there is no step"]),
        ("the deal's EUR与'USD'", ["the deal's EUR"]),
        ("第3行：is empty", ["is empty"]),
        ("没有联系人'tom jones'，请看“a few words”和\"two words\"", []),
        ("缺少`deal or other`：at 2026-03-02早于known(need.real) or covered(user)", []),
        ("observation = true，seven_step 1.0.0，UTF-8，不是yes_no", []),
    ],
)
def test_english_is_found(text: str, found: list[str]) -> None:
    """Sentences are found; single words, quotes and code are none."""
    assert english(text) == found


def error_of(provoke: Callable[[], object]) -> DealflowError:
    """The error with which something ends."""
    with pytest.raises(DealflowError) as caught:
        provoke()
    return caught.value


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("code", ROWS)
def test_every_error_is_told_in_chinese(code: str) -> None:
    """No English sentence is left in an error, nor in a problem of it; its code stays."""
    error = error_of(EVERY[code])
    words = Words("zh")
    told = [Wording(seven_step(), "zh").error(error), words.in_words(str(error))]
    told += [words.in_words(problem.message) for problem in getattr(error, "problems", ())]
    told += [words.in_words(str(problem)) for problem in getattr(error, "problems", ())]
    for text in told:
        assert (english(text), chinese(text)) == ([], True), text
        assert not re.search("[，。：；、（）] ", text)


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("code", ROWS)
def test_in_english_an_error_is_told_as_it_is(code: str) -> None:
    """The sentences of the core are the English ones; only refusals and moves say more."""
    error = error_of(EVERY[code])
    assert Words().in_words(str(error)) == str(error)
    if not isinstance(error, Refused | MoveNotAllowed):
        assert Wording(seven_step()).error(error) == str(error)


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("code", ROWS)
def test_what_travels_can_still_be_told(code: str) -> None:
    """An error from another process is told in Chinese like one from here."""
    error = error_of(EVERY[code])
    again = pickle.loads(pickle.dumps(error))
    words = Words("zh")
    assert words.in_words(str(again)) == words.in_words(str(error)) != str(error)
