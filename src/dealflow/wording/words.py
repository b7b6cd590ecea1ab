"""Words that need no playbook: the catalogue of one language, and its ways to write values."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from dealflow.message import Message
from dealflow.typing import Language
from dealflow.values import Money

__all__ = ["Words"]

_LOCALES: Mapping[Language, str] = MappingProxyType({"zh": "zh_CN"})
# strftime would take the names from the locale of the process, and so from whoever set it.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BRACKET = re.compile("[（(]")
_FOREIGN = re.compile(r"（[A-Za-z][A-Za-z .&/-]*）$")
_INNER = str.maketrans("“”", "‘’")
_FULL_STOPS = tuple(".!?。！？…")
_ZH_CURRENCIES = MappingProxyType(
    {
        "AUD": "澳元",
        "CAD": "加元",
        "CHF": "瑞士法郎",
        "CNY": "元",
        "EUR": "欧元",
        "GBP": "英镑",
        "HKD": "港元",
        "JPY": "日元",
        "KRW": "韩元",
        "SGD": "新加坡元",
        "TWD": "新台币",
        "USD": "美元",
    }
)


@lru_cache(maxsize=4)
def _catalogue(language: Language) -> gettext.NullTranslations:
    """The messages of a language; English is the language they are written in."""
    locale = _LOCALES.get(language)
    if locale is None:
        return gettext.NullTranslations()
    path = resources.files("dealflow.wording") / "locale" / locale / "LC_MESSAGES" / "dealflow.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


class Words:
    """Sentences and values in one language, without any global state.

    Attributes:
        language: ``en`` or ``zh`` (Simplified Chinese).
    """

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language
        catalogue = _catalogue(language)
        # Not gettext.install(): two languages may be spoken at once, in one process.
        self.gettext = catalogue.gettext
        self.ngettext = catalogue.ngettext
        self.pgettext = catalogue.pgettext

    @property
    def _zh(self) -> bool:
        return self.language == "zh"

    def in_words(self, text: str) -> str:
        """A sentence of the core in this language; what is no such sentence stays as it is."""
        return text.in_words(self.gettext) if isinstance(text, Message) else text

    # values

    def yes_no(self, value: bool) -> str:
        """``yes`` or ``no``."""
        return self.gettext("yes") if value else self.gettext("no")

    def number(self, value: Decimal | int) -> str:
        """``12,500.5``: exact, in groups of three."""
        return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"

    def money(self, value: Money) -> str:
        """``EUR 48,000``; whole amounts without decimals, others with two or more."""
        exponent = value.amount.as_tuple().exponent
        # A single decimal gets a nought behind it: EUR 12.50 and not EUR 12.5.
        short = isinstance(exponent, int) and exponent == -1
        amount = f"{value.amount:,.2f}" if short else f"{value.amount:,f}"
        if not self._zh:
            return f"{value.currency} {amount}"
        name = _ZH_CURRENCIES.get(value.currency)
        return f"{amount}{name}" if name else f"{amount} {value.currency}"

    def date(self, day: dt.date) -> str:
        """``2 Mar 2026``; of an instant, its day in UTC."""
        if isinstance(day, datetime):
            day = day.astimezone(UTC)
        if self._zh:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def day(self, day: dt.date) -> str:
        """``2 Mar``: the day without its year."""
        return f"{day.month}月{day.day}日" if self._zh else f"{day.day} {_MONTHS[day.month - 1]}"

    def instant(self, at: datetime) -> str:
        """``2 Mar 2026, 09:30 UTC``; midnight is the day alone."""
        at = at.astimezone(UTC)
        if not (at.hour or at.minute):
            return self.date(at)
        return f"{self.date(at)}{' ' if self._zh else ', '}{at:%H:%M} UTC"

    def duration(self, duration: timedelta) -> str:
        """``90 days``, ``1 day and 2 hours``; seconds only where there is nothing longer."""
        minutes, seconds = divmod(duration.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        parts = []
        if duration.days:
            parts.append(self.ngettext("{n} day", "{n} days", duration.days))
        if hours:
            parts.append(self.ngettext("{n} hour", "{n} hours", hours))
        if minutes:
            parts.append(self.ngettext("{n} minute", "{n} minutes", minutes))
        if not parts:
            parts.append(self.ngettext("{n} second", "{n} seconds", seconds))
        numbers = [n for n in (duration.days, hours, minutes) if n] or [seconds]
        written = [part.format(n=n) for part, n in zip(parts, numbers, strict=True)]
        return "".join(written) if self._zh else self.all_of(written)

    def days(self, duration: timedelta) -> str:
        """``43 days``: a long time, as a number of days."""
        if duration < timedelta(days=1):
            return self.gettext("less than a day")
        return self.ngettext("{n} day", "{n} days", duration.days).format(n=duration.days)

    # grammar

    def all_of(self, items: Iterable[str]) -> str:
        """``a, b and c``."""
        return self._joined(items, self.gettext("{first} and {last}"))

    def one_of(self, items: Iterable[str]) -> str:
        """``a, b or c``."""
        return self._joined(items, self.gettext("{first} or {last}"))

    def _joined(self, items: Iterable[str], pattern: str) -> str:
        *first, last = items
        if not first:
            return last
        between = "、" if self._zh else ", "
        return pattern.format(first=between.join(first), last=last)

    def listed(self, items: Iterable[str]) -> str:
        """``a, b, c``."""
        return ("、" if self._zh else ", ").join(items)

    def semicolons(self, clauses: Iterable[str]) -> str:
        """``a; b; c``."""
        return ("；" if self._zh else "; ").join(clauses)

    def middle_dots(self, items: Iterable[str]) -> str:
        """``a · b · c``."""
        return " · ".join(items)

    def spaced(self, sentences: Iterable[str]) -> str:
        """Whole sentences, one after the other."""
        return ("" if self._zh else " ").join(sentences)

    def bracketed(self, text: str, inside: str) -> str:
        """``text (inside)``, or the text alone when there is nothing to put inside."""
        if not inside:
            return text
        if not self._zh:
            return f"{text} ({inside})"
        # No brackets inside brackets: a dash leads to what has some of its own. And none behind
        # others: what comes second joins the first.
        if _BRACKET.search(inside):
            return f"{text}——{inside}"
        return f"{text[:-1]}，{inside}）" if text.endswith("）") else f"{text}（{inside}）"

    def quoted(self, text: str) -> str:
        """The text in double quotation marks, on one line."""
        flat = " ".join(text.split())
        return f"“{flat.translate(_INNER) if self._zh else flat}”"

    def pair(self, label: str, text: str) -> str:
        """``label: text``."""
        return f"{label}：{text}" if self._zh else f"{label}: {text}"

    def capital(self, text: str) -> str:
        """The text as it begins a sentence."""
        return text[:1].upper() + text[1:]

    def small(self, text: str) -> str:
        """A title as it stands inside a sentence: ``Economic buyer`` is ``economic buyer``.

        A Chinese one stands there without the foreign word that its heading gives in brackets.
        """
        if self._zh:
            return _FOREIGN.sub("", text)
        # An abbreviation stays as it is: "IT manager" does not become "iT manager".
        first_word = text.split(" ", 1)[0]
        return text[:1].lower() + text[1:] if first_word[1:].islower() else text

    def sentences(self, clauses: Iterable[str]) -> str:
        """Clauses as sentences, one after the other."""
        stop, between = ("。", "") if self._zh else (".", " ")
        # Chinese has no capitals, and no space between sentences. A quote that ends with a stop of
        # its own needs no second one.
        written = (clause if self._zh else self.capital(clause) for clause in clauses)
        return between.join(
            text if text.rstrip("”")[-1:] in _FULL_STOPS else text + stop for text in written
        )
