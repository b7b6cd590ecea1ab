"""Files with a text of strangers in every place that takes any text, and how commands end."""

from __future__ import annotations

import csv
import io
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomlkit

from dealflow import Playbook, ValueType, dump_playbook, load_playbook
from dealflow.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "data"
# What takes any text, by its key; wherever else a text stands it is an id or a word of a list.
FREE = frozenset(
    {
        *("account", "asks", "authority", "by", "channel", "comment", "document", "en", "name"),
        *("observe", "owner", "product", "reason", "says", "source_name", "title", "zh"),
    }
)
# Of these, those that whoever writes a script takes from his customers.
CUSTOMERS = FREE - {"asks", "comment", "en", "zh"}
BOOK = load_playbook("seven_step")
WAIVABLE = next(guard.id for guard in BOOK.guards if guard.waivable)
TEXTS = {fact.id for fact in BOOK.facts if fact.type is ValueType.TEXT}
_TITLES = frozenset({"en", "zh"})


def planted(
    data: Any, text: str, key: str = "", fact: str = "", free: frozenset[str] = FREE
) -> Any:
    """Data with a text put behind, before and in the place of texts that may be any."""
    if isinstance(data, dict):
        inside = key == "facts" or bool(fact)
        return {
            name: planted(value, text, name, f"{fact}.{name}".lstrip(".") if inside else "", free)
            for name, value in data.items()
        }
    if isinstance(data, list):
        return [planted(item, text, key, fact, free) for item in data]
    if isinstance(data, str) and (fact in TEXTS if fact else key in free):
        return text + data + text
    return data


def script(name: str, text: str, free: frozenset[str] = FREE) -> str:
    """A deal of the demo told by a stranger, with lines that it lacks."""
    source = files("dealflow.scripts") / "demo" / f"{name}.deal.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    data["deal"] |= {"owner": "lena", "source": "referral", "source_name": "Karl"}
    data["deal"]["lines"] = [{"product": "pumps", "amount": data["deal"]["amount"]}]
    second = data["lines"][1]["at"]
    more: list[dict[str, Any]] = [
        {"at": second, "amount": "85000 GBP", "reason": "more"},
        {"at": second, "card": {"owner": "omar"}, "reason": "moved"},
        {
            "at": second,
            "document": "minutes",
            "facts": {"need": {"presenting": "late"}},
            "says": "x",
        },
        {"at": second, "observe": "they nod", "facts": {"need": {"presenting": "late"}}},
        {"at": second, "waive": WAIVABLE, "authority": "Eva", "reason": "known"},
        {"at": second, "move": "advance", "expect": {"outcome": "lost"}},
    ]
    if name.startswith("03"):
        data["lines"][1:1] = more
    return tomlkit.dumps(planted(data, text, free=free))


def book(text: str) -> str:
    """A playbook by a stranger: every title, question and reason."""
    return dump_playbook(Playbook.from_data(planted(BOOK.to_data(), text, free=_TITLES)))


def deals(folder: Path, text: str) -> tuple[Path, Path]:
    """Closed deals with names of columns, and cells, of a stranger."""
    rows = list(csv.reader(io.StringIO((EXAMPLES / "closed_deals.csv").read_text("utf-8"))))[:80]
    outside = {"owner", "source", "competitor", "customer", "decision_process"}
    head = [text + name if name in outside else name for name in rows[0]]
    body = [
        [text + cell if name in outside else cell for name, cell in zip(rows[0], row, strict=True)]
        for row in rows[1:]
    ]
    data, mapping = folder / "closed.csv", folder / "closed.toml"
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *body])
    rules = tomllib.loads((EXAMPLES / "closed_deals.toml").read_text("utf-8"))
    rules["adjust_for"] = text + "customer"
    rules = planted(rules, text)
    mapping.write_text(tomlkit.dumps(rules), encoding="utf-8")
    return data, mapping


def run(*arguments: object) -> tuple[int, str]:
    """How a command ends and all that it prints, complaints first."""
    out, told = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(told):
        code = main([str(argument) for argument in arguments])
    return code, told.getvalue() + out.getvalue()
