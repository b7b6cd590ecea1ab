"""The verbs of a deal that put something on record: people, meetings, and what was said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import asdict

from dealflow.deal import intake
from dealflow.deal.intake import known
from dealflow.deal.ledger import Ledger
from dealflow.deal.observers import observed
from dealflow.evidence import Contact, InteractionKind, SourceKind
from dealflow.trail import Entry, events
from dealflow.values import Money

__all__ = ["Recorder"]

_OF_ALL = frozenset({"said_at", "quote", "about", "interaction"})
_OF_CONTACTS = _OF_ALL | {"first_hand", "via"}
_NOBODY = Contact("nobody", "nobody")


class Recorder(Ledger):
    """A ledger into which evidence comes; nothing is judged here."""

    __slots__ = ()

    # people and meetings

    @observed
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
    ) -> Entry:
        """Put a contact into the map of the deal."""
        with self._begin(by, at) as checks:
            if known(self._state.contacts, id):
                checks.note(f"there is a contact {id!r} already")
            record = intake.contact_record(
                self._state,
                id=id,
                name=name,
                title=title,
                kind=kind,
                roles=roles,
                influence=influence,
                response_mode=response_mode,
                rating=rating,
            )
        return self._commit(by, checks.at, events.ContactAdded(**record))

    @observed
    def change_contact(self, id: str, *, by: str, at: datetime, **changes: Any) -> Entry:
        """Change some of the fields that :meth:`add_contact` takes."""
        with self._begin(by, at) as checks:
            checks.contacts(self._state, [id], "the contact")
            # An unknown contact is noted above; the changes are checked all the same, against
            # nobody's card.
            fields = asdict(known(self._state.contacts, id) or _NOBODY, recurse=False)
            if unknown := sorted(changes.keys() - fields.keys()):
                checks.note(f"a contact has no {', '.join(unknown)}")
            fields |= {name: changes[name] for name in changes if name in fields}
            record = intake.contact_record(self._state, **fields)
        return self._commit(by, checks.at, events.ContactChanged(**record))

    @observed
    def change_amount(self, amount: Money, *, by: str, at: datetime, reason: str) -> Entry:
        """Change the price; the currency stays.

        Raises:
            CurrencyMismatch: the deal's money is in another currency.
        """
        with self._begin(by, at) as checks:
            event = intake.amount_changed(self._state, amount, reason)
        return self._commit(by, checks.at, event)

    @observed
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
        two_way: bool = True,
    ) -> Entry:
        """Record a call, meeting, mail or visit; ``two_way`` is whether both sides spoke."""
        with self._begin(by, at) as checks:
            event = intake.met(
                self._state, checks.at, kind, participants, id, channel, held_at, two_way
            )
        return self._commit(by, checks.at, event)

    # statements

    @observed
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
    def read(
        self, document: str, fact: str, value: object, *, by: str, at: datetime, **details: Any
    ) -> Entry:
        """Record what a document says; details as for :meth:`hear`, without ``via``."""
        return self._say("document", document, fact, value, by, at, details)

    @observed
    def observe(self, fact: str, value: object, *, by: str, at: datetime, **details: Any) -> Entry:
        """Record what our rep saw himself; details as for :meth:`hear`, without ``via``."""
        return self._say("observation", by, fact, value, by, at, details)

    @observed
    def withdraw(self, statement: int, *, by: str, at: datetime, reason: str) -> Entry:
        """Take a statement back; an earlier one of the same source comes to life again.

        Args:
            statement: the sequence number of its entry.
            by: who of us withdraws it.
            at: when.
            reason: why.
        """
        with self._begin(by, at) as checks:
            checks.text(reason, "the reason", empty=False)
            if type(statement) is not int or statement not in self.statements:
                checks.note(f"entry {statement!r} is not a statement")
            elif statement in self.withdrawn:
                checks.note(f"statement {statement} is withdrawn already")
        return self._commit(by, checks.at, events.Withdrawn(statement, reason))

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
        with self._begin(by, at) as checks:
            allowed = _OF_CONTACTS if source_kind == "contact" else _OF_ALL
            if unknown := sorted(details.keys() - allowed):
                checks.note(f"a statement by a {source_kind} has no {', '.join(unknown)}")
                details = {name: details[name] for name in details if name in allowed}
            event = intake.said(self._state, checks.at, source_kind, source, fact, value, **details)
        return self._commit(by, checks.at, event)
