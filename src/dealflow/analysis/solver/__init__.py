"""Can these conditions come to these truths in some deal, and which is the cheapest?

The one question under all analysis: :func:`solve` answers it with a scene, a sound no, or "not
decided"; :func:`passing` and :func:`stuck` put it for moves, :func:`deal_at` and :func:`perform`
make real deals of the answers. How values, people and trees are searched stays inside.
"""

from __future__ import annotations

from dealflow.analysis.solver.deals import deal_at
from dealflow.analysis.solver.decide import LIMIT, Answer, Inquiry, Undecided, solve, solve_any
from dealflow.analysis.solver.disagreement import (
    RANKS,
    Both,
    By,
    Candidate,
    blocked,
    candidates,
    complete,
    differ,
)
from dealflow.analysis.solver.goals import ANSWERED, Goal
from dealflow.analysis.solver.own import ALWAYS_SET, OF_CARD, OWNER, rules, told, with_values
from dealflow.analysis.solver.routes import Change, Unreachable, nearest, passing, reached, stuck
from dealflow.analysis.solver.run import EXTRA
from dealflow.analysis.solver.samples import Samples
from dealflow.analysis.solver.scenes import (
    START,
    Hearing,
    Person,
    Saying,
    Scene,
    Talks,
    opened,
    perform,
    scene_of,
)

__all__ = [
    "ALWAYS_SET",
    "ANSWERED",
    "EXTRA",
    "LIMIT",
    "OF_CARD",
    "OWNER",
    "RANKS",
    "START",
    "Answer",
    "Both",
    "By",
    "Candidate",
    "Change",
    "Goal",
    "Hearing",
    "Inquiry",
    "Person",
    "Samples",
    "Saying",
    "Scene",
    "Talks",
    "Undecided",
    "Unreachable",
    "blocked",
    "candidates",
    "complete",
    "deal_at",
    "differ",
    "nearest",
    "opened",
    "passing",
    "perform",
    "reached",
    "rules",
    "scene_of",
    "solve",
    "solve_any",
    "stuck",
    "told",
    "with_values",
]
