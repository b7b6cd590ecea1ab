"""The cells of a coverage in plain words, and for each the test that would cover it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from attrs import frozen

from dealflow.analysis.coverage.targets import Cell, cells_of, plans_of
from dealflow.analysis.history import world_of
from dealflow.analysis.phrases import clauses, in_word, kind_told, listed, truth_told
from dealflow.analysis.solver import START, Person, Saying, Scene, Unreachable, deal_at, told
from dealflow.assessment import Judgement, Verdict, assess, judge_move, judge_step
from dealflow.evidence import Text
from dealflow.message import Message, message
from dealflow.playbook import FULFILLED, Move, Plan, Playbook
from dealflow.state import Snapshot
from dealflow.typing import Language
from dealflow.values import Truth, Value, to_json

__all__ = ["hint", "named_input", "what"]


def what(playbook: Playbook, cell: Cell, language: Language = "en") -> str:
    """What was not seen, as one sentence without its full stop.

    Args:
        playbook: the playbook.
        cell: the cell.
        language: of the playbook's titles; the sentence can be told in others.
    """
    names = _Names(playbook, language)
    match cell.kind:
        case "steps":
            return message("no deal was seen in {step}", step=names.step(cell.id))
        case "moves":
            return message("no deal passed {move}", move=names.move(cell.id))
        case "refusals":
            return message("nobody was refused {move}", move=names.move(cell.id))
        case "guards":
            truth = truth_told(Truth(cell.of))
            guard = names.guard(cell.id)
            return message("{guard} was never seen {truth}", guard=guard, truth=truth)
        case "reasons":
            return message("{guard} never refused a move", guard=names.guard(cell.id))
        case "questions":
            question = names.named(playbook.question[cell.id].text, cell.id)
            return message("{question} was never asked", question=question)
        case _:
            alone, guard = named_input(playbook, cell.of, language), names.guard(cell.id)
            return message("{input} alone never decided {guard}", input=alone, guard=guard)


def named_input(playbook: Playbook, name: str, language: Language = "en") -> str:
    """What a clause reads, in words, with the id."""
    kind, _, id = name.partition(":")
    names = _Names(playbook, language)
    if kind == "fact":
        return names.named(playbook.fact[id].title, id)
    if kind == "role":
        role = playbook.role.get(id)
        if role is None:
            return message("who holds any role")
        return message("who is {role}", role=names.named(role.title, id))
    if kind == "heard":
        return message("who was heard first-hand")
    if kind == "voices":
        return message("who stands behind the facts")
    return message("{text} ({note})", text=_attribute(id), note=id)


def _attribute(id: str) -> Message:
    return {
        "deal.amount": message("the price"),
        "deal.talks": message("the number of talks"),
        "deal.account": message("the customer's name"),
        "deal.owner": message("who owns the deal"),
        "deal.source": message("where the deal came from"),
        "deal.source_name": message("the name of the source"),
        "deal.market": message("the market"),
        "deal.expected_close": message("the expected close"),
        "deal.products": message("the products"),
        "deal.lines_total": message("the sum of the lines"),
        "contact.kind": message("the contacts' kind"),
        "contact.influence": message("the contacts' influence"),
        "contact.response_mode": message("the contacts' response mode"),
        "contact.rating": message("the contacts' rating"),
        "contact.department": message("the contacts' department"),
        "contact.level": message("the contacts' level"),
    }[id]


@frozen
class _Names:
    """Parts of a playbook by their titles, with their ids.

    Attributes:
        playbook: the playbook.
        language: of the titles.
    """

    playbook: Playbook
    language: Language

    def named(self, title: Text, id: str) -> str:
        return message('"{title}" ({id})', title=title.in_(self.language), id=id)

    def step(self, id: str) -> str:
        return FULFILLED if id == FULFILLED else self.named(self.playbook.step[id].title, id)

    def guard(self, id: str) -> str:
        return self.named(self.playbook.guard[id].title, id)

    def move(self, id: str) -> str:
        way = _way(self.playbook, id)
        return message(
            "the move from {start} to {to}", start=self.step(way.source), to=self.step(way.to)
        )


def _way(playbook: Playbook, move: str) -> Move:
    return next(each for each in playbook.moves if each.id == move)


@lru_cache(maxsize=4096)  # several reports of a run ask for the same
def hint(playbook: Playbook, cell: Cell, language: Language = "en") -> str:
    """Which test would cover a cell: one line of it as it stands, or else what to say when.

    Args:
        playbook: the playbook.
        cell: the cell.
        language: of the playbook's titles; the sentence can be told in others.
    """
    return code(playbook, cell) or _advice(playbook, cell, language)


def _advice(playbook: Playbook, cell: Cell, language: Language) -> str:
    scenes = cells_of(playbook)[cell].scenes
    match cell.kind:
        case "steps":
            return _when(message('assess a deal in "{step}"', step=cell.id), scenes)
        case "moves":
            way = _way(playbook, cell.id)
            move = message('let a deal move from "{start}" to "{to}"', start=way.source, to=way.to)
            return _when(move, scenes)
        case "refusals":
            way = _way(playbook, cell.id)
            names = {"start": way.source, "to": way.to}
            refusal = message('let a deal be refused from "{start}" to "{to}"', **names)
            return _when(refusal, scenes)
        case "guards":
            step = _places(playbook)[cell.id][0]
            return _when(message('assess a deal in "{step}"', step=step), scenes)
        case "reasons":
            step = _places(playbook)[cell.id][1]
            reason = message(
                'let a deal be refused in "{step}" by "{guard}"', step=step, guard=cell.id
            )
            return _when(reason, scenes)
        case "questions":
            return message(
                'assess a deal while the answer to "{question}" is open, or is a no',
                question=cell.id,
            )
        case _:
            step = _places(playbook)[cell.id][0]
            two = _two(playbook, cell, scenes, language)
            return message('assess two deals in "{step}", {two}', step=step, two=two)


@lru_cache(maxsize=8)
def _places(playbook: Playbook) -> Mapping[str, tuple[str, str]]:
    """For each guard the first step in which it is looked at, and the first that needs it."""
    looked_at: dict[str, str] = {}
    needed: dict[str, str] = {}
    for plan in plans_of(playbook):
        for guard in plan.looked_at:
            looked_at.setdefault(guard, plan.move.source)
            if plan.needs_walk_away or guard in plan.needed:
                needed.setdefault(guard, plan.move.source)
    return {guard: (step, needed.get(guard, step)) for guard, step in looked_at.items()}


def _when(advice: str, scenes: Sequence[Scene]) -> str:
    if not scenes:
        return advice
    told = clauses(_parts(scenes[0])) or message("nothing has been said about it")
    return message("{advice} when {scene}", advice=advice, scene=told)


def _parts(scene: Scene) -> Iterator[str]:
    yield from map(_person, scene.people)
    yield from (_saying(saying) for saying in scene.sayings)
    if scene.amount is not None:
        yield message("the price is {amount}", amount=scene.amount)
    yield from told(scene.card)
    if scene.talks > 1:
        yield message("{n} talks", n=scene.talks)
    elif scene.talks:
        yield message("{n} talk", n=scene.talks)
    yield from (message("{person} is heard first-hand", person=person) for person in scene.heard)


def _person(person: Person) -> str:
    degree, mode = person.influence, person.response_mode
    traits = [
        *kind_told(person.kind),
        *([] if degree is None else [message("influence {degree}", degree=in_word(degree))]),
        *([] if mode is None else [message("response mode {mode}", mode=in_word(mode))]),
        *([] if person.rating is None else [message("rating {rating}", rating=person.rating)]),
    ]
    roles = listed(person.roles) or message("no role")
    held = message("{person} holds {roles}", person=person.id, roles=roles)
    return message("{text} ({note})", text=held, note=listed(traits)) if traits else held


def _saying(saying: Saying) -> str:
    whom = {
        "contact": message("{source} says", source=saying.source),
        "document": message("a document says"),
        "observation": message("we saw"),
    }[saying.source_kind]
    said = {"whom": whom, "fact": saying.fact, "value": _value(saying.value)}
    if saying.about in (None, saying.source):
        told = message("{whom} {fact} = {value}", **said)
    else:
        told = message("{whom} {fact} of {person} = {value}", **said, person=saying.about)
    if saying.age >= timedelta(days=1):
        told = message("{text}, {n} days ago", text=told, n=saying.age.days)
    if saying.source_kind == "contact" and not saying.first_hand:
        told = message("{text}, told on by others", text=told)
    return told


def _value(value: Value) -> str:
    match value:
        case bool():
            return message("yes") if value else message("no")
        case tuple():
            return f"[{', '.join(value)}]"
        case date():
            days = (value - START.date()).days
            if days >= 0:
                return message("{day} ({n} days ahead)", day=value, n=days)
            return message("{day} ({n} days ago)", day=value, n=-days)
        case _:
            return str(to_json(value))


def _two(playbook: Playbook, cell: Cell, scenes: Sequence[Scene], language: Language) -> str:
    if len(scenes) < 2:
        name = named_input(playbook, cell.of, language)
        return message("which differ in {input} only, and one of them passes", input=name)
    first, second = (dict.fromkeys(_parts(scene)) for scene in scenes)
    same = [part for part in first if part in second]
    only = [part for part in first if part not in second]
    other = [part for part in second if part not in first]
    return clauses(
        [
            *([message("both with: {parts}", parts=clauses(same))] if same else []),
            message("one with: {parts}", parts=clauses(only))
            if only
            else message("one without more"),
            message("the other with: {parts}", parts=clauses(other))
            if other
            else message("the other without"),
        ]
    )


@frozen
class _Given:
    """The cheapest deal at a step.

    Attributes:
        step: the step.
        gone: the facts of which nothing is said.
        ready: whether everything else is said that the step's first move needs.
    """

    step: str
    gone: tuple[str, ...] = ()
    ready: bool = False

    def __str__(self) -> str:
        gone = ", ".join(f'"{fact}": None' for fact in self.gone)
        parts = [f'"{self.step}"', *([f"{{{gone}}}"] if gone else [])]
        return f"deal_at({', '.join([*parts, *(['ready=True'] if self.ready else [])])})"


def code(playbook: Playbook, cell: Cell) -> str | None:
    """The line that covers a cell; ``None`` where it takes more than one."""
    match cell.kind:
        case "steps":
            given = _Given(cell.id)
            return f"{given}.assess(at=clock.now)" if _known(playbook, given) else None
        case "moves":
            return next(_passing(playbook, cell.id), None)
        case "refusals":
            return next(_refusal(playbook, cell.id), None)
        case "reasons":
            return min(_reason(playbook, cell.id), key=_guards, default=None)
        case "questions":
            return next(_asked(playbook, cell.id), None)
        case _:
            return None


def _passing(playbook: Playbook, move: str) -> Iterator[str]:
    for plan in plans_of(playbook):
        for given in (_Given(plan.move.source), _Given(plan.move.source, ready=True)):
            judgement = _judged(playbook, plan, given) if plan.move.id == move else None
            if judgement is not None and judgement.verdict is Verdict.READY:
                yield f'assert_moves({given}, to="{plan.move.to}")'


def _refusal(playbook: Playbook, move: str) -> Iterator[str]:
    """The refusal of a deal that just got to the step."""
    for plan in plans_of(playbook):
        if plan.move.id == move:
            yield from _refused(playbook, plan, _Given(plan.move.source))


def _reason(playbook: Playbook, guard: str) -> Iterator[str]:
    """Refusals by a guard: of what it reads nothing was said, or nothing was said at all."""
    facts = playbook.guard_condition[guard].facts
    gone = tuple(dict.fromkeys(fact.id for fact in facts))
    for plan in plans_of(playbook):
        step = plan.move.source
        # with everything else in place the guard refuses alone, which makes the plainest test
        for given in (_Given(step, gone, ready=True), _Given(step)):
            if gone or not given.ready:
                yield from _refused(playbook, plan, given, guard)


def _refused(playbook: Playbook, plan: Plan, given: _Given, by: str | None = None) -> Iterator[str]:
    judgement = _judged(playbook, plan, given)
    blocking = [finding.guard for finding in judgement.blocking] if judgement else []
    if blocking and (by is None or by in blocking):
        because = ", ".join(f'"{guard}"' for guard in blocking)
        yield f'assert_refused({given}, to="{plan.move.to}", because={{{because}}})'


def _asked(playbook: Playbook, question: str) -> Iterator[str]:
    for step in dict.fromkeys(plan.move.source for plan in plans_of(playbook)):
        snapshot = _known(playbook, _Given(step))
        if snapshot is not None:
            assessment = assess(snapshot, judge_step(snapshot))
            if any(ask.id == question for ask in assessment.questions):
                yield f'assert_asks(deal_at("{step}"), "{question}")'


def _judged(playbook: Playbook, plan: Plan, given: _Given) -> Judgement | None:
    snapshot = _known(playbook, given)
    return None if snapshot is None else judge_move(snapshot, plan)


# every line of code that is offered was tried on a deal before; many need the same one
@lru_cache(maxsize=1024)
def _known(playbook: Playbook, given: _Given) -> Snapshot | None:
    """What is known of a deal; ``None`` when none was found."""
    try:
        facts = dict.fromkeys(given.gone)
        deal = deal_at(playbook, given.step, facts=facts, ready=given.ready)
    except Unreachable:
        return None
    return world_of(playbook, deal.trail, START)


def _guards(line: str) -> int:
    """How many guards a line names: the fewer, the plainer."""
    return line.partition("because=")[2].count(",")
