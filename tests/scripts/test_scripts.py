"""Deal scripts: what is read, what is refused with its place, and what playing shows."""

from __future__ import annotations

import contextlib
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import (
    Card,
    DealflowError,
    InputError,
    Interaction,
    Line,
    Money,
    Playbook,
    Refused,
    Truth,
    Verdict,
    load_playbook,
)
from dealflow.scripts import Failure, Run, Say, Script, load_script, parse_script, play

HEAD = """\
format = 1
playbook = "seven_step"
title = { en = "A deal", zh = "一个商机" }
story = { en = "It happens.", zh = "发生了。" }
"""
DEAL = """\
[deal]
id = "D-1"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
amount = "48000 EUR"
[contacts.ruth]
name = "Ruth Okafor"
roles = ["economic_buyer"]
[contacts.karl]
name = "Karl Brandt"
roles = ["technical_advisor"]
"""
CALL = 'meet = { kind = "call", with = ["ruth"] }'
SAYS = 'who = "ruth"\nsays = "Yes."\n'

TINY = """\
format = 1
id = "tiny"
version = "1"
title = { en = "Tiny", zh = "小" }
[facts."it.works"]
title = { en = "it works", zh = "行" }
type = "yes_no"
[guards.works]
title = { en = "Works", zh = "行" }
when = "it.works"
refused = { en = "It does not work.", zh = "不行。" }
[[steps]]
id = "only"
title = { en = "Only", zh = "唯一" }
goal = { en = "Be done.", zh = "完成。" }
leave_when = ["works"]
"""


def text_of(*lines: str, head: str = HEAD, deal: str = DEAL) -> str:
    """A script with these lines, an hour apart unless they have a time."""
    told = []
    for i, line in enumerate(lines):
        at = "" if line.startswith("at =") else f"at = 2026-03-02T{10 + i:02}:00:00Z\n"
        told.append(f"[[lines]]\n{at}{line}\n")
    return head + deal + "\n".join(told)


def script_of(*lines: str) -> Script:
    """A script with these lines."""
    return parse_script(text_of(*lines))


def run_of(*lines: str) -> Run:
    """These lines, played."""
    return play(script_of(*lines))


def problems_of(text: str | bytes, base: Path | None = None) -> dict[str, str]:
    """The problems of a bad script, by place without the line of the file."""
    with pytest.raises(InputError) as caught:
        parse_script(text, "bad.deal.toml", base)
    assert caught.value.source == "bad.deal.toml"
    return {p.place.partition(", line")[0]: p.message for p in caught.value.problems}


def problem_of(*lines: str) -> tuple[str, str]:
    """The one problem of these lines: its place and message."""
    (found,) = problems_of(text_of(*lines)).items()
    return found


def failure_of(*lines: str) -> Failure:
    """The one expectation that these lines do not meet."""
    (failure,) = run_of(*lines).failures
    return failure


def test_a_whole_script() -> None:
    """A script keeps its head, its people and its lines as they are written."""
    script = script_of(CALL, f"{SAYS}facts.budget.approved = true\nby = 'omar'")
    call, says = script.lines

    assert script.title.zh == "一个商机"
    assert script.playbook == load_playbook("seven_step")
    assert script.opening.amount == Money("48000", "EUR")
    assert [person.id for person in script.people] == ["ruth", "karl"]
    assert (call.by, says.by) == ("lena", "omar")
    assert call.comment is None
    assert says.action == Say("contact", "ruth", "Yes.", {"budget.approved": True})


def test_time_keeps_its_offset() -> None:
    """A line keeps the offset in which it was written; the trail has UTC."""
    run = run_of(f"at = 2026-03-03T17:30:00+08:00\n{CALL}")

    assert run.script.lines[0].at.isoformat() == "2026-03-03T17:30:00+08:00"
    assert run.turns[0].entries[0].at == datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def test_place_names_the_line_of_the_file() -> None:
    """A line knows where it starts in the file; without [[lines]] headers it does not."""
    script = script_of(CALL, CALL)
    row = text_of(CALL, CALL).split("\n").index("[[lines]]") + 1
    inline = f"{HEAD}lines = [{{ at = 2026-03-03T10:00:00Z, {CALL} }}]\n{DEAL}"

    assert script.lines[0].place == f"lines[0], line {row}"
    assert parse_script(inline).lines[0].place == "lines[0]"


def test_facts_with_and_without_quotes() -> None:
    """Dotted keys in quotes and nested tables give the same facts."""
    plain = script_of(f'{SAYS}facts.budget.approved = true\nfacts.budget.amount = "5 EUR"')
    quoted = script_of(f'{SAYS}facts = {{ "budget.approved" = true, "budget.amount" = "5 EUR" }}')

    assert plain.lines[0].action == quoted.lines[0].action


