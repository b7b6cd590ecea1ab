"""What a coach says: what to ask next and of whom, what to look out for, which paper to offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dealflow import Ask, Deal, Money, RaisedFlag, Verdict
from tests.deals import (
    BY,
    DAY,
    MOVES,
    STEPS,
    deal_at,
    leave,
    make_ready,
    meet_everybody,
    new_deal,
    now,
    ready_at,
    say,
    seven_step,
    small_deal,
)


def asks(deal: Deal, **after: float) -> list[Ask]:
    """What to ask now."""
    return list(deal.assess(at=now(deal, **after)).questions)


def ask(deal: Deal, question: str, about: str | None = None, **after: float) -> Ask:
    """The one question of this id."""
    (found,) = [a for a in asks(deal, **after) if (a.id, a.about) == (question, about)]
    return found


def flags(deal: Deal, **after: float) -> dict[str, tuple[str, ...]]:
    """The red flags that are up, and whom they are about."""
    return {f.flag: f.contacts for f in deal.assess(at=now(deal, **after)).red_flags}


def take_back(deal: Deal, fact: str, about: str | None = None) -> None:
    """Withdraw what was said of a fact."""
    for seq, statement in deal.statements.items():
        if (statement.fact, statement.about) == (fact, about) and seq not in deal.withdrawn:
            deal.withdraw(seq, by=BY, at=now(deal), reason="Misheard")


# questions


def test_nothing_to_ask() -> None:
    """When every guard holds there is nothing to ask for."""
    for step in STEPS[:4]:
        deal = ready_at(step)
        take = [a for a in asks(deal) if a.guards]
        watched = {f.guard for f in deal.assess(at=now(deal)).findings if not f.needed}
        assert all(set(a.guards) <= watched for a in take)


def test_never_asked() -> None:
    """A fact of which nobody spoke is asked of the roles best asked, in that order."""
    deal = deal_at("qualification")
    found = ask(deal, "pain.problem")
    assert (found.reason, found.fact, found.about) == ("never_asked", "pain.problem", None)
    assert found.guards == ("pain_asked",)
    assert (found.of, found.roles) == (("ines", "paul", "ruth"), ())
    assert found.decides
    assert found.question is seven_step().question["pain.problem"]


def test_nobody_to_ask() -> None:
    """Where nobody holds a suitable role, the roles to look for are named."""
    deal = new_deal()
    found = ask(deal, "need.presenting")
    assert (found.of, found.roles) == ((), ("user", "sponsor", "coach"))


def test_a_known_person_is_asked_before_an_unknown_one_is_looked_for() -> None:
    """Without anybody in the right role whoever is known is asked, if his word counts at all."""
    deal = ready_at("guided_competition")
    take_back(deal, "proof.passed")
    deal.read("Report.pdf", "proof.passed", False, by=BY, at=now(deal))
    for who in deal.contacts:
        deal.change_contact(who, roles=[], by=BY, at=now(deal))
    everybody = tuple(deal.contacts)
    for question, of, roles, days in (
        ("role.technical", everybody, (), 0),
        ("proof.passed", (), ("technical_advisor", "user", "economic_buyer"), 0),
        ("recheck.changed", everybody, (), 91),
    ):
        found = ask(deal, question, days=days)
        assert (set(found.of), found.roles) == (set(of), roles)
    first = asks(deal)[0]
    assert (first.id, first.reason, set(first.of)) == ("person.part", "part_unknown", {*everybody})


def test_nobody_in_role() -> None:
    """A role that nobody holds is asked for with the question that finds the holder."""
    deal = deal_at("buying_roles")
    deal.change_contact("tom", roles=[], by=BY, at=now(deal))
    found = ask(deal, "role.coach")
    assert found.reason == "nobody_in_role"
    assert found.of == ("ines", "paul", "mara")
    assert "real_coach" in found.guards
    assert found.fact == "role.coach"


def test_the_question_for_a_role() -> None:
    """It says which fact it establishes, whom to ask, and nothing else."""
    deal = deal_at("buying_roles")
    deal.change_contact("mara", roles=[], by=BY, at=now(deal))
    found = ask(deal, "role.technical")
    assert (found.reason, found.fact, found.about) == ("nobody_in_role", "role.technical", None)
    assert (found.of, found.roles) == (("tom", "ruth", "paul"), ())
    assert found.guards == ("technical_advisor_named",)


def test_a_role_without_a_question() -> None:
    """A playbook that has no question for a role leaves it at the finding."""
    more = MOVES.replace('to = "left"\n', 'to = "left"\nwhen = ["led"]\n', 1) + (
        '[guards.led]\ntitle = { en = "Led", zh = "有" }\n'
        'when = "covered(buyer) and heard(5)"\nrefused = { en = "No.", zh = "不。" }\n'
    )
    deal = small_deal(more)
    deal.change_contact("ann", roles=[], by=BY, at=now(deal))
    (finding,) = [f for f in deal.assess(at=now(deal)).findings if f.guard == "led"]
    assert [gap.reason for gap in finding.gaps] == ["nobody_in_role", "too_few_heard"]
    assert asks(deal) == []


def test_about_each_person() -> None:
    """What a person alone can tell is asked of that person, each by himself."""
    deal = deal_at("buying_roles")
    for who in ("tom", "ruth"):
        found = ask(deal, "person.problem", about=who)
        assert (found.of, found.roles, found.fact) == ((who,), (), "person.problem")
    assert not ask(deal, "person.problem", about="tom").decides


def test_nobody_vouches_for_himself() -> None:
    """Whether the buyers trust the coach is asked of the buyers, even of one who is both."""
    deal = deal_at("buying_roles")
    found = ask(deal, "coach.trusted_by_buyers", about="tom")
    assert found.of == ("ruth", "paul", "mara")
    deal.change_contact("paul", roles=["coach", "sponsor"], by=BY, at=now(deal))
    assert ask(deal, "coach.trusted_by_buyers", about="paul").of == ("ruth", "mara")
    for other in ("ruth", "mara"):
        deal.change_contact(other, roles=["user"], by=BY, at=now(deal))
    assert set(ask(deal, "coach.trusted_by_buyers", about="paul").of) == {*deal.contacts} - {"paul"}


def test_the_advisor_answers_for_himself() -> None:
    """A technical no is the advisor's own word, whoever reported it."""
    deal = deal_at("guided_competition")
    assert ask(deal, "technical.no", about="mara").of == ("mara",)
    say(deal, "tom", "technical.no", False, about="mara")
    found = ask(deal, "technical.no", about="mara")
    assert (found.reason, found.of) == ("role", ("mara",))


