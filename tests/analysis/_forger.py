"""Forges whole trails so that they tell another story, and makes every hash fit.

Each forgery is one that somebody could have a reason for: a guard that was skipped, evidence that
came too late, a role or a waiver that nobody had. Unlike ``tests/deal/_forging.py``, which changes
one thing of an entry whatever it means, these change an entry and whatever must fit to it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, TypeAlias

from dealflow import Deal, Playbook, loads
from tests.deal._entries import Body, canonical, chained

Bodies: TypeAlias = list[Body]
Forgery: TypeAlias = Callable[["Forger"], Bodies]

_DEFAULTS: Mapping[str, Any] = {
    "needed": True, "yes": [], "no": [], "missing": [], "waived": None
}  # fmt: skip


class NotHere(Exception):
    """A trail has nothing of which a forgery could be made."""


def record(of: Body, **changes: Any) -> Body:
    """A guard's record with other fields, each left out where it has its default."""
    fields = {**_DEFAULTS, **of, **changes}
    return {k: v for k, v in fields.items() if k == "truth" or v != _DEFAULTS[k]}


def renumbered(order: Sequence[Body]) -> Bodies:
    """Entries in a new order, with the numbers of their places, also where they are referred to."""
    old = {body["seq"]: seq for seq, body in enumerate(order, 1) if "seq" in body}
    result = []
    for seq, body in enumerate(order, 1):
        made: Body = {**copy.deepcopy(body), "seq": seq}
        data = made["data"]
        for key in ("statement", "answer", "entry", "last"):
            if isinstance(data.get(key), int):
                data[key] = old.get(data[key], data[key])
        guards: dict[str, Body] = data.get("guards", {})
        for guard, each in guards.items():
            # what is gone is referred to no more
            told = {key: [old[n] for n in each.get(key, ()) if n in old] for key in ("yes", "no")}
            waived = old.get(each.get("waived"))
            guards[guard] = record(each, **told, waived=waived)
        result.append(made)
    return result


class Forger:
    """A trail, and what chance makes of it.

    Attributes:
        bodies: the entries of the trail.
        random: chance.
        playbook: its rules.
    """

    def __init__(self, random: Random, playbook: Playbook, bodies: Sequence[Body]) -> None:
        self.random, self.playbook = random, playbook
        self.bodies: Bodies = copy.deepcopy(list(bodies))

    # choices

    def any(self, *kinds: str, **fields: object) -> int:
        """The index of some entry of one of these kinds, and with these values in its data."""
        found = [
            i
            for i, body in enumerate(self.bodies)
            if body["kind"] in kinds
            and all(body["data"].get(key) == value for key, value in fields.items())
        ]
        return int(self.one(found))

    def one(self, of: Sequence[Any]) -> Any:
        """One of several."""
        if not of:
            raise NotHere
        return self.random.choice(of)

    def judgement(self) -> tuple[int, Body]:
        """The index of an entry that has judged guards, and the guards."""
        found = [i for i, body in enumerate(self.bodies) if body["data"].get("guards")]
        i = self.one(found)
        return i, self.bodies[i]["data"]["guards"]

    def guard(self, guards: Body) -> str:
        """One of the guards."""
        return str(self.one(sorted(guards)))

    def statement(self, before: int) -> int:
        """The number of something said before an entry."""
        found = [b["seq"] for b in self.bodies[:before] if b["kind"] in ("said", "confirmed")]
        return int(self.one(found))

    def before_a_judgement(self, *kinds: str) -> tuple[int, int]:
        """The indexes of an entry of these kinds, and of a judgement after it."""
        i = self.any(*kinds)
        return i, self.one(
            [j for j, b in enumerate(self.bodies) if j > i and "guards" in b["data"]]
        )

    def after_a_judgement(self, *kinds: str) -> tuple[int, int]:
        """The indexes of an entry of these kinds, and of a judgement before it."""
        i = self.any(*kinds)
        return i, self.one(
            [j for j, b in enumerate(self.bodies) if j < i and "guards" in b["data"]]
        )

    def contact(self) -> str:
        """Somebody on the map."""
        return str(self.bodies[self.any("contact_added")]["data"]["contact"]["id"])

    # doing

    def moved(self, i: int, to: int) -> Bodies:
        """The trail with an entry elsewhere, at a time that fits there."""
        order = [*self.bodies]
        body = copy.deepcopy(order.pop(i))
        near = order[to - 1] if to > i else order[to]
        body["at"] = near["at"]
        if "said_at" in body["data"]:
            body["data"]["said_at"] = min(body["data"]["said_at"], body["at"], key=time_of)
        order.insert(to, body)
        return renumbered(order)

    def without(self, i: int) -> Bodies:
        """The trail without an entry."""
        return renumbered([*self.bodies[:i], *self.bodies[i + 1 :]])

    def with_(self, i: int, kind: str, **data: Any) -> Bodies:
        """The trail with one entry more before another."""
        near = self.bodies[i]
        new = {"at": near["at"], "by": near["by"], "kind": kind, "data": data}
        return renumbered([*self.bodies[:i], new, *self.bodies[i:]])

    def up_to(self, i: int) -> Bodies:
        """The trail up to an entry, which is the last."""
        return self.bodies[: i + 1]

    def deal(self, upto: int) -> Deal:
        """The deal before an entry."""
        return Deal.replay(self.playbook, loads(chained(self.bodies[:upto])))


def time_of(text: str) -> datetime:
    """An instant as it stands in an entry."""
    return datetime.fromisoformat(text)


def written(at: datetime) -> str:
    """An instant as an entry has it."""
    return at.isoformat().replace("+00:00", "Z")


def let_by(body: Body, *, all_of_them: bool) -> None:
    """Make a refusal a move."""
    data = body["data"]
    for guard, each in data["guards"].items():
        if all_of_them or each["truth"] != "true":
            data["guards"][guard] = record(each, truth="true", missing=[], waived=None)
    body["kind"], data["verdict"] = "moved", "ready"


class Forgeries(dict[str, Forgery]):
    """Forgeries by what they are called."""

    def add(self, make: Forgery) -> Forgery:
        """Take one, called as its function."""
        self[make.__name__.replace("_", " ").strip()] = make
        return make


def forgeries(
    random: Random,
    playbook: Playbook,
    bodies: Sequence[Body],
    makes: Mapping[str, Forgery],
) -> Iterator[tuple[str, Bodies]]:
    """One forgery of each kind, where the trail lends itself to it."""
    for kind, make in makes.items():
        try:
            forged = make(Forger(random, playbook, bodies))
        except NotHere:
            continue
        if canonical(forged) != canonical(list(bodies)):
            yield kind, forged
