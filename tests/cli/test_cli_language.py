"""The command line in Chinese: help, usage errors, and what the commands on rules print."""

from __future__ import annotations

import ast
import gettext
import json
import os
import re
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import click
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import dealflow
from dealflow import Deal, Money, dumps, load_playbook
from dealflow.analysis import deal_at
from dealflow.analysis.solver import START
from dealflow.cli import cli, main
from dealflow.cli.language import asked_for, in_words, spoken
from dealflow.message import message
from tests._english import english_on_page
from tests._lint import CLEAN, FAULTS, MET, planted
from tests._runner import invoked
from tests.deals import MOVES, SMALL

BOOK = load_playbook("seven_step")
LOCALE = Path(dealflow.__file__).parent / "cli" / "locale" / "zh_CN" / "LC_MESSAGES"
PO = LOCALE / "dealflow-click.po"
SHIPPED = Path(dealflow.__file__).parent / "playbook" / "shipped"
TEXT = (SHIPPED / "seven_step.toml").read_text(encoding="utf-8")
DEMO = Path(dealflow.__file__).parent / "scripts" / "demo" / "02_walked_away.deal.toml"
ENGLISH_HELP = "Show this message and exit."
CHINESE_HELP = "显示本帮助并退出。"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, in an English terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def paths(command: click.Command, *way: str) -> Iterator[tuple[str, ...]]:
    """The ways to a command and to all below it."""
    yield way
    for name, each in getattr(command, "commands", {}).items():
        yield from paths(each, *way, name)


WAYS = list(paths(cli))


def chinese(*arguments: object, code: int = 0, given: bytes | None = None) -> str:
    """What a command prints in Chinese, complaints included; there is no English in it."""
    result = invoked("--lang", "zh", *arguments, given=given)
    printed = result.stdout + result.stderr
    assert result.exit_code == code, printed
    words = [word for word in map(str, arguments) if not word.startswith("-")]
    known = [" ".join(["cli", *words[:n]]) for n in range(3)]
    assert list(english_on_page(printed, known)) == []
    return printed


# help


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way) or "all")
def test_help_is_chinese(place: Path, way: tuple[str, ...]) -> None:
    """Of every command and group, with what click says, and its lines keep to the width."""
    help_text = chinese(*way, "--help")
    assert help_text.startswith("用法：")
    assert CHINESE_HELP in help_text
    assert "--lang [en|zh]" in help_text


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way) or "all")
def test_help_is_english_without_being_asked(place: Path, way: tuple[str, ...]) -> None:
    """And no Chinese is left in it, whichever language was spoken before."""
    before = invoked(*way, "--help").stdout
    chinese(*way, "--help")
    assert invoked(*way, "--help").stdout == before
    assert before.isascii()
    assert ENGLISH_HELP in before


