"""What a playbook says of itself: on a terminal, and on the paper that somebody signs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len

from dealflow import (
    Fact,
    Language,
    Move,
    Paper,
    Playbook,
    Text,
    ValueType,
    WalkAway,
    load_playbook,
    parse_playbook,
)
from dealflow.analysis.lint import ageless_reasons
from dealflow.cli import signing
from dealflow.cli.input import BadInput, reasons_of
from dealflow.cli.output import Page
from dealflow.cli.playbook import put_playbook
from dealflow.cli.sheet import Sheet, sheet_of
from dealflow.cli.sheet_lines import Kind, Line
from dealflow.cli.signing import for_signature
from dealflow.wording import Wording, Words
from tests._playbooks import FORK, fact, full, guard, playbook, small_playbooks, step, text
from tests._runner import Result, invoked

SEVEN = load_playbook("seven_step")
REASONS = reasons_of("seven_step")
FORKED = parse_playbook(FORK)
# With the two extensions that readers of Markdown have most often.
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LANGUAGES: tuple[Language, ...] = get_args(Language)


def shown(book: Playbook, lang: Language = "en", width: int = 100) -> str:
    """What the terminal shows of a playbook."""
    file = io.StringIO()
    reasons = REASONS if book is SEVEN else {}
    put_playbook(Page(file, width=width), Wording(book, lang), reasons)
    return file.getvalue()


def all_lines(sheet: Sheet) -> Iterator[Line]:
    """Every line of a sheet."""

    def below(line: Line) -> Iterator[Line]:
        yield line
        for each in line.under:
            yield from below(each)

    return (each for section in sheet.sections for line in section.lines for each in below(line))


def squeezed(words: str) -> str:
    """A text without its spaces: lines are broken anywhere in Chinese."""
    return "".join(words.split())


# --- on a terminal


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("book", [SEVEN, FORKED, full()], ids=lambda book: book.id)
def test_the_page_has_every_line_and_none_is_too_wide(
    book: Playbook, lang: Language, width: int
) -> None:
    """On 80 columns as on 100, in both languages, with steps that fork and without."""
    page = shown(book, lang, width)
    assert max(map(cell_len, page.splitlines())) <= width
    words = squeezed(page)
    sheet = sheet_of(Wording(book, lang), REASONS if book is SEVEN else {})
    for line in all_lines(sheet):
        assert squeezed(line.text.removesuffix("）")) in words
        assert squeezed(line.note) in words
    assert book.fingerprint in page


def test_a_guard_is_shown_with_all_that_it_asks_for() -> None:
    """Its reason, its condition in words and as text, and whose word counts for how long."""
    assert """\
Budget approved (checked ever after)
  Without an approved budget that covers the price, even a convinced customer cannot buy.
  ▸ The budget is approved, and the amount of the budget is at least the price.
    budget.approved and budget.amount >= deal.amount
  · The amount of the budget (an amount of money)
    It takes the economic buyer or the sponsor, heard first-hand, or something in writing. An answer
    is good for 90 days.
    ? “Up to which amount may you spend on this?” (economic buyer, sponsor)
  See above: the budget is approved
