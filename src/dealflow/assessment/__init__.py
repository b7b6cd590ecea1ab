"""What the evidence means for the next move: findings, a verdict, questions, red flags.

Pure functions of a snapshot. Everybody may ask; nothing here changes a deal.
"""

from __future__ import annotations

from dealflow.assessment.assessment import Assessment, Look, Refused, assess
from dealflow.assessment.coaching import Farewell, RaisedFlag, farewell
from dealflow.assessment.findings import (
    Finding,
    Judgement,
    judge_guards,
    judge_move,
    judge_step,
    stands_until,
    weigh_step,
)
from dealflow.assessment.questions import Ask, open_questions
from dealflow.assessment.ranking import questions
from dealflow.assessment.records import attempted, record, records, walked_away, way_back
from dealflow.values import Verdict

__all__ = [
    "Ask",
    "Assessment",
    "Farewell",
    "Finding",
    "Judgement",
    "Look",
    "RaisedFlag",
    "Refused",
    "Verdict",
    "assess",
    "attempted",
    "farewell",
    "judge_guards",
    "judge_move",
    "judge_step",
    "open_questions",
    "questions",
    "record",
    "records",
    "stands_until",
    "walked_away",
    "way_back",
    "weigh_step",
]
