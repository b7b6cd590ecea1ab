"""Whether an audit says of forged trails, and of honest ones, what the verbs say that play them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import count
from random import Random

from attrs import define, field

from dealflow import Deal, Playbook, Trail, TrailError, load_playbook, loads, parse_playbook
from dealflow.analysis import Audit, audit
from tests._playbooks import FORK
from tests.analysis._false_evidence import EVIDENCE
from tests.analysis._false_judgements import JUDGEMENTS
from tests.analysis._forger import Bodies, Forgery, forgeries, record
from tests.analysis._wanderer import Wanderer
from tests.deal._entries import Body, bodies_of, canonical, chained
from tests.deal._oracle import played
from tests.deal._specimens import playbook as waivable
from tests.deal._walker import POLICIES, Walk

FORGERIES: Mapping[str, Forgery] = {**JUDGEMENTS, **EVIDENCE}
"""Every kind of forgery."""
_CALLS = 40
_KINDS_A_WALK = 16


@cache
def _file(path: str) -> Playbook:
    return load_playbook(path)


_OTHERS: Mapping[str, Callable[[], Playbook]] = {
    "seven_step": partial(_file, "seven_step"),
    "oven_care": partial(_file, "examples/team/playbook.toml"),
    "salvirt": partial(_file, "tests/salvirt/playbook.toml"),
    "waivable": waivable,
    "fork": cache(partial(parse_playbook, FORK)),
}
BOOKS: Sequence[str] = (*(f"seven_step, {policy}" for policy in POLICIES), *_OTHERS)
"""The shipped playbook, as it is and under other policies, that of the examples, and others."""


def walked(name: str, random: Random) -> Deal:
    """A deal to which anything has happened, by the verbs."""
    if name in _OTHERS:
        return Wanderer(random, _OTHERS[name]()).go(_CALLS)
    walk = Walk(random, name.removeprefix("seven_step, "), Counter())
    for _ in range(_CALLS):
        walk.step()
    return walk.deal


@define
class Tally:
    """What became of trails.

    Attributes:
        honest: how many honest ones were judged.
        judgements: how many judgements they have.
        forged: by kind of forgery and by what found it (``loads``, ``replay``, ``audit``, or none:
            ``beyond``), how many.
        wrong: where the audit and the verbs do not agree.
    """

    honest: int = 0
    judgements: int = 0
    forged: Counter[tuple[str, str]] = field(factory=Counter)
    wrong: list[str] = field(factory=list)

    @property
    def found(self) -> Counter[str]:
        """How many were found by what."""
        found: Counter[str] = Counter()
        for (_, by), times in self.forged.items():
            found[by] += times
        return found

    def __add__(self, other: Tally) -> Tally:
        honest, judgements = self.honest + other.honest, self.judgements + other.judgements
        return Tally(honest, judgements, self.forged + other.forged, self.wrong + other.wrong)


def tally(name: str, number: int, first: int = 0) -> Tally:
    """Let deals walk, audit them, forge them and audit what comes of that.

    Args:
        name: the playbook.
        number: how many forged trails there are to be, at least.
        first: the first seed.
    """
    counted = Tally()
    for seed in count(first):
        if sum(counted.forged.values()) >= number:
            break
        random = Random(f"{name} {seed}")
        deal = walked(name, random)
        found = audit(deal.trail, deal.playbook)
        counted.honest += 1
        counted.judgements += len(found.judged)
        bodies, book = bodies_of(deal), deal.playbook
        if not found.clean or played(book, bodies) != (len(bodies), None):
            counted.wrong.append(f"{name} {seed}, honest: {found}")
        kinds = random.sample(sorted(FORGERIES), _KINDS_A_WALK)
        chosen = {kind: FORGERIES[kind] for kind in kinds}
        for kind, forged in forgeries(random, book, bodies, chosen):
            by, wrong = judged(book, _gone_on(random, book, forged))
            counted.forged[kind, by] += 1
            counted.wrong += [f"{name} {seed}, {kind}: {each}" for each in wrong]
    return counted


def _gone_on(random: Random, book: Playbook, forged: Bodies) -> Bodies:
    """Often the deal goes on honestly from what was forged, where anybody would take that."""
    try:
        trail = Deal.replay(book, loads(chained(forged))).trail
    except TrailError:
        return forged
    if random.random() < 0.6:
        return forged
    return bodies_of(Wanderer(random, book, trail).go(6))


def judged(book: Playbook, bodies: Bodies) -> tuple[str, list[str]]:
    """What finds a forgery, and where that is not what it should be."""
    same, wrote = played(book, bodies)
    by, found, seen = _found(book, bodies)
    honest = same == len(bodies)
    if honest is not (by == "beyond"):
        return by, [f"entry {same + 1}: verbs write {wrote}, and it is {seen}"]
    if found is None or honest:
        return by, []
    # The first entry of which it says anything is the first that the verbs write otherwise, and
    # what it says gives just what they write.
    first = found.wrong[0]
    mended = None if wrote is None else _mended(bodies[first - 1], found, wrote)
    if first != same + 1 or canonical(mended) != canonical(wrote):
        return by, [f"entry {same + 1}: verbs write {wrote}, and it is {found}"]
    return by, []


def _found(book: Playbook, bodies: Bodies) -> tuple[str, Audit | None, str]:
    try:
        trail: Trail = loads(chained(bodies))
    except TrailError as error:
        return "loads", None, str(error)
    try:
        found = audit(trail, book)
    except TrailError as error:
        return "replay", None, str(error)
    return "beyond" if found.clean else "audit", found, str(found)


def _mended(body: Body, found: Audit, wrote: Body) -> Body:
    """An entry with what was judged in place of what is recorded."""
    data = {**body["data"], "guards": dict(body["data"].get("guards", {}))}
    guards, theirs = data["guards"], wrote["data"].get("guards", {})
    kind = body["kind"]
    for each in found.discrepancies:
        if each.entry != body["seq"]:
            continue
        judged = list(each.judged) if isinstance(each.judged, tuple) else each.judged
        if each.guard is None:
            data[each.what] = judged
        elif each.what != "guard":
            guards[each.guard] = record(guards[each.guard], **{each.what: judged})
        elif judged is None:
            del guards[each.guard]
        elif theirs[each.guard]["truth"] == judged:
            guards[each.guard] = theirs[each.guard]
        if each.what == "verdict" and kind in ("moved", "refused"):
            kind = "moved" if judged == "ready" else "refused"
    if not guards and "guards" not in wrote["data"]:
        del data["guards"]
    return body | {"kind": kind, "data": data}
