"""Two playbooks side by side on paper: what becomes of each move, and of recorded deals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from dealflow.analysis import Difference, diff
from dealflow.analysis.diff import Effect, MoveDifference, Witness
from dealflow.analysis.phrases import listed, source_told
from dealflow.analysis.solver import LIMIT, OF_CARD
from dealflow.analysis.solver import told as on_card
from dealflow.assessment import Verdict
from dealflow.cli.documents import card_data
from dealflow.cli.input import BadInput, bad, open_trail
from dealflow.cli.output import Page
from dealflow.evidence import Statement
from dealflow.exceptions import TrailError
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.trail import Trail, loads
from dealflow.typing import Language
from dealflow.values import format_instant, to_json
from dealflow.wording import Wording, Words

__all__ = ["compare", "difference_data", "put_difference"]

_STYLE = {"looser": "bad", "tighter": "unknown", "both": "conflict", "not decided": "unknown"}


def compare(old: Playbook, new: Playbook, trails: Iterable[str], limit: int | None) -> Difference:
    """Compare two playbooks, on recorded deals as well.

    Args:
        old: before.
        new: after.
        trails: files of trails, and folders of such files.
        limit: how many steps to take for each question.

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


def put_difference(page: Page, language: Language, found: Difference) -> None:
    """Every move with what becomes of it and a deal that shows it; then the recorded deals."""
    old, new, words = found.old, found.new, Words(language)
    page.put((f"{old.id} {old.version} → {new.id} {new.version}", "head"))
    if not found.parts:
        page.put(words.gettext("The two playbooks say the same."))
    for part in found.parts:
        page.put(part, sign="·", indent=2)
    page.blank()
    # One change of the rules often moves several moves, each with the same deal to show it.
    told: set[tuple[str, ...]] = set()
    for move in found.moves:
        _put_move(page, words, found, move, told)
    if found.attempts:
        _put_recorded(page, words, found)


def _put_move(
    page: Page, words: Words, found: Difference, move: MoveDifference, told: set[tuple[str, ...]]
) -> None:
    style = _STYLE.get(move.effect, "quiet" if move.effect == "same" else "head")
    effect, sentence = _effect(words, move.effect)
    way = words.pair(f"{move.source} → {move.to}", "")
    page.put(way, (effect, style), sentence)
    if move.undecided and move.effect != "not decided":
        page.put(words.gettext("there may be more: the search was given up"), indent=2)
    if move.tighter is not None:
        _Told(page, words, found.old, found.new, move.tighter).put(told, now=False)
    if move.looser is not None:
        _Told(page, words, found.new, found.old, move.looser).put(told, now=True)


def _effect(words: Words, effect: Effect) -> tuple[str, str]:
    """An effect in one word, and what it does to deals."""
    return {
        "same": (words.gettext("same"), words.gettext(", it decides every deal as before")),
        "tighter": (
            words.gettext("tighter"),
            words.gettext(", it stops deals that passed before"),
        ),
        "looser": (
            words.gettext("looser"),
            words.gettext(", it lets deals pass that it stopped before"),
        ),
        "both": (
            words.gettext("both"),
            words.gettext(", it stops some deals that passed, and lets some pass that it stopped"),
        ),
        "added": (words.gettext("added"), words.gettext(", it is new")),
        "removed": (words.gettext("removed"), words.gettext(", it is gone")),
        "not decided": (
            words.gettext("not decided"),
            words.gettext(", it was not decided within the limit"),
        ),
    }[effect]


