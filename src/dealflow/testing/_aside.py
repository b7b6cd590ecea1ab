"""Why a guard does not matter to a move: what a test is told that expected it there."""

from __future__ import annotations

from dealflow.playbook import Playbook

__all__ = ["aside"]


def aside(playbook: Playbook, guard: str, step: str, to: str | None) -> str:
    """Say in a sentence where a guard matters, as a move does not look at it.

    Args:
        playbook: the rules.
        guard: the id of the guard.
        step: the step from which the move leads.
        to: where it leads.
    """
    move = f"from {step} to {to}" if to else f"from {step}"
    return f"{guard} does not matter to the move {move}: {_why(playbook, guard, step)}"


def _why(playbook: Playbook, guard: str, step: str) -> str:
    moves = [
        plan.move
        for plans in playbook.plans.values()
        for plan in plans
        if guard in (*plan.needed, *plan.walk_away)
    ]
    if not moves:
        return "no move looks at it"
    beside = [move.to for move in moves if move.source == step]
    if beside:
        return f"it belongs to the move to {' and to '.join(beside)}"
    steps = dict.fromkeys(move.source for move in moves)
    later = [source for source in steps if source in playbook.reachable(step)]
    if later:
        return f"it belongs to a later step, and is first looked at on leaving {later[0]}"
    before = [source for source in steps if step in playbook.reachable(source)]
    if not before:
        return f"it belongs to another way, and is looked at on leaving {' and '.join(steps)}"
    if len(before) == 1:
        return f"it is checked once, on leaving {before[0]}"
    return f"it is not checked any more after leaving {before[-1]}"