def test_values_of_every_kind() -> None:
    """Facts take what their types take, TOML's own dates and numbers included."""
    script = script_of(
        f"""{SAYS}
facts.next_step.agreed = 2026-03-10
facts.fit.size = 12.5
facts.role.economic = "ruth"
facts.proof.kind = "pilot"
facts.competition.options = ["do_nothing"]"""
    )
    (line,) = script.lines

    assert isinstance(line.action, Say)
    assert line.action.facts == {
        "next_step.agreed": date(2026, 3, 10),
        "fit.size": Decimal("12.5"),
        "role.economic": "ruth",
        "proof.kind": "pilot",
        "competition.options": ("do_nothing",),
    }


def test_bytes_from_a_windows_editor() -> None:
    """A byte order mark and carriage returns do no harm."""
    data = b"\xef\xbb\xbf" + text_of(CALL).replace("\n", "\r\n").encode()

    assert parse_script(data) == parse_script(text_of(CALL))


# files


def test_load_by_path(tmp_path: Path) -> None:
    """A script file names a playbook by a path from its own folder."""
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    file = tmp_path / "a.deal.toml"
    deal = DEAL.partition("[contacts")[0]
    head = HEAD.replace("seven_step", "tiny.toml")
    file.write_text(text_of('move = "fulfil"', head=head, deal=deal), encoding="utf-8")

    for source in (file, str(file)):
        script = load_script(source)
        assert script.name == str(file)
        assert script.playbook.id == "tiny"
        assert script.people == ()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nothing", "there is no demo script 'nothing'; there are: 01_fulfilled"),
        ("./nothing.deal.toml", "cannot be read: No such file"),
        ("./", "cannot be read: Is a directory"),
        ("./\0.deal.toml", "cannot be read: embedded null byte"),
    ],
    ids=["id", "missing", "folder", "nul"],
)
def test_files_that_cannot_be_read(source: str, message: str) -> None:
    """A script that is not there is bad input, and no crash."""
    with pytest.raises(InputError) as caught:
        load_script(source)

    assert message in str(caught.value)


def test_large_file(tmp_path: Path) -> None:
    """A file over one MiB is not read to its end."""
    file = tmp_path / "large.deal.toml"
    file.write_bytes(b"#" * (1024 * 1024 + 1))

    with pytest.raises(InputError, match="is larger than 1024 KiB"):
        load_script(file)


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"title = '\xff'", "byte 9", "is not UTF-8"),
        ("title = ", "", "is not TOML: Invalid value"),
        ("x = 1e99999999999999999999", "", "is not usable TOML"),
        ("x = 2026-13-01", "", "is not TOML"),
        (f"format{'.a' * 5000} = 1", "", "is not usable TOML: a key has more than 32 parts"),
        (f"x = {'[' * 5000}", "", "is not usable TOML: nested too deeply"),
        ("format = 2\nsurprise = 1", "format", "2 is not known; this version reads 1"),
        ("format = true", "format", "true is not known; this version reads 1"),
    ],
    ids=["utf8", "syntax", "number", "date", "deep", "deeper", "new", "bool"],
)
def test_no_script(data: str | bytes, place: str, message: str) -> None:
    """What is no script of this format is said to be none, once."""
    ((where, what),) = problems_of(data).items()

    assert where == place
    assert what.startswith(message)


def test_everything_missing_at_once() -> None:
    """One reading names every missing part."""
    needed = {"format", "playbook", "title", "story", "deal", "lines"}
    assert problems_of("") == dict.fromkeys(needed, "is missing")


def test_problems_of_a_playbook(tmp_path: Path) -> None:
    """A playbook that does not hold together makes problems of the script, facts unseen."""
    (tmp_path / "bad.toml").write_text("format = 1\nsurprise = 1", encoding="utf-8")
    text = text_of(
        f"{SAYS}facts.any.thing = 1",
        'answer = "any"\nwho = "ruth"',
        head=HEAD.replace("seven_step", "bad.toml"),
    )
    with pytest.raises(InputError) as caught:
        parse_script(text, base=tmp_path)

    assert len(caught.value.problems) > 3
    assert {problem.place for problem in caught.value.problems} == {"playbook"}
    assert "surprise: is no key here" in str(caught.value)


@pytest.mark.parametrize("book", ["1", '"nine_step"', '"./tiny.toml"', '"a\\u0000.toml"'])
def test_playbooks_that_cannot_be_named(book: str) -> None:
    """Without a folder only a shipped playbook can be named."""
    problems = problems_of(text_of(CALL, head=HEAD.replace('"seven_step"', book)))

    assert set(problems) == {"playbook"}


# problems and their places


