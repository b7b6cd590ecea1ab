"""What every node of a condition has: the world it looks at, and what looking collects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import ClassVar, Literal, Protocol, TypeAlias

from attrs import frozen

from dealflow.evidence import Contact, Fact, Lack, LackReason, Reader, Reading
from dealflow.record import Record
from dealflow.values import Value

__all__ = [
    "Alternatives",
    "Condition",
    "Gap",
    "GapReason",
    "Look",
    "Node",
    "OverFact",
    "OverRole",
    "Term",
    "World",
]


class World(Protocol):
    """What a condition is evaluated against: one deal at one instant."""

    @property
    def at(self) -> datetime:
        """The instant, in UTC."""
        ...

    @property
    def heard(self) -> Collection[str]:
        """The ids of the contacts heard first-hand."""
        ...

    @property
    def read(self) -> Reader:
        """From a fact, and a contact for facts of contacts, to what is known of it."""
        ...

    @property
    def until(self) -> datetime | None:
        """The last instant at which the people are these when nothing is put on record."""
        ...

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any role for ``any_role``."""
        ...

    def voice(self, contact: str, /) -> str | None:
        """Who speaks by the id of a contact; nobody when that contact has left."""
        ...

    def attribute(self, name: str, contact: Contact | None) -> Value | None:
        """A bare attribute of the deal or of a contact; ``None`` when it isn't set."""
        ...


GapReason: TypeAlias = Literal[
    LackReason,
    "nobody_in_role",
    "too_few_heard",
    "too_few_voices",
    "not_set",
    "passed",
    "not_named",
]


@frozen(repr=False, slots=False)
class Gap(Record):
    """Something that a condition misses.

    Attributes:
        reason: a reason of :class:`~dealflow.evidence.Lack`; or ``nobody_in_role``,
            ``too_few_heard``, ``too_few_voices`` (too few people behind some facts), ``not_set``
            (an attribute of the deal or contact), ``passed`` (the day named is over),
            ``not_named`` (nobody's list has the item).
        subject: the fact, role or attribute that is missing.
        about: the contact it is about.
        lack: the details for facts; or that it is missing since a rejection only.
        have: how many there are, for ``too_few_heard`` and ``too_few_voices``.
        need: how many there must be, for these.
    """

    reason: GapReason
    subject: str
    about: str | None = None
    lack: Lack | None = None
    have: int = 0
    need: int = 0


