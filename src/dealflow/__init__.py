"""dealflow qualifies B2B deals: who said what, when, and what may be concluded from it.

>>> from dealflow import Deal, Money, load_playbook
"""

from dealflow.assessment import Finding, Verdict
from dealflow.coaching import Ask, Assessment, Farewell, RaisedFlag
from dealflow.deal import Deal
from dealflow.diagrams import mermaid
from dealflow.evidence import Contact, Interaction, Statement
from dealflow.exceptions import (
    CurrencyMismatch,
    DealflowError,
    EvidenceError,
    InputError,
    MoveNotAllowed,
    PlaybookError,
    Problem,
    Refused,
    TamperedTrail,
    TrailError,
    UnknownFormat,
)
from dealflow.facts import Fact, Question, Sources, Text
from dealflow.money import Money
from dealflow.playbook import Playbook
from dealflow.playbooks import dump_playbook, load_playbook, shipped_playbooks
from dealflow.rules import (
    Coaching,
    Guard,
    Move,
    Paper,
    RedFlag,
    Role,
    Step,
    TrialClose,
    WalkAway,
)
from dealflow.trail import Entry, Trail
from dealflow.truth import Truth
from dealflow.values import ValueType
from dealflow.wire import dumps, loads

__all__ = [
    "Ask",
    "Assessment",
    "Coaching",
    "Contact",
    "CurrencyMismatch",
    "Deal",
    "DealflowError",
    "Entry",
    "EvidenceError",
    "Fact",
    "Farewell",
    "Finding",
    "Guard",
    "InputError",
    "Interaction",
    "Money",
    "Move",
    "MoveNotAllowed",
    "Paper",
    "Playbook",
    "PlaybookError",
    "Problem",
    "Question",
    "RaisedFlag",
    "RedFlag",
    "Refused",
    "Role",
    "Sources",
    "Statement",
    "Step",
    "TamperedTrail",
    "Text",
    "Trail",
    "TrailError",
    "TrialClose",
    "Truth",
    "UnknownFormat",
    "ValueType",
    "Verdict",
    "WalkAway",
    "__version__",
    "dump_playbook",
    "dumps",
    "load_playbook",
    "loads",
    "mermaid",
    "shipped_playbooks",
]

__version__ = "0.1.0"
