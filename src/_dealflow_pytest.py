"""The pytest plugin of dealflow: fixtures, scenario files, and a watch over every test's deals.

pytest loads it wherever dealflow is installed. So it imports nothing but pytest, and dealflow only
when a project uses it: when a test has imported it, or one of the options, ini keys or fixtures
below is used. See docs, "Testing a playbook".
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from dealflow import Deal, Entry, Playbook
    from dealflow.plugin.session import Run
    from dealflow.testing import Clock, LiveTrail
    from dealflow.testing.bench import Bench

_ENDING = ".deal.toml"
_MUTATE = "--dealflow-mutate"
_ALL = "all"
_OPTIONS = (
    "dealflow_update",
    "dealflow_cov",
    "dealflow_cov_report",
    "dealflow_cov_fail_under",
    "dealflow_mutate",
    "dealflow_suggest",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say which options and ini keys there are."""
    parser.addini(
        "dealflow_playbook", "the playbook under test: id, path or module:OBJECT", default=""
    )
    parser.addini(
        "dealflow_scripts",
        f"collect *{_ENDING} files as tests (default: when dealflow_playbook is set)",
        type="bool",
        default=None,
    )
    group = parser.getgroup("dealflow", "testing sales playbooks")
    group.addoption(
        "--dealflow-update",
        action="store_true",
        help=f"write expectations into the lines of *{_ENDING} files that have none",
    )
    group.addoption(
        "--dealflow-cov",
        action="store_true",
        help="measure how much of the playbook the tests cover",
    )
    group.addoption(
        "--dealflow-cov-report",
        action="append",
        default=[],
        metavar="term|json:FILE|html:FILE|mermaid:FILE",
        help="a report of the playbook's coverage; may be repeated",
    )
    group.addoption(
        "--dealflow-cov-fail-under",
        metavar="guards:100,...",
        help="fail when less than so many percent are covered",
    )
    group.addoption(
        _MUTATE,
        nargs="?",
        const=_ALL,
        type=lambda place: place or _ALL,
        metavar="PLACE",
        help="after a green run, change the playbook on purpose and see whether the tests notice;"
        " with =PLACE, such as =guards.budget_approved, only there",
    )
    group.addoption(
        "--dealflow-suggest",
        metavar="[all:]FILE",
        help="write the ten most important of the missing tests that --dealflow-mutate finds, or"
        " all, as runnable code",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Let ``--dealflow-mutate tests`` name what to run, and not a place in the playbook."""
    if _MUTATE not in args:
        return
    end = args.index("--") if "--" in args else len(args)
    args[:end] = [f"{_MUTATE}={_ALL}" if arg == _MUTATE else arg for arg in args[:end]]
    known = parser.parse_known_args(args, copy(early_config.option))
    early_config.known_args_namespace.file_or_dir = known.file_or_dir


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "dealflow_unseen_refusals: this test may leave refused moves of deals without a look",
    )


def _ini(config: pytest.Config, name: str) -> Any:
    """The value of an ini key; what cannot be one is a usage error that names the key."""
    try:
        return config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{name}: {error}") from None


def _run(config: pytest.Config) -> Run:
    from dealflow.plugin.session import run_of

    return run_of(config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Check options and the playbook before anything else happens."""
    config = session.config
    wanted = [_ini(config, name) for name in ("dealflow_playbook", "dealflow_scripts")]
    if any(wanted) or any(map(config.getoption, _OPTIONS)):
        _run(config).start()


# what is collected


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take a scenario file, where they are wanted or this one is named."""
    if not file_path.name.endswith(_ENDING):
        return None
    wanted = parent.config.getini("dealflow_scripts")
    if wanted is None:
        wanted = bool(parent.config.getini("dealflow_playbook"))
    if not wanted and not parent.session.isinitpath(file_path):
        return None
    from dealflow.plugin.scripts import ScriptFile

    return ScriptFile.from_parent(parent, path=file_path)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop before the first test when tests need a playbook and none is named."""
    config = session.config
    if config.getini("dealflow_playbook") or hasattr(config, "workerinput"):
        return
    for item in session.items:
        fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        if (found := fixtures.get("playbook")) and found[-1].func.__module__ == __name__:
            from dealflow.plugin.playbook import MISSING

            raise pytest.UsageError(f"{item.nodeid}: {MISSING}")


# every test


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Watch deals from here on."""
    if "dealflow" in sys.modules:
        _run(item.config).begin()
    try:
        return (yield)
    except BaseException:
        _failed(item)
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Note when the test itself fails."""
    try:
        return (yield)
    except BaseException:
        _failed(item)
        raise


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that left a refusal unseen."""
    if "dealflow" not in sys.modules:
        return (yield)
    run = _run(item.config)
    try:
        result = yield
        run.finish(item)
    finally:
        run.end()
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """Note what each phase of a test raised."""
    # afterwards, as what unittest's tests raise is brought by a hook of pytest's own
    report = yield
    if "dealflow" in sys.modules:
        _run(item.config).phase_over(call.excinfo.value if call.excinfo else None)
    return report


def _failed(item: pytest.Item) -> None:
    if "dealflow" in sys.modules:
        _run(item.config).failed()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind when pytest was interrupted in the middle of a test."""
    if "dealflow" in sys.modules:
        _run(config).end()


# the whole run


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, Any, Any]:
    """When all tests have run: coverage, and mutants."""
    result = yield
    config = session.config
    if any(map(config.getoption, _OPTIONS)) and not config.getoption("collectonly"):
        from dealflow.plugin.closing import close

        close(_run(config), session)
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist has found; one that crashed brings nothing."""
    if not any(map(node.config.getoption, _OPTIONS)):
        return
    run, output = _run(node.config), getattr(node, "workeroutput", {})
    if "dealflow" in output:
        run.others.append(output["dealflow"])
    else:  # whatever else works in one process only
        run.lost.append(node.gateway.id)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what there is to say about the whole run."""
    if any(map(config.getoption, _OPTIONS)) and (notes := _run(config).notes):
        terminalreporter.section("dealflow")
        from dealflow.values import as_line

        for note in notes:
            terminalreporter.line(as_line(note))