class Look:
    """One evaluation: collects the statements that speak for and against, and what is missing.

    Attributes:
        world: what is looked at.
        contact: the contact whom a quantifier is at.
        positive: whether a yes of the node speaks for the condition; ``not`` turns it.
        firm: whether contradictions are read as no answer.
        conflicted: whether there was a contradiction.
        yes: the statements that speak for the condition.
        no: those that speak against it.
        gaps: what is missing, in the order found.
        until: the instant until which the answer stands when nothing is said meanwhile.
    """

    # Nodes are frozen, and one tree serves all deals of a playbook; so everything that changes
    # while a condition is evaluated is in here, and a look is used once.
    __slots__ = (
        "conflicted", "contact", "firm", "gaps", "no", "positive", "until", "world", "yes",
    )  # fmt: skip

    def __init__(self, world: World, contact: Contact | None = None, *, firm: bool = False) -> None:
        self.world = world
        self.contact = contact
        self.positive = True
        self.firm = firm
        self.conflicted = False
        self.yes: list[int] = []
        self.no: list[int] = []
        # A set that keeps its order: questions come in the order of the condition's text.
        self.gaps: dict[Gap, None] = {}
        self.until: datetime | None = None

    def about(self, fact: Fact) -> str | None:
        """The contact whose value of a fact is meant."""
        return self.contact.id if fact.of == "contact" and self.contact is not None else None

    def read(self, fact: Fact) -> Reading:
        """What is known of a fact; what it lacks is a gap."""
        reading = self.peek(fact)
        if reading.lacks:
            about = self.about(fact)
            for lack in reading.lacks:
                self.gaps[Gap(lack.reason, fact.id, about, lack)] = None
        return reading

    def peek(self, fact: Fact) -> Reading:
        """What is known of a fact, when it may be missing."""
        # about() written out: this runs for every fact of every guard.
        about = self.contact.id if fact.of == "contact" and self.contact is not None else None
        reading = self.world.read(fact, about)
        if reading.until is not None:
            self.stands(reading.until)
        return reading

    def stands(self, until: datetime) -> None:
        """Note that the answer may be another one after an instant."""
        if self.until is None or until < self.until:
            self.until = until

    def answer(self, answer: bool, statements: Iterable[int]) -> None:
        """Note the statements that an answer rests on."""
        (self.yes if answer is self.positive else self.no).extend(statements)

    def decided(self, bits: int, by_one: int, before: int) -> int:
        """Forget what is missing in the other parts when one part has decided the whole."""
        # Once one part of an `or` is true, nobody has to be asked for the others, and likewise for
        # an `and` that is false. But when a contradiction was met, the firm look may undo the
        # decision; then the gaps must still be there.
        if bits == by_one and len(self.gaps) > before and not self.conflicted:
            for gap in list(self.gaps)[before:]:
                del self.gaps[gap]
        return bits

    def settle(self, bits: int) -> int:
        """Note a contradiction; it is no answer where only firm ones count."""
        if bits == 3:
            self.conflicted = True
            # judge() looks a second time with firm set: what comes out the same without any
            # contradiction did not hang on one.
            return 0 if self.firm else 3
        return bits


# What adds fields to a node is an attrs class. The others inherit its methods, which compare and
# hash by the class of the very object; each class by itself would be generated anew at import.
class Node:
    """A node of a condition: frozen, comparable, printable as the text that makes it."""

    precedence: ClassVar[int] = 9
    peeks: ClassVar[bool] = False
    """Whether it takes what it reads as it is, known or not, so that nobody is asked for it."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes directly below this one."""
        return ()

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts that this node reads itself."""
        return ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it, depth first."""
        return iter(self._nodes)

    @cached_property
    def _nodes(self) -> tuple[Node, ...]:
        return (self, *(node for child in self.children for node in child.walk()))

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that are read, each once, in the order of the text."""
        return tuple(dict.fromkeys(fact for node in self.walk() for fact in node.reads))

    @cached_property
    def wanted(self) -> tuple[Fact, ...]:
        """The facts whose value is wanted, each once: not those that are only peeked at."""
        reads = (fact for node in self.walk() if not node.peeks for fact in node.reads)
        return tuple(dict.fromkeys(reads))

    @cached_property
    def sense(self) -> tuple[object, ...]:
        """Equal for nodes that come to the same in every world: they say and read the same."""
        # The text alone would not do: another playbook may have a fact of the same name with other
        # sources, or one that goes out of date.
        return (str(self), *(fact.sense for fact in self.facts))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles that are read, each once, in the order of the text."""
        named = (getattr(node, "role", None) for node in self.walk())
        return tuple(dict.fromkeys(role for role in named if role is not None))


class Condition(Node):
    """A node that takes an answer."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        raise NotImplementedError


Alternatives: TypeAlias = "tuple[tuple[Value, tuple[int, ...]], ...]"


class Term(Node):
    """A node that takes values: one for each different live claim."""

    def alternatives(self, look: Look) -> Alternatives:
        """The values it takes, each with the statements it rests on; empty when not known."""
        raise NotImplementedError


@frozen(slots=False, repr=False)
class OverFact(Node):
    """A node that reads one fact."""

    fact: Fact

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts that this node reads itself."""
        return (self.fact,)


@frozen(slots=False, repr=False)
class OverRole(Node):
    """A node that reads who holds one role."""

    role: str
