"""Commands with their texts in another language, and help that is broken by what it takes in room.

Our own texts are looked up in our catalogue; metavars and what click says, in that for click.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from inspect import cleandoc
from itertools import pairwise
from typing import TypeVar

import click

from dealflow.cli.language import click_says
from dealflow.cli.typeset import cell_len, fold, padded
from dealflow.typing import Language
from dealflow.wording import Words

__all__ = ["told_in"]

_C = TypeVar("_C", bound=click.Command)


def told_in(language: Language, command: _C) -> _C:
    """A command, and all commands below it, in a language that click speaks at the moment.

    Args:
        language: the language.
        command: the command, which stays as it is.
    """
    words = Words(language)

    def say(text: str) -> str:
        told = words.gettext(cleandoc(text)) if text else ""
        # What click has written into our commands is in its own catalogue.
        return click_says(text) if told == text else told

    return _command(command, say)


_Say = Callable[[str], str]


def _command(command: _C, say: _Say) -> _C:
    told = copy(command)
    told.context_class = _Context
    told.options_metavar = click_says(command.options_metavar or "")
    told.help = say(command.help or "")
    # click looks for the first sentence by its full stop, which is another one here
    told.short_help = told.help.split("\n\n")[0].split("。")[0]
    told.epilog = say(command.epilog) if command.epilog else None
    told.params = [_parameter(parameter, say) for parameter in command.params]
    if isinstance(command, click.Group) and isinstance(told, click.Group):
        told.subcommand_metavar = click_says(command.subcommand_metavar)
        told.commands = {name: _command(each, say) for name, each in command.commands.items()}
    return told


def _parameter(parameter: click.Parameter, say: _Say) -> click.Parameter:
    told = copy(parameter)
    if told.metavar is not None:
        told.metavar = click_says(told.metavar)
    if isinstance(told.type, click.IntRange):
        told.type = copy(told.type)
        told.type.name = click_says(told.type.name)
    if isinstance(told, click.Option):
        told.help = say(told.help or "")
        if isinstance(told.show_default, str):
            # click puts it in brackets within brackets
            told.help += say(told.show_default)
            told.show_default = None
    return told


class _Formatter(click.HelpFormatter):
    """Help whose lines are measured in cells, as wide characters take two."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The first line: how the command is called."""
        head = f"{click_says('Usage:') if prefix is None else prefix}{prog} "
        behind = " " * cell_len(head)
        lines = _lines(args, self.width - len(behind))
        self.write(head + f"\n{behind}".join(lines) + "\n")

    def write_heading(self, heading: str) -> None:
        """The heading of a section."""
        self.write(f"{' ' * self.current_indent}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, with an empty line between them."""
        margin = " " * self.current_indent
        paragraphs = (
            "\n".join(margin + line for line in _lines(paragraph, self.width - len(margin)))
            for paragraph in text.split("\n\n")
        )
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Names with what each is about."""
        found = list(rows)
        margin = " " * self.current_indent
        first = min(max(cell_len(name) for name, _ in found), col_max) + col_spacing
        behind = margin + " " * first
        for name, about in found:
            lines = _lines(about, max(self.width - len(behind), 10))
            fits = cell_len(name) + col_spacing <= first
            self.write(margin + (padded(name, first) if fits else f"{name}\n{behind}"))
            self.write(f"\n{behind}".join(lines) + "\n")


def _lines(text: str, width: int) -> list[str]:
    """A paragraph, broken into lines."""
    flat = " ".join(text.split())
    places = [0, *fold(flat, width), len(flat)]
    return [flat[a:b].rstrip() for a, b in pairwise(places)]


class _Context(click.Context):
    formatter_class = _Formatter
