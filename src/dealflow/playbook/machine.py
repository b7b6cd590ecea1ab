"""The state machine under a deal: one shared ``transitions`` machine per playbook.

``transitions`` accepts a model that was never added: triggers are fired on a cursor, so the machine
holds no deal. Its class hook ``event_cls`` is overridden to leave out logging and callbacks, which
nothing here uses; a test walks the stock class and this one at random and compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from transitions.core import Event, Machine, MachineError

from dealflow.playbook.playbook import Playbook
from dealflow.playbook.rules import FULFILLED, LOST, WALKED_AWAY

__all__ = [
    "LOSE",
    "WALK_AWAY",
    "Cursor",
    "Passage",
    "back_to",
    "build",
    "fire",
    "machine_of",
    "reopen_at",
    "triggers",
]

WALK_AWAY = "walk_away"
LOSE = "lose"


def back_to(step: str) -> str:
    """The trigger that goes back to a step."""
    return f"back_to:{step}"


def reopen_at(step: str) -> str:
    """The trigger that opens a walked-away or lost deal again at a step."""
    return f"reopen_at:{step}"


# A machine keeps its models for ever, and hangs a method on them for every trigger. A cursor lives
# for one trigger, so that one machine serves any number of deals, and threads.
class Cursor:
    """What a trigger is fired on: the place of one deal in the machine."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def permitted(permit: Callable[[], bool]) -> bool:
    """The one condition of every forward move: the deal's guards let it pass."""
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
        # beforehand, each with its reasons, and the one condition here only passes the verdict on.
        return False


class _Machine(Machine):
    event_cls = _Event


def build(playbook: Playbook, machine: type[Machine] = _Machine) -> Machine:
    """Build the machine of a playbook from the given machine class."""
    steps = [step.id for step in playbook.steps]
    transitions: list[dict[str, Any]] = [
        {"trigger": m.id, "source": m.source, "dest": m.to, "conditions": [permitted]}
        for m in playbook.moves
    ]
    for position, step in enumerate(steps):
        later = steps[position + 1 :]
        if later:
            transitions.append({"trigger": back_to(step), "source": later, "dest": step})
        closed = [WALKED_AWAY, LOST]
        transitions.append({"trigger": reopen_at(step), "source": closed, "dest": step})
    transitions.append({"trigger": WALK_AWAY, "source": steps, "dest": WALKED_AWAY})
    transitions.append({"trigger": LOSE, "source": steps, "dest": LOST})
    # model=None, as the machine would be its own model otherwise. No automatic transitions, which
    # are triggers to_STEP at every state: they lead anywhere, past all guards.
    return machine(
        model=None,
        states=[*steps, FULFILLED, WALKED_AWAY, LOST],
        transitions=transitions,
        initial=steps[0],
        auto_transitions=False,
    )


@lru_cache(maxsize=128)
def machine_of(playbook: Playbook) -> Machine:
    """The machine that all deals of a playbook share."""
    return build(playbook)


class Passage(NamedTuple):
    """What the machine did with a trigger: the record that an entry of the trail is made from.

    Attributes:
        trigger: what was fired.
        source: the state it was fired at.
        to: the state that the deal is in after it.
        passed: whether the guards let it pass.
    """

    trigger: str
    source: str
    to: str
    passed: bool


def fire(
    playbook: Playbook, state: str, trigger: str, permit: Callable[[], bool] | None = None
) -> Passage:
    """Fire a trigger at a state; ``permit`` is asked where the move has guards.

    Raises:
        transitions.MachineError: the state has no such trigger.
    """
    cursor = Cursor(state)
    # It goes in as an argument, so that the machine, which deals share, holds nothing of this one.
    arguments = () if permit is None else (permit,)
    moved: bool = machine_of(playbook).events[trigger].trigger(cursor, *arguments)
    return Passage(trigger, state, cursor.state, moved)


def triggers(playbook: Playbook, state: str) -> tuple[str, ...]:
    """The triggers that a state has."""
    # Of a state that there is not these are none, and no error.
    return tuple(machine_of(playbook).get_triggers(state))
