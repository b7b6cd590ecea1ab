"""A CRM with dealflow inside: one row per opportunity, with the trail in a column.

A rep drags a card to the next stage. The drag goes through dealflow and is refused with reasons;
two reps who change the same deal at the same time do not overwrite each other.
Needs SQLAlchemy. Run it with ``python examples/02_embed_in_crm.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import StaticPool

import dealflow
from dealflow import Deal, MoveNotAllowed, Refused, load_playbook

PLAYBOOK = load_playbook("seven_step")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Base(DeclarativeBase):
    """The tables of the CRM."""


class Opportunity(Base):
    """One deal. The trail is the truth; stage and account are copies of it, to list and filter."""

    __tablename__ = "opportunity"
    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    stage: Mapped[str]
    trail: Mapped[str] = mapped_column(Text)
    head: Mapped[str]
    version: Mapped[int] = mapped_column()
    # UPDATE ... WHERE version = <the one read>: the number is ours, the check is SQLAlchemy's
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012

    def deal(self) -> Deal:
        """The deal as it is in this row."""
        return Deal.replay(PLAYBOOK, dealflow.loads(self.trail, head=self.head))

    def keep(self, deal: Deal) -> None:
        """Put the deal into this row."""
        self.id, self.account = deal.id, deal.account
        self.stage = deal.outcome or deal.step
        self.trail, self.head = dealflow.dumps(deal.trail), deal.trail.head
        self.version = deal.version


def change(session: Session, key: str, what: Callable[[Deal], object]) -> None:
    """Do something to a deal and save it; a refusal is saved, too, before it goes on."""
    row = session.get_one(Opportunity, key)
    deal = row.deal()
    try:
        what(deal)
    finally:  # the refusal is an entry of the trail, and nothing is half done after other errors
        row.keep(deal)
        session.commit()


def drag(session: Session, key: str, to: str, by: str) -> str:
    """Somebody drags a card: what the board shows."""
    try:
        change(session, key, lambda deal: deal.advance(to=to, by=by, at=NOW))
    except Refused as refusal:
        asks = [ask.question.text.en for ask in refusal.assessment.questions]
        return "\n  ".join([f"stays: {refusal}", *(f"ask: {question}" for question in asks)])
    except MoveNotAllowed as error:
        return f"no such way: {error}"
    return f"moved to {to}"


def board() -> Engine:
    """A database in memory with one opportunity."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    deal = Deal.open(PLAYBOOK, id="D-7", account="Northwind", by="lena", at=NOW)
    deal.add_contact("tom", name="Tom Baker", roles=["coach"], by="lena", at=NOW)
    deal.meet("call", participants=["tom"], by="lena", at=NOW)
    row = Opportunity()
    row.keep(deal)
    with Session(engine) as session, session.begin():
        session.add(row)
    return engine


def tom_answers(deal: Deal) -> None:
    """What Tom says when Lena asks what the refusal told her to ask."""
    deal.hear("tom", "need.presenting", "Late papers", by="lena", at=NOW)
    deal.hear("tom", "next_step.agreed", "2026-03-09", by="lena", at=NOW)


def main() -> None:
    """Drag a card, be refused, answer, drag again; then let two reps collide."""
    engine = board()
    with Session(engine) as session:
        print(drag(session, "D-7", "negotiation", "lena"))
        print(drag(session, "D-7", "qualification", "lena"))
        change(session, "D-7", tom_answers)
        print(drag(session, "D-7", "qualification", "lena"))

    with Session(engine) as lena, Session(engine) as omar:
        theirs = omar.get_one(Opportunity, "D-7")  # Omar has the card open ...
        deal = theirs.deal()
        change(lena, "D-7", lambda d: d.hear("tom", "offer.helps", True, by="lena", at=NOW))
        deal.hear("tom", "offer.helps", False, by="omar", at=NOW)
        theirs.keep(deal)
        try:
            omar.commit()  # ... and saves after Lena
        except StaleDataError:
            omar.rollback()
            print("somebody was faster: read the deal again, and say it again")
            again = omar.get_one(Opportunity, "D-7", populate_existing=True)
            print(f"version {again.version}, stage {again.stage}")


if __name__ == "__main__":
    main()
