"""The language that a command speaks: known before its arguments are read, and nobody else's.

click says its own words by :func:`gettext.gettext`, which looks in the domain that the process has
set (its documentation and maintainers leave translating to that). So the domain is set while a
command runs, and set back behind it. Our own words need no such thing.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from dealflow.message import Message
from dealflow.typing import Language

__all__ = ["LANG", "asked_for", "click_says", "in_words", "speaking", "spoken"]

LANG = "dealflow.lang"
"""Where the context of a command keeps the language that was named before the command."""

# A name of our own, as what is bound to a domain stays bound.
_DOMAIN = "dealflow-click"
_LOCALES = Path(__file__).parent / "locale"
_NAMES: Mapping[Language, str] = {"en": "en", "zh": "zh_CN"}


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of the locale: the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    # The order in which the C library and gettext look; LANGUAGE, a list of wishes, is not looked
    # at.
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return "zh" if re.match(r"zh\b|zh_", locale, re.IGNORECASE) else "en"


def asked_for(arguments: Iterable[str], environment: Mapping[str, str]) -> Language:
    """The language of a command line, before click has read it.

    Help and complaints are printed while arguments are read, wherever ``--lang`` stands among them.

    Args:
        arguments: all of them; the last ``--lang`` that names a language counts.
        environment: says which when none does.
    """
    language = language_of(environment)
    words = iter(arguments)
    for word in words:
        if word == "--":  # behind it there are no options
            break
        name, equals, value = word.partition("=")
        if name == "--lang":
            named = value if equals else next(words, "")
            for known in _NAMES:
                language = known if known == named else language
    return language


def spoken() -> Language:
    """The language of the command that runs; of the locale, where none does."""
    context = click.get_current_context(silent=True)
    named = context and (context.params.get("lang") or context.meta.get(LANG))
    return named or language_of(os.environ)


def in_words(text: str) -> str:
    """A sentence of ours in the language of the command that runs."""
    if not isinstance(text, Message) or spoken() == "en":
        return text
    from dealflow.wording import Words

    return Words(spoken()).in_words(text)


def click_says(text: str) -> str:
    """A text of click's in the language that it speaks at the moment."""
    # of nothing, gettext would give the head of its catalogue
    return gettext.gettext(text) if text else ""


@contextmanager
def speaking(language: Language) -> Generator[None, None, None]:
    """Let click speak a language until the block ends."""
    domain, wishes = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(_DOMAIN, str(_LOCALES))
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = _NAMES[language]
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if wishes is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = wishes
