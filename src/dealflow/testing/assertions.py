"""Assertions about deals, which say in a sales person's words what was found instead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dealflow.assessment import Ask, Assessment, Finding, Refused, Verdict
from dealflow.deal import Deal
from dealflow.exceptions import InputError, MoveNotAllowed, Problem
from dealflow.message import message
from dealflow.testing.explain import Story, aside, indented, report
from dealflow.testing.misuse import KINDS, briefly, check_ids
from dealflow.testing.watch import looked_at
from dealflow.trail import Entry
from dealflow.values import Truth, utc

__all__ = ["assert_asks", "assert_conflict", "assert_moves", "assert_refused", "assert_walks_away"]


@briefly
def assert_moves(deal: Deal, to: str | None = None, at: datetime | None = None) -> Entry:
    """Move a deal forward; it has to pass.

    Args:
        deal: the deal; it has moved afterwards.
        to: the step, or ``fulfilled``; without it, wherever the deal goes.
        at: when; by default at the time of the deal's last entry.

    Returns:
        The entry of the move.

    Raises:
        AssertionError: the move was refused, or there is none.
        InputError: the playbook has no such step.
    """
    __tracebackhide__ = True
    check_ids(deal.playbook, steps=_some(to))
    at = _known(deal, at)
    try:
        return deal.advance(by=deal.trail[-1].by, at=at, to=to)
    except MoveNotAllowed as error:
        raise AssertionError(_no_move(deal, error)) from None
    except Refused as refused:
        story, assessment = Story.of(deal, at), refused.assessment
        lines = [
            f"{story.head(assessment)}. It was expected to move.",
            *_blocks(story, assessment, "In the way", [f.guard for f in refused.findings]),
            *story.way_out(to),
        ]
        raise AssertionError(report(lines)) from None


@briefly
def assert_refused(
    deal: Deal,
    to: str | None = None,
    *,
    because: str | Collection[str],
    at: datetime | None = None,
) -> Refused:
    """Try to move a deal forward; it has to be refused, by exactly these guards.

    Args:
        deal: the deal; the refused attempt is in its trail afterwards.
        to: the step, or ``fulfilled``; without it, the first that is ready, or else the first.
        because: the ids of all guards that stand in the way.
        at: when; by default at the time of the deal's last entry.

    Returns:
        The refusal.

    Raises:
        AssertionError: the move passed, or other guards stood in its way.
        InputError: no guard is named, or the playbook has no such guard or step.
    """
    __tracebackhide__ = True
    expected = _ids(because, "because", "guard")
    check_ids(deal.playbook, steps=_some(to), guards=expected)
    at = _known(deal, at)
    trail = deal.trail
    try:
        deal.advance(by=trail[-1].by, at=at, to=to)
    except MoveNotAllowed as error:
        raise AssertionError(_no_move(deal, error)) from None
    except Refused as refused:
        found = {finding.guard for finding in refused.findings}
        # exactly these: with one guard more a test would pass for a reason that it does not name
        if found == expected:
            return refused
        story, assessment = Story.of(deal, at), refused.assessment
        lines = [
            f"{story.head(assessment)}. It was refused, but not by the guards expected.",
            *_others(story, assessment, expected - found),
            *_blocks(story, assessment, "Was refused for other reasons", found - expected),
            *_named("As expected, in the way", expected & found),
            *(story.way_out(to) if found - expected else ()),
        ]
        raise AssertionError(report(lines)) from None
    # told of the deal before the move, where the guards were looked at
    story = Story(deal.playbook, trail, at)
    assessment = story.assess(to)
    lines = [
        f"{story.head(assessment)}. It moved, and was expected to be refused.",
        *_others(story, assessment, expected),
    ]
    raise AssertionError(report(lines))


@briefly
def assert_walks_away(
    deal: Deal, because: str | Collection[str] | None = None, at: datetime | None = None
) -> Assessment:
    """The verdict on a deal is to walk away.

    Args:
        deal: the deal; it stays as it is.
        because: the ids of all guards whose refusal calls for it; without it, whichever.
        at: when; by default at the time of the deal's last entry.

    Returns:
        The assessment.

    Raises:
        AssertionError: the verdict is another, or has other reasons.
        InputError: no guard is named, or the playbook has no such guard.
    """
    __tracebackhide__ = True
    expected = None if because is None else _ids(because, "because", "guard")
    check_ids(deal.playbook, guards=expected or ())
    at = _known(deal, at)
    assessment = deal.assess(at=at)
    policy = deal.playbook.walk_away
    at_once = policy.at_once if policy else ()
    found = {
        f.guard for f in assessment.findings if f.refuted and (f.walk_away or f.guard in at_once)
    }
    watched = {f.guard for f in assessment.findings if f.walk_away or f.guard in at_once}
    story = Story.of(deal, at)
    if assessment.verdict is not Verdict.WALK_AWAY:
        lines = [
            f"{story.head(assessment)}. The verdict was expected to be: walk away.",
            *_blocks(story, assessment, "The walk-away guards", expected or watched),
            *_strange(story, assessment, (expected or set()).difference(watched)),
        ]
        if policy is not None:
            lines.append(story.words.policy(policy))
        raise AssertionError(report(lines))
    if expected is not None and found != expected:
        lines = [
            f"{story.head(assessment)}. That was expected, but for other reasons.",
            *_others(story, assessment, expected & watched - found, what="to be refuted"),
            *_strange(story, assessment, expected - watched),
            *_blocks(story, assessment, "Refuted, and not expected to be", found - expected),
            *_named("Refuted, as expected", expected & found),
        ]
        raise AssertionError(report(lines))
    return assessment


@briefly
def assert_asks(deal: Deal, *questions: str, at: datetime | None = None) -> tuple[Ask, ...]:
    """Some questions are among those to ask next.

    Args:
        deal: the deal; it stays as it is.
        questions: the ids of the questions.
        at: when; by default at the time of the deal's last entry.

    Returns:
        What is to be asked, with whom to ask: one or more for each question.

    Raises:
        AssertionError: a question is not to be asked now.
        InputError: no question is named, or the playbook has no such question.
    """
    __tracebackhide__ = True
    wanted = _ids(questions, "questions", "question")
    check_ids(deal.playbook, questions=wanted)
    at = _known(deal, at)
    assessment = deal.assess(at=at)
    asked = {ask.id for ask in assessment.questions}
    missing = [id for id in questions if id not in asked]
    if not missing:
        return tuple(ask for ask in assessment.questions if ask.id in wanted)
    story = Story.of(deal, at)
    lines = [f"{story.head(assessment)}. Not among the questions to ask next:"]
    facts = {question.id: fact for fact in deal.playbook.facts for question in fact.ask}
    for id in missing:
        lines += [f"  {id}: {story.words.quoted(facts[id].ask[0].text.english)}"]
        if facts[id].of == "deal":
            lines += indented(story.fact(facts[id]), "    ")
    asks = [f"{ask.id}: {story.words.question(ask)}" for ask in assessment.questions]
    lines += ["To ask next:", *indented(dict.fromkeys(asks or ["nothing"]))]
    raise AssertionError(report(lines))


@briefly
def assert_conflict(
    deal: Deal,
    guard: str,
    between: Collection[str] | None = None,
    at: datetime | None = None,
) -> Finding:
    """People contradict each other on what a guard decides.

    Args:
        deal: the deal; it stays as it is.
        guard: the id of the guard.
        between: the ids of all contacts, and the names of all documents, that contradict each
            other; without it, whoever.
        at: when; by default at the time of the deal's last entry.

    Returns:
        The guard's finding.

    Raises:
        AssertionError: there is no contradiction, or one between others; or the guard does not
            matter to the deal's next move.
        InputError: the playbook has no such guard, or the deal no such contact.
    """
    __tracebackhide__ = True
    people = None if between is None else _ids(between, "between", "contact")
    sources = {*deal.contacts, *(said.source for said in deal.statements.values())}
    check_ids(deal.playbook, guards=(guard,), people=(people or (), sources))
    at = _known(deal, at)
    assessment, finding = _finding(deal, guard, at)
    story = Story.of(deal, at)
    if finding is None:
        judged = ", ".join(f.guard for f in assessment.findings) or "none"
        lines = [
            f"{story.head(assessment)}. There is no contradiction to be seen on {guard}.",
            f"  {aside(deal.playbook, guard, assessment.step, assessment.to)}",
            f"These matter to it: {judged}",
        ]
        raise AssertionError(report(lines))
    if finding.truth is not Truth.CONFLICTED:
        lines = [
            f"{story.head(assessment)}. There is no contradiction on {guard}.",
            *indented(story.guard(finding)),
        ]
        raise AssertionError(report(lines))
    found = _between(deal, finding)
    if people is not None and people != found:
        lines = [
            f"{story.head(assessment)}. The contradiction is between others than expected.",
            *_named("Expected, but no part of it", people - found),
            *_named("Part of it, but not expected", found - people),
            *indented(story.guard(finding)),
        ]
        raise AssertionError(report(lines))
    return finding


def _finding(deal: Deal, guard: str, at: datetime) -> tuple[Assessment, Finding | None]:
    """A guard's finding, from the first forward move to which it matters."""
    first = deal.assess(at=at)
    for assessment in (first, *_other_ways(deal, first, at)):
        for finding in assessment.findings:
            if finding.guard == guard:
                return assessment, finding
    return first, None


