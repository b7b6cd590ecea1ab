"""Guards on a sheet, with the facts that they read: whose word counts, how long, what to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dealflow.cli.sheet_lines import Line, condition_line
from dealflow.evidence import US, Fact, Question, Text
from dealflow.wording import Wording

__all__ = ["Guards"]


class Guards:
    """Tells guards one by one; a fact is told with the first guard that reads it.

    Args:
        w: the words.
        reasons: by the ids of facts that cannot age, why not.
    """

    def __init__(self, w: Wording, reasons: Mapping[str, Text]) -> None:
        self._w = w
        self._reasons = reasons
        self._told: set[str] = set()

    def on_leaving(self, guard: str, step: str, *, here_only: bool = False) -> Line:
        """A guard that is asked for on leaving a step.

        Args:
            guard: its id.
            step: the step's id.
            here_only: that no later step asks for it again, whatever it says of itself.
        """
        when = self._w.gettext("checked here") if here_only else self._w.checked(guard, step)
        return self._guard(guard, when)

    def on_way(self, guard: str) -> Line:
        """A guard of one way alone."""
        return self._guard(guard, self._w.gettext("checked on this way only"))

    def watched(self, guard: str) -> Line:
        """A guard of which only a clear no is looked for, at every step."""
        return self._guard(guard, self._w.gettext("a clear no counts at any step"))

    def _guard(self, id: str, when: str) -> Line:
        w, guard = self._w, self._w.playbook.guard[id]
        notes = [when]
        if guard.waivable:
            notes.append(w.gettext("may be set aside"))
        return Line("head", w.text(guard.title), w.listed(notes), tuple(self._of_guard(id)))

    def _of_guard(self, id: str) -> Iterator[Line]:
        w, guard = self._w, self._w.playbook.guard[id]
        condition = w.playbook.guard_condition[id]
        yield Line("text", w.text(guard.refused))
        yield condition_line(w, condition, guard.when)
        before = [fact for fact in condition.wanted if fact.id in self._told]
        for fact in condition.wanted:
            if fact not in before:
                self._told.add(fact.id)
                yield self._fact(fact)
        if before:
            above = w.semicolons(w.fact(fact.id) for fact in before)
            yield Line("quiet", w.pair(w.gettext("See above"), above))
        if peeked := [fact for fact in condition.facts if fact not in condition.wanted]:
            # Nobody is asked for it here, so its questions stand elsewhere.
            titles = w.semicolons(w.fact(fact.id) for fact in peeked)
            yield Line("quiet", w.pair(w.gettext("Looked at, and not asked for here"), titles))

    def _fact(self, fact: Fact) -> Line:
        w = self._w
        why = w.text(self._reasons.get(fact.id, Text()))
        counts = w.spaced([w.whose_word(fact), w.good_for(fact, why)])
        under = [Line("quiet", counts), *map(self._question, fact.ask)]
        return Line("point", w.capital(w.fact(fact.id)), w.answers(fact), tuple(under))

    def _question(self, question: Question) -> Line:
        whom = self._w.listed(map(self._whom, question.of))
        return Line("ask", self._w.quoted(self._w.text(question.text)), whom)

    def _whom(self, role: str) -> str:
        if role == US:
            return self._w.gettext("among ourselves")
        return self._w.small(self._w.role(role))

    def others(self) -> Iterator[Line]:
        """The questions of the facts that were not told yet."""
        for fact in self._w.playbook.facts:
            if fact.id not in self._told and fact.ask:
                questions = tuple(map(self._question, fact.ask))
                yield Line("point", self._w.capital(self._w.fact(fact.id)), under=questions)