def test_unknown_keys_everywhere() -> None:
    """A key that is none is an error in every table, and what it could be is named."""
    text = text_of(
        CALL.replace(" }", ", colour = 1 }")
        + "\ncolour = 1\ncomment = { en = 'a', zh = 'b', fr = 'c' }",
        'contact = { id = "eve", name = "Eve", colour = 1 }\nexpect = { colour = 1 }',
        'withdraw = { who = "ruth", fact = "fit.size", colour = 1 }\nreason = "x"',
        head=HEAD + "colour = 1\n",
        deal=DEAL.replace('roles = ["economic_buyer"]', "colour = 1") + "[deal.colour]\n",
    )

    problems = problems_of(text)
    assert set(problems) == {
        "colour",
        "deal.colour",
        "contacts.ruth.colour",
        "lines[0].meet.colour",
        "lines[0].comment.fr",
        "lines[0].colour",
        "lines[1].contact.colour",
        "lines[1].expect.colour",
        "lines[2].withdraw.colour",
    }
    assert problems["lines[0].colour"] == (
        "is no key here; there are: at, by, comment, meet, expect"
    )


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("", "lines[0]", "has none of meet, who, "),
        ('says = "Yes."', "lines[0]", "has none of meet, who, "),
        (f'{CALL}\nmove = "advance"', "lines[0]", "has meet and move: only one of them can be"),
        (f"at = 2026-03-03\n{CALL}", "lines[0].at", "the time is not a datetime"),
        (f"at = 2026-03-03T09:00:00\n{CALL}", "lines[0].at", "has no timezone"),
        (f"at = 9999-12-31T23:00:00-08:00\n{CALL}", "lines[0].at", "out of range"),
        (f"at = 2026-03-01T09:00:00Z\n{CALL}", "lines[0].at", "is before the line above"),
        (f"by = ' '\n{CALL}", "lines[0].by", "is empty"),
        (f'by = "\\u001b[2J"\n{CALL}', "lines[0].by", "has the control character '\\x1b'"),
        (f"comment = 1\n{CALL}", "lines[0].comment", "1 is not a text"),
        (f"comment.en = 'x'\n{CALL}", "lines[0].comment.zh", "is missing"),
        ("meet = 1", "lines[0].meet", "is not a table"),
        ('meet = { kind = "fax", with = [] }', "lines[0].meet.kind", "'fax' is not one of call"),
        ('meet = { kind = "call", with = "ruth" }', "lines[0].meet.with", "is not a list"),
        (
            'meet = { kind = "call", with = ["eve"] }',
            "lines[0].meet.with[0]",
            "nobody is called 'eve'",
        ),
        (
            'meet = { kind = "call", with = ["ruth"], spoke = "no" }',
            "lines[0].meet.spoke",
            "'no' is not one of us, them, both",
        ),
        ('who = "ruth"\nfacts.budget.approved = true', "lines[0].says", "is missing"),
        ('who = "eve"\nsays = "x"\nfacts.budget.approved = true', "lines[0].who", "nobody is"),
        (SAYS, "lines[0].facts", "needs at least one: say what the words establish"),
        (f"{SAYS}facts = {{}}", "lines[0].facts", "needs at least one"),
        (f"{SAYS}facts = 1", "lines[0].facts", "is not a table"),
        (f"{SAYS}facts.any.thing = 1", "lines[0].facts.any.thing", "the playbook has no such fact"),
        (f'{SAYS}facts."\\u001b" = 1', "lines[0].facts.'\\x1b'", "control character"),
        (
            f'{SAYS}facts.budget.approved = "no"',
            "lines[0].facts.budget.approved",
            "'no' is not true",
        ),
        (f"{SAYS}facts.budget.amount = 60000", "lines[0].facts.budget.amount", "not an amount"),
        (f'{SAYS}facts.proof.kind = "talk"', "lines[0].facts.proof.kind", "'talk' is not one of"),
        (f'{SAYS}facts.role.economic = "eve"', "lines[0].facts.role.economic", "nobody is called"),
        (
            f'{SAYS}facts = {{ "fit.size" = 1, fit = {{ size = 2 }} }}',
            "lines[0].facts.fit.size",
            "is given twice",
        ),
        (f'{SAYS}about = "karl"\nfacts.fit.size = 1', "lines[0].about", "none of the facts"),
        ('observe = "x"\nfacts.person.part = "x"', "lines[0].about", "is missing: one of"),
        ('document = "x"\nfacts.person.part = "x"', "lines[0].about", "is missing: one of"),
        ('document = "x"\nvia = "ruth"\nfacts.fit.size = 1', "lines[0].via", "is no key here"),
        (f'{SAYS}interaction = "c"\nfacts.fit.size = 1', "lines[0].interaction", "there was no"),
        ('contact = { id = "eve" }', "lines[0].contact.name", "is missing"),
        ('contact = { id = "!", name = "Eve" }', "lines[0].contact.id", "is no id"),
        ('contact = { id = "ruth", rating = 6 }', "lines[0].contact.rating", "6 is not a whole"),
        ('contact = { id = "ruth", rating = true }', "lines[0].contact.rating", "true is not a"),
        (
            'contact = { id = "ruth", roles = ["king"] }',
            "lines[0].contact.roles[0]",
            "the playbook has no role 'king'; there are: economic_buyer",
        ),
        ('amount = "much"\nreason = "x"', "lines[0].amount", "is not an amount"),
        (
            'withdraw = { fact = "fit.size" }\nreason = "x"',
            "lines[0].withdraw",
            "has to name either",
        ),
        (
            'withdraw = { who = "ruth", document = "x", fact = "fit.size" }\nreason = "x"',
            "lines[0].withdraw",
            "has to name either",
        ),
        (
            'withdraw = { who = "ruth", fact = "any" }\nreason = "x"',
            "lines[0].withdraw.fact",
            "the playbook has no fact 'any'",
        ),
        ('waive = "any"\nauthority = "Max"\nreason = "x"', "lines[0].waive", "has no guard 'any'"),
        ('move = "jump"\nreason = "x"', "lines[0].move", "'jump' is not one of advance"),
        ('move = "advance"\nreason = "x"', "lines[0].reason", "is no key here"),
        ('move = "advance"\nto = "any"', "lines[0].to", "the playbook has no step 'any'"),
        ('move = "walk_away"', "lines[0].reason", "is missing"),
        ('move = "step_back"\nreason = "x"', "lines[0].to", "is missing"),
        ('move = "lose"\nreason = "x"\nto = "fate"', "lines[0].to", "'fate' is not one of rival"),
        ('answer = "perhaps"\nwho = "ruth"', "lines[0].answer", "has no answer to a trial close"),
        ('answer = "accepted"', "lines[0].who", "is missing"),
        (f"{CALL}\nexpect = {{}}", "lines[0].expect", "expects nothing"),
        (f'{CALL}\nexpect.step = "any"', "lines[0].expect.step", "has no step 'any'"),
        (f'{CALL}\nexpect.outcome = "won"', "lines[0].expect.outcome", "'won' is not one of open"),
        (f'{CALL}\nexpect.verdict = "go"', "lines[0].expect.verdict", "'go' is not one of"),
        (f'{CALL}\nexpect.refused = ["timely"]', "lines[0].expect.refused", "only a move or"),
        ('move = "advance"\nexpect.refused = []', "lines[0].expect.refused", "names no guard"),
        ('move = "advance"\nexpect.refused = ["any"]', "lines[0].expect.refused", "has no guard"),
    ],
)
def test_problem_of_a_line(line: str, place: str, message: str) -> None:
    """Every mistake in a line is named with its place and in one sentence."""
    where, what = problem_of(line)

    assert where == place
    assert message in what


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('id = "D-1"', 'id = ""', "deal.id"),
        ('account = "Northwind"', 'account = "a\\u0085b"', "deal.account"),
        ('amount = "48000 EUR"', "amount = 48000", "deal.amount"),
        ('amount = "48000 EUR"', 'owner = ""', "deal.owner"),
        ('amount = "48000 EUR"', 'source = "chance"', "deal.source"),
        ('amount = "48000 EUR"', "expected_close = 2026-09-30T09:00:00Z", "deal.expected_close"),
        ('amount = "48000 EUR"', 'lines = [{ product = "" }]', "deal.lines[0].product"),
        ('amount = "48000 EUR"', 'lines = [{ product = "x" }]', "deal.lines[0].amount"),
        ("at = 2026-03-02T09:00:00Z", "at = 1066-10-14T09:00:00Z", "deal.at"),
        ("[contacts.ruth]", '[contacts."!"]', "contacts.!.id"),
        ("[contacts.ruth]", "[contacts]\neve = 1\n[contacts.ruth]", "contacts.eve"),
        ('name = "Ruth Okafor"', "", "contacts.ruth.name"),
    ],
)
def test_problem_of_the_opening(old: str, new: str, place: str) -> None:
    """Mistakes in the deal and in its people are named with their places."""
    assert place in problems_of(text_of('move = "advance"', deal=DEAL.replace(old, new)))


