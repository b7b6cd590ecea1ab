"""Proofs on paper: each property of a playbook with its verdict, and the deals that refute it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter

from attrs import frozen

from dealflow.analysis.proof import Theorem, theorems
from dealflow.analysis.solver import LIMIT
from dealflow.cli.input import bad
from dealflow.cli.output import Page
from dealflow.exceptions import PlaybookError
from dealflow.playbook import Playbook
from dealflow.typing import Language
from dealflow.wording import Words

__all__ = ["proof_data", "prove_timed", "put_proof"]

_SIGN = {"proved": ("✓", "good"), "refuted": ("✗", "bad"), "not decided": ("?", "unknown")}


@frozen
class Timed:
    """A theorem, and the seconds that it took."""

    theorem: Theorem
    seconds: float


def prove_timed(
    playbook: Playbook, never: Iterable[str], limit: int | None = None
) -> tuple[Timed, ...]:
    """Prove a playbook's properties, and what somebody claims besides; ``never`` may be left out.

    Raises:
        BadInput: a claim cannot be read.
    """
    claims = [text if text.lstrip().startswith("never") else f"never {text}" for text in never]
    try:
        found = theorems(playbook, claims, limit=LIMIT if limit is None else limit)
    except PlaybookError as error:
        bad("--never", error)
    return tuple(_timed(found))


def _timed(found: Iterator[Theorem]) -> Iterator[Timed]:
    # Theorems are proved when they are asked for, so that each can be timed.
    started = perf_counter()
    for theorem in found:
        yield Timed(theorem, perf_counter() - started)
        started = perf_counter()


def put_proof(page: Page, language: Language, playbook: Playbook, proof: Sequence[Timed]) -> None:
    """Each property with its verdict and what it took, and then tests that show the faults."""
    words = Words(language)
    title = playbook.title.in_(language)
    page.put((title, "head"), (f"  {playbook.id} {playbook.version}", "quiet"))
    page.blank()
    for each in proof:
        _put_theorem(page, words, playbook, each)
    if not proof:
        nothing = words.gettext(
            "Nothing to prove: there is no walk-away policy, and nobody claims anything."
        )
        page.put(nothing)
        return
    proved = sum(each.theorem.proved for each in proof)
    seconds = sum(each.seconds for each in proof)
    page.blank()
    told = words.gettext("{proved} of {n} proved in {seconds} s")
    page.put(told.format(proved=proved, n=len(proof), seconds=f"{seconds:.2f}"))
    for each in proof:
        if each.theorem.counterexample is not None:
            page.blank()
            page.blank()
            page.raw(each.theorem.counterexample.test)


def _put_theorem(page: Page, words: Words, playbook: Playbook, timed: Timed) -> None:
    theorem, found = timed.theorem, timed.theorem.counterexample
    page.put(words.in_words(theorem.claim), sign=_SIGN[theorem.verdict])
    verdict = {
        "proved": words.gettext("proved"),
        "refuted": words.gettext("refuted"),
        "not decided": words.gettext("not decided"),
    }[theorem.verdict]
    style = _SIGN[theorem.verdict][1]
    took = _took(words, playbook, timed)
    page.put((words.pair(verdict, ""), style), (took, "quiet"), indent=2)
    if found is not None:
        told = words.gettext("a deal gets from {step} to {to} although {because}").format(
            step=found.step, to=found.to, because=words.in_words(found.because)
        )
        page.put(told, indent=2)
    if theorem.reason:
        page.put(words.in_words(theorem.reason), indent=2)


def _took(words: Words, playbook: Playbook, timed: Timed) -> str:
    theorem, facts = timed.theorem, len(playbook.facts)
    moves = words.ngettext("{n} move", "{n} moves", theorem.moves)
    read = words.ngettext("{read} of {n} fact read", "{read} of {n} facts read", facts)
    steps = words.ngettext("{n} step", "{n} steps", theorem.steps)
    return words.gettext("{moves}, {facts}, {steps}, {seconds} s").format(
        moves=moves.format(n=words.number(theorem.moves)),
        facts=read.format(n=words.number(facts), read=len(theorem.facts)),
        steps=steps.format(n=words.number(theorem.steps)),
        seconds=f"{timed.seconds:.2f}",
    )


def proof_data(playbook: Playbook, proof: Iterable[Timed]) -> dict[str, object]:
    """What ``--json`` prints."""
    timed = list(proof)
    return {
        "playbook": playbook.id,
        "version": playbook.version,
        "fingerprint": playbook.fingerprint,
        "proved": all(each.theorem.proved for each in timed),
        "facts": len(playbook.facts),
        "theorems": [_theorem_data(each) for each in timed],
    }


def _theorem_data(timed: Timed) -> dict[str, object]:
    theorem, found = timed.theorem, timed.theorem.counterexample
    return {
        "id": theorem.id,
        "claim": theorem.claim,
        "verdict": theorem.verdict,
        "reason": theorem.reason,
        "moves": theorem.moves,
        "steps": theorem.steps,
        "facts": list(theorem.facts),
        "seconds": round(timed.seconds, 6),
        "counterexample": found
        and {
            "step": found.step,
            "move": found.move,
            "to": found.to,
            "because": found.because,
            "test": found.test,
        },
    }
