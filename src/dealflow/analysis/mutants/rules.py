"""Faults in rules: who may say what, which guards are looked at, in which order, how strictly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from attrs import evolve

from dealflow.analysis.mutants.mutant import Draft
from dealflow.evidence import Fact, Sources
from dealflow.exceptions import PlaybookError
from dealflow.playbook import FULFILLED, Guard, Move, Playbook, WalkAway

__all__ = ["of_facts", "of_guards", "of_moves", "of_policies", "of_steps"]


def of_guards(book: Playbook) -> Iterator[Draft]:
    """Each guard removed, checked only once, made waivable; and the reasons of two swapped."""
    special = book.walk_away.guards if book.walk_away else ()
    # a guard of the last step is never looked at again, so to check it once is no fault
    left = _left_behind(book)
    for guard in book.guards:
        title = guard.title.english
        words = f"nobody asks for {title!r} any more"
        changes = _without_guard(book, guard.id)
        yield _of_guard(guard, "guard_removed", "", words, (guard.when, "nothing"), changes)
        if guard.standing and guard.id in left:
            operator = "walk_away_once" if guard.id in special else "checked_once"
            words = f"{title!r} is checked once, instead of on every later move"
            once = _with_guards(book, evolve(guard, standing=False))
            yield _of_guard(guard, operator, ".standing", words, ("true", "false"), once)
        if not guard.waivable:
            words = f"{title!r} may be set aside by somebody with authority"
            waivable = _with_guards(book, evolve(guard, waivable=True))
            yield _of_guard(guard, "made_waivable", ".waivable", words, ("false", "true"), waivable)
    for one, other in _neighbours(book):
        pair = f"{one.title.english!r} and {other.title.english!r}"
        words = f"{pair} are refused for each other's reason"
        swapped = _with_guards(book, evolve(one, when=other.when), evolve(other, when=one.when))
        texts = (one.when, other.when)
        draft = _of_guard(one, "reason_swapped", ".when", words, texts, swapped)
        yield evolve(draft, guards=(one.id, other.id))


def _of_guard(
    guard: Guard,
    operator: str,
    place: str,
    words: str,
    texts: tuple[str, str],
    changes: Mapping[str, Any],
) -> Draft:
    part = f"guards.{guard.id}"
    return Draft(part, operator, part + place, words, *texts, (guard.id,), changes)


def _left_behind(book: Playbook) -> set[str]:
    """The guards of steps that are not the last: their standing is looked at later."""
    passed = {step for later in book.steps for step in book.passed_before(later.id)}
    guards = {guard for step in book.steps if step.id in passed for guard in step.leave_when}
    policy = book.walk_away
    if policy and book.reachable(policy.start) - {policy.start, FULFILLED}:
        guards.update(policy.guards)
    return guards


def _with_guards(book: Playbook, *changed: Guard) -> dict[str, Any]:
    by_id = {guard.id: guard for guard in changed}
    return {"guards": tuple(by_id.get(guard.id, guard) for guard in book.guards)}


def _neighbours(book: Playbook) -> list[tuple[Guard, Guard]]:
    """Guards that are looked at next to each other and ask for different things."""
    rows = [step.leave_when for step in book.steps] + [move.when for move in book.moves]
    rows.append(book.walk_away.guards if book.walk_away else ())
    # each pair once, in however many lists it stands
    pairs = {frozenset(pair): pair for row in rows for pair in pairwise(row)}
    both = ((book.guard[one], book.guard[other]) for one, other in pairs.values())
    return [(one, other) for one, other in both if one.when != other.when]


def _without_guard(book: Playbook, guard: str) -> dict[str, Any]:
    return {
        # from everything that names it, too: a playbook with a name that nothing bears does not
        # build
        "guards": tuple(g for g in book.guards if g.id != guard),
        "steps": tuple(evolve(s, leave_when=_less(s.leave_when, guard)) for s in book.steps),
        "moves": tuple(evolve(m, when=_less(m.when, guard)) for m in book.moves),
        "walk_away": book.walk_away and _policy_without(book.walk_away, guard),
    }


def _less(items: Iterable[str], item: str) -> tuple[str, ...]:
    return tuple(other for other in items if other != item)


def _with_threshold(policy: WalkAway, k: int) -> WalkAway:
    """The same with another k; m stays, as far as it may."""
    new, n = evolve(policy, when_refuted=k), len(policy.guards)
    return new if new.go_on_when == "all" else evolve(new, go_on_when=new.enough(n))


def _policy_without(policy: WalkAway, guard: str) -> WalkAway | None:
    guards = _less(policy.guards, guard)
    if not guards:
        return None
    k, m, n = policy.when_refuted, policy.go_on_when, len(guards)
    # numbers above that of the guards do not build
    fewer = evolve(
        policy,
        guards=guards,
        at_once=_less(policy.at_once, guard),
        when_refuted=min(k, n) if isinstance(k, int) else k,
    )
    return fewer if m == "all" else evolve(fewer, go_on_when=fewer.enough(n))


def of_facts(book: Playbook) -> Iterator[Draft]:
    """Each rule on who must have said a fact and how lately, made laxer; documents either way."""
    conditions = book.guard_condition.items()
    for fact in book.facts:
        readers = tuple(guard for guard, condition in conditions if fact in condition.facts)
        # only guards decide whether a deal moves: where none reads a fact, no deal can tell
        if readers:
            for draft in _of_fact(book, fact):
                yield evolve(draft, guards=readers)


def _of_fact(book: Playbook, fact: Fact) -> Iterator[Draft]:
    title, rule = fact.title.english, fact.sources

    def draft(operator: str, key: str, words: str, texts: tuple[str, str], new: Fact) -> Draft:
        part = f"facts.{fact.id}"
        facts = tuple(new if other.id == fact.id else other for other in book.facts)
        return Draft(part, operator, f"{part}.{key}", words, *texts, (), {"facts": facts})

    def sources(operator: str, key: str, words: str, texts: tuple[str, str], new: Sources) -> Draft:
        return draft(operator, f"sources.{key}", words, texts, evolve(fact, sources=new))

    if fact.good_for is not None:
        words = f"what was said of {title!r} never goes out of date"
        texts = (str(fact.good_for), "for ever")
        yield draft("good_for_dropped", "good_for", words, texts, evolve(fact, good_for=None))
    if rule.at_least > 1:
        fewer = rule.at_least - 1
        words = f"{fewer} instead of {rule.at_least} must have told us {title!r}"
        lowered = evolve(rule, at_least=fewer)
        texts = (str(rule.at_least), str(fewer))
        yield sources("sources_lowered", "at_least", words, texts, lowered)
    named = ", ".join(rule.roles)
    for role in rule.roles:
        left = _less(rule.roles, role)
        # whose word is final has to count at all
        if left and role not in fact.final_word:
            words = f"the word of the {role} on {title!r} counts no more"
            texts = (named, ", ".join(left))
            yield sources("role_dropped", "roles", words, texts, evolve(rule, roles=left))
    if rule.first_hand:
        words = f"hearsay is enough for {title!r}"
        hearsay = evolve(rule, first_hand=False)
        yield sources("first_hand_dropped", "first_hand", words, ("true", "false"), hearsay)
    if rule.roles:
        words = f"anybody's word counts on {title!r}"
        # without roles any source counts, and papers need no leave of their own
        anybody = evolve(rule, roles=(), documents=False)
        yield sources("any_role", "roles", words, (named, "anybody"), anybody)
        other = not rule.documents
        operator = "documents_allowed" if other else "documents_disallowed"
        words = f"a paper is {'enough' if other else 'no longer enough'} for {title!r}"
        texts = (str(rule.documents).lower(), str(other).lower())
        yield sources(operator, "documents", words, texts, evolve(rule, documents=other))


def of_steps(book: Playbook) -> Iterator[Draft]:
    """Each step swapped with the next."""
    for i, (one, other) in enumerate(pairwise(book.steps)):
        steps = (*book.steps[:i], other, one, *book.steps[i + 2 :])
        # the ways stay where they are and the two steps change places on them; a chain that the
        # file does not spell out is made anew from the order of steps
        swap = {one.id: other.id, other.id: one.id}
        moves = tuple(
            evolve(m, source=swap.get(m.source, m.source), to=swap.get(m.to, m.to))
            for m in book.moves
        )
        changes = {"steps": steps, "moves": () if _is_chain(book) else moves}
        if _holds(book, changes):
            yield Draft(
                f"steps.{one.id}",
                "steps_swapped",
                f"steps.{one.id}",
                f"{other.title.english!r} comes before {one.title.english!r}",
                f"{one.id}, {other.id}",
                f"{other.id}, {one.id}",
                tuple(dict.fromkeys((*one.leave_when, *other.leave_when))),
                changes,
            )


def _is_chain(book: Playbook) -> bool:
    """Whether the moves are those of a playbook that names none."""
    chain = pairwise([*(step.id for step in book.steps), FULFILLED])
    return book.moves == tuple(Move(f"leave_{source}", source, to) for source, to in chain)


def _holds(book: Playbook, changes: Mapping[str, Any]) -> bool:
    try:
        evolve(book, **changes)
    except PlaybookError:
        return False
    return True


def of_moves(book: Playbook) -> Iterator[Draft]:
    """Each move removed where another way remains; and a shortcut past each step."""
    ways = {(move.source, move.to) for move in book.moves}
    for i, move in enumerate(book.moves):
        others = (*book.moves[:i], *book.moves[i + 1 :])
        # a step without a way out does not build, and the loader would notice before any test
        if any(m.source == move.source for m in others) and _holds(book, {"moves": others}):
            yield Draft(
                f"moves.{move.id}",
                "move_removed",
                f"moves.{move.id}",
                f"there is no way from {move.source} to {move.to} any more",
                f"{move.source} to {move.to}",
                "nothing",
                _looked_at(book, move),
                {"moves": others},
            )
        for onward in book.moves:
            if onward.source == move.to and (move.source, onward.to) not in ways:
                # first of all, so that a deal takes it unless it is told where to go
                new = Move(_free_id(book), move.source, onward.to, move.when)
                yield Draft(
                    f"steps.{move.to}",
                    "step_skipped",
                    f"moves.{move.id}.to",
                    f"a shortcut leads from {move.source} to {onward.to}, past {move.to}",
                    f"{move.source} to {move.to}",
                    f"{move.source} to {onward.to}",
                    book.step[move.to].leave_when,
                    {"moves": (*book.moves[:i], new, *book.moves[i:])},
                )


def _looked_at(book: Playbook, move: Move) -> tuple[str, ...]:
    # all that is looked at on the move, also what earlier steps left standing
    (plan,) = (plan for plan in book.plans[move.source] if plan.move == move)
    return plan.looked_at


def _free_id(book: Playbook) -> str:
    taken = {move.id for move in book.moves}
    number = 1
    while f"shortcut_{number}" in taken:
        number += 1
    return f"shortcut_{number}"


def of_policies(book: Playbook) -> Iterator[Draft]:
    """The walk-away policy and the trial close, each made laxer or stricter by one thing."""
    if book.walk_away is not None:
        yield from _of_walk_away(book, book.walk_away)
    close = book.trial_close
    if close is None:
        return
    condition = book.guard_condition.items()
    readers = tuple(guard for guard, c in condition if book.fact[close.fact] in c.facts)
    for answer in close.back:
        moved = evolve(close, forward=(*close.forward, answer), back=_less(close.back, answer))
        yield Draft(
            "trial_close",
            "answer_moved",
            "trial_close.back",
            f"the answer {answer!r} to the trial close goes on instead of back",
            f"{answer} goes back",
            f"{answer} goes on",
            readers,
            {"trial_close": moved},
        )


def _of_walk_away(book: Playbook, policy: WalkAway) -> Iterator[Draft]:
    def draft(
        operator: str,
        key: str,
        words: str,
        texts: tuple[str, str],
        guards: tuple[str, ...],
        **changes: Any,
    ) -> Draft:
        return Draft("walk_away", operator, f"walk_away.{key}", words, *texts, guards, changes)

    k = policy.threshold(len(policy.guards))
    for other, operator in ((k - 1, "threshold_lowered"), (k + 1, "threshold_raised")):
        # both ways: the laxer one lets deals go on that should end, the stricter one ends deals
        # that may go on
        if 1 <= other <= len(policy.guards):
            words = f"{other} instead of {k} clear noes mean walking away"
            new = _with_threshold(policy, other)
            texts = (str(policy.when_refuted), str(other))
            yield draft(operator, "when_refuted", words, texts, policy.guards, walk_away=new)
    n = len(policy.guards)
    m = policy.enough(n)
    for other, operator in ((m - 1, "fewer_needed"), (m + 1, "more_needed")):
        if policy.fewest(n) <= other <= n:
            words = f"{other} instead of {m} of {n} walk-away guards must be known good to go on"
            new = evolve(policy, go_on_when=other)
            texts = (str(policy.go_on_when), str(other))
            yield draft(operator, "go_on_when", words, texts, policy.guards, walk_away=new)
    for guard in policy.at_once:
        title = book.guard[guard].title.english
        words = f"a clear no to {title!r} alone no longer means walking away"
        new = evolve(policy, at_once=_less(policy.at_once, guard))
        texts = (", ".join(policy.at_once), ", ".join(new.at_once) or "nothing")
        yield draft("at_once_dropped", "at_once", words, texts, (guard,), walk_away=new)
    for guard in policy.guards:
        rest = _policy_without(policy, guard)
        if rest is not None:
            # it stays a guard of the step, so that only the policy is another one
            rest = evolve(rest, at_once=policy.at_once)
            steps = tuple(
                evolve(s, leave_when=(*s.leave_when, guard)) if s.id == policy.start else s
                for s in book.steps
            )
            words = f"{book.guard[guard].title.english!r} is an ordinary guard of {policy.start}"
            texts = (", ".join(policy.guards), ", ".join(rest.guards))
            yield draft(
                "policy_dropped", "guards", words, texts, (guard,), walk_away=rest, steps=steps
            )