def test_long_lists_of_what_there_is_are_left_out() -> None:
    """What the playbook has instead is told as long as it can be taken in at a glance."""
    _, few = problem_of('move = "advance"\nto = "any"')
    _, many = problem_of('waive = "any"\nauthority = "Max"\nreason = "x"')

    assert few.partition("; there are: ")[2].startswith("first_contact, qualification, ")
    assert many == "the playbook has no guard 'any'"


def test_several_problems_at_once() -> None:
    """Mistakes in different lines are told in one go, and a name counts from where it comes in."""
    problems = problems_of(
        text_of(
            'meet = { kind = "call", with = ["eve"], id = "c" }',
            'contact = { id = "eve", name = "Eve" }',
            'meet = { kind = "call", with = ["eve"], id = "c" }',
        )
    )

    assert list(problems) == ["lines[0].meet.with[0]", "lines[2].meet.id"]


@pytest.mark.parametrize("lines", ["1", "[]"])
def test_no_lines(lines: str) -> None:
    """A script has at least one line."""
    message = "is not a list of tables with at least one"
    assert problems_of(f"{HEAD}lines = {lines}\n{DEAL}") == {"lines": message}


def test_lines_are_not_to_blame_for_others() -> None:
    """Whom a line or a card that cannot be read brings in is taken to be known below it."""
    problems = problems_of(
        text_of(
            'contact = { id = "eve", name = 1 }',
            'meet = { kind = "fax", with = [], id = "c" }',
            'meet = { kind = "call", with = ["eve", "ruth"] }',
            'who = "eve"\nsays = "x"\ninteraction = "c"\nfacts.fit.size = 1',
            'meet = { kind = "call", with = [1] }',
            'who = "eve"\nsays = "x"\ninteraction = "call-3"\nfacts.fit.size = 1',
            "meet = 1\ncontact = { id = 1 }",
            deal=DEAL.replace('name = "Ruth Okafor"', "name = 1"),
        )
    )
    assert list(problems) == [
        *("contacts.ruth.name", "lines[0].contact.name", "lines[1].meet.kind"),
        *("lines[4].meet.with[0]", "lines[6]"),
    ]


