"""Mutants are killed by tests that fail for the fault, and for nothing else."""

from __future__ import annotations

import random
import re

import pytest

from tests.plugin._projects import RULES, SCRIPT, shown, write

HEAD = """
import copy, pickle
from functools import cache
import pytest
from dealflow import Deal, EvidenceError, Refused, Verdict, dumps, load_playbook, loads
from dealflow.testing import Clock, assert_moves, assert_refused, deal_at as built

BOOK = load_playbook("rules.toml")
PRINT = BOOK.fingerprint
NOW = Clock().now
OLD = Deal.open(BOOK, id="D-0", account="Old", by="us", at=NOW)
STORED = dumps(built(BOOK, "order").trail)
OPENED = dumps(OLD.trail)
AT = loads(STORED)[-1].at
KEPT = {}

@cache
def cached():
    return Deal.open(BOOK, id="D-2", account="Cached", by="us", at=NOW)

def once(name):
    if name in KEPT:
        raise ValueError(f"{name} is taken")
    KEPT[name] = name
"""
INNOCENT = (
    "assert playbook.fingerprint == PRINT",
    "assert deal.playbook.fingerprint == PRINT",
    "assert deal.trail[0].event.fingerprint == PRINT",
    "assert {PRINT: 1}[playbook.fingerprint]",
    "assert playbook == BOOK",
    "assert deal.playbook is playbook",
    "assert hash(playbook) == hash(BOOK)",
    "assert deal.playbook == playbook",
    "Deal.replay(playbook, loads(STORED)).assess(at=AT)",
    "Deal.replay(BOOK, loads(STORED)).verdict(at=AT)",
    "assert dumps(Deal.replay(BOOK, loads(STORED)).trail) == STORED",
    "assert Deal.replay(playbook, loads(OPENED)).trail == OLD.trail",
    "assert Deal.replay(BOOK, deal.trail) == deal",
    "assert Deal.replay(BOOK, deal.trail).trail[0].hash == deal.trail[0].hash",
    "loads(STORED).verify(); deal.trail.verify()",
    "assert copy.deepcopy(deal) == copy.copy(deal) == deal",
    "assert copy.copy(Deal.replay(BOOK, loads(STORED))).step == 'order'",
    "assert pickle.loads(pickle.dumps(deal)).trail == deal.trail",
    "assert pickle.loads(pickle.dumps(deal)) == deal",
    "pickle.loads(pickle.dumps(Deal.replay(BOOK, loads(STORED)))).assess(at=AT)",
    "assert copy.deepcopy(playbook).fingerprint == PRINT",
    "assert pickle.loads(pickle.dumps(playbook)).fingerprint == PRINT",
    "once(request.node.name)",
    "KEPT[request.node] = KEPT.get(request.node, 0) + 1; assert KEPT[request.node] < 3",
    "deal.assess(at=clock.now)",
    "assert OLD.verdict(at=NOW) is Verdict.ASK",
    "assert cached().verdict(at=NOW) is Verdict.ASK",
    "assert OLD.playbook.fingerprint == deal.playbook.fingerprint",
    "say('pat', 'need.real', True); deal.assess(at=clock.now)",
)
"""Lines of tests, none of which says anything of what the rules decide in a deal of today."""
SMALL = "guards.need"


def innocent(seed: int, number: int) -> str:
    """So many tests, each made of one to four lines that are there by chance; and each alone."""
    chance = random.Random(seed)
    bodies = [[line] for line in INNOCENT]
    bodies += [chance.sample(INNOCENT, chance.randint(2, 4)) for _ in range(number)]
    tests = []
    for which, body in enumerate(bodies):
        # what is looked at is no refusal here, so that nothing is left unseen either
        tests.append(f"def test_{which}(playbook, deal, say, clock, request):")
        tests += [f"    {line}" for line in body]
    return HEAD + "\n".join(tests) + "\n"


