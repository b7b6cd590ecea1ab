"""Audits on paper: whether a trail's hashes fit, it makes sense, and its judgements are right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from attrs import frozen

from dealflow.analysis import Audit, Discrepancy, audit
from dealflow.assessment import Finding
from dealflow.cli.input import bad, open_playbook, rules_of
from dealflow.cli.output import Page
from dealflow.cli.trail import Checked, check, put_hashes
from dealflow.deal import Deal
from dealflow.exceptions import TrailError
from dealflow.playbook import Playbook
from dealflow.trail import Entry, GuardRecord, Trail
from dealflow.typing import Language
from dealflow.values import Truth, Verdict
from dealflow.wording import Wording, Words

__all__ = ["audit_file", "put_audit"]


@frozen
class Audited:
    """What came of the three checks of a trail, each of which needs the one before.

    Attributes:
        checked: whether its hashes fit.
        playbook: the rules under which it was made; ``None`` when its hashes do not fit.
        nonsense: the first entry that cannot follow from those before it, if there is one.
        found: what came of judging it again; ``None`` when it did not get so far.
    """

    checked: Checked
    playbook: Playbook | None = None
    nonsense: TrailError | None = None
    found: Audit | None = None

    @property
    def exit_code(self) -> int:
        """0 when nothing is found, 1 for findings, 2 when there is nothing to check."""
        if self.checked.problem is not None:
            return self.checked.exit_code
        return int(self.found is None or not self.found.clean)

    def to_data(self) -> dict[str, object]:
        """The document of ``trail audit``."""
        data, found = self.checked.to_data(), self.found
        if self.playbook is not None:
            data["not_checked"] = ["judgements"] if found is None else []
        if self.nonsense is not None:
            data |= {"first_bad": self.nonsense.seq, "problem": str(self.nonsense)}
        return data | {
            "sound": self.exit_code == 0,
            "judged": list(found.judged) if found else [],
            "discrepancies": [_data(each) for each in found.discrepancies] if found else [],
        }


def _data(found: Discrepancy) -> dict[str, object]:
    return {
        "entry": found.entry,
        "kind": found.kind,
        "guard": found.guard,
        "what": found.what,
        "recorded": found.recorded,
        "judged": found.judged,
    }


def audit_file(name: str, head: str | None, playbook: str | None) -> Audited:
    """Check a trail's file, and judge it again.

    Args:
        name: the file.
        head: the hash of its last entry, as known from elsewhere.
        playbook: the rules under which it was made; by default the shipped ones that it names.

    Raises:
        BadInput: it is no trail at all, or was made under other rules.
        BadParameter: the head is no hash.
    """
    checked = check(name, head)
    if checked.problem is not None:
        return Audited(checked)
    rules = open_playbook(playbook) if playbook else _own_rules(name, checked.trail)
    try:
        return Audited(checked, rules, found=audit(checked.trail, rules))
    except TrailError as error:
        # By other rules nothing can be said of it, and nothing is wrong with it.
        if any(each.code == "other_playbook" for each in error.problems):
            bad(name, error)
        return Audited(checked, rules, nonsense=error)


def _own_rules(name: str, trail: Trail) -> Playbook:
    try:
        return rules_of(trail)
    except TrailError as error:
        bad(name, error)


def put_audit(page: Page, lang: Language, audited: Audited) -> None:
    """Say what came of each of the three, and of every judgement that is not right."""
    words = Words(lang)
    put_hashes(page, lang, audited.checked)
    if audited.nonsense is not None:
        page.put((words.in_words(str(audited.nonsense)), "bad"), sign=("✗", "bad"))
        text = words.gettext("Not checked: whether moves were judged rightly.")
        page.put((text, "unknown"), indent=2, sign=("?", "unknown"))
    if audited.found is None or audited.playbook is None:
        return
    sense = words.gettext("every entry can follow from those before it")
    page.put((sense, "good"), sign=("✓", "good"))
    _put_judgements(page, words, audited.found)
    trail = audited.checked.trail
    if audited.found.discrepancies:
        wording = Wording.of(Deal.replay(audited.playbook, trail), lang)
        for seq, found in groupby(audited.found.discrepancies, lambda each: each.entry):
            _put_entry(page, wording, trail[seq - 1], found)
        page.blank()
    text = words.gettext("Whether people said what is on record, no audit can tell.")
    page.put((text, "unknown"), indent=2, sign=("?", "unknown"))


def _put_judgements(page: Page, words: Words, found: Audit) -> None:
    wrong, judged = len(found.wrong), len(found.judged)
    if wrong:
        text = words.ngettext(
            "{wrong} of {n} judgements is not what the evidence before it gives:",
            "{wrong} of {n} judgements are not what the evidence before them gives:",
            wrong,
        )
        page.put((text.format(wrong=wrong, n=judged), "bad"), sign=("✗", "bad"))
        return
    text = words.ngettext(
        "{n} judgement, right on the evidence before it",
        "{n} judgements, each right on the evidence before it",
        judged,
    )
    page.put((text.format(n=judged), "good"), sign=("✓", "good"))


def _put_entry(page: Page, w: Wording, entry: Entry, found: Iterable[Discrepancy]) -> None:
    """An entry, and in what the record of its judgement differs from what the evidence gives."""
    page.blank()
    sign = f"{entry.seq} {w.instant(entry.at)} {entry.by}"
    page.put((w.entry(entry), "head"), sign=(sign, "quiet"), indent=2, hang=2)
    event: Any = entry.event
    for guard, group in groupby(found, lambda each: each.guard):
        several = list(group)
        if guard is not None:
            missing = any(each.what == "missing" for each in several)
            recorded = _recorded(w, event.guards.get(guard), missing=missing)
            _put_both(page, w, w.guard(guard), recorded, _judged(w, several[0].finding))
            continue
        for each in several:
            _put_both(page, w, *_of_entry(w, each))


def _put_both(page: Page, w: Wording, of: str, recorded: str, judged: str) -> None:
    page.put(of, sign=("✗", "bad"), indent=4)
    page.put(w.pair(w.gettext("on record"), recorded), indent=6)
    page.put(w.pair(w.gettext("on the evidence"), judged), indent=6)


def _of_entry(w: Wording, found: Discrepancy) -> tuple[str, str, str]:
    """What an entry says as a whole: of what, as it is on record, and as it was judged again."""
    recorded, judged = str(found.recorded), str(found.judged)
    if found.what == "verdict":
        return w.gettext("Verdict"), w.verdict(Verdict(recorded)), w.verdict(Verdict(judged))
    return w.gettext("Step to go to"), w.step(recorded), w.step(judged)


def _recorded(w: Wording, record: GuardRecord | None, *, missing: bool) -> str:
    if record is None:
        return w.gettext("nothing")
    clauses = [w.truth(Truth(record.truth)), *_grounds(w, record)]
    # As it stands in the file: there need not be any sense in it.
    if missing and record.missing:
        clauses.append(w.pair(w.gettext("missing"), w.listed(record.missing)))
    return w.semicolons(clauses)


def _judged(w: Wording, finding: Finding | None) -> str:
    if finding is None:
        return w.gettext("nothing")
    gaps = w.gap_lines(finding.gaps, brief=True)
    return w.semicolons([w.truth(finding.truth), *_grounds(w, finding), *gaps])


def _grounds(w: Wording, found: GuardRecord | Finding) -> Iterator[str]:
    """The statements that speak for a guard and against it, by the numbers of their entries."""
    for label, numbers in ((w.gettext("For"), found.yes), (w.gettext("Against"), found.no)):
        if numbers:
            text = w.ngettext("entry {numbers}", "entries {numbers}", len(numbers))
            yield w.pair(w.small(label), text.format(numbers=w.all_of(map(str, numbers))))
    if not found.needed:
        yield w.gettext("not needed yet")
