"""The verdict on a move, by what its guards gave: judging and replay weigh by this one rule."""

from __future__ import annotations

from collections.abc import Mapping, Set

from dealflow.playbook.parts import WalkAway
from dealflow.playbook.playbook import Plan
from dealflow.values import Truth, Verdict

__all__ = ["weigh"]

# In the order in which they are looked for: a contradiction comes before what nobody knows, since
# one more answer would only be one more voice in it.
_BY_TRUTH = {
    Truth.CONFLICTED: Verdict.RECONCILE,
    Truth.UNKNOWN: Verdict.ASK,
    Truth.FALSE: Verdict.WORK,
}


def weigh(
    policy: WalkAway | None, plan: Plan, doubtful: Mapping[str, Truth]
) -> tuple[Verdict, Set[str]]:
    """Weigh the guards of a move that are neither known good nor set aside.

    The order of verdicts is WALK_AWAY, RECONCILE, ASK, WORK, READY. Of n walk-away guards k refuted
    ones mean walking away, and m must be TRUE to go on: while fewer are, each of the others stands
    in the way, and from then on none does.

    Args:
        policy: the playbook's walk-away policy.
        plan: the move, and the guards that matter to it.
        doubtful: the truth of each guard in doubt.

    Returns:
        The verdict, and the walk-away and watched guards that stand in the way.
    """
    if not doubtful:
        return Verdict.READY, frozenset()
    special = [guard for guard in plan.walk_away if guard in doubtful]
    at_once: set[str] = set()
    leave = short = False
    if policy is not None:
        total = len(plan.walk_away)
        refuted = {guard for guard, truth in doubtful.items() if truth is Truth.FALSE}
        against = sum(guard in refuted for guard in special)
        # Of no guards at all, `all` is 0: nothing refuted must not mean walking away.
        at_once = refuted.intersection(policy.at_once)
        leave = bool(at_once) or 0 < against >= policy.threshold(total)
        # While enough are known good, the others are in nobody's way, whether they are unknown or
        # in dispute; the refuted ones stand out when they are the reason to leave.
        short = plan.needs_walk_away and len(special) > total - policy.enough(total)
    in_the_way = {g for g in special if short or (leave and doubtful[g] is Truth.FALSE)}
    in_the_way |= at_once.intersection(plan.watched)
    if leave:
        return Verdict.WALK_AWAY, in_the_way
    truths = {doubtful[guard] for guard in (*plan.needed, *in_the_way) if guard in doubtful}
    return next((v for truth, v in _BY_TRUTH.items() if truth in truths), Verdict.READY), in_the_way