@frozen
class _Told:
    """A deal that only one of two playbooks lets pass.

    Attributes:
        page: where it is told.
        words: in which words.
        one: the playbook that lets it pass.
        other: the one that does not.
        witness: the deal.
    """

    page: Page
    words: Words
    one: Playbook
    other: Playbook
    witness: Witness

    def put(self, told: set[tuple[str, ...]], *, now: bool) -> None:
        """Tell it; in full the first time.

        Args:
            told: what was told already.
            now: whether it is the new playbook that lets it pass.
        """
        page, words = self.page, self.words
        if self.witness.missing:
            text = words.gettext("there are deals that pass; the other playbook has no such move")
            page.put(text, indent=2)
            return
        said = tuple(map(words.in_words, self.said()))
        lines = (str(now), *self.witness.blocking, *said)
        if now:
            text = words.gettext("a deal that now passes and was stopped by {guards}")
        else:
            text = words.gettext("a deal that passed and is now stopped by {guards}")
        text = text.format(guards=words.listed(self.witness.blocking))
        if lines in told:
            page.put(words.gettext("{text}, as above").format(text=text), indent=2)
            return
        told.add(lines)
        page.put(words.gettext("{text}:").format(text=text), indent=2)
        for line in said:
            page.put(line, sign="·", indent=4)

    def said(self) -> Iterator[str]:
        """What was said in the deal of all that the guards in the way read, and what was not."""
        deal = self.witness.deal
        conditions = [self.other.guard_condition[guard] for guard in self.witness.blocking]
        # Only what the guards in the way read: the rest of the deal is there to get it so far.
        if any("deal.amount" in str(condition) for condition in conditions) and deal.amount:
            yield message("the price is {amount}", amount=deal.amount)
        if any(f"deal.{name}" in str(condition) for condition in conditions for name in OF_CARD):
            yield from on_card(deal.card)
        for fact in dict.fromkeys(fact for condition in conditions for fact in condition.facts):
            said = [
                statement
                for statement in deal.statements.values()
                if statement.fact == fact.id and statement.id not in deal.withdrawn
            ]
            yield from map(self.statement, said)
            if not said:
                yield message("{fact}: nobody said anything", fact=fact.id)
        for role in dict.fromkeys(role for condition in conditions for role in condition.roles):
            holders = [contact.id for contact in deal.contacts.values() if role in contact.roles]
            who = listed(holders) or message("nobody")
            yield message("{role}: {people}", role=role, people=who)

    def statement(self, said: Statement) -> str:
        """Who said what, when, and whether first-hand."""
        deal = self.witness.deal
        w = Wording(self.one, self.words.language, people=deal.contacts)
        ours = message("our rep")
        values = {
            "fact": said.fact,
            "value": w.value(said.fact, said.value),
            "who": ours if said.source_kind == "observation" else source_told(said.source),
        }
        if said.about:
            text = message("{fact} of {person} is {value}, says {who}", **values, person=said.about)
        else:
            text = message("{fact} is {value}, says {who}", **values)
        age = deal.trail[-1].at - said.said_at
        if age:
            text = message("{text}, {duration} ago", text=text, duration=w.duration(age))
        return text if said.first_hand else message("{text}, told on", text=text)


def _put_recorded(page: Page, words: Words, found: Difference) -> None:
    page.blank()
    told = words.gettext("Of {n} recorded attempts, {differ} would be decided differently.")
    page.put(told.format(n=found.attempts, differ=len(found.decided)), sign="")
    for change in found.decided:
        text = words.gettext("{deal}, entry {entry}, {day}: {start} → {to}: {before}, now {after}")
        told = text.format(
            deal=change.deal,
            entry=change.entry,
            day=f"{change.at:%Y-%m-%d}",
            start=change.source,
            to=change.to,
            before=_decided(words, change.before),
            after=_decided(words, change.after),
        )
        page.put(words.bracketed(told, words.listed(change.guards)), sign="·", indent=2)


def _decided(words: Words, verdict: Verdict | None) -> str:
    return {
        None: words.gettext("no such move"),
        Verdict.WALK_AWAY: words.gettext("walk_away"),
        Verdict.RECONCILE: words.gettext("reconcile"),
        Verdict.ASK: words.gettext("ask"),
        Verdict.WORK: words.gettext("work"),
        Verdict.READY: words.gettext("ready"),
    }[verdict]


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
