"""A playbook in which lint finds nothing, to plant faults in."""

from __future__ import annotations

from typing import TypeAlias

Change: TypeAlias = tuple[str, str]
"""An old text and the one in its place."""

CLEAN = """\
format = 1
id = "clean"
version = "1.0.0"
title = { en = "Clean", zh = "干净" }
invariants = ['never "fulfilled" unless order.signed']

[roles.payer]
title = { en = "Payer", zh = "付款人" }
ask = "role.payer"

[roles.user]
title = { en = "User", zh = "使用者" }
ask = "role.user"

[[steps]]
id = "talk"
title = { en = "Talk", zh = "交谈" }
goal = { en = "Learn what they need.", zh = "了解需求。" }
leave_when = ["talked", "need_known"]

[guards.talked]
title = { en = "Talked", zh = "已交谈" }
when = "deal.talks >= 1"
refused = { en = "Nobody has talked with us.", zh = "还没有交谈。" }
standing = false

[guards.need_known]
title = { en = "Need known", zh = "需求已知" }
when = "known(need.words) and need.people > 3"
refused = { en = "Nobody has told us what they need.", zh = "还没有人告诉我们需求。" }

[facts."need.words"]
title = { en = "the need", zh = "需求" }
type = "text"
good_for = "P60D"
ask = [
  { id = "need.words", en = "What do you need?", zh = "您需要什么？" },
]

[facts."need.people"]
title = { en = "the number of people", zh = "人数" }
type = "number"
good_for = "P60D"
ask = [
  { id = "need.people", en = "How many are you?", zh = "有多少人？" },
]

[[steps]]
id = "meet"
title = { en = "Meet", zh = "会面" }
goal = { en = "Meet those who decide.", zh = "与决策者会面。" }
leave_when = ["payer_met"]

[guards.payer_met]
title = { en = "Payer met", zh = "已见付款人" }
when = "plays(role.payer, payer) or some(user, person.pays)"
refused = { en = "We have not met who pays.", zh = "还没有见到付款人。" }

[facts."role.payer"]
title = { en = "who pays", zh = "付款人是谁" }
type = "person"
good_for = "P60D"
ask = [
  { id = "role.payer", en = "Who pays?", zh = "谁付款？" },
]

[facts."role.user"]
title = { en = "who uses it", zh = "使用者是谁" }
type = "person"
ask = [
  { id = "role.user", en = "Who uses it?", zh = "谁使用？" },
]

[facts."person.pays"]
title = { en = "whether this person pays", zh = "此人是否付款" }
type = "yes_no"
of = "contact"
good_for = "P60D"
ask = [
  { id = "person.pays", en = "Do you pay?", zh = "是您付款吗？" },
]

[guards.money_there]
title = { en = "Money there", zh = "资金到位" }
when = "money.there and money.amount >= deal.amount"
refused = { en = "Without money there is no order.", zh = "没有资金就没有订单。" }

[guards.urgent]
title = { en = "Urgent", zh = "紧急" }
when = "need.urgent and (within(need.date, days(90)) or not missing(order.signed))"
refused = { en = "What is not urgent can wait for ever.", zh = "不紧急的事可以一直拖。" }

[walk_away]
guards = ["money_there", "urgent"]
from = "meet"
watch_from = "talk"

[facts."money.there"]
title = { en = "the money is there", zh = "资金已到位" }
type = "yes_no"
good_for = "P30D"
sources = { roles = ["payer"], first_hand = true }
ask = [
  { id = "money.there", of = ["user", "payer"], en = "Is it there?", zh = "资金到位了吗？" },
]

[facts."money.amount"]
title = { en = "the budget", zh = "预算" }
type = "money"
good_for = "P30D"
ask = [
  { id = "money.amount", en = "How much is it?", zh = "有多少？" },
]

[facts."need.urgent"]
title = { en = "it is urgent", zh = "事情紧急" }
type = "yes_no"
good_for = "P30D"
ask = [
  { id = "need.urgent", en = "Is it urgent?", zh = "紧急吗？" },
]

[facts."need.date"]
title = { en = "the day", zh = "日期" }
type = "date"
good_for = "P30D"
ask = [
  { id = "need.date", en = "On which day?", zh = "哪一天？" },
]

[[steps]]
id = "order"
title = { en = "Order", zh = "下单" }
goal = { en = "Have it signed.", zh = "签订订单。" }
leave_when = ["signed"]

[guards.signed]
title = { en = "Order signed", zh = "订单已签" }
when = "order.signed"
refused = { en = "An order is an order when it is signed.", zh = "签了才算订单。" }

[facts."order.signed"]
title = { en = "the order is signed", zh = "订单已签" }
type = "yes_no"
ask = [
  { id = "order.signed", en = "Is it signed?", zh = "签了吗？" },
]

[[papers]]
id = "contract"
title = { en = "Contract", zh = "合同" }
when = "paper.kind == 'contract'"

[[papers]]
id = "quote"
title = { en = "Quote", zh = "报价" }

[facts."paper.kind"]
title = { en = "the paper they want", zh = "需要的文件" }
type = "choice"
ask = [
  { id = "paper.kind", en = "Which paper do you need?", zh = "需要哪种文件？" },
]
[facts."paper.kind".choices]
contract = { en = "a contract", zh = "合同" }
quote = { en = "a quote", zh = "报价" }

[red_flags.no_user]
when = "count(user) == 0 and contact_none.said"
says = { en = "We have met no user.", zh = "还没有见到使用者。" }

[facts."contact_none.said"]
title = { en = "nobody will use it", zh = "无人使用" }
type = "yes_no"
ask = [
  { id = "contact_none.said", en = "Will nobody use it?", zh = "没有人使用吗？" },
]
"""