def killed(project: pytest.Pytester, *options: str) -> tuple[int, str]:
    """How many mutants are killed, and all that was printed."""
    result = project.runpytest("--dealflow-mutate", *options)
    assert "failed" not in result.parseoutcomes(), shown(result)
    (number,) = re.findall(r"\d+ mutants in .*?: (\d+) killed", shown(result))
    return int(number), shown(result)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))]
)
def test_tests_that_say_nothing_of_the_rules_kill_nothing(
    project: pytest.Pytester, seed: int
) -> None:
    """Whatever prints, trails, copies and stores they look at, and however often they may run."""
    write(project, "test_it.py", innocent(seed, 40))
    number, told = killed(project)
    assert number == 0, told
    assert "is taken" in told


WAYS = {
    "fixture": "deal",
    "opened": "Deal.open(BOOK, id='D', account='A', by='us', at=NOW)",
    "built": "built(BOOK, 'talk')",
    "stored": "Deal.replay(BOOK, loads(OPENED))",
    "replayed": "Deal.replay(playbook, deal.trail)",
    "copied": "copy.deepcopy(deal)",
    "pickled": "pickle.loads(pickle.dumps(deal))",
    "twice": "copy.copy(Deal.replay(BOOK, Deal.replay(BOOK, loads(OPENED)).trail))",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_fault_reaches_deals_however_they_are_made(project: pytest.Pytester, way: str) -> None:
    """A test that says what the rules decide notices each fault that bears on it, by assertion."""
    body = f"    deal = {WAYS[way]}\n    assert_refused(deal, because='need')\n"
    write(project, "test_it.py", f"{HEAD}\ndef test_it(playbook, deal):\n{body}")
    _, told = killed(project, f"--dealflow-mutate={SMALL}")
    for fault in ("unknown_as_yes", "guard_removed"):
        assert f"[guards.need:{fault}" not in told
    assert re.search(r"Killed by an assertion: [2-9], .* looked at: 0, by an error: 0", told), told


@pytest.mark.parametrize("deal", ["OLD", "cached()"])
def test_a_deal_older_than_the_fault(project: pytest.Pytester, deal: str) -> None:
    """It has the rules of its time: what would show in it is neither killed nor just survived."""
    tests = f"""
def test_old():
    assert_refused({deal}, because="need")

def test_young(deal, clock):
    deal.assess(at=clock.now)
"""
    write(project, "test_it.py", HEAD + tests)
    result = project.runpytest("--dealflow-mutate=guard_removed", "-v")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "2 mutants in * s: 0 killed, 0 survived, 2 seen only by deals older than the fault, *",
            "Older than the fault are the only deals that show it: nobody asks for 'Money' *",
            "    open the deal in a fixture, or in the test: test_it.py::test_old",
        ]
    )
    assert "look at it: test_it.py::test_old" not in shown(result)
    # where no such deal would show it, it has just survived
    result = project.runpytest("--dealflow-mutate=guards.need:made_waivable")
    result.stdout.fnmatch_lines(["1 mutants in * s: 0 killed, 1 survived, 0 that *"])


def test_who_fails_without_a_fault_is_no_judge(project: pytest.Pytester) -> None:
    """It is named with how it fails, and never run under a mutant; others judge in its place."""
    tests = """
def test_once(deal):
    once("D-1")
    assert_refused(deal, because="need")
"""
    write(project, "test_it.py", HEAD + tests)
    number, told = killed(project, "--dealflow-mutate=guard_removed")
    assert number == 0
    assert "No judge of mutants: test_it.py::test_once" in told
    assert "in the same process, without a fault: ValueError: D-1 is taken" in told
    assert "tests that look at it: none" in told
    other = "\ndef test_other(deal): assert_refused(deal, because='need')\n"
    write(project, "test_it.py", HEAD + tests + other)
    number, told = killed(project, "--dealflow-mutate=guards.need:guard_removed")
    assert number == 1


def test_who_leaves_something_behind_is_no_judge(project: pytest.Pytester) -> None:
    """A test that breaks off before it cleans up fails ever after: what it killed is tried anew."""
    tests = """
def test_untidy(deal):
    once("D-1")
    assert_refused(deal, because="need")
    KEPT.clear()

def test_tidy(deal, clock):
    sum(range(100_000))  # so that the other one is asked first
    assert deal.verdict(at=clock.now) is Verdict.ASK
"""
    write(project, "test_it.py", HEAD + tests)
    number, told = killed(project, f"--dealflow-mutate={SMALL}")
    assert "No judge of mutants: test_it.py::test_untidy" in told
    assert number >= 2
    assert "by an error: 0" in told
    assert "look at it: test_it.py::test_untidy" not in told


