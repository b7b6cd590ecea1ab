"""The shipped seven-step playbook says what METHOD.md demands, in both languages."""

from __future__ import annotations

import re

import pytest

from dealflow import Fact, Playbook, Sources, Text, TrialClose, ValueType, load_playbook
from dealflow.conditions import Condition, Quantified
from dealflow.evidence import ANY_ROLE

STEPS = {
    "first_contact": "初次接触",
    "qualification": "确定客户、预算和购买时间",
    "buying_roles": "采购角色",
    "guided_competition": "方案引导与竞争对比",
    "trial_close": "试探成交",
    "negotiation": "提议与合同磋商、签订",
    "fulfilment": "安装或履行合同",
}
WALK_AWAY = ("severe_problem", "budget_approved", "timely", "clear_decision_process")

# METHOD 1: what must be true to leave each step forward; the guard that sees to it, and its facts.
DEMANDS = [
    (
        "first_contact",
        "a two-way talk with at least one named person took place",
        "first_talk",
        "deal.talks >= 1 and heard(1)",
    ),
    (
        "first_contact",
        "a presenting problem is on record",
        "presenting_problem",
        "known(need.presenting)",
    ),
    (
        "first_contact",
        "the next talk has a date",
        "next_talk_dated",
        "within(next_step.agreed, days(90))",
    ),
    ("qualification", "our offer can help", "offer_helps", "offer.helps"),
    ("qualification", "they are ready to solve it", "ready_to_solve", "need.ready"),
    ("qualification", "they find it worth the time and money", "worth_it", "value.worth_it"),
    ("qualification", "pain asked and answered", "pain_asked", "known(pain.problem)"),
    (
        "qualification",
        "consequence asked and answered",
        "consequence_asked",
        "known(pain.consequence)",
    ),
    ("qualification", "benefit asked and answered", "benefit_asked", "known(value.measure)"),
    (
        "qualification",
        "budget asked and answered",
        "budget_asked",
        "known(budget.status) or known(budget.approved)",
    ),
    (
        "qualification",
        "time frame asked and answered",
        "time_frame_asked",
        "known(timeline.date) or known(timeline.wanted)",
    ),
    (
        "qualification",
        "decision process asked and answered",
        "decision_process_asked",
        "known(decision.steps)",
    ),
    (
        "buying_roles",
        "economic buyer named; exactly one (METHOD 2)",
        "economic_buyer_named",
        "count(economic_buyer) <= 1 and plays(role.economic, economic_buyer)",
    ),
    (
        "buying_roles",
        "technical advisor named, or confirmed that there is none",
        "technical_advisor_named",
        "covered(technical_advisor) or role.technical_absent",
    ),
    (
        "buying_roles",
        "at least one coach, who trusts us, is trusted, and wants us to win (METHOD 2)",
        "real_coach",
        "some(coach, coach.trusts_us and coach.trusted_by_buyers and coach.wants_our_win)",
    ),
    ("buying_roles", "more than one person heard", "several_people_heard", "heard(2)"),
    (
        "buying_roles",
        "problem, need and stake known for every person in a role",
        "everyone_understood",
        (
            'every(any_role, contact.kind == "committee" or known(person.problem)'
            " and known(person.need) and (known(person.win) or known(person.loss)))"
        ),
    ),
    (
        "guided_competition",
        "alternatives on record, 'do nothing' among them",
        "alternatives_known",
        'named(competition.options, "do_nothing")',
    ),
    ("guided_competition", "criteria ranked", "criteria_ranked", "size(criteria.ranked) >= 1"),
    (
        "guided_competition",
        "proof passed, or waived by a named person; marks, judges and an end date agreed",
        "proof_passed",
        "known(proof.marks) and known(proof.judges) and known(proof.ends) and proof.passed",
    ),
    (
        "guided_competition",
        "the technical advisor's recommendation to the economic buyer known",
        "recommendation_known",
        (
            "every(technical_advisor, known(technical.recommends))"
            " or count(technical_advisor) == 0 and role.technical_absent"
        ),
    ),
    (
        "guided_competition",
        "no technical 'no' left open",
        "no_technical_no",
        (
            "every(technical_advisor, not technical.no)"
            " or count(technical_advisor) == 0 and role.technical_absent"
        ),
    ),
    (
        "trial_close",
        "rejected -> ask why and where the gap is",
        "gap_known",
        (
            'missing(close.outcome) or close.outcome != "rejected"'
            " or known(gap.reason) and known(gap.step)"
        ),
    ),
    (
        "trial_close",
        "accepted, or interested but wants time or a formal proposal",
        "trial_close_answered",
        'close.outcome in ["accepted", "needs_time", "wants_proposal"]',
    ),
    (
        "trial_close",
        "the economic buyer has been heard first-hand, and the answer is that person's",
        "answer_is_the_buyers",
        "final(close.outcome)",
    ),
    (
        "trial_close",
        "the four conditions rest on at least two people",
        "two_voices",
        (
            "voices(problem.severe, consequence.serious, budget.approved, budget.amount,"
            " timeline.wanted, timeline.date, decision.clear, decision.steps) >= 2"
        ),
    ),
    (
        "trial_close",
        "no person in a role is openly against it",
        "nobody_against",
        "every(any_role, missing(person.agrees) or person.agrees)",
    ),
    ("trial_close", "we decide to serve them", "serving_decided", "serve.decided"),
    (
        "trial_close",
        "fix a first time frame; a day that matters must lie ahead",
        "first_time_frame",
        (
            "within(serve.first_date, days(365)) or known(serve.first_date)"
            " and (not missing(delivery.installed) or not missing(delivery.performed))"
        ),
    ),
    (
        "negotiation",
        "main terms agreed, every one of the six",
        "main_terms_agreed",
        (
            "terms.price and terms.installation_date and terms.resources and terms.service_levels"
            " and terms.termination and terms.compensation"
        ),
    ),
    ("negotiation", "governing law agreed", "governing_law_agreed", "law.agreed"),
    ("negotiation", "no open point left", "no_open_point", "size(terms.open) == 0"),
    (
        "negotiation",
        (
            "lawyers settle the rest: liability cap, indemnity, warranty, IP, confidentiality,"
            " payment, acceptance, assignment (R)"
        ),
        "legal_clauses_settled",
        " and ".join(
            f"(missing(clause.{name}) or clause.{name})"
            for name in (
                *("liability_cap", "indemnity", "warranty", "ip", "confidentiality"),
                *("payment", "acceptance", "assignment"),
            )
        ),
    ),
    ("negotiation", "contract signed", "contract_signed", "contract.signed"),
    (
        "fulfilment",
        "installed where something is installed",
        "installed",
        "delivery.installed or delivery.nothing_to_install",
    ),
    ("fulfilment", "terms performed", "terms_performed", "delivery.performed"),
    ("fulfilment", "customer satisfied", "customer_satisfied", "delivery.satisfied"),
]