def planted(*changes: tuple[str, str]) -> str:
    """The clean playbook with some text replaced, each once."""
    text = CLEAN
    for old, new in changes:
        if text.count(old) != 1:
            raise ValueError(f"{text.count(old)} times in the playbook: {old!r}")
        text = text.replace(old, new)
    return text


SIGNED = 'when = "order.signed"\n'
NEED = 'when = "known(need.words) and need.people > 3"'
MONEY = 'when = "money.there and money.amount >= deal.amount"'
MET = 'when = "plays(role.payer, payer) or some(user, person.pays)"'
TALKED = 'when = "deal.talks >= 1"'
PAPER = "when = \"paper.kind == 'contract'\""
FLAG = 'when = "count(user) == 0 and contact_none.said"'
POLICY = 'watch_from = "talk"\n'
ONE_OF_ALL = 'when_refuted = "all"\ngo_on_when = 1\n'
ASKS_SIGNED = '{ id = "order.signed", en = "Is it signed?", zh = "签了吗？" },'
ASKS_MONEY = '{ id = "money.there", of = ["user", "payer"], en'
MONEY_SOURCES = 'sources = { roles = ["payer"], first_hand = true }'
THERE = 'type = "yes_no"\ngood_for = "P30D"\nsources'
BOSS = ("[roles.user]", '[roles.boss]\ntitle = { en = "Boss", zh = "老板" }\n[roles.user]')
BLOCK = CLEAN[CLEAN.index('ask = [\n  { id = "money.there"') : CLEAN.index('[facts."money.amount"')]
NEVER = "not person.pays and contact.heard and not contact.heard"
EXTRA = """
[guards.extra]
title = { en = "Extra", zh = "另外" }
when = "order.signed or known(need.words)"
refused = { en = "One thing more.", zh = "还有一件事。" }
"""
MORE = """
[facts."more.said"]
title = { en = "something more", zh = "其他" }
type = "yes_no"
"""
MOVES = """
[[moves]]
id = "a"
from = "talk"
to = "meet"
[[moves]]
id = "b"
from = "meet"
to = "order"
[[moves]]
id = "c"
from = "order"
to = "fulfilled"
"""


