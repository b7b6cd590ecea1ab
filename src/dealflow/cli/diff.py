"""Two playbooks side by side on paper: what becomes of each move, and of recorded deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dealflow.analysis import Difference, diff
from dealflow.analysis.diff import MoveDifference, Witness
from dealflow.analysis.solver import LIMIT, OF_CARD, told
from dealflow.cli.documents import card_data
from dealflow.cli.input import BadInput, bad, open_trail
from dealflow.cli.output import Page
from dealflow.exceptions import TrailError
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.trail import Trail, loads
from dealflow.values import format_instant, to_json
from dealflow.wording import Wording

__all__ = ["compare", "difference_data", "put_difference"]

_STYLE = {"looser": "bad", "tighter": "unknown", "both": "conflict", "not decided": "unknown"}
_SENTENCE = {
    "same": "decides every deal as before",
    "tighter": "stops deals that passed before",
    "looser": "lets deals pass that it stopped before",
    "both": "stops some deals that passed, and lets some pass that it stopped",
    "added": "is new",
    "removed": "is gone",
    "not decided": "was not decided within the limit",
}


def compare(old: Playbook, new: Playbook, trails: Iterable[str], limit: int | None) -> Difference:
    """Compare two playbooks, on recorded deals as well.

    Args:
        old: before.
        new: after.
        trails: files of trails, and folders of such files.
        limit: how many states to try for each question.

    Raises:
        BadInput: a trail cannot be read.
    """
    recorded = [_trail(path) for source in trails for path in _files(source)]
    return diff(old, new, recorded, limit=LIMIT if limit is None else limit)


def _files(source: str) -> list[str]:
    if not Path(source).is_dir():
        return [source]
    found = sorted(str(path) for path in Path(source).iterdir() if path.is_file())
    if not found:
        raise BadInput([message("{name}: no files in this folder", name=source)])
    return found


def _trail(source: str) -> Trail:
    try:
        return loads(open_trail(source))
    except TrailError as error:
        bad(source, error)


def put_difference(page: Page, found: Difference) -> None:
    """Every move with what becomes of it and a deal that shows it; then the recorded deals."""
    old, new = found.old, found.new
    page.put((f"{old.id} {old.version} → {new.id} {new.version}", "head"))
    if not found.parts:
        page.put("The two playbooks say the same.")
    for part in found.parts:
        page.put(part, sign="·", indent=2)
    page.blank()
    # One change of the rules often moves several moves, each with the same deal to show it.
    told: set[tuple[str, ...]] = set()
    for move in found.moves:
        _put_move(page, found, move, told)
    if found.attempts:
        _put_recorded(page, found)


def _put_move(
    page: Page, found: Difference, move: MoveDifference, told: set[tuple[str, ...]]
) -> None:
    style = _STYLE.get(move.effect, "quiet" if move.effect == "same" else "head")
    page.put(f"{move.source} → {move.to}: ", (move.effect, style), f", it {_SENTENCE[move.effect]}")
    if move.undecided and move.effect != "not decided":
        page.put("there may be more: the search was given up", indent=2)
    if move.tighter is not None:
        _put_witness(page, found.old, found.new, move.tighter, "passed and is now", told)
    if move.looser is not None:
        _put_witness(page, found.new, found.old, move.looser, "now passes and was", told)


def _put_witness(
    page: Page,
    one: Playbook,
    other: Playbook,
    witness: Witness,
    word: str,
    told: set[tuple[str, ...]],
) -> None:
    """A deal that only one of two playbooks lets pass; told in full the first time."""
    if witness.missing:
        page.put("there are deals that pass; the other playbook has no such move", indent=2)
        return
    lines = (word, *witness.blocking, *_said(one, other, witness))
    again = ", as above" if lines in told else ":"
    page.put(f"a deal that {word} stopped by {', '.join(witness.blocking)}{again}", indent=2)
    if lines not in told:
        told.add(lines)
        for line in lines[1 + len(witness.blocking) :]:
            page.put(line, sign="·", indent=4)


def _said(one: Playbook, other: Playbook, witness: Witness) -> Iterator[str]:
    """What was said in a deal of all that the guards in the way read, and what was not."""
    deal = witness.deal
    w = Wording(one, "en", people=deal.contacts)
    conditions = [other.guard_condition[guard] for guard in witness.blocking]
    # Only what the guards in the way read: the rest of the deal is there to get it so far.
    if any("deal.amount" in str(condition) for condition in conditions) and deal.amount:
        yield f"the price is {deal.amount}"
    if any(f"deal.{name}" in str(condition) for condition in conditions for name in OF_CARD):
        yield from told(deal.card)
    for fact in dict.fromkeys(fact for condition in conditions for fact in condition.facts):
        said = [
            statement
            for statement in deal.statements.values()
            if statement.fact == fact.id and statement.id not in deal.withdrawn
        ]
        for statement in said:
            who = "our rep" if statement.source_kind == "observation" else statement.source
            about = f" of {statement.about}" if statement.about else ""
            when = deal.trail[-1].at - statement.said_at
            age = f", {w.duration(when)} ago" if when else ""
            hand = "" if statement.first_hand else ", told on"
            value = w.value(fact.id, statement.value)
            yield f"{fact.id}{about} is {value}, says {who}{age}{hand}"
        if not said:
            yield f"{fact.id}: nobody said anything"
    for role in dict.fromkeys(role for condition in conditions for role in condition.roles):
        holders = [contact.id for contact in deal.contacts.values() if role in contact.roles]
        yield f"{role}: {', '.join(holders) or 'nobody'}"


def _put_recorded(page: Page, found: Difference) -> None:
    page.blank()
    count = len(found.decided)
    page.put(
        f"Of {found.attempts} recorded attempts, {count} would be decided differently.", sign=""
    )
    for change in found.decided:
        before = change.before.value if change.before else "no such move"
        after = change.after.value if change.after else "no such move"
        guards = f" ({', '.join(change.guards)})" if change.guards else ""
        page.put(
            f"{change.deal}, entry {change.entry}, {change.at:%Y-%m-%d}: {change.source} →"
            f" {change.to}: {before}, now {after}{guards}",
            sign="·",
            indent=2,
        )


def difference_data(found: Difference) -> dict[str, object]:
    """What ``--json`` prints."""
    return {
        "old": {"playbook": found.old.id, "version": found.old.version},
        "new": {"playbook": found.new.id, "version": found.new.version},
        "parts": list(found.parts),
        "moves": [
            {
                "from": move.source,
                "to": move.to,
                "effect": move.effect,
                "undecided": move.undecided,
                "tighter": _witness_data(move.tighter),
                "looser": _witness_data(move.looser),
            }
            for move in found.moves
        ],
        "attempts": found.attempts,
        "decided_differently": [
            {
                "deal": change.deal,
                "entry": change.entry,
                "at": format_instant(change.at),
                "from": change.source,
                "to": change.to,
                "before": change.before and change.before.value,
                "after": change.after and change.after.value,
                "guards": list(change.guards),
            }
            for change in found.decided
        ],
    }


def _witness_data(witness: Witness | None) -> dict[str, object] | None:
    if witness is None:
        return None
    deal = witness.deal
    return {
        "blocking": list(witness.blocking),
        "missing": witness.missing,
        "amount": None if deal.amount is None else str(deal.amount),
        "card": card_data(deal.card),
        "people": {contact.id: list(contact.roles) for contact in deal.contacts.values()},
        "statements": [
            {
                "fact": statement.fact,
                "about": statement.about,
                "value": to_json(statement.value),
                "source": statement.source,
                "said_at": format_instant(statement.said_at),
                "first_hand": statement.first_hand,
            }
            for statement in deal.statements.values()
            if statement.id not in deal.withdrawn
        ],
    }
