"""What commands write for others to read: files, whole and over none by accident; and texts."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from stat import S_IMODE, S_ISREG

from dealflow.cli.input import BadInput, bad
from dealflow.message import message

__all__ = ["keep_inputs", "put_text", "write_new"]


def put_text(text: str) -> None:
    """A text for other programs, on the standard output: in UTF-8, whatever the locale says.

    A page for people has a stand-in for what the encoding lacks; a program would take it for text.
    """
    output = sys.stdout
    buffer = getattr(output, "buffer", None)
    # A terminal knows its own encoding better, as long as that has everything.
    if buffer is None or (output.isatty() and _encodable(text, output.encoding)):
        output.write(text)
        return
    output.flush()
    buffer.write(text.encode())


def _encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def keep_inputs(name: str, *inputs: str | None) -> None:
    """Refuse to write over what is read.

    Args:
        name: the path of what is to be written.
        inputs: what is read: paths, or ids, which are nowhere in the way.

    Raises:
        BadInput: the path leads to one of them.
    """
    for read in inputs:
        if read and Path(name).is_file() and Path(read).is_file() and Path(name).samefile(read):
            told = message("{name}: is read from, so it is not written over", name=name)
            raise BadInput([told])


def write_new(name: str, text: str, *, force: bool) -> None:
    """Write a file; nobody ever sees half of it.

    A link is followed: what it leads to is written, and the link stays.

    Args:
        name: its path.
        text: what to write, in UTF-8.
        force: whether to replace a file that is there; it keeps its permissions.

    Raises:
        BadInput: there is a file already, or it cannot be written.
    """
    try:
        target, mode = _target(name)
        if mode is not None and not force:
            raise _taken(name)
        # Written beside the target, as a rename is in one go within one folder only.
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            _write(beside, text, mode)
            if force:
                beside.replace(target)
            else:
                _place(beside, target)
        finally:
            # Whatever happens, an interrupt as well.
            beside.unlink(missing_ok=True)
    except FileExistsError as error:
        raise _taken(name) from error
    except (OSError, ValueError) as error:
        bad(name, error)


def _taken(name: str) -> BadInput:
    return BadInput(
        [message("{name}: there is such a file already; --force replaces it", name=name)]
    )


def _target(name: str) -> tuple[Path, int | None]:
    """Where to write, behind all links; and the permissions of the file that is there.

    Raises:
        BadInput: something is there that is no file, or a link that leads nowhere.
        OSError: it cannot be found out, as with links in a circle.
    """
    path = Path(name)
    if not path.name:
        raise BadInput([message("{name}: is not a file", name=name)])
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            told = message(
                "{name}: is a link to {target}, which is not there",
                name=name,
                target=path.readlink(),
            )
            raise BadInput([told]) from None
        return path, None
    if not S_ISREG(found.st_mode):
        raise BadInput([message("{name}: is not a file", name=name)])
    return path.resolve(), S_IMODE(found.st_mode)


def _write(path: Path, text: str, mode: int | None) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        if mode is not None:
            path.chmod(mode)
        # Down to the disk before it gets its name, or a machine that stops may keep the name and
        # lose the bytes.
        os.fsync(file.fileno())


def _place(beside: Path, target: Path) -> None:
    """Give a file its name; FileExistsError when another has it by now.

    Between looking and writing somebody else may have been there, and a rename would go over what
    they wrote. A link goes over nothing.
    """
    try:
        os.link(beside, target)
    except FileExistsError:
        raise
    except OSError:
        # A disk without links: the name is taken first, by an empty file.
        target.open("x").close()
        try:
            beside.replace(target)
        except BaseException:
            target.unlink()
            raise
