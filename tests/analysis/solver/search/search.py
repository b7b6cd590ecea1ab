"""The solver: can these conditions come to these truths in some deal, and which is the cheapest?

Every question about a playbook comes down to that one: whether a guard can ever pass, whether two
playbooks decide any deal differently, whether a mutant is one at all, whether a deal can slip
through. The answer is exact over what conditions can tell apart (see docs, "How it is decided").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import define, evolve, frozen

from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.goals import Goal, merged
from dealflow.analysis.solver.own import OF_CARD, rules, with_values
from dealflow.analysis.solver.scenes import START, Person, Saying, Scene
from dealflow.conditions import Condition, Constant, Within
from dealflow.values import Truth, Value
from tests.analysis.solver.search.casts import casts
from tests.analysis.solver.search.cells import Cell
from tests.analysis.solver.search.factoring import factored
from tests.analysis.solver.search.forest import Bound, Budget, Forest, Input, Pair, truth_bits
from tests.analysis.solver.search.ground import Ground
from tests.analysis.solver.search.parts import Part, apart, counts_voices, reads
from tests.analysis.solver.search.samples import Tried

__all__ = ["LIMIT", "Answer", "solve"]

LIMIT = 200_000
"""How many states are tried before a question is left undecided."""

# so much is one unit of a cell's cost; what is below only settles ties
_FINE = 1000
# kept for as long as the process lives: hundreds of mutants of one playbook share nearly all of
# their guards. It is emptied when full, which costs time only
_MOST_KNOWN = 50_000
_KNOWN: dict[object, tuple[dict[Input, Cell] | None, int]] = {}


@frozen
class Answer:
    """What the solver found.

    Attributes:
        scene: the cheapest scene in which all goals are met; ``None`` when there is none.
        decided: whether the search came to its end; when not, there may be a scene after all.
        states: how many states were tried.
    """

    scene: Scene | None
    decided: bool
    states: int

    @property
    def impossible(self) -> bool:
        """No deal can be so, for sure."""
        return self.decided and self.scene is None

    @property
    def possible(self) -> bool:
        """A deal can be so, and ``scene`` is one."""
        return self.scene is not None


def solve(
    goals: Iterable[Goal],
    *,
    roles: Iterable[str] = (),
    limit: int = LIMIT,
    at: datetime = START,
    given: Scene | None = None,
    stands: bool = False,
) -> Answer:
    """Find the cheapest scene in which every goal is met.

    Args:
        goals: the conditions, and the truths that they may have.
        roles: the roles that people may hold besides those that the conditions name.
        limit: how many states to try.
        at: the instant.
        given: a scene to start from, whose people stay: what is so already costs nothing.
        stands: whether all else of it stays, too: nothing is taken back, and more may be said.
    """
    asked = list(goals)
    asked += map(Goal, rules([goal.condition for goal in asked]))
    wanted = merged(asked)
    # two demands on the same condition that have no truth in common
    if not all(goal.allowed for goal in wanted):
        return Answer(None, True, 0)
    conditions = [goal.condition for goal in wanted]
    known = None if given is None else given.currency
    currency = known or Tried.of(conditions, at).currency
    budget = Budget(limit)
    parts = apart(wanted)
    search = _Search(parts, at, currency, budget, given, stands)
    try:
        # one part that nobody can meet settles it. By itself a part needs few people, while all
        # parts together need the product of their casts to say no
        alone = parts if len(parts) > 1 else []
        # a clause that counts voices ties many facts together, and is met or not by who speaks:
        # what nobody can meet without it, nobody can meet with it
        others = [goal for goal in wanted if not counts_voices(goal.condition)]
        if len(others) < len(wanted):
            alone = [*apart(others), *alone]
        if any(_impossible(part, search, roles) for part in alone):
            return Answer(None, not _hangs_on_today(conditions), budget.spent)
        for cast in casts(conditions, tuple(roles), given, stands=stands):
            cells = search.cells_in(cast)
            if cells is not None:
                scene = _scene(cast, cells, given, currency)
                return Answer(scene, True, budget.spent)
    except Bound:
        # the search was given up, and that no scene was found so far proves nothing
        return Answer(None, False, budget.spent)
    # every cast within the bounds was tried to its end: the no is final, unless another day might
    # give another answer
    return Answer(None, not _hangs_on_today(conditions), budget.spent)


def _hangs_on_today(conditions: Iterable[Condition]) -> bool:
    """Whether days are compared both with today and with days of the calendar.

    Then an answer of one day is none for another, and only one day is looked at.
    """
    nodes = [node for condition in conditions for node in condition.walk()]
    fixed = any(isinstance(node, Constant) and isinstance(node.value, date) for node in nodes)
    return fixed and any(isinstance(node, Within) for node in nodes)


def forget() -> None:
    """Forget what was found before; only the time that an answer takes depends on it."""
    _KNOWN.clear()


def _impossible(part: Part, search: _Search, roles: Iterable[str]) -> bool:
    """Whether some goals cannot be met by any people at all: quick to see, as they are few."""
    conditions = [goal.condition for goal in part.goals]
    alone = evolve(search, parts=[part], given=None, stands=False)
    return all(alone.cells_in(cast) is None for cast in casts(conditions, tuple(roles)))


@define
class _Search:
    """The goals, tried with one cast after another.

    Attributes:
        parts: what failed last is tried first.
        at: the instant.
        currency: of amounts.
        budget: how many states may be tried.
        given: the scene to start from.
        stands: whether nothing of it is taken back.
    """

    parts: list[Part]
    at: datetime
    currency: str
    budget: Budget
    given: Scene | None
    stands: bool

    def cells_in(self, cast: Cast) -> dict[Input, Cell] | None:
        """The cheapest cells in which all goals are met by these people."""
        cells: dict[Input, Cell] = {}
        for number, part in enumerate(self.parts):
            found = self._remembered(part, part.people(cast))
            if found is None:
                # under the next cast the same part is the likeliest to fail once more
                self.parts.insert(0, self.parts.pop(number))
                return None
            cells |= found
        return cells

    def _remembered(self, part: Part, cast: Cast) -> dict[Input, Cell] | None:
        """What was found for the same goals and people before, at the price that it had then.

        Guards that a change leaves alone are asked about over and over.
        """
        # what a deal is already bears on the answer and is not in the key
        if self.given is not None:
            return self._solved(part.goals, cast)
        key = (part.key, cast.people, cast.heard, cast.voices, self.at, self.currency)
        known = _KNOWN.get(key)
        if known is None:
            before = self.budget.spent
            found = self._solved(part.goals, cast)
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[key] = (found, self.budget.spent - before)
            return found
        # paid for as if it were found now: whether a limit is reached must not hang on what was
        # asked before
        self.budget.spend(known[1])
        return known[0]

    def _solved(self, goals: Sequence[Goal], cast: Cast) -> dict[Input, Cell] | None:
        samples = Tried.of([goal.condition for goal in goals], self.at)
        given = _given_cells(self.given)
        samples = samples.in_currency(self.currency).beside(_values(given, goals))
        ground = Ground(cast, samples, self.at, given, self.stands)
        trees = [ground.tree(goal.condition) for goal in goals]
        ground.settle()
        # of two ways at the same cost, the one that is read first
        prices: dict[Input, Sequence[int]] = {
            input: [cell.cost * _FINE + (number if cell.cost else 0) for cell in cells]
            for number, (input, cells) in enumerate(ground.cells.items())
        }
        tests = [_test(goal.allowed) for goal in goals]
        # without this, what two versions of a guard share would be tried out in all combinations
        common = factored(list(zip(trees, tests, strict=True)), prices, self.budget)
        way = Forest(common.roots, common.prices, self.budget).cheapest()
        if way is None:
            return None
        return {i: ground.cells[i][number] for i, number in common.unfolded(way[1]).items()}


def _test(allowed: frozenset[Truth]) -> Callable[[Pair], bool]:
    bits = {truth.bits for truth in allowed}
    return lambda pair: truth_bits(pair) in bits


def _scene(cast: Cast, cells: Mapping[Input, Cell], given: Scene | None, currency: str) -> Scene:
    """The scene that some cells make up; what no condition reads stays as given."""
    before = given or Scene()
    read = {(input[1], None if len(input) < 3 else input[2]) for input in cells}
    # a cell says all that is said of its fact, so what was said before gives way to it
    sayings = [saying for saying in before.sayings if saying.key not in read]
    sayings += [saying for cell in cells.values() for saying in cell.sayings]
    attribute: dict[tuple[str, ...], Any] = {
        input[1:]: cell.value for input, cell in cells.items() if input[0] == "attribute"
    }
    return Scene(
        tuple(_person(person, attribute) for person in cast.people),
        tuple(sayings),
        attribute.get(("deal.amount",), before.amount),
        int(attribute.get(("deal.talks",), before.talks)),
        attribute.get(("deal.account",), before.account),
        before.waived,
        tuple(sorted(cast.heard or ())),
        with_values(before.card, _on_card(attribute), currency),
    )


def _on_card(attribute: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    names = ((name, (f"deal.{name}",)) for name in OF_CARD)
    return {name: attribute[key] for name, key in names if key in attribute}


def _person(person: Person, attribute: Mapping[tuple[str, ...], Any]) -> Person:
    changes = {
        name: attribute[f"contact.{name}", person.id]
        for name in ("kind", "influence", "response_mode", "rating", "department", "level")
        if (f"contact.{name}", person.id) in attribute
    }
    rating = changes.get("rating")
    if "department" in changes:
        changes["department"] = changes["department"] or ""
    return evolve(person, **changes | ({} if rating is None else {"rating": int(rating)}))


def _values(given: Mapping[Input, Cell], goals: Iterable[Goal]) -> Iterator[Value]:
    """What a scene has already of what some goals read."""
    read = {input[:2] for goal in goals for input in reads(goal)}
    for input, cell in given.items():
        if input[:2] in read:
            yield from (saying.value for saying in cell.sayings)
            if cell.value is not None:
                yield cell.value


def _given_cells(given: Scene | None) -> dict[Input, Cell]:
    """What a scene is already, at no cost."""
    if given is None:
        return {}
    cells: dict[Input, Cell] = {
        ("attribute", "deal.amount"): Cell(given.amount),
        ("attribute", "deal.talks"): Cell(Decimal(given.talks)),
        ("attribute", "deal.account"): Cell(given.account),
    }
    if given.card is not None:
        values = ((name, getattr(given.card, name)) for name in OF_CARD)
        # whoever is to have the deal is not known where no owner is named
        read = {name: None if v == "" else v for name, v in values if (name, v) != ("owner", "")}
        cells |= {("attribute", f"deal.{name}"): Cell(value) for name, value in read.items()}
    for person in given.people:
        rating = None if person.rating is None else Decimal(person.rating)
        cells["attribute", "contact.kind", person.id] = Cell(person.kind)
        cells["attribute", "contact.influence", person.id] = Cell(person.influence)
        cells["attribute", "contact.response_mode", person.id] = Cell(person.response_mode)
        cells["attribute", "contact.rating", person.id] = Cell(rating)
        cells["attribute", "contact.department", person.id] = Cell(person.department or None)
        cells["attribute", "contact.level", person.id] = Cell(person.level)
    said: dict[Input, tuple[Saying, ...]] = {}
    for saying in given.sayings:
        about = () if saying.about is None else (saying.about,)
        input = ("fact", saying.fact, *about)
        said[input] = (*said.get(input, ()), saying)
    return cells | {input: Cell(None, sayings) for input, sayings in said.items()}