""" in shown(SEVEN)


def test_every_fact_that_a_guard_reads_is_told_once_with_its_rules() -> None:
    """Whose word counts and how long it is good for, or why for ever."""
    w = Wording(SEVEN)
    lines = [*all_lines(sheet_of(w, REASONS))]
    read = {one.id: one for c in SEVEN.guard_condition.values() for one in c.facts}
    for one in read.values():
        (told,) = [x for x in lines if x.text == w.capital(w.fact(one.id)) and x.note]
        why = REASONS.get(one.id, Text()).en
        counts = f"{w.whose_word(one)} {w.good_for(one, why)}"
        assert told.under[0].text == counts
        assert len(told.under) == 1 + len(one.ask)
    never = [one for one in read.values() if one.good_for is None and one.id in REASONS]
    assert never
    assert all(REASONS[one.id].en and REASONS[one.id].zh for one in never)


def test_the_page_says_when_to_walk_away() -> None:
    """Both numbers, in words and as they are written, from where on, and what ends it at once."""
    page = shown(SEVEN)
    start = page.index("── When to walk away")
    part = page[start : page.index("── Step 4 of 7")]
    for told in (
        "walk away as soon as 1 of these is not so; going on needs 4 of 4 known good.",
        "A clear no to one of them counts from “Qualification” on, before they are needed.",
        "A clear no to “Our offer can help” means walking away at once, at any step.",
        'when_refuted = "any", go_on_when = "all"',
        "Severe problem (checked ever after)",
        "Budget approved (",
        "Wanted within a reasonable time (",
        "Decision process clear (",
    ):
        assert told in part


def test_the_page_has_claims_papers_and_the_farewell() -> None:
    """What the author claims, what to put in front of the customer, and what to say at the end."""
    page = shown(SEVEN)
    for told in (
        "No deal gets to “Negotiation and contract” unless this holds\n",
        "▸ Somebody is known as economic buyer, and the answer to the trial close is not “reject",
        '    never "negotiation" unless covered(economic_buyer) and close.outcome != "rejected"\n',
        "They are no rules: a proof shows whether the rules keep them.",
        "Contract terms (from “Trial close” on)\n  ▸ At least one of these holds:",
        "  · What has to stand in it\n    · the problem, in the customer's words\n",
        "── What to say when we walk away",
        "It has been an honour to talk with you",
        "── To be asked of every answer",
        "? “What would change your mind?”",
        "· Goes back to where the gap is: “rejected”\n  · “",
        "Recorded only with the customer's own words: ",
    ):
        assert told in page


def test_several_ways_are_shown_each_with_its_guards() -> None:
    """What every way asks for comes first, then each way with what is asked on it alone."""
    page = shown(FORKED)
    part = page[page.index("── Step 1") : page.index("── Step 3")]
    kept = [line for line in part.splitlines() if re.match(r"→|\S.*\(|  \S.*\(ch|[AN ].*way", line)]
    assert [line for line in kept if "“" not in line and "  ·" not in line] == [
        "A deal goes the way that is named; when none is, the first of these that is ready.",
        "Asked on every way",
        "Real need (checked ever after)",
        "→ On to: Pilot",
        "  Pilot wanted (checked on this way only)",
        "→ On to: Contract",
        "  No pilot needed (checked on this way only)",
        "→ On to: Report",
        "  Nothing more is asked on this way.",
        "→ On to: Report",
        "Pilot passed (checked here)",
    ]


def test_ways_that_have_nothing_in_common() -> None:
    """Where no guard is asked on every way, nothing is said of that."""
    book = playbook(
        step("talk"),
        step("sell"),
        moves=[
            Move("on", "talk", "sell", ("real",)),
            Move("off", "talk", "fulfilled"),
            Move("out", "sell", "fulfilled"),
        ],
        guards=[guard("real")],
    )
    page = shown(book)
    assert page.index("→ On to: sell") < page.index("Nothing more is asked on this way.")
    assert "Asked on every way" not in page


def test_when_a_guard_is_checked_is_what_the_plans_say() -> None:
    """Those of a step that can be gone round are checked where it cannot have been gone round."""
    for book in (SEVEN, FORKED, full()):
        w = Wording(book)
        for index, each in enumerate(book.steps):
            for name in each.leave_when:
                later = [s for s in book.steps[index + 1 :] if s.id in book.reachable(each.id)]
                again = [
                    s
                    for s in later
                    if name not in s.leave_when
                    and all(name in plan.needed for plan in book.plans[s.id])
                ]
                told = w.checked(name, each.id)
                if not book.guard[name].standing:
                    assert told == "checked once"
                elif later and again == later:
                    assert told == "checked ever after"
                else:
                    assert told.startswith("checked here and" if again else "checked here")
                    assert ("again" in told) is bool(again)


def test_a_guard_that_is_checked_again_on_some_steps_names_them() -> None:
    """The way round the step comes back in before the end."""
    straight, plain = ('to = "contract"\nwhen', 'from = "talk"\nto = "report"')
    text = FORK.replace(straight, 'to = "fulfilled"\nwhen')
    book = parse_playbook(text.replace(plain, 'from = "talk"\nto = "contract"'))
    assert Wording(book).checked("passed", "pilot") == "checked here and again at “Report”"
    assert Wording(book, "zh").checked("passed", "pilot") == "在此检查，并在“报告”再次检查"


def test_guards_of_the_policy_and_of_the_only_way() -> None:
    """One that is only watched is told with the policy; one of the move's own is checked here."""
    book = playbook(
        step("talk", "real"),
        step("sell"),
        guards=[guard("real"), guard("own"), guard("worst", standing=False), guard("dead")],
        moves=[Move("go", "talk", "sell", ("own", "real")), Move("end", "sell", "fulfilled")],
        walk_away=WalkAway(("worst",), "sell", at_once=("dead", "own", "worst")),
        papers=[Paper("quote", text("Quote"))],
    )
    page = shown(book)
    for told in (
        "real (checked ever after)",
        "own (checked here)",
        "worst (checked once)",
        "dead (a clear no counts at any step)",
        "Quote (from “talk” on)",
    ):
        assert page.count(told) == 1


