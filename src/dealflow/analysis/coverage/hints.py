"""The cells of a coverage in plain words, and for each the test that would cover it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from attrs import frozen

from dealflow.analysis.coverage.targets import Cell, cells_of, plans_of
from dealflow.analysis.history import world_of
from dealflow.analysis.solver import START, Person, Saying, Scene, Unreachable, deal_at, told
from dealflow.assessment import Judgement, Verdict, assess, judge_move, judge_step
from dealflow.playbook import FULFILLED, Move, Plan, Playbook
from dealflow.state import Snapshot
from dealflow.values import Value, to_json

__all__ = ["hint", "named_input", "what"]


def what(playbook: Playbook, cell: Cell) -> str:
    """What was not seen, as one sentence without its full stop."""
    match cell.kind:
        case "steps":
            return f"no deal was seen in {_step(playbook, cell.id)}"
        case "moves":
            return f"no deal passed {_move(playbook, cell.id)}"
        case "refusals":
            return f"nobody was refused {_move(playbook, cell.id)}"
        case "guards":
            return f"{_guard(playbook, cell.id)} was never seen {cell.of}"
        case "reasons":
            return f"{_guard(playbook, cell.id)} never refused a move"
        case "questions":
            return f'"{playbook.question[cell.id].text.en}" ({cell.id}) was never asked'
        case _:
            alone = named_input(playbook, cell.of)
            return f"{alone} alone never decided {_guard(playbook, cell.id)}"


def named_input(playbook: Playbook, name: str) -> str:
    """What a clause reads, in words, with the id."""
    kind, _, id = name.partition(":")
    if kind == "fact":
        return f'"{playbook.fact[id].title.en}" ({id})'
    if kind == "role":
        role = playbook.role.get(id)
        return f'who is "{role.title.en}" ({id})' if role else "who holds any role"
    return {
        "heard": "who was heard first-hand",
        "voices": "who stands behind the facts",
        "deal.amount": "the price (deal.amount)",
        "deal.talks": "the number of talks (deal.talks)",
        "deal.account": "the customer's name (deal.account)",
        "deal.owner": "who owns the deal (deal.owner)",
        "deal.source": "where the deal came from (deal.source)",
        "deal.source_name": "the name of the source (deal.source_name)",
        "deal.market": "the market (deal.market)",
        "deal.expected_close": "the expected close (deal.expected_close)",
        "deal.products": "the products (deal.products)",
        "deal.lines_total": "the sum of the lines (deal.lines_total)",
    }.get(id or kind, f"the contacts' {id.partition('.')[2].replace('_', ' ')} ({id})")


def _step(playbook: Playbook, step: str) -> str:
    return f'"{playbook.step[step].title.en}" ({step})' if step != FULFILLED else FULFILLED


def _guard(playbook: Playbook, guard: str) -> str:
    return f'"{playbook.guard[guard].title.en}" ({guard})'


def _move(playbook: Playbook, move: str) -> str:
    way = _way(playbook, move)
    return f"the move from {_step(playbook, way.source)} to {_step(playbook, way.to)}"


def _way(playbook: Playbook, move: str) -> Move:
    return next(each for each in playbook.moves if each.id == move)


@lru_cache(maxsize=4096)  # several reports of a run ask for the same
def hint(playbook: Playbook, cell: Cell) -> str:
    """Which test would cover a cell: one line of it as it stands, or else what to say when."""
    return code(playbook, cell) or _advice(playbook, cell)


def _advice(playbook: Playbook, cell: Cell) -> str:
    scenes = cells_of(playbook)[cell].scenes
    match cell.kind:
        case "steps":
            return f'assess a deal in "{cell.id}"{_when(scenes)}'
        case "moves":
            way = _way(playbook, cell.id)
            return f'let a deal move from "{way.source}" to "{way.to}"{_when(scenes)}'
        case "refusals":
            way = _way(playbook, cell.id)
            return f'let a deal be refused from "{way.source}" to "{way.to}"{_when(scenes)}'
        case "guards":
            step = _places(playbook)[cell.id][0]
            return f'assess a deal in "{step}"{_when(scenes)}'
        case "reasons":
            step = _places(playbook)[cell.id][1]
            return f'let a deal be refused in "{step}" by "{cell.id}"{_when(scenes)}'
        case "questions":
            return f'assess a deal while the answer to "{cell.id}" is open, or is a no'
        case _:
            step = _places(playbook)[cell.id][0]
            return f'assess two deals in "{step}", {_two(playbook, cell, scenes)}'


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


def _when(scenes: Sequence[Scene]) -> str:
    return f" when {_told(scenes[0])}" if scenes else ""


def _told(scene: Scene) -> str:
    return "; ".join(_parts(scene)) or "nothing has been said about it"


def _parts(scene: Scene) -> Iterator[str]:
    yield from map(_person, scene.people)
    yield from (_saying(saying) for saying in scene.sayings)
    if scene.amount is not None:
        yield f"the price is {scene.amount}"
    yield from told(scene.card)
    if scene.talks:
        yield f"{scene.talks} talks" if scene.talks > 1 else "1 talk"
    yield from (f"{person} is heard first-hand" for person in scene.heard)


def _person(person: Person) -> str:
    traits = [
        f"{name.replace('_', ' ')} {value}"
        for name in ("influence", "response_mode", "rating")
        if (value := getattr(person, name)) is not None
    ]
    held = f"{person.id} holds {', '.join(person.roles) or 'no role'}"
    kind = [] if person.kind == "person" else [f"a {person.kind.replace('_', ' ')}"]
    return f"{held} ({', '.join([*kind, *traits])})" if kind or traits else held


def _saying(saying: Saying) -> str:
    about = "" if saying.about in (None, saying.source) else f" of {saying.about}"
    late = f", {saying.age.days} days ago" if saying.age >= timedelta(days=1) else ""
    told = "" if saying.first_hand or saying.source_kind != "contact" else ", told on by others"
    who = {"document": "a document says", "observation": "we saw"}.get(
        saying.source_kind, f"{saying.source} says"
    )
    return f"{who} {saying.fact}{about} = {_value(saying.value)}{late}{told}"


def _value(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return f"[{', '.join(value)}]"
        case date():
            days = (value - START.date()).days
            return f"{value} ({days} days ahead)" if days >= 0 else f"{value} ({-days} days ago)"
        case _:
            return str(to_json(value))


def _two(playbook: Playbook, cell: Cell, scenes: Sequence[Scene]) -> str:
    if len(scenes) < 2:
        return f"which differ in {named_input(playbook, cell.of)} only, and one of them passes"
    first, second = (dict.fromkeys(_parts(scene)) for scene in scenes)
    same = [part for part in first if part in second]
    only = [part for part in first if part not in second]
    other = [part for part in second if part not in first]
    both = f"both with: {'; '.join(same)}; " if same else ""
    one_with = f"one with: {'; '.join(only)}" if only else "one without more"
    other_with = f"the other with: {'; '.join(other)}" if other else "the other without"
    return f"{both}{one_with}; {other_with}"


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
