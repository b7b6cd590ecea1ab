"""What commands print in a language: deals told in it, and playbooks that are in another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dealflow import Playbook, dump_playbook, load_playbook
from tests._languages import only
from tests._runner import invoked

PLAIN = "This playbook is in Chinese only."
CHINESE = "本销售打法只有英文文本，以下按原文显示。"


def run(*arguments: str) -> str:
    """What a command prints."""
    return invoked(*arguments).stdout


@pytest.mark.parametrize(
    "command",
    [
        ("demo", "--only", "1"),
        ("run", "01_fulfilled"),
        ("run", "01_fulfilled", "--brief"),
        ("show", "01_fulfilled"),
        ("coach", "01_fulfilled", "--at", "2026-02-20"),
        ("trail", "show", "01_fulfilled"),
    ],
)
def test_a_deal_of_the_demo(command: tuple[str, ...]) -> None:
    """Every command that tells a deal tells it in Chinese, names and all, when asked to."""
    told = run(*command, "--lang", "zh")
    assert "唐峰" in told
    assert "Tom Ferris" not in told
    english = run(*command, "--lang", "en")
    assert "Tom Ferris" in english
    assert "唐峰" not in english


def test_json_is_in_the_language_as_well() -> None:
    """What is written for programs is the same deal as what is printed."""
    deal = json.loads(run("run", "01_fulfilled", "--json", "--lang", "zh"))["deal"]
    assert deal["account"] == "和丰乳业"


@pytest.fixture
def english(tmp_path: Path) -> str:
    """The file of a playbook that is in English only: the shipped one without its Chinese."""
    data = only("en", load_playbook("seven_step").to_data()) | {"languages": ["en"]}
    file = tmp_path / "english.toml"
    file.write_text(dump_playbook(Playbook.from_data(data)), "utf-8")
    return str(file)


@pytest.mark.parametrize(
    "command", [("run", "01_fulfilled"), ("show", "01_fulfilled"), ("coach", "01_fulfilled")]
)
def test_a_playbook_in_one_language(command: tuple[str, ...], english: str) -> None:
    """On a page in the other language its texts are as they are, and the page says so once."""
    rules = ("--playbook", english)
    told = run(*command, *rules, "--lang", "zh")
    assert told.count(CHINESE) == 1
    assert "Seven-step sale" in told
    assert "in English only." not in run(*command, *rules, "--lang", "en")
    assert CHINESE not in run(*command, "--lang", "zh")


def test_a_playbook_on_paper(english: str) -> None:
    """The same goes for the playbook itself."""
    told = run("playbook", "show", english, "--lang", "zh")
    assert told.count(CHINESE) == 1
    assert "Budget approved" in told
    assert CHINESE not in run("playbook", "show", "seven_step", "--lang", "zh")


def test_a_chinese_playbook_in_english(tmp_path: Path) -> None:
    """A playbook in Chinese only says so to who reads English."""
    data = only("zh", load_playbook("seven_step").to_data()) | {"languages": ["zh"]}
    book = Playbook.from_data(data)
    (tmp_path / "zh.toml").write_text(dump_playbook(book), "utf-8")
    told = run("coach", "01_fulfilled", "--playbook", str(tmp_path / "zh.toml"), "--lang", "en")
    assert told.count(PLAIN) == 1
    for command in (("playbook", "lint"), ("playbook", "show")):
        assert "Traceback" not in run(*command, str(tmp_path / "zh.toml"), "--lang", "en")


def test_the_farewell_is_in_the_language_of_its_message(english: str) -> None:
    """An English message on a Chinese page greets by the full name."""
    rules = ("coach", "02_walked_away", "--at", "2026-03-25", "--lang", "zh")
    assert "王总，您好！" in run(*rules)
    assert "Hello 王建国, thank you" in run(*rules, "--playbook", english)
