"""Conditions in plain words: a clause where one is enough, and else a list within a list.

Words such as "and" do not say where a group ends. So two short clauses make a sentence, and
whatever is longer or nested is told as a list under a head that says how its lines are joined:
``all of these hold``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from dealflow.conditions import And, Condition, Not, Or, Quantified, Voices
from dealflow.evidence import ANY_ROLE
from dealflow.record import Record
from dealflow.wording.clauses import predicate, senses
from dealflow.wording.titles import Titles

__all__ = ["Told", "tell"]

_JOINS: Final = re.compile(r"[,;:，；：、。！？]|[.!?](?:\s|$)|\b(?:and|or|either)\b|并且|或")
"""What could be taken for the end of one clause and the beginning of another."""


@frozen(repr=False)
class Told(Record):
    """A condition in words.

    Attributes:
        says: a clause without a full stop; with parts, the words that stand before their list.
        parts: what is listed, each a condition, or one of the facts that are counted together.
    """

    says: str
    parts: tuple[Told, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str]]:
        """Each line with how deep it lies, heads before their lists and without a colon."""
        yield depth, self.says
        for part in self.parts:
            yield from part.lines(depth + 1)


def tell(w: Titles, condition: Condition, *, yes: bool = True) -> Told:
    """A condition in words.

    Args:
        w: the words, and the titles of facts, roles and choices.
        condition: the condition, of the same playbook.
        yes: that it holds, or that it does not.
    """
    match condition:
        case Not(part=part):
            return tell(w, part, yes=not yes)
        case And(parts=parts) | Or(parts=parts):
            told = tuple(tell(w, part) for part in parts)
            return _junction(w, told, every=isinstance(condition, And), yes=yes)
        case Quantified():
            quantified = _quantified(w, condition)
            return quantified if yes else _opposite(w, quantified)
        case Voices(over=facts) if len(facts) > 1:
            who = w.gettext("the number of people who stand behind these")
            number = predicate(w, condition.operator, str(condition.number))
            head = w.gettext("{subject} {predicate}").format(subject=who, predicate=number)
            counted = Told(head, tuple(Told(w.fact(fact.id)) for fact in facts))
            return counted if yes else _opposite(w, counted)
        case _:
            clauses = senses(w, condition)
            return Told(clauses.yes if yes else clauses.no)


def _opposite(w: Titles, told: Told) -> Told:
    if told.parts:
        return Told(w.gettext("this does not hold"), (told,))
    return Told(w.gettext("it is not the case that {clause}").format(clause=told.says))


def _junction(w: Titles, parts: tuple[Told, ...], *, every: bool, yes: bool) -> Told:
    if yes and len(parts) == 2 and all(map(_short, parts)):
        one, other = (part.says for part in parts)
        if every:
            return Told(w.gettext("{one}, and {other}").format(one=one, other=other))
        return Told(w.gettext("either {one}, or {other}").format(one=one, other=other))
    head = {
        (True, True): w.gettext("all of these hold"),
        (True, False): w.gettext("not all of these hold"),
        (False, True): w.gettext("at least one of these holds"),
        (False, False): w.gettext("none of these holds"),
    }[every, yes]
    return Told(head, parts)


def _short(told: Told) -> bool:
    """Whether it can stand in a sentence beside another one, and nobody mistakes where it ends."""
    return not told.parts and not _JOINS.search(told.says)


def _quantified(w: Titles, condition: Quantified) -> Told:
    who = _who(w, condition)
    part, yes = condition.part, True
    while isinstance(part, Not):
        part, yes = part.part, not yes
    if isinstance(part, And | Or):
        head = {
            (True, True): w.gettext("of {who} all of these hold"),
            (True, False): w.gettext("of {who} not all of these hold"),
            (False, True): w.gettext("of {who} at least one of these holds"),
            (False, False): w.gettext("of {who} none of these holds"),
        }[isinstance(part, And), yes]
        return Told(head.format(who=who), tuple(tell(w, each) for each in part.parts))
    told = tell(w, part, yes=yes)
    if told.parts:
        return Told(w.gettext("of {who} this holds").format(who=who), (told,))
    return Told(w.gettext("of {who} it holds that {clause}").format(who=who, clause=told.says))


def _who(w: Titles, condition: Quantified) -> str:
    every = condition.quantifier == "every"
    if condition.role == ANY_ROLE:
        if every:
            return w.gettext("everybody in a buying role")
        return w.gettext("at least one person in a buying role")
    role = w.small(w.role(condition.role))
    if every:
        return w.gettext("everybody known as {role}").format(role=role)
    return w.gettext("at least one person known as {role}").format(role=role)
