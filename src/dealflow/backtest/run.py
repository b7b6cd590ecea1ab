"""The two ways to run a backtest: deal by deal, and summed up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import frozen

from dealflow.assessment import Judgement
from dealflow.backtest.checks import checked, under
from dealflow.backtest.count import Counts
from dealflow.backtest.deal import ClosedDeal, JudgingKey, judge
from dealflow.backtest.file import read_mapping
from dealflow.backtest.mapping import ColumnMapping
from dealflow.backtest.report import Report
from dealflow.backtest.summary import summarise
from dealflow.playbook import Playbook

__all__ = ["JudgedDeal", "backtest", "judge_deals", "load_mapping"]

_MOST_REMEMBERED = 100_000
_EVERY = 256


@frozen
class JudgedDeal:
    """A closed deal with its findings and verdict.

    Attributes:
        deal: the deal.
        judgement: the findings of the move out of the step, and the verdict.
    """

    deal: ClosedDeal
    judgement: Judgement


def load_mapping(path: str | Path) -> ColumnMapping:
    """Load a mapping file and the playbook that it names.

    The playbook is a shipped one by its id, or a path relative to the mapping file.

    Raises:
        InputError: it cannot be read, is no mapping, or does not fit its playbook; with every
            problem and its place.
    """
    return checked(read_mapping(path), str(path))


def judge_deals(
    playbook: Playbook,
    mapping: ColumnMapping,
    deals: Iterable[ClosedDeal],
    *,
    remember: int = _MOST_REMEMBERED,
) -> Iterator[JudgedDeal]:
    """Give each deal its findings and verdict at the mapping's step.

    Args:
        playbook: the rules; ``mapping.playbook``, or another version of it.
        mapping: how the deals were read.
        deals: as :func:`read_deals` gives them; those to be left out are.
        remember: how many judgements to keep, so that deals of which the same is known are judged
            once; 0 judges every deal.

    Raises:
        InputError: the mapping does not fit the playbook, or a deal cannot be recorded.
    """
    mapping = under(mapping, playbook)
    known: dict[JudgingKey, Judgement] = {}
    for deal in deals:
        if deal.won is None:
            continue
        # Files hold many deals of which the same is known, and judging is what takes time.
        key = deal.key
        judgement = known.get(key)
        if judgement is None:
            judgement = judge(playbook, mapping, deal)
            # When it is full, it stays as it is: rows come in no order, so that no judgement is
            # more likely than another to be wanted again.
            if len(known) < remember:
                known[key] = judgement
        yield JudgedDeal(deal, judgement)


def backtest(
    playbook: Playbook,
    mapping: ColumnMapping,
    deals: Iterable[ClosedDeal],
    progress: Callable[[int], object] | None = None,
    *,
    remember: int = _MOST_REMEMBERED,
) -> Report:
    """Judge closed deals, and count what the playbook would have stopped.

    Args:
        playbook: the rules; ``mapping.playbook``, or another version of it.
        mapping: how the deals were read.
        deals: as :func:`read_deals` gives them; taken one at a time.
        progress: called with the number of rows done, every few hundred and at the end.
        remember: as for :func:`judge_deals`.

    Raises:
        InputError: a deal cannot be read or recorded, or the mapping does not fit the playbook.
    """
    counts = Counts(under(mapping, playbook))

    def closed() -> Iterator[ClosedDeal]:
        done = 0
        for done, deal in enumerate(deals, 1):
            if progress is not None and not done % _EVERY:
                progress(done)
            if deal.won is None:
                counts.ignored += 1
            else:
                yield deal
        if progress is not None:
            progress(done)

    for judged in judge_deals(playbook, mapping, closed(), remember=remember):
        counts.add(judged.deal, judged.judgement)
    return summarise(playbook, counts)
