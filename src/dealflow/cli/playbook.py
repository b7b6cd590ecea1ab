"""Playbooks on paper: the list, and one with its steps, guards and questions."""

from __future__ import annotations

from collections.abc import Iterable

from dealflow.cli.output import Page, Piece
from dealflow.evidence import US, Question
from dealflow.playbook import Playbook, Step
from dealflow.typing import Language
from dealflow.wording import Wording, Words

__all__ = ["put_list", "put_playbook"]


def put_list(page: Page, books: Iterable[Playbook], lang: Language) -> None:
    """A table of playbooks."""
    words = Words(lang)
    head = [
        words.gettext("Playbook"),
        words.gettext("Title"),
        words.gettext("Version"),
        words.gettext("Steps"),
        words.gettext("Guards"),
        words.gettext("Questions"),
    ]
    rows: list[list[Piece]] = [
        [
            (book.id, "head"),
            book.title.in_(lang),
            book.version,
            str(len(book.steps)),
            str(len(book.guards)),
            str(len(book.question)),
        ]
        for book in books
    ]
    page.grid(head, rows, right=(3, 4, 5))


def put_playbook(page: Page, w: Wording) -> None:
    """A playbook, step by step."""
    book = w.playbook
    page.put((w.text(book.title), "head"), (f"  {book.id} {book.version}", "quiet"))
    asked: set[str] = set()
    for number, step in enumerate(book.steps, 1):
        _step(page, w, number, step, asked)
    _roles(page, w)
    _flags(page, w)
    others = [fact for fact in book.facts if fact.id not in asked and fact.ask]
    if others:
        page.blank()
        page.rule(w.gettext("Questions that no guard needs"))
        for fact in others:
            page.put((w.capital(w.fact(fact.id)), "head"))
            _questions(page, w, fact.ask, 2)


def _step(page: Page, w: Wording, number: int, step: Step, asked: set[str]) -> None:
    book = w.playbook
    page.blank()
    told = w.gettext("Step {number} of {steps}: {step}")
    page.rule(told.format(number=number, steps=len(book.steps), step=w.text(step.title)))
    page.put(w.text(step.goal))
    if step.expected_stay is not None:
        text = w.gettext("Expected stay: {duration}").format(
            duration=w.duration(step.expected_stay)
        )
        page.put((text, "quiet"))
    for move in (move for move in book.moves if move.source == step.id):
        page.put(w.pair(w.gettext("On to"), w.step(move.to)), sign=("→", "quiet"))
    extra = [guard for move in book.moves if move.source == step.id for guard in move.when]
    for guard in dict.fromkeys([*step.leave_when, *extra]):
        _guard(page, w, guard, asked)
    policy = book.walk_away
    if policy is not None and policy.start == step.id:
        page.blank()
        page.put((w.policy(policy), "bad"))
        for guard in policy.guards:
            _guard(page, w, guard, asked)


def _guard(page: Page, w: Wording, id: str, asked: set[str]) -> None:
    guard = w.playbook.guard[id]
    page.blank()
    notes = []
    if not guard.standing:
        notes.append(w.gettext("checked once"))
    if guard.waivable:
        notes.append(w.gettext("may be set aside"))
    page.put((w.text(guard.title), "head"), (w.bracketed("", w.listed(notes)), "quiet"), indent=2)
    page.put(w.text(guard.refused), indent=4)
    page.put((" ".join(guard.when.split()), "quiet"), indent=4)
    for fact in w.playbook.guard_condition[id].facts:
        # Several guards may read one fact; its questions stand with the first.
        if fact.id not in asked:
            asked.add(fact.id)
            _questions(page, w, fact.ask, 4)


def _questions(page: Page, w: Wording, questions: Iterable[Question], indent: int) -> None:
    for question in questions:
        if question.of == (US,):
            whom = w.gettext("among ourselves")
        else:
            whom = w.listed(w.small(w.role(role)) for role in question.of)
        text = w.quoted(w.text(question.text))
        page.put(text, (w.bracketed("", whom), "quiet"), indent=indent, sign=("?", "unknown"))


def _roles(page: Page, w: Wording) -> None:
    if not w.playbook.roles:
        return
    page.blank()
    page.rule(w.gettext("Buying roles"))
    for role in w.playbook.roles:
        about = w.text(role.about) if role.about else ""
        page.put((w.pair(w.text(role.title), ""), "head"), about, sign="·")


def _flags(page: Page, w: Wording) -> None:
    if not w.playbook.red_flags:
        return
    page.blank()
    page.rule(w.gettext("Red flags"))
    for flag in w.playbook.red_flags:
        page.put(w.text(flag.says), sign=("⚑", "unknown"))