def test_long_messages_are_cut() -> None:
    """What a hostile file repeats back at us stays short."""
    _, message = problem_of(f"meet = {{ kind = 'call', with = ['ruth'], id = '{'!' * 5000}' }}")

    assert len(message) < 500


# playing


def test_every_kind_of_line_becomes_entries() -> None:
    """Lines become the entries that the verbs make, with every detail."""
    run = run_of(
        """
[lines.meet]
kind = "call"
with = ["ruth"]
id = "c"
channel = "phone"
spoke = "them"
held_at = 2026-03-02T09:30:00Z""",
        f"""{SAYS}interaction = "c"
asks = "Well?"
facts.budget.approved = true
facts.person.part = "CFO"
""",
        f'{SAYS}via = "karl"\nsaid_at = 2026-03-02T09:30:00Z\nfacts.fit.size = 3',
        f"{SAYS}first_hand = false\nfacts.fit.size = 4",
        f'{SAYS}about = "karl"\nfacts.person.part = "IT"\nfacts.fit.size = 4',
        'document = "PO 1"\nsays = "Approved."\nfacts.budget.approved = true',
        'observe = "The hall is empty."\nabout = "ruth"\nfacts.person.new_in_job = true',
        'contact = { id = "eve", name = "Eve", kind = "third_party" }',
        """
[lines.contact]
id = "ruth"
title = "CFO"
influence = "high"
response_mode = "growth"
rating = 2""",
        'amount = "52000 EUR"\nreason = "two more"',
        """reason = "Lena left"
[lines.card]
owner = "max"
source = "referral"
source_name = "Mona Weiss"
market = "ports"
expected_close = 2026-09-30
lines = [{ product = "Gates", amount = "40000 EUR" }]""",
        'card = { market = "", lines = [], expected_close = "2026-10-01" }',
        """waive = "proof_passed"
authority = "Max Berg"
reason = "reference"
until = 2026-04-01T00:00:00Z""",
    )
    bodies = [
        (entry.kind, asdict(entry.event, recurse=False, filter=lambda _, v: v not in (None, "")))
        for turn in run.turns
        for entry in turn.entries
    ]
    ten = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    said = {"source_kind": "contact", "source": "ruth", "quote": "Yes."}

    assert [kind for kind, _ in bodies] == [
        "met",
        *["said"] * 8,
        "contact_added",
        "contact_changed",
        "amount_changed",
        "card_changed",
        "card_changed",
        "waived",
    ]
    call = Interaction("c", "call", ("ruth",), ten, "phone", "them")
    assert bodies[0][1] == {"interaction": call}
    common = said | {"said_at": ten, "first_hand": True, "interaction": "c"}
    assert bodies[1][1] == common | {"fact": "budget.approved", "value": True}
    assert bodies[2][1] == common | {"fact": "person.part", "value": "CFO", "about": "ruth"}
    assert bodies[3][1] == said | {
        "fact": "fit.size",
        "value": "3",
        "via": "karl",
        "first_hand": False,
        "said_at": ten,
    }
    assert bodies[4][1]["first_hand"] is False
    assert bodies[5][1]["about"] == "karl"
    assert "about" not in bodies[6][1]
    assert (bodies[7][1]["source_kind"], bodies[7][1]["source"]) == ("document", "PO 1")
    assert (bodies[8][1]["source_kind"], bodies[8][1]["source"]) == ("observation", "lena")
    assert bodies[8][1]["quote"] == "The hall is empty."
    assert bodies[9][1]["contact"].kind == "third_party"
    assert bodies[10][1]["contact"].name == "Ruth Okafor"
    assert bodies[10][1]["contact"].rating == 2
    gates = Line("Gates", Money("40000", "EUR"))
    full = Card("max", "referral", "Mona Weiss", "ports", (gates,), date(2026, 9, 30))
    assert bodies[12][1] == {"card": full, "reason": "Lena left"}
    emptied = evolve(full, market="", lines=(), expected_close=date(2026, 10, 1))
    assert bodies[13][1] == {"card": emptied}
    assert bodies[14][1]["until"] == datetime(2026, 4, 1, tzinfo=UTC)
    assert [entry.kind for entry in run.opening] == ["opened", "contact_added", "contact_added"]


