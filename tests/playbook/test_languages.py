"""The languages of a playbook: both by default, or the one that a team works in."""

from __future__ import annotations

import re
import tomllib

import pytest
from attrs import evolve

from dealflow import Playbook, PlaybookError, Text, dump_playbook, load_playbook, parse_playbook
from dealflow.analysis import diff, lint_text, mutants
from dealflow.playbook import shipped_playbooks
from dealflow.typing import LANGUAGES, Language
from tests._languages import only
from tests._mini import MINI

ENGLISH = """
format = 1
id = "bread"
version = "1"
title = "Bread"
languages = ["en"]

[roles.payer]
title = "Payer"
about = { en = "Pays." }

[facts."need.words"]
title = "the need"
type = "text"
ask = [{ id = "need.words", en = "What do you need?" }]

[facts."need.kind"]
title = "the kind"
type = "choice"
choices = { rye = "rye", wheat = { en = "wheat" } }

[guards.need_known]
title = "Need known"
when = "known(need.words)"
refused = "Nobody has told us."

[[steps]]
id = "talk"
title = "Talk"
goal = "Learn."
leave_when = ["need_known"]

[[papers]]
id = "offer"
title = "Offer"
contains = ["price", { en = "day" }]

[red_flags.odd]
when = "not need.words == 'x'"
says = "Odd."

[coaching]
walk_away = "Goodbye, {name}."
"""


def in_one(language: Language, text: str = MINI) -> Playbook:
    """A playbook in one language."""
    return Playbook.from_data(only(language, tomllib.loads(text)) | {"languages": [language]})


