"""A deal as it is: people, and what is known of each fact with who said it and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from dealflow.cli import sections
from dealflow.cli.coach import put_head
from dealflow.cli.documents import contact_data, deal_data
from dealflow.cli.output import STYLE, SYMBOL, Page
from dealflow.deal import Deal
from dealflow.evidence import Reading, Statement
from dealflow.state import Snapshot, fold
from dealflow.values import Truth, format_instant, to_json
from dealflow.wording import Wording

__all__ = ["put_show", "show_data"]


@frozen
class Known:
    """A fact of which something was said.

    Attributes:
        fact: the fact's id.
        about: the contact it is about.
        reading: what is known of it.
        statements: everything that was said of it, in the order of the trail.
    """

    fact: str
    about: str | None
    reading: Reading
    statements: tuple[Statement, ...]

    @property
    def truth(self) -> Truth:
        """TRUE when established, CONFLICTED when the live claims differ, else UNKNOWN."""
        if len(self.reading.values) > 1:
            return Truth.CONFLICTED
        return Truth.UNKNOWN if self.reading.lacks else Truth.TRUE


def known(deal: Deal, at: datetime) -> Iterator[Known]:
    """Every fact of which something was said, in the order of the playbook."""
    # The state that a deal holds is private to it; folded from the trail it is the same.
    snapshot = Snapshot(fold(deal.playbook, deal.trail), at)
    said: dict[tuple[str, str | None], list[Statement]] = {}
    made = (*deal.statements, *deal.confirmations)
    for statement in (each for number in sorted(made) for each in deal.made_by(number)):
        said.setdefault((statement.fact, statement.about), []).append(statement)
    for fact in deal.playbook.facts:
        for (id, about), statements in said.items():
            if id == fact.id:
                yield Known(id, about, snapshot.read(fact, about), tuple(statements))


def put_show(page: Page, w: Wording, deal: Deal, at: datetime) -> None:
    """The whole deal."""
    put_head(page, w, deal)
    page.blank()
    sections.put_place(page, w, deal)
    page.put((w.gettext("As of {day}.").format(day=w.date(at)), "quiet"))
    page.blank()
    page.put((w.gettext("Deal card"), "head"))
    for told in w.deal_card(deal.card):
        page.put(told, sign="·")
    page.blank()
    page.put((w.gettext("People"), "head"))
    for contact in deal.contacts.values():
        note = ""
        if contact.id in deal.merged:
            same = w.person(deal.merged[contact.id])
            note = w.gettext("one person with {name}").format(name=same)
        page.put(w.bracketed(w.contact(contact), note), sign="·")
    if not deal.contacts:
        page.put((w.gettext("nobody yet"), "quiet"), sign="·")
    facts = list(known(deal, at))
    page.blank()
    page.put((w.gettext("What is known"), "head"))
    for item in facts:
        _fact(page, w, deal, item)
    silent = len({f.id for f in deal.playbook.facts} - {item.fact for item in facts})
    text = w.ngettext(
        "Nothing has been said of {n} other fact.",
        "Nothing has been said of {n} other facts.",
        silent,
    )
    page.put((text.format(n=silent), "quiet"))
    for waiver in deal.waivers.values():
        told = w.gettext("set aside by {who}").format(who=waiver.authority)
        told = w.bracketed(w.pair(w.guard(waiver.guard), told), waiver.reason)
        page.put(told, sign=("✓", "good"))


def _fact(page: Page, w: Wording, deal: Deal, item: Known) -> None:
    truth = item.truth
    title = w.capital(w.fact(item.fact))
    if item.about is not None:
        title = w.bracketed(title, w.person(item.about))
    values = [w.value(item.fact, value) for value, _ in item.reading.values]
    told = w.one_of(values) if values else w.gettext("not known any more")
    page.put(w.pair(title, ""), (told, STYLE[truth]), sign=(SYMBOL[truth], STYLE[truth]))
    for lack in item.reading.lacks:
        page.put((w.lack(item.fact, lack), "unknown"), indent=2, sign="·")
    live = {id for _, ids in item.reading.values for id in ids}
    for statement in item.statements:
        note = "" if statement.id in live else w.gettext("no longer counts")
        if statement.id in deal.withdrawn:
            note = w.gettext("taken back: {reason}").format(reason=deal.withdrawn[statement.id])
        told = w.tell(statement, claim=len(item.statements) > 1)
        page.put((w.bracketed(told, note), "quiet"), indent=2, sign=("·", "quiet"))


def show_data(deal: Deal, at: datetime) -> dict[str, object]:
    """The document of ``show``."""
    return {
        "deal": deal_data(deal),
        "at": format_instant(at),
        "contacts": [
            {**contact_data(contact), "same_as": deal.merged.get(contact.id)}
            for contact in deal.contacts.values()
        ],
        "interactions": [
            {
                "id": met.id,
                "kind": met.kind,
                "channel": met.channel,
                "participants": list(met.participants),
                "held_at": format_instant(met.held_at),
                "spoke": met.spoke,
            }
            for met in deal.interactions.values()
        ],
        "facts": [_fact_data(deal, item) for item in known(deal, at)],
        "waivers": [
            {
                "guard": waiver.guard,
                "authority": waiver.authority,
                "reason": waiver.reason,
                "until": format_instant(waiver.until) if waiver.until else None,
                "entry": waiver.entry,
            }
            for waiver in deal.waivers.values()
        ],
    }


def _fact_data(deal: Deal, item: Known) -> dict[str, object]:
    reading = item.reading
    live = {id for _, ids in reading.values for id in ids}
    return {
        "fact": item.fact,
        "about": item.about,
        "established": not reading.lacks,
        "lacks": [lack.reason for lack in reading.lacks],
        "values": [{"value": to_json(v), "statements": list(ids)} for v, ids in reading.values],
        "until": format_instant(reading.until) if reading.until else None,
        "statements": [
            {
                "id": said.id,
                "value": to_json(said.value),
                "source_kind": said.source_kind,
                "source": said.source,
                "said_at": format_instant(said.said_at),
                "quote": said.quote,
                "first_hand": said.first_hand,
                "via": said.via,
                "live": said.id in live,
                "withdrawn": deal.withdrawn.get(said.id),
            }
            for said in item.statements
        ],
    }
