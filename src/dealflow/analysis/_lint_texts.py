"""Lint of texts: translations that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dealflow.analysis._lint_base import LintFinding, found
from dealflow.playbook import Playbook

__all__ = ["lint_texts"]

_CHINESE: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ENGLISH: Final = re.compile("[A-Za-z]{2}")
_PLACES: Final = re.compile(r"\{[^}]*\}")


def lint_texts(playbook: Playbook) -> Iterator[LintFinding]:
    """Texts that say in one language what they should say in the other."""
    data = playbook.to_data()
    data.pop("trial_close", None)  # it has no texts, but a gap may be called "en"
    for place, text in _texts("", data):
        en, zh = _PLACES.sub("", text["en"]), _PLACES.sub("", text["zh"])
        if _CHINESE.search(en) and not _ENGLISH.search(en):
            yield found("D501", f"{place}.en", "the English text is Chinese")
        elif _ENGLISH.search(en) and not _CHINESE.search(zh):
            same = "is the English one" if en == zh else "has no Chinese in it"
            yield found("D501", f"{place}.zh", f"the Chinese text {same}")


def _texts(place: str, data: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every table with a text in both languages."""
    if isinstance(data, Mapping):
        if isinstance(data.get("en"), str) and "zh" in data:
            yield place, data
            return
        for key, value in data.items():
            yield from _texts(f"{place}.{key}" if place else key, value)
    elif isinstance(data, list | tuple):
        for i, item in enumerate(data):
            name = f".{item['id']}" if isinstance(item, Mapping) else f"[{i}]"
            yield from _texts(f"{place}{name}", item)
