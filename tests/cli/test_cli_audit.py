"""``dealflow trail audit``: what is right and what is not, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from dealflow import Deal, Refused, dump_playbook, dumps, loads
from dealflow.analysis import audit
from tests._runner import invoked
from tests.deal._entries import Body, bodies_of, chained
from tests.deal._specimens import playbook, specimens
from tests.deals import BY, now, ready_at, say

Forge = Callable[[list[Body]], object]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, in an English terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def audited(deal: Deal, forge: Forge, *options: str, code: int = 1) -> Result:
    """The audit of a deal's trail in which something was forged."""
    bodies = bodies_of(deal)
    forge(bodies)
    Path("d.jsonl").write_text(chained(bodies), encoding="utf-8")
    result = invoked("trail", "audit", "d.jsonl", *options)
    assert result.exit_code == code, result.output
    return result


def honest(bodies: list[Body]) -> None:
    """Nothing is forged."""


def refused() -> Deal:
    """A deal with a move that was refused."""
    deal = ready_at("buying_roles")
    say(deal, "ruth", "budget.approved", False)
    say(deal, "tom", "problem.severe", False)
    deal.change_contact("tom", roles=[], by=BY, at=now(deal))
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal, hours=2))
    return deal


def let_by(bodies: list[Body]) -> None:
    """Make the refusal a move."""
    guards = bodies[-1]["data"]["guards"]
    for guard, each in guards.items():
        guards[guard] = {key: each[key] for key in each if key in ("needed", "yes")}
        guards[guard]["truth"] = "true"
    bodies[-1]["kind"], bodies[-1]["data"]["verdict"] = "moved", "ready"


RIGHT = """\
✓ d.jsonl: 49 entries, every hash fits
  Head: {head}
  ? A cut tail would not show: compare the head with one kept elsewhere (--head).
✓ every entry can follow from those before it
✓ 3 judgements, each right on the evidence before it
  ? Whether people said what is on record, no audit can tell.
"""


def test_an_honest_trail() -> None:
    """Each of the three levels is told, in its order, and what no audit can tell."""
    deal = refused()
    told = audited(deal, honest, code=0)
    assert told.stdout == RIGHT.format(head=deal.trail.head)
    assert "A cut tail" not in audited(deal, honest, "--head", deal.trail.head, code=0).stdout
    assert json.loads(audited(deal, honest, "--json", code=0).stdout) == {
        "file": "d.jsonl",
        "sound": True,
        "entries": 49,
        "head": deal.trail.head,
        "head_compared": False,
        "first_bad": None,
        "problem": None,
        "not_checked": [],
        "judged": [10, 20, 49],
        "discrepancies": [],
    }


WRONG = """\
✗ 1 of 3 judgements is not what the evidence before it gives:

  49 2 Mar 2026, 13:00 UTC lena Moved on from Buying roles to Guided competition.
    ✗ Verdict
      on record: Ready
      on the evidence: Walk away
    ✗ At least one real coach
      on record: known good
      on the evidence: not known; nobody is known as coach
    ✗ Severe problem
      on record: known good; for: entries 21 and 22
      on the evidence: contradictory; for: entries 21 and 22; against: entry 47
    ✗ Budget approved
      on record: known good; for: entry 24
      on the evidence: not so; for: entry 24; against: entry 46

  ? Whether people said what is on record, no audit can tell.
"""


def test_a_forged_trail() -> None:
    """Of each judgement that is not right, what is on record and what the evidence gives."""
    deal = refused()
    told = audited(deal, let_by).stdout
    assert told.partition("before it\n")[2] == WRONG
    chinese = audited(deal, let_by, "--lang", "zh").stdout
    assert "✗ 3次判定中有1次与此前的依据不符：" in chinese
    assert "依据得出：说法矛盾；支持：第21和22条记录；反对：第47条记录" in chinese


def test_discrepancies_for_programs() -> None:
    """JSON has every difference, as the audit has it."""
    deal = refused()
    data = json.loads(audited(deal, let_by, "--json").stdout)
    assert (data["sound"], data["judged"]) == (False, [10, 20, 49])
    found = audit(loads(Path("d.jsonl").read_text(encoding="utf-8")), deal.playbook)
    assert data["discrepancies"] == [
        {
            "entry": each.entry,
            "kind": each.kind,
            "guard": each.guard,
            "what": each.what,
            "recorded": list(each.recorded) if isinstance(each.recorded, tuple) else each.recorded,
            "judged": list(each.judged) if isinstance(each.judged, tuple) else each.judged,
        }
        for each in found.discrepancies
    ]


