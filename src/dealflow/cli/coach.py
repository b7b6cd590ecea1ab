"""The coach's sheet: where a deal stands, what is in the way, and what to ask of whom."""

from __future__ import annotations

from collections.abc import Sequence

from dealflow.assessment import Assessment, Verdict
from dealflow.cli import sections
from dealflow.cli.output import Page
from dealflow.cli.thin_answers import ThinAnswer, thin_answers
from dealflow.deal import Deal
from dealflow.wording import Wording

__all__ = ["put_coach", "put_head"]

_MOST_THIN = 5
_HANG = 2


def put_head(page: Page, w: Wording, deal: Deal) -> None:
    """What the deal is, in two lines."""
    price = w.money(deal.amount) if deal.amount else ""
    facts = [deal.account, deal.title, price]
    # They are texts of others and may be long: below the first no line of theirs begins like ours.
    page.put((" · ".join(fact for fact in facts if fact), "head"), hang=_HANG)
    rules = f"{w.text(deal.playbook.title)} {deal.playbook.version}"
    page.put((f"{deal.id} · {rules}", "quiet"), hang=_HANG)
    sections.put_language(page, w)


def put_coach(
    page: Page, w: Wording, deal: Deal, now: Assessment, ways: Sequence[Assessment] = ()
) -> None:
    """The whole sheet; of the ways forward, what there is to choose from."""
    put_head(page, w, deal)
    page.blank()
    sections.put_place(page, w, deal)
    if deal.outcome is None:
        _open_deal(page, w, deal, now, ways)
    else:
        since = w.gettext("Closed; last entry on {day}.").format(day=w.date(deal.trail[-1].at))
        page.put((since, "quiet"))
    ended = deal.outcome is None and now.verdict is Verdict.WALK_AWAY
    if ended or deal.outcome == sections.WALKED_AWAY:
        page.blank()
        sections.put_farewell(page, w, deal.farewell(at=now.at))


def _open_deal(
    page: Page, w: Wording, deal: Deal, now: Assessment, ways: Sequence[Assessment]
) -> None:
    step = deal.playbook.step[deal.step]
    stay = w.gettext("As of {day}; in this step since {since} ({duration}).").format(
        day=w.date(now.at), since=w.date(now.since), duration=w.days(now.at - now.since)
    )
    page.put(w.text(step.goal))
    page.put((stay, "quiet"))
    _ways(page, w, deal, ways)
    page.blank()
    sections.put_verdict(page, w, now)
    _findings(page, w, now)
    if now.questions:
        _section(page, w.gettext("Ask, in this order"))
        sections.ask_list(page, w, now.questions, len(now.questions))
    if now.ahead:
        text = w.gettext("For the step ahead ({step}), ask in this order")
        _section(page, text.format(step=w.step(now.to)))
        sections.ask_list(page, w, now.ahead, len(now.ahead))
    if now.red_flags:
        _section(page, w.gettext("Red flags"))
        sections.flag_list(page, w, now.red_flags)
    _thin(page, w, deal, now)
    if now.paper is not None:
        _section(page, w.gettext("Kind of paper"))
        page.put(w.paper(now.paper))
        for item in w.contents(now.paper):
            page.put(item, indent=2, sign="·")


def _ways(page: Page, w: Wording, deal: Deal, ways: Sequence[Assessment]) -> None:
    """What there is to choose from: each way with its verdict and what is in its way."""
    plans = deal.playbook.plans[deal.step]
    if len(plans) < 2:
        return
    page.blank()
    if len(ways) == 1:
        told = w.gettext("Only the way to {step} is looked at; there are {n}.")
        page.put(told.format(step=w.quoted(w.step(ways[0].to)), n=len(plans)))
        return
    page.put((w.gettext("Ways on"), "head"))
    for way in ways:
        style = sections.VERDICT_STYLE[way.verdict]
        label = w.pair(w.step(way.to), "")
        page.put(label, (w.verdict(way.verdict), f"{style}.strong"), sign=("→", "quiet"))
        for finding in way.blocking:
            sections.finding_line(page, w, finding, indent=2)
    ready = {way.move for way in ways if way.verdict is Verdict.READY}
    choice = tuple(plan for plan in plans if plan.move.id in ready)
    page.put((w.order_of_ways(plans, choice), "quiet"))


def _section(page: Page, title: str) -> None:
    page.blank()
    page.put((title, "head"))


def _findings(page: Page, w: Wording, now: Assessment) -> None:
    if now.blocking:
        _section(page, w.gettext("In the way"))
        for finding in now.blocking:
            sections.finding_block(page, w, finding)
    watched = [f for f in now.findings if not f.blocks and not f.holds]
    if watched:
        _section(page, w.gettext("Not in the way yet"))
        for finding in watched:
            sections.finding_line(page, w, finding)
    good = [f for f in now.findings if f.holds]
    if good:
        _section(page, w.gettext("Known good"))
        titles = (w.headline(f) if f.waived is not None else w.guard(f.guard) for f in good)
        page.put((" · ".join(titles), "good"), sign=("✓", "good"))


def _thin(page: Page, w: Wording, deal: Deal, now: Assessment) -> None:
    probes = {probe.id: w.text(probe.text) for probe in deal.playbook.coaching.probes}
    # A playbook may have other probes than ours: only those that it has are asked.
    thin = [t for t in thin_answers(deal, now) if probes.keys() & set(t.probes)]
    if not thin:
        return
    _section(page, w.gettext("Thin answers: what holds, but not firmly"))
    # what was said in one breath is told in one breath
    groups: dict[tuple[object, ...], list[ThinAnswer]] = {}
    for answer in thin:
        said = deal.made_by(answer.statement)[0]
        key = (said.source, said.via, said.said_at, said.quote, answer.probes)
        groups.setdefault(key, []).append(answer)
    for group in list(groups.values())[:_MOST_THIN]:
        page.put(w.statement(group[0].statement, claim=False), sign="·")
        claims = (w.claim(s) for answer in group for s in deal.made_by(answer.statement))
        page.put((w.semicolons(claims), "quiet"), indent=2)
        asked = w.spaced(probes[id] for id in group[0].probes if id in probes)
        page.put((asked, "unknown"), indent=2)
    if len(groups) > _MOST_THIN:
        more = w.gettext("{n} more").format(n=len(groups) - _MOST_THIN)
        page.put((more, "quiet"), sign="·")
    if "change_of_mind" in probes:
        last = w.gettext("And of every answer: {question}")
        page.put(last.format(question=probes["change_of_mind"]))
