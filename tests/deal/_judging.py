"""Replay and the verbs, side by side: whether both accept the same entries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from attrs import define, field, frozen

from dealflow import Deal, DealflowError, Playbook, loads
from tests.deal._entries import Body, NotWritten, bodies_of, canonical, chained
from tests.deal._forging import Change
from tests.deal._oracle import written

_CRASH = "fails with "
Group: TypeAlias = tuple[str, str, str, str]
"""Who accepted, the kind of entry, the place, and the change."""


@frozen
class Disagreement:
    """An entry on which replay and the verbs do not agree.

    Attributes:
        change: how it came about.
        verbs: why no verb writes it; None when one does.
        replay: why replay refuses it; None when it takes it.
    """

    change: Change
    verbs: str | None
    replay: str | None

    @property
    def accepted_by(self) -> str:
        """Who accepted it."""
        if self.replay is not None and self.replay.startswith(_CRASH):
            return "replay fails otherwise than it promises"
        if self.replay is not None:
            return "replay refuses what a verb writes"
        if self.verbs is None:
            return "both accept it, and make different deals"
        return "replay takes what no verb writes"

    @property
    def group(self) -> Group:
        """What it has in common with others of its kind."""
        change = self.change
        return (self.accepted_by, str(change.before["kind"]), change.place, change.how)

    def __str__(self) -> str:
        change = self.change
        before, after = _differing(change.before, change.after)
        lines = [f"{self.accepted_by}: {' / '.join(self.group[1:])}"]
        if change.elsewhere is None:
            lines += [f"  before  {_shown(before)}", f"  after   {_shown(after)}"]
        else:
            lines += [f"  which   {_shown(change.elsewhere)}", f"  judged  {_shown(change.after)}"]
        lines += [f"  verbs   {_short(self.verbs or 'write it')}"]
        lines += [f"  replay  {_short(self.replay or 'takes it')}"]
        return "\n".join(lines)


def _differing(before: Any, after: Any, *, outermost: bool = True) -> tuple[Any, Any]:
    """Two pieces of JSON without what is the same in both, but for what names the entry."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before, after
    left: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        same = canonical(one) == canonical(other) and (key in before) is (key in after)
        if same and not (outermost and key != "data"):
            continue
        # a key that is on one side only is shown whole there
        one, other = _differing(one, other, outermost=False)
        left |= {key: one} if key in before else {}
        right |= {key: other} if key in after else {}
    return left, right


def _shown(value: object) -> str:
    return _short(json.dumps(value, sort_keys=True, ensure_ascii=False))


def _short(text: str) -> str:
    text = text.encode(errors="backslashreplace").decode()
    text = re.sub(r"(.)\1{60,}", r"\1\1\1...", text)
    return text if len(text) <= 400 else f"{text[:300]} ... {text[-80:]}"


def replayed(playbook: Playbook, bodies: Sequence[Body]) -> tuple[Deal | None, str | None]:
    """The deal that replay makes of a text, or why it makes none."""
    try:
        return Deal.replay(playbook, loads(chained(bodies))), None
    except DealflowError as error:
        return None, f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001  # anything else is a fault, to be shown as one
        return None, f"{_CRASH}{error!r}"


def compare(playbook: Playbook, before: Sequence[Body], change: Change) -> Disagreement | None:
    """Let both judge a changed entry behind sound ones."""
    here, refused = replayed(playbook, [*before, change.after])
    there, unwritten = None, None
    try:
        there = written(playbook, before, change.after)
    except NotWritten as error:
        unwritten = str(error)
    agreed = (here is None) is (there is None) and not str(refused).startswith(_CRASH)
    if agreed and here is not None and there is not None:
        # A judgement that is taken as it stands may be another than the verb came to; then the
        # deals differ as they should.
        same_text = canonical(bodies_of(there)[-1]) == canonical(change.after)
        agreed = not same_text or _looks(here) == _looks(there)
    return None if agreed else Disagreement(change, unwritten, refused)


def _looks(deal: Deal) -> object:
    said = {number: repr(statement) for number, statement in deal.statements.items()}
    confirmed = {number: repr(made) for number, made in deal.confirmations.items()}
    return (
        deal.trail.head, deal.step, deal.outcome, deal.since, deal.account, deal.title, deal.amount,
        deal.card, deal.contacts, deal.merged, deal.interactions, deal.waivers, said, confirmed,
        dict(deal.withdrawn),
    )  # fmt: skip


def walk(
    playbook: Playbook, how: str, start: int, which: Body, trail: Sequence[Body]
) -> Iterator[Disagreement | None]:
    """Let both judge the entries of a rearranged trail, up to the first that is refused."""
    for i in range(start, len(trail)):
        found = compare(playbook, trail[:i], Change((), how, trail[i], trail[i], which))
        yield found
        # what comes behind an entry that is refused is not judged
        if found is not None or replayed(playbook, trail[: i + 1])[0] is None:
            return


@define
class Findings:
    """Disagreements by what they have in common.

    Attributes:
        tried: how many entries were judged.
        groups: from the group to one example and how many there are.
    """

    tried: int = 0
    groups: dict[Group, tuple[Disagreement, int]] = field(factory=dict)

    def add(self, found: Disagreement | None) -> None:
        """Count an entry that was judged, and note on what the two do not agree."""
        self.tried += 1
        if found is not None:
            example, count = self.groups.get(found.group, (found, 0))
            self.groups[found.group] = (example, count + 1)

    def sweep(self, playbook: Playbook, before: Sequence[Body], changes: Iterable[Change]) -> None:
        """Judge changed entries behind sound ones."""
        for change in changes:
            self.add(compare(playbook, before, change))

    def __str__(self) -> str:
        lines = [f"{len(self.groups)} kinds of disagreement in {self.tried} entries:"]
        lines += [f"{count} times {one}" for _, (one, count) in sorted(self.groups.items())]
        return "\n".join(lines)