# METHOD 4: the facts of questions.tsv, in its order.
ASKED = [
    *("need.trigger", "need.presenting", "source.channel", "person.part"),
    *("fit.size", "next_step.agreed", "pain.consequence", "value.measure"),
    *("budget.status", "budget.path", "timeline.date", "decision.steps"),
    *("decision.relation", "need.rank", "role.economic", "role.technical"),
    *("role.user", "role.sponsor", "role.coach", "person.win"),
    *("person.against", "org.change", "competition.options", "criteria.ranked"),
    *("proof.marks", "proof.judges", "competition.our_gap", "competition.influence"),
    *("proof.next", "close.fit", "close.outcome", "recheck.changed"),
    *("recheck.conflict", "risk.blockers", "gap.step", "close.maybe"),
    *("doc.kind", "doc.signer", "legal.received", "legal.points"),
    *("paper.steps", "terms.open", "terms.exchange", "success.measure"),
    *("start.owner", "start.needs", "promise.first", "delivery.state"),
    "referral.person",
]


@pytest.fixture(name="book")
def fixture_book() -> Playbook:
    """The shipped playbook."""
    return load_playbook("seven_step")


def every_text(book: Playbook) -> dict[str, Text]:
    """All texts of the playbook by place."""
    found = {"title": book.title}
    for role in book.roles:
        found[f"{role.id} title"] = role.title
        assert role.about
        found[f"{role.id} about"] = role.about
    for fact in book.facts:
        found[f"{fact.id} title"] = fact.title
        found |= {f"{fact.id} {choice}": title for choice, title in fact.choices.items()}
        found |= {f"{fact.id} ask {q.id}": q.text for q in fact.ask}
    for guard in book.guards:
        found |= {f"{guard.id} title": guard.title, f"{guard.id} refused": guard.refused}
    for step in book.steps:
        found |= {f"{step.id} title": step.title, f"{step.id} goal": step.goal}
    found |= {flag.id: flag.says for flag in book.red_flags}
    for paper in book.papers:
        found[paper.id] = paper.title
        found |= {f"{paper.id} contains {number}": t for number, t in enumerate(paper.contains)}
    found |= {probe.id: probe.text for probe in book.coaching.probes}
    assert book.coaching.walk_away
    return found | {"walk away": book.coaching.walk_away}


