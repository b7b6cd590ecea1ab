"""Who said what and when: facts, statements, and the live claims that they make.

Beside them is the card of a deal, which is our own record and nobody's claim.

The records are for everybody. What is live at an instant is asked of :class:`Evidence` through a
:data:`Reader`; nothing outside looks at claims.
"""

from __future__ import annotations

from dealflow.evidence.card import Card, LeadSource, Line, exact_sum
from dealflow.evidence.claims import Evidence
from dealflow.evidence.facts import ANY_ROLE, SELF, US, Fact, Question, Sources, Text
from dealflow.evidence.readings import Lack, LackReason, People, Reader, Reading
from dealflow.evidence.statements import (
    FACT_VALUE,
    Contact,
    ContactKind,
    Influence,
    Interaction,
    InteractionKind,
    Level,
    ResponseMode,
    Said,
    Side,
    SourceKind,
    Statement,
    next_id,
)

__all__ = [
    "ANY_ROLE",
    "FACT_VALUE",
    "SELF",
    "US",
    "Card",
    "Contact",
    "ContactKind",
    "Evidence",
    "Fact",
    "Influence",
    "Interaction",
    "InteractionKind",
    "Lack",
    "LackReason",
    "LeadSource",
    "Level",
    "Line",
    "People",
    "Question",
    "Reader",
    "Reading",
    "ResponseMode",
    "Said",
    "Side",
    "SourceKind",
    "Sources",
    "Statement",
    "Text",
    "exact_sum",
    "next_id",
]
