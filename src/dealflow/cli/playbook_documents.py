"""What the commands on playbooks print with ``--json``; see also :mod:`dealflow.cli.documents`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dealflow.cli.documents import text_data
from dealflow.conditions import Condition
from dealflow.evidence import Text
from dealflow.playbook import Playbook
from dealflow.typing import Language
from dealflow.wording import Told, Wording

__all__ = ["playbook_data", "playbook_summary"]


def _titled(items: Iterable[tuple[str, Text]]) -> list[dict[str, object]]:
    return [{"id": id, "title": text_data(title)} for id, title in items]


def playbook_summary(book: Playbook) -> dict[str, object]:
    """A playbook in a line of ``playbook list``."""
    return {
        "id": book.id,
        "version": book.version,
        "fingerprint": book.fingerprint,
        "title": text_data(book.title),
        "steps": len(book.steps),
        "guards": len(book.guards),
        "facts": len(book.facts),
        "questions": len(book.question),
    }


def playbook_data(book: Playbook, lang: Language, reasons: Mapping[str, Text]) -> dict[str, object]:
    """The document of ``playbook show``: the data of its file, and what is derived from it."""
    w = Wording(book, lang)
    return {
        **playbook_summary(book),
        "language": lang,
        "moves": [
            {"id": m.id, "from": m.source, "to": m.to, "when": list(m.when)} for m in book.moves
        ],
        "plans": [
            {
                "move": plan.move.id,
                "needed": list(plan.needed),
                "walk_away": list(plan.walk_away),
                "needs_walk_away": plan.needs_walk_away,
                "watched": list(plan.watched),
            }
            for plans in book.plans.values()
            for plan in plans
        ],
        "roles": _titled((role.id, role.title) for role in book.roles),
        "conditions": [
            {"place": place, "when": text, "text": _told(w.condition(condition))}
            for place, text, condition in _conditions(book)
        ],
        "never_stale": [
            {"fact": fact.id, "reason": text_data(reasons[fact.id]) if fact.id in reasons else None}
            for fact in book.facts
            if fact.good_for is None
        ],
        "walk_away": _policy(book),
        "data": book.to_data(),
    }


def _conditions(book: Playbook) -> Iterator[tuple[str, str, Condition]]:
    """Every condition with its place and its text."""
    texts = {f"guards.{guard.id}": guard.when for guard in book.guards}
    texts |= {f"red_flags.{flag.id}": flag.when for flag in book.red_flags}
    texts |= {f"papers.{paper.id}": paper.when for paper in book.papers if paper.when is not None}
    for place, text in texts.items():
        yield place, text, book.condition(place)
    for number, claim in enumerate(book.invariant.values()):
        yield f"invariants[{number}]", claim.text, claim.condition


def _told(told: Told) -> dict[str, object]:
    return {"says": told.says, "parts": [_told(part) for part in told.parts]}


def _policy(book: Playbook) -> dict[str, object] | None:
    policy = book.walk_away
    if policy is None:
        return None
    guards = len(policy.guards)
    return {
        "guards": list(policy.guards),
        "from": policy.start,
        "watch_from": policy.watch_from or policy.start,
        "at_once": list(policy.at_once),
        "when_refuted": policy.threshold(guards),
        "go_on_when": policy.enough(guards),
    }
