"""Sentences that can be told in another language are strings like any others."""

from __future__ import annotations

import copy
import pickle

import pytest

from dealflow.exceptions import EvidenceError
from dealflow.message import Message, joined, listed, message, shortened, trouble

GERMAN = {
    "the deal has no contact {contact!r}": "kein Kontakt {contact!r} im Vorgang",
    "{place}: {problem}": "{place} – {problem}",
    "{first}, {rest}": "{first} · {rest}",
    "{value!r} is odd": "{value!r} ist seltsam",
    "is odd {or even}": "ist seltsam {oder gerade}",
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


def test_without_values_a_template_is_the_sentence() -> None:
    """Then braces are no places."""
    made = message("is odd {or even}")
    assert made == "is odd {or even}"
    assert made.in_words(GERMAN.__getitem__) == "ist seltsam {oder gerade}"


def test_the_text_of_an_error_is_its_message() -> None:
    """``str(error)`` can be told in other words, and so can a message with an error in it."""
    error = EvidenceError(message("the deal has no contact {contact!r}", contact="tom"))
    assert isinstance(str(error), Message)
    outer = message("{place}: {problem}", place="source", problem=error)
    assert outer.in_words(GERMAN.__getitem__) == "source – kein Kontakt 'tom' im Vorgang"


def test_values_are_kept_as_they_show_themselves() -> None:
    """What changes later, or cannot be pickled, changes nothing in a message that was made."""
    value: list[object] = [lambda: None]
    made = message("{value!r} is odd", value=value)
    before = str(made)
    value.clear()
    again = pickle.loads(pickle.dumps(made))
    assert again.in_words(GERMAN.__getitem__) == before.replace("is odd", "ist seltsam")


@pytest.mark.parametrize(
    ("parts", "english", "german"),
    [((), "", ""), (("a",), "a", "a"), (("a", "b", 3), "a, b, 3", "a · b · 3")],
)
def test_parts_are_listed(parts: tuple[object, ...], english: str, german: str) -> None:
    """However many there are, each language puts its own sign between them."""
    made = listed(parts)
    assert made == english
    told = made.in_words(GERMAN.__getitem__) if isinstance(made, Message) else made
    assert told == german


def test_joined_messages_are_told_each() -> None:
    """A part may be a message, and what holds the parts may be one; it travels as a whole."""
    inner = message("the deal has no contact {contact!r}", contact="tom")
    made = message(
        "{place}: {problem}", place="by", problem=joined("{first}, {rest}", [inner, "x"])
    )
    assert made == "by: the deal has no contact 'tom', x"
    for again in (made, pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert again.in_words(GERMAN.__getitem__) == "by – kein Kontakt 'tom' im Vorgang · x"


def test_very_many_parts_can_be_joined() -> None:
    """There is no nesting that could get too deep."""
    made = listed(range(5000))
    assert isinstance(made, Message)
    assert made.in_words(GERMAN.__getitem__).count(" · ") == 4999


def test_a_message_is_cut_in_any_language() -> None:
    """What is too long is cut off; a text that is short enough stays the message it was."""
    long = message("the deal has no contact {contact!r}", contact="tom")
    made = shortened(long, 9)
    assert made == "the deal ..."
    assert isinstance(made, Message)
    for again in (made, pickle.loads(pickle.dumps(made))):
        assert again.in_words(GERMAN.__getitem__) == "kein Kont..."
    assert shortened(long, 100) is long
    made = shortened(long, 28)
    assert isinstance(made, Message)
    assert made.in_words(lambda _: "kurz {contact}") == "kurz tom"


def test_what_the_system_says_is_known_as_far_as_it_is_usual() -> None:
    """Frequent troubles with files are messages; others are told as the system does."""
    missing = trouble(FileNotFoundError(2, "No such file or directory"))
    assert isinstance(missing, Message)
    assert missing == "No such file or directory"
    assert trouble(OSError(5, "Input/output error")) == "Input/output error"
    assert isinstance(trouble(ValueError("embedded null byte")), Message)
