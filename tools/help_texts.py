"""Collects what the command line says in help for the catalogue of messages, as Babel asks for it.

Help stands where click wants it: in docstrings, and in arguments of decorators. Neither is a call
that Babel knows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from typing import IO, Any

from babel.messages.extract import extract_python

__all__ = ["collected"]

_TEXTS = frozenset({"help", "epilog", "show_default"})
_Found = tuple[int, Any, Any, Any]


def collected(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Sequence[str],
    options: Any,
) -> Iterator[_Found]:
    """What Babel finds in Python source, and the texts of help besides.

    Returns:
        For each message its line, the function that it is given to, itself, and comments.
    """
    tree = ast.parse(file.read())
    file.seek(0)
    yield from extract_python(file, keywords, comment_tags, options)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
            text = ast.get_docstring(node)
            if text:
                yield node.lineno, None, text, []
        elif isinstance(node, ast.keyword) and node.arg in _TEXTS and _is_text(node.value):
            text = cleandoc(ast.literal_eval(node.value))
            yield node.value.lineno, None, text, []


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _makes_command(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("command", "group")
    )
