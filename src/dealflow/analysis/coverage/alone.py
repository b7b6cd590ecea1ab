"""Whether an input can decide a guard alone: two deals that differ in it only, and in the guard.

Both deals are one scene for the solver: the guard's condition beside itself with that one input
under another name, so that all else is the same for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, TypeAlias

from attrs import evolve

from dealflow.analysis.coverage.clauses import HEARD, VOICES, Clauses, Input, inputs_of
from dealflow.analysis.coverage.twins import (
    MARK,
    NO_TITLE,
    apart,
    other_role,
    renamed,
    replaced,
    without,
)
from dealflow.analysis.history import world_in
from dealflow.analysis.solver import (
    ANSWERED,
    START,
    Answer,
    Goal,
    Person,
    Scene,
    solve,
)
from dealflow.conditions import Condition, Covered, Heard, Known, Voices
from dealflow.evidence import ANY_ROLE, Fact
from dealflow.exceptions import EvidenceError
from dealflow.playbook import Playbook
from dealflow.values import Truth, ValueType

__all__ = ["Shown", "alone", "nothing"]

_NOT_TRUE: Final = ANSWERED - {Truth.TRUE}
Shown: TypeAlias = Callable[[], tuple[Scene, ...]]
"""Makes deals, when somebody wants to see them."""
_Found: TypeAlias = tuple[bool, bool, Shown]


def nothing() -> tuple[Scene, ...]:
    """No deals."""
    return ()


def alone(playbook: Playbook, guard: str, name: Input) -> _Found:
    """Whether an input can decide a guard alone.

    Returns:
        Whether it can as far as is known, whether that is sure, and what makes the two scenes, if
        there are some: with the guard true, and not true.
    """
    condition = playbook.guard_condition[guard]
    kind, _, id = name.partition(":")
    # who is heard, and who holds a role, is given by the cast and is no input that could have
    # another name; these two are looked at in ways of their own
    if kind == VOICES:
        return _by_voices(playbook, condition)
    if kind == HEARD:
        return _by_who_is_heard(playbook, condition)
    if kind == "role":
        return _by_role(playbook, condition, id)
    twin, rules = renamed(condition, kind, id)
    answer = _solve(playbook, Goal(condition), Goal(twin, _NOT_TRUE), *rules)
    if not answer.possible:
        return not answer.impossible, answer.decided, nothing

    def shown() -> tuple[Scene, ...]:
        return () if answer.scene is None else apart(answer.scene, kind, id)

    # a number between two numbers of talks, or a rating of 1.5, is no deal
    sure = kind == "fact" or _differ_by(playbook, condition, name, *shown())
    return True, sure, shown


def _solve(playbook: Playbook, *goals: Goal) -> Answer:
    return solve(goals, roles=[role.id for role in playbook.roles])


def _by_who_is_heard(playbook: Playbook, condition: Condition) -> _Found:
    counts = {node for node in condition.walk() if isinstance(node, Heard)}
    # of several clauses that count the people heard, none can stand for the others: not decided
    if len(counts) != 1 or any(str(node) == "contact.heard" for node in condition.walk()):
        return True, False, nothing
    (node,) = counts
    more = tuple(Person(f"another_{n}") for n in range(1, node.number + 1))
    return _from_below(playbook, condition, node, more)


def _by_voices(playbook: Playbook, condition: Condition) -> _Found:
    """One deal with too few voices behind some facts, and the same with others who agree."""
    counts = {node for node in condition.walk() if isinstance(node, Voices)}
    for node in counts:
        for fact in node.over:
            few = _solve(playbook, Goal(condition, _NOT_TRUE), Goal(Known(fact))).scene
            if few is None:
                continue
            said = next(said for said in few.sayings if said.fact == fact.id)
            ids = [f"another_{n}" for n in range(1, node.number + 2)]
            agree = [evolve(said, source_kind="contact", source=id) for id in ids]
            people, sayings = (*few.people, *map(Person, ids)), (*few.sayings, *agree)
            more = evolve(few, people=people, sayings=sayings)
            if _differ_by(playbook, condition, VOICES, more, few):
                return True, True, partial(tuple, (more, few))
    # that none of these deals shows it proves nothing
    return True, False, nothing


def _from_below(
    playbook: Playbook, condition: Condition, node: Condition, more: tuple[Person, ...]
) -> _Found:
    """One deal in which there are too few people for a clause, and the same with more."""
    # a made-up fact stands for the clause: the guard is TRUE if only there were enough, and is not,
    # as there are too few. Then people are added that nobody reads otherwise
    enough = Fact("enough" + MARK, NO_TITLE, ValueType.YES_NO)
    twin = replaced(condition, lambda each: Known(enough) if each == node else None)
    few = Goal(node, _NOT_TRUE), Goal(Known(enough))
    answer = _solve(playbook, Goal(twin), Goal(condition, _NOT_TRUE), *few)
    if answer.scene is None:
        return not answer.impossible, answer.decided, nothing
    scene = without(answer.scene, enough.id)
    # people with nothing to say still count as heard
    heard = scene.heard
    if isinstance(node, Heard):
        heard = (*heard, *(person.id for person in more))
    fuller = evolve(scene, people=(*scene.people, *more), heard=heard)
    (name,) = inputs_of(node)
    sure = _differ_by(playbook, condition, name, fuller, scene)
    return True, sure, partial(tuple, (fuller, scene))


def _by_role(playbook: Playbook, condition: Condition, role: str) -> _Found:
    """Who holds a role also decides whose word counts, so real deals are tried."""
    held = role if role != ANY_ROLE else next(iter(playbook.role), role)
    # begun with somebody in the role and with nobody, as either may be the deal that passes
    for covered in (Truth.TRUE, Truth.UNKNOWN):
        scene = _solve(playbook, Goal(condition), Goal(Covered(role), {covered})).scene
        for other in () if scene is None else _recast(scene, role, held):
            if scene is not None and _differ_by(playbook, condition, f"role:{role}", scene, other):
                return True, True, partial(tuple, (scene, other))
    readers = {node for node in condition.walk() if getattr(node, "role", None) == role}
    # only where nothing but ``covered`` reads the role can the clause be replaced
    if readers == {Covered(role)}:
        return _from_below(playbook, condition, Covered(role), (Person("another", (held,)),))
    twin = replaced(condition, lambda node: other_role(node, role))
    impossible = _solve(playbook, Goal(condition), Goal(twin, _NOT_TRUE)).impossible
    # if not even a role of its own for the clauses could make a difference, none does; a yes of
    # that kind is not believed, for whose word counts would differ as well
    sure = impossible and role != ANY_ROLE  # whose other name is a role, too
    return not sure, sure, nothing


def _recast(scene: Scene, role: str, held: str) -> Iterator[Scene]:
    """The same deal with nobody in a role, with everybody, with one more and with two more."""
    without = [_but(person.roles, role) for person in scene.people]
    for cast_ in (without, [(*roles, held) for roles in without]):
        pairs = zip(scene.people, cast_, strict=True)
        yield evolve(scene, people=tuple(evolve(p, roles=roles) for p, roles in pairs))
    for number in (1, 2):
        more = (Person(f"another_{n}", (held,)) for n in range(1, number + 1))
        yield evolve(scene, people=(*scene.people, *more))


def _but(roles: tuple[str, ...], role: str) -> tuple[str, ...]:
    return tuple(each for each in roles if role not in (each, ANY_ROLE))


def _differ_by(playbook: Playbook, condition: Condition, name: Input, *scenes: Scene) -> bool:
    # by the same code that measures: what it would not count is no hint to give
    clauses = Clauses(condition)
    try:
        rows = [clauses.row(world_in(playbook, scene, START)) for scene in scenes]
    except EvidenceError:
        return False
    return name in clauses.decided_alone(rows)
