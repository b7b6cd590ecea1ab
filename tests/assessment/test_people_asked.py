"""Whom to ask where somebody has the final word, speaks for himself, or has left."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from dealflow import Ask, Coaching, Deal, Guard, Playbook, Question, Role, Sources, ValueType
from tests._playbooks import fact, guard, playbook, step, text
from tests.deal._closing import HOUR, at_close, opened, reject, say, say_all
from tests.deals import BY, DAY, START, now


def book(when: str, **rest: Any) -> Playbook:
    """A playbook with one guard; the fact is asked for with the question ``ask``."""
    type_ = rest.pop("type", ValueType.YES_NO)
    question = Question("ask", text("Well?"), rest.pop("to", ()))
    return playbook(
        *(step("talk", "only"), step("sell")),
        roles=[Role(id, text(id)) for id in ("buyer", "coach")],
        facts=[fact("it.holds", type_, ask=(question,), **rest), fact("it.counts")],
        guards=[_only(when)],
    )


def _only(when: str) -> Guard:
    return guard("only", when)


def the_ask(deal: Deal) -> Ask:
    """The one question that there is."""
    (found,) = deal.assess(at=now(deal)).questions
    return found


def merge(deal: Deal, contact: str, into: str) -> None:
    """Take two records for those of one person."""
    deal.merge_contacts(contact, into=into, by=BY, at=now(deal), reason="x")


def test_the_final_word_is_asked_of_those_who_have_it() -> None:
    """Where others have spoken, and the word is final, only its holders are asked."""
    deal = opened(book("final(it.holds)", final_word=("buyer",), to=("coach",)))
    assert (the_ask(deal).reason, the_ask(deal).of) == ("never_asked", ("bob",))
    say(deal, "bob", "it.holds", True)
    assert (the_ask(deal).reason, the_ask(deal).of) == ("final_word", ("ann",))
    deal.change_contact("ann", roles=[], by=BY, at=now(deal))
    assert (the_ask(deal).of, the_ask(deal).roles) == ((), ("buyer",))


def test_who_speaks_for_himself_is_asked() -> None:
    """Where only the contact counts he is asked, and nobody for him; and none who has left."""
    own = {"of": "contact", "sources": Sources(roles=("self",))}
    deal = opened(book("some(buyer, it.holds)", **own))
    assert (the_ask(deal).about, the_ask(deal).of) == ("ann", ("ann",))
    say(deal, "bob", "it.holds", True, about="ann")
    assert (the_ask(deal).reason, the_ask(deal).of) == ("role", ("ann",))
    either = {"of": "contact", "sources": Sources(roles=("coach", "self"), first_hand=True)}
    deal = opened(book("some(buyer, it.holds)", **either))
    assert the_ask(deal).of == ("ann",)
    others = {**either, "to": ("coach",)}
    deal = opened(book("some(buyer, it.holds)", **others))
    assert (the_ask(deal).of, the_ask(deal).roles) == (("bob",), ())


def test_nobody_is_there_to_speak_for_himself() -> None:
    """A question for the contact himself that is put to others finds nobody."""
    own = {"of": "contact", "sources": Sources(roles=("self",)), "to": ("coach",)}
    deal = opened(book("some(buyer, it.holds)", **own))
    assert (the_ask(deal).of, the_ask(deal).roles) == ((), ("self",))


def test_a_second_source_is_another_person() -> None:
    """Who has spoken under one of his ids is not asked for a second source by the other."""
    deal = opened(book("it.holds", sources=Sources(at_least=2)))
    say(deal, "ann", "it.holds", True)
    assert the_ask(deal).of == ("bob", "cid", "dan")
    merge(deal, "ann", "cid")
    assert the_ask(deal).of == ("bob", "dan")


def test_who_has_left_or_is_another_is_nobody_to_ask() -> None:
    """Everybody is asked under the one id that he goes by, while he is there."""
    deal = opened(book("it.holds"))
    assert the_ask(deal).of == ("ann", "bob", "cid", "dan")
    merge(deal, "cid", "dan")
    deal.change_contact("ann", left=START.date(), by=BY, at=now(deal))
    assert the_ask(deal).of == ("bob", "dan")


def test_a_no_is_asked_again_of_who_said_it() -> None:
    """A no is put again to who said it, under the id that he goes by, unless he has left."""
    deal = opened(book("it.holds"))
    say(deal, "ann", "it.holds", False)
    assert (the_ask(deal).reason, the_ask(deal).of) == ("refuted", ("ann",))
    merge(deal, "ann", "cid")
    assert the_ask(deal).of == ("cid",)
    deal.change_contact("cid", left=START.date(), by=BY, at=now(deal))
    assert (the_ask(deal).reason, the_ask(deal).of) == ("refuted", ("bob", "dan"))


def test_a_no_about_another_record() -> None:
    """What was said of somebody's other record is put to him under the id that he goes by."""
    deal = opened(book("some(buyer, it.holds)", of="contact"))
    deal.read("A.pdf", "it.holds", False, about="ann", by=BY, at=now(deal))
    assert (the_ask(deal).about, the_ask(deal).of) == ("ann", ("ann",))
    merge(deal, "ann", "cid")
    assert (the_ask(deal).about, the_ask(deal).of) == ("cid", ("cid",))


