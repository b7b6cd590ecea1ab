"""The documentation says what is so: printed output, links, and lists that must be complete."""

from __future__ import annotations

import importlib.util
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from operator import attrgetter
from pathlib import Path
from types import ModuleType

import pytest

from dealflow import Deal, PlaybookError, load_playbook, parse_playbook
from dealflow.cli import cli
from dealflow.playbook import Places, path_of
from dealflow.trail import events
from tests._nested import pytest_in

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *DOCS.glob("*.md"), ROOT / "examples" / "README.md"]
)
# A fact with one of these is a rule, too: not everybody may state it, or not for ever.
_OF_FACTS = {"sources", "good_for", "final_word"}
# Tables of the playbook file that hold others by their ids.
_BY_ID = ("facts", "guards", "roles", "red_flags")
PRINTING = ("README.md", "README.zh-CN.md", "docs/why.md")
# A block of Python, at most one line, and what the block prints.
PRINTED = re.compile(r"```python\n(.*?)```\n\n(?:[^`\n]*\n+)?```text\n(.*?)```", re.DOTALL)


def read(page: str) -> str:
    """The text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PRINTING)
def test_printed_output_is_what_the_code_prints(page: str) -> None:
    """The text below a program is what the program prints."""
    ((code, expected),) = PRINTED.findall(read(page))
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(code, page, "exec"), {})
    assert printed.getvalue() == expected


def test_links_lead_somewhere() -> None:
    """Every relative link leads to a file, and its fragment to a heading."""
    astray = [
        f"{page}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(read(page)))
        if not re.match(r"[a-z]+:", target) and not _leads_somewhere(ROOT / page, target)
    ]
    assert astray == []


def _leads_somewhere(page: Path, target: str) -> bool:
    name, _, fragment = target.partition("#")
    file = page.parent / name if name else page
    return file.exists() and (not fragment or fragment in _anchors(file.read_text("utf-8")))


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", _without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_pages_name_no_machine_and_no_registry() -> None:
    """No page has a path of somebody's machine or the host of a package registry."""
    for page in PAGES:
        assert not re.search(r"/home/|/root/|/tmp/|-index-url|/simple/", read(page)), page


def test_method_numbers_its_rules_in_order() -> None:
    """The rules are numbered from 1 on in each section, none twice, and the sections follow."""
    numbers = [number.split(".") for number, _, _ in _numbered_rules()]
    sections = dict.fromkeys(section for section, _ in numbers)
    steps = [str(n) for n, _ in enumerate(load_playbook("seven_step").steps, 1)]
    assert list(sections) == [*steps, "E", "B", "P", "W"]
    assert numbers == [
        [section, str(n)]
        for section in sections
        for n in range(1, 1 + sum(one == section for one, _ in numbers))
    ]


def test_method_has_every_guard_role_and_step() -> None:
    """Each guard is the place of one rule, at its own step; so is each red flag and each role."""
    playbook = load_playbook("seven_step")
    text = read("docs/method.md")
    places = [(number, *place) for number, _, cell in _numbered_rules() for place in _places(cell)]
    steps = {guard: str(n) for n, step in enumerate(playbook.steps, 1) for guard in step.leave_when}
    assert playbook.walk_away is not None
    steps |= dict.fromkeys(playbook.walk_away.guards, "W")
    guards = [(name, number.split(".")[0]) for number, kind, name, _ in places if kind == "guard"]
    assert sorted(guards) == sorted(steps.items())
    assert {name for name, _ in guards} == playbook.guard.keys()
    for part, known in (("red flag", playbook.red_flags), ("role", playbook.roles)):
        named = [name for _, kind, name, _ in places if kind == part]
        assert sorted(named) == sorted(item.id for item in known)
    papers = {name for _, kind, name, _ in places if kind == "paper"}
    assert papers == {paper.id for paper in playbook.papers}
    for name in playbook.step:
        assert f"`{name}`" in text, name
    once = [name for *_, name, mark in places if mark == "*once*"]
    assert once == [guard.id for guard in playbook.guards if not guard.standing]
    waivable = [name for *_, name, mark in places if mark == "waivable"]
    assert waivable == [guard.id for guard in playbook.guards if guard.waivable]


