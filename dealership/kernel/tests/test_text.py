"""Folding of typed text."""

import pytest

from dealership.kernel.text import folded, squeezed


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ""),
        ("  王  小明　", "王 小明"),
        ("ＡＢ１２：３４，５", "AB12:34,5"),
        ("\ufeff138\u200b0000\u20601234\u202c", "13800001234"),
        ("天籁\u00a0\t2.0L\n", "天籁 2.0L"),
    ],
)
def test_folded(typed: str, expected: str) -> None:
    assert folded(typed) == expected


def test_squeezed_has_no_space_at_all() -> None:
    assert squeezed(" 粤 Ｂ １2345\t") == "粤B12345"
