"""From counts to the report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dealflow.assessment import Verdict
from dealflow.backtest.count import OTHERS, Counts, Group, Stops
from dealflow.backtest.limits import possible_truths, untested, weakest_link, without_source
from dealflow.backtest.mapping import ColumnMapping, Silence
from dealflow.backtest.report import ColumnReport, Contrast, GuardReport, LinkReport, Report, Warn
from dealflow.backtest.stats import Rule, Tally, association
from dealflow.playbook import Playbook, WalkAway
from dealflow.values import Truth, ValueType

__all__ = ["summarise"]

_MOST_CONFOUNDERS = 5


def summarise(playbook: Playbook, counts: Counts) -> Report:
    """Make the report of counted deals."""
    mapping = counts.mapping
    deals = _total(counts)
    columns = sorted(_columns(counts), key=lambda c: (-(c.association or 0.0), c.column))
    adjusted_for = _column_to_adjust_for(mapping, columns)
    rules = _Rules(counts, deals, adjusted_for)
    policy = tuple(_policy(playbook, counts, rules))
    guards = tuple(_guard(playbook, counts, rules, guard) for guard in _looked_at(playbook, counts))
    links = tuple(_links(counts))
    return Report(
        playbook=playbook.id,
        version=playbook.version,
        fingerprint=playbook.fingerprint,
        step=mapping.step,
        at=mapping.at if isinstance(mapping.at, datetime) else None,
        deals=deals,
        ignored=counts.ignored,
        verdicts={v.value: _total(counts, _has_verdict(v)) for v in Verdict},
        policy=policy,
        guards=guards,
        contrasts=tuple(_contrasts(mapping, links, deals)),
        links=links,
        columns=tuple(columns),
        adjusted_for=adjusted_for.column if adjusted_for else None,
        untested=tuple(untested(playbook, mapping, guards)),
        warnings=tuple(
            _warnings(mapping, columns, (*policy, *(r for g in guards for r in g.rules)))
        ),
    )


def _total(counts: Counts, stops: Stops | None = None) -> Tally:
    chosen = (g.tally for g in counts.groups.values() if stops is None or stops(g))
    return sum(chosen, Tally())


def _has_verdict(verdict: Verdict) -> Stops:
    return lambda group: group.verdict is verdict


def _columns(counts: Counts) -> Iterator[ColumnReport]:
    apart = (counts.mapping.file.id, counts.mapping.outcome.column)
    for i, column in enumerate(counts.columns):
        if column not in apart:
            values = counts.by_value(i)
            v = association(values.values()) if values else None
            yield ColumnReport(column, column in counts.mapping.evidence, values, v)


def _column_to_adjust_for(
    mapping: ColumnMapping, columns: list[ColumnReport]
) -> ColumnReport | None:
    """The column that the mapping names, or the one not mapped that says most; if any does."""
    # They come sorted: the first that fits goes with the outcome most strongly.
    for column in columns:
        wanted = column.column == mapping.adjust_for
        if column.association and (wanted or (mapping.adjust_for is None and not column.mapped)):
            return column
    return None


class _Rules:
    """Makes rules out of what they stop."""

    def __init__(self, counts: Counts, deals: Tally, adjusted_for: ColumnReport | None) -> None:
        self.counts = counts
        self.deals = deals
        self.adjusted_for = adjusted_for

    def make(self, name: str, stops: Stops) -> Rule:
        stopped = _total(self.counts, stops)
        return Rule(name, stopped, self.deals, self._expected(stops) if stopped.total else None)

    def _expected(self, stops: Stops) -> float | None:
        if self.adjusted_for is None:
            return None
        index = self.counts.columns.index(self.adjusted_for.column)
        stopped = self.counts.by_value(index, stops)
        # The rates are of all the deals, the stopped ones included: this draws the adjusted lift
        # towards 1, which is the safe side. Without them there is no rate where a rule stops all
        # deals of a value.
        everything = self.adjusted_for.values
        return sum(
            tally.total * everything[value].lost / everything[value].total
            for value, tally in stopped.items()
        )


def _policy(playbook: Playbook, counts: Counts, rules: _Rules) -> Iterator[Rule]:
    yield rules.make("walk_away", _has_verdict(Verdict.WALK_AWAY))
    yield rules.make("not_ready", lambda group: group.verdict is not Verdict.READY)
    policy = playbook.walk_away
    watched = [g for g in _looked_at(playbook, counts) if policy and g in policy.guards]
    if policy is None or not watched:
        return
    yield rules.make("conditions_not_good", _not_enough(policy, watched))
    yield rules.make("any_unknown", lambda group: _number(group, watched, Truth.UNKNOWN) > 0)
    for k in range(1, len(watched) + 1):
        yield rules.make(f"refuted_{k}", _so_many_refuted(watched, k))


def _number(group: Group, guards: list[str], truth: Truth) -> int:
    return sum(group.truths[guard] is truth for guard in guards)


def _not_enough(policy: WalkAway, guards: list[str]) -> Stops:
    enough = policy.enough(len(guards))
    return lambda group: _number(group, guards, Truth.TRUE) < enough


def _so_many_refuted(guards: list[str], k: int) -> Stops:
    return lambda group: _number(group, guards, Truth.FALSE) >= k


def _looked_at(playbook: Playbook, counts: Counts) -> list[str]:
    """The guards that matter to a move out of the step, in playbook order; walk-away ones last."""
    plans = playbook.plans[counts.mapping.step]
    own = [guard for plan in plans for guard in plan.needed]
    return list(dict.fromkeys([*own, *(guard for plan in plans for guard in plan.looked_at)]))


def _guard(playbook: Playbook, counts: Counts, rules: _Rules, guard: str) -> GuardReport:
    condition = playbook.guard_condition[guard]

    def came_out(truth: Truth) -> Stops:
        return lambda group: group.truths.get(guard) is truth

    def not_true(group: Group) -> bool:
        return group.truths.get(guard, Truth.TRUE) is not Truth.TRUE

    policy = playbook.walk_away
    return GuardReport(
        guard=guard,
        walk_away=policy is not None and guard in policy.guards,
        truths={truth: _total(counts, came_out(truth)) for truth in Truth},
        rules=(
            rules.make("refuted", came_out(Truth.FALSE)),
            rules.make("unknown", came_out(Truth.UNKNOWN)),
            rules.make("not_true", not_true),
        ),
        possible=possible_truths(playbook, counts.mapping, guard),
        without_source=without_source(condition, counts.mapping),
        weakest=weakest_link(condition, counts.mapping),
    )


def _links(counts: Counts) -> Iterator[LinkReport]:
    mapping = counts.mapping
    stated = [
        {value: Tally(*ended) for value, ended in tallies.items()} for tallies in counts.stated
    ]
    # The links come first, and the people behind them.
    for link, tallies in zip(mapping.links, stated, strict=False):
        yield LinkReport(
            column=link.column,
            subject=link.fact,
            strength=link.strength,
            note=link.note,
            source=link.source,
            nobody_knows=tallies.pop(Silence.NOBODY_KNOWS, Tally()),
            says_nothing=tallies.pop(Silence.SAYS_NOTHING, Tally()),
            stated=_ordered(tallies),
        )
    for person, tallies in zip(mapping.contacts, stated[len(mapping.links) :], strict=True):
        if person.roles_from is not None:
            yield LinkReport(
                column=person.roles_from.column,
                subject=person.id,
                strength=person.roles_from.strength,
                note=person.roles_from.note,
                source=("observation", "us"),
                stated=_ordered(tallies),
                nobody_knows=Tally(),
                says_nothing=Tally(),
            )


def _ordered(tallies: dict[Any, Tally]) -> dict[Any, Tally]:
    if OTHERS in tallies:
        return {}
    return {value: tallies[value] for value in sorted(tallies, key=str)}


def _contrasts(
    mapping: ColumnMapping, links: tuple[LinkReport, ...], deals: Tally
) -> Iterator[Contrast]:
    for link in links:
        fact = mapping.playbook.fact.get(link.subject)
        if fact is None or fact.type is not ValueType.YES_NO:
            continue
        no, nobody = link.stated.get(False, Tally()), link.nobody_knows
        if no.total and nobody.total:
            yes = link.stated.get(True, Tally())
            yield Contrast(link.column, fact.id, yes, no, nobody, *_compare(no, nobody, deals))


def _compare(no: Tally, nobody: Tally, deals: Tally) -> tuple[bool, bool]:
    """Whether the intervals are apart, and whether the shares lie on both sides of the base."""
    one, other = no.loss.interval, nobody.loss.interval
    # That two 95 % intervals lie apart asks for more than a test of the difference at 5 % would;
    # that they overlap does not say that there is no difference.
    apart = bool(one and other and (one[1] < other[0] or other[1] < one[0]))
    # lost/total against lost/total, in whole numbers
    sides = [t.lost * deals.total - deals.lost * t.total for t in (no, nobody)]
    return apart, sides[0] * sides[1] < 0


def _warnings(
    mapping: ColumnMapping, columns: list[ColumnReport], rules: tuple[Rule, ...]
) -> Iterator[Warn]:
    yield Warn("hindsight")
    yield Warn("only_closed_deals")
    yield Warn("sources_assumed")
    linked = [(link.column, link.strength) for link in mapping.links]
    linked += [
        (p.roles_from.column, p.roles_from.strength) for p in mapping.contacts if p.roles_from
    ]
    if weak := [column for column, strength in linked if strength == "weak"]:
        yield Warn("weak_links", tuple(dict.fromkeys(weak)))
    best = max((c.association or 0.0 for c in columns if c.mapped), default=0.0)
    stronger = [c.column for c in columns if not c.mapped and (c.association or 0.0) > best]
    if stronger:
        yield Warn("confounders", tuple(stronger[:_MOST_CONFOUNDERS]))
    # A rule that stops all deals or none compares nothing.
    tried = sum(0 < rule.stopped.total < rule.deals.total for rule in rules)
    if tried > 1:
        yield Warn("many_comparisons", (str(tried),))
