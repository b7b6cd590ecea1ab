"""Which question comes first: the one that can change the verdict most, of somebody we can reach.

Each answer that the one to be asked may give is put on a deal for a trial, and the move is judged
anew. Nothing is guessed: what an answer would do is what it does there.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from datetime import timedelta
from operator import itemgetter
from typing import TypeAlias

from attrs import evolve, frozen

from dealflow.assessment.answers import answers
from dealflow.assessment.findings import Finding, Judgement, judge_move
from dealflow.assessment.questions import Ask, open_questions
from dealflow.evidence import US, Statement
from dealflow.playbook import weigh
from dealflow.state import Snapshot
from dealflow.values import Truth, Value, Verdict

__all__ = ["questions"]

_TICK = timedelta(microseconds=1)
_MOST_PEOPLE = 3


_Weight: TypeAlias = tuple[int, int, int]
"""How much an answer does: whether it ends the deal (2) or makes it ready (1); how many walk-away
guards in the way it decides, and how many others."""

_NOTHING: _Weight = (0, 0, 0)


@frozen
class _Effect:
    """What an answer does.

    Attributes:
        verdict: the verdict that it leads to.
        decides: the guards that it decides.
        weight: how much that is.
        less: how much less is missing.
    """

    verdict: Verdict
    decides: tuple[str, ...]
    weight: _Weight
    less: int


def questions(snapshot: Snapshot, judgement: Judgement) -> list[Ask]:
    """What to ask about a judged move, best first.

    What a rejection is about comes before all else, as it says what else to ask; then whose word
    counts for what. Then whatever somebody known can say, of what stands in the way before what
    does not yet: first that of which some answer ends the deal, then that which makes it ready,
    then that which decides most walk-away guards in the way, and most others; among equals, that
    which does most whatever the answer is, that which clears up a contradiction, and that after
    which least is missing. Each is put to the one of the three most suitable people whose answer
    does most. Last comes what waits for somebody who has to be found. What ranks alike stays in the
    order of the playbook.
    """
    close = snapshot.playbook.trial_close
    why = () if close is None else (close.gap_fact, close.reason)
    in_the_way = {finding.guard for finding in judgement.blocking}
    ranked = []
    for ask in open_questions(snapshot, judgement.findings):
        bears = len(in_the_way.intersection(ask.guards))
        first = 2 if ask.fact in why else 1 if ask.reason == "part_unknown" else 0
        best, (most, least, less) = _best(snapshot, judgement, ask, given=first > 0)
        apart = ask.reason == "conflicted"
        rank = (first, ask.reachable, bears > 0, most, least, apart, less, bears)
        ranked.append((rank, best))
    # sorted() is stable, also in reverse.
    asks = [ask for _, ask in sorted(ranked, key=itemgetter(0), reverse=True)]
    general = [ask for ask in asks if ask.reason == "stale" and ask.fact is None]
    others = [ask for ask in asks if ask not in general]
    # What has changed in general goes before the first answer that is out of date.
    first = next((n for n, ask in enumerate(asks) if ask.reason == "stale"), 0)
    return [*others[:first], *general, *others[first:]]


def _best(
    snapshot: Snapshot, judgement: Judgement, ask: Ask, *, given: bool
) -> tuple[Ask, tuple[_Weight, _Weight, int]]:
    """A question put to the one whose answer changes most, and how much that is.

    Args:
        snapshot: the deal.
        judgement: the judgement of the move.
        ask: the question, and whom it may be put to.
        given: whether the first of them is the one to ask, whatever it changes.
    """
    tried = {
        who: list(_effects(snapshot, judgement, ask, who))
        for who in ask.of[: 1 if given else _MOST_PEOPLE] or (None,)
    }
    # max() takes the first of equals, who is the most suitable.
    who = max(tried, key=lambda one: _score(tried[one])[0])
    effects = tried[who]
    # Its own guards first, in the order in which they are told.
    decides = dict.fromkeys(guard for effect in effects for guard in effect.decides)
    own = [guard for guard in ask.guards if guard in decides]
    leads = {effect.verdict: None for effect in effects if effect.verdict is not judgement.verdict}
    best = evolve(
        ask,
        of=tuple(sorted(ask.of, key=lambda one: one != who)),
        decides=tuple(dict.fromkeys((*own, *decides))),
        leads_to=tuple(leads),
    )
    return best, _score(effects)


def _score(effects: Collection[_Effect]) -> tuple[_Weight, _Weight, int]:
    """The most that some answer changes, the least that any does, and how much less is missing."""
    weights = [effect.weight for effect in effects] or [_NOTHING]
    return max(weights), min(weights), max((effect.less for effect in effects), default=0)


def _effects(
    snapshot: Snapshot, judgement: Judgement, ask: Ask, who: str | None
) -> Iterator[_Effect]:
    """What each answer of somebody does; of nobody in particular it is our own observation."""
    if ask.reason == "conflicted":
        yield from _settled(snapshot, judgement, ask)
        return
    if ask.fact is None or not ask.reachable:
        return
    fact = snapshot.playbook.fact[ask.fact]
    about = who if fact.of == "contact" and ask.about is None else ask.about
    for value in answers(snapshot, fact, about):
        said = _said(snapshot, fact.id, about, who, value)
        then = Snapshot(snapshot.state.supposing(said), snapshot.at)
        yield _effect(judgement, judge_move(then, judgement.plan))


def _settled(snapshot: Snapshot, judgement: Judgement, ask: Ask) -> Iterator[_Effect]:
    """What it does that people who contradict each other agree, whoever of them is right."""
    doubtful = {f.guard: f.truth for f in judgement.findings if not f.holds}
    wrong = doubtful | dict.fromkeys(ask.guards, Truth.FALSE)
    right = {guard: truth for guard, truth in doubtful.items() if guard not in ask.guards}
    for then in (right, wrong):
        verdict, _ = weigh(snapshot.playbook.walk_away, judgement.plan, then)
        yield _Effect(verdict, ask.guards, _weight(judgement, verdict, ask.guards), 0)


def _said(
    snapshot: Snapshot, fact: str, about: str | None, who: str | None, value: Value
) -> Statement:
    # Since whatever was said before, so that it counts as said after a rejection as well.
    at = snapshot.at + _TICK
    return Statement(
        fact=fact,
        value=value,
        source_kind="observation" if who is None else "contact",
        source=who or US,
        said_at=at,
        about=about,
        id=sys.maxsize,
        recorded_at=at,
        by=US,
    )


def _effect(before: Judgement, after: Judgement) -> _Effect:
    # The same move has the same guards in the same order, and most outcomes are kept.
    pairs = zip(before.findings, after.findings, strict=True)
    changed = [(was, now) for was, now in pairs if was.outcome is not now.outcome]
    decides = tuple(now.guard for was, now in changed if _decided(now) and not _decided(was))
    less = sum(len(was.gaps) - len(now.gaps) for was, now in changed)
    return _Effect(after.verdict, decides, _weight(before, after.verdict, decides), less)


def _weight(before: Judgement, verdict: Verdict, decides: Collection[str]) -> _Weight:
    changed = 0
    if verdict is not before.verdict:
        # What brings a deal back from its end weighs as much as what ends it. That people would
        # contradict each other is no gain.
        ending = Verdict.WALK_AWAY in (before.verdict, verdict)
        changed = 2 if ending else int(verdict is Verdict.READY)
    walk_away = {finding.guard: finding.walk_away for finding in before.blocking}
    mine = [walk_away[guard] for guard in decides if guard in walk_away]
    return (changed, sum(mine), len(mine) - sum(mine))


def _decided(finding: Finding) -> bool:
    return finding.holds or finding.refuted