def facts_of(condition: Condition) -> set[str]:
    """The ids of the facts that a condition reads."""
    return {fact.id for fact in condition.facts}


def test_steps(book: Playbook) -> None:
    """METHOD 1: the seven steps in order, one leading to the next and the last to fulfilled."""
    assert {step.id: step.title.zh for step in book.steps} == STEPS
    targets = [*list(STEPS)[1:], "fulfilled"]
    assert [(m.source, m.to) for m in book.moves] == list(zip(STEPS, targets, strict=True))
    assert all(step.expected_stay for step in book.steps)


@pytest.mark.parametrize(
    ("step", "demand", "guard", "condition"), DEMANDS, ids=[row[2] for row in DEMANDS]
)
def test_demand(book: Playbook, step: str, demand: str, guard: str, condition: str) -> None:
    """METHOD 1: what must be true to leave a step is a guard on leaving it."""
    assert guard in book.step[step].leave_when, demand
    assert str(book.guard_condition[guard]) == condition, demand


def test_nothing_else_is_demanded(book: Playbook) -> None:
    """METHOD 1: no guard beside those that the method demands, and no move with more of them."""
    demanded = [row[2] for row in DEMANDS]
    assert [guard for step in book.steps for guard in step.leave_when] == demanded
    assert {guard.id for guard in book.guards} == {*demanded, *WALK_AWAY}
    assert not any(move.when for move in book.moves)


def test_walk_away_policy(book: Playbook) -> None:
    """METHOD 3: four conditions, needed from step 3 on, any one of which refuted is enough."""
    policy = book.walk_away
    assert policy
    assert policy.guards == WALK_AWAY
    assert policy.when_refuted == "any"
    assert policy.start == "buying_roles"
    assert policy.threshold(4) == 1
    assert policy.enough(4) == 4
    assert not any(book.guard[guard].waivable for guard in WALK_AWAY)


def test_walk_away_is_recommended_early(book: Playbook) -> None:
    """METHOD 1: a clear no counts from step 2 on, and an offer that cannot help ends the sale."""
    assert book.walk_away
    assert book.walk_away.watch_from == "qualification"
    assert book.walk_away.at_once == ("offer_helps",)


def test_walk_away_conditions(book: Playbook) -> None:
    """METHOD 3: what the four conditions are made of."""
    conditions = {guard: str(book.guard_condition[guard]) for guard in WALK_AWAY}
    assert conditions == {
        "severe_problem": "problem.severe and consequence.serious",
        "budget_approved": "budget.approved and budget.amount >= deal.amount",
        "timely": "timeline.wanted"
        " and (within(timeline.date, days(365))"
        " or not missing(delivery.installed) or not missing(delivery.performed))",
        "clear_decision_process": "decision.clear and known(decision.steps)",
    }


def test_walk_away_rests_on_the_customers_word(book: Playbook) -> None:
    """METHOD 3: each of the four needs somebody who knows, at first hand, and stays fresh."""
    decisive = {
        *("problem.severe", "consequence.serious", "budget.approved", "budget.amount"),
        *("timeline.wanted", "decision.clear"),
    }
    for name in decisive:
        fact = book.fact[name]
        assert fact.sources.roles, name
        assert fact.sources.first_hand, name
        assert fact.good_for, name
    assert book.fact["budget.approved"].sources.roles == ("economic_buyer", "sponsor")


def test_plans(book: Playbook) -> None:
    """METHOD 1: every guard is checked again at every later step, but for two of the first."""
    one_off = {"first_talk", "next_talk_dated"}
    assert {guard.id for guard in book.guards if not guard.standing} == one_off
    earlier: list[str] = []
    for number, step in enumerate(book.steps):
        (plan,) = book.plans[step.id]
        assert plan.needed == (*earlier, *step.leave_when)
        assert plan.walk_away == (WALK_AWAY if number >= 1 else ())
        assert plan.needs_walk_away is (number >= 2)
        earlier += [guard for guard in step.leave_when if guard not in one_off]


