"""A small playbook with something of everything that a mutant can change, and its mutants."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import pytest

from dealflow import DealflowError, Playbook, parse_playbook
from dealflow.analysis import Mutant, judge_equivalence, mutants
from dealflow.analysis.mutants import Equivalence, suggestions
from dealflow.playbook import StandIn
from dealflow.testing import deal_at, watching

MINI = """
format = 1
id = "mini"
version = "1"
title = { en = "Mini", zh = "小" }
roles.payer.title = { en = "Payer", zh = "付" }
roles.user.title = { en = "User", zh = "用" }

[facts."need.words"]
title = { en = "the need", zh = "需" }
type = "text"
[facts."need.size"]
title = { en = "the size", zh = "大" }
type = "number"
[facts."money.there"]
title = { en = "the money is there", zh = "钱" }
type = "yes_no"
good_for = "P30D"
sources = { roles = ["payer", "user"], first_hand = true, documents = true }
[facts."money.amount"]
title = { en = "the budget", zh = "额" }
type = "money"
sources = { at_least = 2 }
[facts."start.day"]
title = { en = "the first day", zh = "日" }
type = "date"
[facts."user.likes"]
title = { en = "this person likes it", zh = "爱" }
type = "yes_no"
of = "contact"
[facts."close.answer"]
title = { en = "the answer", zh = "答" }
type = "choice"
sources = { roles = ["payer"] }
choices = { yes = { en = "yes", zh = "是" }, no = { en = "no", zh = "否" } }
[facts."order.signed"]
title = { en = "the order is signed", zh = "签" }
type = "yes_no"

[guards.need_known]
title = { en = "Need known", zh = "一" }
when = "known(need.words)"
refused = { en = "Nobody has told us what they need.", zh = "一" }
[guards.right_size]
title = { en = "Right size", zh = "二" }
when = "need.size >= 3 and need.size < 100"
refused = { en = "Too small or too big for us.", zh = "二" }
[guards.talked]
title = { en = "Talked with two", zh = "三" }
when = "deal.talks > 0 or heard(2)"
refused = { en = "One person's view is not the customer's.", zh = "三" }
standing = false
[guards.money_there]
title = { en = "Money there", zh = "四" }
when = "money.there and money.amount >= deal.amount"
refused = { en = "Without money there is no order.", zh = "四" }
[guards.soon]
title = { en = "Soon enough", zh = "五" }
when = "within(start.day, days(30))"
refused = { en = "Who starts next year buys next year.", zh = "五" }
[guards.liked]
title = { en = "Users like it", zh = "六" }
when = "every(user, user.likes) and some(user, not disputed(user.likes))"
refused = { en = "What users do not want is not kept.", zh = "六" }
waivable = true
[guards.answered]
title = { en = "Answered", zh = "七" }
when = 'close.answer == "yes"'
refused = { en = "They have not said yes.", zh = "七" }
[guards.signed]
title = { en = "Signed", zh = "八" }
when = "order.signed or not missing(close.answer) and order.signed"
refused = { en = "An order is an order when it is signed.", zh = "八" }

[[steps]]
id = "talk"
title = { en = "Talk", zh = "谈" }
goal = { en = "Learn what they need.", zh = "谈" }
leave_when = ["need_known", "right_size", "talked"]
[[steps]]
id = "show"
title = { en = "Show", zh = "示" }
goal = { en = "Show what we have.", zh = "示" }
leave_when = ["liked"]
[[steps]]
id = "close"
title = { en = "Close", zh = "结" }
goal = { en = "Ask.", zh = "结" }
leave_when = ["answered"]
[[steps]]
id = "order"
title = { en = "Order", zh = "单" }
goal = { en = "Have it signed.", zh = "单" }
leave_when = ["signed"]

[walk_away]
guards = ["money_there", "soon"]
from = "show"
watch_from = "talk"
at_once = ["right_size"]

[trial_close]
step = "close"
fact = "close.answer"
forward = ["yes"]
back = ["no"]
"""

# Mutants that mean the same as the playbook.
REDUNDANT = {
    # an amount that nobody has told is unknown to both clauses, and one alone does not pass
    "guards.right_size:unknown_as_yes:1",
    "guards.right_size:unknown_as_yes:2",
    # the clause before it asks for an answer already
    "guards.liked:unknown_as_yes:2",
    # "a or b and a" is "a"
    "guards.signed:clause_dropped:2",
    "guards.signed:clause_negated:2",
    "guards.signed:unknown_as_yes:2",
    "guards.signed:conflict_as_yes:2",
}


@cache
def mini(*changes: tuple[str, str]) -> Playbook:
    """The small playbook; or one in whose file some words were replaced."""
    text = MINI
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return parse_playbook(text)


@cache
def mutants_of(*changes: tuple[str, str]) -> dict[str, Mutant]:
    """The mutants of the small playbook by id."""
    return {mutant.id: mutant for mutant in mutants(mini(*changes))}


@cache
def judged(id: str, *changes: tuple[str, str], **limits: Any) -> Equivalence:
    """Whether a deal tells a mutant of the small playbook from it."""
    return judge_equivalence(mini(*changes), mutants_of(*changes)[id], **limits)


# Known without a proof: analysis/mutants/test_mutants_judged.py shows that it is these.
TOLD_APART = sorted(mutants_of().keys() - REDUNDANT)


def run_missing(code: str, book: Playbook) -> None:
    """Run the tests in some code, with the fixtures that they would have under a playbook."""
    names: dict[str, Any] = {}
    exec(code, names)
    tests = [name for name in names if name.startswith("test_")]
    assert tests
    for name in tests:
        assert names[name].__doc__
        names[name](partial(deal_at, book))


def check(book: Playbook, mutant: Mutant, found: Equivalence) -> str:
    """The missing test holds for the original and fails under the mutant; gives its code.

    As in a run with mutants, it is given the deal that it knows, where the mutant lets that be.
    """
    code = suggestions(book, [(mutant, found)])
    run_missing(code, book)
    fault = {book.fingerprint: StandIn.in_place_of(book, mutant.playbook)}
    failing = (AssertionError, DealflowError, pytest.fail.Exception)
    with watching(fault), pytest.raises(failing):
        run_missing(code, book)
    return code
