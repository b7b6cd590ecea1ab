"""In which language to speak: that of ``--lang``, or else of the locale."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import click

from dealflow.message import Message
from dealflow.typing import Language

__all__ = ["in_words", "language_of"]


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of the locale: the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    # The order in which the C library and gettext look; LANGUAGE, a list of wishes, is not looked
    # at.
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return "zh" if re.match(r"zh\b|zh_", locale, re.IGNORECASE) else "en"


def spoken() -> Language:
    """The language of the command that runs; of the locale, where none does."""
    context = click.get_current_context(silent=True)
    named: Language | None = context.params.get("lang") if context else None
    return named or language_of(os.environ)


def in_words(text: str) -> str:
    """A sentence of ours in the language of the command that runs."""
    if not isinstance(text, Message) or spoken() == "en":
        return text
    from dealflow.wording import Words

    return Words(spoken()).in_words(text)
