"""False judgements: guards that were skipped, findings that are empty, invented or altered."""

from __future__ import annotations

from datetime import timedelta

from dealflow import DealflowError
from tests.analysis._forger import (
    Bodies,
    Forger,
    Forgeries,
    NotHere,
    let_by,
    record,
    time_of,
    written,
)
from tests.deal._entries import bodies_of

_TRUTHS = ("true", "false", "unknown", "conflicted")
_VERDICTS = ("walk_away", "reconcile", "ask", "work", "ready")

JUDGEMENTS = Forgeries()


@JUDGEMENTS.add
def _skipped_guards(f: Forger) -> Bodies:
    i = f.any("refused")
    let_by(f.bodies[i], all_of_them=f.random.random() < 0.5)
    return f.up_to(i)


@JUDGEMENTS.add
def _moved_though_nobody_tried(f: Forger) -> Bodies:
    i = f.random.randrange(1, len(f.bodies))
    deal = f.deal(i)
    try:
        deal.advance(by="lena", at=deal.trail[-1].at)
    except DealflowError:
        if deal.version == i:
            raise NotHere from None
    f.bodies[i:] = bodies_of(deal)[i:]
    if f.bodies[i]["kind"] == "refused":
        let_by(f.bodies[i], all_of_them=True)
    return f.up_to(i)


@JUDGEMENTS.add
def _skipped_guards_without_evidence(f: Forger) -> Bodies:
    i = f.any("refused")
    let_by(f.bodies[i], all_of_them=True)
    guards = f.bodies[i]["data"]["guards"]
    for guard, each in guards.items():
        guards[guard] = record(each, yes=[], no=[])
    return f.up_to(i)


@JUDGEMENTS.add
def _refused_though_it_could_pass(f: Forger) -> Bodies:
    i = f.any("moved")
    body = f.bodies[i]
    guards = body["data"]["guards"]
    needed = [guard for guard, each in guards.items() if each.get("needed", True)]
    guard = f.one(sorted(needed))
    truth, verdict = f.one(
        [("unknown", "ask"), ("false", "work"), ("conflicted", "reconcile"), ("false", "walk_away")]
    )
    guards[guard] = record(guards[guard], truth=truth, waived=None)
    body["kind"], body["data"]["verdict"] = "refused", verdict
    return f.up_to(i)


@JUDGEMENTS.add
def _other_way(f: Forger) -> Bodies:
    i = f.any("moved", "refused")
    data = f.bodies[i]["data"]
    moves = [m for m in f.playbook.moves if m.source == data["from_step"]]
    move = f.one([m for m in moves if m.id != data["move"]])
    data |= {"move": move.id, "to_step": move.to}
    (plan,) = [p for p in f.playbook.plans[move.source] if p.move.id == move.id]
    old = data["guards"]
    data["guards"] = {
        guard: record(old.get(guard, {"truth": "true"}), needed=needed)
        for guard, needed in plan.needs.items()
    }
    return f.up_to(i)


@JUDGEMENTS.add
def _no_findings(f: Forger) -> Bodies:
    i, _ = f.judgement()
    f.bodies[i]["data"]["guards"] = {}
    return f.bodies


@JUDGEMENTS.add
def _empty_findings(f: Forger) -> Bodies:
    _, guards = f.judgement()
    for guard, each in guards.items():
        guards[guard] = record(each, yes=[], no=[], missing=[])
    return f.bodies


@JUDGEMENTS.add
def _an_empty_finding(f: Forger) -> Bodies:
    _, guards = f.judgement()
    guard = f.guard(guards)
    guards[guard] = record(guards[guard], yes=[], no=[], missing=[])
    return f.bodies


@JUDGEMENTS.add
def _an_invented_guard(f: Forger) -> Bodies:
    i, guards = f.judgement()
    others = [guard.id for guard in f.playbook.guards if guard.id not in guards]
    truth = f.one(_TRUTHS)
    guards[f.one([*others, "made_up"])] = record({"truth": truth}, yes=[f.statement(i)])
    return f.bodies


@JUDGEMENTS.add
def _a_guard_left_out(f: Forger) -> Bodies:
    _, guards = f.judgement()
    del guards[f.guard(guards)]
    return f.bodies


@JUDGEMENTS.add
def _another_truth(f: Forger) -> Bodies:
    i, guards = f.judgement()
    guard = f.guard(guards)
    truth = f.one([each for each in _TRUTHS if each != guards[guard]["truth"]])
    missing = [] if truth == "true" else guards[guard].get("missing", [])
    guards[guard] = record(guards[guard], truth=truth, missing=missing)
    if f.random.random() < 0.5 and "verdict" in f.bodies[i]["data"]:
        f.bodies[i]["data"]["verdict"] = f.one(_VERDICTS)
    return f.bodies


