"""The cheapest deals that truly got to a step, and facts established in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from attrs import evolve

from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.routes import Leg, Unreachable, route, scene_to_pass
from dealflow.analysis.solver.scenes import (
    START,
    Person,
    Saying,
    Scene,
    opened,
    perform,
    scene_of,
)
from dealflow.analysis.solver.speakers import Wanted, sayings
from dealflow.deal import Deal
from dealflow.evidence import Fact
from dealflow.exceptions import EvidenceError
from dealflow.message import joined, message
from dealflow.playbook import Playbook
from dealflow.values import Money, Value, ValueType, from_json

__all__ = ["deal_at"]


def establish(deal: Deal, facts: Mapping[str, object], *, by: str, at: datetime) -> None:
    """Let facts have values, and nothing else be said of them.

    Raises:
        EvidenceError: a fact is not declared, or a value is not of its type.
    """
    problems: list[str] = []
    wanted: list[tuple[Fact, Value | None]] = []
    for id, raw in facts.items():
        fact = deal.playbook.fact.get(id)
        if fact is None:
            problems.append(message("the playbook has no fact {fact!r}", fact=id))
            continue
        try:
            wanted.append((fact, None if raw is None else from_json(fact.type, raw)))
        except ValueError as error:
            problems.append(message("{fact}: {problem}", fact=id, problem=error))
    if problems:
        raise EvidenceError(joined("{first}; {rest}", problems))
    before = scene_of(deal, at)
    perform(deal, _still_heard(_changed(before, wanted), before), by=by, at=at)


def _changed(scene: Scene, wanted: list[tuple[Fact, Value | None]]) -> Scene:
    spoken = {fact.id for fact, _ in wanted}
    # whatever stood of these facts goes, or the new value would be one of two
    kept = [saying for saying in scene.sayings if saying.fact not in spoken]
    people = list(scene.people)
    for fact, value in wanted:
        if value is not None:
            if fact.type is ValueType.PERSON and value not in {p.id for p in people}:
                people.append(Person(str(value)))
            _find_entitled(fact, people)
            kept += _said(fact, value, Cast(tuple(people)))
    return evolve(scene, people=tuple(people), sayings=tuple(kept), heard=())


def _still_heard(scene: Scene, before: Scene) -> Scene:
    """Whoever was heard on nothing else agrees with what is known, and is heard all the same."""
    heard = [s for s in scene.sayings if s.source_kind == "contact" and s.first_hand]
    agreed = next((saying for saying in heard if saying.about is None), None)
    if agreed is None:
        return scene
    speaking = {saying.source for saying in heard}
    silent = dict.fromkeys(
        s.source
        for s in before.sayings
        if s.source_kind == "contact" and s.first_hand and s.source not in speaking
    )
    return evolve(scene, sayings=(*scene.sayings, *(evolve(agreed, source=id) for id in silent)))


def _find_entitled(fact: Fact, people: list[Person]) -> None:
    """Somebody whose word counts, when nobody of the deal has such a role."""
    rule = fact.sources.roles
    if rule and not any(set(person.roles) & set(rule) for person in people):
        people.append(Person(rule[0], (rule[0],)))


def _said(fact: Fact, value: Value, cast: Cast) -> Iterator[Saying]:
    abouts = [p.id for p in cast.people] if fact.of == "contact" else [None]
    for about in abouts:
        # whoever has the final word says it, where there is somebody
        final = bool(fact.final_word and cast.speakers(fact.final_word))
        yield from sayings(fact, about, Wanted((value,), final=final), cast)


def deal_at(
    playbook: Playbook,
    step: str,
    *,
    facts: Mapping[str, object] | None = None,
    ready: bool = False,
    amount: Money | None = None,
    id: str = "D-1",
    by: str = "rep",
    at: datetime = START,
) -> Deal:
    """The cheapest deal that truly got to a step through its guards: few people, few statements.

    Guards are waived only where no deal gets there otherwise.

    Args:
        playbook: the playbook.
        step: the id of a step, or ``fulfilled``.
        facts: facts of the deal to be established then, with their values, by people whose word
            counts; ``None`` takes back what was said. For facts of contacts the value is given for
            every contact.
        ready: with everything said besides that the step's first move needs.
        amount: the price in the end; without it, whatever the guards on the way need.
        id: the deal's id.
        by: who of us acts.
        at: when everything happens.

    Raises:
        Unreachable: no deal gets there.
        EvidenceError: a fact is not declared, or a value is not of its type.
    """
    # a scene has the waivers of its move, and the verbs check every move once more: what comes out
    # is a deal like any other
    legs, last_step = _way(playbook, step, at)
    last = Scene()
    if ready:
        legs, last = _on(playbook, step, legs, at)
    first = legs[0].scene if legs else last
    deal = opened(playbook, first, by=by, at=at, id=id)
    for leg in legs:
        perform(deal, leg.scene, by=by, at=at)
        deal.advance(by=by, at=at, to=leg.plan.move.to)
    if last_step != step:
        deal.step_back(step, by=by, at=at, reason="There is more to do")
    if ready:
        perform(deal, last, by=by, at=at)
    if amount is not None and amount != deal.amount:
        deal.change_amount(amount, by=by, at=at, reason="The price as given")
    if facts:
        establish(deal, facts, by=by, at=at)
    return deal


def _way(playbook: Playbook, step: str, at: datetime) -> tuple[tuple[Leg, ...], str]:
    """The moves to a step, or to the next after it from which a deal can be sent back there."""
    try:
        return route(playbook, step, at), step
    except Unreachable as error:
        decided = error.decided
        for later in playbook.after(step) if step in playbook.step else ():
            try:
                return route(playbook, later, at), later
            except Unreachable as other:
                decided = decided and other.decided
        raise Unreachable(str(error), step, decided=decided) from None


def _on(
    playbook: Playbook, step: str, legs: tuple[Leg, ...], at: datetime
) -> tuple[tuple[Leg, ...], Scene]:
    """The moves to a step, and a scene in which its first move passes that can pass at all."""
    for plan in playbook.plans.get(step, ()):
        try:
            whole = route(playbook, plan.move.to, at)
        except Unreachable:
            whole = ()
        scene = next((leg.scene for leg in whole if leg.plan == plan), None)
        if scene is None:
            scene, _ = scene_to_pass(playbook, plan, at)
        if scene is not None:
            # on a way that goes on, nobody is left behind who has nothing to say any more
            same_way = [*(leg.plan for leg in legs), plan] == [leg.plan for leg in whole]
            return whole[:-1] if same_way else legs, scene
    raise Unreachable(message("no move out of {step} can pass", step=step), step)
