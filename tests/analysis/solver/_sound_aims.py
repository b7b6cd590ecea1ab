"""Guesses what would bring a condition to a truth, and does it to a deal; often it is wrong.

The condition is gone through from the top: of an ``and`` that is to be true all parts are, and so
on down to facts, which get values near the constants that the playbook names. What comes of it,
only the assessment tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from dealflow import Fact, Truth
from dealflow.conditions import (
    OPERATORS,
    And,
    AttributeRef,
    Compare,
    Condition,
    Covered,
    Disputed,
    Dissent,
    FactRef,
    Heard,
    Holds,
    Known,
    Missing,
    Named,
    Not,
    Or,
    Plays,
    Quantified,
    Term,
    Voices,
    Within,
)
from dealflow.conditions import (
    Final as OnFinal,
)
from dealflow.values import Value
from tests.analysis.solver._sound_comparing import compare
from tests.analysis.solver._sound_hints import Tools

__all__ = ["Aims"]

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
_OPPOSITE: Final = {TRUE: FALSE, FALSE: TRUE}


class Aims:
    """Does to a deal what might bring conditions where they are wanted.

    Attributes:
        tools: the deal, and what to do with it.
    """

    def __init__(self, tools: Tools) -> None:
        self.tools, self.stage, self.rng = tools, tools.stage, tools.stage.rng

    def aim(self, node: Condition, truth: Truth, whom: str | None = None) -> None:
        """Try to bring a condition to a truth, inside of a quantifier for one contact."""
        match node:
            case Not(part=part):
                self.aim(part, _OPPOSITE.get(truth, truth), whom)
            case And(parts=parts):
                self._joined(parts, truth, TRUE, whom)
            case Or(parts=parts):
                self._joined(parts, truth, FALSE, whom)
            case Quantified(role=role, part=part):
                self._of_people(role, part, truth, every=node.quantifier == "every")
            case Compare():
                compare(self.tools, node, truth, whom)
            case Within(term=term, ahead=ahead):
                self._within(term, ahead, truth, whom)
            case Covered() | Heard() | Voices():
                self._people(node, truth, whom)
            case _:
                self._fact(node, node.facts[0], truth, whom)

    def _people(self, node: Condition, truth: Truth, whom: str | None) -> None:
        match node:
            case Covered(role=role):
                self.stage.count(role, self.rng.choice((1, 1, 2)) if truth is TRUE else 0)
            case Heard(number=number):
                more = number + self.rng.choice((0, 0, 1))
                few = self.rng.choice((number - 1, 0))
                spare = self.tools.spare
                self.stage.hear(more if truth is TRUE else few, spare, self.tools.some(spare))
            case Voices():
                self._voices(node, truth, whom)
            case _:
                raise TypeError(node)

    # what has parts

    def _joined(
        self, parts: Sequence[Condition], truth: Truth, all_: Truth, whom: str | None
    ) -> None:
        order = list(parts)
        self.rng.shuffle(order)
        if truth is all_:
            for part in order:
                self.aim(part, truth, whom)
            return
        decisive = _OPPOSITE[all_]
        first, *others = order
        rest = all_ if truth is not decisive else self.rng.choice((all_, decisive, UNKNOWN))
        if truth is CONFLICTED and self.rng.random() < 0.3:
            rest = self.rng.choice((UNKNOWN, CONFLICTED))
        for part in others:
            self.aim(part, rest, whom)
        self.aim(first, truth, whom)

    def _of_people(self, role: str, part: Condition, truth: Truth, *, every: bool) -> None:
        stage, rng = self.stage, self.rng
        if truth is UNKNOWN and rng.random() < 0.3:
            stage.count(role, 0)
            return
        if not stage.holders(role) or rng.random() < 0.3:
            stage.count(role, rng.choice((1, 1, 2, 3)))
        people = stage.holders(role)
        rng.shuffle(people)
        common = TRUE if every else FALSE
        if truth is not common and len(people) > 1:
            for id in people[1:]:
                # whoever is right already for another condition is left alone, now and then
                if rng.random() < 0.5:
                    rest = rng.choice((common, common, UNKNOWN, truth))
                    self.aim(part, rest, id)
            self.aim(part, truth, people[0])
            return
        for id in people:
            self.aim(part, truth, id)

    # facts

    def _about(self, fact: Fact, whom: str | None) -> str | None:
        return whom if fact.of == "contact" else None

    def _answer(
        self, fact: Fact, truth: Truth, yes: list[Value], no: list[Value], whom: str | None
    ) -> None:
        about = self._about(fact, whom)
        if truth is UNKNOWN:
            self.stage.lack(fact, [*yes, *no], about)
            return
        values = {TRUE: yes, FALSE: no, CONFLICTED: [*yes, *no]}[truth]
        if values:
            self.stage.establish(fact, values, about)

    def _fact(self, node: Condition, fact: Fact, truth: Truth, whom: str | None) -> None:
        about = self._about(fact, whom)
        match node:
            case Holds():
                self._answer(fact, truth, [True], [False], whom)
            case Known():
                self._known(fact, about, known=truth is TRUE)
            case Missing():
                self._known(fact, about, known=truth is FALSE)
            case OnFinal() | Dissent():
                self._final(node, fact, truth, about)
            case Disputed():
                self._disputed(fact, about, differ=truth is TRUE)
            case Named(item=item):
                self._named(fact, item, about, there=truth is TRUE)
            case Plays(role=role):
                self._plays(fact, role, truth, about)
            case _:
                raise TypeError(node)

    def _final(self, node: Condition, fact: Fact, truth: Truth, about: str | None) -> None:
        stage, tools = self.stage, self.tools
        if isinstance(node, Dissent) or truth is TRUE:
            number = 2 if isinstance(node, Dissent) and truth is TRUE else 1
            stage.dissent(fact, tools.several(fact, number), about)
            return
        stage.lack(fact, tools.several(fact, 1), about)
        if self.rng.random() < 0.5:
            stage.say(fact, tools.some(fact), "!a paper", about)

    def _known(self, fact: Fact, about: str | None, *, known: bool) -> None:
        before = self.stage.values(fact, about)
        if known:
            self.stage.establish(fact, before or self.tools.several(fact, 1), about)
        else:
            self.stage.lack(
                fact, before or self.tools.several(fact, self.rng.choice((1, 2))), about
            )

    def _disputed(self, fact: Fact, about: str | None, *, differ: bool) -> None:
        before = self.stage.values(fact, about)
        wanted = before if len(before) > 1 else [*before, *self.tools.several(fact, 2)]
        if not differ:
            self.stage.establish(fact, wanted[:1], about)
        elif self.rng.random() < 0.3:
            self.stage.lack(fact, wanted[:2], about)
        else:
            # a list in another order has the same items, and is another
            listed = wanted[0]
            if isinstance(listed, tuple) and len(listed) > 1 and self.rng.random() < 0.5:
                wanted = [listed, listed[::-1]]
            self.stage.establish(fact, list(dict.fromkeys(wanted))[:3], about)

    def _named(self, fact: Fact, item: str, about: str | None, *, there: bool) -> None:
        lists = [v for v in self.stage.values(fact, about) if isinstance(v, tuple)]
        if not there:
            left = [tuple(each for each in listed if each != item) for listed in lists]
            self.stage.establish(fact, list(dict.fromkeys(left or [("other",)])), about)
        elif lists and self.rng.random() < 0.6:
            one = self.rng.choice(lists)
            lists[lists.index(one)] = tuple(dict.fromkeys((*one, item)))
            self.stage.establish(fact, list(dict.fromkeys(lists)), about)
        else:
            self.stage.establish(fact, list(dict.fromkeys([*lists, (item,)])), about)

    def _plays(self, fact: Fact, role: str, truth: Truth, about: str | None) -> None:
        stage = self.stage
        if truth is UNKNOWN:
            stage.lack(fact, self.tools.several(fact, 1), about)
            return
        before = [str(v) for v in stage.values(fact, about)]
        if truth is TRUE and len(before) == 1 and self.rng.random() < 0.6:
            roles = stage.people[before[0]].roles
            given = self.rng.choice(stage.roles) if role not in stage.roles else role
            stage.change(before[0], roles=tuple(dict.fromkeys((*roles, given))))
            stage.establish(fact, list(before), about)
            return
        named: list[Value] = []
        if truth is not FALSE:
            named.append(self._holder(role))
        if truth is not TRUE:
            others = [id for id in stage.people if id not in stage.holders(role)]
            named.append(self.rng.choice(others) if others else stage.add())
        stage.establish(fact, named, about)

    def _holder(self, role: str) -> str:
        if not self.stage.holders(role):
            self.stage.count(role, 1)
        return self.rng.choice(self.stage.holders(role))

    def _voices(self, node: Voices, truth: Truth, whom: str | None) -> None:
        facts = [(fact, self._about(fact, whom)) for fact in node.over]
        fits = [n for n in range(13) if OPERATORS[node.operator](n, node.number)]
        if truth is not TRUE:
            fits = [n for n in range(13) if n not in fits] or [0]
        near = sorted(fits, key=lambda n: abs(n - node.number))
        number = self.rng.choice(near[:2] or [0])
        fact = facts[0][0]
        values = [v for f, about in facts for v in self.stage.values(f, about) if f == fact]
        same = all(f.type is fact.type for f, _ in facts)
        if same and not fact.choices:
            self.stage.voice(facts, number, values or [self.tools.some(fact)])
        else:
            self.stage.voice(facts[:1], number, values or [self.tools.some(fact)])

    def _within(self, term: Term, ahead: timedelta, truth: Truth, whom: str | None) -> None:
        today = self.stage.at.date()
        inside = [today, today + timedelta(days=ahead.days), today + timedelta(days=1)]
        later = [today + timedelta(days=ahead.days + 1), today + timedelta(days=ahead.days + 40)]
        over = [today - timedelta(days=1), today - timedelta(days=100)]
        if isinstance(term, FactRef):
            about = self._about(term.fact, whom)
            if truth is UNKNOWN and self.rng.random() < 0.5:
                self.stage.establish(term.fact, [self.rng.choice(over)], about)
                return
            self._answer(
                term.fact, truth, [self.rng.choice(inside)], [self.rng.choice(later)], whom
            )
        elif isinstance(term, AttributeRef):
            days = {TRUE: inside, FALSE: later}.get(truth, over)
            self.stage.ours(term.name.removeprefix("deal."), self.rng.choice(days))
