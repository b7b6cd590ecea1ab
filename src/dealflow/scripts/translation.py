"""A deal script told in another language: a file beside it with its texts, and nothing else.

``deal.zh.toml`` is what ``deal.deal.toml`` says, in Chinese: each key is a text as it stands there,
and its value the text to put in its place. Dates, facts, moves and expectations are not there
twice, so the two cannot come to differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dealflow.exceptions import InputError, Problem
from dealflow.forms import PLAIN, Filled, Form, Kind, Style, printable
from dealflow.message import message
from dealflow.playbook import decode_toml, located, parse_toml

__all__ = ["read_texts", "translated"]

_IN_BOTH = ("title", "story", "comment")
"""What stands in a script in every language, where it is a table."""

_FORM: Form[Any] = Form(Kind(Style(PLAIN[str]), PLAIN), Mapping[str, Filled])


def read_texts(data: bytes, name: str, script: Mapping[str, Any]) -> Mapping[str, str]:
    """The texts of a script in another language, by what stands in the script.

    Args:
        data: TOML, in UTF-8; at most 1 MiB.
        name: what to call the file in errors.
        script: the tables of the script.

    Raises:
        InputError: no TOML, something else than texts, or a text that the script has nowhere;
            with every problem and its place.
    """
    text = decode_toml(data, name, InputError)
    tables = parse_toml(text, name, InputError)
    problems: list[Problem] = []
    texts: Mapping[str, str] | None = _FORM.read(tables, problems)
    unused = tables.keys() - set(_strings(script)) if texts is not None else ()
    # Quotes are longer than other keys, and a place that is cut short is found nowhere.
    places = (each if each.isprintable() else printable(each) for each in unused)
    problems += (Problem(place, message("the script says this nowhere")) for place in places)
    if problems or texts is None:
        raise InputError(located(sorted(problems, key=str), text, tables), name)
    return texts


def translated(data: Any, texts: Mapping[str, str]) -> Any:
    """The tables of a script, with texts in the place of those that they stand for."""
    if isinstance(data, Mapping):
        return {
            key: value if _told_in_both(key, value) else translated(value, texts)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [translated(item, texts) for item in data]
    return texts.get(data, data) if isinstance(data, str) else data


def _strings(data: Any) -> Iterator[str]:
    """Every text in tables that a translation may stand for."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if not _told_in_both(key, value):
                yield from _strings(value)
    elif isinstance(data, list):
        for item in data:
            yield from _strings(item)
    elif isinstance(data, str):
        yield data


def _told_in_both(key: str, value: Any) -> bool:
    return key in _IN_BOTH and isinstance(value, Mapping)
