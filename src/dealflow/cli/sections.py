"""Parts of several commands' pages: findings, questions, red flags, how a deal stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dealflow.assessment import Ask, Assessment, Farewell, Finding, RaisedFlag, Verdict
from dealflow.cli.output import STYLE, SYMBOL, Page
from dealflow.deal import Deal
from dealflow.playbook import WALKED_AWAY
from dealflow.scripts import Run
from dealflow.values import Truth
from dealflow.wording import Wording

__all__ = [
    "VERDICT_STYLE",
    "WALKED_AWAY",
    "ask_list",
    "evidence",
    "finding_block",
    "finding_line",
    "flag_list",
    "put_end",
    "put_farewell",
    "put_language",
    "put_place",
    "put_verdict",
    "shown",
]

_MOST_GAPS = 2
VERDICT_STYLE = {
    Verdict.WALK_AWAY: "bad",
    Verdict.RECONCILE: "conflict",
    Verdict.ASK: "unknown",
    Verdict.WORK: "bad",
    Verdict.READY: "good",
}
"""The style of each verdict."""


def shown(finding: Finding) -> Truth:
    """The truth by which a finding is coloured: what is set aside is as good as known good."""
    return Truth.TRUE if finding.holds else finding.truth


def finding_line(page: Page, w: Wording, finding: Finding, indent: int = 0) -> None:
    """A finding in a line, with the first things that are missing."""
    truth = shown(finding)
    page.put(
        (w.pair(w.guard(finding.guard), w.standing(finding)), STYLE[truth]),
        indent=indent,
        sign=(SYMBOL[truth], STYLE[truth]),
    )
    lines = [] if finding.holds else w.gap_lines(finding.gaps, brief=True)
    for line in lines[:_MOST_GAPS]:
        page.put((line, "quiet"), indent=indent + 2, sign=("·", "quiet"))
    if len(lines) > _MOST_GAPS:
        more = w.gettext("{n} more").format(n=len(lines) - _MOST_GAPS)
        page.put((more, "quiet"), indent=indent + 2, sign=("·", "quiet"))


def finding_block(page: Page, w: Wording, finding: Finding, indent: int = 0) -> None:
    """A finding that stands in the way: its reason, its evidence and what is missing."""
    truth = finding.truth
    page.put(
        (w.pair(w.guard(finding.guard), w.standing(finding)), STYLE[truth]),
        indent=indent,
        sign=(SYMBOL[truth], STYLE[truth]),
    )
    inner = indent + 2
    page.put((w.text(w.playbook.guard[finding.guard].refused), "quiet"), indent=inner)
    if finding.truth in (Truth.CONFLICTED, Truth.FALSE):
        evidence(page, w, finding.yes, finding.no, inner)
    for line in w.gap_lines(finding.gaps):
        page.put(line, indent=inner, sign="·")


def evidence(page: Page, w: Wording, yes: Iterable[int], no: Iterable[int], indent: int) -> None:
    """The statements for and against."""
    for label, style, ids in (
        (w.gettext("For"), "good", yes),
        (w.gettext("Against"), "bad", no),
    ):
        for told in w.told(ids):
            page.put((w.pair(label, ""), style), told, indent=indent, hang=2)


def ask_list(
    page: Page, w: Wording, asks: Sequence[Ask], most: int, indent: int = 0, *, brief: bool = False
) -> None:
    """Questions in order, with whom to ask and why; what one visit can settle is told together."""
    groups = w.together(asks)
    shown = groups[:most]
    width = len(str(len(shown))) + 1
    below = indent + width + 1
    notes = [_notes(w, group, brief=brief) for group in shown]
    reachable = [group[0].reachable for group in shown]
    for number, group in enumerate(shown, 1):
        if not reachable[number - 1] and (number == 1 or reachable[number - 2]):
            page.put(
                (w.gettext("Once somebody is known whose word counts:"), "quiet"), indent=indent
            )
        sign = f"{number}.".ljust(width)
        words = w.question(*group)
        words = words if group[0].question is None else w.quoted(words)
        page.put(words, indent=indent, sign=(sign, "unknown"))
        # Whom to ask and why stands below the last of several questions in a row that have it in
        # common. (By slices, as there is none behind the last.)
        if notes[number - 1 : number] != notes[number : number + 1]:
            for note in notes[number - 1]:
                page.put((note, "quiet"), indent=below)
    if len(groups) > most:
        more = len(groups) - most
        text = w.ngettext("and {n} more question", "and {n} more questions", more).format(n=more)
        page.put((text, "quiet"), indent=below)


def _notes(w: Wording, group: Sequence[Ask], *, brief: bool) -> list[str]:
    """Whom to ask and why, and what the answer is good for."""
    notes = [w.semicolons([w.capital(w.whom(group[0])), w.why(group[0])])]
    return notes if brief else [*notes, w.capital(w.bearing(*group))]


def flag_list(page: Page, w: Wording, flags: Iterable[RaisedFlag], indent: int = 0) -> None:
    """Red flags."""
    for flag in flags:
        page.put(w.red_flag(flag), indent=indent, sign=("⚑", "unknown"))
        if flag.ask is not None:
            whom = w.pair(w.capital(w.whom(flag.ask)), "")
            page.put((whom, "quiet"), w.quoted(w.question(flag.ask)), indent=indent + 2)


def put_language(page: Page, w: Wording) -> None:
    """That the playbook's texts are in another language, where they are."""
    if note := w.only_in():
        page.put((note, "quiet"))


