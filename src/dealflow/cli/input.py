"""What commands read: deals, playbooks, instants, files; and how they complain."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any, NoReturn

import click
from attrs import frozen

from dealflow.cli.language import in_words
from dealflow.deal import Deal
from dealflow.evidence import Text
from dealflow.exceptions import DealflowError, InputError, PlaybookError, TrailError
from dealflow.message import message, trouble
from dealflow.playbook import Playbook
from dealflow.scripts import Run, Script, load_script, parse_script, play
from dealflow.trail import Opened, Timeline, Trail
from dealflow.typing import Language
from dealflow.values import as_line, format_instant, utc, visible

__all__ = [
    "BadInput",
    "Source",
    "bad",
    "open_deal",
    "open_playbook",
    "open_script",
    "open_trail",
    "printable",
    "reasons_of",
    "rules_of",
    "run_script",
]

STDIN = "-"
"""The name by which the standard input is read."""

# Far more than any sale, and no more than a machine can well hold at once.
_LARGEST_TRAIL = 256 * 1024 * 1024


class BadInput(click.ClickException):
    """An input cannot be used: one line for each problem, and exit code 2.

    The lines are in the language of the command that runs.
    """

    exit_code = 2

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = [as_line(printable(in_words(problem))) for problem in problems]
        super().__init__("\n".join(self.problems))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the problems to the standard error."""
        for problem in self.problems:
            click.echo(problem, file=file, err=True)


