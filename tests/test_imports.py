"""What ``import dealflow`` pulls in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
EXTRAS = ("click", "rich", "structlog", "hypothesis", "tomlkit", "pytest", "sqlite3", "asyncio")
SCRIPT = """
import json, sys
{statements}
print(json.dumps(sorted(sys.modules)))
"""


def modules_after(*statements: str) -> set[str]:
    """The modules of a fresh interpreter after these statements."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(statements="\n".join(statements))],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


EVERYDAY = "from dealflow import Deal, load_playbook"
ROOMS = {
    *(
        "assessment",
        "conditions",
        "deal",
        "evidence",
        "forms",
        "playbook",
        "state",
        "trail",
        "values",
    ),
    *("exceptions", "lazy", "message", "record", "typing"),
}
"""What a deal is made of; anything else has to be asked for."""
LATER = {
    *("dealflow.conditions.parser", "dealflow.conditions.source"),
    *("dealflow.playbook.checks", "dealflow.playbook.data", "dealflow.playbook.diagrams"),
    *("dealflow.playbook.invariants", "dealflow.playbook.toml"),
    *("dealflow.playbook.toml_places", "tomllib", "importlib.resources", "tempfile"),
}
"""What building a playbook needs, or drawing it, or telling what is wrong with it."""
HEAVY = {
    *("argparse", "asyncio", "csv", "difflib", "email", "gettext", "html", "http", "optparse"),
    *("pickle", "pprint", "random", "shutil", "sqlite3", "statistics", "subprocess", "uuid"),
    *("unittest", "zipfile", "zoneinfo"),
}
"""What of the standard library nothing needs before there is work to do."""

WORK = (
    "from datetime import datetime, UTC",
    "import dealflow",
    "book = dealflow.load_playbook('seven_step')",
    "at = datetime(2026, 3, 2, tzinfo=UTC)",
    "deal = dealflow.Deal.open(book, id='D', account='N', by='lena', at=at)",
    "deal.assess(at=at)",
    "dealflow.Deal.replay(book, dealflow.loads(dealflow.dumps(deal.trail)))",
)


def test_no_extras() -> None:
    """Neither importing dealflow nor working with a deal needs what is an extra."""
    there = modules_after(*WORK) - modules_after()
    assert not there.intersection(EXTRAS)
    assert not [name for name in there if name.startswith(("dealflow.cli", "dealflow.backtest"))]


def test_the_everyday_names_are_light() -> None:
    """To import the two names that everybody takes reads neither other rooms nor what comes later.

    This counts what is read and not how long it takes; ``benchmarks/imports.py`` measures that.
    """
    there = modules_after(EVERYDAY) - modules_after("import attrs, cattrs, transitions, json")
    ours = {name.split(".")[1] for name in there if name.startswith("dealflow.")}
    assert ours == ROOMS
    assert not there & (LATER | HEAVY | set(EXTRAS))


def test_what_comes_later_is_there_to_come() -> None:
    """The names that the light import must not read are modules: none is misspelt, none is gone."""
    assert not [name for name in LATER | HEAVY if find_spec(name) is None]


def test_a_playbook_brings_its_readers() -> None:
    """Loading a playbook reads what the import put off, but for diagrams and places in texts."""
    after = modules_after(EVERYDAY, "load_playbook('seven_step')")
    unread = {name for name in LATER if name.startswith("dealflow.")} - after
    assert unread == {"dealflow.playbook.diagrams", "dealflow.playbook.toml_places"}
