"""Random conditions in every form that can be parsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from tests.analysis.solver._sound_words import ORDERED, TEXTUAL, Words

__all__ = ["FORMS", "Conditions"]

_ALL_TYPES: Final = (*ORDERED, *TEXTUAL, "yes_no", "list")
_ORDER: Final = ("<", "<=", ">", ">=", "==", "!=")


@frozen
class Conditions:
    """Writes conditions.

    Attributes:
        words: the terms to choose from.
    """

    words: Words

    def atom(self, *, inside: bool) -> str:
        """A condition without parts; where a form has nothing to read, another one."""
        rng = self.words.rng
        forms = tuple(FORMS) if rng.random() < 0.5 else _COMPARING
        while True:
            form = rng.choice(forms)
            if inside and form in ("every", "some"):
                continue
            made = FORMS[form](self, inside)
            if made is not None:
                return made

    def tree(self, depth: int, *, inside: bool = False) -> str:
        """A condition with so many levels at the most."""
        rng = self.words.rng
        if depth <= 0 or rng.random() < 0.25:
            return self.atom(inside=inside)
        if rng.random() < 0.2:
            return f"not ({self.tree(depth - 1, inside=inside)})"
        word = rng.choice((" and ", " and ", " or "))
        number = rng.choice((2, 2, 3))
        return word.join(f"({self.tree(depth - 1, inside=inside)})" for _ in range(number))

    # each of these gives nothing where the playbook has no fact for it

    def _over(self, function: str, *types: str) -> Callable[[bool], str | None]:
        def make(inside: bool) -> str | None:
            fact = self.words.fact(*(types or _ALL_TYPES), inside=inside)
            return None if fact is None else f"{function}({fact})"

        return make

    def holds(self, inside: bool) -> str | None:
        """A yes_no fact by itself."""
        return self.words.fact("yes_no", inside=inside)

    def heard_attribute(self, inside: bool) -> str | None:
        """A yes_no attribute by itself."""
        found = self.words.attributes("yes_no", inside=inside)
        return self.words.rng.choice(found) if found else None

    def final(self, inside: bool) -> str | None:
        """Whether, and against what, somebody has the final word."""
        of = [f.id for f in self.words.facts if "final_word" in f.rest]
        own = [f.id for f in self.words.facts if f.of == "deal"]
        found = [id for id in of if inside or id in own]
        return self.words.rng.choice(found) if found else None

    def compared(self, inside: bool) -> str | None:
        """A comparison or a chain of values with an order."""
        words, rng = self.words, self.words.rng
        type_ = rng.choice(ORDERED)
        terms = [words.open_term(type_, inside=inside)]
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
            known = rng.random() < 0.5
            terms.append(words.constant(type_) if known else words.open_term(type_, inside=inside))
        if any(term is None for term in terms):
            return None
        rng.shuffle(terms)
        # one way round more often than not, so that the whole chain can hold
        way = rng.choice((("<", "<="), (">", ">="), ("==",), _ORDER))
        told = str(terms[0])
        for term in terms[1:]:
            told += f" {rng.choice(way)} {term}"
        return told

    def equal_texts(self, inside: bool) -> str | None:
        """Texts, choices and people compared with one another."""
        words, rng = self.words, self.words.rng
        left = words.open_term(*TEXTUAL, inside=inside)
        if left is None:
            return None
        right = words.open_term(*TEXTUAL, inside=inside) if rng.random() < 0.5 else None
        told = f"{left} {rng.choice(('==', '==', '!='))} {right or words.text(left)}"
        last = words.open_term("text", "person", inside=inside)
        if rng.random() < 0.2 and last is not None and right is not None:
            told += f" {rng.choice(('==', '!='))} {last}"
        return told

    def equal_answers(self, inside: bool) -> str | None:
        """Yes or no compared."""
        words, rng = self.words, self.words.rng
        left = words.open_term("yes_no", inside=inside)
        right = words.open_term("yes_no", inside=inside)
        if left is None or right is None:
            return None
        right = right if rng.random() < 0.6 else words.constant("yes_no")
        return f"{left} {rng.choice(('==', '!='))} {right}"

    def among(self, inside: bool) -> str | None:
        """A text in a list that is written down."""
        words, rng = self.words, self.words.rng
        item = words.open_term(*TEXTUAL, inside=inside)
        if item is None:
            return None
        listed = {words.text(item) for _ in range(rng.choice((1, 2, 3)))}
        return f"{item} {rng.choice(('in', 'not in'))} [{', '.join(sorted(listed))}]"

    def in_list(self, inside: bool) -> str | None:
        """A text in a list that people name, or that is ours."""
        words, rng = self.words, self.words.rng
        container = words.open_term("list", inside=inside)
        item = words.open_term(*TEXTUAL, inside=inside) if rng.random() < 0.5 else None
        if container is None:
            return None
        return f"{item or words.constant('text')} {rng.choice(('in', 'not in'))} {container}"

    def voices(self, inside: bool) -> str | None:
        """How many stand behind some facts."""
        words, rng = self.words, self.words.rng
        facts = {words.fact(*_ALL_TYPES, inside=inside) for _ in range(rng.choice((1, 2, 3)))}
        named = sorted(fact for fact in facts if fact is not None)
        if not named:
            return None
        operator = rng.choice((">=", ">=", ">", "==", "<=", "<"))
        return f"voices({', '.join(named)}) {operator} {words.few()}"

    def named(self, inside: bool) -> str | None:
        """An item of a list that somebody names."""
        fact = self.words.fact("list", inside=inside)
        return None if fact is None else f"named({fact}, {self.words.constant('text')})"

    def plays(self, inside: bool) -> str | None:
        """The role of somebody who is named."""
        fact = self.words.fact("person", inside=inside)
        return None if fact is None else f"plays({fact}, {self.words.role()})"

    def within(self, inside: bool) -> str | None:
        """A day ahead."""
        words = self.words
        day = words.open_term("date", inside=inside)
        if words.rng.random() < 0.05:
            day = words.constant("date")
        return None if day is None else f"within({day}, {words.rng.choice(words.spans)})"

    def quantified(self, quantifier: str) -> str:
        """Of every contact in a role, or of some."""
        depth = self.words.rng.choice((0, 0, 1, 2))
        return f"{quantifier}({self.words.role()}, {self.tree(depth, inside=True)})"


def _call(name: str, argument: str | None) -> str | None:
    return None if argument is None else f"{name}({argument})"


FORMS: Final[Mapping[str, Callable[[Conditions, bool], str | None]]] = {
    "known": lambda c, inside: c._over("known")(inside),
    "missing": lambda c, inside: c._over("missing")(inside),
    "disputed": lambda c, inside: c._over("disputed")(inside),
    "final": lambda c, inside: _call("final", c.final(inside)),
    "dissent": lambda c, inside: _call("dissent", c.final(inside)),
    "voices": Conditions.voices,
    "covered": lambda c, inside: f"covered({c.words.role()})",
    "named": Conditions.named,
    "heard": lambda c, inside: f"heard({c.words.few()})",
    "plays": Conditions.plays,
    "within": Conditions.within,
    "every": lambda c, inside: c.quantified("every"),
    "some": lambda c, inside: c.quantified("some"),
    "a fact": Conditions.holds,
    "an attribute": Conditions.heard_attribute,
    "values in order": Conditions.compared,
    "texts": Conditions.equal_texts,
    "answers": Conditions.equal_answers,
    "among": Conditions.among,
    "in a list": Conditions.in_list,
}
"""Every form by name; those with a name that the parser knows are called so there."""

_COMPARING: Final = (
    "values in order", "values in order", "texts", "among", "in a list", "some", "a fact", "plays",
)  # fmt: skip
