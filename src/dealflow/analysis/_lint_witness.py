"""A scene in words: what is so in a deal that shows a finding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dealflow._condition_terms import literal
from dealflow.analysis.scenes import Saying, Scene

__all__ = ["in_words"]


def in_words(scene: Scene) -> str:
    """The people, what they said, and what else is on the deal; one line each."""
    return "\n".join(_lines(scene)) or "a deal of which nothing is known"


def _lines(scene: Scene) -> Iterator[str]:
    for person in scene.people:
        marks = [
            *(person.roles or ("no role",)),
            *([] if person.kind == "person" else [f"a {person.kind.replace('_', ' ')}"]),
            *([] if person.influence is None else [f"influence {person.influence}"]),
            *([] if person.response_mode is None else [f"in {person.response_mode}"]),
            *([] if person.rating is None else [f"rating {person.rating}"]),
        ]
        yield f"{person.id}: {', '.join(marks)}"
    if scene.amount is not None:
        yield f"the price is {scene.amount}"
    if scene.talks:
        yield f"{scene.talks} two-way talk{'s' * (scene.talks > 1)}"
    for saying in scene.sayings:
        yield _saying(saying)
    for id in scene.heard:
        yield f"{id} was heard first-hand"


def _saying(saying: Saying) -> str:
    whom = {
        "contact": f"{saying.source} says",
        "document": f"{saying.source} (a document) says",
        "observation": "we say",
    }[saying.source_kind]
    about = "" if saying.about in (None, saying.source) else f" of {saying.about}"
    notes = [
        *([] if saying.first_hand else ["told on"]),
        *([f"{saying.age.days} days ago"] if saying.age >= timedelta(days=1) else []),
    ]
    note = f" ({', '.join(notes)})" if notes else ""
    return f"{whom}: {saying.fact} = {literal(saying.value)}{about}{note}"
