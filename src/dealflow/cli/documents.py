"""What commands print with ``--json``: ids and counts, and texts where a reader wants them.

Every document is one object. Ids, truths, verdicts, values (in the forms of
:mod:`dealflow.values`) and times have no language; what a person would read is under ``text``, in
the language asked for, or under ``title``, in both.

| command | keys |
|---|---|
| ``demo`` | ``runs``: a list of what ``run`` prints |
| ``run`` | ``script title language deal turns assessment failures`` |
| ``coach`` | ``deal language assessment ways thin_answers farewell`` |
| ``show`` | ``deal at contacts interactions facts waivers`` |
| ``playbook list`` | ``playbooks``: for each its id, version, fingerprint, title and numbers |
| ``playbook show`` | the same of one, and ``language moves plans roles conditions never_stale`` |
| | ``walk_away data`` (its file) |
| ``playbook diagram`` | ``playbook language mermaid`` |
| ``trail show`` | ``head entries``, each ``seq at by kind data hash`` |
| ``trail verify`` | ``file sound entries head head_compared first_bad problem not_checked`` |
| ``trail audit`` | the same, and ``judged discrepancies``, each ``entry kind guard what`` |
| | ``recorded judged`` |
| ``backtest`` | as :meth:`dealflow.backtest.Report.to_data` |

``deal`` is ``id account title amount card step outcome since version head playbook``; its
``card`` is ``owner source source_name market lines expected_close``. ``assessment`` is
``at step move to verdict findings questions red_flags paper``; a finding is ``guard truth walk_away
needed blocks yes no missing waived text``, with statements by their ids.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping

from dealflow.assessment import Ask, Assessment, Finding, RaisedFlag
from dealflow.cli.thin_answers import thin_answers
from dealflow.conditions import Gap
from dealflow.deal import Deal
from dealflow.evidence import Card, Contact, Text
from dealflow.scripts import Conflict, Failure, Run, Turn
from dealflow.trail import Entry, Trail, encode
from dealflow.typing import LANGUAGES, Language
from dealflow.values import ORDER, Money, format_duration, format_instant, utc
from dealflow.wording import Wording

__all__ = [
    "card_data",
    "coach_data",
    "contact_data",
    "deal_data",
    "run_data",
    "text_data",
    "trail_data",
    "write_json",
]


def write_json(data: Mapping[str, object]) -> None:
    """One JSON object on the standard output; in ASCII where that could not hold the rest."""
    # JSON has an escape for every character, so that none has to be garbled, nor can be obeyed by a
    # terminal or a build, or not be seen.
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    coder = json.JSONEncoder(ensure_ascii=encoding != "utf8", indent=2)
    try:
        for part in coder.iterencode(data):
            seen = part if part.isprintable() else _UNSEEN.sub(_escaped, part)
            sys.stdout.write(ORDER.sub(r"#\\u0023", seen))
        sys.stdout.write("\n")
    except BrokenPipeError:
        # without its errno, by which click would know it and exit from here
        raise BrokenPipeError from None


_UNSEEN = re.compile(r"[^\x00-\x7e]")


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]


def money_data(amount: Money | None) -> str | None:
    """``48000 EUR``, as in the trail."""
    return None if amount is None else str(amount)


def deal_data(deal: Deal) -> dict[str, object]:
    """The head of every document about a deal."""
    return {
        "id": deal.id,
        "account": deal.account,
        "title": deal.title,
        "amount": money_data(deal.amount),
        "card": card_data(deal.card),
        "step": deal.step,
        "outcome": deal.outcome,
        "since": format_instant(deal.since),
        "version": deal.version,
        "head": deal.trail.head,
        "playbook": {
            "id": deal.playbook.id,
            "version": deal.playbook.version,
            "fingerprint": deal.playbook.fingerprint,
        },
    }


def card_data(card: Card) -> dict[str, object]:
    """Our own record of a deal."""
    return {
        "owner": card.owner,
        "source": card.source,
        "source_name": card.source_name,
        "market": card.market,
        "lines": [{"product": line.product, "amount": str(line.amount)} for line in card.lines],
        "expected_close": card.expected_close.isoformat() if card.expected_close else None,
    }


def contact_data(contact: Contact) -> dict[str, object]:
    """A contact as the map has it."""
    return {
        "id": contact.id,
        "name": contact.name,
        "title": contact.title,
        "kind": contact.kind,
        "roles": list(contact.roles),
        "influence": contact.influence,
        "response_mode": contact.response_mode,
        "rating": contact.rating,
        "department": contact.department,
        "level": contact.level,
        "left": str(contact.left) if contact.left else None,
    }


def _gap(gap: Gap) -> dict[str, object]:
    lack = gap.lack
    since = lack.since if lack else None
    return {
        "reason": gap.reason,
        "subject": gap.subject,
        "about": gap.about,
        "have": lack.have if lack else gap.have,
        "need": lack.need if lack else gap.need,
        "roles": list(lack.roles) if lack else [],
        "since": format_instant(since) if since else None,
    }


def _finding(w: Wording, finding: Finding) -> dict[str, object]:
    return {
        "guard": finding.guard,
        "truth": finding.truth.value,
        "walk_away": finding.walk_away,
        "needed": finding.needed,
        "blocks": finding.blocks,
        "yes": list(finding.yes),
        "no": list(finding.no),
        "missing": [_gap(gap) for gap in finding.gaps],
        "waived": finding.waived,
        "text": w.finding(finding),
    }


def _ask(w: Wording, ask: Ask) -> dict[str, object]:
    return {
        "question": ask.id,
        "reason": ask.reason,
        "fact": ask.fact,
        "about": ask.about,
        "of": list(ask.of),
        "roles": list(ask.roles),
        "guards": list(ask.guards),
        "attribute": ask.attribute,
        "follows": list(ask.follows),
        "decides": list(ask.decides),
        "leads_to": [verdict.value for verdict in ask.leads_to],
        "text": w.question(ask),
    }


def _flag(w: Wording, flag: RaisedFlag) -> dict[str, object]:
    return {
        "red_flag": flag.flag,
        "contacts": list(flag.contacts),
        "overdue": format_duration(flag.overdue) if flag.overdue else None,
        "ask": None if flag.ask is None else _ask(w, flag.ask),
        "text": w.red_flag(flag),
    }


def assessment_data(w: Wording, now: Assessment) -> dict[str, object]:
    """An assessment."""
    return {
        "at": format_instant(now.at),
        "step": now.step,
        "move": now.move,
        "to": now.to,
        "verdict": now.verdict.value,
        "findings": [_finding(w, finding) for finding in now.findings],
        "questions": [_ask(w, ask) for ask in now.questions],
        "ahead": [_ask(w, ask) for ask in now.ahead],
        "red_flags": [_flag(w, flag) for flag in now.red_flags],
        "paper": now.paper,
    }


def coach_data(
    deal: Deal, now: Assessment, lang: Language, ways: Iterable[Assessment]
) -> dict[str, object]:
    """The document of ``coach``."""
    w = Wording.of(deal, lang)
    farewell = deal.farewell(at=now.at)
    return {
        "deal": deal_data(deal),
        "language": lang,
        "assessment": assessment_data(w, now),
        "ways": [
            {
                "move": way.move,
                "to": way.to,
                "verdict": way.verdict.value,
                "in_the_way": [finding.guard for finding in way.blocking],
                "judged": way.move == now.move,
            }
            for way in ways
        ],
        "thin_answers": [
            {"statement": t.statement, "probes": list(t.probes), "guards": list(t.guards)}
            for t in thin_answers(deal, now)
        ],
        "farewell": {
            "contacts": list(farewell.contacts),
            "refuted": list(farewell.guards),
            "called": farewell.called,
            "text": w.farewell(farewell),
        },
    }


def entry_data(entry: Entry) -> dict[str, object]:
    """An entry of the trail, with its data as in the trail."""
    return {
        "seq": entry.seq,
        "at": format_instant(entry.at),
        "by": entry.by,
        "kind": entry.kind,
        "data": encode(entry.event),
        "hash": entry.hash,
    }


def trail_data(trail: Trail) -> dict[str, object]:
    """The document of ``trail show``."""
    return {"head": trail.head, "entries": [entry_data(entry) for entry in trail]}


def _conflict(conflict: Conflict) -> dict[str, object]:
    return {
        "guard": conflict.guard,
        "yes": [statement.id for statement in conflict.yes],
        "no": [statement.id for statement in conflict.no],
        "between": list(conflict.between),
    }


def _failure(failure: Failure) -> dict[str, object]:
    return {
        "line": failure.line.number,
        "row": failure.line.row,
        "what": failure.what,
        "expected": failure.expected,
        "found": failure.found,
    }


def _turn(turn: Turn) -> dict[str, object]:
    changes = {"lapsed": turn.lapsed, "changes": turn.changes}
    return {
        "line": turn.line.number,
        "row": turn.line.row,
        "at": format_instant(utc(turn.line.at)),
        "entries": [entry.seq for entry in turn.entries],
        "step": turn.after.step,
        "verdict": turn.after.verdict.value,
        "refused": [f.guard for f in turn.refused.findings] if turn.refused else None,
        **{
            name: [
                {
                    "guard": change.guard,
                    "before": change.before.truth.value,
                    "after": change.after.truth.value,
                }
                for change in found
            ]
            for name, found in changes.items()
        },
        "conflicts": [_conflict(conflict) for conflict in turn.conflicts],
        "questions": [ask.id for ask in turn.after.questions],
        "failures": [_failure(failure) for failure in turn.failures],
    }


def run_data(run: Run, lang: Language) -> dict[str, object]:
    """The document of ``run``."""
    return {
        "script": run.script.name,
        "title": text_data(run.script.title),
        "language": lang,
        "deal": deal_data(run.deal),
        "turns": [_turn(turn) for turn in run.turns],
        "assessment": assessment_data(Wording.of(run.deal, lang), run.turns[-1].after),
        "failures": [_failure(failure) for failure in run.failures],
    }


def text_data(text: Text) -> dict[str, str]:
    """A text in each language; as it is, in one that it is not in."""
    return {language: text.in_(language) for language in LANGUAGES}
