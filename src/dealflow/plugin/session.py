"""One run of pytest: the playbook under test, and what every test did to its deals."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from time import perf_counter

import pytest
from _pytest.runner import runtestprotocol
from attrs import frozen

from dealflow.analysis import Observation
from dealflow.deal import observing
from dealflow.exceptions import InputError
from dealflow.playbook import Playbook, StandIn
from dealflow.plugin.failures import Failure, UnseenRefusal, first_failure
from dealflow.plugin.options import Options
from dealflow.plugin.places import check_place
from dealflow.plugin.playbook import MISSING, playbook_of
from dealflow.testing import Refusal, Watch
from dealflow.testing.explain import Story, indented, report
from dealflow.testing.watch import looked_at

__all__ = ["Run", "Seen", "run_of"]

_RUN = pytest.StashKey["Run"]()
_AGAIN = ""
"""Stands for the id of a test that is run again: no test has it."""


def run_of(config: pytest.Config) -> Run:
    """The run of a configuration; made when first asked for."""
    if _RUN not in config.stash:
        config.stash[_RUN] = Run(config)
    return config.stash[_RUN]


@frozen
class Seen:
    """What a test saw of deals.

    Attributes:
        observations: each time at which one was judged.
        verbs: the verbs besides moves that were tried.
        seconds: how long the test took.
    """

    observations: tuple[Observation, ...] = ()
    verbs: Collection[str] = ()
    seconds: float = 0


class Run:
    """What dealflow keeps while pytest runs.

    Attributes:
        config: pytest's configuration.
        options: dealflow's options.
        seen: by the id of a test, what it saw; only where something needs it.
        stand_in: what stands in for the playbook under test at the moment.
        others: what other processes cover of the playbook, as data.
        lost: the names of processes that did not live to tell what they cover.
        notes: lines for the end of pytest's report.
        failing: whether the run fails, even if every test passes.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options = Options.of(config)
        self.seen: dict[str, Seen] = {}
        self.stand_in: StandIn | None = None
        self.others: list[object] = []
        self.lost: list[str] = []
        self.notes: list[str] = []
        self.failing = False
        self._test = ExitStack()
        # One for all tests: an event loop that several tests share keeps the context of the first.
        self._watch = Watch()
        self._began = 0.0
        self._failed = False
        self._errors: list[BaseException | None] = []

    @cached_property
    def original(self) -> Playbook | None:
        """The playbook under test, as the ini key names it; ``None`` when it names none."""
        return playbook_of(self.config)

    @property
    def under_test(self) -> Playbook:
        """The playbook under test.

        Raises:
            pytest.fail.Exception: the ini key is not set.
        """
        if self.original is None:
            pytest.fail(MISSING, pytrace=False)
        return self.original

    @property
    def playbook(self) -> Playbook:
        """The playbook under test, or what stands in for it.

        Raises:
            pytest.fail.Exception: the ini key is not set.
        """
        return self.stand_in or self.under_test

    def start(self) -> None:
        """Find out whether everything that was asked for can be done.

        Raises:
            pytest.UsageError: it cannot.
        """
        if self.original is None and self.options.observes:
            raise pytest.UsageError(f"--dealflow-cov and --dealflow-mutate: {MISSING}")
        if self.original is not None and self.options.place is not None:
            try:
                check_place(self.original, self.options.place)
            except InputError as error:
                raise pytest.UsageError(f"--dealflow-mutate: {error}") from None

    def again(self, item: pytest.Item, stand_in: StandIn) -> tuple[Seen, Failure | None]:
        """Run a test again, while something stands in for the playbook under test.

        It is set up anew, from its session's fixtures on.

        Returns:
            What it saw, and why it failed, if it did.
        """
        with self._standing(stand_in), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # no next item: then pytest tears everything down, and the fixture of the whole session
            # gives the stand-in when it is asked again
            reports = runtestprotocol(item, log=False, nextitem=None)
            return self.seen.pop(_AGAIN, Seen()), first_failure(reports, self._errors)

    @contextmanager
    def _standing(self, stand_in: StandIn) -> Generator[None]:
        option = self.config.option
        style, self.stand_in, self._errors = option.tbstyle, stand_in, []
        # nobody reads where it failed, and to look the source up takes as long as many a test
        option.tbstyle = "no"
        try:
            yield
        finally:
            option.tbstyle, self.stand_in = style, None

    def phase_over(self, error: BaseException | None) -> None:
        """A test was set up, called or torn down, and raised this, if anything."""
        if self.stand_in is not None:
            self._errors.append(error)

    # one test

    def begin(self) -> None:
        """A test is set up."""
        # a test that was interrupted may have left its watch on
        self.end()
        swap = {}
        if self.stand_in is not None:
            swap = {self.stand_in.fingerprint: self.stand_in}
        self._failed = False
        self._began = perf_counter()
        self._watch.restart(swap)
        self._test.enter_context(observing(self._watch))

    def failed(self) -> None:
        """The test failed, or was skipped; what it left unseen does not matter any more."""
        self._failed = True

    def finish(self, item: pytest.Item) -> None:
        """The test is torn down; it fails when it left a refusal unseen.

        Raises:
            pytest.fail.Exception: it did.
        """
        unseen = self._watch.unseen
        for refusal in unseen:  # once is enough: another run may be watching around this one
            looked_at(refusal.deal)
        if self.options.observes:
            took = perf_counter() - self._began
            # what tests do under a stand-in is no observation of the playbook
            name = item.nodeid if self.stand_in is None else _AGAIN
            self.seen[name] = Seen(self._watch.observations, self._watch.verbs, took)
        # a test that failed has said enough
        if unseen and not self._failed and item.get_closest_marker(MARKER) is None:
            raise UnseenRefusal(told(unseen), pytrace=False)

    def end(self) -> None:
        """Nothing is watched any more."""
        self._test.close()
        self._watch.restart({})

    def observed(self) -> Iterator[Observation]:
        """What all tests saw of deals under the playbook under test."""
        for seen in self.seen.values():
            for observation in seen.observations:
                # tests may make playbooks of their own; those are not under test
                if observation.playbook == self.original:
                    yield observation


MARKER = "dealflow_unseen_refusals"
_MOST = 3


def told(refusals: Sequence[Refusal]) -> str:
    """What was refused, by which guards and why, and how to say that it was expected."""
    lines: list[str] = []
    for refusal in refusals[:_MOST]:
        assessment = refusal.assessment
        story = Story(refusal.deal.playbook, refusal.trail, assessment.at)
        guards = [finding.guard for finding in assessment.blocking]
        because = ", ".join(f'"{guard}"' for guard in guards)
        lines += [
            "A move was refused, and the test did not look at it.",
            f"{story.head(assessment)}. In the way: {', '.join(guards)}",
            *indented(story.guards(assessment, guards)),
            "If the test expects that, it should say so:",
            f'    assert_refused(deal, "{assessment.to}", because={{{because}}})',
            "",
        ]
    if len(refusals) > _MOST:
        lines += [f"And {len(refusals) - _MOST} more refused moves.", ""]
    lines.append(f"If it does not matter in this test, mark it with @pytest.mark.{MARKER}")
    return report(lines)