def test_first_hand() -> None:
    """What was only told on is asked of those whose own word counts."""
    deal = deal_at("buying_roles")
    say(deal, "ruth", "budget.approved", True, via="tom")
    found = ask(deal, "budget.approved")
    assert (found.reason, found.of) == ("first_hand", ("ruth", "paul"))


def test_the_wrong_person() -> None:
    """What only people without the say have said is asked of those who have it."""
    deal = deal_at("buying_roles")
    say(deal, "mara", "budget.approved", True)
    found = ask(deal, "budget.approved")
    assert (found.reason, found.of) == ("role", ("ruth", "paul"))


SECOND = """
[facts."be.sure"]
title = { en = "sure", zh = "确定" }
type = "yes_no"
sources = { at_least = 2 }
ask = [
  { id = "be.sure", of = ["buyer", "helper"], en = "Sure?", zh = "确定吗？" },
  { id = "be.surer", en = "Really?", zh = "真的吗？" },
]
[facts."be.signed"]
title = { en = "signed", zh = "签了" }
type = "yes_no"
sources = { roles = ["buyer"] }
ask = [{ id = "be.signed", en = "Signed?", zh = "签了吗？" }]
[facts."own.name"]
title = { en = "name", zh = "名" }
type = "text"
of = "contact"
sources = { at_least = 2 }
ask = [{ id = "own.name", en = "Name?", zh = "名字？" }]
[guards.sure]
title = { en = "Sure", zh = "确定" }
when = "be.sure and be.signed and some(buyer, known(own.name))"
refused = { en = "Not sure.", zh = "不确定。" }
"""


def test_who_counts_comes_before_who_knows() -> None:
    """Of those best asked, only those whose word counts; once others have spoken, all of these."""
    deal = deal_at("buying_roles")
    deal.add_contact("otto", name="Otto", by=BY, at=now(deal))
    assert ask(deal, "problem.severe").of == ("ruth", "paul", "ines")
    say(deal, "otto", "problem.severe", True)
    assert ask(deal, "problem.severe").of == ("ruth", "paul", "mara", "ines")
    deal = deal_at("negotiation")
    assert ask(deal, "terms.installation_date").of == ("paul", "ruth")
    say(deal, "ruth", "terms.installation_date", True, first_hand=False)
    found = ask(deal, "terms.installation_date")
    assert (found.reason, found.of) == ("first_hand", ("ruth", "paul", "mara"))
    deal = deal_at("qualification")
    assert ask(deal, "decision.steps").of == ("tom", "paul", "ruth")