def test_a_no_confirmed_beside_others() -> None:
    """Of what was confirmed in one go only what the guard reads is asked again."""
    deal = opened(book("it.holds"))
    say(deal, "ann", "it.holds", False)
    say(deal, "ann", "it.counts", False)
    deal.confirm("ann", ["it.counts", "it.holds"], by=BY, at=now(deal) + HOUR)
    found = the_ask(deal)
    assert (found.reason, found.fact, found.of) == ("refuted", "it.holds", ("ann",))


# --- flags, papers and the farewell call


def test_what_changed_is_asked_of_people_whom_we_have_heard() -> None:
    """Where only a paper is out of date, nobody is there to ask what has changed since."""
    news = fact("it.news", ValueType.TEXT, ask=(Question("news", text("What is new?")),))
    plain = book("it.holds", good_for=10 * DAY)
    deal = opened(evolve(plain, facts=[*plain.facts, news], coaching=Coaching(stale="news")))
    deal.read("Plan", "it.holds", True, by=BY, at=now(deal))
    late = deal.assess(at=now(deal, days=11)).questions
    assert [(ask.id, ask.reason) for ask in late] == [("ask", "stale")]
    say(deal, "bob", "it.holds", True)
    late = deal.assess(at=now(deal, days=11)).questions
    assert [(ask.id, ask.of[0]) for ask in late] == [("news", "bob"), ("ask", "bob")]


def test_dissent_is_a_red_flag() -> None:
    """Who speaks against the final word is no reason to stop, and one to look closer."""
    deal = opened()
    say_all(deal)
    assert deal.assess(at=now(deal)).red_flags == ()
    say(deal, "bob", "plan.backed", False)
    (flag,) = deal.assess(at=now(deal)).red_flags
    assert flag.flag == "against"


def test_a_paper_has_its_step() -> None:
    """A paper is not put before its step, whatever is known, and at it and later it is."""
    deal = opened()
    say(deal, "ann", "plan.backed", True)
    assert deal.assess(at=now(deal)).paper is None
    say_all(deal)
    deal.advance(by=BY, at=now(deal))
    assert (deal.step, deal.assess(at=now(deal)).paper) == ("show", "offer")
    deal = at_close()
    assert deal.assess(at=now(deal)).paper == "offer"
    for statement in list(deal.statements.values()):
        if statement.fact == "plan.backed":
            deal.withdraw(statement.id, by=BY, at=now(deal), reason="x")
    assert deal.assess(at=now(deal)).paper == "terms"
    reject(deal, "bob", gap="need")
    assert (deal.step, deal.assess(at=now(deal)).paper) == ("talk", None)


def test_a_playbook_that_asks_for_no_call() -> None:
    """Where no fact tells of it, the farewell call was not made as far as we know."""
    deal = opened(book("it.holds"))
    say(deal, "ann", "it.holds", True)
    assert not deal.farewell(at=now(deal)).called
