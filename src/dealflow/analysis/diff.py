"""What a change to a playbook does: for each move whether it is tighter or looser, with a witness.

A move is *tighter* when some deal passed it before and does not now, *looser* when some deal passes
it now and did not before. Both can be. A witness is such a deal, made and judged under both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from dealflow.analysis.history import judge_all, judge_at, observations, world_of
from dealflow.analysis.solver import (
    LIMIT,
    START,
    Scene,
    Unreachable,
    deal_at,
    passing,
    perform,
    solve,
    stuck,
)
from dealflow.assessment import Judgement, Verdict
from dealflow.deal import Deal
from dealflow.exceptions import EvidenceError
from dealflow.playbook import Plan, Playbook
from dealflow.trail import Opened, Trail

__all__ = ["Difference", "Effect", "MoveDifference", "Witness", "diff"]

Effect: TypeAlias = Literal["same", "tighter", "looser", "both", "added", "removed", "not decided"]
_BY = "rep"


@frozen
class Witness:
    """A deal that one playbook lets pass and the other does not.

    Attributes:
        deal: it, under the playbook that lets it pass, in the step that it may leave.
        blocking: the guards with which the other one refuses it.
        missing: the step or move does not exist under the other.
    """

    deal: Deal
    blocking: tuple[str, ...]
    missing: bool = False


@frozen
class MoveDifference:
    """What becomes of one move.

    Attributes:
        source: the step left.
        to: the step entered, or ``fulfilled``.
        effect: in one word.
        tighter: a deal that passed and does not now.
        looser: a deal that passes now and did not.
        undecided: whether the search was given up in some direction, so that there may be more.
    """

    source: str
    to: str
    effect: Effect
    tighter: Witness | None = None
    looser: Witness | None = None
    undecided: bool = False


@frozen
class Difference:
    """What a change to a playbook does.

    Attributes:
        old: the playbook before.
        new: the playbook now.
        parts: the places of the files' data that differ, e.g. ``guards.timely.when``.
        moves: every move of either, in order.
        decided: recorded attempts that the new playbook decides differently.
        attempts: how many recorded attempts were judged again.
    """

    old: Playbook
    new: Playbook
    parts: tuple[str, ...]
    moves: tuple[MoveDifference, ...]
    decided: tuple[Changed, ...] = ()
    attempts: int = 0

    def has(self, *effects: str) -> bool:
        """Whether some move has one of these effects; added moves loosen, removed ones tighten."""
        found = {move.effect for move in self.moves}
        if "looser" in effects and found & {"looser", "both", "added"}:
            return True
        return "tighter" in effects and bool(found & {"tighter", "both", "removed"})

    @property
    def undecided(self) -> bool:
        """Whether the search was given up for some move."""
        return any(move.undecided for move in self.moves)


def diff(
    old: Playbook, new: Playbook, trails: Iterable[Trail] = (), *, limit: int = LIMIT
) -> Difference:
    """Compare two playbooks, or two versions of one.

    Args:
        old: before.
        new: after.
        trails: recorded deals, to be judged again.
        limit: how many steps to take for each question.
    """
    recorded = tuple(trails)
    pairs = dict.fromkeys(
        (plan.move.source, plan.move.to)
        for book in (old, new)
        for plans in book.plans.values()
        for plan in plans
    )
    # the new playbook's place for steps that both have
    order = {step.id: n for n, step in enumerate((*old.steps, *new.steps))}
    ordered = sorted(pairs, key=lambda pair: (order[pair[0]], order.get(pair[1], len(order))))
    moves = tuple(_move(old, new, source, to, limit) for source, to in ordered)
    changed, attempts = decided_differently(old, new, recorded)
    parts = tuple(_parts(old.to_data(), new.to_data()))
    return Difference(old, new, parts, moves, changed, attempts)


def _plan(book: Playbook, source: str, to: str) -> Plan | None:
    plans = book.plans.get(source, ())
    return next((plan for plan in plans if plan.move.to == to), None)


def _move(old: Playbook, new: Playbook, source: str, to: str, limit: int) -> MoveDifference:
    before, after = _plan(old, source, to), _plan(new, source, to)
    tighter, knows_tighter = _witness(old, before, new, after, limit)
    looser, knows_looser = _witness(new, after, old, before, limit)
    undecided = not (knows_tighter and knows_looser)
    # a witness counts even where the other direction was given up; ``undecided`` says that there
    # may be more
    effect: Effect = "same"
    if before is None or after is None:
        effect = "added" if before is None else "removed"
    elif tighter and looser:
        effect = "both"
    elif tighter or looser:
        effect = "tighter" if tighter else "looser"
    elif undecided:
        effect = "not decided"
    return MoveDifference(source, to, effect, tighter, looser, undecided)


def _witness(
    one: Playbook, plan: Plan | None, other: Playbook, against: Plan | None, limit: int
) -> tuple[Witness | None, bool]:
    """A deal that one playbook lets pass and the other does not, and whether it is sure."""
    if plan is None:
        return None, True
    roles = [role.id for role in one.roles]
    sure = True
    # every way to pass against every way to be stuck: a deal that only one lets pass is in one of
    # these pairs, so none in all of them is a proof
    for way in passing(one, plan):
        for failing in stuck(other, against) if against else [()]:
            answer = solve((*way.goals, *failing), roles=roles, limit=limit)
            if answer.scene is None:
                # one that cannot be shown, as on other days, is a difference all the same
                sure = sure and answer.impossible
                continue
            try:
                witness = _shown(one, plan, other, answer.scene)
            except Unreachable as error:
                # who never gets to the step never leaves it
                return None, error.decided
            except EvidenceError:  # a fact of this name is something else in the other playbook
                witness = None
            if witness is not None:
                return witness, True
            # the scene is one of an instant, and no deal could be brought to it: that proves
            # neither
            sure = False
    return None, sure


def _shown(one: Playbook, plan: Plan, other: Playbook, scene: Scene) -> Witness | None:
    """The deal of a scene, when it is judged as it should be."""
    deal = deal_at(one, plan.move.source)
    perform(deal, scene, by=_BY, at=START)
    # judged under both as any deal is: the solver only said where to look
    passes = deal.assess(at=START, to=plan.move.to).verdict is Verdict.READY
    judgement = judge_at(world_of(other, deal.trail, START), plan.move.to)
    if not passes or (judgement is not None and judgement.verdict is Verdict.READY):
        return None  # prices and talks cannot be taken back, so that no deal comes to this scene
    if judgement is None:
        return Witness(deal, (), missing=True)
    return Witness(deal, tuple(finding.guard for finding in judgement.blocking))


def _parts(old: object, new: object, place: str = "") -> Iterator[str]:
    """The places at which two files' data differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            inner = f"{place}.{key}" if place else str(key)
            if key not in old or key not in new:
                yield inner
            else:
                yield from _parts(old[key], new[key], inner)
    elif old != new:
        # rows with ids are compared by id, so that one row put in between does not make all that
        # follow differ
        if _named(old) and _named(new):
            yield from _parts(_by_name(old), _by_name(new), place)
        else:
            yield place