def test_a_second_source() -> None:
    """A second source is somebody else than the first."""
    more = MOVES.replace('to = "left"\n', 'to = "left"\nwhen = ["sure"]\n', 1) + SECOND
    deal = small_deal(more)
    assert ask(deal, "be.sure").of == ("ann", "bob")
    assert ask(deal, "be.signed").of == ("ann",)
    assert ask(deal, "own.name", about="ann").of == ("ann",)
    say(deal, "ann", "be.sure", True)
    say(deal, "ann", "own.name", "Ann")
    found = ask(deal, "be.sure")
    assert (found.reason, found.of) == ("second_source", ("bob",))
    assert ask(deal, "own.name", about="ann").of == ("bob",)
    deal.change_contact("bob", roles=[], by=BY, at=now(deal))
    found = ask(deal, "be.sure")
    assert (found.of, found.roles) == (("bob",), ())
    deal.read("A.pdf", "be.sure", True, by=BY, at=now(deal))
    assert not [a for a in asks(deal) if a.id == "be.sure"]
    deal.read("A.pdf", "be.sure", False, by=BY, at=now(deal))
    say(deal, "ann", "be.sure", False)
    assert (ask(deal, "be.sure").reason, ask(deal, "be.sure").of) == ("refuted", ("ann",))
    assert not [a for a in asks(deal) if a.id == "be.surer"]


def test_our_own_side() -> None:
    """What we have to decide ourselves is asked of us, not of the customer."""
    deal = deal_at("trial_close")
    found = ask(deal, "serve.decided")
    assert (found.of, found.roles) == ((), ("us",))


def test_stale() -> None:
    """An answer out of date is asked again, and what has changed is asked besides."""
    deal = ready_at("buying_roles")
    found = ask(deal, "budget.approved", days=91)
    assert (found.reason, found.of) == ("stale", ("ruth", "paul"))
    changed = ask(deal, "recheck.changed", days=91)
    assert changed.reason == "stale"
    assert (changed.of, changed.roles) == (("tom", "paul", "ruth"), ())
    assert changed.fact is None
    assert {"budget_approved", "timely"} <= set(changed.guards)
    assert "recheck.changed" not in [a.id for a in asks(deal)]


def test_what_changed_is_asked_before_what_of_it() -> None:
    """Where much is out of date, first in general, then of each answer whether it still holds."""
    deal = ready_at("buying_roles")
    reasons = [(a.reason, a.fact is None) for a in deal.assess(at=now(deal) + 91 * DAY).questions]
    assert reasons.index(("stale", True)) < reasons.index(("stale", False))


def test_a_day_that_is_over_is_not_asked_whether_it_still_is_so() -> None:
    """However long ago it was named."""
    deal = ready_at("buying_roles")
    say(deal, "ruth", "timeline.date", (now(deal) + 10 * DAY).date().isoformat())
    for days, reason in ((11, "passed"), (91, "passed"), (9, None)):
        found = {a.fact: a.reason for a in deal.assess(at=now(deal) + days * DAY).questions}
        assert found.get("timeline.date") == reason


def test_who_has_no_part_yet_is_asked_for_it_while_roles_are_open() -> None:
    """Also where somebody else can say who holds them."""
    deal = ready_at("buying_roles")
    deal.add_contact("zoe", name="Zoe", by=BY, at=now(deal))
    assert "person.part" not in [a.id for a in asks(deal)]
    deal.change_contact("mara", left=now(deal).date(), by=BY, at=now(deal))
    (found,) = [a for a in deal.assess(at=now(deal)).questions if a.id == "person.part"]
    assert found.of == ("zoe",)


def test_conflicts_name_both_sides() -> None:
    """People who contradict each other are both asked, separately for each point."""
    deal = ready_at("buying_roles")
    say(deal, "tom", "budget.approved", False)
    say(deal, "paul", "decision.clear", False)
    found = [a for a in asks(deal) if a.reason == "conflicted"]
    assert {a.guards: a.of for a in found} == {
        ("budget_approved",): ("ruth", "tom"),
        ("clear_decision_process",): ("ruth", "paul"),
    }
    assert {a.id for a in found} == {"recheck.conflict"}
    assert all(a.decides and a.fact is None and a.roles == () for a in found)


