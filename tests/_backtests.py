"""Mappings, playbooks and helpers for the tests of backtests."""

from pathlib import Path

from dealflow.backtest import ColumnMapping, Report, Rule, backtest, parse_deals

DATA = Path(__file__).parents[1] / "examples" / "data"
DEALS = DATA / "closed_deals.csv"
MAPPING = DATA / "closed_deals.toml"

SMALL_PLAYBOOK = """
format = 1
id = "small"
version = "1"
title = { en = "Small", zh = "小" }
[facts."money.there"]
title = { en = "money", zh = "钱" }
type = "yes_no"
[facts."money.sum"]
title = { en = "sum", zh = "金额" }
type = "money"
[facts."need.size"]
title = { en = "size", zh = "规模" }
type = "number"
[facts."need.day"]
title = { en = "day", zh = "日期" }
type = "date"
good_for = "P30D"
[facts."person.glad"]
title = { en = "glad", zh = "高兴" }
type = "yes_no"
of = "contact"
[roles.boss]
title = { en = "Boss", zh = "老板" }
[guards.money]
title = { en = "Money", zh = "钱" }
when = "money.there"
refused = { en = "No money.", zh = "没钱。" }
[guards.covers]
title = { en = "Covers", zh = "足够" }
when = "money.sum >= deal.amount"
refused = { en = "Too little.", zh = "太少。" }
[guards.large]
title = { en = "Large", zh = "大" }
when = "need.size >= 10"
refused = { en = "Too small.", zh = "太小。" }
[guards.soon]
title = { en = "Soon", zh = "快" }
when = "within(need.day, days(60))"
refused = { en = "Too late.", zh = "太晚。" }
[guards.glad]
title = { en = "Glad", zh = "高兴" }
when = "every(boss, person.glad and contact.heard and contact.kind == \\"person\\")"
refused = { en = "Not glad.", zh = "不高兴。" }
[guards.talked]
title = { en = "Talked", zh = "谈过" }
when = "deal.talks >= 1 and heard(1) and deal.account != \\"x\\""
refused = { en = "No talk.", zh = "没谈。" }
[guards.alone]
title = { en = "Alone", zh = "一人" }
when = "count(boss) <= 1"
refused = { en = "Two bosses.", zh = "两个老板。" }
[walk_away]
guards = ["money", "large"]
when_refuted = "any"
from = "second"
watch_from = "first"
[[steps]]
id = "first"
title = { en = "First", zh = "一" }
goal = { en = "Start.", zh = "开始。" }
leave_when = ["talked"]
[[steps]]
id = "second"
title = { en = "Second", zh = "二" }
goal = { en = "Go on.", zh = "继续。" }
leave_when = ["covers", "soon", "glad", "alone"]
"""

PLAIN = """
format = 1
playbook = "small.toml"
step = "second"
at = 2026-05-01T00:00:00Z
[file]
id = "id"
[outcome]
column = "end"
won = ["won"]
lost = ["lost"]
ignore = ["open"]
[[links]]
column = "money"
fact = "money.there"
observation = true
values = { yes = true, no = false }
nobody_knows = ["?"]
strength = "weak"
note = { en = "A note.", zh = "说明。" }
"""

RICH = """
format = 1
playbook = "small.toml"
step = "second"
at = { column = "at" }
age = "P2D"
[file]
id = "id"
delimiter = ";"
[outcome]
column = "end"
won = ["won"]
lost = ["lost"]
[deal]
account = { column = "who" }
amount = { column = "price" }
currency = "EUR"
talks = { column = "talks" }
[[contacts]]
id = "ann"
name = "Ann"
[contacts.roles_from]
column = "rank"
values = { top = ["boss"], low = [] }
strength = "weak"
note = { en = "A note.", zh = "说明。" }
[[contacts]]
id = "bob"
name = "Bob"
roles = ["boss"]
[[links]]
column = "money"
fact = "money.there"
contact = "ann"
values = { yes = true, no = false }
nobody_knows = ["?"]
strength = "direct"
note = { en = "A note.", zh = "说明。" }
[[links]]
column = "money2"
fact = "money.there"
contact = "bob"
first_hand = false
values = { yes = true, no = false }
says_nothing = ["-"]
strength = "partial"
note = { en = "A note.", zh = "说明。" }
[[links]]
column = "sum"
fact = "money.sum"
document = "order"
cell = true
nobody_knows = [""]
strength = "direct"
note = { en = "A note.", zh = "说明。" }
[[links]]
column = "size"
fact = "need.size"
observation = true
cell = true
strength = "direct"
note = { en = "A note.", zh = "说明。" }
[[links]]
column = "day"
fact = "need.day"
contact = "ann"
cell = true
age = "P40D"
strength = "direct"
note = { en = "A note.", zh = "说明。" }
[[links]]
column = "glad"
fact = "person.glad"
contact = "ann"
about = "bob"
values = { y = true, n = false }
strength = "direct"
note = { en = "A note.", zh = "说明。" }
"""

RICH_DEALS = """\
id;end;at;who;price;talks;rank;money;money2;sum;size;day;glad
1;won;2026-05-01;Acme;100;2;top;yes;yes;100;10;2026-06-01;y
2;lost;2026-05-01T12:00:00Z;Bolt;100 EUR;0;low;yes;no;99.5 EUR;9;2026-09-01;n
3;lost;2026-05-02;Acme;;1;top;?;-;;12;2026-05-01;y
"""


def write(folder: Path, text: str, playbook: str = SMALL_PLAYBOOK) -> Path:
    """Put a mapping and its playbook into a folder."""
    (folder / "small.toml").write_text(playbook, encoding="utf-8")
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def run(mapping: ColumnMapping, text: str) -> Report:
    """The report on the deals in a text."""
    return backtest(mapping.playbook, mapping, parse_deals(text.splitlines(keepends=True), mapping))


def rule(report: Report, name: str, guard: str | None = None) -> Rule:
    """One rule of a report."""
    rules = report.policy
    if guard is not None:
        rules = next(g.rules for g in report.guards if g.guard == guard)
    return next(rule for rule in rules if rule.id == name)
