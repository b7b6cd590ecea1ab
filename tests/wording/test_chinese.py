"""The Chinese that people see is written as a Chinese sales team writes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import dealflow
from dealflow.playbook import load_playbook, shipped_playbooks
from tests._chinese import HAN, amiss, faults

ROOT = Path(dealflow.__file__).parents[2]
CATALOGUE = "locale/zh_CN/LC_MESSAGES/dealflow.po"


def strings(data: Any) -> Iterator[str]:
    """Every Chinese text in the tables of a file, keys apart."""
    if isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for item in data:
            yield from strings(item)
    elif isinstance(data, str) and HAN.search(data):
        yield data


@pytest.mark.parametrize("id", shipped_playbooks())
def test_playbooks(id: str) -> None:
    """Shipped playbooks have the field's words, and no punctuation of another language."""
    assert faults(strings(load_playbook(id).to_data())) == []


# What stands in a sentence as it is typed in a file has the marks that it has there.
_CODE = re.compile(r"""\b\w+\([^()]*\)|[=!]=|'?"[^"]*"( in|'?)""")


def test_catalogue() -> None:
    """So has every message."""
    with (resources.files("dealflow.wording") / CATALOGUE).open("rb") as file:
        catalogue = read_po(file)
    said = [message.string for message in catalogue if message.id]
    texts = [each if isinstance(each, str) else (each or [""])[0] for each in said]
    # Help has several paragraphs.
    paragraphs = [_CODE.sub("X", part) for text in texts for part in text.split("\n\n")]
    assert faults(part for part in paragraphs if HAN.search(part)) == []


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "src").rglob("demo/*.toml")))
def test_demo_files(name: str) -> None:
    """So has every deal of the demo, and what tells it in Chinese."""
    text = (ROOT / "src/dealflow/scripts/demo" / name).read_text(encoding="utf-8")
    assert faults(strings(tomllib.loads(text))) == []


@pytest.mark.parametrize("page", ["README.zh-CN.md", "docs/tutorial.zh-CN.md"])
def test_pages(page: str) -> None:
    """So have the pages that are written in Chinese, but for what is code."""
    text = (ROOT / page).read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```|\]\([^)]*\)", "", text, flags=re.DOTALL)
    prose = re.sub("`[^`]*`", "X", prose)
    assert faults(line for line in prose.splitlines() if HAN.search(line)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("价格,日期", "half-width punctuation"),
        ("价格(含税)", "half-width punctuation"),
        ("张三（最终决策者（EB））", "brackets inside brackets"),
        ("张三（总经理）（转述）", "brackets behind brackets"),
        ("结论： 放弃", "a space behind full-width punctuation"),
        ("这笔交易", "a word that nobody says"),
        ("脚本", "a word that nobody says"),
        ("责任上限", "a word that nobody says"),
        ("听取3人", "a word that nobody says"),
        ("引导和竞争对比", "a word that nobody says"),
    ],
)
def test_faults_are_found(text: str, what: str) -> None:
    """The judge of all these sees what it is there for."""
    assert [fault.partition(":")[0] for fault in amiss(text)][:1] == [what]


@pytest.mark.parametrize(
    "text",
    [
        *("案例脚本", "赔偿责任上限", "已听取3人意见", "方案引导与竞争对比"),
        *("张三（IT经理）：好。 · 李四", "10.5天，v1.2"),
    ],
)
def test_what_is_right_passes(text: str) -> None:
    """The judge lets pass what is right."""
    assert list(amiss(text)) == []