def problems(text: str) -> dict[str, str]:
    """What is wrong with a playbook, by its place."""
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(text)
    return {problem.place: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("id", shipped_playbooks())
def test_shipped_in_both(id: str) -> None:
    """A shipped playbook is in every language that dealflow speaks."""
    assert load_playbook(id).languages == LANGUAGES


def test_default_is_both() -> None:
    """A playbook that says nothing is in both languages, and its data say nothing either."""
    playbook = parse_playbook(MINI)
    assert playbook.languages == LANGUAGES
    assert "languages" not in playbook.to_data()
    both = MINI.replace('id = "mini"', 'id = "mini"\nlanguages = ["en", "zh"]')
    assert parse_playbook(both).fingerprint == playbook.fingerprint


def test_plain_texts() -> None:
    """In a playbook of one language a text needs no table."""
    playbook = parse_playbook(ENGLISH)
    assert playbook.title == Text("Bread", "") == Text(en="Bread")
    assert playbook.role["payer"].about == Text(en="Pays.")
    assert playbook.fact["need.kind"].choices == {"rye": Text("rye"), "wheat": Text("wheat")}
    assert playbook.papers[0].contains == (Text("price"), Text("day"))


@pytest.mark.parametrize(("text", "en", "zh"), [(Text("a"), "a", "a"), (Text(zh="b"), "b", "b")])
def test_shown_as_it_is(text: Text, en: str, zh: str) -> None:
    """A text that is not in a language is shown in the one that it is in."""
    assert (text.in_("en"), text.in_("zh"), text.english) == (en, zh, en)


def test_plain_is_a_table_with_one_key() -> None:
    """Both ways of writing a text are one playbook, with one fingerprint."""
    table = ENGLISH.replace('title = "Bread"', 'title = { en = "Bread" }')
    assert parse_playbook(table).fingerprint == parse_playbook(ENGLISH).fingerprint
    assert parse_playbook(ENGLISH).to_data()["title"] == {"en": "Bread"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_round_trip(language: Language) -> None:
    """A playbook in one language is written, and read back as an equal one."""
    playbook = in_one(language)
    again = parse_playbook(dump_playbook(playbook))
    assert again == playbook
    assert again.languages == (language,)
    assert again.title == playbook.title
    assert Playbook.from_data(playbook.to_data()) == playbook


def test_a_language_that_is_named_is_needed() -> None:
    """A text that lacks a language which the playbook is in is an error at its place."""
    text = ENGLISH.replace('about = { en = "Pays." }', 'about = { zh = "付款。" }')
    assert problems(text) == {"roles.payer.about.en": "is missing"}
    text = ENGLISH.replace('en = "What do you need?"', 'zh = "要什么？"')
    assert problems(text) == {"facts.need.words.ask[0].en": "is missing"}


def test_a_language_that_is_not_named_is_refused() -> None:
    """A text in a language that the playbook is not in is an error at its place."""
    text = ENGLISH.replace('about = { en = "Pays." }', 'about = { en = "Pays.", zh = "付款。" }')
    text = text.replace('need?" }', 'need?", zh = "要什么？" }')
    only = "the playbook's languages are en: no text is in another"
    assert problems(text) == {
        "roles.payer.about.zh": only,
        "facts.need.words.ask.need.words.zh": only,
    }


def test_plain_in_both() -> None:
    """A plain text says not in which of two languages it is."""
    text = ENGLISH.replace('languages = ["en"]', "")
    found = problems(text)
    assert found["title"] == "'Bread' is in no language: write { en = ..., zh = ... }"
    assert found["roles.payer.about.zh"] == "is missing"
    assert problems(ENGLISH.replace('"Bread"', "1")) == {"title": "1 is not a text"}
    assert problems(text.replace('"Bread"', "1"))["title"] == "1 is not a table"


def test_places_in_files() -> None:
    """What is wrong with a text has its line, also where it is a plain one."""
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(ENGLISH.replace('title = "Bread"', 'title = " "'))
    (problem,) = caught.value.problems
    assert (problem.place, problem.line, problem.message) == ("title.en", 5, "an empty text")


@pytest.mark.parametrize(
    ("named", "place", "message"),
    [
        ("[]", "languages", "a playbook's texts are in one language at least"),
        ('["en", "en"]', "languages", "en is given twice"),
        ('["en", "fr"]', "languages[1]", "'fr' is not one of en, zh"),
        ('"en"', "languages", "'en' is not a list of texts"),
        ("[1]", "languages[0]", "1 is not one of en, zh"),
    ],
)
def test_names_of_languages(named: str, place: str, message: str) -> None:
    """There are two languages, at least one is named, and none twice."""
    text = re.sub(r"(?m)^id = \"mini\"", f'id = "mini"\nlanguages = {named}', MINI)
    assert problems(text)[place] == message


def test_built_in_python() -> None:
    """Rules that are built in Python are held to the same."""
    playbook = parse_playbook(ENGLISH)
    with pytest.raises(PlaybookError) as caught:
        Playbook.of(evolve(playbook.rules, title=Text("Bread", "面包")))
    assert [p.place for p in caught.value.problems] == ["title.zh"]
    with pytest.raises(PlaybookError) as caught:
        Playbook.of(evolve(playbook.rules, title="Bread"))  # type: ignore[arg-type]
    assert [str(p) for p in caught.value.problems] == ["title: 'Bread' is no Text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_analysis(language: Language) -> None:
    """Mutants, diffs and lint look at a playbook in one language as at one in both."""
    playbook = in_one(language)
    assert [m.id for m in mutants(playbook)] == [m.id for m in mutants(parse_playbook(MINI))]
    assert all(mutant.description for mutant in mutants(playbook))
    changes = diff(playbook, parse_playbook(MINI))
    assert {move.effect for move in changes.moves} == {"same"}
    assert "languages" in changes.parts
    one, both = lint_text(dump_playbook(playbook)), lint_text(MINI)
    assert [(f.code, f.place) for f in one] == [(f.code, f.place) for f in both]


def test_lint_of_one_language() -> None:
    """Lint finds texts in the wrong language also where there is only one."""
    english = ENGLISH.replace('"Bread"', '"面包"')
    assert [(f.code, f.place) for f in lint_text(english) if f.code == "D501"] == [
        ("D501", "title.en")
    ]
    chinese = dump_playbook(in_one("zh")).replace('"小"', '"small"', 1)
    assert [f.message for f in lint_text(chinese) if f.code == "D501"] == [
        "the Chinese text has no Chinese in it"
    ]
