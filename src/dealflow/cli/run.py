"""A deal script as it was played: the screenplay, with what each line changed in the margin."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from dealflow.assessment import Finding, Verdict
from dealflow.cli import sections
from dealflow.cli.output import STYLE, SYMBOL, Page, Piece
from dealflow.cli.typeset import cell_len, padded
from dealflow.evidence import Contact
from dealflow.playbook import FULFILLED
from dealflow.scripts import Answer, Change, Confirm, Conflict, Failure, Run, Say, Turn
from dealflow.trail import Entry, events
from dealflow.typing import Language
from dealflow.values import Truth
from dealflow.wording import Wording

__all__ = ["put_run"]

_ENDS = (events.WalkedAway, events.Lost)


def put_run(page: Page, language: Language, run: Run, *, full: bool = True) -> None:
    """Print the screenplay; when not full, without what our rep asked and what each answer says."""
    _Play(page, language, run, full).put()


class _Play:
    def __init__(self, page: Page, language: Language, run: Run, full: bool) -> None:
        self.page, self.run, self.full = page, run, full
        # names and titles as they were at the time, not as they came to be
        self.people: dict[str, Contact] = {}
        self.w = w = Wording(
            run.deal.playbook,
            language,
            people=self.people,
            statements=run.deal.statements,
            confirmations=run.deal.confirmations,
            waivers=run.deal.waivers,
        )
        self.margin = 6 if full else cell_len(w.day(date(2026, 12, 31))) + 1
        self.when = ""
        self.day: date | None = None
        self.introduced: set[str] = set()
        self.verdict: Verdict | None = None
        self.up = {flag.flag for flag in run.turns[0].before.red_flags}

    def put(self) -> None:
        self.title()
        for turn in self.run.turns:
            self.turn(turn)
        self.page.blank()
        sections.put_end(self.page, self.w, self.run)

    def title(self) -> None:
        page, w = self.page, self.w
        page.put((w.text(self.run.script.title), "head"))
        page.put(w.text(self.run.script.story))
        facts = [w.entry(self.run.deal.trail[0]).rstrip(".。")]
        rules = self.run.deal.playbook
        told = " · ".join([*facts, f"{w.text(rules.title)} {rules.version}"])
        page.put((told, "quiet"), hang=2)
        sections.put_language(page, w)
        page.blank()
        self.step(rules.steps[0].id)
        self.clock(self.run.script.opening.at)
        for entry in self.run.opening[1:]:
            self.know(entry)
            self.line(w.entry(entry))

    def know(self, entry: Entry) -> None:
        """Note who is on the map from now on."""
        if isinstance(entry.event, events.ContactAdded | events.ContactChanged):
            self.people[entry.event.contact.id] = entry.event.contact

    def turn(self, turn: Turn) -> None:
        self.clock(turn.line.at)
        # A refusal tells its guards at length below; a guard is told once in a turn.
        blocking = {f.guard for f in turn.refused.findings} if turn.refused else set[str]()
        disputed = {conflict.guard for conflict in turn.conflicts}
        self.lapsed(c for c in turn.lapsed if c.guard not in blocking)
        for entry in turn.entries:
            self.know(entry)
            self.entry(turn, entry)
        self.changes(c for c in turn.changes if c.guard not in blocking | disputed)
        for conflict in turn.conflicts:
            self.conflict(conflict)
        self.refusal(turn)
        self.turning_point(turn)
        self.red_flags(turn)
        if turn.line.comment:
            self.note("▸", "quiet", (self.w.text(turn.line.comment), "note"))
        for failure in turn.failures:
            self.note("✗", "bad", (unmet(self.w, failure), "bad"))

    def clock(self, at: datetime) -> None:
        """Note the time for the next line; a new day gets a heading, or its date in the margin."""
        w = self.w
        fresh = at.date() != self.day
        self.day = at.date()
        if self.full:
            if fresh:
                self.page.blank()
                self.page.put((w.date(at.date()), "head"))
            self.when = f"{at:%H:%M}"
        elif fresh:
            self.when = w.day(at.date())

    def line(self, *pieces: Piece) -> None:
        """A line of the play itself; the first one of a turn says when."""
        sign = padded(self.when, self.margin - 1)
        self.page.put(*pieces, sign=(sign, "quiet"))
        self.when = ""

    def note(self, sign: str, style: str, *pieces: Piece) -> None:
        """A line in the margin."""
        self.page.put(*pieces, indent=self.margin + 2, sign=(sign, style))

    def entry(self, turn: Turn, entry: Entry) -> None:
        w, action = self.w, turn.line.action
        match entry.event:
            case events.Said() as event:
                if entry is turn.entries[0] and isinstance(action, Say | Answer):
                    self.speech(turn, action, event)
                if self.full:
                    self.note("→", "quiet", (w.claim(event), "quiet"))
            case events.Moved() as event if event.to_step in w.playbook.step:
                self.step(event.to_step)
            case events.SteppedBack() | events.Reopened() as event:
                self.line((w.entry(entry), "head"))
                self.step(event.to_step)
            case events.Moved() | events.Lost() | events.WalkedAway():
                self.line((w.entry(entry), "head"))
            case events.Refused() as event:
                self.refused_move(event, entry.by)
            # A talk is in what was said in it; told briefly, the call itself is left out.
            case events.Met() as event if event.interaction.spoke != "us" and not (
                self.full or turn.changes
            ):
                pass
            case _:
                if isinstance(action, Confirm) and action.asks and self.full:
                    self.line((w.pair(turn.line.by, w.quoted(action.asks)), "quiet"))
                self.line(w.entry(entry))

    def step(self, id: str) -> None:
        w = self.w
        number, steps = w.playbook.index(id) + 1, len(w.playbook.steps)
        told = w.gettext("Step {number} of {steps}: {step}")
        if self.day is not None and self.full:
            self.page.blank()
        self.page.rule(told.format(number=number, steps=steps, step=w.step(id)))

    def speech(self, turn: Turn, action: Say | Answer, said: events.Said) -> None:
        w = self.w
        if action.asks and self.full:
            self.line((w.pair(turn.line.by, w.quoted(action.asks)), "quiet"))
        # The job title comes with a person's first words, as in a play.
        fresh = said.source not in self.introduced
        self.introduced.add(said.source)
        who = w.source(said) if fresh else w.source(said, card=False)
        who = w.capital(who)
        if action.quote:
            self.line((w.pair(who, ""), "head"), w.quoted(action.quote))
        else:
            made = (e.event for e in turn.entries if isinstance(e.event, events.Said))
            self.line((w.pair(who, ""), "head"), w.listed(map(w.claim, made)))

    def lapsed(self, changes: Iterable[Change]) -> None:
        """Guards that time has changed since the line above."""
        found = [change.after for change in changes]
        if not found:
            return
        if self.full:
            self.line((self.w.gettext("Time has passed:"), "quiet"))
            for finding in found:
                sections.finding_line(self.page, self.w, finding, self.margin + 2)
        else:
            for standing, style, guards in self.grouped(found):
                self.line((self.w.pair(self.w.capital(standing), guards), style))

    def grouped(self, findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
        """Findings that stand alike: how, in which style, and which they are."""
        groups: dict[tuple[str, Truth], list[str]] = {}
        for finding in findings:
            key = self.w.standing(finding), sections.shown(finding)
            groups.setdefault(key, []).append(self.w.guard(finding.guard))
        return [(how, STYLE[truth], " · ".join(all)) for (how, truth), all in groups.items()]

    def changes(self, changes: Iterable[Change]) -> None:
        """Guards that give another outcome: those that hold now on one line, the others each."""
        found = list(changes)
        good = [change for change in found if change.after.holds]
        if good:
            titles = " · ".join(self.w.guard(change.guard) for change in good)
            self.note("✓", "good", (titles, "good"))
        for change in found:
            if not change.after.holds:
                sections.finding_line(self.page, self.w, change.after, self.margin + 2)

    def conflict(self, conflict: Conflict) -> None:
        w, truth = self.w, Truth.CONFLICTED
        kinds = {s.source_kind for s in (*conflict.yes, *conflict.no)}
        text = w.pair(w.guard(conflict.guard), w.contradiction(people=kinds == {"contact"}))
        self.note(SYMBOL[truth], STYLE[truth], (text, STYLE[truth]))
        yes, no = [s.id for s in conflict.yes], [s.id for s in conflict.no]
        sections.evidence(self.page, w, yes, no, self.margin + 4)

    def refused_move(self, event: events.Refused, by: str) -> None:
        w = self.w
        if event.to_step == FULFILLED:
            self.line(w.gettext("{by} wants to close the deal as fulfilled.").format(by=by))
        else:
            text = w.gettext("{by} wants to move on to {step}.")
            self.line(text.format(by=by, step=w.step(event.to_step)))

    def refusal(self, turn: Turn) -> None:
        if turn.refused is None:
            return
        w, page, assessment = self.w, self.page, turn.refused.assessment
        self.note("✗", "bad", (w.first(assessment.verdict), "bad.strong"))
        indent = self.margin + 4
        # who should walk away has asked enough
        asks = () if assessment.verdict is Verdict.WALK_AWAY else assessment.questions
        if self.full:
            for finding in turn.refused.findings:
                sections.finding_block(page, w, finding, indent)
            if asks:
                page.put((w.gettext("Ask next"), "head"), indent=indent)
                sections.ask_list(page, w, asks, 3, indent, brief=True)
            return
        for standing, style, guards in self.grouped(turn.refused.findings):
            page.put((w.pair(w.capital(standing), ""), style), guards, indent=indent, hang=2)
        for ask in asks[:1]:
            whom = w.pair(w.capital(w.whom(ask)), "")
            page.put((whom, "head"), w.quoted(w.question(ask)), indent=indent, hang=2)

    def turning_point(self, turn: Turn) -> None:
        """The verdict, when this line has turned it to something that somebody can act on."""
        now, w = turn.after, self.w
        before, self.verdict = self.verdict, now.verdict
        # A verdict is news once. After a refusal it has been told, and after the end it is nobody's
        # business.
        if turn.refused is not None or now.verdict is before or _ended(turn):
            return
        if now.verdict is Verdict.READY and self.full:
            text = w.gettext("Ready to leave {step}").format(step=w.step(now.step))
            self.note("✓", "good", (text, "good.strong"))
        elif now.verdict is Verdict.WALK_AWAY:
            told = w.pair(w.gettext("Verdict"), w.verdict(now.verdict))
            self.note("✗", "bad", (told, "bad.strong"))

    def red_flags(self, turn: Turn) -> None:
        """The red flags that have gone up with this line; those up before are no news."""
        if not self.full or _ended(turn):
            return
        up, flags = self.up, turn.after.red_flags
        self.up = {flag.flag for flag in flags}
        fresh = (flag for flag in flags if flag.flag not in up)
        sections.flag_list(self.page, self.w, fresh, self.margin + 2)


def _ended(turn: Turn) -> bool:
    """Whether the deal ended in this line: then nothing is left to act on."""
    events_ = [entry.event for entry in turn.entries]
    return any(isinstance(e, _ENDS) or getattr(e, "to_step", "") == FULFILLED for e in events_)


def unmet(w: Wording, failure: Failure) -> str:
    """An expectation of a script that was not met."""
    message = {
        "step": w.gettext("The script expects the step {expected}, but it is {found}."),
        "outcome": w.gettext("The script expects the outcome {expected}, but it is {found}."),
        "verdict": w.gettext("The script expects the verdict {expected}, but it is {found}."),
        "refused": w.gettext("The script expects these in the way: {expected}; found: {found}."),
    }[failure.what]
    expected, found = (
        _named(w, failure.what, failure.expected),
        _named(w, failure.what, failure.found),
    )
    return message.format(expected=expected, found=found)


def _named(w: Wording, what: str, ids: str) -> str:
    if what == "step":
        return w.step(ids)
    if what == "outcome":
        return w.outcome(None if ids == "open" else ids)
    if what == "verdict":
        return w.verdict(Verdict(ids))
    return w.listed(map(w.guard, ids.split())) or w.gettext("nothing")
