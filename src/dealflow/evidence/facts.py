"""What can be known of a deal: facts, who may establish them, and the questions that do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from dealflow.record import Record
from dealflow.typing import Language
from dealflow.values import ValueType

__all__ = ["ANY_ROLE", "SELF", "US", "Fact", "Question", "Sources", "Text"]

ANY_ROLE = "any_role"
"""The word that stands for every contact who holds any role at all."""

SELF = "self"
"""The word, in a fact's sources, for the contact whom the fact is about."""

US = "us"
"""The word, in a question's ``of``, for a question that our own side answers."""


@frozen(repr=False)
class Text(Record):
    """A text in the languages that dealflow speaks, or in one of them.

    Attributes:
        en: English; empty where there is none.
        zh: Simplified Chinese; empty where there is none.
    """

    en: str = ""
    zh: str = ""

    @property
    def english(self) -> str:
        """The text in English; as it is, where there is none."""
        return self.in_("en")

    def in_(self, language: Language) -> str:
        """The text in one language; as it is, where it is not in that one."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@frozen(repr=False)
class Question(Record):
    """A question that establishes a fact.

    Attributes:
        id: unique in the playbook.
        text: the words to ask it in.
        of: the roles best asked, most suitable first; empty is anybody, ``us`` is our own side.
    """

    id: str
    text: Text
    of: tuple[str, ...] = ()


@frozen(repr=False)
class Sources(Record):
    """Who must have said something before it counts as established.

    Attributes:
        at_least: the number of different sources with a live claim.
        roles: at least one live claim must be by a holder of one of these, or for ``self`` by the
            contact whom the fact is about; empty is anybody.
        first_hand: that claim must have been heard from the contact himself, not told on.
        documents: a document counts as such a claim, too.
    """

    at_least: int = 1
    roles: tuple[str, ...] = ()
    first_hand: bool = False
    documents: bool = False

    @property
    def anybody(self) -> bool:
        """Whether one claim of any kind is enough."""
        return self.at_least <= 1 and not self.roles and not self.first_hand


def _fixed(choices: Mapping[str, Text]) -> Mapping[str, Text]:
    # A copy: whoever made the dict may change it later.
    return MappingProxyType(dict(choices))


@frozen(repr=False)
class Fact(Record):
    """Something that can be known of a deal, or of each contact.

    Attributes:
        id: two words with a dot, as in ``budget.approved``.
        title: a short phrase that names it.
        type: the type of its value.
        of: ``deal``, or ``contact`` for one value per contact.
        good_for: how long a statement of it stays live; ``None`` is for ever.
        choices: the values of a ``choice`` and their titles.
        sources: who must have said it.
        ask: the questions that establish it, best first.
        final_word: the roles whose word is final. Once a holder has spoken first-hand, only what
            present holders said first-hand counts, and what others say against it is dissent.
    """

    id: str
    title: Text
    type: ValueType
    of: Literal["deal", "contact"] = "deal"
    good_for: timedelta | None = None
    choices: Mapping[str, Text] = field(factory=dict[str, Text], converter=_fixed)
    sources: Sources = Sources()
    ask: tuple[Question, ...] = ()
    final_word: tuple[str, ...] = ()

    # The hash that attrs makes would go over every title and question each time, and fail at the
    # mapping of choices. Equality still compares everything.
    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def sense(self) -> tuple[object, ...]:
        """What of the declaration bears on what is known; titles and questions do not."""
        rule = self.sources
        sources = (rule.at_least, rule.roles, rule.first_hand, rule.documents)
        rest = (tuple(self.choices), self.final_word)
        return (self.id, self.type, self.of, self.good_for, sources, *rest)
