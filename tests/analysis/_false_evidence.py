"""False evidence: what was said otherwise, by others, too late or never; roles and waivers, too."""

from __future__ import annotations

import copy
from datetime import timedelta

from tests.analysis._forger import (
    Bodies,
    Forger,
    Forgeries,
    NotHere,
    record,
    renumbered,
    time_of,
    written,
)
from tests.deal._entries import Body

EVIDENCE = Forgeries()


@EVIDENCE.add
def _another_answer(f: Forger) -> Bodies:
    data = f.bodies[f.any("said")]["data"]
    values = [b["data"]["value"] for b in f.bodies if b["data"].get("fact") == data["fact"]]
    if isinstance(data["value"], bool):
        values.append(not data["value"])
    data["value"] = f.one([value for value in values if value != data["value"]])
    return f.bodies


@EVIDENCE.add
def _answers_swapped(f: Forger) -> Bodies:
    one, other = f.bodies[f.any("said")]["data"], f.bodies[f.any("said")]["data"]
    for key in f.one([("fact", "value"), ("source",), ("said_at",)]):
        one[key], other[key] = other[key], one[key]
    return f.bodies


@EVIDENCE.add
def _said_by_another(f: Forger) -> Bodies:
    data = f.bodies[f.any("said", source_kind="contact")]["data"]
    data["source"] = f.contact()
    return f.bodies


@EVIDENCE.add
def _read_and_not_said(f: Forger) -> Bodies:
    data = f.bodies[f.any("said", source_kind="contact")]["data"]
    data["source_kind"] = "document"
    return f.bodies


@EVIDENCE.add
def _said_at_another_time(f: Forger) -> Bodies:
    body = f.bodies[f.any("said", "confirmed")]
    ago = timedelta(days=f.one([0, 1, 50, 100, 400]))
    body["data"]["said_at"] = written(time_of(body["at"]) - ago)
    return f.bodies


@EVIDENCE.add
def _first_hand_or_told_on(f: Forger) -> Bodies:
    data = f.bodies[f.any("said", source_kind="contact")]["data"]
    if data.pop("first_hand", True):
        data["first_hand"] = False
    data.pop("via", None)
    return f.bodies


@EVIDENCE.add
def _other_words(f: Forger) -> Bodies:
    f.bodies[f.any("said")]["data"]["quote"] = "Nobody has said this"
    return f.bodies


@EVIDENCE.add
def _moved_behind_the_move_that_rests_on_it(f: Forger) -> Bodies:
    i, guards = f.judgement()
    rests = [n for each in guards.values() for n in (*each.get("yes", ()), *each.get("no", ()))]
    number = f.one(rests)
    if f.random.random() < 0.6:
        # so that the record names only what is there
        for guard, each in guards.items():
            kept = {key: [n for n in each.get(key, ()) if n != number] for key in ("yes", "no")}
            guards[guard] = record(each, **kept)
    return f.moved(number - 1, i)


@EVIDENCE.add
def _evidence_too_late(f: Forger) -> Bodies:
    return f.moved(*f.before_a_judgement("said", "confirmed", "met", "contact_added"))


@EVIDENCE.add
def _evidence_back_dated(f: Forger) -> Bodies:
    return f.moved(*f.after_a_judgement("said", "confirmed", "withdrawn", "amount_changed"))


@EVIDENCE.add
def _evidence_dropped(f: Forger) -> Bodies:
    return f.without(f.any("said", "confirmed", "withdrawn", "met", "contacts_merged"))


@EVIDENCE.add
def _evidence_added(f: Forger) -> Bodies:
    i, j = f.before_a_judgement("said")
    data = copy.deepcopy(f.bodies[i]["data"])
    if isinstance(data["value"], bool):
        data["value"] = not data["value"]
    return f.with_(j, "said", **data | {"source": f.contact()})


@EVIDENCE.add
def _taken_back(f: Forger) -> Bodies:
    i, j = f.before_a_judgement("said")
    return f.with_(j, "withdrawn", statement=i + 1, reason="not so")


@EVIDENCE.add
def _another_role(f: Forger) -> Bodies:
    contact = f.bodies[f.any("contact_added", "contact_changed")]["data"]["contact"]
    roles = [role.id for role in f.playbook.roles]
    chosen = f.random.sample(roles, min(len(roles), f.random.randint(0, 2)))
    contact.pop("roles", None)
    contact |= {"roles": chosen} if chosen else {}
    return f.bodies


@EVIDENCE.add
def _a_role_given_later(f: Forger) -> Bodies:
    i, j = f.before_a_judgement("contact_added")
    whole = f.bodies[i]["data"]["contact"]
    if "roles" not in whole:
        raise NotHere
    f.bodies[i]["data"]["contact"] = {k: v for k, v in whole.items() if k != "roles"}
    after = min(j + 1, len(f.bodies) - 1)
    return f.with_(after, "contact_changed", contact=whole)


@EVIDENCE.add
def _a_role_back_dated(f: Forger) -> Bodies:
    i = f.any("contact_changed")
    new = f.bodies[i]["data"]["contact"]
    (first,) = [
        b
        for b in f.bodies
        if b["kind"] == "contact_added" and b["data"]["contact"]["id"] == new["id"]
    ]
    first["data"]["contact"] = copy.deepcopy(new)
    return f.without(i)


