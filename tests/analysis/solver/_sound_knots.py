"""Conditions whose parts hang on one another, so that what can be is rare and hard to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from tests.analysis.solver._sound_words import ITEMS, ORDERED, TEXTUAL, Words

__all__ = ["KNOTS", "Knots"]

_OF_PEOPLE: Final = (
    ("contact.influence", ('"high"', '"medium"', '"low"')),
    ("contact.level", ('"executive"', '"manager"', '"staff"')),
    ("contact.kind", ('"person"', '"committee"', '"third_party"')),
    ("contact.response_mode", ('"growth"', '"trouble"', '"even_keel"', '"overconfident"')),
    ("contact.rating", ("-5", "-1", "0", "1", "4", "5")),
    ("contact.department", ('"a"', '"b"', '"c"', '"k1"', '"Northwind"')),
    ("contact.heard", ("True", "False")),
)
_FINE: Final = {"number": ("4", "5"), "date": ("2026-01-05", "2026-01-09")}


@frozen
class Knots:
    """Writes parts of a condition that share facts, people or constants.

    Attributes:
        words: the terms to choose from.
    """

    words: Words

    def tie(self) -> list[str]:
        """The parts of one knot, to be joined with ``and``."""
        rng = self.words.rng
        while True:
            parts = KNOTS[rng.choice(tuple(KNOTS))](self)
            if parts and not any("None" in part for part in parts):
                return parts

    def _fact(self, *types: str) -> str:
        return str(self.words.fact(*types, inside=False))

    def members(self) -> list[str]:
        """Items that are in a list, and others that are not, perhaps with its size."""
        words, rng = self.words, self.words.rng
        listed = str(words.open_term("list", inside=False))
        items = rng.sample(ITEMS, rng.choice((2, 3, 5, 6)))
        parts = [f'"{item}" {rng.choice(("in", "not in"))} {listed}' for item in items]
        if rng.random() < 0.4 and listed != "deal.products":
            parts.append(f"size({listed}) {rng.choice(('==', '<=', '>'))} {rng.randint(0, 5)}")
        return parts

    def naming(self) -> list[str]:
        """Items that several people name, each with a short list."""
        rng = self.words.rng
        listed = self._fact("list")
        items = rng.sample(ITEMS, rng.choice((2, 3, 4)))
        told = [f'named({listed}, "{item}")' for item in items]
        return [*told, f"size({listed}) {rng.choice(('==', '<='))} {rng.choice((1, 1, 2))}"]

    def counting(self) -> list[str]:
        """A number of people or items that matters only through a fact."""
        words, rng = self.words, self.words.rng
        number = self._fact("number")
        counted = rng.choice((f"count({words.role()})", f"size({self._fact('list')})"))
        least = rng.choice((2, 3, 4, 5, 7))
        return [f"{counted} == {number}", f"{number} {rng.choice(('>=', '==', '>'))} {least}"]

    def chain(self) -> list[str]:
        """Values in a strict order between two constants that are close together."""
        rng = self.words.rng
        type_ = rng.choice(("number", "date"))
        low, high = _FINE[type_]
        terms = [self._fact(type_) for _ in range(rng.choice((2, 3, 4)))]
        if type_ == "date":
            low, high = f'date("{low}")', f'date("{high}")'
        return [f"{low} <= {' < '.join(terms)} <= {high}"]

    def crossing(self) -> list[str]:
        """Values of one type that are to be those of another."""
        words, rng = self.words, self.words.rng
        one, two = self._fact("choice", "person"), self._fact("text", "choice", "person")
        parts = [f"{one} {rng.choice(('==', '!='))} {two}"]
        if rng.random() < 0.6:
            parts.append(f"{rng.choice((one, two))} in {words.open_term('list', inside=False)}")
        if rng.random() < 0.4:
            parts.append(f"{two} == {words.text(two)}")
        if rng.random() < 0.3:
            parts.append(f"deal.account == {one}")
        return parts

    def two_roles(self) -> list[str]:
        """One person in several roles."""
        rng, who = self.words.rng, self._fact("person")
        roles = rng.sample(self.words.roles, 2)
        parts = [f"plays({who}, {role})" for role in roles]
        if rng.random() < 0.5:
            parts.append(f"count({rng.choice(roles)}) {rng.choice(('<=', '=='))} 2")
        if rng.random() < 0.5:
            parts[1] = f"not {parts[1]}"
        return parts

    def different_people(self) -> list[str]:
        """What no one person can be: several people, or one too few."""
        words, rng = self.words, self.words.rng
        role = words.role()
        name, values = rng.choice(_OF_PEOPLE)
        some = rng.sample(values, min(len(values), rng.choice((2, 3, 4))))
        parts = [f"some({role}, {name} == {each})" for each in some]
        if rng.random() < 0.4:
            parts[-1] = f"every({role}, {name} in [{some[-1]}])" if '"' in some[-1] else parts[-1]
        if rng.random() < 0.4:
            own = words.fact("number", "yes_no", "text", inside=True)
            parts.append(f"every({role}, known({own}))")
        if rng.random() < 0.6:
            parts.append(f"count({role}) <= {len(some) - rng.choice((0, 0, 1))}")
        return parts

    def many_heard(self) -> list[str]:
        """More people heard than are in roles, or more than would be tried."""
        words, rng = self.words, self.words.rng
        number = rng.choice((2, 3, 5, 7, 9))
        parts = [f"heard({number})"]
        if rng.random() < 0.5:
            parts.append(f"count(any_role) {rng.choice(('<', '<=', '=='))} {number}")
        if rng.random() < 0.4:
            parts.append(f"some({words.role()}, not contact.heard)")
        return parts

    def itself(self) -> list[str]:
        """A fact compared with itself, which only contradictions can make other than plain."""
        rng = self.words.rng
        fact = self._fact(*ORDERED)
        way = rng.choice(("<", "<=", "!=", "=="))
        number = rng.choice((2, 3, 3))
        parts = [f" {way} ".join([fact] * number)]
        if rng.random() < 0.4:
            parts.append(f"disputed({fact})")
        return parts

    def established(self) -> list[str]:
        """A fact known, missing, disputed and final, in ways that bear on one another."""
        words, rng = self.words, self.words.rng
        fact = rng.choice([f for f in words.facts if f.of == "deal"])
        ways = ["known({})", "missing({})", "disputed({})", "not disputed({})", "voices({}) < 2"]
        if "final_word" in fact.rest:
            ways += ["final({})", "dissent({})", "not dissent({})", "voices({}) == 1"]
        return [way.format(fact.id) for way in rng.sample(ways, rng.choice((2, 3)))]

    def crowd(self) -> list[str]:
        """Voices behind facts, more or fewer than there are people."""
        words, rng = self.words, self.words.rng
        one, two = (str(words.fact(*ORDERED, *TEXTUAL, inside=False)) for _ in range(2))
        number = rng.choice((2, 3, 5))
        return [
            f"voices({one}) {rng.choice(('>=', '=='))} {number}",
            f"voices({one}, {two}) {rng.choice(('==', '>=', '<='))} {number + rng.choice((0, 1))}",
        ]

    def days(self) -> list[str]:
        """Days ahead, and days between them."""
        words, rng = self.words, self.words.rng
        day = str(words.open_term("date", inside=False))
        parts = [f"within({day}, days(3))", f"not within({day}, days({rng.choice((2, 1))}))"]
        if rng.random() < 0.4:
            parts.append(f"{day} < {words.open_term('date', inside=False)}")
        return parts

    def ours(self) -> list[str]:
        """Attributes of the card that hang together."""
        words, rng = self.words, self.words.rng
        money = self._fact("money")
        parts = [
            f"deal.amount {rng.choice(('<', '==', '>'))} deal.lines_total",
            f"deal.lines_total {rng.choice(('<', '==', '>'))} {money}",
            f"{money} {rng.choice(('<=', '=='))} {words.constant('money')}",
            'deal.source_name == "a"',
            'deal.source != "referral"',
            f'"a" {rng.choice(("in", "not in"))} deal.products',
            f"deal.talks {rng.choice(('==', '<'))} {words.few()}",
            "deal.owner == deal.market",
        ]
        return rng.sample(parts, rng.choice((2, 3, 4)))

    def quantified(self) -> list[str]:
        """Facts of contacts set against facts of the deal."""
        words, rng = self.words, self.words.rng
        own = [f for f in words.facts if f.of == "contact" and f.type in ORDERED]
        if not own:
            return []
        one = rng.choice(own)
        other = self._fact(one.type)
        role, second = words.role(), words.role()
        return [
            f"some({role}, {one.id} < {other})",
            f"{rng.choice(('every', 'some'))}({second}, {one.id} >= {other})",
            f"count({role}) <= {rng.choice((1, 2))}",
        ]


KNOTS: Final[Mapping[str, Callable[[Knots], list[str]]]] = {
    name: getattr(Knots, name)
    for name in (
        "members", "naming", "counting", "chain", "crossing", "two_roles", "different_people",
        "many_heard", "itself", "established", "crowd", "days", "ours", "quantified",
    )
}  # fmt: skip
"""Every kind of knot by name."""
