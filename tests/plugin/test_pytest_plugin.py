"""The pytest plugin, in runs of pytest of their own."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest

import _dealflow_pytest
from dealflow.analysis.mutants import Equivalence
from dealflow.deal import current_observers
from dealflow.plugin import scripts
from dealflow.plugin import trying as _pytest_mutate
from tests.plugin._projects import RULES, SCRIPT, shown, write

XDIST = ("-p", "xdist.plugin")


@pytest.fixture(autouse=True)
def _always_lean(lean: None) -> None:
    """Every run of pytest in here is a lean one."""


# fixtures


def test_fixtures(project: pytest.Pytester) -> None:
    """The fixtures give the playbook, deals under it, a clock, and the trail as it grows."""
    project.makepyfile(
        """
        from datetime import timedelta
        import pytest
        from dealflow.testing import assert_moves, assert_refused, Clock

        def test_playbook(playbook):
            assert playbook.id == "small"

        def test_deal(deal, playbook, clock, trail):
            assert deal.playbook is playbook
            assert [entry.kind for entry in trail] == ["opened"]
            assert deal.trail[0].at == clock.now
            deal.observe("need.real", True, by="rep", at=clock.wait(hours=1))
            assert_moves(deal, to="order")
            assert [entry.kind for entry in trail[1:]] == ["said", "moved"]
            assert (trail[-1].event.to_step, len(trail)) == ("order", 3)
            assert trail.now == deal.trail
            assert repr(trail) == repr(deal.trail)

        def test_deal_at(deal_at, trail, clock):
            assert len(trail) == 0
            clock.wait(days=2)
            deal = deal_at("order", {"need.real": True}, money__there=False)
            assert deal.step == "order"
            assert trail.now == deal.trail
            assert trail[-1].at == clock.now
            assert_refused(deal, because="money")
            later = clock.wait(days=31)
            assert_refused(deal, because={"money", "need"}, at=later)
            assert len(deal_at("talk").trail) == len(trail) < deal.version

        def test_clocks_are_new(clock):
            assert clock == Clock()

        def test_say(deal, say, clock):
            say("pat", "money.there", False, roles=["payer"], quote="No")
            assert deal.trail[-1].at == clock.now
            assert_refused(deal, because={"need", "money"})

        def test_price(deal_at):
            assert str(deal_at("order", amount="5000 EUR").amount) == "5000 EUR"
        """
    )
    project.runpytest("-W", "error").assert_outcomes(passed=6)


def test_misused_fixtures_are_told_in_a_line(project: pytest.Pytester) -> None:
    """What a test misspells is shown in its own line, without a frame of ours."""
    project.makepyfile(
        """
        import pytest
        from dealflow.testing import assert_moves

        @pytest.mark.parametrize("step", ["tlak"])
        def test_step(deal_at, step): deal_at(step)

        def test_value(deal_at): deal_at("talk", need__real="perhaps")

        def test_fact(deal, say): say("pat", "need.rael", True)

        def test_target(deal): assert_moves(deal, "ordre")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=4)
    assert set(re.findall(r"^(\S+?):\d+:", shown(result), re.MULTILINE)) == {
        "test_misused_fixtures_are_told_in_a_line.py"
    }


def test_a_playbook_fixture_that_gives_none(pytester: pytest.Pytester) -> None:
    """A fixture of a project's own that gives something else is told by its type."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def playbook(): return "rules.toml"

        def test_it(deal): pass
        """
    )
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the fixture `playbook` gives a str, and no Playbook"])


