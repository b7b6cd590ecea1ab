"""Deal scripts that are told in another language: the same deal, in other words."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from dealflow import InputError, Text
from dealflow.scripts import load_script, play, shipped_scripts
from dealflow.scripts.translation import translated
from dealflow.trail import dumps
from dealflow.typing import Language

DEMO = resources.files("dealflow.scripts") / "demo"
TOLD = tuple(id for id in shipped_scripts() if (DEMO / f"{id}.zh.toml").is_file())

LONG = "Nobody has said this. " * 7 + "Nobody."
SCRIPT = """\
format = 1
playbook = "seven_step"
title = { en = "Short", zh = "短" }
story = { en = "Short", zh = "短。" }
[deal]
id = "D-9"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
[contacts.tom]
name = "Tom Baker"
[[lines]]
at = 2026-03-02T10:00:00Z
who = "tom"
says = "Short"
facts.need.presenting = "papers"
comment = { en = "Short", zh = "短。" }
"""


def events(source: str | Path, language: Language | None = None) -> list[Any]:
    """The events of a script's trail as data, with times and people but without their hashes."""
    trail = play(load_script(source, language)).deal.trail
    return [strip(json.loads(line)) for line in dumps(trail).splitlines()[1:]]


def texts(data: Any) -> list[str]:
    """Every text in some data."""
    if isinstance(data, dict):
        return [text for value in data.values() for text in texts(value)]
    if isinstance(data, list):
        return [text for item in data for text in texts(item)]
    return [data] if isinstance(data, str) else []


def test_all_are_told_in_chinese() -> None:
    """Every deal of the demo is in Chinese as it stands, or has its texts beside it."""
    assert set(shipped_scripts()) - set(TOLD) == {"02_walked_away"}


@pytest.mark.parametrize("id", TOLD)
def test_the_same_trail_but_for_texts(id: str) -> None:
    """Both tellings come to the same trail: every difference is a text, put in place of its own."""
    words = tomllib.loads((DEMO / f"{id}.zh.toml").read_text(encoding="utf-8"))
    assert translated(events(id), words) == events(id, "zh")
    assert events(id) != events(id, "zh")


def strip(data: Any) -> Any:
    """Data without hashes."""
    if isinstance(data, dict):
        return {key: strip(value) for key, value in data.items()}
    if isinstance(data, list):
        return [strip(item) for item in data]
    return "HASH" if isinstance(data, str) and re.fullmatch("[0-9a-f]{64}", data) else data


@pytest.mark.parametrize("id", TOLD)
def test_nothing_is_left_in_english(id: str) -> None:
    """Whatever has a space or a capital in the trail of the Chinese telling is Chinese."""
    english = re.compile("[a-z]{2} [a-z]|^[A-Z][a-z]")
    assert [text for text in texts(events(id, "zh")) if english.search(text)] == []


@pytest.mark.parametrize("id", shipped_scripts())
def test_expectations_hold_in_each(id: str) -> None:
    """Whatever the language, the deal goes as its script expects."""
    for language in (None, "en", "zh"):
        assert play(load_script(id, language)).failures == ()


@pytest.mark.parametrize("name", ["own.deal.toml", "own.toml"])
def test_a_script_of_ones_own(tmp_path: Path, name: str) -> None:
    """A file beside a script tells it in another language; what it does not have stays."""
    (tmp_path / name).write_text(SCRIPT, encoding="utf-8")
    beside = tmp_path / "own.zh.toml"
    beside.write_text('"Short" = "就这样"\n"Northwind" = "北风"\n', encoding="utf-8")
    script = load_script(tmp_path / name, "zh")
    line = script.lines[0]
    assert script.opening.account == "北风"
    told: Any = line.action
    assert told.quote == "就这样"
    assert told.facts == {"need.presenting": "papers"}
    # what stands there in both languages is left alone
    assert (script.title.en, script.story.en) == ("Short", "Short")
    assert line.comment == Text("Short", "短。")
    for language in (None, "en"):
        assert load_script(tmp_path / name, language).opening.account == "Northwind"
    # and the translation is no script
    with pytest.raises(InputError):
        load_script(beside, "zh")


def test_plain_texts(tmp_path: Path) -> None:
    """A title, story or comment without a language is for every reader, and may be translated."""
    plain = re.sub(r'\{ en = ("[^"]+"), zh = "[^"]+" \}', r"\1", SCRIPT)
    (tmp_path / "own.deal.toml").write_text(plain, encoding="utf-8")
    (tmp_path / "own.zh.toml").write_text('"Short" = "短"', encoding="utf-8")
    cases: list[tuple[Language | None, str]] = [(None, "Short"), ("zh", "短")]
    for language, text in cases:
        script = load_script(tmp_path / "own.deal.toml", language)
        assert (script.title, script.story) == (Text(text, text), Text(text, text))
        assert script.lines[0].comment == Text(text, text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('"Short" = "x"\n"Shrot" = "x"', "own.zh.toml:2:1: Shrot: the script says this nowhere"),
        ('"a\\u00a0" = "x"', "own.zh.toml: 'a\\xa0': the script says this nowhere"),
        (f'"{LONG}" = "x"', f"own.zh.toml:1:1: {LONG}: the script says this nowhere"),
        ('"Short" = ""', "own.zh.toml:1:1: Short: is empty"),
        ('"Short" = 1', "own.zh.toml:1:1: Short: 1 is not a text"),
        ("Short", "own.zh.toml:1:6: is not TOML: Expected '=' after a key in a key/value pair"),
    ],
)
def test_what_is_wrong_with_it(tmp_path: Path, text: str, problem: str) -> None:
    """A text that the script has nowhere, an empty one, and what is no text, have their place."""
    (tmp_path / "own.deal.toml").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "own.zh.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_script(tmp_path / "own.deal.toml", "zh")
    (told,) = str(caught.value).splitlines()
    assert told.endswith(problem)


def test_problems_of_the_script_keep_their_places(tmp_path: Path) -> None:
    """Told in another language, a script that is wrong is wrong in the same place."""
    wrong = SCRIPT.replace('who = "tom"', 'who = "tim"')
    (tmp_path / "own.deal.toml").write_text(wrong, encoding="utf-8")
    (tmp_path / "own.zh.toml").write_text('"Short" = "就这样"', encoding="utf-8")
    found = []
    for language in (None, "zh"):
        with pytest.raises(InputError) as caught:
            load_script(tmp_path / "own.deal.toml", language)
        found.append(caught.value.problems)
    assert found[0] == found[1]