def test_a_document_is_not_asked() -> None:
    """Papers contradict people, but only people can be asked."""
    deal = ready_at("buying_roles")
    deal.read("Minutes.pdf", "budget.approved", False, by=BY, at=now(deal))
    (found,) = [a for a in asks(deal) if a.reason == "conflicted"]
    assert found.of == ("ruth",)


def test_refuted() -> None:
    """Who said no is asked once more, for the very fact on which he did."""
    deal = ready_at("buying_roles")
    say(deal, "paul", "consequence.serious", False)
    say(deal, "ruth", "consequence.serious", False)
    say(deal, "ruth", "problem.severe", False)
    found = {a.fact: a for a in asks(deal) if a.reason == "refuted"}
    assert found.keys() == {"problem.severe", "consequence.serious"}
    assert found["problem.severe"].of == ("ruth",)
    assert found["consequence.serious"].of == ("paul", "ruth")
    assert found["problem.severe"].guards == ("severe_problem",)
    assert found["problem.severe"].roles == ()
    assert not found["problem.severe"].decides


def test_refuted_about_a_person() -> None:
    """A technical no is asked about with the advisor whose no it is."""
    deal = ready_at("guided_competition")
    say(deal, "mara", "technical.no", True)
    found = ask(deal, "technical.no", about="mara")
    assert (found.reason, found.of) == ("refuted", ("mara",))


def test_refuted_in_writing() -> None:
    """A no that stands in a paper is asked of those who would know."""
    deal = ready_at("guided_competition")
    take_back(deal, "technical.no", about="mara")
    deal.read("Report.pdf", "technical.no", True, by=BY, at=now(deal), about="mara")
    found = ask(deal, "technical.no", about="mara")
    assert (found.reason, found.of) == ("refuted", ("mara",))
    take_back(deal, "proof.passed")
    deal.read("Report.pdf", "proof.passed", False, by=BY, at=now(deal))
    found = ask(deal, "proof.passed")
    assert (found.reason, found.of) == ("refuted", ("mara", "ines", "ruth"))


def test_refuted_in_writing_about_a_person() -> None:
    """Whether a paper is right about the coach is asked of others than the coach."""
    deal = ready_at("buying_roles")
    take_back(deal, "coach.trusted_by_buyers", about="tom")
    deal.change_contact("tom", roles=["coach", "sponsor"], by=BY, at=now(deal))
    deal.read("Minutes.pdf", "coach.trusted_by_buyers", False, about="tom", by=BY, at=now(deal))
    found = ask(deal, "coach.trusted_by_buyers", about="tom")
    assert (found.reason, found.of) == ("refuted", ("ruth", "paul", "mara"))


def test_refuted_without_a_question() -> None:
    """A fact that no question establishes cannot be asked about."""
    deal = small_deal()
    say(deal, "ann", "be.good", False)
    assert deal.assess(at=now(deal)).verdict is Verdict.WORK
    assert asks(deal) == []


def test_order() -> None:
    """What blocks comes before what is only watched, walk-away conditions before everything."""
    deal = deal_at("buying_roles")
    first = asks(deal)
    walk_away = set(seven_step().walk_away.guards)  # type: ignore[union-attr]
    ranks = [bool(walk_away.intersection(a.guards)) for a in first]
    assert ranks == sorted(ranks, reverse=True)
    assert first[0].id == "budget.amount" or walk_away.intersection(first[0].guards)
    watched = asks(deal_at("qualification"))
    ranks = [walk_away.issuperset(a.guards) for a in watched]
    assert ranks == sorted(ranks)
    assert ranks[0] is False
    assert ranks[-1] is True


def test_what_decides_comes_first() -> None:
    """Among equals, the answer that alone decides a guard is asked for before one of several."""
    deal = ready_at("buying_roles")
    for fact in ("problem.severe", "consequence.serious", "decision.clear"):
        take_back(deal, fact)
    # Each could refute its guard; but of two answers that a guard waits for, a yes leaves it open.
    found = [(a.id, a.decides, Verdict.WALK_AWAY in a.leads_to) for a in asks(deal)]
    assert found == [
        ("decision.clear", ("clear_decision_process",), True),
        ("problem.severe", ("severe_problem",), True),
        ("consequence.serious", ("severe_problem",), True),
    ]


