"""What commands share: the options that all of them have, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dealflow.cli.language import LANG, spoken
from dealflow.typing import Language

if TYPE_CHECKING:
    from dealflow.cli.output import Page
    from dealflow.playbook import Playbook

__all__ = ["common", "leave", "new_page", "rules_of", "speaks", "spoken_before"]

_F = TypeVar("_F", bound=Callable[..., Any])
_FINDINGS = 1


def speaks(command: _F) -> _F:
    """The option of every command to name the language."""
    return _lang(default=spoken)(command)


def spoken_before(group: _F) -> _F:
    """The same option before a command; it counts unless the command has one of its own."""
    return _lang(expose_value=False, callback=_remember)(group)


def _lang(**rest: Any) -> Callable[[_F], _F]:
    return click.option(
        "--lang",
        type=click.Choice(["en", "zh"]),
        show_default="from LC_ALL, LC_MESSAGES or LANG",
        help="The language to print in.",
        **rest,
    )


def _remember(context: click.Context, _: click.Parameter, language: Language | None) -> None:
    if language is not None:
        context.meta[LANG] = language


def common(command: _F) -> _F:
    """The options of every command that prints for people: ``--lang`` and ``--json``."""
    command = speaks(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def new_page(*, record: bool = False) -> Page:
    """Where to print; with ``record`` to be made a picture of."""
    # Where it is needed, as everywhere in the commands: rich alone takes longer than --help should.
    from dealflow.cli.output import Page

    return Page(record=record)


def rules_of(source: str) -> Playbook:
    """A shipped playbook by its id, or a playbook file."""
    from dealflow.cli.input import open_playbook

    return open_playbook(source)


def leave(findings: bool) -> None:
    """End the command: with exit code 1 when something was found."""
    if findings:
        click.get_current_context().exit(_FINDINGS)