@JUDGEMENTS.add
def _another_verdict(f: Forger) -> Bodies:
    data = f.bodies[f.any("moved", "refused", "walked_away")]["data"]
    data["verdict"] = f.one([each for each in _VERDICTS if each != data["verdict"]])
    return f.bodies


@JUDGEMENTS.add
def _not_needed(f: Forger) -> Bodies:
    _, guards = f.judgement()
    guard = f.guard(guards)
    guards[guard] = record(guards[guard], needed=not guards[guard].get("needed", True))
    return f.bodies


@JUDGEMENTS.add
def _for_and_against_swapped(f: Forger) -> Bodies:
    _, guards = f.judgement()
    guard = f.guard(guards)
    each = guards[guard]
    guards[guard] = record(each, yes=each.get("no", []), no=each.get("yes", []))
    return f.bodies


@JUDGEMENTS.add
def _resting_on_something_else(f: Forger) -> Bodies:
    i, guards = f.judgement()
    guard, key = f.guard(guards), f.one(["yes", "no"])
    numbers = list(guards[guard].get(key, []))
    if numbers and f.random.random() < 0.7:
        numbers[f.random.randrange(len(numbers))] = f.statement(i)
    else:
        numbers.append(f.statement(i))
    guards[guard] = record(guards[guard], **{key: numbers})
    return f.bodies


@JUDGEMENTS.add
def _resting_on_less(f: Forger) -> Bodies:
    _, guards = f.judgement()
    some = [(g, key) for g, each in guards.items() for key in ("yes", "no") if each.get(key)]
    guard, key = f.one(sorted(some))
    numbers = guards[guard][key]
    fewer = numbers[1:] if f.random.random() < 0.5 or len(numbers) == 1 else numbers[::-1]
    guards[guard] = record(guards[guard], **{key: fewer})
    return f.bodies


@JUDGEMENTS.add
def _missing_something_else(f: Forger) -> Bodies:
    _, guards = f.judgement()
    doubtful = [guard for guard, each in guards.items() if each["truth"] != "true"]
    guard = f.one(sorted(doubtful))
    fact = f.one(f.playbook.facts).id
    gaps = [[], [f"never_asked:{fact}"], [f"stale:{fact}"], ["too_few_heard:heard"]]
    guards[guard] = record(guards[guard], missing=f.one(gaps))
    return f.bodies


@JUDGEMENTS.add
def _set_aside_by_nobody(f: Forger) -> Bodies:
    _, guards = f.judgement()
    guard = f.guard(guards)
    waived = None if "waived" in guards[guard] else 1
    guards[guard] = record(guards[guard], waived=waived)
    return f.bodies


@JUDGEMENTS.add
def _another_reason_to_leave(f: Forger) -> Bodies:
    i = f.any("walked_away")
    data = f.bodies[i]["data"]
    guards, refuted = data["guards"], data["verdict"] != "walk_away"
    walk_away = f.playbook.walk_away
    those = [] if walk_away is None else [*walk_away.guards, *walk_away.at_once]
    for guard, each in guards.items():
        if refuted and guard in those:
            guards[guard] = record(each, truth="false", missing=[], waived=None)
        elif not refuted:
            guards[guard] = record(each, truth="true", missing=[])
    data["verdict"] = "walk_away" if refuted else "ready"
    return f.bodies


@JUDGEMENTS.add
def _another_gap(f: Forger) -> Bodies:
    i = f.any("stepped_back", cause="rejected")
    data = f.bodies[i]["data"]
    if f.random.random() < 0.4:
        data["to_step"] = f.one(f.playbook.steps).id
        return f.up_to(i)
    guards = data.setdefault("guards", {})
    if guards and f.random.random() < 0.5:
        del guards[f.guard(guards)]
    else:
        guard = f.one(f.playbook.guards).id
        guards[guard] = record({"truth": f.one(["false", "unknown"])})
    if not guards:
        del data["guards"]
    return f.up_to(i)


@JUDGEMENTS.add
def _judged_at_another_time(f: Forger) -> Bodies:
    i, _ = f.judgement()
    first = time_of(f.bodies[i - 1]["at"])
    last = time_of(f.bodies[i + 1]["at"]) if i + 1 < len(f.bodies) else first + timedelta(days=200)
    f.bodies[i]["at"] = written(f.one([first, last, first + (last - first) / 2]))
    return f.bodies
