"""How to ask: each question in the words of its moment, and why it is asked.

To ask for the first time, to ask whether it is still so, to ask for what others have told us and to
bring those together who contradict each other are different sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from dealflow.assessment import Ask
from dealflow.evidence import Statement
from dealflow.values import ValueType, Verdict
from dealflow.wording.statements import Statements

__all__ = ["bearing", "question", "reason"]

_LONGEST_QUOTE = 60

_Moment = Literal["again", "over", "confirm", "apart"]
_MOMENTS: Mapping[str, _Moment] = MappingProxyType(
    {
        "stale": "again",
        "refuted": "again",
        "since_rejection": "again",
        "passed": "over",
        "second_source": "confirm",
        "role": "confirm",
        "first_hand": "confirm",
        "final_word": "confirm",
        "too_few_voices": "confirm",
        "conflicted": "apart",
    }
)
"""The moment of a question by its reason; any other is asked for the first time."""


def question(w: Statements, ask: Ask, words: str) -> str:
    """A question in the words of its moment.

    Args:
        w: the deal's wording.
        ask: the question.
        words: what it asks, as it is asked for the first time.
    """
    moment = _MOMENTS.get(ask.reason)
    followed = [said for id in ask.follows for said in w.made_by(id)]
    if ask.fact is not None:
        followed = [said for said in followed if said.fact == ask.fact]
    if moment == "apart" and followed:
        # Not who said what: they are asked, and not confronted.
        facts = w.listed(dict.fromkeys(w.fact(said.fact) for said in followed))
        return w.spaced([w.gettext("It is about this: {facts}.").format(facts=facts), words])
    mine = [said for said in followed if said.source in ask.of[:1] and said.first_hand]
    if moment == "again" and mine:
        text = w.gettext("On {day} you {said}. Is that still so?")
        return text.format(day=w.date(mine[-1].said_at), said=_said(w, mine[-1]))
    if moment == "over" and mine:
        text = w.gettext("On {day} you {said}. That day is over. {question}")
        day, said = w.date(mine[-1].said_at), _said(w, mine[-1])
        return text.format(day=day, said=said, question=words)
    # Who said it, and what, stays with us: it was told in confidence, and would lead the answer.
    if followed and not mine and moment is not None:
        text = w.gettext("We have heard of this from others, and would like to hear it from you.")
        return w.spaced([text, words])
    return words


def _said(w: Statements, said: Statement) -> str:
    claim = w.pair(w.fact(said.fact), w.value(said.fact, said.value))
    if not said.quote:
        return w.gettext("told us ({claim})").format(claim=claim)
    return w.gettext("said ‘{quote}’ ({claim})").format(quote=_brief(said.quote), claim=claim)


def _brief(quote: str) -> str:
    """As much of what somebody said as reminds him of it."""
    quote = " ".join(quote.split())
    if len(quote) <= _LONGEST_QUOTE:
        return quote
    cut = quote[:_LONGEST_QUOTE]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(",.;，。；") + "…"


def reason(w: Statements, ask: Ask) -> str:
    """Why to ask it."""
    if ask.reason == "refuted":
        return _refuted(w, ask)
    return {
        "never_asked": w.gettext("never asked"),
        "stale": w.gettext("the last answer is out of date"),
        "second_source": w.gettext("one source is not enough"),
        "role": w.gettext("others have said so, but not those whose word counts"),
        "first_hand": w.gettext("heard only at second hand so far"),
        "final_word": w.gettext("whoever has the final word has to say so"),
        "since_rejection": w.gettext("not said again since the rejection"),
        "too_few_voices": w.gettext("one voice alone is no proof"),
        "too_few_heard": w.gettext("too few people have been heard"),
        "nobody_in_role": w.gettext("nobody is known in that role"),
        "part_unknown": w.gettext("until then nobody knows what their word counts for"),
        "passed": w.gettext("the day named is over"),
        "not_named": w.gettext("nobody has named it yet"),
        "not_set": w.gettext("not on record"),
        "conflicted": w.gettext("the answers contradict each other"),
        "red_flag": w.gettext("a red flag is up"),
    }[ask.reason]


def _refuted(w: Statements, ask: Ask) -> str:
    fact = w.playbook.fact[str(ask.fact)]
    if fact.type is ValueType.YES_NO:
        noes = [said.value is False for id in ask.follows for said in w.made_by(id)]
        if all(noes):
            return w.gettext("the answer was no")
    return w.gettext("the answer stands in the way")


def bearing(w: Statements, ask: Ask) -> str:
    """What the answer is good for, and what it could lead to."""
    told = []
    if ask.decides:
        text = w.gettext("may decide by itself: {guards}")
        told.append(text.format(guards=w.middle_dots(map(w.guard, ask.decides))))
    elif ask.guards:
        text = w.gettext("helps to decide: {guards}")
        told.append(text.format(guards=w.middle_dots(map(w.guard, ask.guards))))
    if Verdict.WALK_AWAY in ask.leads_to:
        told.append(w.gettext("could end the deal"))
    if Verdict.READY in ask.leads_to:
        told.append(w.gettext("could clear the way"))
    return w.semicolons(told)