def test_a_condition_over_several_lines_is_shown_on_one() -> None:
    """As its author wrote it; but where joined lines would say something else, as it is read."""
    lines = {
        "need.real and\n  not need.real": "need.real and not need.real",
        "need.real  and not need.real": "need.real  and not need.real",
        "need.real # or not\nand need.real": "need.real and need.real",
        'note.x == """a\n  b"""\nor need.real': 'note.x == "a\\n  b" or need.real',
    }
    guards = [guard(f"g{i}", when) for i, when in enumerate(lines)]
    facts = [fact(), Fact("note.x", text("note"), ValueType.TEXT)]
    book = playbook(step("talk", *(each.id for each in guards)), facts=facts, guards=guards)
    codes = [line.text for line in all_lines(sheet_of(Wording(book))) if line.kind == "code"]
    assert codes == list(lines.values())


# --- on paper


def rendered(markdown: str) -> list[tuple[str, str]]:
    """Each block of text with what it stands in: ``h1``, ``p`` or ``li``."""
    found: list[tuple[str, str]] = []
    inside: list[str] = []
    for token in MARKDOWN.parse(markdown):
        assert token.type not in ("table_open", "blockquote_open", "code_block", "html_block")
        assert token.type not in ("hr", "fence", "ordered_list_open")
        if token.nesting == 1:
            inside.append(token.tag)
        elif token.nesting == -1:
            inside.pop()
        elif token.type == "inline":
            where = "li" if "li" in inside else inside[-1]
            found.append((where, "".join(plain(token.children or []))))
    return found


def plain(children: list[Token]) -> Iterator[str]:
    """The text of inline tokens, none of which may be anything but bold."""
    for child in children:
        assert child.type in ("text", "code_inline", "strong_open", "strong_close"), child
        yield child.content


HEADINGS: tuple[Kind, ...] = ("head", "part", "way")
PARAGRAPHS: tuple[Kind, ...] = ("text", "quiet", "alarm")