def test_what_may_be_waived(book: Playbook) -> None:
    """METHOD 1, steps 4 and 5: by a named person the proof, the buyer's own word, or a no."""
    waivable = {guard.id for guard in book.guards if guard.waivable}
    open_noes = {"no_technical_no", "nobody_against"}
    assert waivable == {"proof_passed", "answer_is_the_buyers", *open_noes}


def test_roles(book: Playbook) -> None:
    """METHOD 2: the five roles, each with its meaning and the question that finds its holder."""
    assert {role.id: role.title.zh for role in book.roles} == {
        "economic_buyer": "最终决策者（EB）",
        "sponsor": "内部支持者（Sponsor）",
        "technical_advisor": "技术把关者（TB）",
        "coach": "内线（Coach）",
        "user": "使用者（UB）",
    }
    for role in book.roles:
        assert role.ask
        asked = [fact for fact in book.facts if book.question[role.ask] in fact.ask]
        assert [fact.type for fact in asked] == [ValueType.PERSON]


def test_red_flags(book: Playbook) -> None:
    """METHOD 2: the warnings that the method names, and no blocking ones among them."""
    conditions = {flag.id: str(book.condition(f"red_flags.{flag.id}")) for flag in book.red_flags}
    named = {
        "no_sponsor": "count(any_role) >= 1 and count(sponsor) == 0",
        "no_user": "count(any_role) >= 1 and count(user) == 0",
        "one_person_only": "count(any_role) == 1",
        "person_not_heard": "some(any_role, not contact.heard == True)",
        "new_in_job": "some(any_role, person.new_in_job)",
        "reorganisation": "org.change",
        "powerful_opponent": 'some(any_role, contact.influence == "high"'
        " and (contact.rating < 0 or not person.agrees))",
    }
    assert {flag: conditions[flag] for flag in named} == named
    little = book.condition("red_flags.person_little_known")
    assert isinstance(little, Quantified)
    assert little.role == ANY_ROLE
    assert facts_of(little) == {"person.problem", "person.need", "person.win", "person.loss"}


def test_what_is_known_of_each_person(book: Playbook) -> None:
    """METHOD 2: own problem, wanted result, win, loss and more are facts of each contact."""
    per_person = {fact.id for fact in book.facts if fact.of == "contact"}
    assert per_person >= {
        *("person.problem", "person.need", "person.win", "person.loss", "person.agrees"),
        *("person.new_in_job", "coach.trusts_us", "coach.trusted_by_buyers"),
        *("coach.wants_our_win", "technical.no"),
        *("decision.relation", "technical.recommends"),
    }


def test_what_moves_a_person_is_nobodys_guess(book: Playbook) -> None:
    """METHOD 1, step 3: known from that person or from a coach, never from our rep's guess."""
    for name in ("problem", "need", "win", "loss", "agrees"):
        sources = book.fact[f"person.{name}"].sources
        assert sources == Sources(roles=("self", "coach"), first_hand=True), name


def test_trial_close(book: Playbook) -> None:
    """METHOD 1, step 5: three answers lead on, and a rejection back to where the gap is."""
    close = book.trial_close
    assert close is not None
    assert close == TrialClose(
        "trial_close",
        "close.outcome",
        ("accepted", "needs_time", "wants_proposal"),
        ("rejected",),
        "gap.step",
        {
            "problem": "qualification",
            "money": "qualification",
            "date": "qualification",
            "people": "buying_roles",
        },
        reason="gap.reason",
        quoted=("needs_time", "wants_proposal"),
    )
    assert set(close.gaps) == set(book.fact["gap.step"].choices)
    assert book.fact[close.fact].final_word == ("economic_buyer",)


def test_papers(book: Playbook) -> None:
    """METHOD 1, step 6: terms for the committed, a proposal for the interested, or else a quote."""
    assert {paper.start for paper in book.papers} == {"trial_close"}
    assert {paper.id: paper.when for paper in book.papers} == {
        "contract_terms": 'close.outcome == "accepted" or proposal.accepted or legal.received',
        "proposal": 'close.outcome == "wants_proposal" or doc.kind in ["proposal", "terms"]',
        "quote": None,
    }


