"""Deal scripts: a deal told line by line in a file, read strictly and played through the engine.

A script is a screenplay for sales people, and a test of a playbook: every line may say what is
expected after it. See docs, "The deal script", for the format.
"""

from __future__ import annotations

from dealflow.scripts.data import (
    Action,
    Answer,
    Confirm,
    Expect,
    Go,
    Introduce,
    Line,
    Meet,
    Opening,
    Recard,
    Reprice,
    Say,
    Script,
    TakeBack,
    Waive,
)
from dealflow.scripts.files import load_script, parse_script, shipped_scripts
from dealflow.scripts.playing import Change, Conflict, Failure, Run, Turn, play

__all__ = [
    "Action",
    "Answer",
    "Change",
    "Confirm",
    "Conflict",
    "Expect",
    "Failure",
    "Go",
    "Introduce",
    "Line",
    "Meet",
    "Opening",
    "Recard",
    "Reprice",
    "Run",
    "Say",
    "Script",
    "TakeBack",
    "Turn",
    "Waive",
    "load_script",
    "parse_script",
    "play",
    "shipped_scripts",
]