def test_fixtures_can_be_replaced(pytester: pytest.Pytester) -> None:
    """A project may have a playbook fixture of its own, and then needs no ini key."""
    pytester.makefile(".toml", rules=RULES)
    pytester.makepyfile(
        """
        import pytest
        from dealflow import load_playbook

        @pytest.fixture(scope="session")
        def playbook():
            return load_playbook("seven_step")

        def test_ours(deal, deal_at):
            assert deal.playbook.id == "seven_step"
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_without_a_playbook(pytester: pytest.Pytester) -> None:
    """A test that needs the playbook, where none is named, is a usage error that names the key."""
    pytester.makepyfile("def test_it(deal): pass\ndef test_other(): pass")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*test_without_a_playbook.py::test_it: no playbook is under test*"]
    )
    assert "dealflow_playbook" in shown(result)
    assert pytester.runpytest("-k", "other").ret == 0


def test_a_playbook_asked_for_by_name(pytester: pytest.Pytester) -> None:
    """Who asks for the fixture while the test runs is told the same."""
    pytester.makepyfile("def test_it(request): request.getfixturevalue('playbook')")
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["no playbook is under test: set dealflow_playbook*"])


# the ini key


@pytest.mark.parametrize(
    ("value", "files", "says"),
    [
        ("seven_stp", {}, ["*no shipped playbook 'seven_stp'*"]),
        ("none.toml", {}, ["*dealflow_playbook = 'none.toml': *none.toml: cannot be read: *"]),
        (
            "bad.toml",
            {"bad.toml": RULES.replace('when = "need.real"', 'when = "need.rael"')},
            ["*bad.toml*guards.need.when*'need.rael' is not declared as a fact"],
        ),
        (
            "bad.toml",
            {"bad.toml": RULES.replace("zh =", "sh =")},
            ["*bad.toml*title.sh*", "*bad.toml*title.zh*"],
        ),
        ("nomodule:BOOK", {}, ["*importing 'nomodule' failed", "ModuleNotFoundError: *'nomodule'"]),
        (
            "mine:BOOK",
            {"mine.py": "def build():\n    return {}['rules']\n\nBOOK = build()\n"},
            [
                "*importing 'mine' failed",
                "Traceback (most recent call last):",
                "*mine.py*, line 4, in <module>",
                "    BOOK = build()*",
                "*mine.py*, line 2, in build",
                "KeyError: 'rules'",
            ],
        ),
        ("mine:BOOK", {"mine.py": "import sys\nsys.exit(3)\n"}, ["SystemExit: 3"]),
        ("mine:BOOK", {"mine.py": "BOOK = \n"}, ["*mine.py*line 1", "SyntaxError: *"]),
        ("mine:BOOK", {"mine.py": ""}, ["*'mine' has no 'BOOK'"]),
        ("mine:", {"mine.py": ""}, ["*'mine' has no ''"]),
        (":BOOK", {}, ["*importing '' failed", "ValueError: *"]),
        ("mine:A.B", {"mine.py": "class A: B = 3\n"}, ["*'A.B' is no Playbook, it is of type int"]),
    ],
    ids=[
        "id",
        "path",
        "condition",
        "keys",
        "module",
        "raises",
        "exits",
        "syntax",
        "name",
        "no name",
        "no module",
        "type",
    ],
)
def test_unusable_playbooks(
    pytester: pytest.Pytester, value: str, files: dict[str, str], says: list[str]
) -> None:
    """Whatever is wrong with the playbook is told with its place, and is a usage error."""
    for name, text in files.items():
        write(pytester, name, text)
    pytester.makeini(f"[pytest]\ndealflow_playbook = {value}\n")
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "INTERNALERROR" not in shown(result)
    assert "_pytest" not in result.stderr.str()
    assert "passed" not in shown(result)
    result.stderr.fnmatch_lines([f"*tox.ini: dealflow_playbook = '{value}'*"])
    result.stderr.fnmatch_lines(says)


def test_playbooks_of_all_kinds(pytester: pytest.Pytester) -> None:
    """A shipped id, a path from the configuration's folder, and an object in a module beside it."""
    pytester.makefile(".toml", rules=RULES)
    pytester.makepyfile(
        mine="from dealflow import load_playbook\nclass A:\n    BOOK = load_playbook('seven_step')",
        test_it="def test_it(playbook): print(f'<{playbook.id}>')",
    )
    sub = pytester.mkdir("sub")
    for value, id in (("rules.toml", "small"), ("mine:A.BOOK", "seven_step"), ("seven_step",) * 2):
        pytester.makeini(f"[pytest]\ndealflow_playbook = {value}\n")
        os.chdir(sub)
        result = pytester.runpytest("-s", "..", "-p", "no:cacheprovider")
        os.chdir(pytester.path)
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines([f"*<{id}>*"])


def test_without_a_configuration_file(pytester: pytest.Pytester) -> None:
    """A value from the command line needs no file; an error says where it came from."""
    pytester.makepyfile("def test_it(playbook): assert playbook.id == 'seven_step'")
    pytester.runpytest("-o", "dealflow_playbook=seven_step").assert_outcomes(passed=1)
    result = pytester.runpytest("-o", "dealflow_playbook=x")
    result.stderr.fnmatch_lines(["*pytest's command line: dealflow_playbook = 'x'*"])


@pytest.mark.parametrize("line", ["dealflow_playbook = 3", 'dealflow_scripts = "perhaps"'])
def test_values_of_wrong_types(pytester: pytest.Pytester, line: str) -> None:
    """An ini value of a wrong type is a usage error."""
    pytester.makefile(".toml", pyproject=f"[tool.pytest]\n{line}\n")
    pytester.makefile(".deal.toml", a=SCRIPT)
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "INTERNALERROR" not in shown(result)
    assert line.split(maxsplit=1)[0] in result.stderr.str()


def test_a_truth_value_that_is_none(project: pytest.Pytester) -> None:
    """In a file of the old kind, a word that is neither yes nor no is a usage error, too."""
    result = project.runpytest("-odealflow_scripts=perhaps")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: dealflow_scripts: *'perhaps'*"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--dealflow-cov-report=pdf"], "--dealflow-cov-report: 'pdf' is not known; there are:*"),
        (["--dealflow-cov-report=html"], "*'html' needs a file; there are: term, json:FILE*"),
        (["--dealflow-cov-report=term:x"], "*'term:x' is not known; there are: *"),
        (["--dealflow-cov-fail-under=guards"], "*-under: 'guards' is not of the form guards:100"),
        (["--dealflow-suggest=x.py"], "--dealflow-suggest needs --dealflow-mutate"),
        (["--dealflow-mutate", "--dealflow-suggest=all:"], "'all:' needs a file: all:FILE"),
        (["--dealflow-mutate", "--pdb"], "--dealflow-mutate lets tests fail on purpose: leave*"),
        (
            ["--dealflow-update", "-n2", *XDIST],
            "--dealflow-update works in one process only: leave out -n",
        ),
        (
            ["--dealflow-mutate", "-n2", *XDIST],
            "--dealflow-mutate works in one process only: leave out -n",
        ),
        (["--dealflow-mutate=guards.nede"], "no mutant is at 'guards.nede'; did you mean guards.*"),
    ],
    ids=["kind", "file", "no file", "share", "suggest", "all", "pdb", "update", "mutate", "place"],
)
def test_unusable_options(project: pytest.Pytester, options: list[str], says: str) -> None:
    """Options that cannot be followed are usage errors."""
    result = project.runpytest(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{says}"])


@pytest.mark.parametrize("option", ["--dealflow-cov", "--dealflow-mutate"])
def test_options_that_need_a_playbook(pytester: pytest.Pytester, option: str) -> None:
    """What is measured of a playbook needs one."""
    result = pytester.runpytest(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no playbook is under test*"])


# unseen refusals


def test_an_unseen_refusal_fails_the_test(project: pytest.Pytester) -> None:
    """Who catches a refusal without a look is told at the end of the test, with what to write."""
    project.makepyfile(
        """
        import pytest
        from contextlib import suppress
        from dealflow import Refused

        def test_it(deal, clock):
            with pytest.raises(Refused):
                deal.advance(by="rep", at=clock.now)
            with suppress(Refused):
                deal.advance(by="rep", at=clock.now)

        def test_many(deal, clock):
            for _ in range(5):
                with suppress(Refused):
                    deal.advance(by="rep", at=clock.now)
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_it*",
            "A move was refused, and the test did not look at it.",
            "D-1 (Northwind), 5 Jan 2026: Talk -> Order: ask first. In the way: need",
            "  Need (need): not known yet",
            "    condition: need.real",
            "    the need is real [[]need.real[]]: not known: never asked",
            "    ask anybody at the customer: “Do you need it?”",
            '    assert_refused(deal, "order", because={"need"})',
            "*mark it with @pytest.mark.dealflow_unseen_refusals",
            "*ERROR at teardown of test_many*",
            "And 2 more refused moves.",
        ]
    )
    assert "Traceback" not in shown(result)
    assert "_pytest_session" not in shown(result)


def test_what_is_no_unseen_refusal(project: pytest.Pytester) -> None:
    """A look, a failing test, a skip, or the marker: then nothing is said at the end."""
    project.makepyfile(
        """
        import pytest
        from contextlib import suppress
        from dealflow import Refused
        from dealflow.testing import assert_refused

        @pytest.fixture
        def refused(deal, clock):
            with suppress(Refused):
                deal.advance(by="rep", at=clock.now)

        @pytest.mark.dealflow_unseen_refusals
        def test_marked(refused):
            pass

        def test_looks(deal, clock):
            with pytest.raises(Refused, match="need"):
                deal.advance(by="rep", at=clock.now)
            assert_refused(deal, because="need")

        def test_fails(refused):
            assert 0

        def test_skips(refused):
            pytest.skip("later")

        @pytest.mark.xfail
        def test_expected_to_fail(refused):
            assert 0

        @pytest.fixture
        def broken(refused):
            raise ValueError

        def test_is_not_set_up(broken):
            pass

        @pytest.fixture
        def torn(refused):
            yield
            raise ValueError

        def test_is_not_torn_down(torn):
            pass
        """
    )
    result = project.runpytest("--strict-markers")
    result.assert_outcomes(passed=3, failed=1, skipped=1, xfailed=1, errors=2)
    assert "A move was refused" not in shown(result)


def test_a_refusal_in_a_fixture_counts(project: pytest.Pytester) -> None:
    """What happens while a test is set up or torn down is watched, too."""
    project.makepyfile(
        """
        import pytest
        from contextlib import suppress
        from dealflow import Refused

        @pytest.fixture
        def late(deal, clock):
            yield
            with suppress(Refused):
                deal.advance(by="rep", at=clock.now)

        def test_it(late):
            pass
        """
    )
    project.runpytest().assert_outcomes(passed=1, errors=1)


@pytest.mark.usefixtures("unwatched")
def test_nobody_watches_afterwards(project: pytest.Pytester) -> None:
    """Between tests, and when a run is interrupted, no deal is observed."""
    project.makeconftest(
        """
        from dealflow.deal import current_observers

        def pytest_runtest_logfinish():
            assert not current_observers()

        def pytest_keyboard_interrupt():
            print("<interrupted>")
        """
    )
    project.makepyfile(
        """
        from dealflow.deal import current_observers
        def test_one(): assert len(current_observers()) == 1
        def test_two(): raise KeyboardInterrupt
        """
    )
    result = project.runpytest_inprocess("-s", no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*<interrupted>*"])
    assert current_observers() == ()


def test_a_context_of_an_earlier_test(project: pytest.Pytester) -> None:
    """Tests that share an event loop run in the context of the first, and each is watched."""
    project.makepyfile(
        """
        import asyncio
        import pytest
        from contextlib import suppress
        from dealflow import Refused

        @pytest.fixture(scope="module")
        def runner():
            with asyncio.Runner() as runner:
                runner.get_loop()
                yield runner

        async def refuse(deal, clock):
            with suppress(Refused):
                deal.advance(by="rep", at=clock.now)

        def test_none(runner): pass
        def test_one(runner, deal, clock): runner.run(refuse(deal, clock))
        def test_two(runner, deal, clock): runner.run(refuse(deal, clock))
        def test_last(runner): pass
        """
    )
    result = project.runpytest("-p", "no:randomly")
    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*at teardown of test_one*", "*at teardown of test_two*"])


def test_a_fixture_is_torn_down_in_another_context(project: pytest.Pytester) -> None:
    """A fixture that watches may be set up in one context and torn down in another."""
    project.makepyfile(
        """
        import contextvars
        import pytest
        from dealflow.testing import watching

        @pytest.fixture
        def watch():
            generator = watching()
            watch = contextvars.copy_context().run(generator.__enter__)
            yield watch
            generator.__exit__(None, None, None)

        def test_it(watch, deal, clock):
            deal.assess(at=clock.now)
            assert not watch.observations

        def test_next(deal, clock):
            deal.assess(at=clock.now)
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_others_are_left_alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where dealflow is only installed, nothing imports it: tests run, fail and err as ever."""
    for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name)
    pytester.makepyfile(
        """
        import sys
        def test_fails(): assert 0
        def test_errs(nothing): pass
        def test_one(): assert not [name for name in sys.modules if name.startswith("dealflow")]
        def test_two(): import dealflow
        def test_three(): assert sys.modules["dealflow.deal"].current_observers()
        """
    )
    pytester.makefile(".deal.toml", a="no script")
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=3, failed=1, errors=1)


# scripts


def test_scripts_are_tests(project: pytest.Pytester) -> None:
    """Each script below the folder is one test, called by its title where it fails."""
    write(project, "short.deal.toml", SCRIPT)
    write(project, "wrong.deal.toml", SCRIPT.replace('step = "order"', 'step = "talk"'))
    result = project.runpytest("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "short.deal.toml::short PASSED*",
            "wrong.deal.toml::wrong FAILED*",
            "*A short sale*",
            "wrong.deal.toml:25: step: expected talk, found order",
            "  D-1 (Northwind), 4 Mar 2026: Order -> fulfilled: ask first",
            "    Money (money): not known yet",
            "    * ask Pat (payer): “Is the money there?”",
        ]
    )
    assert "Traceback" not in shown(result)


def test_other_refusals_are_told(project: pytest.Pytester) -> None:
    """A refusal by other guards, and one that did not come, are told with what is known."""
    other = SCRIPT.replace('refused = ["need"]', 'refused = ["money"]')
    write(project, "a.deal.toml", other)
    passes = SCRIPT.replace('expect.step = "order"', 'expect.refused = ["need"]')
    write(project, "b.deal.toml", passes)
    result = project.runpytest()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "a.deal.toml:16: refused: expected money, found need",
            "    Need (need): not known yet",
            "    Money (money): not known yet",
            "b.deal.toml:25: refused: expected need, found nothing",
            "    Need (need): known good",
            "*Pat, 3 Mar 2026: “We need it.”",
        ]
    )


def test_a_refusal_that_a_script_does_not_expect(project: pytest.Pytester) -> None:
    """A refused line without an expectation is unseen, and told with what to write."""
    write(project, "a.deal.toml", SCRIPT.replace('expect.refused = ["need"]\n', ""))
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "a.deal.toml:15: this move is refused, and the line does not say that it expects that",
            "  D-1 (Northwind), 2 Mar 2026: Talk -> Order: ask first",
            "  If it is meant to be refused, say so in the line (pytest --dealflow-update does):",
            '    expect.refused = [[]"need"[]]',
        ]
    )


def test_broken_scripts(project: pytest.Pytester) -> None:
    """A script that does not hold together cannot be collected; every problem has its place."""
    write(
        project, "a.deal.toml", SCRIPT.replace('"pat"', '"pta"').replace("need.real", "need.rael")
    )
    write(project, "b.deal.toml", "[[[")
    (project.path / "c.deal.toml").mkdir()
    (project.path / "d.deal.toml").symlink_to("nowhere")
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting a.deal.toml*",
            "a.deal.toml:*nobody is called 'pta' by now*",
            "a.deal.toml:*the playbook has no such fact*",
            "*ERROR collecting b.deal.toml*",
            "b.deal.toml:*is not TOML*",
        ]
    )
    assert "Traceback" not in shown(result)
    assert ".py:" not in shown(result)


def test_a_script_that_cannot_be_played(project: pytest.Pytester) -> None:
    """A line that cannot be played fails the test, and is named."""
    write(
        project, "a.deal.toml", SCRIPT.replace('move = "advance"', 'move = "reopen"\nreason = "R"')
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["a.deal.toml: lines[[]0[]], line 13: *cannot be reopened*"])
    assert "Traceback" not in shown(result)


def test_which_scripts_are_collected(pytester: pytest.Pytester) -> None:
    """Scripts are tests where a playbook is under test, where they are wanted, or when named."""
    pytester.makefile(".toml", rules=RULES)
    path = write(pytester, f"a{scripts.ENDING}", SCRIPT)
    key = "-odealflow_playbook=rules.toml"
    assert pytester.runpytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.runpytest(path).assert_outcomes(passed=1)
    pytester.runpytest(key).assert_outcomes(passed=1)
    pytester.runpytest("-odealflow_scripts=true").assert_outcomes(passed=1)
    off = pytester.runpytest(key, "-odealflow_scripts=false")
    assert off.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_playbook_under_test_goes_first(project: pytest.Pytester) -> None:
    """A script whose playbook has the id of the one under test is played under that one."""
    other = RULES.replace("\nleave_when = ['need']", "").replace('leave_when = ["need"]', "")
    write(project, "rules.toml", other)
    write(project, "old.toml", RULES)
    write(project, "a.deal.toml", SCRIPT.replace("rules.toml", "old.toml"))
    write(project, "b.deal.toml", SCRIPT.replace("rules.toml", "new.toml"))
    write(project, "new.toml", RULES.replace('id = "small"', 'id = "new"'))
    result = project.runpytest("-v")
    result.stdout.fnmatch_lines(["a.deal.toml::a FAILED*", "b.deal.toml::b PASSED*"])
    result.stdout.fnmatch_lines(["a.deal.toml:16: refused: expected need, found nothing"])


def test_script_items_fail_like_others(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that is no finding is shown as pytest shows errors."""
    write(project, "a.deal.toml", SCRIPT)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(scripts, "play", fail)
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError: ours*"])


def test_a_script_elsewhere(project: pytest.Pytester) -> None:
    """A script that is not below the present folder goes by its whole path."""
    path = write(project, "a.deal.toml", SCRIPT.replace('step = "order"', 'step = "talk"'))
    os.chdir(project.mkdir("sub"))
    result = project.runpytest(path)
    result.stdout.fnmatch_lines([f"{path}:25: step: expected talk, found order"])


# --dealflow-update


def test_update(project: pytest.Pytester) -> None:
    """Expectations are written into lines without any; the test passes now, and stays so."""
    bare = SCRIPT.replace('expect.refused = ["need"]\n', "").replace('expect.step = "order"\n', "")
    path = write(project, "a.deal.toml", bare)
    link = project.path / "sub" / "b.deal.toml"
    link.parent.mkdir()
    wrong = write(project, "wrong.deal.toml", SCRIPT.replace('step = "order"', 'step = "talk"'))
    before = wrong.read_bytes()
    result = project.runpytest("--dealflow-update")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*a.deal.toml: 2 expectations written"])
    assert path.read_text(encoding="utf-8") == SCRIPT
    assert wrong.read_bytes() == before
    again = project.runpytest("--dealflow-update", path)
    again.assert_outcomes(passed=1)
    assert "written" not in shown(again)
    project.runpytest(path).assert_outcomes(passed=1)


def test_an_update_that_cannot_be_written(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the file cannot be written, the test fails and says so."""
    write(project, "a.deal.toml", SCRIPT.replace('expect.step = "order"\n', ""))

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a.deal.toml")

    monkeypatch.setattr(scripts, "write", fail)
    result = project.runpytest("--dealflow-update")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Permission denied: 'a.deal.toml'"])
    assert "Traceback" not in shown(result)


# coverage

TESTS = """
from dealflow.testing import assert_asks, assert_moves, assert_refused, assert_walks_away

def test_silence(deal):
    assert_refused(deal, because="need")
    assert_asks(deal, "need.real", "money.there")

def test_no_need(deal_at):
    assert_refused(deal_at("talk", need__real=False), because="need")

def test_no_money(deal_at):
    assert_walks_away(deal_at("talk", money__there=False), because="money")

def test_no_money_later(deal_at):
    deal = deal_at("order", money__there=False)
    assert_refused(deal, because="money")
"""


def test_coverage(project: pytest.Pytester) -> None:
    """What all tests together cover is printed, and written as it is wanted."""
    write(project, "a.deal.toml", SCRIPT)
    write(project, "test_it.py", TESTS)
    kinds = ("json", "html", "mermaid")
    options = [f"--dealflow-cov-report={kind}:out/cov.{kind}" for kind in kinds]
    result = project.runpytest("--dealflow-cov", "--dealflow-cov-report=term", *options)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*= dealflow =*", "coverage of small 1 (*", "steps *2  *100.0"])
    result.stdout.fnmatch_lines([f"{kind} report of the playbook's coverage: *" for kind in kinds])
    data = json.loads((project.path / "out" / "cov.json").read_text(encoding="utf-8"))
    assert data["playbook"]["id"] == "small"
    assert "<html" in (project.path / "out" / "cov.html").read_text(encoding="utf-8")
    assert "stateDiagram" in (project.path / "out" / "cov.mermaid").read_text(encoding="utf-8")


def test_too_little_coverage(project: pytest.Pytester) -> None:
    """A run that covers less than required fails, and says of what there is too little."""
    write(project, "test_it.py", TESTS)
    result = project.runpytest("--dealflow-cov-fail-under=steps:100,moves:100,guards:10")
    result.assert_outcomes(passed=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FAILED: coverage of moves: *, and 100 % are required"])
    assert "coverage of steps" not in shown(result)
    assert project.runpytest("--dealflow-cov-fail-under=guards:10").ret == 0


def test_a_report_that_cannot_be_written(project: pytest.Pytester) -> None:
    """A report that cannot be written is a usage error."""
    write(project, "test_it.py", TESTS)
    write(project, "file", "")
    result = project.runpytest("--dealflow-cov-report=json:file/cov.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --dealflow-cov-report: *"])


def test_collecting_only(project: pytest.Pytester) -> None:
    """When nothing is run, nothing is covered, and nothing is said of it."""
    write(project, "test_it.py", TESTS)
    result = project.runpytest("--collect-only", "--dealflow-cov-fail-under=steps:100")
    assert result.ret == 0
    assert "coverage" not in shown(result)


def test_what_other_playbooks_do_is_no_coverage(project: pytest.Pytester) -> None:
    """Deals under another playbook than the one under test cover nothing of it."""
    write(project, "b.deal.toml", SCRIPT.replace("rules.toml", "new.toml"))
    write(project, "new.toml", RULES.replace('id = "small"', 'id = "new"'))
    result = project.runpytest("--dealflow-cov")
    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([r"steps +0 +2 +0\.0"])


# mutants


def test_mutants(project: pytest.Pytester) -> None:
    """Faults that no test notices fail the run, and are listed with the tests that came near."""
    write(project, "test_it.py", TESTS)
    suggested = project.path / "new" / "test_missing.py"
    options = ["--dealflow-mutate", f"--dealflow-suggest={suggested}"]
    result = project.runpytest(*options)
    result.assert_outcomes(passed=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.re_match_lines([r"\d+ mutants in .* s: \d+ killed, [1-9]\d* survived, .*"])
    result.stdout.fnmatch_lines(
        [
            "Survived: no test notices: *goes out of date",
            "  facts.need.real.good_for *",
            "    as it is:         30 days*",
            "    as it was tried:  for ever",
            "    tests that look at it: test_it.py::test_*",
            "* missing tests written to *test_missing.py",
        ]
    )
    again = project.runpytest(*options)
    assert again.ret == pytest.ExitCode.USAGE_ERROR
    again.stderr.fnmatch_lines(["*is there already: name a new file"])
    result = project.runpytest("--dealflow-mutate", "--dealflow-suggest=none.py")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["No test is missing, so none was suggested."])
    assert not (project.path / "none.py").exists()


def test_only_the_ten_most_important_suggestions(project: pytest.Pytester) -> None:
    """Ten tests are written, of walking away first; or all of them."""
    write(project, "test_it.py", "def test_nothing(deal): pass\n")
    result = project.runpytest("--dealflow-mutate", "--dealflow-suggest=ten.py")
    result.stdout.fnmatch_lines(
        [
            "10 missing tests written to *ten.py, for 1* of 1* faults, those of *",
            "*passed*",
        ]
    )
    assert "--dealflow-suggest=all:FILE writes all" in shown(result)
    ten = (project.path / "ten.py").read_text(encoding="utf-8")
    assert ten.count("\ndef test_") == 10
    assert ten.partition("\n\n\n")[2].startswith("def test_guards_money_")
    result = project.runpytest("--dealflow-mutate", "--dealflow-suggest=all:all.py")
    result.stdout.re_match_lines([r"1[1-9] missing tests written to .*all\.py$"])
    every = (project.path / "all.py").read_text(encoding="utf-8")
    assert every.count("\ndef test_") > 10
    # what is written holds, and leaves nothing to be noticed
    result = project.runpytest("--dealflow-mutate", "all.py")
    result.stdout.fnmatch_lines(["* 0 survived, *"])
    assert result.ret == 0


def test_suggestions_that_cannot_be_written(project: pytest.Pytester) -> None:
    """A file that cannot be written is a usage error."""
    write(project, "test_it.py", TESTS)
    write(project, "file", "")
    result = project.runpytest("--dealflow-mutate", "--dealflow-suggest=file/test_missing.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --dealflow-suggest: *"])


def test_redundant_clauses(project: pytest.Pytester) -> None:
    """A mutant that no deal can tell from the playbook is no gap, and named as a redundant rule."""
    more = RULES.replace('when = "need.real"', 'when = "need.real and (need.real or need.real)"')
    write(project, "rules.toml", more)
    write(project, "test_it.py", TESTS)
    result = project.runpytest("--dealflow-mutate")
    result.stdout.fnmatch_lines(["Redundant: no deal can tell*", "  guards.need.when *"])


def test_what_is_not_decided(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bound was reached, that is said, and the run does not fail for it."""
    write(project, "test_it.py", "def test_nothing(): pass\n")
    monkeypatch.setattr(_pytest_mutate, "judge_equivalence", lambda *_: Equivalence("not decided"))
    result = project.runpytest("--dealflow-mutate")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["Not decided within the bound: no test notices: *"])


def test_mutants_wait_for_green_tests(project: pytest.Pytester) -> None:
    """Where a test fails, mutants are not tried."""
    write(project, "test_it.py", TESTS + "\ndef test_fails(): assert 0\n")
    result = project.runpytest("--dealflow-mutate")
    result.stdout.fnmatch_lines(["Mutants were not tried: *"])


def test_tests_are_set_up_anew_for_each_mutant(project: pytest.Pytester) -> None:
    """Fixtures of every scope and modules' own playbooks see the mutant; afterwards all is over."""
    project.makepyfile(
        """
        import pytest
        from dealflow import Deal, Refused, load_playbook
        from dealflow.testing import assert_refused

        BOOK = load_playbook("rules.toml")
        seen = []

        @pytest.fixture(scope="session")
        def rules(playbook):
            return playbook

        def test_it(rules, playbook, clock):
            assert rules is playbook
            deal = Deal.open(BOOK, id="D", account="A", by="us", at=clock.now)
            assert deal.playbook == playbook
            # kept, so that no other gets its place in memory
            seen.append(playbook)
            assert_refused(deal, because="need")

        def teardown_module():
            prints = {book.fingerprint for book in seen}
            print(f"<{len(seen)} {len(set(map(id, seen)))} {len(prints)}>")
        """
    )
    result = project.runpytest("--dealflow-mutate", "-s")
    result.assert_outcomes(passed=1)
    found = re.findall(r"<(\d+) (\d+) (\d+)>", shown(result))
    # each has rules of its own, and answers with the fingerprint of the rules without a fault
    assert found == [(str(number), str(number), "1") for number in range(1, len(found) + 1)]
    assert len(found) > 3


def test_own_fixtures_meet_mutants(project: pytest.Pytester) -> None:
    """Where a project has a playbook fixture of its own, deals are under the mutant, too."""
    project.makepyfile(
        """
        import pytest
        from dealflow import load_playbook
        from dealflow.testing import assert_refused

        @pytest.fixture
        def playbook():
            return load_playbook("rules.toml")

        def test_it(playbook, deal_at):
            deal = deal_at("order")
            print(f"<{deal.playbook == playbook}>")
            assert_refused(deal, because="money")
        """
    )
    found = re.findall("<(.*?)>", shown(project.runpytest("--dealflow-mutate", "-s")))
    assert found[0] == "True"
    assert set(found[1:]) == {"False"}


def test_mutants_that_hide(project: pytest.Pytester) -> None:
    """A mutant that no judgement shows meets the tests that may notice it: waivers and answers."""
    rules = RULES.replace(
        'refused = { en = "No need."', 'waivable = true\nrefused = { en = "No need."'
    )
    write(project, "rules.toml", rules)
    project.makepyfile(
        """
        import pytest
        from dealflow import EvidenceError
        from dealflow.testing import assert_moves

        def test_set_aside(deal, clock):
            now = {"by": "rep", "at": clock.now}
            deal.waive("need", authority="Boss", reason="A friend", **now)
            with pytest.raises(EvidenceError):
                deal.waive("money", authority="Boss", reason="A friend", **now)
            assert_moves(deal)
        """
    )
    result = project.runpytest("--dealflow-mutate")
    assert "guards.money:made_waivable" not in shown(result)
    assert "survived" in shown(result)


@pytest.mark.slow
def test_mutants_of_one_place(project: pytest.Pytester) -> None:
    """Only the faults at a place are tried; a folder after the bare option is no place."""
    (project.path / "more").mkdir()
    write(project, "more/test_it.py", TESTS)
    own = "def pytest_addoption(parser): parser.addoption('--own', action='store_true')\n"
    write(project, "more/conftest.py", own)
    write(project, "test_it.py", "def test_nothing(): assert 0\n")
    numbers: list[int] = []
    for options in (["--dealflow-mutate=guards.money"], ["--dealflow-mutate"]):
        result = project.runpytest(*options, "more", "--own")
        result.assert_outcomes(passed=4)
        numbers += map(int, re.findall(r"(\d+) mutants in", shown(result)))
        assert ("facts.need.real" in shown(result)) is (len(numbers) == 2)
    assert 0 < numbers[0] < numbers[1]
    project.runpytest("--dealflow-mutate", "--", "more").assert_outcomes(passed=4)
    result = project.runpytest("--dealflow-mutate=", "more/test_it.py::test_silence")
    result.stdout.fnmatch_lines([f"{numbers[1]} mutants in *"])


def test_tests_that_only_read_the_playbook(project: pytest.Pytester) -> None:
    """A test which had no deal judged is tried, too, before a mutant is called a survivor."""
    project.makepyfile(
        """
        import pytest
        from dealflow import EvidenceError

        def test_reads(playbook):
            assert playbook.guard["need"].when == "need.real"

        def test_nobody_waives(deal, clock):
            for guard in ("need", "money"):
                with pytest.raises(EvidenceError):
                    deal.waive(guard, authority="B", reason="R", by="rep", at=clock.now)

        def test_something_else(): pass
        """
    )
    result = project.runpytest("--dealflow-mutate=guards")
    assert not re.search(r"\[guards\.need:(unknown|conflict|clause)", shown(result))
    assert "made_waivable" not in shown(result)
    assert "guards.money:unknown_as_yes" in shown(result)


def test_reading_the_playbook_decides_nothing(project: pytest.Pytester) -> None:
    """A redundant clause is called so, although a test that may have noticed it was tried."""
    more = RULES.replace('when = "need.real"', 'when = "need.real and (need.real or need.real)"')
    write(project, "rules.toml", more)
    write(project, "test_it.py", f"{TESTS}\ndef test_reads(playbook): assert playbook.id\n")
    result = project.runpytest("--dealflow-mutate=guards.need.when")
    result.stdout.fnmatch_lines(["Redundant: no deal can tell*", "  guards.need.when *"])


# several processes


def test_several_processes(project: pytest.Pytester) -> None:
    """Everything works in the workers of pytest-xdist as it does in one process."""
    write(project, "a.deal.toml", SCRIPT)
    write(project, "b.deal.toml", SCRIPT.replace('step = "order"', 'step = "talk"'))
    write(
        project,
        "test_it.py",
        TESTS
        + """
import pytest
from dealflow import Refused

def test_unseen(deal, clock):
    with pytest.raises(Refused):
        deal.advance(by="rep", at=clock.now)
""",
    )
    one = project.runpytest("--dealflow-cov")
    result = project.runpytest("-n2", "--dealflow-cov", *XDIST)
    result.assert_outcomes(passed=6, failed=1, errors=1)
    result.stdout.fnmatch_lines(["b.deal.toml:25: step: expected talk, found order"])
    start = "coverage of small"
    assert shown(one).partition(start)[2].partition("=")[0]
    assert (
        shown(result).partition(start)[2].partition("=")[0]
        == shown(one).partition(start)[2].partition("=")[0]
    )


def test_a_process_that_crashes(project: pytest.Pytester) -> None:
    """Every report says that the share of a process is missing which did not live to tell it."""
    crash = "\ndef test_crash():\n    import os\n    os._exit(3)\n"
    write(project, "test_it.py", TESTS + crash)
    kinds = ("json", "html", "mermaid")
    options = [f"--dealflow-cov-report={kind}:cov.{kind}" for kind in kinds]
    result = project.runpytest("-n1", "--dealflow-cov-report=term", *options, *XDIST)
    gap = "INCOMPLETE: nothing is counted of what was covered by gw0, which crashed"
    result.stdout.fnmatch_lines(["coverage of small 1 *", gap])
    for kind in ("html", "mermaid"):
        assert gap in (project.path / f"cov.{kind}").read_text(encoding="utf-8")
    data = json.loads((project.path / "cov.json").read_text(encoding="utf-8"))
    assert data["lost"] == ["gw0"]
    assert data["covered"] == []
    # without coverage there is nothing to be missing
    assert "INCOMPLETE" not in shown(project.runpytest("-n1", *XDIST))
    whole = project.runpytest("-n1", "--dealflow-cov", *XDIST, "--deselect=test_it.py::test_crash")
    assert "INCOMPLETE" not in shown(whole)


def test_usage_errors_of_several_processes(project: pytest.Pytester) -> None:
    """A broken playbook stops pytest-xdist before it starts; a missing one fails its tests."""
    write(project, "test_it.py", TESTS)
    broken = project.runpytest("-n1", *XDIST, "-odealflow_playbook=none")
    assert broken.ret == pytest.ExitCode.USAGE_ERROR
    # what tells a worker from other processes, without the time that it takes to start one
    project.makeconftest("def pytest_configure(config): config.workerinput = {}")
    unnamed = project.runpytest("-odealflow_playbook=")
    unnamed.assert_outcomes(errors=4)
    unnamed.stdout.fnmatch_lines(["no playbook is under test: set dealflow_playbook*"])
    assert "INTERNALERROR" not in shown(broken) + shown(unnamed)


def test_mutants_need_a_test(project: pytest.Pytester) -> None:
    """Where no test was selected, no mutant is tried, and pytest says that nothing ran."""
    project.makepyfile("def test_one(deal): pass")
    result = project.runpytest("--dealflow-mutate", "-k", "nothing")
    result.stdout.fnmatch_lines(["Mutants were not tried: there was no test to try them on."])
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_end_of_a_run_imports_nothing(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run in which nobody imported dealflow ends without importing it."""
    monkeypatch.delitem(sys.modules, "dealflow")
    _dealflow_pytest.pytest_unconfigure(pytestconfig)
    assert "dealflow" not in sys.modules