def printable(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    # File names and keys come from strangers, too.
    return visible(" ".join(text.split()))


def bad(name: str | Path, error: Exception) -> NoReturn:
    """Complain about an input."""
    name = name_of(str(name))
    if isinstance(error, InputError | PlaybookError):
        source = error.source or name
        raise BadInput(problem.in_(source) for problem in error.problems) from error
    if isinstance(error, OSError):
        raise BadInput([_of(name, trouble(error))]) from error
    raise BadInput([_of(name, error)]) from error


def _of(name: object, problem: object) -> str:
    return message("{name}: {problem}", name=name, problem=problem)


def open_playbook(source: str) -> Playbook:
    """A shipped playbook by its id, or a playbook file."""
    from dealflow.playbook import load_playbook

    try:
        return load_playbook(source)
    except PlaybookError as error:
        bad(source, error)


def reasons_of(source: str) -> Mapping[str, Text]:
    """Why facts of a playbook cannot age, by their ids, as comments in its file say."""
    from dealflow.analysis.lint import ageless_reasons
    from dealflow.playbook import decode_toml, read_playbook

    try:
        return ageless_reasons(decode_toml(read_playbook(source), source, PlaybookError))
    except PlaybookError as error:
        bad(source, error)


def open_script(source: str, language: Language | None = None) -> Script:
    """A deal script: a file, or a demo script by its id; in a language, where it is told in it."""
    try:
        if source == STDIN:
            # There is no folder of the file from which a playbook's path could be looked for, so it
            # is the one that we are in.
            return parse_script(_standard_input(), name_of(source), Path())
        return load_script(source if _is_id(source) else Path(source), language)
    except InputError as error:
        if _begins_as_trail(source):
            why = message("is a deal's trail, and no script: 'dealflow show' shows the deal")
            raise BadInput([_of(name_of(source), why)]) from error
        bad(source, error)


def _is_id(source: str) -> bool:
    """Whether it can only be the id of a demo: a file of one's own goes before it."""
    return not ({"/", "\\", "."} & set(source) or Path(source).exists())


def _begins_as_trail(source: str) -> bool:
    """Whether it begins like a trail: a JSON object on each line. No TOML begins like one."""
    if source == STDIN:
        return _standard_input().lstrip().startswith(b"{")
    try:
        with Path(source).open("rb") as file:
            return file.read(1) == b"{"
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return False


def open_trail(source: str) -> bytes:
    """The bytes of a trail's file."""
    if source == STDIN:
        return _standard_input()
    try:
        with Path(source).open("rb") as file:
            return _read(file, source)
    except (OSError, ValueError) as error:
        bad(source, error)


def _read(file: IO[bytes], source: str) -> bytes:
    data = file.read(_LARGEST_TRAIL + 1)
    if len(data) > _LARGEST_TRAIL:
        raise BadInput([_of(name_of(source), message("is larger than 256 MiB"))])
    return data


def name_of(source: str) -> str:
    """What an input is called in errors."""
    return "<stdin>" if source == STDIN else source


def _standard_input() -> bytes:
    """All of the standard input, once: whoever looks what it is, and reads it, reads the same."""
    context = click.get_current_context()
    key = "dealflow.stdin"
    if key not in context.meta:
        context.meta[key] = _read(sys.stdin.buffer, STDIN)
    data: bytes = context.meta[key]
    return data


@frozen
class Source:
    """A deal, and where it comes from.

    Attributes:
        deal: the deal.
        at: the instant at which to look at it.
    """

    deal: Deal
    at: datetime


def open_deal(
    source: str,
    playbook: str | None = None,
    at: str | None = None,
    language: Language | None = None,
) -> Source:
    """A deal from a script or from a trail.

    Args:
        source: a script (its name ends with ``.toml``), the id of a demo script, or a trail; ``-``
            is the standard input, of which its first sign says which it is.
        playbook: other rules than the script's, or those of the trail when they are not shipped.
        at: a day (its end), an instant or ``now``; by default when the last entry was made. The
            deal is what it was then.
        language: the one in which to tell a script that is there in several.
    """
    rules = open_playbook(playbook) if playbook else None
    run = None
    if _is_script(source):
        run = run_script(source, rules, language)
        deal = run.deal
    else:
        deal = _replayed(source, rules)
    last = deal.trail[-1].at
    if run is not None:
        last = max(last, utc(run.turns[-1].line.at))
    when = last if at is None else _instant(at)
    return Source(_as_of(deal, when), when)


def _as_of(deal: Deal, at: datetime) -> Deal:
    """The deal as it was at an instant."""
    # By the time of recording: what was known then, and not what was true then. Where a clock was
    # wrong, what it had put ahead of the instant comes in with the correction.
    timeline, known = Timeline(), 0
    for entry in deal.trail:
        timeline.add(entry.at, entry.event)
        if timeline.last <= at:
            known = entry.seq
    if known == deal.version:
        return deal
    if not known:
        opened = format_instant(deal.trail[0].at)
        complaint = message("the deal was opened later, at {opened}", opened=opened)
        raise click.BadParameter(in_words(complaint), param_hint="'--at'")
    return Deal.replay(deal.playbook, Trail(deal.trail[:known]))


def _is_script(source: str) -> bool:
    if source == STDIN:
        return not _begins_as_trail(source)
    return source.endswith(".toml") or _is_id(source)


def run_script(source: str, rules: Playbook | None, language: Language | None = None) -> Run:
    """Play a script, under its own rules or others."""
    script = open_script(source, language)
    try:
        return play(script, rules)
    except InputError as error:
        bad(source, error)


def _replayed(source: str, rules: Playbook | None) -> Deal:
    from dealflow.trail import loads

    data = open_trail(source)
    try:
        trail = loads(data)
        return Deal.replay(rules or rules_of(trail), trail)
    except DealflowError as error:
        bad(source, error)


def rules_of(trail: Trail) -> Playbook:
    """The shipped playbook under which a trail was made; TrailError when there is none."""
    from dealflow.playbook import load_playbook, shipped_playbooks

    opened = trail[0].event if len(trail) else None
    if not isinstance(opened, Opened):
        raise TrailError(message("a trail starts with the entry that opened the deal"))
    if opened.playbook not in shipped_playbooks():
        raise TrailError(
            message(
                "the deal's playbook {playbook!r} is none of those shipped:"
                " name its file with --playbook",
                playbook=opened.playbook,
            )
        )
    return load_playbook(opened.playbook)


def _instant(text: str) -> datetime:
    try:
        if text == "now":
            return datetime.now(UTC)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            # The end of the day, so that what was recorded on it is in.
            return utc(datetime.combine(date.fromisoformat(text), time.max, UTC))
        return utc(datetime.fromisoformat(text))  # a time without a zone is none
    except ValueError:
        complaint = message(
            "{text!r} is no day (2026-05-01), no instant (2026-05-01T09:00:00Z) and not 'now'",
            text=text,
        )
        raise click.BadParameter(in_words(complaint), param_hint="'--at'") from None
