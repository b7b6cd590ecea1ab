"""How a person is addressed in Chinese: by the surname and what the job title makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["addressed"]

_NAME: Final = re.compile("[\u3400-\u9fff]{2,4}")
_DOUBLE: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶"
    "|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|轩辕|百里|呼延|西门|东郭|南门|左丘|梁丘"
)
"""Surnames of two characters; all others have one."""

_BETWEEN: Final = re.compile(r"[\s，、；,;/&（(]|兼|暨")
_OFFICER: Final = re.compile(r"C[A-Z]O|GM|[ES]?VP|首席.*官", re.IGNORECASE)
_HONORIFICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # By how a title ends: a deputy is addressed as the one whom he stands for.
        **dict.fromkeys(("总经理", "总裁", "副总", "老总", "创始人", "老板"), "总"),
        **dict.fromkeys(("董事长", "执行董事"), "董"),
        **dict.fromkeys(("总工程师", "总工"), "总工"),
        **dict.fromkeys(("工程师", "高工"), "工"),
        **dict.fromkeys(("老师", "教师", "讲师"), "老师"),
        **dict.fromkeys(("医生", "医师"), "医生"),
        **{
            end: end
            for end in (
                *("总监", "经理", "主任", "主管", "秘书", "助理", "会计", "书记", "主席", "顾问"),
                *("教授", "博士", "律师", "厂长", "部长", "处长", "科长", "局长", "院长", "校长"),
                *("所长", "行长", "店长", "组长", "队长", "站长", "会长", "课长", "股长", "区长"),
            )
        },
    }
)
"""What follows the surname, by the end of the job title."""


def addressed(name: str, title: str) -> str:
    """Whom a call or a letter greets: ``王总`` for 王建国, 总经理.

    Who has no Chinese name, or a title that gives nothing, is greeted by the full name, since
    nobody has told us whether it is a man or a woman.
    """
    if not _NAME.fullmatch(name):
        return name
    double = _DOUBLE.match(name) if len(name) > 2 else None
    honorific = _honorific(title.strip())
    return f"{double[0] if double else name[0]}{honorific}" if honorific else name


def _honorific(title: str) -> str:
    # Of several offices the first is the higher one.
    first = _BETWEEN.split(title, maxsplit=1)[0]
    if _OFFICER.fullmatch(first):
        return "总"
    ends = (first[-length:] for length in range(len(first), 1, -1))
    return next((_HONORIFICS[end] for end in ends if end in _HONORIFICS), "")
