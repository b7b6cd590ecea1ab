"""How to ask: each question in the words of its moment, and why it is asked.

To ask for the first time, to ask whether it is still so, to ask for what others have told us and to
bring those together who contradict each other are different sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from dealflow.assessment import Ask
from dealflow.evidence import Statement
from dealflow.values import ValueType, Verdict
from dealflow.wording.statements import Statements

__all__ = ["bearing", "question", "reason", "together", "whom"]

_LONGEST_QUOTE = 60

_Moment = Literal["again", "no", "over", "confirm", "apart"]
_MOMENTS: Mapping[str, _Moment] = MappingProxyType(
    {
        "stale": "again",
        "refuted": "no",
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
_AGAINST = ("refuted", "since_rejection")


def question(w: Statements, asks: Sequence[Ask], words: str) -> str:
    """A question in the words of its moment.

    Args:
        w: the deal's wording, in the language of the words.
        asks: the question; several as they come from :func:`together`.
        words: what it asks, as it is asked for the first time.
    """
    ask = asks[0]
    moment, followed = _moment(w, ask), _followed(w, ask)
    if moment == "apart" and followed:
        return _apart(w, followed, words)
    if mine := [said for one in asks for said in _reminded(w, one)]:
        return _again(w, moment, mine, words)
    # Who said it, and what, stays with us: it was told in confidence, and would lead the answer.
    kinds = {said.source_kind for said in followed} if moment is not None else set()
    if "contact" in kinds:
        text = w.gettext("We have heard of this from others, and would like to hear it from you.")
        return w.spaced([text, words])
    if "document" in kinds:
        text = w.gettext("We have read of this, and would like to hear it from you.")
        return w.spaced([text, words])
    return words


def _apart(w: Statements, followed: Iterable[Statement], words: str) -> str:
    # Not who said what: they are asked, and not confronted.
    facts = w.listed(dict.fromkeys(w.fact(said.fact) for said in followed))
    about = w.gettext("It is about this: {facts}.").format(facts=facts)
    people = {said.source for said in followed if said.source_kind == "contact"}
    # Where a paper says otherwise, or we saw otherwise ourselves, no colleague does.
    if len(people) < 2:
        words = w.gettext("We have found different answers to that; how do you see it?")
    return w.spaced([about, words])


def _again(w: Statements, moment: _Moment | None, mine: list[Statement], words: str) -> str:
    latest = mine[-1]
    claims = w.semicolons([w.pair(w.fact(s.fact), w.value(s.fact, s.value)) for s in mine])
    day, said = w.date(latest.said_at), _said(w, latest, claims)
    if moment == "over":
        text = w.gettext("On {day} you {said}. That day is over. {question}")
        return text.format(day=day, said=said, question=words)
    if moment == "no":
        text = w.gettext("On {day} you {said}. Is that still so? If it is, what has to change?")
    elif len(mine) > 1:
        text = w.gettext("On {day} you {said}. Is all of that still so?")
    else:
        text = w.gettext("On {day} you {said}. Is that still so?")
    return text.format(day=day, said=said)


def whom(w: Statements, ask: Ask) -> tuple[str, ...]:
    """The people to whom a question is put in these words: one, who is reminded of his own.

    Whoever said it himself has not "heard of it from others".
    """
    if _reminded(w, ask):
        return ask.of[:1]
    if _moment(w, ask) in (None, "apart"):
        return ask.of
    spoken = {said.source for said in _followed(w, ask) if said.first_hand}
    return tuple(who for who in ask.of if who not in spoken)


def together(w: Statements, asks: Iterable[Ask]) -> list[tuple[Ask, ...]]:
    """Questions for a page: what one person said in one breath is asked of at one time."""
    groups: dict[tuple[object, ...], tuple[Ask, ...]] = {}
    for n, ask in enumerate(asks):
        mine = _reminded(w, ask) if _moment(w, ask) == "again" else []
        key = (mine[-1].source, mine[-1].said_at, mine[-1].quote) if mine else (n,)
        groups[key] = (*groups.get(key, ()), ask)
    return list(groups.values())


def _moment(w: Statements, ask: Ask) -> _Moment | None:
    close = w.playbook.trial_close
    if close is not None and ask.fact == close.fact and ask.reason in _AGAINST:
        # Nobody opens the next trial close with the no of the last one.
        return None
    return _MOMENTS.get(ask.reason)


def _followed(w: Statements, ask: Ask) -> list[Statement]:
    """The statements that a question comes back to."""
    followed = [said for id in ask.follows for said in w.made_by(id)]
    return followed if ask.fact is None else [s for s in followed if s.fact == ask.fact]


def _reminded(w: Statements, ask: Ask) -> list[Statement]:
    """The words of the one to be asked of which the question reminds him: of each fact the last."""
    if _moment(w, ask) in (None, "apart"):
        return []
    mine = [s for s in _followed(w, ask) if s.source in ask.of[:1] and s.first_hand]
    by_age = sorted(mine, key=lambda said: (said.said_at, said.id))
    return list({said.fact: said for said in by_age}.values())


def _said(w: Statements, said: Statement, claims: str) -> str:
    if not said.quote:
        return w.gettext("told us ({claim})").format(claim=claims)
    return w.gettext("said ‘{quote}’ ({claim})").format(quote=_brief(said.quote), claim=claims)


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
    if ask.reason == "role":
        return _of_others(w, ask)
    return {
        "never_asked": w.gettext("never asked"),
        "stale": w.gettext("the last answer is out of date"),
        "second_source": w.gettext("one source is not enough"),
        "first_hand": w.gettext("the last word on it came at second hand"),
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


def _of_others(w: Statements, ask: Ask) -> str:
    followed = _followed(w, ask)
    if len({said.value for said in followed}) > 1:
        return w.gettext("others contradict each other, and it is not their word that counts")
    if {said.source_kind for said in followed} == {"document"}:
        return w.gettext("it stands in a paper, but those whose word counts have not said so")
    return w.gettext("others have said so, but not those whose word counts")


def bearing(w: Statements, asks: Sequence[Ask]) -> str:
    """What the answers are good for, and what they could lead to."""
    told = []
    decides = dict.fromkeys(guard for ask in asks for guard in ask.decides)
    guards = dict.fromkeys(guard for ask in asks for guard in ask.guards)
    leads_to = {verdict for ask in asks for verdict in ask.leads_to}
    if decides:
        text = w.gettext("may decide by itself: {guards}")
        told.append(text.format(guards=w.middle_dots(map(w.guard, decides))))
    elif guards:
        text = w.gettext("helps to decide: {guards}")
        told.append(text.format(guards=w.middle_dots(map(w.guard, guards))))
    if Verdict.WALK_AWAY in leads_to:
        told.append(w.gettext("could end the deal"))
    if Verdict.READY in leads_to:
        told.append(w.gettext("could clear the way"))
    return w.semicolons(told)