def test_what_blocks_comes_before_what_decides() -> None:
    """An answer that would settle what is only watched waits for one that the step needs."""
    deal = ready_at("qualification")
    take_back(deal, "budget.status")
    found = {a.id: a for a in asks(deal)}
    assert found["budget.status"].leads_to == (Verdict.READY,)
    assert Verdict.WALK_AWAY in found["decision.clear"].leads_to
    order = list(found)
    assert order.index("budget.status") < order.index("decision.clear")


def test_one_question_for_several_guards() -> None:
    """A question is asked once, and says for how many guards it counts."""
    data: dict[str, Any] = dict(seven_step().to_data())
    guards = dict(data["guards"])
    guards["timely"] = dict(guards["timely"]) | {"when": "timeline.wanted and budget.approved"}
    deal = deal_at("buying_roles", seven_step(guards=guards))
    found = ask(deal, "budget.approved")
    assert found.guards == ("budget_approved", "timely")
    alone = ask(deal, "problem.severe")
    assert asks(deal).index(found) < asks(deal).index(alone)


MERGED = """
[facts."own.plan"]
title = { en = "plan", zh = "计划" }
type = "yes_no"
of = "contact"
ask = [{ id = "own.plan", of = ["helper"], en = "Plan?", zh = "计划？" }]
[guards.planned]
title = { en = "Planned", zh = "有计划" }
when = "some(buyer, own.plan) and be.rich"
refused = { en = "No plan.", zh = "没有计划。" }
[guards.settled]
title = { en = "Settled", zh = "定了" }
when = "every(buyer, known(own.plan))"
refused = { en = "Not settled.", zh = "没定。" }
"""


def test_merging_keeps_what_either_says() -> None:
    """Asked for two guards, a question keeps whom it is about, and whom to look for."""
    more = MOVES.replace('to = "left"\n', 'to = "left"\nwhen = ["planned", "settled"]\n', 1)
    deal = small_deal(more + MERGED)
    found = ask(deal, "own.plan", about="ann")
    assert (found.guards, found.fact) == (("planned", "settled"), "own.plan")
    assert (found.of, found.roles, found.decides) == (("bob",), (), ("planned", "settled"))
    deal.change_contact("bob", roles=["buyer"], by=BY, at=now(deal))
    found = ask(deal, "own.plan", about="ann")
    assert (found.of, found.roles, found.decides) == (("bob",), (), ())


def test_waived_guards_are_not_asked_about() -> None:
    """What somebody set aside needs no question."""
    deal = deal_at("guided_competition")
    assert [a for a in asks(deal) if "proof_passed" in a.guards]
    deal.waive("proof_passed", authority="Max", by=BY, at=now(deal), reason="Reference")
    assert not [a for a in asks(deal) if "proof_passed" in a.guards]