def test_what_kills(project: pytest.Pytester) -> None:
    """Kills are counted by what made the test fail, and many errors are said to be few words."""
    tests = {
        "test_a.py": "def test_it(deal): assert_refused(deal, because='need')",
        "test_b.py": "def test_it(deal): assert deal.assess(at=NOW).findings[0].guard == 'need'",
        "test_c.py": "@pytest.mark.xfail(strict=True)\ndef test_it(deal): assert_moves(deal)",
    }
    assertion = "Killed by an assertion: 1, by a refusal that nobody looked at: 0, by an error: 0"
    error = "Killed by an assertion: 0, by a refusal that nobody looked at: 0, by an error: 1"
    refusal = "Killed by an assertion: 0, by a refusal that nobody looked at: 1, by an error: 0"
    removed, negated = "guards.need:guard_removed", "guards.need:clause_negated"
    for name, text in tests.items():
        path = write(project, name, f"{HEAD}\n{text}\n")
        if name != "test_b.py":
            _, told = killed(project, f"--dealflow-mutate={removed}", name)
            assert assertion in told
        path.unlink()
    goes_on = "def test_it(deal, say):\n    say('pat', 'need.real', True)\n    "
    path = write(project, "test_d.py", f"{HEAD}\n{goes_on}deal.advance(by='us', at=NOW)\n")
    _, told = killed(project, f"--dealflow-mutate={negated}")
    assert refusal in told
    caught = "try: deal.advance(by='us', at=NOW)\n    except Refused: pass\n"
    write(project, "test_d.py", f"{HEAD}\n{goes_on}{caught}")
    _, told = killed(project, f"--dealflow-mutate={negated}")
    assert refusal in told
    assert "Most kills" not in told
    breaks = "(record,) = [f for f in deal.assess(at=NOW).findings if f.guard == 'need']\n"
    write(project, "test_d.py", f"{HEAD}\ndef test_it(deal): {breaks}")
    _, told = killed(project, f"--dealflow-mutate={removed}")
    assert error in told
    assert "Most kills are errors: those tests break off" in told
    path.unlink()
    write(project, "a.deal.toml", SCRIPT)
    _, told = killed(project, f"--dealflow-mutate={removed}")
    assert assertion in told
    write(project, "a.deal.toml", SCRIPT.replace('expect.step = "order"', ""))
    _, told = killed(project, "--dealflow-mutate=guards.need:clause_negated", "-k", "a")
    assert "by an error: 0" in told


def test_tests_of_unittest_are_judges_too(project: pytest.Pytester) -> None:
    """What they assert counts as an assertion, although pytest hears of it in another way."""
    tests = """
import unittest

class TestIt(unittest.TestCase):
    def test_it(self):
        deal = Deal.open(BOOK, id="D", account="A", by="us", at=NOW)
        self.assertIs(deal.verdict(at=NOW), Verdict.ASK)
"""
    write(project, "test_it.py", HEAD + tests)
    result = project.runpytest("-p", "unittest", "--dealflow-mutate=guards.need:guard_removed")
    result.stdout.fnmatch_lines(["Killed by an assertion: 1, *"])


def test_rules_are_read_from_the_file_each_time(project: pytest.Pytester) -> None:
    """A deal under rules of its own is none of the playbook's, and may hang on what is given."""
    own = RULES.replace('id = "small"', 'id = "other"')
    write(project, "other.toml", own)
    tests = """
OTHER = load_playbook("other.toml")

def test_it(deal):
    other = Deal.open(OTHER, id="D", account="A", by="us", at=NOW)
    assert_refused(other, because="need")
    assert deal.step == "talk"
"""
    write(project, "test_it.py", HEAD + tests)
    number, told = killed(project, "--dealflow-mutate=guards.need:guard_removed")
    assert number == 0
    assert "Older" not in told
