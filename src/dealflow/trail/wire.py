"""Trails as text: JSON Lines, one line for each entry, strict and versioned.

The first line names the format, ``{"dealflow.trail":{"format":1}}``. Every other line is
``{"entry":BODY,"hash":"<64 hexadecimal digits>"}``, where BODY is the entry's canonical JSON as it
was hashed. The bodies are never written anew, so that a trail's text is the same for good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dealflow.exceptions import TamperedTrail, TrailError, UnknownFormat
from dealflow.message import message
from dealflow.trail.body import LONGEST_BODY, SCHEMA, Schema, digest, read_body
from dealflow.trail.entries import (
    MOST_ENTRIES,
    START,
    WRONG_HASH,
    Entry,
    Trail,
    checked,
    misplaced,
)
from dealflow.trail.timeline import Timeline

__all__ = ["dumps", "loads"]

_HEADER = re.compile(r'\{"dealflow\.trail":\{"format":([1-9][0-9]{0,5})\}\}')
_BEFORE: Final = '{"entry":'
_BETWEEN: Final = ',"hash":"'
_AFTER: Final = '"}'
# Frame and hash have a fixed width, so that a body is cut out and hashed as it stands. Parsed and
# written anew, it might fit its hash again after somebody has changed its form.
_BODY: Final = slice(len(_BEFORE), -len(_BETWEEN) - len(START) - len(_AFTER))
_FRAME: Final = len(_BEFORE) + len(_BETWEEN) + len(START) + len(_AFTER)
_LONGEST_LINE: Final = LONGEST_BODY + _FRAME


def dumps(trail: Trail, *, schema: Schema = SCHEMA) -> str:
    """Write a trail as text, which :func:`loads` reads back.

    Args:
        trail: the trail; what it holds is written as it stands, sound or not.
        schema: the newest format that its entries may have.

    Returns:
        The text; it ends with a newline. Encode it as UTF-8.
    """
    lines = [f'{{"dealflow.trail":{{"format":{schema.format}}}}}']
    lines += [f"{_BEFORE}{entry.body}{_BETWEEN}{entry.hash}{_AFTER}" for entry in trail]
    lines.append("")
    return "\n".join(lines)


def loads(text: str | bytes, head: str | None = None, *, schema: Schema = SCHEMA) -> Trail:
    """Read a trail from text, and check its chain of hashes over the bytes as they stand.

    Args:
        text: the text, or its UTF-8 bytes.
        head: the hash of the last entry as known from elsewhere. Without it a cut tail cannot be
            noticed.
        schema: the formats that can be read.

    Raises:
        UnknownFormat: this is no trail, or one of a format newer than the schema's.
        TamperedTrail: the chain is broken, or the trail does not end with the head: its code says
            whether it has only grown since.
        TrailError: the text is malformed or beyond bounds. Every message names the line.
    """
    if not isinstance(text, str):
        text = _decode(text)
    lines = _split(text)
    announced = _format(lines.pop(0), schema)
    trail = Trail(_read(lines, announced, schema))
    if head is not None:
        trail.expect_head(head)
    return trail


def _decode(data: bytes) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise TrailError(
            message("line {line}: not UTF-8: {reason}", line=number, reason=error.reason)
        ) from None


def _split(text: str) -> list[str]:
    # Not splitlines(): texts may hold other characters that it takes for line ends.
    lines = text.split("\n")
    if lines.pop():
        raise TrailError(
            message(
                "line {line}: does not end with a newline: the text was cut", line=len(lines) + 1
            )
        )
    if len(lines) > MOST_ENTRIES + 1:
        raise TrailError(
            message(
                "line {line}: a trail has at most {most} entries",
                line=MOST_ENTRIES + 2,
                most=MOST_ENTRIES,
            )
        )
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE:
            raise TrailError(
                message(
                    "line {line}: longer than {most} characters",
                    line=number,
                    most=_LONGEST_LINE,
                )
            )
    return lines or [""]


def _format(header: str, schema: Schema) -> int:
    """The newest format that the entries have, as the header says."""
    found = _HEADER.fullmatch(header)
    if not found:
        raise UnknownFormat(message("line 1: this is no trail of a deal"))
    if (format_ := int(found[1])) > schema.format:
        raise UnknownFormat(
            message(
                "line 1: the trail is of format {format}; {newest} is the newest known",
                format=format_,
                newest=schema.format,
            )
        )
    return format_


def _read(lines: list[str], announced: int, schema: Schema) -> Iterator[Entry]:
    prev: str = START
    timeline = Timeline()
    for seq, line in enumerate(lines, 1):
        body = line[_BODY]
        hash_ = line[-len(START) - len(_AFTER) : -len(_AFTER)]
        if line != f"{_BEFORE}{body}{_BETWEEN}{hash_}{_AFTER}" or len(line) <= _FRAME:
            raise TrailError(
                message('line {line}: not of the form {{"entry":...,"hash":"..."}}', line=seq + 1),
                seq=seq,
            )
        try:
            fits = digest(prev, body) == hash_
        except UnicodeEncodeError as error:
            told = message("line {line}: {error}", line=seq + 1, error=error)
            raise TrailError(told, seq=seq) from None
        if not fits:
            raise TamperedTrail(seq, _in_line(seq, WRONG_HASH))
        try:
            number, at, by, event = read_body(body, schema, announced)
        except TrailError as error:
            kind = type(error)
            raise kind(_in_line(seq, error), error.code, seq=seq, problems=error.problems) from None
        entry = checked(Entry(number, at, by, event.KIND, event, hash_, body))
        if problem := misplaced(timeline, entry):
            raise TamperedTrail(seq, _in_line(seq, problem))
        yield entry
        timeline.add(at, event)
        prev = hash_


def _in_line(seq: int, problem: object) -> str:
    return message("line {line}: {problem}", line=seq + 1, problem=problem)