def test_withdrawing_takes_the_latest_words() -> None:
    """A withdrawal takes the source's latest statement that still stands."""
    run = run_of(
        f"{SAYS}facts.fit.size = 1\nfacts.person.part = 'CFO'",
        f"{SAYS}facts.fit.size = 2",
        'document = "PO 1"\nfacts.fit.size = 3',
        'withdraw = { who = "ruth", fact = "fit.size" }\nreason = "x"',
        'withdraw = { who = "ruth", fact = "fit.size" }\nreason = "x"',
        'withdraw = { document = "PO 1", fact = "fit.size" }\nreason = "x"',
        'withdraw = { who = "ruth", fact = "person.part" }\nreason = "x"',
        'document = "PO 1"\nabout = "karl"\nfacts.person.part = "x"',
        'withdraw = { document = "PO 1", fact = "person.part", about = "karl" }\nreason = "x"',
    )

    assert list(run.deal.withdrawn) == [6, 4, 7, 5, 12]


def test_nothing_left_to_withdraw() -> None:
    """Words that nobody said cannot be taken back."""
    script = script_of(CALL, 'withdraw = { who = "ruth", fact = "fit.size" }\nreason = "x"')

    with pytest.raises(InputError) as caught:
        play(script)

    (problem,) = caught.value.problems
    assert problem.place == script.lines[1].place
    assert problem.message == "ruth has said nothing about fit.size that stands"


FIRST_GUARDS = "first_talk next_talk_dated presenting_problem"
FIRST_STEP = (
    CALL,
    f"{SAYS}facts.need.presenting = 'x'\nfacts.next_step.agreed = 2026-03-20",
    'move = "advance"\nto = "qualification"\nexpect.step = "qualification"',
)


def test_moves() -> None:
    """Every move goes through the deal's verb of its name."""
    run = run_of(
        *FIRST_STEP,
        'move = "step_back"\nto = "first_contact"\nreason = "x"\nexpect.step = "first_contact"',
        'move = "walk_away"\nreason = "x"\nexpect.outcome = "walked_away"',
        f"{SAYS}facts.fit.size = 1",
        'move = "reopen"\nreason = "x"\nexpect.outcome = "open"',
        'move = "lose"\nto = "rival"\nrival = "Dentaflow"\nreason = "x"\nexpect.outcome = "lost"',
    )

    assert run.failures == ()
    assert [turn.entries[0].kind for turn in run.turns[2:]] == [
        "moved",
        "stepped_back",
        "walked_away",
        "said",
        "reopened",
        "lost",
    ]
    assert run.turns[4].outcome == run.turns[5].outcome == "walked_away"
    assert run.turns[6].outcome is None


def test_a_refusal_is_part_of_the_play() -> None:
    """A refused move stays in the turn and in the trail, and raises nothing."""
    run = run_of('move = "advance"', 'move = "advance"\nexpect.refused = ["first_talk"]')
    first, second = run.turns

    assert isinstance(first.refused, Refused)
    assert first.entries == (first.refused.entry,)
    assert first.entries[0].kind == "refused"
    assert first.failures == ()
    assert [(f.what, f.expected) for f in second.failures] == [("refused", "first_talk")]
    assert second.failures[0].found == FIRST_GUARDS
    assert run.failures == second.failures