@EVIDENCE.add
def _a_day_of_leaving(f: Forger) -> Bodies:
    body = f.bodies[f.any("contact_added", "contact_changed")]
    body["data"]["contact"]["left"] = body["at"][:10]
    return f.bodies


@EVIDENCE.add
def _one_person_or_two(f: Forger) -> Bodies:
    i, (one, other) = f.judgement()[0], (f.contact(), f.contact())
    return f.with_(i, "contacts_merged", contact=one, into=other, reason="one person")


@EVIDENCE.add
def _another_price(f: Forger) -> Bodies:
    data = f.bodies[f.any("opened", "amount_changed")]["data"]
    number, code = (data.get("amount") or "1000 EUR").split()
    factor = f.one(["1", "1000", "9"])
    data["amount"] = f"{factor}{number} {code}" if factor != "1" else f"1 {code}"
    return f.bodies


@EVIDENCE.add
def _a_waiver_back_dated(f: Forger) -> Bodies:
    i, j = f.after_a_judgement("waived")
    guard = f.bodies[i]["data"]["guard"]
    bodies = f.moved(i, j)
    judged = bodies[j + 1]
    each = judged["data"]["guards"].get(guard)
    if each is not None:
        judged["data"]["guards"][guard] = record(each, waived=j + 1)
    if judged["kind"] == "refused" and f.random.random() < 0.7:
        _let_by_waiver(judged, guard)
        return bodies[: j + 2]
    return bodies


def _let_by_waiver(body: Body, guard: str) -> None:
    data = body["data"]
    for other, each in data["guards"].items():
        if other != guard:
            data["guards"][other] = record(each, truth="true", missing=[])
    body["kind"], data["verdict"] = "moved", "ready"


@EVIDENCE.add
def _a_waiver_nobody_gave(f: Forger) -> Bodies:
    i, guards = f.judgement()
    waivable = [g.id for g in f.playbook.guards if g.waivable and g.id in guards]
    guard = f.one(waivable)
    guards[guard] = record(guards[guard], waived=i + 1)
    new = {
        "at": f.bodies[i]["at"], "by": f.bodies[i]["by"], "kind": "waived", "seq": 10**6,
        "data": {"authority": "olga", "guard": guard, "reason": "she knows"},
    }  # fmt: skip
    guards[guard]["waived"] = 10**6
    bodies = renumbered([*f.bodies[:i], new, *f.bodies[i:]])
    judged = bodies[i + 1]
    if judged["kind"] == "refused" and f.random.random() < 0.5:
        _let_by_waiver(judged, guard)
        return bodies[: i + 2]
    return bodies


@EVIDENCE.add
def _another_end_of_a_waiver(f: Forger) -> Bodies:
    body = f.bodies[f.any("waived")]
    if body["data"].pop("until", None) is None or f.random.random() < 0.5:
        until = time_of(body["at"]) + timedelta(minutes=f.one([1, 1000, 10**5]))
        body["data"]["until"] = written(until)
    return f.bodies


@EVIDENCE.add
def _another_clock(f: Forger) -> Bodies:
    times = [time_of(body["at"]) for body in f.bodies]
    late = [i for i in range(2, len(times)) if times[i - 1] < times[i]]
    i = f.one(late)
    j = f.one([j for j, b in enumerate(f.bodies) if j > i and "guards" in b["data"]])
    when = written(times[i - 1] + (times[i] - times[i - 1]) * f.one([0, 0.5]))
    reason = "a wrong clock"
    return f.with_(j, "time_corrected", entry=i + 1, last=i + 1, true_at=when, reason=reason)


@EVIDENCE.add
def _no_correction_of_a_clock(f: Forger) -> Bodies:
    return f.without(f.any("time_corrected"))


@EVIDENCE.add
def _who_spoke(f: Forger) -> Bodies:
    f.bodies[f.any("met")]["data"]["interaction"]["spoke"] = "us"
    return f.bodies


@EVIDENCE.add
def _another_card(f: Forger) -> Bodies:
    f.bodies[f.any("opened", "card_changed")]["data"]["card"]["market"] = "elsewhere"
    return f.bodies


# --- the story as a whole


@EVIDENCE.add
def _an_attempt_dropped(f: Forger) -> Bodies:
    return f.without(f.any("refused"))


@EVIDENCE.add
def _a_move_dropped(f: Forger) -> Bodies:
    return f.without(f.any("moved", "refused", "walked_away", "stepped_back"))


@EVIDENCE.add
def _an_attempt_twice(f: Forger) -> Bodies:
    i = f.any("refused")
    new = {key: value for key, value in f.bodies[i].items() if key != "seq"}
    return renumbered([*f.bodies[: i + 1], new, *f.bodies[i + 1 :]])


@EVIDENCE.add
def _cut_tail(f: Forger) -> Bodies:
    return f.up_to(f.random.randrange(len(f.bodies) - 1))


@EVIDENCE.add
def _other_names(f: Forger) -> Bodies:
    f.bodies[0]["data"]["account"] = "Somebody else"
    return f.bodies


@EVIDENCE.add
def _by_another(f: Forger) -> Bodies:
    f.bodies[f.random.randrange(1, len(f.bodies))]["by"] = "olga"
    return f.bodies


@EVIDENCE.add
def _other_rules(f: Forger) -> Bodies:
    f.bodies[0]["data"]["fingerprint"] = "0" * 64
    return f.bodies
