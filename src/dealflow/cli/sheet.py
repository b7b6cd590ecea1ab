"""What a playbook says of itself, as a small tree: what is said, and not how it is printed.

A sales manager signs these rules, so everything that decides over a deal is on it. The terminal and
the paper that is signed print the same tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from attrs import frozen

from dealflow.cli.sheet_guards import Guards
from dealflow.cli.sheet_lines import Line, condition_line
from dealflow.evidence import Text
from dealflow.playbook import Move, Paper, Step, TrialClose, WalkAway
from dealflow.record import Record
from dealflow.wording import Wording

__all__ = ["Sheet", "sheet_of"]

_Reasons: TypeAlias = Mapping[str, Text]


@frozen(repr=False)
class Section(Record):
    """A part of the sheet.

    Attributes:
        title: its heading.
        lines: what it says.
    """

    title: str
    lines: tuple[Line, ...]


@frozen(repr=False)
class Sheet(Record):
    """What a playbook says of itself, in one language.

    Attributes:
        language: the language.
        title: the playbook's name.
        name: its id and version.
        fingerprint: its fingerprint, 64 hexadecimal digits.
        fingerprint_of: the words that stand before it.
        covers: what the fingerprint covers and what not.
        sections: the parts, in their order.
    """

    language: Literal["en", "zh"]
    title: str
    name: str
    fingerprint: str
    fingerprint_of: str
    covers: str
    sections: tuple[Section, ...]


def sheet_of(w: Wording, reasons: _Reasons = MappingProxyType({})) -> Sheet:
    """The sheet of a playbook.

    Args:
        w: its words, which know the playbook.
        reasons: by the ids of facts that cannot age, why not.
    """
    book = w.playbook
    guards = Guards(w, reasons)
    covers = w.gettext(
        "It covers the rules with all their texts; claims and comments of the file it leaves out."
    )
    return Sheet(
        w.language,
        w.text(book.title),
        f"{book.id} {book.version}",
        book.fingerprint,
        w.gettext("Fingerprint"),
        covers,
        tuple(section for section in _sections(w, guards) if section.lines),
    )


def _sections(w: Wording, guards: Guards) -> Iterator[Section]:
    book = w.playbook
    told = w.gettext("Step {number} of {steps}: {step}")
    for number, step in enumerate(book.steps, 1):
        title = told.format(number=number, steps=len(book.steps), step=w.text(step.title))
        yield Section(title, tuple(_step(w, step, guards)))
        if book.walk_away is not None and book.walk_away.start == step.id:
            lines = tuple(_policy(w, book.walk_away, guards))
            yield Section(w.gettext("When to walk away"), lines)
    yield Section(w.gettext("Buying roles"), tuple(_roles(w)))
    yield Section(w.gettext("Papers"), tuple(_paper(w, paper) for paper in book.papers))
    flags = (Line("flag", w.text(flag.says)) for flag in book.red_flags)
    yield Section(w.gettext("Red flags"), tuple(flags))
    yield Section(w.gettext("Claims about these rules"), tuple(_claims(w)))
    yield Section(w.gettext("What to say when we walk away"), tuple(_farewell(w)))
    probes = (Line("ask", w.quoted(w.text(probe.text))) for probe in book.coaching.probes)
    yield Section(w.gettext("To be asked of every answer"), tuple(probes))
    yield Section(w.gettext("Questions that no guard needs"), tuple(guards.others()))


def _step(w: Wording, step: Step, guards: Guards) -> Iterator[Line]:
    yield Line("text", w.text(step.goal))
    if step.expected_stay is not None:
        stay = w.gettext("Expected stay: {duration}")
        yield Line("quiet", stay.format(duration=w.duration(step.expected_stay)))
    ways = w.playbook.plans[step.id]
    if len(ways) == 1:
        (move,) = (plan.move for plan in ways)
        yield Line("on", _on_to(w, move))
        yield from _asked(w, step, (*step.leave_when, *move.when), guards)
    else:
        yield Line("quiet", w.order_of_ways(ways))
        if step.leave_when:
            yield Line("part", w.gettext("Asked on every way"))
            yield from _asked(w, step, step.leave_when, guards)
        for plan in ways:
            own = (guards.on_way(guard) for guard in dict.fromkeys(plan.move.when))
            under = tuple(own) or (Line("text", w.gettext("Nothing more is asked on this way.")),)
            yield Line("way", _on_to(w, plan.move), under=under)
    close = w.playbook.trial_close
    if close is not None and close.step == step.id:
        yield Line("part", w.gettext("The answer to the trial close"))
        yield from _trial_close(w, close)


def _on_to(w: Wording, move: Move) -> str:
    return w.pair(w.gettext("On to"), w.step(move.to))


def _asked(w: Wording, step: Step, asked: Iterable[str], guards: Guards) -> Iterator[Line]:
    for guard in dict.fromkeys(asked):
        yield guards.on_leaving(guard, step.id, here_only=guard not in step.leave_when)
    policy = w.playbook.walk_away
    if policy is not None and policy.start == step.id:
        yield Line("alarm", w.gettext("And the conditions of the next section."))


def _policy(w: Wording, policy: WalkAway, guards: Guards) -> Iterator[Line]:
    yield Line("alarm", w.policy(policy))
    for told in w.policy_details(policy):
        yield Line("text", w.sentences([told]))
    refuted, on = policy.when_refuted, policy.go_on_when
    yield Line("code", f"when_refuted = {_written(refuted)}, go_on_when = {_written(on)}")
    for guard in policy.guards:
        yield guards.on_leaving(guard, policy.start)
    asked = {guard for step in w.playbook.steps for guard in step.leave_when}
    asked |= {guard for move in w.playbook.moves for guard in move.when}
    for guard in policy.at_once:
        if guard not in asked and guard not in policy.guards:
            yield guards.watched(guard)


def _written(number: str | int) -> str:
    return f'"{number}"' if isinstance(number, str) else str(number)


def _trial_close(w: Wording, close: TrialClose) -> Iterator[Line]:
    def answers(fact: str, ids: Iterable[str]) -> str:
        return w.listed(w.quoted(w.value(fact, id)) for id in ids)

    yield Line("point", w.pair(w.gettext("Goes on"), answers(close.fact, close.forward)))
    back = w.pair(w.gettext("Goes back to where the gap is"), answers(close.fact, close.back))
    gaps: tuple[Line, ...] = ()
    if close.gap_fact is not None:
        fact = close.gap_fact
        gaps = tuple(
            Line("point", f"{w.quoted(w.value(fact, gap))} → {w.step(step)}")
            for gap, step in close.gaps.items()
        )
    yield Line("point", back, under=gaps)
    if close.quoted:
        words = w.gettext("Recorded only with the customer's own words")
        yield Line("point", w.pair(words, answers(close.fact, close.quoted)))


def _roles(w: Wording) -> Iterator[Line]:
    for role in w.playbook.roles:
        about = w.text(role.about) if role.about else ""
        title = w.text(role.title)
        yield Line("point", w.pair(title, about) if about else title)


def _paper(w: Wording, paper: Paper) -> Line:
    start = w.playbook.steps[0].id if paper.start is None else paper.start
    from_step = w.gettext("from {step} on").format(step=w.quoted(w.step(start)))
    under: list[Line] = []
    if paper.when is not None:
        condition = w.playbook.condition(f"papers.{paper.id}")
        under.append(condition_line(w, condition, paper.when))
    contents = tuple(Line("point", w.text(item)) for item in paper.contains)
    if contents:
        under.append(Line("point", w.gettext("What has to stand in it"), under=contents))
    return Line("head", w.text(paper.title), note=from_step, under=tuple(under))


def _claims(w: Wording) -> Iterator[Line]:
    if w.playbook.invariant:
        yield Line(
            "quiet", w.gettext("They are no rules: a proof shows whether the rules keep them.")
        )
    told = w.gettext("No deal gets to {step} unless this holds")
    for claim in w.playbook.invariant.values():
        head = told.format(step=w.quoted(w.step(claim.step)))
        yield Line("head", head, under=(condition_line(w, claim.condition, claim.text),))


def _farewell(w: Wording) -> Iterator[Line]:
    if w.playbook.coaching.walk_away is not None:
        yield Line("text", w.quoted(w.text(w.playbook.coaching.walk_away)))
