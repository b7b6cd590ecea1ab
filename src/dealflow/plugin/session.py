"""One run of pytest: the playbook under test, and what every test did to its deals."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from time import perf_counter

import pytest

from dealflow.analysis import Observation
from dealflow.deal import observing
from dealflow.exceptions import InputError
from dealflow.playbook import Playbook
from dealflow.plugin.options import Options
from dealflow.plugin.playbook import MISSING, playbook_of
from dealflow.plugin.sightings import check_place
from dealflow.testing import Refusal, Watch
from dealflow.testing.explain import Story, indented, report
from dealflow.testing.watch import looked_at

__all__ = ["Run", "run_of"]

_RUN = pytest.StashKey["Run"]()


def run_of(config: pytest.Config) -> Run:
    """The run of a configuration; made when first asked for."""
    if _RUN not in config.stash:
        config.stash[_RUN] = Run(config)
    return config.stash[_RUN]


class Run:
    """What dealflow keeps while pytest runs.

    Attributes:
        config: pytest's configuration.
        options: dealflow's options.
        observations: by the id of a test, what it saw of deals; only where something needs them.
        verbs: by the id of a test, the verbs besides moves that it tried.
        durations: by the id of a test, the seconds that it took.
        mutant: the playbook that stands in for the one under test at the moment.
        others: what other processes cover of the playbook, as data.
        notes: lines for the end of pytest's report.
        failing: whether the run fails, even if every test passes.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options = Options.of(config)
        self.observations: dict[str, tuple[Observation, ...]] = {}
        self.verbs: dict[str, set[str]] = {}
        self.durations: dict[str, float] = {}
        self.mutant: Playbook | None = None
        self.others: list[object] = []
        self.notes: list[str] = []
        self.failing = False
        self._test = ExitStack()
        # One for all tests: an event loop that several tests share keeps the context of the first.
        self._watch = Watch()
        self._began = 0.0
        self._failed = False

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
        """The playbook under test, or the mutant that stands in for it.

        Raises:
            pytest.fail.Exception: the ini key is not set.
        """
        return self.mutant or self.under_test

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

    @contextmanager
    def mutated(self, mutant: Playbook) -> Generator[None]:
        """For the time of a ``with`` block a mutant stands in for the playbook under test."""
        self.mutant = mutant
        try:
            yield
        finally:
            self.mutant = None

    def stands_for(self, playbook: Playbook) -> Playbook | None:
        """The playbook under test, for the mutant that stands in for it; else ``None``."""
        return self.original if playbook is self.mutant else None

    # one test

    def begin(self) -> None:
        """A test is set up."""
        # a test that was interrupted may have left its watch on
        self.end()
        swap = {}
        if self.mutant is not None and self.original is not None:
            swap = {self.original.fingerprint: self.mutant}
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
        # what tests do under a mutant is no observation of the playbook
        if self.options.observes and self.mutant is None:
            self.observations[item.nodeid] = self._watch.observations
            self.verbs[item.nodeid] = self._watch.verbs
            self.durations[item.nodeid] = perf_counter() - self._began
        # a test that failed has said enough
        if unseen and not self._failed and item.get_closest_marker(MARKER) is None:
            pytest.fail(told(unseen), pytrace=False)

    def end(self) -> None:
        """Nothing is watched any more."""
        self._test.close()
        self._watch.restart({})

    def observed(self) -> Iterator[Observation]:
        """What all tests saw of deals under the playbook under test."""
        for observations in self.observations.values():
            for observation in observations:
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