def _other_ways(deal: Deal, first: Assessment, at: datetime) -> list[Assessment]:
    plans = deal.playbook.plans[deal.step]
    return [deal.assess(at=at, to=p.move.to) for p in plans if p.move.to != first.to]


def _between(deal: Deal, finding: Finding) -> set[str]:
    """Who made the statements on the points on which there is a contradiction."""
    yes = [made for id in finding.yes for made in deal.made_by(id)]
    no = [made for id in finding.no for made in deal.made_by(id)]
    # words for and against may be on different facts; only on one and the same do they contradict
    disputed = {(s.fact, s.about) for s in yes} & {(s.fact, s.about) for s in no}
    return {s.source for s in (*yes, *no) if (s.fact, s.about) in disputed}


# arguments


def _some(to: str | None) -> tuple[str, ...]:
    return () if to is None else (to,)


def _ids(given: str | Collection[str], place: str, what: str) -> set[str]:
    ids = {given} if isinstance(given, str) else set(given)
    if not ids:
        raise InputError([Problem(place, message("names no {kind}", kind=KINDS[what]))])
    return ids


def _known(deal: Deal, at: datetime | None) -> datetime:
    """The instant; and whoever refused this deal before has been looked at."""
    looked_at(deal)
    return deal.trail[-1].at if at is None else utc(at, "at")


