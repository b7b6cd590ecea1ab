"""Tests of hints at what would be covered by a deal, as they are told in both languages."""

from __future__ import annotations

from dealflow.analysis.coverage.hints import _parts, named_input
from dealflow.conditions import ATTRIBUTES
from dealflow.wording import Words
from tests._scene import SCENE
from tests.deals import seven_step

ZH = Words("zh")
AS_HINT = """\
tom holds user (a committee, influence high, response mode even_keel, rating 3)
ann holds no role (a third party)
tom says a.b = yes, 3 days ago, told on by others
tom says c.d of ann = yes
a document says e.f = yes
we saw g.h = yes
the price is 5 EUR
lena owns the deal
the source is referral (Ana)
2 talks
tom is heard first-hand"""
AS_HINT_ZH = """\
tom的角色：user（委员会、影响力高、反馈模式：安于现状、评分3）
ann的角色：没有角色（第三方）
tom说：a.b = 是，3天前，由他人转述
tom说：ann的c.d = 是
文件写明：e.f = 是
我方观察到：g.h = 是
价格为5 EUR
商机由lena负责
来源为转介绍（Ana）
谈过2次
听tom亲口说过"""


def test_a_scene_as_a_hint() -> None:
    """The same in the words of a test to be written."""
    told = list(_parts(SCENE))
    assert told == AS_HINT.splitlines()
    assert list(map(ZH.in_words, told)) == AS_HINT_ZH.splitlines()


def test_every_attribute_has_a_name() -> None:
    """What a condition may read can be told, but for who was heard, which is told otherwise."""
    for name in ATTRIBUTES.keys() - {"contact.heard"}:
        told = named_input(seven_step(), f"attribute:{name}")
        assert told.endswith(f" ({name})")
        assert ZH.in_words(told).endswith(f"（{name}）")
