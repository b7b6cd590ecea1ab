"""What ``import dealflow`` pulls in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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
