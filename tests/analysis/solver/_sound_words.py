"""What random conditions are made of: declared facts, and terms of each type."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from attrs import frozen

from dealflow import ValueType
from dealflow.conditions import ATTRIBUTES
from dealflow.evidence import ANY_ROLE

__all__ = ["ITEMS", "ORDERED", "TEXTUAL", "Declared", "Words"]

ORDERED: Final = ("number", "money", "date", "duration")
TEXTUAL: Final = ("text", "choice", "person")
ITEMS: Final = ("a", "b", "c", "d", "e", "f")
# contacts of a played deal are called so, and one account is
_NAMES: Final = ("k1", "k2", "Northwind", "rep")
_NUMBERS: Final = ("0", "1", "2", "3", "4", "5", "2.5", "-1", "9", "1000000", "999999999999")
_DAYS: Final = ("2026-01-05", "2026-01-06", "2026-01-07", "2026-02-01", "2019-06-30", "2199-01-01")
_SPANS: Final = ("hours(1)", "hours(2)", "days(1)", "days(2)", "weeks(2)", "days(400)")
_AMOUNTS: Final = ("0", "1", "2", "1000", "1001", "48000", "0.01", "1000000000")


@frozen
class Declared:
    """A fact as a playbook file declares it.

    Attributes:
        id: its id.
        type: of its value.
        of: ``deal`` or ``contact``.
        choices: of a choice.
        rest: its other keys, each with its TOML text.
    """

    id: str
    type: str
    of: str = "deal"
    choices: tuple[str, ...] = ()
    rest: Mapping[str, str] = {}

    @property
    def toml(self) -> str:
        """The line of the file."""
        keys = {"title": f'"{self.id}"', "type": f'"{self.type}"'}
        if self.of == "contact":
            keys["of"] = '"contact"'
        if self.choices:
            titles = ", ".join(f'{choice} = "{choice}"' for choice in self.choices)
            keys["choices"] = f"{{ {titles} }}"
        keys |= self.rest
        inside = ", ".join(f"{key} = {value}" for key, value in keys.items())
        return f'facts."{self.id}" = {{ {inside} }}'


@frozen
class Words:
    """The terms to choose from, of one playbook.

    Attributes:
        rng: chance.
        facts: the declared facts.
        roles: the declared roles.
        numbers: the few numbers that this playbook names; amounts, days, spans and texts likewise.
    """

    rng: Random
    facts: tuple[Declared, ...]
    roles: tuple[str, ...]
    numbers: tuple[str, ...]
    amounts: tuple[str, ...]
    days: tuple[str, ...]
    spans: tuple[str, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, rng: Random, facts: tuple[Declared, ...], roles: tuple[str, ...]) -> Words:
        """Few constants, so that conditions of one playbook meet at them."""
        choices = {choice for fact in facts for choice in fact.choices}
        texts = {*rng.sample(ITEMS, 4), *rng.sample(sorted(choices), min(2, len(choices)))}
        texts.add(rng.choice(_NAMES))
        numbers, amounts, days, spans = (
            tuple(rng.sample(each, 3)) for each in (_NUMBERS, _AMOUNTS, _DAYS, _SPANS)
        )
        return cls(rng, facts, roles, numbers, amounts, days, spans, tuple(sorted(texts)))

    def role(self) -> str:
        """A role, or any."""
        return self.rng.choice((*self.roles, *self.roles, ANY_ROLE))

    def few(self) -> int:
        """A small number; now and then a larger one."""
        return self.rng.choice((1, 1, 2, 2, 3, 4, 5, 7, 9))

    def known(self, *types: str, inside: bool) -> list[Declared]:
        """The facts of some types that may be read here."""
        return [f for f in self.facts if f.type in types and (inside or f.of == "deal")]

    def fact(self, *types: str, inside: bool) -> str | None:
        """A fact of some types; inside of a quantifier rather one of the contact."""
        found = self.known(*types, inside=inside)
        own = [fact for fact in found if fact.of == "contact"]
        if not found:
            return None
        return self.rng.choice(own if own and self.rng.random() < 0.7 else found).id

    def attributes(self, *types: str, inside: bool) -> list[str]:
        """The attributes of some types that may be read here."""
        return [
            name
            for name, (of, _) in ATTRIBUTES.items()
            if of.value in types and (inside or name.startswith("deal."))
        ]

    def constant(self, type_: str) -> str:
        """A value as it is written in a condition."""
        match type_:
            case "number":
                return self.rng.choice((*self.numbers, str(self.few())))
            case "money":
                return f'money("{self.rng.choice(self.amounts)} EUR")'
            case "date":
                return f'date("{self.rng.choice(self.days)}")'
            case "duration":
                return self.rng.choice(self.spans)
            case "yes_no":
                return self.rng.choice(("True", "False"))
            case _:
                return f'"{self.rng.choice(self.texts)}"'

    def choices(self, term: str) -> tuple[str, ...]:
        """The choices that a term is one of."""
        if term in ATTRIBUTES:
            return ATTRIBUTES[term][1]
        return next((fact.choices for fact in self.facts if fact.id == term), ())

    def text(self, beside: str) -> str:
        """A text in quotes that may be compared with a term."""
        choices = self.choices(beside)
        return f'"{self.rng.choice(choices)}"' if choices else self.constant("text")

    def open_term(self, *types: str, inside: bool) -> str | None:
        """A term that is no constant."""
        kinds = [self.fact(*types, inside=inside)] * 3
        ours = self.attributes(*types, inside=inside)
        own = [name for name in ours if name.startswith("contact.")]
        kinds += [self.rng.choice(own or ours)] * (2 if own else 1) if ours else []
        if "number" in types:
            kinds.append(f"count({self.role()})")
            listed = self.fact("list", inside=inside)
            kinds += [] if listed is None else [f"size({listed})"]
        found = [kind for kind in kinds if kind is not None]
        return self.rng.choice(found) if found else None


def _types() -> frozenset[str]:
    return frozenset(type_.value for type_ in ValueType)


assert {*ORDERED, *TEXTUAL, "yes_no", "list"} == _types(), "a type that conditions do not know yet"
