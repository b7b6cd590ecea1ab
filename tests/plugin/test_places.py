"""Places in a playbook, by which mutants are named."""

from __future__ import annotations

import re

import pytest

from dealflow import InputError
from dealflow.analysis import mutants
from dealflow.plugin.places import at_place, check_place
from tests.deals import small


def test_mutants_of_a_place() -> None:
    """A place is a part of the playbook, or of its file; an id is one mutant."""
    every = at_place(small(), None)
    assert every == mutants(small())
    places = {mutant.place for mutant in at_place(small(), "guards.good")}
    assert places == {place for place in (m.place for m in every) if "guards.good" in place}
    assert at_place(small(), "facts.be") == at_place(small(), "facts.be.good")
    assert at_place(small(), every[0].id) == every[:1]
    assert at_place(small(), "guards.goo") == ()
    check_place(small(), "guards")
    with pytest.raises(
        InputError, match=r"no mutant is at 'guards\.goo'; did you mean guards\.good "
    ):
        check_place(small(), "guards.goo")
    with pytest.raises(InputError, match="no mutant is at 'xyzzy'; there are: guards, "):
        check_place(small(), "xyzzy")


def test_any_part_of_an_id_is_known() -> None:
    """Whatever successive parts of an id or a place somebody copies, the mutant is among those."""
    book = small()
    every = mutants(book)
    names: dict[str, set[str]] = {}
    for mutant in every:
        for name in (mutant.id, mutant.place):
            pieces = re.split("([.:])", name)
            for start in range(0, len(pieces), 2):
                for end in range(start + 1, len(pieces) + 1, 2):
                    if not pieces[start].isdecimal():
                        names.setdefault("".join(pieces[start:end]), set()).add(mutant.id)
    for name, ids in names.items():
        assert ids <= {mutant.id for mutant in at_place(book, name)}, name
    assert len(names) > 100


def test_a_number_alone_names_nothing() -> None:
    """Every id ends with one."""
    assert at_place(small(), "1") == ()


def test_part_of_a_word_is_no_part() -> None:
    """A place ends where a word ends; what may have been meant is said."""
    with pytest.raises(InputError, match=r"did you mean .*guard_removed"):
        check_place(small(), "guards.good:guard_remov")
