"""Types that callers meet: languages, JSON values and the clock that edges pass in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol, TypeAlias

__all__ = ["JSON", "Language"]

Language: TypeAlias = Literal["en", "zh"]
"""The languages that the shipped playbooks and messages speak."""

JSON: TypeAlias = "bool | int | str | list[JSON] | dict[str, JSON] | None"
"""A value of the canonical JSON profile: no floats."""


class Clock(Protocol):
    """Anything that tells the time as an aware datetime. The core never reads one."""

    def __call__(self) -> datetime:
        """The present instant, timezone-aware."""
        ...
