"""Who said what and when: facts, statements, and the live claims that they make.

The records are for everybody. What is live at an instant is asked of :class:`Evidence` through a
:data:`Reader`; nothing outside looks at claims.
"""

from __future__ import annotations

from dealflow.evidence.claims import Evidence, Lack, Reader, Reading
from dealflow.evidence.facts import ANY_ROLE, US, Fact, Question, Sources, Text
from dealflow.evidence.statements import (
    Contact,
    ContactKind,
    Influence,
    Interaction,
    InteractionKind,
    ResponseMode,
    SourceKind,
    Statement,
)

__all__ = [
    "ANY_ROLE",
    "US",
    "Contact",
    "ContactKind",
    "Evidence",
    "Fact",
    "Influence",
    "Interaction",
    "InteractionKind",
    "Lack",
    "Question",
    "Reader",
    "Reading",
    "ResponseMode",
    "SourceKind",
    "Sources",
    "Statement",
    "Text",
]
