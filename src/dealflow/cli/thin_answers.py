"""Thin answers: what we believe although one of the coach's probes has no good answer yet.

METHOD, section 4: who said it, when, in which words, who else confirms it, what would change your
mind? The last is a question to ourselves on every answer; the others can be looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from dealflow.assessment import Assessment
from dealflow.deal import Deal
from dealflow.evidence import Statement
from dealflow.values import Truth

__all__ = ["ThinAnswer", "thin_answers"]

_SOON = timedelta(days=14)


@frozen
class ThinAnswer:
    """A statement that holds a guard up and is not as firm as it could be.

    Attributes:
        statement: the id of the statement.
        probes: the ids of the probes that have no good answer: ``who`` (told on),
            ``when`` (out of date within two weeks), ``words`` (no quote), ``confirmed_by``
            (nobody else says so, for walk-away guards).
        guards: the ids of the guards that it holds up.
    """

    statement: int
    probes: tuple[str, ...]
    guards: tuple[str, ...]


def thin_answers(deal: Deal, now: Assessment) -> tuple[ThinAnswer, ...]:
    """The thin answers behind the guards that hold, those with most open probes first."""
    holding: dict[int, list[str]] = {}
    alone: set[int] = set()
    for finding in now.findings:
        if finding.truth is not Truth.TRUE:
            continue
        said = [made for id in finding.yes for made in deal.made_by(id)]
        for id in finding.yes:
            holding.setdefault(id, []).append(finding.guard)
        for statement in said:
            # For a walk-away condition only: nobody has the patience to be asked everything twice.
            if finding.walk_away and not _confirmed(statement, said):
                alone.add(statement.id)
    found = []
    for id, guards in holding.items():
        made = deal.made_by(id)
        probes = dict.fromkeys(p for s in made for p in _open_probes(deal, s, now, id in alone))
        if probes:
            found.append(ThinAnswer(id, tuple(probes), tuple(guards)))
    return tuple(sorted(found, key=lambda answer: (-len(answer.probes), answer.statement)))


def _confirmed(statement: Statement, said: list[Statement]) -> bool:
    key = (statement.fact, statement.about)
    return any((s.fact, s.about) == key and s.source != statement.source for s in said)


def _open_probes(deal: Deal, statement: Statement, now: Assessment, alone: bool) -> Iterator[str]:
    if not statement.first_hand:
        yield "who"
    good_for = deal.playbook.fact[statement.fact].good_for
    if good_for is not None and statement.said_at + good_for - now.at <= _SOON:
        yield "when"
    if not statement.quote:
        yield "words"
    if alone:
        yield "confirmed_by"
