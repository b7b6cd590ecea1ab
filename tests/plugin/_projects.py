"""What projects with a small playbook are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

RULES = """
format = 1
id = "small"
version = "1"
title = { en = "Small", zh = "小" }
roles.payer.title = { en = "Payer", zh = "付款人" }

[facts."money.there"]
title = { en = "the money is there", zh = "钱" }
type = "yes_no"
sources = { roles = ["payer"] }
ask = [{ id = "money.there", en = "Is the money there?", zh = "钱？", of = ["payer"] }]
[facts."need.real"]
title = { en = "the need is real", zh = "真" }
type = "yes_no"
good_for = "P30D"
ask = [{ id = "need.real", en = "Do you need it?", zh = "要吗？" }]

[guards.need]
title = { en = "Need", zh = "需求" }
when = "need.real"
refused = { en = "No need.", zh = "不需要。" }
[guards.money]
title = { en = "Money", zh = "钱" }
when = "money.there"
refused = { en = "No money.", zh = "没钱。" }

[[steps]]
id = "talk"
title = { en = "Talk", zh = "谈" }
goal = { en = "Talk.", zh = "谈。" }
leave_when = ["need"]
[[steps]]
id = "order"
title = { en = "Order", zh = "订" }
goal = { en = "Order.", zh = "订。" }

[walk_away]
guards = ["money"]
from = "order"
watch_from = "talk"
"""
SCRIPT = """\
format = 1
playbook = "rules.toml"
title = { en = "A short sale", zh = "短" }
story = { en = "Short.", zh = "短。" }
[deal]
id = "D-1"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
[contacts.pat]
name = "Pat"
roles = ["payer"]
[[lines]]
at = 2026-03-02T09:00:00Z
move = "advance"
expect.refused = ["need"]
[[lines]]
at = 2026-03-03T09:00:00Z
who = "pat"
says = "We need it."
facts.need.real = true
[[lines]]
at = 2026-03-04T09:00:00Z
move = "advance"
expect.step = "order"
"""


def write(pytester: pytest.Pytester, name: str, text: str) -> Path:
    """Put a file there, byte for byte."""
    path = pytester.path / name
    path.write_bytes(text.encode())
    return path


def shown(result: pytest.RunResult) -> str:
    """Everything that pytest printed."""
    return result.stdout.str() + result.stderr.str()
