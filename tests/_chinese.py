"""What is wrong with a Chinese text, as far as a machine can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["HAN", "SOURCE_WORDS", "amiss", "faults"]

SOURCE_WORDS = (
    *("公司老板", "情报交流者", "经济买主", "技术顾问", "考验结束", "(?<!方案)引导和?与?竞争对比"),
    *("交易", "生意", "单子", "剧本", "(?<!案例)脚本", "搁置", "反应模式", "建立商机", "补偿责任"),
    *("(?<!赔偿)责任上限", r"听取(?:\{n\}|\d+)人(?!意见)", "头九十天", "拍板放款"),
    *("有的采购角色", "没人关闭"),
)
"""Words of the source, and of translations, that no Chinese sales team says: patterns of them."""

_HAN = "\u3400-\u9fff"
HAN = re.compile(f"[{_HAN}]")
"""A Chinese character."""

_FAULTS = {
    "half-width punctuation": re.compile(
        rf"[{_HAN}”’）》][,;:!?()]|[,;:!?()][{_HAN}“‘（《]|[{_HAN}]\.(?!\w)|[{_HAN}]\"|\"[{_HAN}]"
    ),
    "brackets inside brackets": re.compile("（[^（）]*（|[(][^()]*[(]"),
    "brackets behind brackets": re.compile("）（"),
    "a space behind full-width punctuation": re.compile("[，。！？、；：” ] +(?!· |→ |$)"),
    "a word that nobody says": re.compile("|".join(SOURCE_WORDS)),
}


def amiss(text: str) -> Iterator[str]:
    """Everything that is wrong with a Chinese text, with the place."""
    for what, pattern in _FAULTS.items():
        for found in pattern.finditer(text):
            start = max(found.start() - 6, 0)
            yield f"{what}: {text[start : found.end() + 6]!r}"


def faults(texts: Iterator[str]) -> list[str]:
    """What is wrong with any of some texts, of which there must be some."""
    found = list(texts)
    assert found
    return [fault for text in found for fault in amiss(" ".join(text.split()))]
