"""The rules of a sale: their parts, their file, their checks, and the machine under them.

A playbook is first a plain record, :class:`Rules`, and then compiled: :class:`Playbook`. Its parts
are frozen records for everybody; only :mod:`dealflow.deal` fires the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealflow.lazy import lazily
from dealflow.playbook.files import (
    dump_playbook,
    load_playbook,
    parse_playbook,
    read_playbook,
    shipped_playbooks,
)
from dealflow.playbook.parts import (
    Coaching,
    Guard,
    Invariant,
    Move,
    Paper,
    RedFlag,
    Role,
    Step,
    TrialClose,
    WalkAway,
)
from dealflow.playbook.playbook import Plan, Playbook
from dealflow.playbook.rules import Rules
from dealflow.playbook.verdict import weigh
from dealflow.values import FULFILLED, LOST, OUTCOMES, WALKED_AWAY

if TYPE_CHECKING:
    from dealflow.playbook.diagrams import mermaid
    from dealflow.playbook.invariants import parse_invariant
    from dealflow.playbook.stand_in import StandIn
    from dealflow.playbook.toml import (
        decode_toml,
        locate,
        located,
        parse_toml,
        path_of,
        read_bytes,
    )
    from dealflow.playbook.toml_places import Places
else:
    __getattr__ = lazily(
        __name__,
        diagrams=("mermaid",),
        invariants=("parse_invariant",),
        stand_in=("StandIn",),
        toml=("decode_toml", "locate", "located", "parse_toml", "path_of", "read_bytes"),
        toml_places=("Places",),
    )

__all__ = [
    "FULFILLED",
    "LOST",
    "OUTCOMES",
    "WALKED_AWAY",
    "Coaching",
    "Guard",
    "Invariant",
    "Move",
    "Paper",
    "Places",
    "Plan",
    "Playbook",
    "RedFlag",
    "Role",
    "Rules",
    "StandIn",
    "Step",
    "TrialClose",
    "WalkAway",
    "decode_toml",
    "dump_playbook",
    "load_playbook",
    "locate",
    "located",
    "mermaid",
    "parse_invariant",
    "parse_playbook",
    "parse_toml",
    "path_of",
    "read_bytes",
    "read_playbook",
    "shipped_playbooks",
    "weigh",
]
