"""The shipped playbooks, and playbook files: read with tomllib, written as plain TOML."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dealflow.exceptions import PlaybookError
from dealflow.message import listed, message
from dealflow.playbook.playbook import Playbook

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = ["dump_playbook", "load_playbook", "parse_playbook", "read_playbook", "shipped_playbooks"]


@cache
def _shipped() -> Traversable:
    from importlib import resources  # brings much along that those with a file do without

    return resources.files("dealflow.playbook") / "shipped"


def shipped_playbooks() -> tuple[str, ...]:
    """The ids of the playbooks that come with dealflow."""
    files = _shipped().iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


def load_playbook(source: str | Path) -> Playbook:
    """Load a shipped playbook by its id, or a playbook file by its path.

    A text without a slash and without the ending ``.toml`` is an id.

    Raises:
        PlaybookError: there is none, it cannot be read, or it does not hold together; with every
            problem and its place.
    """
    if isinstance(source, str) and _is_id(source):
        return _load_shipped(source)
    return parse_playbook(read_playbook(source), str(source))


def read_playbook(source: str | Path) -> bytes:
    """The bytes of a playbook's file; ``source`` is as for :func:`load_playbook`.

    Raises:
        PlaybookError: there is none, or it cannot be read.
    """
    if not (isinstance(source, str) and _is_id(source)):
        from pathlib import Path

        from dealflow.playbook.toml import read_bytes

        return read_bytes(Path(source), PlaybookError)
    if source not in shipped_playbooks():
        known = listed(shipped_playbooks())
        raise PlaybookError(
            message("no shipped playbook {name!r}; there are: {known}", name=source, known=known)
        )
    return (_shipped() / f"{source}.toml").read_bytes()


def _is_id(source: str) -> bool:
    return "/" not in source and not source.endswith(".toml")


# Playbooks are frozen, so that whoever loads one may share it.
@lru_cache(maxsize=16)
def _load_shipped(name: str) -> Playbook:
    return parse_playbook(read_playbook(name), name)


def parse_playbook(data: bytes | str, name: str = "") -> Playbook:
    """Build a playbook from the bytes or the text of its file.

    Args:
        data: UTF-8 TOML, at most 1 MiB.
        name: what to call the file in errors.

    Raises:
        PlaybookError: no TOML, or no playbook; with every problem, its place and, where it can be
            told, its line and column.
    """
    from dealflow.playbook.toml import decode_toml, located, parse_toml

    text = decode_toml(data, name, PlaybookError)
    tables = parse_toml(text, name, PlaybookError)
    try:
        return Playbook.from_data(tables)
    except PlaybookError as error:
        raise PlaybookError(located(error.problems, text, tables), name) from None


def dump_playbook(playbook: Playbook) -> str:
    """Write a playbook as TOML that :func:`load_playbook` reads back as an equal one.

    Needs tomlkit: ``pip install "dealflow[toml]"``.
    """
    import tomlkit  # an extra, and not on the path of a plain import

    return tomlkit.dumps(playbook.to_data())