# messages


def _no_move(deal: Deal, error: MoveNotAllowed) -> str:
    ways = ", ".join(plan.move.to for plan in deal.playbook.plans[deal.step])
    open_ = f"from {deal.step} there are moves to: {ways}"
    return f"{deal.id} ({deal.account}): {error}; {open_}"


def _blocks(story: Story, assessment: Assessment, head: str, guards: Collection[str]) -> list[str]:
    ids = [f.guard for f in assessment.findings if f.guard in guards]
    if not ids:
        return []
    return [f"{head}: {', '.join(ids)}", *indented(story.guards(assessment, ids))]


def _others(
    story: Story, assessment: Assessment, guards: Collection[str], what: str = "in the way"
) -> list[str]:
    """The guards that were expected and did not come, each with how it stands."""
    if not guards:
        return []
    lines = [f"Expected {what}, but not so: {', '.join(sorted(guards))}"]
    lines += indented(_asides(story, assessment, guards))
    lines += indented(story.guards(assessment, guards, asks=False))
    policy = story.deal.playbook.walk_away
    watched = [f for f in assessment.findings if f.guard in guards and not (f.needed or f.holds)]
    if policy is not None and watched:
        names = ", ".join(finding.guard for finding in watched)
        lines.append(f"  only watched until a deal leaves {policy.start}: {names}")
    return lines


def _asides(story: Story, assessment: Assessment, guards: Collection[str]) -> list[str]:
    """For each guard that does not matter to the move, why it does not."""
    judged = {finding.guard for finding in assessment.findings}
    book = story.deal.playbook
    return [
        aside(book, guard, assessment.step, assessment.to) for guard in sorted({*guards} - judged)
    ]


def _strange(story: Story, assessment: Assessment, guards: Collection[str]) -> list[str]:
    """The guards that could not have called for walking away, and why not."""
    if not guards:
        return []
    policy = story.deal.playbook.walk_away
    special = {*policy.guards, *policy.at_once} if policy else set[str]()
    others = [f"{guard} is no walk-away guard" for guard in sorted({*guards} - special)]
    lines = [*others, *_asides(story, assessment, special.intersection(guards))]
    return [f"Cannot call for it here: {', '.join(sorted(guards))}", *indented(lines)]


def _named(head: str, ids: Collection[str]) -> list[str]:
    return [f"{head}: {', '.join(sorted(ids))}"] if ids else []