def test_no_words_for_conflicts() -> None:
    """A playbook without questions for contradictions and old answers asks none."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    say(deal, "bob", "be.good", False)
    assert deal.assess(at=now(deal)).verdict is Verdict.RECONCILE
    assert asks(deal) == []
    assert asks(deal, days=11) == []
    assert deal.assess(at=now(deal, days=11)).verdict is Verdict.ASK


# red flags


def test_no_flags_on_an_empty_map() -> None:
    """Before anybody is known there is nothing to warn of."""
    assert flags(new_deal()) == {}


def test_roles_not_covered() -> None:
    """A missing sponsor and a missing user are warned of, as soon as anybody has a role."""
    deal = new_deal()
    deal.add_contact("ruth", name="Ruth", roles=["economic_buyer"], by=BY, at=now(deal))
    assert flags(deal).keys() >= {"no_sponsor", "no_user", "one_person_only"}
    deal.add_contact("paul", name="Paul", roles=["sponsor", "user"], by=BY, at=now(deal))
    assert not flags(deal).keys() & {"no_sponsor", "no_user", "one_person_only"}


def test_never_heard_first_hand() -> None:
    """A person in a role whom we know from hearsay only is named."""
    deal = ready_at("buying_roles")
    assert "person_not_heard" not in flags(deal)
    deal.add_contact("otto", name="Otto", roles=["user"], by=BY, at=now(deal))
    say(deal, "otto", "offer.helps", True, via="tom")
    assert flags(deal)["person_not_heard"] == ("otto",)
    say(deal, "otto", "offer.helps", True)
    assert "person_not_heard" not in flags(deal)


def test_little_known() -> None:
    """A person whose problem, need or stake is missing is named; a committee has none."""
    deal = ready_at("buying_roles")
    assert "person_little_known" not in flags(deal)
    for fact in ("person.problem", "person.need", "person.win"):
        take_back(deal, fact, about="ines")
        assert flags(deal)["person_little_known"] == ("ines",), fact
    deal.change_contact("ines", kind="committee", by=BY, at=now(deal))
    assert "person_little_known" not in flags(deal)


def test_new_in_the_job() -> None:
    """Who is new in the job is warned of, until that is no news any more."""
    deal = ready_at("buying_roles")
    say(deal, "ruth", "person.new_in_job", True)
    assert flags(deal)["new_in_job"] == ("ruth",)
    assert "new_in_job" in flags(deal, days=180)
    assert "new_in_job" not in flags(deal, days=181)


def test_reorganisation() -> None:
    """People who joined or left are a reason to check all roles."""
    deal = ready_at("buying_roles")
    say(deal, "tom", "org.change", True)
    assert flags(deal)["reorganisation"] == ()
    say(deal, "ruth", "org.change", False)
    assert "reorganisation" in flags(deal)  # contradicted is not gone
    say(deal, "tom", "org.change", False)
    assert "reorganisation" not in flags(deal)


@pytest.mark.parametrize(
    "against",
    [{"rating": -1}, {"agrees": False}],
    ids=["rating", "no consent"],
)
def test_powerful_opponents(against: dict[str, Any]) -> None:
    """A person of high influence who is against us is named; one of low influence is not."""
    deal = ready_at("buying_roles")
    if "rating" in against:
        deal.change_contact("mara", rating=against["rating"], by=BY, at=now(deal))
    else:
        say(deal, "mara", "person.agrees", against["agrees"])
    assert "powerful_opponent" not in flags(deal)
    deal.change_contact("mara", influence="low", by=BY, at=now(deal))
    assert "powerful_opponent" not in flags(deal)
    deal.change_contact("mara", influence="high", by=BY, at=now(deal))
    assert flags(deal)["powerful_opponent"] == ("mara",)


def test_no_wish_to_change() -> None:
    """Who is content, or too sure, sees no reason to buy."""
    deal = ready_at("buying_roles")
    deal.change_contact("ruth", response_mode="overconfident", by=BY, at=now(deal))
    deal.change_contact("tom", response_mode="trouble", by=BY, at=now(deal))
    assert flags(deal)["no_wish_to_change"] == ("ruth",)


def test_information_uncertain() -> None:
    """Different numbers are a warning even where both would do."""
    deal = ready_at("buying_roles")
    say(deal, "paul", "budget.amount", "70000 EUR")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    assert "people_disagree" in flags(deal)


def test_overdue() -> None:
    """A step that lasts longer than expected is a flag of its own, and says by how long."""
    deal = deal_at("first_contact")
    stay = timedelta(days=14)
    at = deal.since + stay
    assert not [f for f in deal.assess(at=at).red_flags if f.flag == "overdue"]
    late = deal.assess(at=at + timedelta(hours=3)).red_flags[-1]
    assert late == RaisedFlag("overdue", (), timedelta(hours=3), late.ask)
    assert late.ask is not None
    assert (late.ask.id, late.ask.of) == ("risk.blockers", ("tom", "paul", "ruth"))
    deal.lose(by=BY, at=at + DAY, reason="x", to="nothing")
    assert "overdue" not in flags(deal, days=50)


def test_overdue_starts_anew_in_every_step() -> None:
    """Going back gives the step its whole time again."""
    deal = deal_at("qualification")
    deal.step_back("first_contact", by=BY, at=now(deal, days=20), reason="x")
    assert "overdue" not in flags(deal, days=14)
    assert "overdue" in flags(deal, days=15)


def test_no_expected_stay() -> None:
    """A step without an expected stay is never overdue."""
    assert flags(small_deal(), days=9999) == {}


# papers


def test_papers() -> None:
    """No paper before the trial close; then a quote, a proposal, or contract terms."""
    early = ready_at("guided_competition")
    assert early.assess(at=now(early)).paper is None
    deal = ready_at("trial_close")

    def paper() -> str | None:
        return deal.assess(at=now(deal)).paper

    assert paper() == "quote"
    say(deal, "tom", "doc.kind", "proposal")
    assert paper() == "proposal"
    say(deal, "ines", "close.outcome", "accepted")
    assert paper() == "proposal"  # not hers to say
    say(deal, "ruth", "close.outcome", "accepted")
    assert paper() == "contract_terms"
    say(deal, "ruth", "close.outcome", "wants_proposal", quote="On paper, please")
    assert paper() != "quote"


def test_a_sample_contract_at_legal_raises_the_paper() -> None:
    """A customer whose lawyers have our sample contract has committed more than words."""
    deal = deal_at("trial_close")
    assert deal.assess(at=now(deal)).paper == "quote"
    say(deal, "paul", "legal.received", True)
    assert deal.assess(at=now(deal)).paper == "contract_terms"
    say(deal, "paul", "legal.received", False)
    assert deal.assess(at=now(deal)).paper == "quote"


def test_contradictory_commitment_is_none() -> None:
    """Where people contradict each other the paper is the less committal one."""
    deal = deal_at("trial_close")
    say(deal, "paul", "legal.received", True)
    say(deal, "ruth", "legal.received", False)
    assert deal.assess(at=now(deal)).paper == "quote"


def test_no_paper() -> None:
    """A playbook may have no papers, or none that fits."""
    assert small_deal().assess(at=now(small_deal())).paper is None
    more = MOVES + (
        '[[papers]]\nid = "bill"\ntitle = { en = "Bill", zh = "账单" }\nwhen = "be.rich"\n'
    )
    deal = small_deal(more)
    assert deal.assess(at=now(deal)).paper is None
    say(deal, "ann", "be.rich", True)
    assert deal.assess(at=now(deal)).paper == "bill"


# farewell


def test_farewell() -> None:
    """The polite call goes to the economic buyer first; what failed is for our own record."""
    deal = ready_at("buying_roles")
    say(deal, "ruth", "budget.approved", False)
    say(deal, "ines", "offer.helps", False)
    farewell = deal.farewell(at=now(deal))
    assert farewell.contacts == ("ruth", "paul", "mara", "tom", "ines")
    assert (farewell.name, farewell.account) == ("Ruth Okafor", "Northwind")
    assert farewell.guards == ("offer_helps", "budget_approved")


def test_farewell_without_an_economic_buyer() -> None:
    """Without a buyer the most important of the others is called; those without a role last."""
    deal = new_deal()
    deal.add_contact("eve", name="Eve", by=BY, at=now(deal))
    deal.add_contact("tom", name="Tom", roles=["coach"], by=BY, at=now(deal))
    farewell = deal.farewell(at=now(deal))
    assert (farewell.contacts, farewell.name) == (("tom", "eve"), "Tom")


def test_farewell_to_nobody() -> None:
    """Nobody to call is no error."""
    farewell = new_deal().farewell(at=now(new_deal()))
    assert (farewell.contacts, farewell.name, farewell.account) == ((), None, "Northwind")


def test_a_closed_deal_is_still_coached() -> None:
    """An ended deal can be looked at: what would it take to come back?"""
    deal = deal_at("buying_roles")
    meet = deal.assess(at=now(deal)).questions
    deal.walk_away(by=BY, at=now(deal), reason="x")
    assert deal.assess(at=now(deal)).questions == meet


def test_the_price_of_a_refuted_budget() -> None:
    """A budget that is too small is asked about with the one who named it."""
    deal = ready_at("buying_roles")
    deal.change_amount(Money("90000", "EUR"), by=BY, at=now(deal), reason="More sites")
    found = ask(deal, "budget.amount")
    assert (found.reason, found.of) == ("refuted", ("ruth",))


def test_everything_said_leaves_nothing_to_ask() -> None:
    """A deal walked to the end has no questions left that block."""
    deal = new_deal()
    meet_everybody(deal)
    for _ in STEPS:
        make_ready(deal)
        leave(deal)
    assert deal.outcome == "fulfilled"
    assert asks(deal) == []


def test_ready_is_not_silence() -> None:
    """A deal that is ready is told what else the step ahead will need; one that is not, is not."""
    deal = ready_at("first_contact")
    now_ = deal.assess(at=now(deal))
    assert now_.verdict is Verdict.READY
    asked, ahead = [a.id for a in now_.questions], [a.id for a in now_.ahead]
    assert asked == ["offer.helps"]
    deal.advance(by=BY, at=now(deal))
    later = deal.assess(at=now(deal))
    assert ahead == [a.id for a in later.questions if a.id not in asked]
    assert later.ahead == ()
    done = ready_at("fulfilment").assess(at=now(ready_at("fulfilment")))
    assert (done.verdict, done.ahead) == (Verdict.READY, ())


def only_anna() -> Deal:
    """A deal of which one person is known, by name alone."""
    deal = deal_at("first_contact")
    for who in deal.contacts:
        deal.change_contact(who, left=now(deal).date(), by=BY, at=now(deal))
    deal.add_contact("anna", name="Anna Berg", by=BY, at=now(deal))
    return deal


def test_with_one_person_on_the_map_that_person_is_asked() -> None:
    """First what her part is, then what anybody may answer; whom to look for comes last."""
    deal = only_anna()
    deal.hear(
        "anna", "next_step.agreed", (now(deal) + 7 * DAY).date().isoformat(), by=BY, at=now(deal)
    )
    deal.hear("anna", "need.presenting", "Late", by=BY, at=now(deal))
    deal.meet("call", participants=["anna"], by=BY, at=now(deal))
    first, *others = deal.assess(at=now(deal)).ahead
    assert (first.id, first.of, first.about) == ("person.part", ("anna",), "anna")
    assert "budget_asked" in first.guards
    known = [a for a in others if a.of]
    assert others[: len(known)] == known
    assert {a.of for a in known} == {("anna",)}
    assert "role.economic" in [a.id for a in known]
    required = seven_step().fact["budget.approved"].sources.roles
    (waiting,) = [a for a in others if a.id == "budget.approved"]
    assert (waiting.of, waiting.roles, waiting.reachable) == ((), required, False)
    with_part = [a.id for a in asks(deal_at("qualification"))]
    assert "person.part" not in with_part


def test_somebody_else_is_heard_where_too_few_were() -> None:
    """Whoever was not heard yet is asked before those who were; then for more people."""
    deal = ready_at("buying_roles")
    for seq, statement in deal.statements.items():
        if statement.source != "tom" and seq not in deal.withdrawn:
            deal.withdraw(seq, by=BY, at=now(deal), reason="Noted by mistake")
    found = ask(deal, "org.others")
    assert found.reason == "too_few_heard"
    assert found.of[-1] == "tom"
    assert found.guards == ("several_people_heard",)


def test_our_own_record_is_no_question_to_a_customer() -> None:
    """Without a price the budget cannot be compared: that is ours to note."""
    deal = ready_at("qualification")
    made = Deal.open(deal.playbook, id="D-2", account="A", by=BY, at=now(deal))
    made.add_contact("ruth", name="Ruth", roles=["economic_buyer"], by=BY, at=now(deal))
    made.hear("ruth", "need.presenting", "Late", by=BY, at=now(deal))
    made.hear(
        "ruth", "next_step.agreed", (now(deal) + 7 * DAY).date().isoformat(), by=BY, at=now(deal)
    )
    made.meet("call", participants=["ruth"], by=BY, at=now(deal))
    (price,) = [a for a in made.assess(at=now(made)).ahead if a.question is None]
    assert (price.id, price.reason, price.roles) == ("deal.amount", "not_set", ("us",))
    assert price.reachable


def test_nobody_is_asked_what_only_matters_when_it_is_there() -> None:
    """After a rejection the questions for "timely" are about time, and not about installation."""
    deal = deal_at("trial_close")
    read = {fact.id for fact in deal.playbook.guard_condition["timely"].facts}
    wanted = {fact.id for fact in deal.playbook.guard_condition["timely"].wanted}
    assert read - wanted == {"delivery.installed", "delivery.performed"}
    assert wanted == {"timeline.wanted", "timeline.date"}
    why = {"gap": "date", "reason": "too early", "quote": "No"}
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal), **why)
    asked = [a.id for a in asks(deal) if "timely" in a.guards]
    assert not {"delivery.installed", "delivery.performed"}.intersection(asked)


def test_every_red_flag_comes_with_a_question() -> None:
    """But the one about our own record, where nobody at the customer can help."""
    assert [f.id for f in seven_step().red_flags if f.ask is None] == ["lines_differ_from_price"]
    deal = deal_at("buying_roles")
    raised = {flag.flag: flag.ask for flag in deal.assess(at=now(deal)).red_flags}
    little = raised["person_little_known"]
    assert little is not None
    assert (little.id, little.reason) == ("person.need", "red_flag")
    assert set(little.of) == {*deal.contacts}


def test_a_flag_about_one_person_is_asked_of_that_person() -> None:
    """What is new in somebody's job is asked of the one who has it."""
    deal = deal_at("buying_roles")
    say(deal, "paul", "person.new_in_job", True)
    raised = {flag.flag: flag.ask for flag in deal.assess(at=now(deal)).red_flags}
    found = raised["new_in_job"]
    assert found is not None
    assert (found.of, found.about) == (("paul",), "paul")