def test_a_missing_that_is_none() -> None:
    """What a guard is said to miss is told as it stands in the file, whatever that is."""

    def forge(bodies: list[Body]) -> None:
        bodies[-1]["data"]["guards"]["real_coach"]["missing"] = ["nobody_in_role:x y"]

    told = audited(refused(), forge).stdout
    assert "on record: not known; missing: nobody_in_role:x y\n" in told
    assert "on the evidence: not known; nobody is known as coach\n" in told


def test_a_guard_that_only_warns() -> None:
    """Of a guard that the move does not need yet it is said that it does not."""
    deal = ready_at("qualification")
    deal.advance(by=BY, at=now(deal))

    def forge(bodies: list[Body]) -> None:
        guards = bodies[-1]["data"]["guards"]
        guards["budget_approved"] = {"truth": "true", "needed": False}

    told = audited(deal, forge).stdout
    assert "on record: known good; not needed yet\n" in told
    assert "on the evidence: not known; not needed yet; never asked: " in told


def test_a_way_back() -> None:
    """The step to go back to, a guard that is kept silent and one that is made up."""
    deal = ready_at("trial_close")
    say(deal, "ruth", "need.ready", False)
    deal.answer_trial_close("rejected", source="ruth", gap="people", by=BY, at=now(deal))

    def forge(bodies: list[Body]) -> None:
        bodies[-1]["data"] |= {
            "guards": {"real_coach": {"truth": "unknown"}},
            "to_step": "buying_roles",
        }

    told = audited(deal, forge).stdout
    assert told[told.index("    ✗ Step") : told.index("\n\n  ?")] == (
        "    ✗ Step to go to\n"
        "      on record: Buying roles\n"
        "      on the evidence: Qualification\n"
        "    ✗ Ready to solve it\n"
        "      on record: nothing\n"
        f"      on the evidence: not so; against: entry {deal.version - 3}\n"
        "    ✗ At least one real coach\n"
        "      on record: not known\n"
        "      on the evidence: nothing"
    )


# --- what cannot be judged


def test_a_trail_that_was_tampered_with() -> None:
    """Where a hash does not fit, nothing else is looked at."""
    deal = refused()
    Path("d.jsonl").write_text(dumps(deal.trail).replace("CFO", "CEO"), encoding="utf-8")
    told = invoked("trail", "audit", "d.jsonl")
    assert told.exit_code == 1
    assert told.stdout.startswith("✗ d.jsonl: tampered with at entry 3: ")
    data = json.loads(invoked("trail", "audit", "d.jsonl", "--json").stdout)
    assert (data["sound"], data["first_bad"]) == (False, 3)
    assert (data["not_checked"], data["judged"]) == (["sense", "judgements"], [])


def test_an_entry_that_makes_no_sense() -> None:
    """Where an entry cannot follow from those before it, no judgement is judged."""

    def forge(bodies: list[Body]) -> None:
        bodies[-1]["data"]["verdict"] = "ready"

    told = audited(refused(), forge)
    assert "✗ entry 49 does not follow from those before it: the guards give the verdict" in (
        " ".join(told.stdout.split())
    )
    assert told.stdout.endswith("  ? Not checked: whether moves were judged rightly.\n")
    data = json.loads(audited(refused(), forge, "--json").stdout)
    assert (data["sound"], data["first_bad"], data["not_checked"]) == (False, 49, ["judgements"])
    assert data["problem"].startswith("entry 49 does not follow from those before it: ")


def test_a_trail_of_other_rules(place: Path) -> None:
    """A trail is judged by the rules under which it was made; by others it is bad input."""
    (place / "d.jsonl").write_text(dumps(specimens()["ended"].trail), encoding="utf-8")
    unnamed = invoked("trail", "audit", "d.jsonl")
    assert unnamed.exit_code == 2
    assert "the deal's playbook 'waivable' is none of those shipped" in unnamed.stderr
    other = invoked("trail", "audit", "d.jsonl", "--playbook", "seven_step")
    assert other.exit_code == 2
    assert "the deal was opened under waivable 1" in other.stderr
    (place / "rules.toml").write_text(dump_playbook(playbook()), encoding="utf-8")
    own = invoked("trail", "audit", "d.jsonl", "--playbook", "rules.toml")
    assert own.exit_code == 0, own.output


def test_nothing_to_check(place: Path) -> None:
    """A file without entries is no deal's trail, and a file that is no trail is none."""
    (place / "none.jsonl").write_text('{"dealflow.trail":{"format":1}}\n', encoding="utf-8")
    none = invoked("trail", "audit", "none.jsonl")
    assert (none.exit_code, none.stdout) == (2, "")
    assert none.stderr == "none.jsonl: there are no entries, so this is no deal's trail\n"
    gone = invoked("trail", "audit", "gone.jsonl")
    assert (gone.exit_code, gone.stderr[:11]) == (2, "gone.jsonl:")