def end(text: str) -> Change:
    """A change that puts a text at the end of the playbook."""
    last = CLEAN.rstrip("\n").rsplit("\n", 2)[1:]
    closing = "\n".join(last) + "\n"
    return closing, closing + text


def paper(condition: str) -> Change:
    """A change that puts a paper between the two."""
    second = f'[[papers]]\nid = "second"\ntitle = {{ en = "Two", zh = "二" }}\nwhen = "{condition}"'
    return '[[papers]]\nid = "quote"', f'{second}\n\n[[papers]]\nid = "quote"'


def when(old: str, condition: str) -> Change:
    """A change of a condition."""
    return old, f'when = "{condition}"'


FAULTS: dict[str, list[tuple[str, list[Change], str]]] = {
    "D001": [("a name", [('leave_when = ["signed"]', 'leave_when = ["sined"]')], "steps.order")],
    "D101": [
        ("behind a wall", [(NEED, 'when = "need.people > 3 and need.people < 3"')], "steps.meet"),
        (
            "behind two walls",
            [
                (NEED, 'when = "need.people > 3 and need.people < 3"'),
                end(f'{MOVES}[[moves]]\nid = "d"\nfrom = "talk"\nto = "order"\n'),
            ],
            "steps.order",
        ),
    ],
    "D102": [("a wall", [(SIGNED, 'when = "order.signed and not order.signed"\n')], "steps.order")],
    "D103": [
        ("of a step", [('leave_when = ["talked", "need_known"]\n', "")], "steps.talk"),
        ("of a move", [('leave_when = ["talked", "need_known"]\n', ""), end(MOVES)], "moves.a"),
    ],
    "D201": [
        (
            "tautology",
            [(SIGNED, 'when = "missing(order.signed) or known(order.signed)"\n')],
            "guards.signed.when",
        ),
        ("talks", [(TALKED, 'when = "deal.talks >= 0"')], "guards.talked.when"),
    ],
    "D202": [
        (
            "contradiction",
            [(SIGNED, 'when = "order.signed and missing(order.signed)"\n')],
            "guards.signed.when",
        ),
    ],
    "D203": [
        (
            "two numbers",
            [
                ('leave_when = ["signed"]', 'leave_when = ["signed", "extra"]'),
                end(EXTRA.replace('"order.signed or known(need.words)"', '"need.people < 3"')),
            ],
            "steps.order",
        ),
        (
            "a walk-away guard",
            [
                (MONEY, 'when = "money.there and need.people < 2"'),
            ],
            "steps.talk",
        ),
        (
            "of a threshold",
            [
                (POLICY, POLICY + 'when_refuted = 2\nat_once = ["money_there", "urgent"]\n'),
                (MONEY, 'when = "money.there and not need.urgent"'),
            ],
            "steps.meet",
        ),
    ],
    "D204": [
        (
            "said twice",
            [(NEED, 'when = "need.people > 3 and need.people > 2"')],
            "guards.need_known.when",
        ),
        (
            "inside",
            [when(MET, f"some(user, person.pays or not ({NEVER}))")],
            "guards.payer_met.when",
        ),
    ],
    "D205": [("nobody looks", [end(EXTRA)], "guards.extra")],
    "D206": [
        (
            "in English",
            [("Without money there is no order.", "Nobody has talked  with us.")],
            "guards.money_there.refused.en",
        ),
        ("in Chinese", [("没有资金就没有订单。", "还没有交谈。")], "guards.money_there.refused.zh"),
    ],
    "D207": [
        (
            "count",
            [(FLAG, 'when = "count(user) < 0 or contact_none.said"')],
            "red_flags.no_user.when",
        ),
        ("talks", [(TALKED, 'when = "0 <= deal.talks"')], "guards.talked.when"),
        (
            "between",
            [(NEED, 'when = "known(need.words) and 2 < 1 < need.people"')],
            "guards.need_known.when",
        ),
        (
            "rating",
            [(MET, 'when = "some(user, contact.rating > 5) or some(user, person.pays)"')],
            "guards.payer_met.when",
        ),
        (
            "choices",
            [(PAPER, "when = \"paper.kind in ['contract', 'quote']\"")],
            "papers.contract.when",
        ),
        (
            "fraction",
            [(FLAG, 'when = "count(user) > -0.5 and contact_none.said"')],
            "red_flags.no_user.when",
        ),
        (
            "date",
            [(FLAG, "when = \"need.date < date('1900-01-01') or contact_none.said\"")],
            "red_flags.no_user.when",
        ),
    ],
    "D208": [
        (
            "two alike",
            [end(EXTRA.replace('"order.signed or known(need.words)"', '"order.signed"'))],
            "guards.extra.when",
        ),
    ],
    "D209": [
        (
            "never",
            [(FLAG, 'when = "missing(contact_none.said) and contact_none.said"')],
            "red_flags.no_user.when",
        ),
    ],
    "D210": [
        ("shadowed", [paper("paper.kind == 'contract' and order.signed")], "papers.second"),
    ],
    "D301": [("dead", [end(MORE)], "facts.more.said")],
    "D302": [
        ("dead", [BOSS], "roles.boss"),
    ],
    "D303": [("no question", [(f"ask = [\n  {ASKS_SIGNED}\n]\n", "")], "facts.order.signed")],
    "D304": [
        (
            "nobody needs it",
            [end(MORE + 'ask = [{ id = "more.said", en = "What else?", zh = "还有什么？" }]\n')],
            "facts.more.said.ask.more.said",
        ),
    ],
    "D305": [
        (
            "later",
            [(NEED, 'when = "known(need.words) and order.signed"')],
            "facts.order.signed.ask",
        ),
        (
            "of people",
            [('zh = "需求已知" }\n' + NEED, 'zh = "需求已知" }\nwhen = "some(user, person.pays)"')],
            "facts.person.pays.ask",
        ),
    ],
    "D306": [
        (
            "others asked",
            [(ASKS_MONEY, ASKS_MONEY.replace(', "payer"', ""))],
            "facts.money.there.sources.roles",
        ),
        (
            "ourselves asked",
            [(ASKS_MONEY, ASKS_MONEY.replace('"user", "payer"', '"us"'))],
            "facts.money.there.sources.roles",
        ),
        (
            "nobody finds them",
            [('zh = "付款人" }\nask = "role.payer"', 'zh = "付款人" }')],
            "facts.money.there.sources.roles",
        ),
        (
            "one voice",
            [('of = "contact"\n', 'of = "contact"\nsources = { at_least = 2 }\n')],
            "facts.person.pays.sources.at_least",
        ),
        (
            "our voice",
            [
                (MONEY_SOURCES, "sources = { at_least = 2 }"),
                (ASKS_MONEY, ASKS_MONEY.replace('"user", "payer"', '"us"')),
            ],
            "facts.money.there.sources.at_least",
        ),
    ],
    "D307": [
        ("not found", [('zh = "使用者" }\nask = "role.user"', 'zh = "使用者" }')], "roles.user"),
    ],
    "D308": [
        ("for ever", [('type = "text"\ngood_for = "P60D"', 'type = "text"')], "facts.need.words"),
    ],
    "D401": [
        ("once", [(MONEY, MONEY + "\nstanding = false")], "guards.money_there.standing"),
    ],
    "D402": [
        ("waived", [(MONEY, MONEY + "\nwaivable = true")], "guards.money_there.waivable"),
    ],
    "D403": [
        (
            "past it",
            [end(MOVES + '[[moves]]\nid = "past"\nfrom = "talk"\nto = "order"\n')],
            "moves.past.to",
        ),
        (
            "to the end",
            [end(MOVES + '[[moves]]\nid = "past"\nfrom = "talk"\nto = "fulfilled"\n')],
            "moves.past.to",
        ),
    ],
    "D404": [
        ("one of two", [(POLICY, POLICY + ONE_OF_ALL)], "walk_away.go_on_when"),
    ],
    "D405": [
        (
            "a fact",
            [('type = "yes_no"\ngood_for = "P30D"\nask', 'type = "yes_no"\nask')],
            "guards.urgent.when",
        ),
        (
            "of people",
            [
                (MONEY, 'when = "money.there or some(user, person.pays)"'),
                ('of = "contact"\ngood_for = "P60D"', 'of = "contact"'),
            ],
            "guards.money_there.when",
        ),
    ],
    "D406": [
        (
            "a number",
            [('type = "money"\ngood_for = "P30D"', 'type = "money"')],
            "facts.money.amount",
        ),
    ],
    "D501": [
        (
            "English twice",
            [('zh = "资金到位" }', 'zh = "Money there" }')],
            "guards.money_there.title.zh",
        ),
        (
            "not Chinese",
            [('zh = "谁付款？"', 'zh = "¿Quién?"')],
            "facts.role.payer.ask.role.payer.zh",
        ),
        (
            "Chinese twice",
            [('en = "Who pays?"', 'en = "谁付款？"')],
            "facts.role.payer.ask.role.payer.en",
        ),
    ],
}


