"""What deals there may be, asked of the solver; what it leaves undecided is noted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from attrs import define, evolve, field

from dealflow.analysis.lint.findings import LintFinding, found
from dealflow.analysis.solver import ANSWERED, EXTRA, Answer, Goal, Inquiry, Undecided, passing
from dealflow.conditions import And, Condition, Missing, Not, Or, Quantified
from dealflow.evidence import Fact
from dealflow.message import message
from dealflow.playbook import Plan, Playbook
from dealflow.values import Truth

__all__ = ["NOT_TRUE", "TRUE", "Oracle", "drops", "silent"]

TRUE = frozenset({Truth.TRUE})
NOT_TRUE = ANSWERED - TRUE


@define
class Oracle:
    """Answers questions about a playbook.

    Attributes:
        playbook: the playbook.
        limit: how many steps to take for a question.
        undecided: what could not be decided.
        unable: whether there were questions that take a solver, and there is none.
    """

    playbook: Playbook
    limit: int
    undecided: list[LintFinding] = field(factory=list)
    unable: bool = False
    _inquiry: Inquiry = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._inquiry = Inquiry(tuple(self.playbook.role), self.limit)

    def ask(self, place: str, what: str, *ways: Iterable[Goal]) -> Answer:
        """Whether there is a deal that meets all the goals of one of the ways.

        Args:
            place: what the question is about.
            what: the question, as in ``whether it can pass``.
            ways: the goals.
        """
        answer = self._inquiry.ask(ways)
        if answer.undecided is not None:
            self._note(place, what, answer.undecided)
        return answer

    def _note(self, place: str, what: str, why: Undecided) -> None:
        if why == "solver":
            # of every question it would be the same
            self.unable = True
            return
        said = message("not decided within {n} steps: {what}", n=self.limit, what=what)
        if why == "form":
            said = message("not decided, as nothing proves how far to look: {what}", what=what)
        elif self._inquiry.spent:
            said = message("not decided, as the questions before took all steps: {what}", what=what)
        self.undecided.append(found("D901", place, said))

    @property
    def notes(self) -> tuple[LintFinding, ...]:
        """What was not decided so far, each once: the same may be asked for two findings."""
        unable: tuple[LintFinding, ...] = ()
        if self.unable:
            said = message("what takes a search is not decided: install {extra}", extra=EXTRA)
            unable = (found("D901", "id", said),)
        return (*unable, *dict.fromkeys(self.undecided))

    def can_pass(self, place: str, plan: Plan) -> bool:
        """Whether a deal can make a move, with waivers where they are allowed; yes when unsure."""
        what = message("whether a deal can make the move {move}", move=plan.move.id)
        book = self.playbook
        ways = (w.goals for waive in (False, True) for w in passing(book, plan, waive=waive))
        # not decided is no finding: it counts as a yes, and is listed by itself
        return not self.ask(place, what, *ways).impossible

    def same(self, place: str, what: str, one: Condition, other: Condition) -> bool:
        """Whether two conditions come to the same truth in every deal; no when unsure."""
        ways = (
            # TRUE against the rest comes first: that decides moves, and is where most conditions
            # differ
            (Goal(one, TRUE), Goal(other, NOT_TRUE)),
            (Goal(one, NOT_TRUE), Goal(other, TRUE)),
            *(
                (Goal(one, frozenset({truth})), Goal(other, NOT_TRUE - {truth}))
                for truth in (Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED)
            ),
        )
        return self.ask(place, what, *ways).impossible

    def core(self, place: str, goals: Sequence[Goal]) -> tuple[Goal, ...]:
        """Of goals that cannot be met together, some of which none can be left out."""
        # one after the other is left out, and stays out when the rest cannot be met either. Which
        # are left hangs on the order; each of them is needed, as far as that is decided
        left = list(goals)
        for goal in goals:
            rest = [other for other in left if other is not goal]
            what = message("which of its guards cannot hold together")
            if self.ask(place, what, rest).impossible:
                left = rest
        return tuple(left)


def drops(condition: Condition) -> Iterator[tuple[tuple[int, ...], Condition, Condition]]:
    """Every part of an ``and`` or ``or``, outer parts first.

    Returns:
        For each part the way down to it, the part itself, and the condition without it.
    """
    match condition:
        case And(parts=parts) | Or(parts=parts):
            for i, part in enumerate(parts):
                rest = parts[:i] + parts[i + 1 :]
                # outer parts first, so that what stands inside of an idle part need not be asked
                # about
                yield (i,), part, rest[0] if len(rest) == 1 else evolve(condition, parts=rest)
            for i, part in enumerate(parts):
                for way, dropped, without in drops(part):
                    others = (*parts[:i], without, *parts[i + 1 :])
                    yield (i, *way), dropped, evolve(condition, parts=others)
        case Not(part=part) | Quantified(part=part):
            for way, dropped, without in drops(part):
                yield way, dropped, evolve(condition, part=without)
        case _:
            return


def silent(condition: Condition, facts: Collection[Fact]) -> Iterator[Goal]:
    """What it takes for facts that a condition reads to have no answer."""
    for node in condition.walk():
        if isinstance(node, Quantified):
            for fact in node.facts:
                if fact.of == "contact" and fact in facts:
                    # an answer of any contact would do, so all of them have none; nobody in the
                    # role is UNKNOWN
                    nobody_says = Quantified(node.role, "every", Missing(fact))
                    yield Goal(nobody_says, {Truth.TRUE, Truth.UNKNOWN})
    for fact in facts:
        if fact.of == "deal":
            yield Goal(Missing(fact), TRUE)
