"""Playbooks in one language, made of playbooks in both."""

from __future__ import annotations

from typing import Any

from dealflow.typing import LANGUAGES, Language

__all__ = ["only"]


def only(language: Language, data: Any) -> Any:
    """The data of a playbook in one language: the texts in the other are left out."""
    if isinstance(data, dict):
        texts = data.keys() & set(LANGUAGES) and all(isinstance(v, str) for v in data.values())
        if texts or ("id" in data and "en" in data):
            return {key: v for key, v in data.items() if key not in LANGUAGES or key == language}
        return {key: only(language, value) for key, value in data.items()}
    return [only(language, item) for item in data] if isinstance(data, list) else data