def test_where_the_language_may_be_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the command, among its options, behind --help; or nowhere, in a Chinese terminal."""
    expected = chinese("coach", "--help")
    for arguments in (
        ("--lang", "zh", "coach", "--help"),
        ("--lang=zh", "coach", "--help"),
        ("--lang", "en", "coach", "--lang", "zh", "--help"),
        ("coach", "--help", "--lang", "zh"),
    ):
        assert invoked(*arguments).stdout == expected
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert invoked("coach", "--help").stdout == expected
    assert ENGLISH_HELP in invoked("coach", "--help", "--lang", "en").stdout


def test_a_language_named_before_the_command_is_that_of_what_it_prints(place: Path) -> None:
    """Of the program or of a group; the command's own counts more."""
    assert "七步销售法" in invoked("--lang", "zh", "playbook", "list").stdout
    assert "七步销售法" in invoked("playbook", "--lang", "zh", "list").stdout
    assert "Seven-step" in invoked("--lang", "zh", "playbook", "list", "--lang", "en").stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["--lang", "en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--lang", "zh", "--lang", "en"], {}, "en"),
        (["--lang=zh", "coach"], {}, "zh"),
        (["--", "--lang", "zh"], {}, "en"),
        (["--lang", "fr"], {"LANG": "zh"}, "zh"),
        (["--lang"], {}, "en"),
        (["--language", "zh"], {}, "en"),
    ],
    ids=str,
)
def test_the_language_is_known_before_the_arguments_are_read(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    """The last one named counts, and the locale when none is."""
    assert asked_for(arguments, environment) == language


def test_help_keeps_to_the_width(place: Path) -> None:
    """A wide character takes two places, and a long name stands on a line of its own."""
    lines = chinese("playbook", "test", "--help").splitlines()
    wide = [sum(1 + (ord(sign) > 0x2E7F) for sign in line) for line in lines]
    assert 70 < max(wide) <= 80
    (long,) = (n for n, line in enumerate(lines) if "--cov-fail-under" in line)
    assert lines[long + 1].lstrip().startswith("覆盖率")


def test_nothing_is_left_behind(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the domain of the process nor its wishes, after help, a complaint and an error."""
    gettext.textdomain("theirs")
    try:
        for wishes in (None, "de"):
            if wishes:
                monkeypatch.setenv("LANGUAGE", wishes)
            for arguments in (["--help"], ["sing"], ["show", "gone.jsonl"], ["playbook", "list"]):
                main(["--lang", "zh", *arguments])
                assert gettext.textdomain() == "theirs"
                assert os.environ.get("LANGUAGE") == wishes
    finally:
        gettext.textdomain("messages")


@pytest.mark.parametrize("way", [("playbook",), ("trail",)], ids=str)
def test_without_a_command_there_is_help(place: Path, way: tuple[str, ...]) -> None:
    """And no complaint around it."""
    assert chinese(*way, code=2) == chinese(*way, "--help")


# complaints


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sing",), "没有命令'sing'。"),
        (("dimo",), "没有命令'dimo'。"),
        (("coach",), "缺少参数'文件'。"),
        (("backtest", "x.csv"), "缺少选项'--mapping'。"),
        (("demo", "--onli"), "您要的是不是"),
        (("--sing", "demo"), "没有选项"),
        (("coach", "x", "--at"), "后面要有取值"),
        (("coach", "x", "--exit-code=3"), "后面不能有取值"),
        (("coach", "x", "y"), "多出的参数：y"),
        (("demo", "--only", "0"), "0不在范围x>=1内"),
        (("demo", "--only", "x"), "'x'不是整数"),
        (("demo", "--only", "99"), "一共有3笔商机"),
        (("playbook", "lint", "x", "--format", "yaml"), "'yaml'不是可选的值"),
        (("coach", "01_fulfilled", "--at", "soon"), "'soon'不是日期"),
        (("coach", "01_fulfilled", "--at", "2020-01-01"), "商机在此之后才新建"),
        (("demo", "--svg", "x.svg", "--json"), "--svg与--json不能同时使用"),
        (("playbook", "show", "seven_step", "--for-signature", "--json"), "不能同时使用"),
        (("coach", "01_fulfilled", "--to", "nowhere"), "没有通往'nowhere'的路径"),
        (("trail", "verify", "x", "--head", "xyz"), "'xyz'不是哈希"),
    ],
    ids=str,
)
def test_complaints_about_usage(place: Path, arguments: tuple[str, ...], says: str) -> None:
    """Each kind in Chinese, with exit code 2."""
    printed = chinese(*arguments, code=2)
    assert says in printed
    assert "错误：" in printed


def test_complaints_of_the_program(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same through main(), which prints them itself."""
    assert main(["--lang", "zh", "demo", "--only", "99"]) == 2
    err = capsys.readouterr().err
    assert err.splitlines()[0] == "用法：dealflow demo [选项]"
    assert err.endswith("错误：'--only'的取值无效：一共有3笔商机\n")


def test_where_no_command_runs_the_locale_says_which(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts of ours are told in it, and others stay as they are."""
    assert (spoken(), in_words(message("there are {n} deals", n=3))) == ("en", "there are 3 deals")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert in_words(message("there are {n} deals", n=3)) == "一共有3笔商机"
    assert in_words("there are 3 deals") == "there are 3 deals"


# the catalogue for click


def said_by_click() -> Iterator[str]:
    """What click says in help and about usage, as its modules give it to gettext."""
    spec = find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        tree = ast.parse(Path(spec.origin).with_name(f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                count = {"_": 1, "ngettext": 2}.get(node.func.id, 0)
                for text in node.args[:count]:
                    if isinstance(text, ast.Constant):
                        yield str(text.value)


# Of parameters of kinds that we have none of, of prompts, and of mistakes in the code.
NOT_OURS = (
    *("Do you want to continue?", "Confirm the action without prompting.", "file", "directory"),
    *("path", "%(prog)s, version %(version)s"),
    *("DeprecationWarning: ", "Name '", "Boolean option ", "Could not determine name"),
    *("No options defined", "Arguments take exactly", "Invalid start character"),
    *("{name} ", "{text} {deprecated_message}", "{len_type} values", "{value!r} does not match"),
    *("{value!r} is not a valid b", "{value!r} is not a valid UUID", "Choice("),
)


def metavars(way: tuple[str, ...]) -> Iterator[str]:
    """What stands in our help for what is to be given, unless it is one letter."""
    command: click.Command = cli
    for name in way:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    for parameter in command.params:
        if len(parameter.metavar or "") > 1:
            yield str(parameter.metavar)


def test_all_that_click_may_say_here_is_translated() -> None:
    """In the version that is installed, with our own words for what is to be given."""
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    # as they stand there: two entries whose plurals differ from version to version are one to Babel
    lines = re.findall(r'^msgid(?:_plural)? (".*")$', PO.read_text(encoding="utf-8"), re.MULTILINE)
    known = set(map(ast.literal_eval, lines))
    ours = {metavar for way in WAYS for metavar in metavars(way)}
    missing = ({text for text in said_by_click() if not text.startswith(NOT_OURS)} | ours) - known
    assert missing == set()
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    assert PO.with_suffix(".mo").read_bytes() == compiled.getvalue()


# the commands on rules


PLANTED = [
    pytest.param(code, changes, id=f"{code} {name}")
    for code, faults in FAULTS.items()
    for name, changes, _ in faults
]


@pytest.mark.parametrize(("code", "changes"), PLANTED)
def test_findings_are_chinese(place: Path, code: str, changes: list[tuple[str, str]]) -> None:
    """Of every code and in every form of it, with the deal that shows it."""
    Path("ours.toml").write_text(planted(*changes), encoding="utf-8")
    result = invoked("playbook", "lint", "ours.toml", "--lang", "zh")
    assert f": {code} " in result.stdout
    assert list(english_on_page(result.stdout)) == []


def test_the_counts_of_findings(place: Path) -> None:
    """Nothing, errors and warnings, and what was not decided."""
    Path("ours.toml").write_text(CLEAN, encoding="utf-8")
    assert chinese("playbook", "lint", "ours.toml") == "✓ ours.toml：没有发现问题\n"
    undecided = chinese("playbook", "lint", "ours.toml", "--limit", "1").splitlines()
    assert undecided[-1] == f"? {len(undecided) - 1}项未判定"
    once = next(changes for _, changes, _ in FAULTS["D401"])
    Path("ours.toml").write_text(planted(*once), encoding="utf-8")
    found = chinese("playbook", "lint", "ours.toml", code=1).splitlines()
    assert found[0].startswith("ours.toml:")
    assert "D401 guards.money_there.standing：这个放弃条件只在离开" in found[0]
    assert found[-1] == "✗ 1个错误"


def test_what_programs_read_is_english(place: Path) -> None:
    """JSON and the commands of a build's log are the same in any language."""
    once = next(changes for _, changes, _ in FAULTS["D404"])
    Path("ours.toml").write_text(planted(*once), encoding="utf-8")
    for form in (("--json",), ("--format", "json"), ("--format", "github")):
        told = [
            invoked("playbook", "lint", "ours.toml", *form, "--lang", lang).stdout
            for lang in ("en", "zh")
        ]
        assert told[0] == told[1]
        assert told[0].isascii()


def test_proofs_are_chinese(place: Path) -> None:
    """Proved, refuted and not decided; a test to paste stays as it is."""
    proved = chinese("playbook", "prove", "seven_step")
    assert proved.startswith("七步销售法  seven_step")
    assert "已证明：" in proved
    Path("loose.toml").write_text(SMALL + MOVES, encoding="utf-8")
    claim = '"last" unless be.rich'
    refuted = chinese("playbook", "prove", "loose.toml", "--never", claim, code=1)
    assert "已推翻：" in refuted
    assert "尽管be.rich的结果是“尚不清楚”" in refuted
    assert "def test_never_last_unless_be_rich(deal_at):" in refuted
    undecided = chinese("playbook", "prove", "seven_step", "--limit", "1", code=1)
    assert "需要的步数超过1步" in undecided
    assert "没有需要证明的内容" in chinese("playbook", "prove", "loose.toml")


def test_proofs_as_data_are_english(place: Path) -> None:
    """Programs read what they read before."""
    Path("loose.toml").write_text(SMALL + MOVES, encoding="utf-8")
    claim = ("--never", '"last" unless be.rich', "--json", "--lang", "zh")
    (found,) = json.loads(invoked("playbook", "prove", "loose.toml", *claim).stdout)["theorems"]
    assert found["verdict"] == "refuted"
    assert found["counterexample"]["because"] == "be.rich is unknown"


def test_differences_are_chinese(place: Path) -> None:
    """Moves with a deal for each, and recorded deals."""
    Path("tighter.toml").write_text(
        TEXT.replace("budget.amount >= deal.amount", "budget.amount > deal.amount"),
        encoding="utf-8",
    )
    Path("deal.trail").write_text(dumps(deal_at(BOOK, "guided_competition").trail), "utf-8")
    told = chinese("playbook", "diff", "seven_step", "tighter.toml", "--trails", "deal.trail")
    assert "qualification → buying_roles：收紧，会拦下以前能通过的商机" in told
    assert "有一笔商机以前能通过，现在被budget_approved拦下：" in told
    assert "现在被budget_approved拦下，同上" in told
    assert "已记录的3次推进尝试中，有2次的判定会不同。" in told
    assert "以前：可以推进，现在：放弃（budget_approved）" in told.replace("\n    ", "")
    assert "现在能通过，以前被" in chinese("playbook", "diff", "tighter.toml", "seven_step")
    assert "内容相同" in chinese("playbook", "diff", "seven_step", "seven_step")


@pytest.mark.parametrize(
    "rule",
    [
        'good_for = "P9D"',
        "sources = { first_hand = true }",
        'sources = { roles = ["buyer"] }',
        "sources = { at_least = 2 }",
    ],
)
def test_how_a_witness_knows_is_chinese(place: Path, rule: str) -> None:
    """Old answers, hearsay and our own eyes."""
    title = 'title = { en = "they are rich", zh = "富" }\ntype = "yes_no"\n'
    Path("old.toml").write_text(SMALL + MOVES, encoding="utf-8")
    new = (SMALL + MOVES).replace(title, title + rule + "\n")
    Path("new.toml").write_text(new, encoding="utf-8")
    assert "be.rich为是，由" in chinese("playbook", "diff", "old.toml", "new.toml")


def test_what_is_said_of_a_person_is_chinese(place: Path) -> None:
    """A fact of somebody is told with whose it is."""
    for name, condition in (("old", "not person.pays"), ("new", "person.pays")):
        text = planted((MET, f'when = "some(user, {condition})"'))
        Path(f"{name}.toml").write_text(text, encoding="utf-8")
    told = chinese("playbook", "diff", "old.toml", "new.toml")
    assert "user的person.pays为否，由" in told


def test_a_command_without_help_has_none() -> None:
    """Then there are no words to choose."""
    silent = click.Group.command(cli, "silent", add_help_option=False)
    made = silent(lambda: None)
    del cli.commands["silent"]
    assert made.get_help_option(click.Context(made)) is None


def test_moves_that_come_and_go_are_chinese(place: Path) -> None:
    """As are recorded deals that have made one of them, and a search that was given up."""
    skip = '[[moves]]\nid = "skip"\nfrom = "one"\nto = "last"\n'
    Path("old.toml").write_text(SMALL + MOVES + skip, encoding="utf-8")
    Path("new.toml").write_text(SMALL + MOVES, encoding="utf-8")
    book = load_playbook("old.toml")
    deal = Deal.open(book, id="D-7", account="A", by="r", at=START, amount=Money("1", "EUR"))
    deal.observe("be.good", True, by="r", at=START)
    deal.advance(to="last", by="r", at=START)
    Path("deal.trail").write_text(dumps(deal.trail), encoding="utf-8")
    told = chinese("playbook", "diff", "old.toml", "new.toml", "--trails", "deal.trail")
    assert "one → last：取消，不再有这一推进" in told
    assert "以前：可以推进，现在：没有这一推进" in told
    assert "one → last：新增" in chinese("playbook", "diff", "new.toml", "old.toml")
    Path("tighter.toml").write_text(
        TEXT.replace("budget.amount >= deal.amount", "budget.amount > deal.amount"),
        encoding="utf-8",
    )
    given_up = chinese("playbook", "diff", "seven_step", "tighter.toml", "--limit", "1")
    assert "：未判定，在上限之内未能判定" in given_up


def test_tests_are_chinese(place: Path) -> None:
    """Scripts with what they miss, and what they cover of a playbook."""
    Path("one.deal.toml").write_bytes(DEMO.read_bytes())
    told = chinese("playbook", "test", "seven_step", "one.deal.toml", "--cov")
    assert "1个案例脚本中有1个符合预期" in told
    assert "步骤 steps" in told
    assert "“下次沟通已定日期”（next_talk_dated）从未出现过“不成立”的结果" in told
    assert 'assert_refused(deal_at("' in told
    short = chinese(
        *("playbook", "test", "seven_step", "one.deal.toml", "--cov-fail-under", "steps:100"),
        code=1,
    )
    assert "步骤 steps：已覆盖7项中的" in short


def test_what_tests_miss_is_chinese(place: Path) -> None:
    """Every kind of expectation, and a refusal that a line does not expect."""
    text = DEMO.read_text(encoding="utf-8")
    changed = text.replace('expect.step = "buying_roles"', 'expect.step = "negotiation"')
    changed = changed.replace('expect.verdict = "walk_away"', 'expect.verdict = "ready"')
    changed = changed.replace("expect.refused = [", 'expect.refused = ["first_talk", ', 1)
    changed = changed.replace('expect.outcome = "walked_away"', 'expect.outcome = "lost"')
    Path("one.deal.toml").write_text(changed, encoding="utf-8")
    told = chinese("playbook", "test", "seven_step", "one.deal.toml", code=1)
    assert "步骤：预期negotiation，实际buying_roles" in told
    assert "结论：预期ready，实际walk_away" in told
    assert "拦下：预期budget_approved clear_decision_process " in told
    assert "结局：预期lost，实际walked_away" in told
    silent = "\n".join(line for line in text.splitlines() if not line.startswith("expect"))
    Path("one.deal.toml").write_text(silent, encoding="utf-8")
    told = chinese("playbook", "test", "seven_step", "one.deal.toml", code=1)
    assert "行：被severe_problem、budget_approved、" in told
    assert "拦下，而这一行没有预期会这样" in told.replace("\n    ", "")