def expected(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """What a sheet comes to, block by block."""
    yield "h1", sheet.title
    yield "p", sheet.name
    yield "p", f"{sheet.fingerprint_of} {sheet.fingerprint}"
    yield "p", sheet.covers

    def blocks(line: Line, level: int, *, listed: bool) -> Iterator[tuple[str, str]]:
        said = Words(sheet.language).bracketed(line.text, line.note)
        heading = not listed and line.kind in HEADINGS
        listed = listed or line.kind not in (*HEADINGS, *PARAGRAPHS)
        yield f"h{level}" if heading else "li" if listed else "p", said
        for below in line.under:
            yield from blocks(below, level + heading, listed=listed)

    for section in sheet.sections:
        yield "h2", section.title
        for line in section.lines:
            yield from blocks(line, 3, listed=False)


def check_paper(book: Playbook, reasons: Any = None) -> None:
    """The paper says, when rendered, what the sheets say in both languages, and no more."""
    reasons = reasons or {}
    blocks = rendered(for_signature(book, "en", reasons))
    sheets = [sheet_of(Wording(book, lang), reasons) for lang in ("en", "zh")]
    wanted = [block for sheet in sheets for block in expected(sheet)]
    assert blocks[: len(wanted)] == wanted
    assert blocks[len(wanted) :] == [
        ("h1", "Signature / 签字"),
        ("p", "I have read these rules. Deals are judged by them."),
        ("p", "本人已阅读以上规则。商机一律按这些规则判断。"),
        ("li", f"{book.id} {book.version}"),
        ("li", f"Fingerprint / 指纹 {book.fingerprint}"),
        ("li", f"Name / 姓名 {'_' * 40}"),
        ("li", f"Role / 职务 {'_' * 40}"),
        ("li", f"Date / 日期 {'_' * 40}"),
        ("li", f"Signature / 签字 {'_' * 40}"),
    ]


@pytest.mark.parametrize("book", [SEVEN, FORKED, full()], ids=lambda book: book.id)
def test_the_paper_says_what_the_page_says(book: Playbook) -> None:
    """In both languages, block by block, with lines to sign on at its end."""
    check_paper(book, REASONS if book is SEVEN else None)


@given(small_playbooks())
def test_the_paper_of_any_playbook_is_what_its_author_wrote(book: Playbook) -> None:
    """Titles that hold marks of Markdown make no structure, and lose nothing."""
    check_paper(book)


NASTY = st.text(st.sampled_from("\\`*_[]()<>&|~$#+-=:.!1234 a一\n\"'{}^@/;"), min_size=1).filter(
    str.strip
)


@given(NASTY)
def test_any_text_comes_out_of_markdown_as_it_is(words: str) -> None:
    """As a paragraph, a heading, an item and in bold; and as code, whatever backticks it has."""
    told = signing._escaped(words)
    flat = " ".join(words.split())
    assert rendered(told) == [("p", flat)]
    assert rendered(f"## {told}") == [("h2", flat)]
    assert rendered(f"- {told}\n  - {told}") == [("li", flat), ("li", flat)]
    assert rendered(f"- **{told}**") == [("li", flat)]
    assert rendered(f"before\n\n{told}\n\nbehind")[1] == ("p", flat)
    assert rendered(f"- {signing._code(flat)}") == [("li", flat)]
    assert rendered(f"- {signing._code(f' {flat} ')}") == [("li", f" {flat} ")]


@pytest.mark.parametrize(
    "words",
    ["*a* _b_ `c`", "# no", "1. no", "- no", "+ no", "a | b", "<b>x</b> &amp;", "[x](y) ![z]", "#"],
)
def test_marks_of_markdown_are_escaped(words: str) -> None:
    """Each of them as the title of a guard and as the text of a condition."""
    when = f"note.x == {json.dumps(words)}"
    title = Text(words, words)
    book = playbook(
        step("talk", "real"),
        title=title,
        facts=[Fact("note.x", title, ValueType.TEXT)],
        guards=[guard("real", when)],
    )
    check_paper(book)


# --- the command


def show(*arguments: object) -> Result:
    """What ``playbook show`` prints."""
    return invoked("playbook", "show", *arguments)


def test_the_command_prints_the_paper_in_the_language_asked_for_first() -> None:
    """It is the same text, whatever the width."""
    printed = show("seven_step", "--for-signature", "--lang", "zh")
    assert printed.exit_code == 0
    assert printed.stdout == for_signature(SEVEN, "zh", REASONS)
    assert printed.stdout.startswith("# 七步销售法\n")
    assert "签字 / Signature" in printed.stdout


def test_paper_and_json_do_not_go_together() -> None:
    """There is one output."""
    result = show("seven_step", "--for-signature", "--json")
    assert result.exit_code == 2
    assert "--for-signature and --json do not go together" in result.stderr


def test_the_page_tells_why_facts_of_a_file_cannot_age(tmp_path: Path) -> None:
    """The reason stands in a comment of the file, which lint reads as well."""
    path = tmp_path / "fork.toml"
    path.write_text(
        FORK.replace('[facts."trust', '# lint: allow D308 trust lasts\n[facts."trust'),
        encoding="utf-8",
    )
    out = show(path, "--lang", "en").stdout
    assert out.count("An answer never goes out of date: “trust lasts”.") == 1
    data = json.loads(show(path, "--json").stdout)
    reasons = {each["fact"]: each["reason"] for each in data["never_stale"]}
    assert reasons["trust.high"] == {"en": "trust lasts", "zh": "trust lasts"}
    assert reasons["need.real"] is None
    assert data["walk_away"] is None
    assert {"id": "to_pilot", "from": "talk", "to": "pilot", "when": ["pilot"]} in data["moves"]


def test_the_json_has_every_condition_in_words() -> None:
    """By its place: those of guards, red flags, papers and claims; and the policy in numbers."""
    data = json.loads(show("seven_step", "--json", "--lang", "en").stdout)
    told = {each["place"]: each for each in data["conditions"]}
    assert told["guards.budget_approved"] == {
        "place": "guards.budget_approved",
        "when": "budget.approved and budget.amount >= deal.amount",
        "text": {
            "says": "the budget is approved, and the amount of the budget is at least the price",
            "parts": [],
        },
    }
    assert [part["says"] for part in told["papers.contract_terms"]["text"]["parts"]][1] == (
        "they accept our proposal"
    )
    assert told["invariants[0]"]["when"] == 'never "guided_competition" unless heard(2)'
    assert "red_flags.no_sponsor" in told
    assert "papers.quote" not in told
    assert data["walk_away"] == {
        "guards": ["severe_problem", "budget_approved", "timely", "clear_decision_process"],
        "from": "buying_roles",
        "watch_from": "qualification",
        "at_once": ["offer_helps"],
        "when_refuted": 1,
        "go_on_when": 4,
    }


def test_a_file_that_cannot_be_read_is_complained_about(tmp_path: Path) -> None:
    """Also when it is gone between the two looks at it."""
    with pytest.raises(BadInput, match="cannot be read"):
        reasons_of(str(tmp_path / "gone.toml"))


# --- reasons


def test_reasons_are_those_of_the_fact_or_of_the_whole_file() -> None:
    """Other codes give none, and a comment without words neither."""
    plain = '[facts."a.b"]\n[facts."c.d"]\n[facts."e.f"] # lint: allow D308: so\n'
    assert ageless_reasons(plain) == {"e.f": Text("so")}
    assert ageless_reasons(f"# lint: allow D301, D308 all\nformat = 1\n{plain}") == {
        "a.b": Text("all"),
        "c.d": Text("all"),
        "e.f": Text("so"),
    }
    assert ageless_reasons(f"# lint: allow D301 no\nformat = 1\n# lint: allow D308\n{plain}") == {
        "e.f": Text("so")
    }
    spoken = "# lint: allow D308 it is signed\n# lint: allow D308 已签字\n"
    assert ageless_reasons(f"{spoken}[facts.x]\n") == {"x": Text("it is signed", "已签字")}