# fixtures


@pytest.fixture(scope="session")
def playbook(pytestconfig: pytest.Config) -> Playbook:
    """The playbook under test, which the ini key ``dealflow_playbook`` names."""
    return _run(pytestconfig).playbook


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still: ``clock.now``, and ``clock.wait(days=91)`` to go on."""
    from dealflow.testing import Clock

    return Clock()


@pytest.fixture
def _dealflow_bench(playbook: object, clock: Clock) -> Bench:
    from dealflow import Playbook
    from dealflow.testing.bench import Bench

    if not isinstance(playbook, Playbook):
        kind = type(playbook).__name__
        pytest.fail(f"the fixture `playbook` gives a {kind}, and no Playbook", pytrace=False)
    return Bench(playbook, clock)


@pytest.fixture
def deal(_dealflow_bench: Bench) -> Deal:
    """A deal that was just opened: nobody is known, nothing was said."""
    return _dealflow_bench.open()


@pytest.fixture
def deal_at(_dealflow_bench: Bench) -> Callable[..., Deal]:
    """Builds a deal at a step: ``deal_at("negotiation", budget__approved=True)``.

    With ``ready=True`` it may leave the step, but for what is given; ``amount="5000 EUR"`` is its
    price. Whatever is not given is the cheapest that there is.
    """
    return _dealflow_bench.deal_at


@pytest.fixture
def say(_dealflow_bench: Bench) -> Callable[..., Entry]:
    """Lets a contact say something, now: ``say("pat", "budget.approved", False)``.

    It is said in the deal that was made last, to our ``rep``; ``deal=`` names another one. Whom
    nobody knows yet is added first, with ``roles=``. Details are those of ``Deal.hear``.
    """
    return _dealflow_bench.say


@pytest.fixture
def trail(_dealflow_bench: Bench) -> LiveTrail:
    """The trail, as it grows, of the deal that ``deal`` gave, or ``deal_at`` when last called."""
    from dealflow.testing import LiveTrail

    return LiveTrail(_dealflow_bench)