def test_fulfilling_too_early_is_no_move() -> None:
    """A move that the step does not have ends the play, with the missed expectations before it."""
    script = script_of('move = "advance"\nexpect.step = "qualification"', 'move = "fulfil"')

    with pytest.raises(InputError) as caught:
        play(script)

    assert [str(problem) for problem in caught.value.problems] == [
        f"{script.lines[0].place}: refused: expected nothing, found {FIRST_GUARDS}",
        f"{script.lines[0].place}: step: expected qualification, found first_contact",
        f"{script.lines[1].place}: no move leads from first_contact to 'fulfilled'",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('amount = "1 USD"\nreason = "x"', "cannot be compared"),
        ('waive = "timely"\nauthority = "Max"\nreason = "x"', "does not let anybody waive"),
        ('answer = "accepted"\nwho = "ruth"', "first_contact is not the trial close"),
        (f"{SAYS}said_at = 2027-01-01T00:00:00Z\nfacts.fit.size = 1", "lies after the time"),
    ],
)
def test_lines_that_cannot_be_played(line: str, message: str) -> None:
    """What the deal does not take ends the play, with the line."""
    script = script_of(CALL, line)

    with pytest.raises(InputError, match=r"lines\[1\], line") as caught:
        play(script)

    assert message in caught.value.problems[0].message
    assert isinstance(caught.value.__cause__, DealflowError)


def test_unmet_expectations_are_collected() -> None:
    """A failure says what was expected and what was found, and the play goes on."""
    wrong = failure_of(f'{CALL}\nexpect.outcome = "lost"', CALL)

    assert (wrong.what, wrong.expected, wrong.found) == ("outcome", "lost", "open")
    assert str(wrong) == f"{wrong.line.place}: outcome: expected lost, found open"
    assert failure_of(f'{CALL}\nexpect.verdict = "ready"').found == "ask"
    assert failure_of(f'{CALL}\nexpect.step = "trial_close"').found == "first_contact"


def test_a_move_that_should_have_been_refused() -> None:
    """A move that passes against the expectation is a failure, too."""
    lines = (*FIRST_STEP[:2], 'move = "advance"\nexpect.refused = ["first_talk"]')

    assert str(failure_of(*lines)).endswith("refused: expected first_talk, found nothing")


def test_changes_by_the_line() -> None:
    """A turn shows which guards its line changed, and leaves out those of another step."""
    run = run_of(*FIRST_STEP)
    changes = [[(c.guard, c.before.truth, c.after.truth) for c in t.changes] for t in run.turns]

    assert changes == [
        [("first_talk", Truth.FALSE, Truth.UNKNOWN)],
        [
            ("first_talk", Truth.UNKNOWN, Truth.TRUE),
            ("presenting_problem", Truth.UNKNOWN, Truth.TRUE),
            ("next_talk_dated", Truth.UNKNOWN, Truth.TRUE),
        ],
        [],
    ]
    assert run.turns[1].after.verdict is Verdict.READY
    assert run.turns[2].after.step == "qualification"


def test_changes_by_the_time() -> None:
    """What the time changed between two lines is kept apart from what the line changed."""
    run = run_of(*FIRST_STEP[:2], f"at = 2026-03-21T09:00:00Z\n{CALL}")
    last = run.turns[-1]

    assert [(c.guard, c.after.truth) for c in last.lapsed] == [("next_talk_dated", Truth.UNKNOWN)]
    assert last.changes == ()
    assert last.before.at == last.after.at == datetime(2026, 3, 21, 9, tzinfo=UTC)


def test_a_waiver_is_a_change() -> None:
    """A guard that is set aside has changed, though its truth has not."""
    seven = load_playbook("seven_step").to_data()
    steps = seven["steps"]
    assert isinstance(steps, list)
    steps[0]["leave_when"].append("proof_passed")
    steps[3]["leave_when"].remove("proof_passed")
    script = script_of('waive = "proof_passed"\nauthority = "Max"\nreason = "x"')
    (change,) = play(script, Playbook.from_data(seven)).turns[0].changes

    assert (change.before.holds, change.after.holds) == (False, True)
    assert change.before.truth is change.after.truth


def test_conflicts_appear_once() -> None:
    """A turn shows who contradicts whom over which words, when it begins and not again."""
    run = run_of(
        *FIRST_STEP,
        f"{SAYS}facts.offer.helps = true",
        'who = "karl"\nsays = "No."\nfacts.offer.helps = false',
        CALL,
    )
    *_, new, old = run.turns
    (conflict,) = new.conflicts

    assert conflict.guard == "offer_helps"
    assert conflict.between == ("ruth", "karl")
    assert [(s.source, s.quote) for s in conflict.yes] == [("ruth", "Yes.")]
    assert [(s.source, s.quote) for s in conflict.no] == [("karl", "No.")]
    assert old.conflicts == ()