def test_method_gives_each_rule_a_place_that_exists() -> None:
    """Every numbered rule is kept somewhere: in the playbook, by a verb, in an entry or by lint."""
    playbook = load_playbook("seven_step")
    keys = set(_paths(tomllib.loads(_script("number_rules").RULES.read_text(encoding="utf-8"))))
    known: dict[str, Callable[[str], bool]] = {
        "guard": playbook.guard.__contains__,
        "red flag": {flag.id for flag in playbook.red_flags}.__contains__,
        "fact": playbook.fact.__contains__,
        "role": playbook.role.__contains__,
        "paper": {paper.id for paper in playbook.papers}.__contains__,
        "key": keys.__contains__,
        "verb": lambda name: callable(_found(Deal, name, "Deal.")),
        "entry": lambda name: _found(events, name) is not None,
        "lint": lambda code: f"### {code} " in read("docs/lint.md"),
    }
    rules = _numbered_rules()
    assert all(rule and _places(cell) for _, rule, cell in rules)
    astray = [
        f"{number}: {kind} {name}"
        for number, _, cell in rules
        for kind, name, _ in _places(cell)
        if not known[kind](name)
    ]
    assert astray == []


def _numbered_rules() -> list[tuple[str, str, str]]:
    """The number, the rule and the place of each row of the numbered tables."""
    row = r"^\| (\w+\.\d+) \| (.+) \| (.+) \|$"
    rows = re.findall(row, read("docs/method.md"), re.MULTILINE)
    assert all("|" not in cell for rule in rows for cell in rule)
    return rows


def _places(cell: str) -> list[tuple[str, str, str]]:
    """The kind, the name and the mark of each place in a cell, which has nothing else."""
    place = r"([a-z ]+) `([\w.]+)`(?: \(([^)]+)\))?"
    assert re.fullmatch(rf"{place}(?:, {place})*", cell), cell
    return re.findall(rf"(?:^|, ){place}", cell)


def _paths(data: Mapping[str, object]) -> Iterator[str]:
    """Keys with the part of the playbook in which they stand, as in ``facts.good_for``."""
    for part, value in data.items():
        if isinstance(value, dict):
            items = [*value.values()] if part in _BY_ID else [value]
        else:
            items = value if isinstance(value, list) else []
        yield from (f"{part}.{key}" for item in items if isinstance(item, dict) for key in item)


def _found(where: object, name: str, start: str = "") -> object:
    assert name.startswith(start), name
    try:
        return attrgetter(name.removeprefix(start))(where)
    except AttributeError:
        return None


def test_method_names_the_line_of_each_rule() -> None:
    """Each rule of the playbook file is on the method page with the line where it stands."""
    maker = _script("number_rules")
    page, toml = read("docs/method.md"), maker.RULES.read_text(encoding="utf-8")
    data, places = tomllib.loads(toml), Places(toml)
    named = maker.PLACED.findall(page)
    wrong = [
        f"{name} stands at {at and at[0]}, not at {line}"
        for name, line in named
        for path, whole in [path_of(name, data)]
        if not (at := places.find(path) if whole else None) or at[0] != int(line)
    ]
    assert not wrong, f"{wrong}: python docs/number_rules.py writes the lines anew"
    rules = {f"{part}.{id}" for part in ("roles", "guards", "red_flags") for id in data[part]}
    rules |= {f"{part}.{item['id']}" for part in ("steps", "papers") for item in data[part]}
    rules |= {f"{part}.{key}" for part in ("walk_away", "trial_close") for key in data[part]}
    rules |= {f"coaching.{key}" for key in data["coaching"]}
    rules |= {f"facts.{id}" for id, fact in data["facts"].items() if fact.keys() & _OF_FACTS}
    assert rules <= {name for name, _ in named}


def test_method_page_can_be_numbered_anew() -> None:
    """docs/number_rules.py finds every line again, whatever the page said."""
    maker = _script("number_rules")
    page, toml = read("docs/method.md"), maker.RULES.read_text(encoding="utf-8")
    stale = re.sub(r"seven_step\.toml:\d+", "seven_step.toml:1", page)
    assert stale != page
    assert maker.numbered(stale, toml) == page


