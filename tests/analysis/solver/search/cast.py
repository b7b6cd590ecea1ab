"""The people of a scene, and who of them may say what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from attrs import field, frozen

from dealflow.analysis.solver.scenes import Person
from dealflow.evidence import SELF

__all__ = ["Cast"]


@frozen
class Cast:
    """The people of a scene, and who of them may be heard.

    Attributes:
        people: the contacts.
        heard: the ids of those who are heard first-hand; ``None`` is whoever needs to be.
        voices: the ids of those who stand behind each fact of which conditions count the voices,
            and no others do; ``None`` where no condition counts them.
    """

    people: tuple[Person, ...]
    heard: frozenset[str] | None = None
    voices: frozenset[str] | None = None
    _roles: dict[str, frozenset[str]] = field(init=False, repr=False, eq=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._roles.update({p.id: frozenset(p.roles) for p in self.people})

    @property
    def until(self) -> datetime | None:
        """People stay who they are."""
        return None

    def roles_of(self, contact: str) -> frozenset[str]:
        """The roles of a contact."""
        return self._roles.get(contact, frozenset())

    def ever(self, contact: str) -> frozenset[str]:
        """The roles that a contact holds: nobody held others before."""
        return self.roles_of(contact)

    def same(self, contact: str) -> str:
        """The contact: nobody has two records."""
        return contact

    def may_speak(self, id: str) -> bool:
        """Whether a contact may say something first-hand."""
        return self.heard is None or id in self.heard

    def speakers(self, roles: Collection[str] = (), about: str | None = None) -> tuple[str, ...]:
        """Those who may say something first-hand, and have one of some roles, if any are named."""
        return tuple(
            p.id
            for p in self.people
            if self.may_speak(p.id) and (not roles or self.plays(p.id, roles, about))
        )

    def plays(self, id: str, roles: Collection[str], about: str | None) -> bool:
        """Whether a contact has one of some roles, or speaks for himself where that is one."""
        return not self.roles_of(id).isdisjoint(roles) or (SELF in roles and id == about)
