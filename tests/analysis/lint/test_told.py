"""Tests of the deals that show a finding, as they are told in both languages."""

from __future__ import annotations

from attrs import evolve

from dealflow.analysis.lint.semantic import in_words
from dealflow.analysis.solver import Scene
from dealflow.wording import Words
from tests._scene import SCENE

ZH = Words("zh")
AS_WITNESS = """\
tom: user, a committee, influence high, in even_keel, rating 3
ann: no role, a third party
the price is 5 EUR
lena owns the deal
the source is referral (Ana)
2 two-way talks
tom says: a.b = True (told on, 3 days ago)
tom says: c.d = True of ann
their letter (a document) says: e.f = True
we say: g.h = True
tom was heard first-hand"""
AS_WITNESS_ZH = """\
tom：user、委员会、影响力高、反馈模式：安于现状、评分3
ann：没有角色、第三方
价格为5 EUR
商机由lena负责
来源为转介绍（Ana）
双方谈过2次
tom说：a.b = True（转述、3天前）
tom说：ann的c.d = True
文件客户来函写明：e.f = True
我方观察到：g.h = True
听tom亲口说过"""


def test_a_scene_as_a_witness() -> None:
    """A line for each thing that makes it."""
    told = in_words(SCENE)
    assert told == AS_WITNESS
    assert ZH.in_words(told) == AS_WITNESS_ZH
    assert "1 two-way talk" in in_words(evolve(SCENE, talks=1)).splitlines()
    assert ZH.in_words(in_words(Scene())) == "一笔什么情况都不了解的商机"
