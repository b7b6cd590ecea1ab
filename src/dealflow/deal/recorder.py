"""The verbs of a deal that put something on record: people, meetings, what was said, the card."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from attrs import asdict

from dealflow.deal import intake
from dealflow.deal.ledger import Ledger, in_turn
from dealflow.deal.observers import observed
from dealflow.evidence import Contact, InteractionKind, Said, Side, SourceKind
from dealflow.exceptions import EvidenceError
from dealflow.message import listed, message
from dealflow.state import known
from dealflow.trail import Entry, events, form_problems
from dealflow.values import Money

__all__ = ["Recorder"]

_OF_ALL = frozenset({"said_at", "quote", "about", "interaction"})
_OF_CONTACTS = _OF_ALL | {"first_hand", "via"}
_NOBODY = Contact("nobody", "nobody")


class Recorder(Ledger):
    """A ledger into which evidence comes; nothing is judged here."""

    __slots__ = ()

    # people and the price

    @observed
    @in_turn
    def add_contact(
        self,
        id: str,
        *,
        name: str,
        by: str,
        at: datetime,
        title: str = "",
        kind: str = "person",
        roles: Iterable[str] = (),
        influence: str | None = None,
        response_mode: str | None = None,
        rating: int | None = None,
        department: str = "",
        level: str | None = None,
        left: date | None = None,
    ) -> Entry:
        """Put a contact into the map of the deal."""
        notes = self._begin(at)
        fields: dict[str, Any] = {"name": name, "title": title, "kind": kind, "roles": roles}
        fields |= {"influence": influence, "response_mode": response_mode, "rating": rating}
        fields |= {"department": department, "level": level, "left": left}
        added = events.ContactAdded(intake.contact(notes, id, fields))
        return self._record(by, notes, added)

    @observed
    @in_turn
    def change_contact(self, id: str, *, by: str, at: datetime, **changes: Any) -> Entry:
        """Change some of the fields that :meth:`add_contact` takes, to something else."""
        notes = self._begin(at)
        card = known(self._state.contacts, id) or _NOBODY
        # The changes to an unknown contact are checked all the same, against nobody's card.
        fields = asdict(card, recurse=False)
        if unknown := sorted(changes.keys() - fields.keys()):
            told = message("a contact has no {unknown}", unknown=listed(unknown))
            notes.problems.note(unknown[0], told, "unknown_field", fields=unknown)
        fields |= {name: changes[name] for name in changes if name in fields}
        changed = events.ContactChanged(intake.contact(notes, id, fields))
        return self._record(by, notes, changed)

    @observed
    @in_turn
    def merge_contacts(
        self, contact: str, *, into: str, by: str, at: datetime, reason: str
    ) -> Entry:
        """Take two records for those of one person, who goes by the second id from now on.

        The person holds the roles of both, and what both said is one source, the latest first.
        """
        return self._record(by, self._begin(at), events.ContactsMerged(contact, into, reason))

    @observed
    @in_turn
    def undo_merge(self, contact: str, *, by: str, at: datetime, reason: str) -> Entry:
        """Take a record for that of a person by himself again."""
        return self._record(by, self._begin(at), events.MergeUndone(contact, reason))

    @observed
    @in_turn
    def change_amount(self, amount: Money, *, by: str, at: datetime, reason: str) -> Entry:
        """Change the price; the currency stays.

        Raises:
            CurrencyMismatch: the deal's money is in another currency.
        """
        return self._record(by, self._begin(at), events.AmountChanged(amount, reason))

    # our own record of the deal

    @observed
    @in_turn
    def change_card(self, *, by: str, at: datetime, reason: str = "", **changes: Any) -> Entry:
        """Change our own record of the deal, e.g. hand the deal to another rep.

        Args:
            by: who of us changes it.
            at: when.
            reason: why, where there is anything to say.
            changes: the fields of :class:`~dealflow.Card` that change; the others stay as they are.

        Raises:
            CurrencyMismatch: a line's amount is not in the deal's currency.
        """
        notes = self._begin(at)
        fields = asdict(self._state.card, recurse=False)
        if unknown := sorted(changes.keys() - fields.keys()):
            told = message("a card has no {unknown}", unknown=listed(unknown))
            notes.problems.note(unknown[0], told, "unknown_field", fields=unknown)
        fields |= {name: changes[name] for name in changes if name in fields}
        return self._record(by, notes, events.CardChanged(intake.card(fields), reason))

    @observed
    @in_turn
    def correct_account(self, account: str, *, by: str, at: datetime, reason: str) -> Entry:
        """Put the customer's name right."""
        return self._record(by, self._begin(at), events.AccountCorrected(account, reason))

    @observed
    @in_turn
    def correct_title(self, title: str, *, by: str, at: datetime, reason: str) -> Entry:
        """Put right what the deal is said to be about."""
        return self._record(by, self._begin(at), events.TitleCorrected(title, reason))

    # meetings

    @observed
    @in_turn
    def meet(
        self,
        kind: InteractionKind,
        *,
        participants: Iterable[str],
        by: str,
        at: datetime,
        id: str | None = None,
        channel: str = "",
        held_at: datetime | None = None,
        spoke: Side = "both",
    ) -> Entry:
        """Record a call, meeting, mail or visit, and which side spoke in it.

        Args:
            kind: of which kind it was.
            participants: the ids of the contacts who took part.
            by: who of us puts it on record.
            at: when it is put on record.
            id: by which statements name it; else one is made.
            channel: by which means, e.g. a telephone number or a room.
            held_at: when it took place; else ``at``.
            spoke: ``both``, or only ``us`` (a mail without an answer) or ``them`` (their own mail).
        """
        notes = self._begin(at)
        met = intake.interaction(
            self._state,
            notes,
            kind,
            participants=participants,
            id=id,
            channel=channel,
            held_at=held_at,
            spoke=spoke,
        )
        return self._record(by, notes, events.Met(met))

    # statements

    @observed
    @in_turn
    def hear(
        self, contact: str, fact: str, value: object, *, by: str, at: datetime, **details: Any
    ) -> Entry:
        """Record what a contact said.

        Args:
            contact: the id of the one whose words they are.
            fact: the id of the fact.
            value: of the fact's type, in its Python or its textual form.
            by: who of us puts it on record.
            at: when it is put on record.
            details: ``said_at`` (else the interaction's time, else ``at``), ``quote``, ``via`` (the
                contact who told it on), ``first_hand`` (else whether there is no ``via``),
                ``about`` (for facts of contacts; else the speaker), ``interaction`` (its id).

        Raises:
            CurrencyMismatch: an amount that is not in the deal's currency.
        """
        return self._say("contact", contact, fact, value, by, at, details)

    @observed
    @in_turn
    def confirm(
        self,
        contact: str,
        facts: Iterable[str],
        *,
        by: str,
        at: datetime,
        said_at: datetime | None = None,
        quote: str = "",
        interaction: str | None = None,
    ) -> Entry:
        """Record that somebody stands by what he said himself: still so, all of it.

        One entry says each fact anew, as he said it last first-hand, also where that has grown old;
        of contacts, what he said of himself. Withdrawing it takes all of that back.

        Args:
            contact: the id of the one who confirms.
            facts: the ids of the facts.
            by: who of us puts it on record.
            at: when it is put on record.
            said_at: when he said so; else the interaction's time, else ``at``.
            quote: the words.
            interaction: the id of the interaction in which he did.
        """
        notes = self._begin(at)
        names = notes.several("facts", facts, message("facts"))
        when = intake.said_when(self._state, notes, said_at, interaction)
        confirmed = events.Confirmed(contact, names, when, quote, interaction)
        return self._record(by, notes, confirmed)

    @observed
    @in_turn
    def read(
        self, document: str, fact: str, value: object, *, by: str, at: datetime, **details: Any
    ) -> Entry:
        """Record what a document says; details as for :meth:`hear`, without ``via``."""
        return self._say("document", document, fact, value, by, at, details)

    @observed
    @in_turn
    def observe(self, fact: str, value: object, *, by: str, at: datetime, **details: Any) -> Entry:
        """Record what our rep saw himself; details as for :meth:`hear`, without ``via``."""
        return self._say("observation", by, fact, value, by, at, details)

    @observed
    @in_turn
    def withdraw(self, statement: int, *, by: str, at: datetime, reason: str) -> Entry:
        """Take back a statement, or all of a confirmation; earlier words come to life again.

        Args:
            statement: the sequence number of its entry.
            by: who of us withdraws it.
            at: when.
            reason: why.
        """
        return self._record(by, self._begin(at), events.Withdrawn(statement, reason))

    @observed
    @in_turn
    def correct_time(
        self,
        entry: int,
        true_at: datetime,
        *,
        by: str,
        at: datetime,
        reason: str,
        last: int | None = None,
    ) -> Entry:
        """Put right the time of entries that were recorded by a clock that was wrong.

        The entries stay as they are, and so do judgements made meanwhile. The deal takes their
        times as shifted, by as much as the first one is, and with them each time of a meeting or a
        statement that was taken from one of theirs.

        Args:
            entry: the sequence number of the first entry whose time is wrong.
            true_at: when that was recorded in truth; not before the entry ahead of it.
            by: who of us corrects it.
            at: when it is corrected, by a clock that is right; later entries follow this.
            reason: why.
            last: the sequence number of the last such entry; else the last one of all.
        """
        notes = self._begin(at, corrects=True)
        end = self.version if last is None else last
        when = notes.instant("true_at", true_at)
        corrected = events.TimeCorrected(entry, end, when or intake.SOMEDAY, reason)
        if when is None:
            # By which time would anything be shifted?
            raise EvidenceError([*notes.problems, *form_problems(None, by, corrected)])
        return self._record(by, notes, corrected)

    @observed
    @in_turn
    def waive(
        self,
        guard: str,
        *,
        authority: str,
        by: str,
        at: datetime,
        reason: str,
        until: datetime | None = None,
    ) -> Entry:
        """Set a guard aside on a named person's authority, where the playbook allows it."""
        notes = self._begin(at)
        end = None if until is None else notes.instant("until", until)
        return self._record(by, notes, events.Waived(guard, authority, reason, end))

    def _say(
        self,
        source_kind: SourceKind,
        source: str,
        fact: str,
        value: object,
        by: str,
        at: datetime,
        details: dict[str, Any],
    ) -> Entry:
        notes = self._begin(at)
        allowed = _OF_CONTACTS if source_kind == "contact" else _OF_ALL
        if unknown := sorted(details.keys() - allowed):
            told = message(
                "a statement by a {source_kind} has no {unknown}",
                source_kind=source_kind,
                unknown=listed(unknown),
            )
            notes.problems.note(unknown[0], told, "unknown_field", fields=unknown)
            details = {name: details[name] for name in details if name in allowed}
        said: Said = intake.said(self._state, notes, source_kind, source, fact, value, **details)
        return self._record(by, notes, said)