def test_method_says_whose_word_counts_and_how_long() -> None:
    """The row of a fact says who must have said it and how long it is good for."""
    page, playbook = read("docs/method.md"), load_playbook("seven_step")
    row = r"^\| `facts\.([\w.]+)` \| \S+ \| ([\w ]+) \| ([\w, ()]+) \|$"
    rows = re.findall(row, page, re.MULTILINE)
    assert len(rows) == page.count("\n| `facts.")
    for id, good_for, words in rows:
        fact = playbook.fact[id]
        days = "ever" if fact.good_for is None else f"{fact.good_for.days} days"
        roles = [
            "the person" if role == "self" else playbook.role[role].title.en.lower()
            for role in fact.sources.roles
        ]
        for i, role in enumerate(fact.sources.roles):
            roles[i] += " (final)" * (role in fact.final_word)
        assert set(fact.final_word) <= set(fact.sources.roles), id
        whose = (roles or ["anybody"]) + ["document"] * fact.sources.documents
        assert (good_for, words) == (days, ", ".join(whose)), id


def test_method_says_how_long_a_step_lasts() -> None:
    """The row of a step says which step it is and how many days are usual."""
    row = r"^\| step (\d+); (\d+) days are usual \| `steps\.(\w+)`"
    rows = re.findall(row, read("docs/method.md"), re.MULTILINE)
    assert rows == [
        (str(number), str(step.expected_stay.days) if step.expected_stay else "", step.id)
        for number, step in enumerate(load_playbook("seven_step").steps, 1)
    ]


def test_method_names_code_that_there_is() -> None:
    """Every module on the method page exists, and so does all that the page names in it."""
    page = read("docs/method.md")
    named = re.findall(r"`([\w/]+)\.py`((?:,? `[\w.]+`)+)", page)
    assert len(named) == len(re.findall(r"\.py`", page)) - 1  # the script stands by itself
    for module, names in named:
        code = importlib.import_module(f"dealflow.{module.replace('/', '.')}")
        for name in re.findall(r"[\w.]+", names):
            attrgetter(name)(code)


def test_playbook_page_has_every_function() -> None:
    """The page on the playbook file lists each function of conditions that the reader knows."""
    broken = _small_playbook().replace(
        'when = "known(need.words)"', 'when = "nonsense(need.words)"'
    )
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(broken)
    message = caught.value.problems[0].message
    known = set(re.findall(r"\w+", message.partition("there are:")[2])) | {"count", "size"}
    listed = re.findall(r"^\| `(\w+)\(", read("docs/playbook.md"), re.MULTILINE)
    assert sorted(listed) == sorted(known)


def _small_playbook() -> str:
    return read("docs/playbook.md").partition('SMALL = """\n')[2].partition('"""')[0]


def test_playbook_page_has_every_key() -> None:
    """Each key of the shipped playbook file's tables has a row or a mention of its own."""
    text = read("docs/playbook.md")
    data = load_playbook("seven_step").to_data()
    documented = set(re.findall(r"`\"?(\w+)\"?`", text))
    assert set(_keys(data, _BY_ID)) <= documented


def _keys(data: object, by_id: tuple[str, ...]) -> Iterator[str]:
    if isinstance(data, list | tuple):
        for item in data:
            yield from _keys(item, ())
    elif isinstance(data, dict):
        for key, value in data.items():
            if key in ("choices", "gap"):
                yield key
            elif key in by_id:
                yield key
                for item in value.values():
                    yield from _keys(item, ())
            else:
                yield key
                yield from _keys(value, ())


def test_command_page_has_every_command() -> None:
    """Each command has a heading of its own."""
    headings = re.findall(r"^## (\w+)$", read("docs/cli.md"), re.MULTILINE)
    assert set(cli.commands) == set(headings) - {"JSON"}


def test_every_page_with_code_is_run(pytester: pytest.Pytester) -> None:
    """The blocks of each page with Python or commands are collected as tests."""
    pages = ("README.md", "README.zh-CN.md", "docs")
    done = pytest_in(ROOT, pytester, "--collect-only", "-q", *pages)
    collected = {line.partition("::")[0] for line in done.outlines if "::" in line}
    code = re.compile(r"^```(python|console\n\$ dealflow)", re.MULTILINE)
    assert {page for page in PAGES if code.search(read(page))} <= collected


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("language", "readme"), [("en", "README.md"), ("zh", "README.zh-CN.md")])
def test_picture_is_what_the_demo_prints(language: str, readme: str) -> None:
    """The pictures are what docs/make_picture.py makes now; each README shows its own."""
    maker = _script("make_picture")
    picture = maker.PICTURES[language]
    assert maker.cut(maker.draw(language)) == picture.read_text(encoding="utf-8")
    assert f"]({picture.relative_to(ROOT).as_posix()})" in read(readme)
