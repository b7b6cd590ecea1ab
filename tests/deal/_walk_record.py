"""What stands on a trail: the half of the walk's oracle that knows people and what they said.

It shares no code with the library. Of the playbook it reads the TOML file: who must say a fact, and
how long an answer is good. Corrections of times it does not know.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import dealflow

_SHIPPED = Path(dealflow.__file__).parent / "playbook" / "shipped" / "seven_step.toml"
BOOK: Mapping[str, Any] = tomllib.loads(_SHIPPED.read_text(encoding="utf-8"))
STEPS: Sequence[str] = [step["id"] for step in BOOK["steps"]]
ANSWER = "close.outcome"


class Statement(NamedTuple):
    """What one source said of one fact at one time."""

    said_at: datetime
    seq: int
    fact: str
    value: Any
    kind: str
    source: str
    first_hand: bool
    interaction: str | None


class Claims(NamedTuple):
    """What stands of a fact: the claims that count, and whether those with the last say spoke."""

    live: Sequence[Statement]
    final: bool
    established: bool


class Rejection(NamedTuple):
    """A no that led back to a step."""

    answer: Statement
    to: int

    def before(self, said: Statement) -> bool:
        """Whether something was not said since: neither later, nor beside the no; or is the no."""
        if (said.seq, said.fact) == (self.answer.seq, self.answer.fact):
            return True
        beside = said.interaction is not None and said.interaction == self.answer.interaction
        return not beside and said.said_at <= self.answer.said_at


class Record:
    """A deal as the entries read so far leave it."""

    def __init__(self) -> None:
        self.said: dict[str, list[Statement]] = {}
        self.withdrawn: set[int] = set()
        self.contacts: dict[str, dict[str, Any]] = {}
        self.held: dict[str, set[str]] = {}  # every role that a contact has ever had
        self.merged: dict[str, str] = {}
        self.amount = Decimal(0)
        self.rejections: list[Rejection] = []
        self.waivers: list[tuple[int, str, datetime | None]] = []

    def take(self, entry: Mapping[str, Any]) -> None:
        """Take in one entry; moves forward and out change nothing that is kept here."""
        data, seq = entry["data"], entry["seq"]
        match entry["kind"]:
            case "opened" | "amount_changed":
                self.amount = Decimal(data["amount"].split()[0])
            case "contact_added" | "contact_changed":
                contact = data["contact"]
                self.contacts[contact["id"]] = contact
                self.held.setdefault(contact["id"], set()).update(contact.get("roles", ()))
            case "contacts_merged":
                self.merged[data["contact"]] = data["into"]
            case "merge_undone":
                del self.merged[data["contact"]]
            case "said":
                self._say(seq, data)
            case "confirmed":
                self._confirm(seq, data)
            case "withdrawn":
                self.withdrawn.add(data["statement"])
            case "waived":
                until = data.get("until")
                end = None if until is None else datetime.fromisoformat(until)
                self.waivers.append((seq, data["guard"], end))
            case "stepped_back" if data.get("cause") == "rejected":
                (answer,) = [said for said in self.said[ANSWER] if said.seq == data["answer"]]
                self.rejections.append(Rejection(answer, STEPS.index(data["to_step"])))
            case _:
                pass

    def _say(self, seq: int, data: Mapping[str, Any]) -> None:
        source = data["source"]
        if data["source_kind"] == "document":
            source = source.lower()
        said_at = datetime.fromisoformat(data["said_at"])
        first_hand, interaction = data.get("first_hand", True), data.get("interaction")
        self._keep(
            Statement(
                said_at,
                seq,
                data["fact"],
                data["value"],
                data["source_kind"],
                source,
                first_hand,
                interaction,
            )
        )

    def _confirm(self, seq: int, data: Mapping[str, Any]) -> None:
        who, when = self.person(data["contact"]), datetime.fromisoformat(data["said_at"])
        for fact in data["facts"]:
            own = [each for each in self._own(fact, who) if each.said_at <= when]
            if own:
                last = max(own, key=lambda each: each[:2])
                again = last._replace(seq=seq, said_at=when, interaction=data.get("interaction"))
                self._keep(again._replace(source=data["contact"]))

    def _own(self, fact: str, who: str) -> Sequence[Statement]:
        standing = [each for each in self.said.get(fact, ()) if each.seq not in self.withdrawn]
        own = [each for each in standing if each.kind == "contact" and each.first_hand]
        return [each for each in own if self.person(each.source) == who]

    def _keep(self, said: Statement) -> None:
        # No guard that is judged here reads a fact about a person.
        if BOOK["facts"][said.fact].get("of") != "contact":
            self.said.setdefault(said.fact, []).append(said)

    # who is who

    def person(self, contact: str) -> str:
        """The id by which somebody goes."""
        while contact in self.merged:
            contact = self.merged[contact]
        return contact

    def _records(self, contact: str) -> Sequence[str]:
        who = self.person(contact)
        return [each for each in self.contacts if self.person(each) == who]

    def roles(self, contact: str, today: date) -> set[str]:
        """The roles that somebody has today."""
        mine = [self.contacts[each] for each in self._records(contact)]
        # Whose one record says that he has left has left.
        if any("left" in each and date.fromisoformat(each["left"]) <= today for each in mine):
            return set()
        return set().union(*(each.get("roles", ()) for each in mine))

    def ever(self, contact: str) -> set[str]:
        """The roles that somebody has or had."""
        return set().union(*(self.held[each] for each in self._records(contact)))

    # what stands

    def claims(self, fact: str, at: datetime, after: Sequence[Rejection] = ()) -> Claims:
        """What counts of a fact at an instant; of that, what was said after some rejections."""
        rules = BOOK["facts"][fact]
        last_say = set(rules.get("final_word", ()))
        said = [each for each in self.said.get(fact, ()) if each.seq not in self.withdrawn]
        in_person = [each for each in said if each.kind == "contact" and each.first_hand]
        final = any(self.ever(each.source) & last_say for each in in_person)
        if final:
            said = [each for each in in_person if self.roles(each.source, at.date()) & last_say]
        said = [each for each in said if not any(no.before(each) for no in after)]
        latest: dict[tuple[str, str], Statement] = {}
        for each in sorted(said, key=lambda each: each[:2]):
            who = self.person(each.source) if each.kind == "contact" else each.source
            latest[each.kind, who] = each
        live: Sequence[Statement] = list(latest.values())
        if "good_for" in rules:
            good_for = timedelta(days=int(rules["good_for"][1:-1]))
            live = [each for each in live if at - each.said_at <= good_for]
        return Claims(live, final, self._established(rules.get("sources", {}), live, at))

    def _established(
        self, wanted: Mapping[str, Any], live: Sequence[Statement], at: datetime
    ) -> bool:
        def entitled(said: Statement) -> bool:
            if said.kind == "document":
                return bool(wanted.get("documents", False))
            if said.kind != "contact" or (wanted.get("first_hand") and not said.first_hand):
                return False
            return bool(self.roles(said.source, at.date()) & set(wanted["roles"]))

        if len(live) < wanted.get("at_least", 1):
            return False
        return "roles" not in wanted or any(entitled(each) for each in live)

    def waived(self, guard: str, at: datetime) -> set[int]:
        """The waivers of a guard that are not over."""
        mine = [(seq, end) for seq, name, end in self.waivers if name == guard]
        return {seq for seq, end in mine if end is None or at <= end}
