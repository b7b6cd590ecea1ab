"""The atoms of conditions: nodes that take answers straight from what is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar, cast

from attrs import frozen

from dealflow.conditions.base import Condition, Gap, Look, Node, OverFact, OverRole, Term
from dealflow.conditions.chains import OPERATORS, Operator
from dealflow.conditions.terms import literal
from dealflow.evidence import Fact, Lack

__all__ = [
    "Covered",
    "Disputed",
    "Dissent",
    "Final",
    "Heard",
    "Holds",
    "Known",
    "Missing",
    "Named",
    "Plays",
    "Voices",
    "Within",
]


class Holds(OverFact, Condition):
    """A yes_no fact by itself."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        reading = look.read(self.fact)
        bits = 0
        for value, ids in reading.values:
            look.answer(bool(value), ids)
            bits |= 1 if value else 2
        # What was said is evidence even where it does not count yet, as of somebody in another
        # role: it shows what there is to confirm. But it answers nothing.
        return 0 if reading.lacks else look.settle(bits)

    def __str__(self) -> str:
        return self.fact.id


class Known(OverFact, Condition):
    """Whether a fact is established: TRUE or UNKNOWN."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        reading = look.read(self.fact)
        if reading.lacks:
            return 0
        for _, ids in reading.values:
            look.answer(True, ids)
        return 1

    def __str__(self) -> str:
        return f"known({self.fact.id})"


class Missing(OverFact, Condition):
    """Whether a fact is not established: TRUE or FALSE, for red flags."""

    peeks: ClassVar[bool] = True

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        return 1 if look.peek(self.fact).lacks else 2

    def __str__(self) -> str:
        return f"missing({self.fact.id})"


class Disputed(OverFact, Condition):
    """Whether the live claims of a fact differ: TRUE or FALSE, for red flags."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        values = look.peek(self.fact).values
        if len(values) < 2:
            return 2
        for _, ids in values:
            look.answer(True, ids)
        return 1

    def __str__(self) -> str:
        return f"disputed({self.fact.id})"


class Final(OverFact, Condition):
    """Whether a fact is known by the word of those who have the final one: TRUE or UNKNOWN."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        reading = look.read(self.fact)
        if reading.final:
            for _, ids in reading.values:
                look.answer(True, ids)
            return 1
        if not reading.lacks:
            lack = Lack("final_word", roles=self.fact.final_word)
            look.gaps[Gap(lack.reason, self.fact.id, look.about(self.fact), lack)] = None
        return 0

    def __str__(self) -> str:
        return f"final({self.fact.id})"


class Dissent(OverFact, Condition):
    """Whether others speak against the final word: TRUE or FALSE, for red flags."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        dissent = look.peek(self.fact).dissent
        look.answer(True, dissent)
        return 1 if dissent else 2

    def __str__(self) -> str:
        return f"dissent({self.fact.id})"


@frozen(slots=False, repr=False)
class Voices(Condition):
    """How many contacts stand behind some facts, compared with a number.

    Those count from whom we have a live claim of a fact that is established; documents and our own
    observations are no voices. Where more voices could make it true, it is UNKNOWN and not false.
    """

    precedence: ClassVar[int] = 4
    over: tuple[Fact, ...]
    operator: Operator
    number: int

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts that this node reads itself."""
        return self.over

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        voice, voices, statements = look.world.voice, set[str](), list[int]()
        for reading in map(look.peek, self.over):
            for statement in () if reading.lacks else reading.live:
                teller = statement.teller
                if teller is not None and (who := voice(teller)) is not None:
                    voices.add(who)
                    statements.append(statement.id)
        have = len(voices)
        if not self.answer(have) and (need := self.needs_more(have)) is not None:
            look.gaps[Gap("too_few_voices", "", have=have, need=need)] = None
            return 0
        look.answer(self.answer(have), statements)
        return 1 if self.answer(have) else 2

    def answer(self, have: int) -> bool:
        """What so many voices come to."""
        return OPERATORS[self.operator](have, self.number)

    def needs_more(self, have: int) -> int | None:
        """How many voices it takes, if more than there are would do."""
        more = range(have + 1, self.number + 2)
        return next((number for number in more if self.answer(number)), None)

    def __str__(self) -> str:
        facts = ", ".join(fact.id for fact in self.over)
        return f"voices({facts}) {self.operator} {self.number}"


@frozen(slots=False, repr=False)
class Named(OverFact, Condition):
    """Whether somebody's list has an item: TRUE or UNKNOWN; not listing it is not a no."""

    item: str

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        reading = look.read(self.fact)
        # All lists together: whoever leaves an item out has not denied it, as he may never have
        # thought of it.
        naming = [
            ids for value, ids in reading.values if self.item in cast("tuple[str, ...]", value)
        ]
        for ids in naming:
            look.answer(True, ids)
        if not naming and not reading.lacks:
            look.gaps[Gap("not_named", self.fact.id, look.about(self.fact))] = None
        return 1 if naming and not reading.lacks else 0

    def __str__(self) -> str:
        return f"named({self.fact.id}, {literal(self.item)})"


class Covered(OverRole, Condition):
    """Whether somebody holds a role: TRUE or UNKNOWN."""

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        if look.world.holders(self.role):
            return 1
        look.gaps[Gap("nobody_in_role", self.role)] = None
        return 0

    def __str__(self) -> str:
        return f"covered({self.role})"


@frozen(slots=False, repr=False)
class Heard(Condition):
    """Whether enough contacts were heard first-hand: TRUE or UNKNOWN."""

    number: int

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        have = len(look.world.heard)
        if have >= self.number:
            return 1
        look.gaps[Gap("too_few_heard", "", have=have, need=self.number)] = None
        return 0

    def __str__(self) -> str:
        return f"heard({self.number})"


@frozen(slots=False, repr=False)
class Plays(OverFact, Condition):
    """Whether the contact whom a person fact names holds a role in our contact map."""

    role: str

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        reading = look.read(self.fact)
        # Where the map has nobody in the role, anybody who is named speaks against it: then the map
        # is to be corrected.
        holders = {contact.id for contact in look.world.holders(self.role)}
        bits = 0
        for value, ids in reading.values:
            answer = value in holders
            look.answer(answer, ids)
            bits |= 1 if answer else 2
        return 0 if reading.lacks else look.settle(bits)

    def __str__(self) -> str:
        return f"plays({self.fact.id}, {self.role})"


@frozen(slots=False, repr=False)
class Within(Condition):
    """Whether a day lies between today and some time ahead; a day that is over gives no answer."""

    term: Term
    ahead: timedelta

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts."""
        return (self.term,)

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        today = look.world.at.date()
        last = today + self.ahead
        # Tomorrow, today is another day: the answer is good until midnight even when nobody says
        # anything.
        look.stands(datetime.combine(today, time.max, UTC))
        bits = 0
        for value, ids in self.term.alternatives(look):
            day = cast("date", value)  # the parser lets nothing else in
            if day < today:
                # The day was right once, and nobody has said a no by letting it pass. So it is
                # asked for anew.
                about = next((look.about(fact) for fact in self.facts), None)
                look.gaps[Gap("passed", str(self.term), about)] = None
                continue
            within = day <= last
            look.answer(within, ids)
            bits |= 1 if within else 2
        return look.settle(bits)

    def __str__(self) -> str:
        return f"within({self.term}, {literal(self.ahead)})"
