"""Pinyin initials of names."""

import pytest

from dealership.kernel.names import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王小明", "wxm"),
        (" 王 小明 ", "wxm"),
        ("单雪", "sx"),
        ("曾国", "zg"),
        ("仇和", "qh"),
        ("区小红", "oxh"),
        ("查良镛", "zly"),
        ("解放", "xf"),
        ("翟天", "zt"),
        ("覃勇", "qy"),
        ("谌龙", "cl"),
        ("乐嘉", "yj"),
        ("缪杰", "mj"),
        ("朴树", "ps"),
        ("任盈", "ry"),
        ("盖聂", "gn"),
        ("沈勇", "sy"),
        ("欧阳平", "oyp"),
        ("长孙无忌", "zswj"),
        ("尉迟恭", "ycg"),
        ("万俟卨", "mqx"),
        ("诸葛亮", "zgl"),
        ("吕佳琪", "ljq"),
        ("孙解放", "sjf"),
        ("陈曾", "cc"),
        ("阿依古丽·买买提", "aygl" + "mmt"),
        ("Tom Li", "tomli"),
        ("李Ｌily", "llily"),
        ("张三2", "zs2"),
        ("先生", "xs"),
        ("", ""),
        ("—", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected
