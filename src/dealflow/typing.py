"""Types that callers meet: languages and JSON values."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

__all__ = ["JSON", "LANGUAGES", "Language"]

Language: TypeAlias = Literal["en", "zh"]
"""The languages that the shipped playbooks and messages speak."""

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
"""All of them."""

JSON: TypeAlias = "bool | int | str | list[JSON] | dict[str, JSON] | None"
"""A value of the canonical JSON profile: no floats."""
