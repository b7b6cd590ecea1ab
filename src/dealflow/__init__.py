"""dealflow qualifies B2B deals: who said what, when, and what may be concluded from it.

>>> from dealflow import Deal, Money, load_playbook
"""

from dealflow.lazy import lazily

# All of it when it is asked for: a command must be there for an interrupt at once, and print its
# help without having read what deals are made of. Not from typing, which takes longer than all else
# here; type checkers know the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dealflow.assessment import Ask, Assessment, Farewell, Finding, RaisedFlag, Refused, Verdict
    from dealflow.deal import Deal
    from dealflow.evidence import (
        Card,
        Contact,
        Fact,
        Interaction,
        Line,
        Question,
        Sources,
        Statement,
        Text,
    )
    from dealflow.exceptions import (
        CurrencyMismatch,
        DealBusy,
        DealflowError,
        ErrorCode,
        EvidenceError,
        InputError,
        MoveNotAllowed,
        PlaybookError,
        Problem,
        TamperedTrail,
        TrailError,
        UnknownFormat,
    )
    from dealflow.playbook import (
        Coaching,
        Guard,
        Move,
        Paper,
        Playbook,
        RedFlag,
        Role,
        Step,
        TrialClose,
        WalkAway,
        dump_playbook,
        load_playbook,
        mermaid,
        parse_playbook,
        shipped_playbooks,
    )
    from dealflow.trail import Entry, Trail, dumps, loads
    from dealflow.typing import Language
    from dealflow.values import Money, Truth, ValueType
else:
    __getattr__ = lazily(
        __name__,
        assessment=("Ask", "Assessment", "Farewell", "Finding", "RaisedFlag", "Refused", "Verdict"),
        deal=("Deal",),
        evidence=(
            "Card",
            "Contact",
            "Fact",
            "Interaction",
            "Line",
            "Question",
            "Sources",
            "Statement",
            "Text",
        ),
        exceptions=(
            "CurrencyMismatch",
            "DealBusy",
            "DealflowError",
            "ErrorCode",
            "EvidenceError",
            "InputError",
            "MoveNotAllowed",
            "PlaybookError",
            "Problem",
            "TamperedTrail",
            "TrailError",
            "UnknownFormat",
        ),
        playbook=(
            "Coaching",
            "Guard",
            "Move",
            "Paper",
            "Playbook",
            "RedFlag",
            "Role",
            "Step",
            "TrialClose",
            "WalkAway",
            "dump_playbook",
            "load_playbook",
            "mermaid",
            "parse_playbook",
            "shipped_playbooks",
        ),
        trail=("Entry", "Trail", "dumps", "loads"),
        typing=("Language",),
        values=("Money", "Truth", "ValueType"),
    )

__all__ = [
    "Ask",
    "Assessment",
    "Card",
    "Coaching",
    "Contact",
    "CurrencyMismatch",
    "Deal",
    "DealBusy",
    "DealflowError",
    "Entry",
    "ErrorCode",
    "EvidenceError",
    "Fact",
    "Farewell",
    "Finding",
    "Guard",
    "InputError",
    "Interaction",
    "Language",
    "Line",
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
    "parse_playbook",
    "shipped_playbooks",
]

__version__ = "0.1.0"
