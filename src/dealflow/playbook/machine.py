"""The state machine under a deal: one shared ``transitions`` machine per playbook.

A state is a place: :data:`START` before the deal is opened, the id of a step, or the way in which
the deal ended with the step at which it did, as in ``lost@qualification``. Where a deal stands is
what the machine says, for verbs and for replay alike.

``transitions`` accepts a model that was never added: triggers are fired on a cursor, so the machine
holds no deal. Its class hook ``event_cls`` is overridden to leave out logging and callbacks, which
nothing here uses; a test walks the stock class and this one at random and compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from transitions.core import Event, Machine, MachineError

from dealflow.playbook.playbook import Playbook
from dealflow.values import FULFILLED, LOST, OUTCOMES, WALKED_AWAY

__all__ = [
    "LOSE",
    "OPEN",
    "REOPEN",
    "START",
    "WALK_AWAY",
    "back_to",
    "build",
    "ended",
    "fire",
    "machine_of",
    "triggers",
    "where",
]

START = "@"
"""The place of a deal that is not opened yet; no step has such an id."""

OPEN = "open"
WALK_AWAY = "walk_away"
LOSE = "lose"
REOPEN = "reopen"


def back_to(step: str) -> str:
    """The trigger that goes back to a step."""
    return f"back_to:{step}"


def ended(outcome: str, step: str) -> str:
    """The place of a deal that ended at a step."""
    return f"{outcome}@{step}"


def where(place: str) -> tuple[str, str | None]:
    """The step of a place (for a closed deal, its last), and the outcome, if the deal is closed."""
    outcome, _, step = place.rpartition("@")
    return step, outcome or None


# A machine keeps its models for ever, and hangs a method on them for every trigger. A cursor lives
# for one trigger, so that one machine serves any number of deals, and threads.
class _Cursor:
    """What a trigger is fired on: the place of one deal in the machine."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def permitted(permit: Callable[[], bool]) -> bool:
    """The one condition of every forward move: its guards, as they were judged, let the deal by."""
    return permit()


class _Event(Event):
    def trigger(self, model: Any, *args: Any, **_: Any) -> bool:
        # Not by [...]: this is a defaultdict, and to ask would leave an entry with no transition in
        # it. From then on get_triggers() would offer the trigger at that state, and firing it would
        # say False where now it raises. A state that there is not comes out here as well, as one
        # that has no such trigger.
        candidates = self.transitions.get(model.state)
        if candidates is None:
            raise MachineError(f"Can't trigger event {self.name} from state {model.state}!")
        for transition in candidates:
            # Conditions are functions here, never names of methods; and `unless`, which transitions
            # knows as well, would be taken for a condition. build() uses neither.
            permits: list[Any] = [condition.func for condition in transition.conditions]
            if all(permit(*args) for permit in permits):
                # The stock class looks the state up here; a misspelt one gets through. That moves
                # lead to steps that there are has been checked with the playbook.
                model.state = transition.dest
                return True
        # False says that some condition did not hold, and not which. So the guards are judged
        # beforehand, each with its reasons, and the one condition here weighs them.
        return False


class _Machine(Machine):
    event_cls = _Event


def build(playbook: Playbook, machine: type[Machine] = _Machine) -> Machine:
    """Build the machine of a playbook from the given machine class."""
    steps = [step.id for step in playbook.steps]
    transitions: list[dict[str, Any]] = [{"trigger": OPEN, "source": START, "dest": steps[0]}]
    for move in playbook.moves:
        to = ended(FULFILLED, move.source) if move.to == FULFILLED else move.to
        way = {"trigger": move.id, "source": move.source, "dest": to, "conditions": [permitted]}
        transitions.append(way)
    for position, step in enumerate(steps):
        if later := steps[position + 1 :]:
            transitions.append({"trigger": back_to(step), "source": later, "dest": step})
        for trigger, outcome in ((WALK_AWAY, WALKED_AWAY), (LOSE, LOST)):
            end = ended(outcome, step)
            transitions.append({"trigger": trigger, "source": step, "dest": end})
            transitions.append({"trigger": REOPEN, "source": end, "dest": step})
    # model=None, as the machine would be its own model otherwise. No automatic transitions, which
    # are triggers to_STEP at every state: they lead anywhere, past all guards.
    return machine(
        model=None,
        states=[START, *steps, *(ended(outcome, step) for outcome in OUTCOMES for step in steps)],
        transitions=transitions,
        initial=START,
        auto_transitions=False,
    )


@lru_cache(maxsize=128)
def machine_of(playbook: Playbook) -> Machine:
    """The machine that all deals of a playbook share."""
    return build(playbook)


def fire(
    playbook: Playbook, place: str, trigger: str, permit: Callable[[], bool] | None = None
) -> str | None:
    """Fire a trigger at a place; ``permit`` is asked where the move has guards.

    Returns:
        The place to which it leads, or ``None`` when the guards do not let the deal by.

    Raises:
        LookupError: the place has no such trigger.
    """
    cursor = _Cursor(place)
    # It goes in as an argument, so that the machine, which deals share, holds nothing of this one.
    arguments = () if permit is None else (permit,)
    try:
        passed = machine_of(playbook).events[trigger].trigger(cursor, *arguments)
    except MachineError as error:
        raise LookupError(str(error)) from None
    return cursor.state if passed else None


def triggers(playbook: Playbook, place: str) -> tuple[str, ...]:
    """The triggers that a place has."""
    # Of a place that there is not these are none, and no error.
    return tuple(machine_of(playbook).get_triggers(place))
