"""Trails on paper: what happened, and whether anybody has touched it."""

from __future__ import annotations

import re
from datetime import date

import click
from attrs import field, frozen

from dealflow.cli.input import BadInput, bad, open_trail
from dealflow.cli.language import in_words
from dealflow.cli.output import Page
from dealflow.evidence import Contact
from dealflow.exceptions import TamperedTrail, TrailError
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.trail import Trail, events, loads
from dealflow.typing import Language
from dealflow.wording import Wording, Words

__all__ = ["Checked", "check", "put_check", "put_hashes", "put_trail"]

_STYLES: dict[type, str] = {
    events.Moved: "good",
    events.Refused: "bad",
    events.SteppedBack: "conflict",
    events.WalkedAway: "bad",
    events.Lost: "bad",
    events.Withdrawn: "unknown",
}
_EMPTY = "there are no entries"


def put_trail(page: Page, playbook: Playbook, language: Language, trail: Trail) -> None:
    """Everything that happened, day by day."""
    # Filled as the trail goes on: people are called what they were called then.
    people: dict[str, Contact] = {}
    w = Wording(playbook, language, people=people)
    day: date | None = None
    digits = len(str(len(trail)))
    for entry in trail:
        if isinstance(entry.event, events.ContactAdded | events.ContactChanged):
            people[entry.event.contact.id] = entry.event.contact
        if entry.at.date() != day:
            day = entry.at.date()
            page.put((w.date(day), "head"))
        number = f"{entry.seq:>{digits}}"
        sign = f"{number} {entry.at:%H:%M} {entry.by}"
        style = _STYLES.get(type(entry.event), "")
        page.put((w.entry(entry), style), sign=(sign, "quiet"), hang=digits + 7, indent=2)
    page.put((w.pair(w.gettext("Head"), trail.head), "quiet"))


@frozen
class Checked:
    """What came of checking a trail's hashes, the first of the three things to check of it.

    Attributes:
        name: the file.
        trail: its entries; none when it could not be read to its end.
        head_known: whether the head was compared with one known from elsewhere.
        seq: the first bad entry.
        problem: what is wrong with it, or with the file as a whole.
    """

    name: str
    trail: Trail = field(factory=Trail)
    head_known: bool = False
    seq: int | None = None
    problem: str | None = None

    @property
    def empty(self) -> bool:
        """Whether it has no entries: then no hash fits or does not, and it is no deal's trail."""
        return self.problem == _EMPTY

    @property
    def exit_code(self) -> int:
        """0 when it is sound, 1 when it was tampered with, 2 when there is nothing to check."""
        if self.empty:
            return BadInput.exit_code
        return int(self.problem is not None)

    def to_data(self) -> dict[str, object]:
        """The document of ``trail verify``."""
        return {
            "file": self.name,
            "sound": self.problem is None,
            "entries": len(self.trail),
            "head": self.trail.head if len(self.trail) else None,
            "head_compared": self.head_known,
            "first_bad": self.seq,
            "problem": self.problem,
            "not_checked": ["sense", "judgements"],
        }


def check(name: str, head: str | None) -> Checked:
    """Check the hashes of a trail's file.

    Args:
        name: the file.
        head: the hash of its last entry, as known from elsewhere.

    Raises:
        BadInput: it is no trail at all.
        BadParameter: the head is no hash.
    """
    if head is not None and not re.fullmatch("[0-9a-f]{64}", head):
        complaint = message("{head!r} is no hash: one has 64 signs, each 0-9 or a-f", head=head)
        raise click.BadParameter(in_words(complaint), param_hint="'--head'")
    data = open_trail(name)
    known = head is not None
    try:
        trail = loads(data, head)
        # loads() has checked the chain; whether each body is in its one form is left to this.
        trail.verify()
    except TamperedTrail as error:
        return Checked(name, head_known=known, seq=error.seq, problem=error.problem)
    except TrailError as error:
        bad(name, error)
    return Checked(name, trail, known, problem=None if len(trail) else _EMPTY)


def put_check(page: Page, lang: Language, checked: Checked) -> None:
    """Say what came of it, and what it says nothing of."""
    put_hashes(page, lang, checked)
    if checked.problem is None:
        text = Words(lang).gettext(
            "Not checked: whether each entry can follow from those before it, and whether moves"
            " were judged rightly (dealflow trail audit)."
        )
        page.put((text, "unknown"), indent=2, sign=("?", "unknown"))


def put_hashes(page: Page, lang: Language, checked: Checked) -> None:
    """Say whether every hash fits."""
    words, trail = Words(lang), checked.trail
    if checked.empty:
        why = message("{file}: there are no entries, so this is no deal's trail", file=checked.name)
        raise BadInput([why])
    if checked.problem is not None:
        text = words.gettext("{file}: tampered with at entry {seq}: {problem}")
        told = text.format(
            file=checked.name, seq=checked.seq, problem=words.in_words(checked.problem)
        )
        page.put((told, "bad"), sign=("✗", "bad"))
        return
    text = words.ngettext(
        "{file}: {n} entry, every hash fits",
        "{file}: {n} entries, every hash fits",
        len(trail),
    )
    page.put((text.format(file=checked.name, n=len(trail)), "good"), sign=("✓", "good"))
    page.put((words.pair(words.gettext("Head"), trail.head), "quiet"), indent=2)
    if not checked.head_known:
        text = words.gettext(
            "A cut tail would not show: compare the head with one kept elsewhere (--head)."
        )
        page.put((text, "unknown"), indent=2, sign=("?", "unknown"))
