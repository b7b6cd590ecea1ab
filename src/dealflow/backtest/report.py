"""What a backtest found: records without a word of prose, and their JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from dealflow.backtest.mapping import Strength
from dealflow.backtest.stats import Interval, Rule, Share, Tally
from dealflow.evidence import Text
from dealflow.values import Truth, Value, to_json

__all__ = [
    "ColumnReport",
    "Contrast",
    "GuardReport",
    "LinkReport",
    "Report",
    "Untested",
    "Warn",
]

UntestedReason: TypeAlias = Literal[
    "no_source",
    "part_without_source",
    "always_the_same",
    "absence_is_an_answer",
    "not_at_this_step",
    "one_source_each",
    "no_dates",
]
WarningId: TypeAlias = Literal[
    "hindsight",
    "only_closed_deals",
    "sources_assumed",
    "weak_links",
    "confounders",
    "many_comparisons",
]


@frozen
class GuardReport:
    """What one guard would have said of the closed deals.

    Attributes:
        guard: its id.
        walk_away: whether it is a walk-away guard.
        truths: for each truth, the deals for which it came out so; every truth is there.
        rules: ``refuted`` stops when the guard is known bad, ``unknown`` when nobody knows,
            ``not_true`` unless it is known good.
        possible: the truths that it can come out with under this mapping, whatever the data;
            ``None`` when there are too many combinations to try.
        without_source: the facts, roles and attributes it reads that no column speaks of.
        weakest: the strength of the weakest link that it rests on; ``None`` when it has none.
    """

    guard: str
    walk_away: bool
    truths: Mapping[Truth, Tally]
    rules: tuple[Rule, ...]
    possible: tuple[Truth, ...] | None
    without_source: tuple[str, ...]
    weakest: Strength | None


@frozen
class ColumnReport:
    """How a column goes with winning and losing, whether it is mapped or not.

    Attributes:
        column: its name.
        mapped: whether the mapping makes evidence of it.
        values: the deals by value, most frequent first; empty when it has too many values.
        association: from 0 to 1, see :func:`~dealflow.backtest.association`; ``None`` when it has
            too many values.
    """

    column: str
    mapped: bool
    values: Mapping[str, Tally]
    association: float | None


@frozen
class LinkReport:
    """What a link made of its column.

    Attributes:
        column: the column.
        subject: the fact that it speaks for, or the contact whose roles it gives.
        strength: how well.
        note: why.
        source: the kind and the name of the source that is taken to have said it.
        stated: the deals by the value stated; empty when there are too many values.
        nobody_knows: the deals in which nobody knows.
        says_nothing: the deals in which the column says something, but not about the subject.
    """

    column: str
    subject: str
    strength: Strength
    note: Text
    source: tuple[str, str]
    stated: Mapping[Value | tuple[str, ...], Tally]
    nobody_knows: Tally
    says_nothing: Tally


@frozen
class Contrast:
    """A "no" beside "nobody knows", for a fact that is yes or no: they must never be merged.

    Attributes:
        column: the column.
        fact: the fact.
        yes: the deals with a yes.
        no: the deals with a no.
        nobody_knows: the deals in which nobody knows.
        apart: whether the intervals of the shares lost of the last two do not overlap.
        opposite: whether one lies above the base rate, and the other below.
    """

    column: str
    fact: str
    yes: Tally
    no: Tally
    nobody_knows: Tally
    apart: bool
    opposite: bool


@frozen
class Untested:
    """Something of the playbook that the data cannot test.

    Attributes:
        subject: the guard's id; empty for what concerns the whole playbook.
        reason: ``no_source`` (no column speaks of anything the guard reads),
            ``part_without_source`` (of some of it), ``always_the_same`` (one truth for every
            deal), ``absence_is_an_answer`` (it counts what the data does not have, and takes
            that for an answer), ``not_at_this_step`` (looked at only later), ``one_source_each``
            (no contradiction can arise), ``no_dates`` (nothing can go out of date).
        details: the facts, roles and attributes concerned, or the one truth.
    """

    subject: str
    reason: UntestedReason
    details: tuple[str, ...] = ()


@frozen
class Warn:
    """Something to keep in mind when reading the report.

    Attributes:
        id: ``hindsight`` (values may have been filled in after the outcome), ``only_closed_deals``
            (deals that nobody closed are not there), ``sources_assumed`` (the mapping, and not the
            data, says who said it), ``weak_links``, ``confounders`` (columns that aren't mapped go
            more strongly with the outcome than any that is), ``many_comparisons`` (so many rules
            were tried that a few look good by chance).
        details: the columns concerned, or the number of rules.
    """

    id: WarningId
    details: tuple[str, ...] = ()


@frozen
class Report:
    """What a policy would have done to deals that are closed.

    Attributes:
        playbook: the playbook's id.
        version: its version.
        fingerprint: its fingerprint.
        step: the step at which the deals were judged.
        at: the instant at which they were judged; ``None`` when each had its own.
        deals: all that were judged.
        ignored: the number of rows left out.
        verdicts: the deals by verdict; every verdict is there.
        policy: the rules of the whole policy: ``walk_away`` stops at that verdict, ``not_ready``
            at every other than READY, ``conditions_not_good`` unless enough walk-away conditions
            are known good, ``any_unknown`` when nobody knows about one of them,
            ``refuted_<k>`` when at least k of them are refuted.
        guards: one for each guard looked at.
        contrasts: "no" beside "nobody knows".
        links: one for each link of the mapping.
        columns: every column but id and outcome, those most strongly associated first.
        adjusted_for: the column whose values ``expected`` and ``adjusted_lift`` hold constant.
        untested: what the data cannot test.
        warnings: what to keep in mind.
    """

    playbook: str
    version: str
    fingerprint: str
    step: str
    at: datetime | None
    deals: Tally
    ignored: int
    verdicts: Mapping[str, Tally]
    policy: tuple[Rule, ...]
    guards: tuple[GuardReport, ...]
    contrasts: tuple[Contrast, ...]
    links: tuple[LinkReport, ...]
    columns: tuple[ColumnReport, ...]
    adjusted_for: str | None
    untested: tuple[Untested, ...]
    warnings: tuple[Warn, ...]

    def to_data(self) -> dict[str, object]:
        """The report as JSON data: ids, counts, and shares rounded to six places."""
        return {
            "playbook": {
                "id": self.playbook,
                "version": self.version,
                "fingerprint": self.fingerprint,
            },
            "step": self.step,
            "at": None if self.at is None else self.at.isoformat().replace("+00:00", "Z"),
            "deals": {**_tally(self.deals), "base_rate": _share(self.deals.loss)},
            "ignored": self.ignored,
            "verdicts": {verdict: _tally(tally) for verdict, tally in self.verdicts.items()},
            "policy": [_rule(rule) for rule in self.policy],
            "guards": [_guard(guard) for guard in self.guards],
            "contrasts": [_contrast(contrast) for contrast in self.contrasts],
            "links": [_link(link) for link in self.links],
            "columns": [_column(column) for column in self.columns],
            "adjusted_for": self.adjusted_for,
            "untested": [
                {"subject": u.subject, "reason": u.reason, "details": list(u.details)}
                for u in self.untested
            ],
            "warnings": [{"id": w.id, "details": list(w.details)} for w in self.warnings],
        }


def _round(number: float | None) -> float | None:
    # The last digits of a float differ between machines; of a share, nobody needs the seventh.
    return None if number is None else round(number, 6)


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(end, 6) for end in interval]


def _tally(tally: Tally) -> dict[str, object]:
    return {"lost": tally.lost, "won": tally.won}


def _share(share: Share) -> dict[str, object]:
    return {
        "count": share.count,
        "of": share.of,
        "value": _round(share.value),
        "interval": _ends(share.interval),
    }


def _with_loss(tally: Tally) -> dict[str, object]:
    return {**_tally(tally), "lost_share": _share(tally.loss)}


def _rule(rule: Rule) -> dict[str, object]:
    lift = rule.lift
    return {
        "id": rule.id,
        "lost_stopped": rule.stopped.lost,
        "won_stopped": rule.stopped.won,
        "precision": _share(rule.precision),
        "recall": _share(rule.recall),
        "won_stopped_share": _share(rule.won_stopped),
        "lift": lift and {"value": _round(lift.value), "interval": _ends(lift.interval)},
        "expected_lost": _round(rule.expected),
        "adjusted_lift": _round(rule.adjusted_lift),
        "evidence": rule.evidence,
    }


def _guard(guard: GuardReport) -> dict[str, object]:
    return {
        "guard": guard.guard,
        "walk_away": guard.walk_away,
        "truths": {truth.value: _with_loss(tally) for truth, tally in guard.truths.items()},
        "rules": [_rule(rule) for rule in guard.rules],
        "possible": None if guard.possible is None else [t.value for t in guard.possible],
        "without_source": list(guard.without_source),
        "weakest": guard.weakest,
    }


def _contrast(contrast: Contrast) -> dict[str, object]:
    return {
        "column": contrast.column,
        "fact": contrast.fact,
        "yes": _with_loss(contrast.yes),
        "no": _with_loss(contrast.no),
        "nobody_knows": _with_loss(contrast.nobody_knows),
        "apart": contrast.apart,
        "opposite": contrast.opposite,
    }


def _value(value: Value | tuple[str, ...]) -> object:
    return list(value) if isinstance(value, tuple) else to_json(value)


def _link(link: LinkReport) -> dict[str, object]:
    return {
        "column": link.column,
        "subject": link.subject,
        "strength": link.strength,
        "note": {"en": link.note.en, "zh": link.note.zh},
        "source": list(link.source),
        "stated": [{"value": _value(v), **_with_loss(t)} for v, t in link.stated.items()],
        "nobody_knows": _with_loss(link.nobody_knows),
        "says_nothing": _with_loss(link.says_nothing),
    }


def _column(column: ColumnReport) -> dict[str, object]:
    return {
        "column": column.column,
        "mapped": column.mapped,
        "values": [{"value": v, **_with_loss(t)} for v, t in column.values.items()],
        "association": _round(column.association),
    }
