"""The map of a deal's contacts: who holds which role, who left, and who is one person with whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from attrs import evolve

from dealflow.evidence import ANY_ROLE, Contact

__all__ = ["ContactMap"]

_NOBODY: frozenset[str] = frozenset()
_TICK = timedelta(microseconds=1)


class Present:
    """The people of a deal at one instant. Two records of one person go by the id of one of them.

    Attributes:
        until: the last instant at which that is so when nothing is put on record meanwhile.
    """

    __slots__ = ("_ever", "_gone", "_held", "_holders", "_same", "_since", "until")

    def __init__(self, map: ContactMap, at: datetime) -> None:
        self._same = map.same
        self._ever = map.ever
        leaving = {self.same(id): when for id, when in map.leaving.items()}
        for id, when in map.leaving.items():
            leaving[self.same(id)] = min(when, leaving[self.same(id)])
        self._gone = {id for id, when in leaving.items() if when <= at}
        self._since = max((leaving[id] for id in self._gone), default=None)
        ahead = [when - _TICK for when in leaving.values() if when > at]
        self.until: datetime | None = min(ahead, default=None)
        united: dict[str, dict[str, None]] = {}
        for contact in map.contacts.values():
            united.setdefault(self.same(contact.id), {}).update(dict.fromkeys(contact.roles))
        self._held = {id: frozenset(roles) for id, roles in united.items() if id not in self._gone}
        self._holders: dict[str, list[Contact]] = {ANY_ROLE: []}
        for contact in map.contacts.values():
            roles = tuple(united[contact.id]) if contact.id in self._held else ()
            if roles:
                held = contact if roles == contact.roles else evolve(contact, roles=roles)
                for role in (ANY_ROLE, *roles):
                    self._holders.setdefault(role, []).append(held)

    def serves(self, at: datetime) -> bool:
        """Whether the people are these at another instant, too."""
        return (self._since is None or at >= self._since) and (
            self.until is None or at <= self.until
        )

    def roles_of(self, contact: str) -> frozenset[str]:
        """The roles that a contact holds."""
        return self._held.get(self._same.get(contact, contact), _NOBODY)

    def ever(self, contact: str) -> frozenset[str]:
        """The roles that a contact holds or has ever held."""
        return self._ever.get(self._same.get(contact, contact), _NOBODY)

    def same(self, contact: str) -> str:
        """The id by which a contact goes who was found to be one person with another."""
        return self._same.get(contact, contact)

    def voice(self, contact: str) -> str | None:
        """Who speaks by the id of a contact; nobody when that contact has left."""
        who = self._same.get(contact, contact)
        return None if who in self._gone else who

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any role for ``any_role``, in the order added."""
        return self._holders.get(role, ())

    def staying(self, contacts: Iterable[str]) -> Collection[str]:
        """Those of some contacts who have not left."""
        return [id for id in contacts if id not in self._gone] if self._gone else [*contacts]


class ContactMap:
    """All contacts of a deal, as their records say.

    Attributes:
        contacts: by id.
        merged: by the id of a record that was found to be of somebody with another, that other.
        leaving: by id, when somebody leaves, for those who do.
    """

    __slots__ = ("_ever", "_present", "contacts", "leaving", "merged", "same")

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.merged: dict[str, str] = {}
        self.leaving: dict[str, datetime] = {}
        self.same: Mapping[str, str] = MappingProxyType({})
        self._ever: dict[str, frozenset[str]] = {}
        self._present: Present | None = None

    @property
    def ever(self) -> Mapping[str, frozenset[str]]:
        """The roles that each person holds or has ever held."""
        found: dict[str, frozenset[str]] = {}
        for id, roles in self._ever.items():
            who = self.same.get(id, id)
            found[who] = found.get(who, _NOBODY) | roles
        return found

    def put(self, contact: Contact) -> bool:
        """Put a record on the map; whether it changes who speaks in which role."""
        before = self.contacts.get(contact.id)
        self.contacts[contact.id] = contact
        self._ever[contact.id] = self._ever.get(contact.id, _NOBODY) | frozenset(contact.roles)
        self.leaving.pop(contact.id, None)
        if contact.left is not None:
            # From the beginning of the day on.
            self.leaving[contact.id] = datetime.combine(contact.left, time.min, UTC)
        self._present = None
        if before is None:
            return bool(contact.roles or contact.left)
        return (before.roles, before.left) != (contact.roles, contact.left)

    def merge(self, contact: str, into: str) -> None:
        """Take two records for those of one person, who goes by the second id."""
        self.merged[contact] = into
        self._identify()

    def part(self, contact: str) -> None:
        """Take a record for that of a person by himself again."""
        del self.merged[contact]
        self._identify()

    def _identify(self) -> None:
        def last(id: str) -> str:
            while id in self.merged:
                id = self.merged[id]
            return id

        self.same = MappingProxyType({id: last(id) for id in self.merged})
        self._present = None

    def at(self, instant: datetime) -> Present:
        """The people at an instant."""
        present = self._present
        if present is None or not present.serves(instant):
            present = self._present = Present(self, instant)
        return present