NEAR_MISSES: dict[str, list[tuple[str, list[Change]]]] = {
    "D001": [("nothing", [])],
    "D101": [
        ("waivable", [(NEED, 'when = "need.people > 3 and need.people < 3"\nwaivable = true')])
    ],
    "D102": [
        ("waivable", [(SIGNED, 'when = "order.signed and not order.signed"\nwaivable = true\n')]),
    ],
    "D103": [("walk-away guards are enough", [('leave_when = ["payer_met"]\n', "")])],
    "D201": [("contradiction", [(SIGNED, 'when = "order.signed or not order.signed"\n')])],
    "D202": [("two answers", [(SIGNED, 'when = "disputed(order.signed)"\n')])],
    "D203": [
        (
            "just together",
            [
                ('leave_when = ["signed"]', 'leave_when = ["signed", "extra"]'),
                end(EXTRA.replace('"order.signed or known(need.words)"', '"need.people < 5"')),
            ],
        ),
        (
            "checked once",
            [
                ('leave_when = ["signed"]', 'leave_when = ["signed", "extra"]'),
                (NEED, f"{NEED}\nstanding = false"),
                end(EXTRA.replace('"order.signed or known(need.words)"', '"need.people < 3"')),
            ],
        ),
    ],
    "D204": [
        ("it may be missing", [(SIGNED, 'when = "missing(order.signed) or order.signed"\n')]),
    ],
    "D205": [
        (
            "of a move",
            [end(EXTRA + MOVES.replace('to = "fulfilled"', 'to = "fulfilled"\nwhen = ["extra"]'))],
        ),
    ],
    "D206": [("nearly", [("Without money there is no order.", "Nobody has talked with us!")])],
    "D207": [
        ("count", [(FLAG, 'when = "count(user) < 1 or contact_none.said"')]),
        (
            "rating",
            [when(MET, "some(user, contact.rating >= 5 or contact.rating != 0 or person.pays)")],
        ),
        ("a fact", [(NEED, 'when = "known(need.words) and need.people >= 0"')]),
        ("two facts", [(MONEY, 'when = "money.there and money.amount >= money.amount"')]),
        ("not a choice", [(PAPER, "when = \"paper.kind not in ['contract']\"")]),
        ("a list of texts", [(FLAG, "when = \"contact_none.said and deal.account in ['x']\"")]),
    ],
    "D208": [("nearly", [end(EXTRA)])],
    "D209": [("contradicted", [(FLAG, 'when = "disputed(contact_none.said)"')])],
    "D210": [
        (
            "the other way round",
            [
                (PAPER, "when = \"paper.kind == 'contract' and order.signed\""),
                paper("paper.kind == 'contract'"),
            ],
        ),
    ],
    "D301": [
        (
            "an invariant reads it",
            [end(MORE), ("order.signed']", "order.signed', 'never \"order\" unless more.said']")],
        ),
    ],
    "D302": [
        (
            "somebody of it is asked",
            [BOSS, (ASKS_SIGNED, ASKS_SIGNED.replace(", en", ', of = ["boss"], en'))],
        ),
        ("any role", [BOSS, (FLAG, 'when = "count(any_role) == 0 and contact_none.said"')]),
    ],
    "D303": [
        (
            "only missed",
            [(f"ask = [\n  {ASKS_SIGNED}\n]\n", ""), (SIGNED, 'when = "missing(order.signed)"\n')],
        ),
    ],
    "D304": [
        (
            "a red flag reads it",
            [
                end(MORE + 'ask = [{ id = "more.said", en = "What else?", zh = "还有什么？" }]\n'),
                (FLAG, 'when = "count(user) == 0 and contact_none.said and more.said"'),
            ],
        ),
        (
            "asked when stale",
            [
                end(
                    MORE + 'ask = [{ id = "more.said", en = "What else?", zh = "还有什么？" }]\n'
                    '[coaching]\nstale = "more.said"\n'
                )
            ],
        ),
    ],
    "D305": [
        ("it passes without", [(NEED, 'when = "known(need.words) or order.signed"')]),
        ("only missed", [(NEED, 'when = "known(need.words) and missing(order.signed)"')]),
    ],
    "D306": [
        (
            "a document counts",
            [
                (ASKS_MONEY, ASKS_MONEY.replace(', "payer"', "")),
                (MONEY_SOURCES, MONEY_SOURCES.replace("true }", "true, documents = true }")),
            ],
        ),
        ("anybody is asked", [(ASKS_MONEY, ASKS_MONEY.replace('of = ["user", "payer"], ', ""))]),
        ("two are asked", [(MONEY_SOURCES, "sources = { at_least = 2 }")]),
        (
            "no question at all",
            [
                (MONEY_SOURCES, MONEY_SOURCES.replace('"payer"]', '"payer"], at_least = 2')),
                (BLOCK, ""),
            ],
        ),
    ],
    "D307": [
        (
            "nobody seeks them",
            [
                ('zh = "使用者" }\nask = "role.user"', 'zh = "使用者" }'),
                (MET, 'when = "plays(role.payer, payer)"'),
            ],
        ),
    ],
    "D308": [
        (
            "looked at once",
            [
                ('type = "text"\ngood_for = "P60D"', 'type = "text"'),
                ('type = "number"\ngood_for = "P60D"', 'type = "number"'),
                (NEED, f"{NEED}\nstanding = false"),
            ],
        ),
    ],
    "D401": [("no walk-away guard", [(NEED, f"{NEED}\nstanding = false")])],
    "D402": [("no walk-away guard", [(NEED, f"{NEED}\nwaivable = true")])],
    "D403": [
        (
            "around another step",
            [end(MOVES + '[[moves]]\nid = "past"\nfrom = "meet"\nto = "fulfilled"\n')],
        ),
        (
            "from the first step",
            [('from = "meet"\nwatch_from = "talk"\n', 'from = "talk"\n'), end(MOVES)],
        ),
    ],
    "D404": [
        (
            "at once",
            [(POLICY, POLICY + ONE_OF_ALL + 'at_once = ["money_there", "urgent"]\n')],
        ),
    ],
    "D405": [
        ("whom we heard", [(MONEY, 'when = "heard(2)"')]),
        ("one of two", [('type = "money"\ngood_for = "P30D"', 'type = "money"')]),
        (
            "of people",
            [
                (MONEY, 'when = "money.there or some(user, person.pays)"'),
            ],
        ),
    ],
    "D406": [
        (
            "only known",
            [
                ('type = "money"\ngood_for = "P30D"', 'type = "money"'),
                (
                    MONEY,
                    'when = "money.there and known(money.amount) and not disputed(need.people)"',
                ),
            ],
        ),
    ],
    "D501": [
        ("no words", [('zh = "资金到位" }', 'zh = "100 %" }'), ('"Money there"', '"100 %"')]),
        ("a name in it", [('zh = "资金到位" }', 'zh = "ERP 资金" }')]),
    ],
}
