"""What the evidence means for the next move: findings, a verdict, questions, red flags.

Pure functions of a snapshot. Everybody may ask; nothing here changes a deal.
"""

from __future__ import annotations

from dealflow.assessment.coaching import Assessment, Farewell, RaisedFlag, Refused, assess, farewell
from dealflow.assessment.findings import (
    Finding,
    Judgement,
    Verdict,
    find_gap,
    judge_guards,
    judge_move,
    judge_step,
)
from dealflow.assessment.questions import Ask, questions

__all__ = [
    "Ask",
    "Assessment",
    "Farewell",
    "Finding",
    "Judgement",
    "RaisedFlag",
    "Refused",
    "Verdict",
    "assess",
    "farewell",
    "find_gap",
    "judge_guards",
    "judge_move",
    "judge_step",
    "questions",
]