def test_conflicts_over_disputed_facts_only() -> None:
    """Of a guard with several facts, a conflict shows the words on the disputed ones."""
    run = run_of(
        *FIRST_STEP,
        f"{SAYS}facts.budget.approved = true\nfacts.budget.amount = '60000 EUR'",
        'who = "karl"\nsays = "No."\nfacts.budget.approved = false',
    )
    (conflict,) = run.turns[-1].conflicts

    assert {s.fact for s in (*conflict.yes, *conflict.no)} == {"budget.approved"}


def test_other_rules() -> None:
    """A script can be played under other rules; what they do not know ends the play."""
    tiny = Playbook.from_data(tomllib.loads(TINY))
    bare = DEAL.partition("[contacts")[0]
    script = parse_script(text_of('move = "advance"', deal=bare))
    unknown = parse_script(text_of('document = "x"\nfacts.fit.size = 1', deal=bare))

    assert play(script, tiny).turns[0].refused is not None
    with pytest.raises(InputError, match=r"has no fact 'fit\.size'"):
        play(unknown, tiny)
    with pytest.raises(InputError, match="deal: the role 'economic_buyer' is not one of"):
        play(script_of(CALL), tiny)


# anything at all

VALUES = st.sampled_from(
    [
        "true", "0", "-1", "1e400", "1e99999999999999999999", "nan", "inf", "[]", "{}", '""', '"x"',
        '"\\u0000"', '"\\u001b[2J"', "[[[[[]]]]]", "{ a.b.c.d.e = 1 }", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59", "2026-03-03", "07:32:00", "2026-03-03T10:00:00", '"ruth"',
        '"karl"', '["ruth"]', '"60000 EUR"', '"60000 USD"', '"advance"', '"fulfil"', '"rejected"',
        '"2026-03-03"', "0x" + "f" * 5000, "1" * 5000, '"' + "y" * 20_000 + '"', '"tiny.toml"',
    ]
)  # fmt: skip
SAMPLE = text_of(
    *FIRST_STEP,
    f'{SAYS}via = "karl"\nfacts.budget.amount = "60000 EUR"\nfacts.role.economic = "ruth"',
    'document = "x"\nfacts.budget.approved = true',
    'contact = { id = "eve", name = "Eve", roles = ["coach"] }',
    'amount = "52000 EUR"\nreason = "x"',
    'withdraw = { document = "x", fact = "budget.approved" }\nreason = "x"',
    'move = "advance"\nexpect.refused = ["offer_helps"]\nexpect.verdict = "ask"',
    'answer = "rejected"\nwho = "ruth"',
    'move = "walk_away"\nreason = "x"\ncomment = { en = "a", zh = "b" }',
)


def attempt(data: str | bytes) -> None:
    """Read and play; only errors of dealflow may come out."""
    with contextlib.suppress(DealflowError):
        play(parse_script(data))


@given(st.binary(max_size=200))
def test_garbage(data: bytes) -> None:
    """Bytes of any kind give a script or an error of dealflow."""
    attempt(data)


@given(st.data())
def test_damaged_scripts(data: st.DataObject) -> None:
    """A script with bytes cut out, put in or swapped gives a script or an error of dealflow."""
    damaged = bytearray(SAMPLE.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        length = data.draw(st.integers(0, 40))
        damaged[start : start + length] = data.draw(st.binary(max_size=10))
    attempt(bytes(damaged))


@given(st.data())
def test_absurd_values(data: st.DataObject) -> None:
    """A script with absurd values and misplaced rows gives a script or an error of dealflow."""
    rows = SAMPLE.split("\n")
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(rows) - 1))
        key, equals, _ = rows[at].partition(" = ")
        how = data.draw(st.sampled_from(["value", "value", "drop", "move"]))
        if how == "value" and equals:
            rows[at] = f"{key} = {data.draw(VALUES)}"
        elif how == "drop":
            rows[at] = ""
        else:
            rows.insert(data.draw(st.integers(0, len(rows))), rows[at])
    attempt("\n".join(rows))


def test_a_script_opens_a_deal_with_its_card() -> None:
    """What the opening says of the card is on it, and else whoever opens the deal owns it."""
    card = """owner = "max"
source = "forecast"
source_name = "Q3"
market = "ports"
expected_close = 2026-09-30

[[deal.lines]]
product = "Gates"
amount = "40000 EUR"
"""
    line = 'observe = "x"\nfacts.budget.approved = true'
    with_card = DEAL.replace('amount = "48000 EUR"\n', f'amount = "48000 EUR"\n{card}')
    gates = Line("Gates", Money("40000", "EUR"))
    full = Card("max", "forecast", "Q3", "ports", (gates,), date(2026, 9, 30))
    for deal, expected in ((DEAL, Card("lena")), (with_card, full)):
        assert play(parse_script(text_of(line, deal=deal))).deal.card == expected
