"""Commands that can be told in another language: click's, with nothing of their own but words.

A command line in Chinese is read by copies of the commands, with texts in Chinese: so nothing of a
language is left in the commands themselves, whichever they have spoken before.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from dealflow.cli.language import asked_for, click_says, speaking
from dealflow.typing import Language

__all__ = ["Group", "Program"]


class Command(click.Command):
    """A command whose option for help is in the language of the moment."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option for help."""
        option = super().get_help_option(ctx)
        if option is not None:
            # click keeps the option once it is made, with the words that it had then
            option.help = click_says("Show this message and exit.")
        return option


class Group(Command, click.Group):
    """Commands of ours under a name."""

    command_class = Command


class Program(Group):
    """All commands: they speak the language that the arguments or the locale ask for.

    Attributes:
        language: what these commands are told in.
    """

    language: Language = "en"

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line, as click does."""
        language = asked_for(sys.argv[1:] if args is None else args, os.environ)
        told = self
        with speaking(language):
            if language != "en":
                # only then, as English needs no catalogue and no second way to break lines
                from dealflow.cli.told import told_in

                told = told_in(language, self)
                told.language = language
            return click.Group.main(
                told,
                args,
                prog_name,
                complete_var,
                standalone_mode,
                windows_expand_args=windows_expand_args,
                **extra,
            )

    def make_context(self, *args: Any, **rest: Any) -> click.Context:
        """What click makes of the arguments before the command."""
        with _punctuated(self.language):
            return super().make_context(*args, **rest)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the arguments name."""
        with _punctuated(self.language):
            return super().invoke(ctx)


@contextmanager
def _punctuated(language: Language) -> Generator[None, None, None]:
    """Let complaints about usage have the punctuation of their language."""
    try:
        yield
    except click.UsageError as error:
        # whoever names no command is shown the help, and not a complaint
        if language == "en" or type(error).show is not click.UsageError.show:
            raise
        # click puts sentences together itself, with full stops, commas and spaces of its own
        said = error.format_message()
        for wrong, right in _PUNCTUATION:
            said = wrong.sub(right, said)
        raise click.UsageError(said, error.ctx) from error


_PUNCTUATION = (
    (re.compile(r"(?<=[一-鿿]) (?=')"), ""),
    (re.compile(r"(?<=')\.(?=\s|$)"), "。"),
    (re.compile(r"(?<=[。？]) +"), ""),
    (re.compile(r"(?<='), (?=')"), "、"),
)
