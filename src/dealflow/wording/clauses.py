"""The clauses that conditions are told in: one for each kind of atom, in both its senses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from dealflow.conditions import (
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Covered,
    Disputed,
    Dissent,
    FactRef,
    Final,
    Heard,
    Holds,
    Known,
    Missing,
    Named,
    Operator,
    Plays,
    Term,
    Voices,
    Within,
)
from dealflow.evidence import ANY_ROLE, Fact
from dealflow.values import ValueType
from dealflow.wording.terms import choices, is_date, phrase
from dealflow.wording.titles import Titles

__all__ = ["predicate", "senses"]

_OPPOSITE: Mapping[Operator, Operator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}


class Senses(NamedTuple):
    """What an atom says, and how its opposite is said.

    Attributes:
        yes: a clause for the middle of a sentence.
        no: the clause of its opposite.
    """

    yes: str
    no: str


def senses(w: Titles, atom: Condition) -> Senses:
    """An atom in words."""
    return _TELLERS[type(atom)](w, atom)


def _either(w: Titles, clause: str) -> Senses:
    told = w.gettext("it is not the case that {clause}").format(clause=clause)
    return Senses(clause, told)


def _holding(w: Titles, title: str) -> Senses:
    # An author's title may be a sentence or a mere phrase, so it is left as it is.
    return Senses(title, w.gettext("it is not so that {fact}").format(fact=title))


def _object(w: Titles, fact: Fact) -> str:
    """What is asked with a fact: ``whether the budget is approved``, ``the date``."""
    title = w.fact(fact.id)
    if fact.type is ValueType.YES_NO:
        return w.gettext("whether {fact}").format(fact=title)
    return title


def _known(w: Titles, atom: Known) -> Senses:
    told = w.gettext("we know {what}").format(what=_object(w, atom.fact))
    return _either(w, told)


def _missing(w: Titles, atom: Missing) -> Senses:
    what = _object(w, atom.fact)
    return Senses(
        w.gettext("we do not know {what}").format(what=what),
        w.gettext("we know {what}").format(what=what),
    )


def _disputed(w: Titles, atom: Disputed) -> Senses:
    what = _object(w, atom.fact)
    return Senses(
        w.gettext("answers differ on {what}").format(what=what),
        w.gettext("answers do not differ on {what}").format(what=what),
    )


def _final(w: Titles, atom: Final) -> Senses:
    told = w.gettext("we know {what} by the final word of {roles}")
    roles = w.roles(atom.fact.final_word)
    return _either(w, told.format(what=_object(w, atom.fact), roles=roles))


def _dissent(w: Titles, atom: Dissent) -> Senses:
    values = {"what": _object(w, atom.fact), "roles": w.roles(atom.fact.final_word)}
    return Senses(
        w.gettext("somebody contradicts the final word of {roles} on {what}").format(**values),
        w.gettext("nobody contradicts the final word of {roles} on {what}").format(**values),
    )


def _voices(w: Titles, atom: Voices) -> Senses:
    facts = w.all_of(w.quoted(w.fact(fact.id)) for fact in atom.over)
    who = w.gettext("the number of people who stand behind {facts}").format(facts=facts)
    return _either(w, _clause(w, who, predicate(w, atom.operator, str(atom.number))))


def _named(w: Titles, atom: Named) -> Senses:
    told = w.gettext("{item} is named under {fact}")
    item, fact = w.quoted(w.item(atom.item)), w.quoted(w.fact(atom.fact.id))
    return _either(w, told.format(item=item, fact=fact))


def _covered(w: Titles, atom: Covered) -> Senses:
    if atom.role == ANY_ROLE:
        return _either(w, w.gettext("somebody is known in a buying role"))
    told = w.gettext("somebody is known as {role}")
    return _either(w, told.format(role=w.small(w.role(atom.role))))


def _heard(w: Titles, atom: Heard) -> Senses:
    told = w.ngettext(
        "at least {n} person has been heard first-hand",
        "at least {n} people have been heard first-hand",
        atom.number,
    )
    return _either(w, told.format(n=atom.number))


def _plays(w: Titles, atom: Plays) -> Senses:
    fact = w.quoted(w.fact(atom.fact.id))
    if atom.role == ANY_ROLE:
        told = w.gettext("our map has the person named under {fact} in a buying role")
        return _either(w, told.format(fact=fact))
    told = w.gettext("our map has the person named under {fact} as {role}")
    return _either(w, told.format(fact=fact, role=w.small(w.role(atom.role))))


def _within(w: Titles, atom: Within) -> Senses:
    told = w.gettext("{day} lies within the next {duration}")
    day = phrase(w, atom.term, {})
    return _either(w, told.format(day=day, duration=w.duration(atom.ahead)))


def _compare(w: Titles, atom: Compare) -> Senses:
    terms, operators = atom.terms, atom.operators
    words = next((known for term in terms if (known := choices(w, term))), {})
    dates = any(is_date(term) for term in terms)
    if len(operators) == 1:
        (left, right), (operator,) = terms, operators
        if operator in ("==", "!=") and (told := _answer(w, left, right)):
            return told if operator == "==" else Senses(told.no, told.yes)
        subject = phrase(w, left, words)

        def clause(operator: Operator) -> str:
            return _clause(w, subject, _predicate(w, operator, right, words, dates))

        return Senses(clause(operator), clause(_OPPOSITE[operator]))
    chain = _clause(
        w, phrase(w, terms[0], words), _predicate(w, operators[0], terms[1], words, dates)
    )
    for operator, term in zip(operators[1:], terms[2:], strict=True):
        # Not as two comparisons: a chain is judged for each answer that the middle has by itself.
        chain = w.gettext("{clause}, which {predicate}").format(
            clause=chain, predicate=_predicate(w, operator, term, words, dates)
        )
    return _either(w, chain)


def _answer(w: Titles, left: Term, right: Term) -> Senses | None:
    """A yes or no compared with an answer that is written out."""
    for term, other in ((left, right), (right, left)):
        if isinstance(other, Constant) and isinstance(other.value, bool):
            if isinstance(term, FactRef):
                told = _holding(w, w.fact(term.fact.id))
            elif isinstance(term, AttributeRef):
                told = Senses(
                    w.gettext("we have heard this person first-hand"),
                    w.gettext("we have not heard this person first-hand"),
                )
            else:
                return None
            return told if other.value else Senses(told.no, told.yes)
    return None


def _clause(w: Titles, subject: str, predicate: str) -> str:
    return w.gettext("{subject} {predicate}").format(subject=subject, predicate=predicate)


def _predicate(
    w: Titles, operator: Operator, right: Term, words: Mapping[str, str], dates: bool
) -> str:
    if operator in ("in", "not in"):
        return _among(w, operator, right, words)
    return predicate(w, operator, phrase(w, right, words), dates=dates)


def predicate(w: Titles, operator: Operator, value: str, *, dates: bool = False) -> str:
    """A comparison without its subject: ``is at least EUR 60,000``."""
    told = {
        "==": w.gettext("is {value}"),
        "!=": w.gettext("is not {value}"),
        "<": w.gettext("is before {value}") if dates else w.gettext("is less than {value}"),
        "<=": w.gettext("is on or before {value}") if dates else w.gettext("is at most {value}"),
        ">": w.gettext("is after {value}") if dates else w.gettext("is more than {value}"),
        ">=": w.gettext("is on or after {value}") if dates else w.gettext("is at least {value}"),
    }[operator]
    return told.format(value=value)


def _among(w: Titles, operator: Operator, right: Term, words: Mapping[str, str]) -> str:
    if isinstance(right, Constant):
        items = (w.quoted(words.get(item, item)) for item in cast("tuple[str, ...]", right.value))
        if operator == "in":
            return w.gettext("is {value}").format(value=w.one_of(items))
        return w.gettext("is none of {values}").format(values=w.listed(items))
    values = {"list": w.quoted(phrase(w, right, words))}
    if operator == "in":
        return w.gettext("stands in the list {list}").format(**values)
    return w.gettext("does not stand in the list {list}").format(**values)


_TELLERS: Mapping[type, Callable[[Titles, Any], Senses]] = {
    Holds: lambda w, atom: _holding(w, w.fact(atom.fact.id)),
    Known: _known,
    Missing: _missing,
    Disputed: _disputed,
    Final: _final,
    Dissent: _dissent,
    Voices: _voices,
    Named: _named,
    Covered: _covered,
    Heard: _heard,
    Plays: _plays,
    Within: _within,
    Compare: _compare,
}
