"""What is looked for in many kinds of entry, whose checks of form note what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from dealflow.exceptions import EvidenceError, Problems
from dealflow.message import listed, message
from dealflow.values import Money, ValueType, check_id, check_text, from_json

__all__ = ["Noted"]

_SHORT: Final = 100
"""Any text may be as long as this."""

_OF_WORDS: Final = (str, type(None))


class Noted(Problems):
    """The problems of an entry found so far, and what is looked for in many kinds of entry."""

    __slots__ = ()

    def text(self, place: str, value: object, what: str) -> None:
        """A text that is safe to keep and to print."""
        try:
            check_text(value, what)
        except EvidenceError as error:
            self.note(place, str(error), "invalid_text")

    def words(self, place: str, value: object, what: str) -> None:
        """A text that says something."""
        # Nearly all are like this, and many are looked at.
        if isinstance(value, str) and value.isalnum() and len(value) < _SHORT:
            return
        self.text(place, value, what)
        if isinstance(value, str) and not value.strip():
            self.note(place, message("{what} is empty", what=what), "invalid_text")

    def id(self, value: object, what: str) -> None:
        """A text that can be an id."""
        try:
            check_id(value, what)
        except EvidenceError as error:
            self.note("id", str(error), "invalid_id")

    def one_of(self, place: str, value: object, words: tuple[object, ...], what: str) -> None:
        """One of some words."""
        # What equals a word need not be one: an Enum may be a str.
        if value not in words or value.__class__ not in _OF_WORDS:
            given = listed(words)
            self.note(
                place,
                message(
                    "{what} {value!r} is not one of {given}", what=what, value=value, given=given
                ),
                "invalid_word",
            )

    def once(self, place: str, names: Sequence[object], what: str) -> None:
        """Names of which none comes again."""
        # Not by a set: what a caller gives need not have a hash.
        if len(names) > 1 and any(name in names[:i] for i, name in enumerate(names)):
            self.note(place, message("a {what} is given twice", what=what), "given_twice")

    def names(self, place: str, names: tuple[object, ...], what: str, each: str) -> None:
        """Names that say something, and come once; ``each`` is what one of them is called."""
        self.once(place, names, what)
        for name in names:
            self.words(place, name, each)

    def not_ahead(self, place: str, value: datetime, at: datetime | None) -> None:
        """An instant that is no later than its entry."""
        # Later than its own entry, a statement would be live for longer than it is good.
        if at is not None and value > at:
            told = message(
                "{place} {value} lies after the time of recording",
                place=place,
                value=value.isoformat(),
            )
            self.note(place, told, "lies_ahead", at=at)

    def amount(self, amount: object, place: str = "amount") -> Money | None:
        """What is worth something, if it is."""
        if not isinstance(amount, Money):
            self.note(
                place,
                message("the amount {amount!r} is not Money", amount=amount),
                "invalid_amount",
            )
            return None
        if amount.amount < 0:
            self.note(
                place,
                message("the amount {amount} is below nothing", amount=amount),
                "invalid_amount",
            )
        return amount

    def day(self, place: str, value: object) -> None:
        """A date."""
        try:
            from_json(ValueType.DATE, value)
        except ValueError as error:
            self.note(
                place, message("{place}: {problem}", place=place, problem=error), "invalid_value"
            )
