"""Sentences that can be told in another language are strings like any others."""

from __future__ import annotations

import copy
import pickle

from dealflow.message import Message, message

GERMAN = {
    "the deal has no contact {contact!r}": "kein Kontakt {contact!r} im Vorgang",
    "{place}: {problem}": "{place} – {problem}",
}


def test_a_message_is_its_sentence() -> None:
    """Whoever only prints it need not know how it was made."""
    made = message("the deal has no contact {contact!r}", contact="tom")
    assert made == "the deal has no contact 'tom'"
    assert isinstance(made, str)
    assert dict(made.values) == {"contact": "tom"}


def test_a_message_is_told_in_other_words_with_what_is_in_it() -> None:
    """A message inside a message is told in the other language as well, values stay."""
    inner = message("the deal has no contact {contact!r}", contact="tom")
    outer = message("{place}: {problem}", place="source", problem=inner)
    assert outer == "source: the deal has no contact 'tom'"
    assert outer.in_words(lambda text: GERMAN[text]) == "source – kein Kontakt 'tom' im Vorgang"


def test_braces_in_a_value_are_no_names() -> None:
    """What a customer typed is put in as it is."""
    assert message("{what} is odd", what="{x}") == "{x} is odd"


def test_a_message_survives_being_copied() -> None:
    """Errors go from process to process, and their sentences with them."""
    made = message("{what} is odd", what="it")
    for again in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert isinstance(again, Message)
        assert (again, again.template, dict(again.values)) == (made, made.template, {"what": "it"})
