"""The shipped playbooks, and playbook files: read with tomllib, written as plain TOML."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from dealflow._toml import parse_toml, read_bytes
from dealflow.exceptions import PlaybookError, Problem
from dealflow.playbook import Playbook

__all__ = ["dump_playbook", "load_playbook", "parse_playbook", "shipped_playbooks"]


def shipped_playbooks() -> tuple[str, ...]:
    """The ids of the playbooks that come with dealflow."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


def load_playbook(source: str | Path) -> Playbook:
    """Load a shipped playbook by its id, or a playbook file by its path.

    A text without a slash and without the ending ``.toml`` is an id.

    Raises:
        PlaybookError: there is none, it cannot be read, or it does not hold together; with every
            problem and its place.
    """
    if isinstance(source, str) and "/" not in source and not source.endswith(".toml"):
        return _load_shipped(source)
    return parse_playbook(read_bytes(Path(source), PlaybookError), str(source))


@lru_cache(maxsize=16)
def _load_shipped(name: str) -> Playbook:
    if name not in shipped_playbooks():
        known = ", ".join(shipped_playbooks())
        raise PlaybookError([Problem("", f"no shipped playbook {name!r}; there are: {known}")])
    return parse_playbook((resources.files(__name__) / f"{name}.toml").read_bytes(), name)


def parse_playbook(data: bytes | str, name: str = "") -> Playbook:
    """Build a playbook from the bytes or the text of its file.

    Args:
        data: UTF-8 TOML, at most 1 MiB.
        name: what to call the file in errors.

    Raises:
        PlaybookError: no TOML, or no playbook; with every problem and its place.
    """
    try:
        return Playbook.from_data(parse_toml(data, "", PlaybookError))
    except PlaybookError as error:
        raise PlaybookError(error.problems, name) from None


def dump_playbook(playbook: Playbook) -> str:
    """Write a playbook as TOML that :func:`load_playbook` reads back as an equal one.

    Needs tomlkit: ``pip install "dealflow[toml]"``.
    """
    import tomlkit  # an extra, and not on the path of a plain import

    return tomlkit.dumps(playbook.to_data())