def _named(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, dict) and "id" in row for row in rows)


def _by_name(rows: object) -> dict[str, object]:
    named: Sequence[dict[str, object]] = rows if isinstance(rows, list) else []
    return {str(row["id"]): row for row in named}


@frozen
class Changed:
    """A recorded attempt that another playbook decides differently.

    Attributes:
        deal: the deal's id.
        entry: the sequence number of the attempt's entry.
        at: when it was tried.
        source: the step that the deal was in.
        to: where it was to go.
        before: the verdict under the old playbook; ``None`` where it has no such move.
        after: the verdict under the new one; ``None`` where it has no such move.
        guards: the guards that stand in the way under one and not under the other, sorted.
    """

    deal: str
    entry: int
    at: datetime
    source: str
    to: str
    before: Verdict | None
    after: Verdict | None
    guards: tuple[str, ...]


def decided_differently(
    old: Playbook, new: Playbook, trails: Iterable[Trail]
) -> tuple[tuple[Changed, ...], int]:
    """Judge every attempt of recorded trails under both playbooks.

    Only whether a move passes counts as a decision: two refusals for different reasons are alike.

    Returns:
        The attempts that are decided differently, in the order of the trails, and how many
        attempts there were.
    """
    known = [(_deal_of(trail), seen) for trail in trails for seen in observations(old, trail)]
    attempts = [seen for _, seen in known]
    changed = []
    for (deal, attempt), before, after in zip(
        known, judge_all(old, attempts), judge_all(new, attempts), strict=True
    ):
        judged = before or after
        # neither has the move, or both decide alike
        if judged is None or _passes(before) is _passes(after):
            continue
        changed.append(
            Changed(
                deal,
                len(attempt.entries) + 1,
                attempt.at,
                judged.plan.move.source,
                judged.plan.move.to,
                before.verdict if before else None,
                after.verdict if after else None,
                tuple(sorted(_blocking(before) ^ _blocking(after))),
            )
        )
    return tuple(changed), len(known)


def _deal_of(trail: Trail) -> str:
    """The id of the deal that a trail is of; none for an empty trail."""
    opened = trail[0].event if len(trail) else None
    return opened.deal if isinstance(opened, Opened) else ""


def _passes(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement.verdict is Verdict.READY


def _blocking(judgement: Judgement | None) -> set[str]:
    return {finding.guard for finding in judgement.blocking} if judgement else set()