def test_question_list(book: Playbook) -> None:
    """METHOD 4: each of the 49 questions of the list is there, under its fact."""
    assert len(ASKED) == len(set(ASKED)) == 49
    for name in ASKED:
        assert book.fact[name].ask, name


def test_every_fact_is_asked_for(book: Playbook) -> None:
    """METHOD 4: every fact but our own call has a question, in two languages."""
    assert [fact.id for fact in book.facts if not fact.ask] == [book.coaching.called]
    for fact in book.facts:
        for question in fact.ask:
            assert question.text.en.endswith("?"), question.id
            assert question.text.zh.endswith("？"), question.id


def test_questions_reach_those_whose_word_counts(book: Playbook) -> None:
    """Whoever is asked first for a fact is somebody whose answer would establish it."""
    for fact in book.facts:
        if fact.sources.roles and fact.ask[0].of:
            assert set(fact.ask[0].of) & set(fact.sources.roles), fact.id


def test_every_guard_can_be_asked_for(book: Playbook) -> None:
    """Whatever a guard reads, there is a question that would answer it."""
    for guard, condition in book.guard_condition.items():
        for fact in condition.facts:
            assert fact.ask, guard
        for role in condition.roles:
            assert role == ANY_ROLE or book.role[role].ask, guard
        assert condition.facts or guard in {"first_talk", "several_people_heard"}


def test_facts_of_contacts_are_asked_of_them_or_about_them(book: Playbook) -> None:
    """Nothing that only a person knows of himself is left to people in no role at all."""

    def by_others(fact: Fact) -> bool:
        return bool(fact.ask[0].of)

    of_contacts = [fact for fact in book.facts if fact.of == "contact"]
    assert {fact.id for fact in of_contacts if by_others(fact)} == {"coach.trusted_by_buyers"}


def test_coaching(book: Playbook) -> None:
    """METHOD 4: five more questions to every answer, and what to ask when answers differ or age."""
    assert [probe.id for probe in book.coaching.probes] == [
        *("who", "when", "words", "confirmed_by", "change_of_mind"),
    ]
    assert book.coaching.conflicted == "recheck.conflict"
    assert book.coaching.stale == "recheck.changed"


def test_walk_away_message(book: Playbook) -> None:
    """METHOD 3: the polite message names the person and the account in both languages."""
    message = book.coaching.walk_away
    assert message
    for words in (message.en, message.zh):
        filled = words.format(name="Ruth", account="Northwind")
        assert "Ruth" in filled
        assert "Northwind" in filled
        assert "{" not in filled
    assert "honour" in message.en
    assert "not clear" in message.en
    assert "荣幸" in message.zh


def test_texts_in_two_languages(book: Playbook) -> None:
    """No text is empty, no Chinese one is English, and no English one is Chinese."""
    han = re.compile(r"[\u4e00-\u9fff]")
    for place, words in every_text(book).items():
        assert words.en.strip() == words.en, place
        assert words.zh.strip() == words.zh, place
        assert len(words.en) > 1, place
        assert han.search(words.zh), place
        assert not han.search(words.en), place
        assert not re.search(r"[,;?!]", words.zh), place


def test_titles_tell_parts_apart(book: Playbook) -> None:
    """Within each kind, no two parts have the same title in either language."""
    groups = {
        "roles": [role.title for role in book.roles],
        "facts": [fact.title for fact in book.facts],
        "guards": [guard.title for guard in book.guards],
        "steps": [step.title for step in book.steps],
        "papers": [paper.title for paper in book.papers],
        "questions": [question.text for question in book.question.values()],
        "red flags": [flag.says for flag in book.red_flags],
    }
    for kind, titles in groups.items():
        assert len({title.en for title in titles}) == len(titles), kind
        assert len({title.zh for title in titles}) == len(titles), kind


def test_sentences_end(book: Playbook) -> None:
    """What is said to people in sentences ends like one."""
    sentences = [guard.refused for guard in book.guards]
    sentences += [flag.says for flag in book.red_flags]
    sentences += [step.goal for step in book.steps]
    sentences += [role.about for role in book.roles if role.about]
    for sentence in sentences:
        assert sentence.en.endswith((".", "?")), sentence.en
        assert sentence.zh.endswith(("。", "？")), sentence.zh
