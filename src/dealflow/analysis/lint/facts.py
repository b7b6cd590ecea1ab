"""Lint of facts, questions, roles and sources: declared and not used, or used and not asked."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dealflow.analysis.lint.findings import LintFinding, found
from dealflow.analysis.phrases import either, listed
from dealflow.conditions import Condition, Covered, Disputed, Dissent, Missing, Quantified
from dealflow.evidence import ANY_ROLE, SELF, US, Fact, Question
from dealflow.message import message
from dealflow.playbook import Playbook

__all__ = ["lint_facts", "needed_facts"]


def lint_facts(playbook: Playbook) -> Iterator[LintFinding]:
    """What is wrong with facts, their questions and sources, and with roles."""
    use = _Use.of(playbook)
    for fact in playbook.facts:
        yield from _fact(playbook, fact, use)
    for role in playbook.roles:
        if role.id not in use.roles:
            said = message("no condition, source or question names it")
            yield found("D302", f"roles.{role.id}", said)
        elif role.ask is None and role.id in use.sought:
            said = message(
                "{guard} needs somebody in this role, but no question finds out"
                " who holds it: name one in ask",
                guard=use.sought[role.id],
            )
            yield found("D307", f"roles.{role.id}", said)


@frozen
class _Use:
    """What reads what.

    Attributes:
        facts: the ids of facts that something reads.
        questions: the ids of questions asked for other reasons than to establish their facts.
        roles: the ids of roles that something names.
        sought: from the roles without whose holders a guard is unknown to the first such guard.
        needed: from facts to the first guard that needs them established.
        kept_up: from facts to the first such guard that is checked again at later steps.
    """

    facts: frozenset[str]
    questions: frozenset[str]
    roles: frozenset[str]
    sought: dict[str, str]
    needed: dict[str, str]
    kept_up: dict[str, str]

    @classmethod
    def of(cls, playbook: Playbook) -> _Use:
        conditions = list(_conditions(playbook))
        facts = {fact.id for condition in conditions for fact in condition.facts}
        roles = {role for condition in conditions for role in condition.roles}
        for fact in playbook.facts:
            roles.update(fact.sources.roles, fact.final_word, *(q.of for q in fact.ask))
        if playbook.trial_close is not None:
            facts.update({playbook.trial_close.fact, playbook.trial_close.gap_fact or ""})
            facts.add(playbook.trial_close.reason or "")
        asked = {role.ask for role in playbook.roles}
        asked |= {*playbook.coaching.asked.values(), *(f.ask for f in playbook.red_flags)}
        needed: dict[str, str] = {}
        kept_up: dict[str, str] = {}
        last = len(playbook.steps) - 1
        special = playbook.walk_away.guards if playbook.walk_away else ()
        sought: dict[str, str] = {}
        for guard, condition in playbook.guard_condition.items():
            for fact in needed_facts(condition):
                needed.setdefault(fact.id, guard)
                # of walk-away guards other rules tell the same, and more
                if (
                    guard not in special
                    and playbook.guard[guard].standing
                    and 0 <= playbook.last_asked(guard) < last
                ):
                    kept_up.setdefault(fact.id, guard)
            for node in condition.walk():
                if isinstance(node, Covered | Quantified):
                    sought.setdefault(node.role, guard)
        everything = {role.id for role in playbook.roles} if ANY_ROLE in roles else set()
        return cls(
            frozenset(facts),
            frozenset(question for question in asked if question is not None),
            frozenset(roles | everything),
            sought,
            needed,
            kept_up,
        )


def _conditions(playbook: Playbook) -> Iterator[Condition]:
    yield from playbook.guard_condition.values()
    for flag in playbook.red_flags:
        yield playbook.condition(f"red_flags.{flag.id}")
    for paper in playbook.papers:
        if paper.when is not None:
            yield playbook.condition(f"papers.{paper.id}")
    for invariant in playbook.invariant.values():
        yield invariant.condition


def needed_facts(condition: Condition) -> tuple[Fact, ...]:
    """The facts that a condition needs established; ``missing`` and ``disputed`` never ask."""
    kinds = (Missing, Disputed, Dissent)
    asking = (node for node in condition.walk() if not isinstance(node, kinds))
    return tuple(dict.fromkeys(fact for node in asking for fact in node.reads))


def _fact(playbook: Playbook, fact: Fact, use: _Use) -> Iterator[LintFinding]:
    place = f"facts.{fact.id}"
    if fact.id in use.needed and not fact.ask and not _answer_of_trial_close(playbook, fact):
        said = message(
            "guard {guard} needs it, but no question establishes it", guard=use.needed[fact.id]
        )
        yield found("D303", place, said)
    elif fact.id not in use.facts and fact.id != playbook.coaching.called:
        if not fact.ask:
            yield found("D301", place, message("nothing reads it, and no question asks for it"))
        for question in fact.ask:
            if use.questions.isdisjoint(other.id for other in fact.ask):
                said = message(
                    "nobody needs the answer: no guard, red flag or paper reads the fact"
                )
                yield found("D304", f"{place}.ask.{question.id}", said)
    yield from _sources(playbook, fact)
    yield from _never_ages(fact, use)


def _answer_of_trial_close(playbook: Playbook, fact: Fact) -> bool:
    """A trial close asks by itself."""
    close = playbook.trial_close
    return close is not None and fact.id in (close.fact, close.gap_fact, close.reason)


def _never_ages(fact: Fact, use: _Use) -> Iterator[LintFinding]:
    """A fact that holds up a guard at later steps, too, however long ago it was told."""
    guard = use.kept_up.get(fact.id)
    if guard is not None and fact.good_for is None:
        said = message(
            "guard {guard} rests on it at later steps as well, and an old answer counts for ever:"
            " give it a good_for, or a comment that says why it cannot age:"
            " '# lint: allow D308 ...'",
            guard=guard,
        )
        yield found("D308", f"facts.{fact.id}", said)


def _sources(playbook: Playbook, fact: Fact) -> Iterator[LintFinding]:
    rule, place = fact.sources, f"facts.{fact.id}.sources"
    if not fact.ask:
        return
    if rule.roles and not rule.documents:
        if not any(_may_answer(question, rule.roles) for question in fact.ask):
            said = message(
                "only the word of {roles} counts, but its questions are for others: {whom}",
                roles=either(rule.roles),
                whom=listed(dict.fromkeys(r for question in fact.ask for r in question.of)),
            )
            yield found("D306", f"{place}.roles", said)
        if all(role != SELF and playbook.role[role].ask is None for role in rule.roles):
            said = message(
                "only the word of {roles} counts, but no question finds out who that is",
                roles=either(rule.roles),
            )
            yield found("D306", f"{place}.roles", said)
    himself = fact.of == "contact" and not any(question.of for question in fact.ask)
    ourselves = all(question.of == (US,) for question in fact.ask)
    if rule.at_least > 1 and (himself or ourselves):
        said = message(
            "{n} sources are required, but its questions are for {whom} only",
            n=rule.at_least,
            whom=message("the person himself") if himself else message("our own side"),
        )
        yield found("D306", f"{place}.at_least", said)


def _may_answer(question: Question, roles: tuple[str, ...]) -> bool:
    return not question.of or not set(question.of).isdisjoint(roles)
