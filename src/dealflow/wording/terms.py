"""The terms of conditions as phrases: facts, attributes, numbers of people, and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import cast

from dealflow.conditions import ATTRIBUTES, AttributeRef, Constant, Count, FactRef, Size, Term
from dealflow.evidence import ANY_ROLE
from dealflow.values import Value, ValueType
from dealflow.wording.titles import Titles

__all__ = ["choices", "is_date", "phrase"]


def is_date(term: Term) -> bool:
    """Whether a term is a day, of which one says "before" and not "less than"."""
    if isinstance(term, FactRef):
        return term.fact.type is ValueType.DATE
    if isinstance(term, AttributeRef):
        return ATTRIBUTES[term.name][0] is ValueType.DATE
    return isinstance(term, Constant) and isinstance(term.value, date)


def phrase(w: Titles, term: Term, words: Mapping[str, str]) -> str:
    """A term as a phrase; texts and choices in quotation marks."""
    match term:
        case FactRef(fact=fact):
            title = w.fact(fact.id)
            return w.quoted(title) if fact.type is ValueType.YES_NO else title
        case AttributeRef(name=name):
            return _attribute(w, name)
        case Count(role=role):
            if role == ANY_ROLE:
                return w.gettext("the number of people known in a buying role")
            told = w.gettext("the number of people known as {role}")
            return told.format(role=w.small(w.role(role)))
        case Size(fact=fact):
            told = w.gettext("the number of entries under {fact}")
            return told.format(fact=w.quoted(w.fact(fact.id)))
        case _:
            return _value(w, cast("Constant", term).value, words)


def _value(w: Titles, value: Value, words: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return w.quoted(words.get(value) or w.item(value))
    return w.quoted(w.yes_no(value)) if isinstance(value, bool) else w.plain(value)


def _attribute(w: Titles, name: str) -> str:
    return {
        "deal.talks": w.gettext("the number of talks"),
        "contact.influence": w.gettext("this person's influence"),
        "contact.response_mode": w.gettext("this person's response mode"),
        "contact.rating": w.gettext("this person's rating of us"),
        "contact.heard": w.gettext("“heard first-hand”"),
        "contact.kind": w.gettext("the kind of this contact"),
        "contact.department": w.gettext("this person's department"),
        "contact.level": w.gettext("this person's level"),
    }.get(name) or w.attribute(name)


def choices(w: Titles, term: Term) -> Mapping[str, str]:
    """The choices that a term is one of, in words."""
    if isinstance(term, FactRef):
        titles = w.playbook.fact[term.fact.id].choices
        return {id: w.text(title) for id, title in titles.items()}
    if not isinstance(term, AttributeRef):
        return {}
    # An influence is called otherwise beside its subject than alone, where it is "high influence".
    tellers: Mapping[str, object] = {
        "contact.influence": {
            "high": w.pgettext("influence", "high"),
            "medium": w.pgettext("influence", "medium"),
            "low": w.pgettext("influence", "low"),
        }.__getitem__,
        "contact.response_mode": w.response_mode,
        "contact.kind": w.kind,
        "contact.level": w.level,
        "deal.source": w.lead_source,
    }
    # Each takes the words of its own attribute, and is given no others.
    tell = cast("Callable[[str], str]", tellers.get(term.name))
    return {id: tell(id) for id in ATTRIBUTES[term.name][1]}
