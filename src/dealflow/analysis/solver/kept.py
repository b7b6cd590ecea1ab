"""What is known of a fact on a given deal, which may stay so or be something else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.known import Known
from dealflow.analysis.solver.people import Contacts
from dealflow.analysis.solver.scenes import Saying
from dealflow.analysis.solver.script import FALSE, TRUE, Bit, and_, implies, not_, or_
from dealflow.analysis.solver.values import Possible, Symbol
from dealflow.evidence import US, Evidence, Fact, Reading, Statement
from dealflow.values import Value

__all__ = ["Kept", "kept"]


@frozen(eq=False)
class Kept:
    """A fact of a given deal.

    Attributes:
        stays: whether everything that was said of it stays.
        sayings: what was said of it.
        anew: what is known of it where that is taken back.
        known: what is known of it either way.
    """

    stays: Bit
    sayings: tuple[Saying, ...]
    anew: Known
    known: Known


def kept(
    fact: Fact,
    sayings: tuple[Saying, ...],
    anew: Known,
    contacts: Contacts,
    cast: Cast,
    at: datetime,
) -> Kept:
    """What may be known of a fact of which something is said already.

    Args:
        fact: the fact.
        sayings: what was said of it.
        anew: what may be known of it when that is taken back.
        contacts: everybody.
        cast: those who are there already.
        at: the instant.
    """
    script = contacts.script
    stays = script.bit()
    script.demand(implies(stays, not_(anew.so)))
    now = _read(fact, sayings, cast, at)
    values = () if now.lacks else now.values
    so = TRUE if values else FALSE
    tellers = {each.teller for each in now.live}
    behind = [TRUE if so == TRUE and who.known in tellers else FALSE for who in contacts.everybody]

    def either(before: Bit, after: Bit) -> Bit:
        return script.named(or_(and_(stays, before), and_(not_(stays), after)))

    known = Known(
        either(so, anew.so),
        (
            *(Possible(stays, symbol) for symbol in _symbols(values, contacts)),
            *anew.values,
        ),
        either(TRUE if len(now.values) > 1 else FALSE, anew.disputed),
        either(TRUE if now.final else FALSE, anew.final),
        either(TRUE if now.dissent else FALSE, anew.dissent),
        tuple(either(b, t) for b, t in zip(behind, anew.tellers, strict=True)),
    )
    return Kept(stays, sayings, anew, known)


def _symbols(values: Sequence[tuple[Value, object]], contacts: Contacts) -> list[Symbol]:
    found = (contacts.coder.symbol(value) for value, _ in values)
    return [symbol for symbol in found if symbol is not None]


def _read(fact: Fact, sayings: Sequence[Saying], cast: Cast, at: datetime) -> Reading:
    evidence, about = Evidence(), None
    for number, saying in enumerate(sayings, 1):
        about = saying.about
        evidence.add(
            Statement(
                *(saying.fact, saying.source_kind, saying.source, at - saying.age),
                about=about,
                first_hand=saying.first_hand,
                via=saying.via,
                id=number,
                value=saying.value,
                recorded_at=at,
                by=US,
            )
        )
    return evidence.read(fact, about, cast, at)