def put_verdict(page: Page, w: Wording, now: Assessment) -> None:
    """A verdict and what it means."""
    verdict = now.verdict
    style = f"{VERDICT_STYLE[verdict]}.strong"
    page.put((w.pair(w.gettext("Verdict"), ""), "head"), (w.verdict(verdict), style))
    advice = w.advice(verdict)
    if verdict is Verdict.READY:
        enough = any(f.walk_away and f.needed and not f.holds for f in now.findings)
        advice = w.go_on(now.to, enough=enough)
    page.put((advice, "quiet"))


def put_place(page: Page, w: Wording, deal: Deal) -> None:
    """The step or the outcome, as a rule across."""
    number, steps = w.playbook.index(deal.step) + 1, len(w.playbook.steps)
    place = w.gettext("Step {number} of {steps}: {step}").format(
        number=number, steps=steps, step=w.step(deal.step)
    )
    if deal.outcome:
        place = w.bracketed(w.capital(w.outcome(deal.outcome)), place)
    page.rule(place)


def put_farewell(page: Page, w: Wording, farewell: Farewell) -> None:
    """The message with which we walk away."""
    message = w.farewell(farewell)
    if not message:
        return
    if farewell.called:
        page.put((w.gettext("The farewell call was made."), "quiet"))
        return
    whom = farewell.contacts[:1]
    text = w.gettext("What to say when you call {name}") if whom else w.gettext("What to say")
    name = w.person(whom[0]) if whom else ""
    page.put((text.format(name=name), "head"), hang=2)
    page.put((w.quoted(message), "note"), indent=2)


def put_end(page: Page, w: Wording, run: Run) -> None:
    """How the deal stands after the last line of its script."""
    deal = run.deal
    now = run.turns[-1].after
    put_place(page, w, deal)
    if deal.outcome is None:
        put_verdict(page, w, now)
        if now.questions and now.verdict is not Verdict.WALK_AWAY:
            page.put((w.gettext("Ask next"), "head"))
            ask_list(page, w, now.questions, 3, brief=True)
    if deal.outcome == WALKED_AWAY or (not deal.outcome and now.verdict is Verdict.WALK_AWAY):
        put_farewell(page, w, deal.farewell(at=now.at))
    page.put((tally(w, run), "quiet"))
    expected = sum(turn.line.expect is not None for turn in run.turns)
    if run.failures:
        text = w.ngettext(
            "{n} expectation of the script is not met",
            "{n} expectations of the script are not met",
            len(run.failures),
        )
        page.put((text.format(n=len(run.failures)), "bad"), sign=("✗", "bad"))
    elif expected:
        text = w.ngettext(
            "Everything is as the script expects ({n} line checked)",
            "Everything is as the script expects ({n} lines checked)",
            expected,
        )
        page.put((text.format(n=expected), "good"), sign=("✓", "good"))


def tally(w: Wording, run: Run) -> str:
    """How much was said, by how many, and how many moves were refused."""
    deal = run.deal
    kinds = [entry.kind for entry in deal.trail]
    heard = {s.source for s in deal.statements.values() if s.source_kind == "contact"}
    moves = kinds.count("moved") + kinds.count("refused")
    parts = [
        (w.ngettext("{n} statement", "{n} statements", len(deal.statements)), len(deal.statements)),
        (w.ngettext("{n} person heard", "{n} people heard", len(heard)), len(heard)),
        (w.ngettext("{n} move tried", "{n} moves tried", moves), moves),
        (w.ngettext("{n} refused", "{n} refused", kinds.count("refused")), kinds.count("refused")),
    ]
    return w.listed(text.format(n=n) for text, n in parts)
