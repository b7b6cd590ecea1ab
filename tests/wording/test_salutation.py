"""How people are addressed in Chinese."""

from __future__ import annotations

import pytest

from dealflow.wording.salutation import addressed


@pytest.mark.parametrize(
    ("name", "title", "greeted"),
    [
        ("王建国", "总经理", "王总"),
        ("李娜", "财务总监", "李总监"),
        ("陈静", "采购经理", "陈经理"),
        ("赵强", "副总经理", "赵总"),
        ("赵强", "副总", "赵总"),
        ("刘伟", "设备主管", "刘主管"),
        ("刘伟", "高级工程师", "刘工"),
        ("刘伟", "总工程师", "刘总工"),
        ("孙丽", "办公室主任", "孙主任"),
        ("孙丽", "总经理秘书", "孙秘书"),
        ("孙丽", "总经理助理", "孙助理"),
        ("周明", "CFO", "周总"),
        ("周明", "首席运营官，4月1日上任", "周总"),
        ("周明", "副总裁兼财务总监", "周总"),
        ("周明", "董事长、总经理", "周董"),
        ("吴芳", "三甲医院主治医师", "吴医生"),
        ("郑华", "生产厂长", "郑厂长"),
        ("欧阳娜", "总监", "欧阳总监"),
        ("欧阳娜娜", "经理", "欧阳经理"),
        ("司马", "经理", "司经理"),
        ("闵佳", " IT经理 ", "闵经理"),
    ],
)
def test_by_surname_and_office(name: str, title: str, greeted: str) -> None:
    """Who has a Chinese name and an office is addressed by the surname and what is made of it."""
    assert addressed(name, title) == greeted


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("李娜", ""),
        ("李娜", "员工"),
        ("李娜", "设计"),
        ("李娜", "管理合伙人"),
        ("Ruth Okafor", "CFO"),
        ("Wang Jianguo", "总经理"),
        ("伊万·彼得罗夫", "总经理"),
        ("王", "总经理"),
        ("", "总经理"),
    ],
)
def test_by_the_full_name(name: str, title: str) -> None:
    """Where name or office give nothing, the full name stands, as nobody knows whether Mr or Ms."""
    assert addressed(name, title) == name
