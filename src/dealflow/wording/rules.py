"""What a playbook asks for, in words: of whom, how fresh, how often, and when to walk away."""

from __future__ import annotations

from collections.abc import Iterator

from dealflow.conditions import Condition
from dealflow.evidence import Fact
from dealflow.playbook import Plan, Playbook, WalkAway
from dealflow.values import ValueType
from dealflow.wording.conditions import Told, tell
from dealflow.wording.statements import Statements

__all__ = ["RuleWords"]


class RuleWords(Statements):
    """Sentences about the rules of a playbook."""

    def condition(self, condition: Condition) -> Told:
        """A condition of the playbook in plain words."""
        return tell(self, condition)

    def answers(self, fact: Fact) -> str:
        """What an answer can be: ``yes or no``, ``a day``, or one of the choices."""
        if fact.type is ValueType.CHOICE:
            told = self.one_of(self.quoted(self.text(title)) for title in fact.choices.values())
        else:
            told = {
                ValueType.YES_NO: self.gettext("yes or no"),
                ValueType.NUMBER: self.gettext("a number"),
                ValueType.MONEY: self.gettext("an amount of money"),
                ValueType.DATE: self.gettext("a day"),
                ValueType.DURATION: self.gettext("a length of time"),
                ValueType.TEXT: self.gettext("in words"),
                ValueType.LIST: self.gettext("a list"),
                ValueType.PERSON: self.gettext("a person"),
            }[fact.type]
        if fact.of == "contact":
            return self.gettext("{answer}, for each person").format(answer=told)
        return told

    def whose_word(self, fact: Fact) -> str:
        """Whose word counts, in sentences."""
        return self.sentences(self._whose_word(fact))

    def _whose_word(self, fact: Fact) -> Iterator[str]:
        rule = fact.sources
        if rule.anybody:
            yield self.gettext("Anybody's word counts")
        elif rule.roles:
            yield self._of_roles(fact)
        elif rule.first_hand:
            yield self.gettext("It counts once it is heard first-hand, or seen in writing")
        if rule.at_least > 1:
            told = self.gettext("It takes {n} different sources that say so")
            yield told.format(n=rule.at_least)
        if fact.final_word:
            told = self.gettext("Once {roles} has said it in person, only that counts")
            yield told.format(roles=self.roles(fact.final_word))

    def _of_roles(self, fact: Fact) -> str:
        rule = fact.sources
        if rule.first_hand and rule.documents:
            told = self.gettext("It takes {roles}, heard first-hand, or something in writing")
        elif rule.first_hand:
            told = self.gettext("It takes {roles}, heard first-hand")
        elif rule.documents:
            told = self.gettext("It takes the word of {roles}, or something in writing")
        else:
            told = self.gettext("It takes the word of {roles}, told on or in person")
        return told.format(roles=self.roles(rule.roles))

    def good_for(self, fact: Fact, reason: str = "") -> str:
        """How long an answer is good for, in a sentence.

        Args:
            fact: the fact.
            reason: why its author says that it cannot age.
        """
        if fact.good_for is not None:
            told = self.gettext("An answer is good for {duration}")
            return self.sentences([told.format(duration=self.duration(fact.good_for))])
        never = self.gettext("An answer never goes out of date")
        return self.sentences([self.pair(never, self.quoted(reason)) if reason else never])

    def checked(self, guard: str, step: str) -> str:
        """When a guard that is asked for on leaving a step is checked: ``checked ever after``."""
        book = self.playbook
        if not book.guard[guard].standing:
            return self.gettext("checked once")
        later = [each for each in book.steps if each.id in book.reachable(step) and each.id != step]
        again = [each for each in later if _asked_again(book, guard, step, each.id)]
        if not again:
            return self.gettext("checked here")
        if again == later:
            return self.gettext("checked ever after")
        # Where a step may be gone round, its guards stand on none of the ways that meet again.
        steps = self.listed(self.quoted(self.text(each.title)) for each in again)
        return self.gettext("checked here and again at {steps}").format(steps=steps)

    def policy(self, policy: WalkAway) -> str:
        """The walk-away policy in a sentence."""
        n = len(policy.guards)
        k, enough = policy.threshold(n), policy.enough(n)
        message = self.ngettext(
            "From here on: walk away as soon as {k} of these is not so; going on needs {enough} of"
            " {n} known good.",
            "From here on: walk away as soon as {k} of these are not so; going on needs {enough} of"
            " {n} known good.",
            k,
        )
        return message.format(k=k, enough=enough, n=n)

    def policy_details(self, policy: WalkAway) -> Iterator[str]:
        """What of a walk-away policy its sentence leaves out, clause by clause."""
        if policy.watch_from is not None and policy.watch_from != policy.start:
            told = self.gettext(
                "A clear no to one of them counts from {step} on, before they are needed"
            )
            yield told.format(step=self.quoted(self.step(policy.watch_from)))
        if policy.at_once:
            told = self.gettext("A clear no to {guards} means walking away at once, at any step")
            yield told.format(
                guards=self.one_of(self.quoted(self.guard(id)) for id in policy.at_once)
            )

    def order_of_ways(self, ways: tuple[Plan, ...], ready: tuple[Plan, ...] | None = None) -> str:
        """Which of several ways a deal goes when nobody names one.

        Args:
            ways: the ways of a step, in their order.
            ready: those that are ready now; left out, the rule itself is told.
        """
        if ready is None:
            return self.gettext(
                "A deal goes the way that is named; when none is, the first of these that is ready."
            )
        first = self.quoted(self.step((ready or ways)[0].move.to))
        if not ready:
            told = self.gettext(
                "None is ready. What follows is about the way to {step}: it comes first."
            )
        elif len(ready) == 1:
            told = self.gettext("One is ready. Unless another is named, the deal goes to {step}.")
        else:
            told = self.gettext(
                "{n} are ready. Unless one is named, the deal goes to {step}: it comes first."
            )
        return told.format(step=first, n=len(ready))


def _asked_again(book: Playbook, guard: str, step: str, later: str) -> bool:
    policy = book.walk_away
    if policy is not None and guard in policy.guards and step == policy.start:
        return True
    return step in book.passed_before(later)
