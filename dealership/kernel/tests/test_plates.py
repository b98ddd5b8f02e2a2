"""Number plates: comparable form and lenient check."""

import pytest

from dealership.kernel import plates


@pytest.mark.parametrize(
    ("typed", "kept", "valid"),
    [
        ("粤B35020", "粤B35020", True),
        (" 粤b·3 5020 ", "粤B35020", True),
        ("粤Ｂ．３５０２０", "粤B35020", True),
        ("粤B-35020", "粤B35020", True),
        ("苏BJ7CEA", "苏BJ7CEA", True),
        ("粤BD12345", "粤BD12345", True),
        ("粤B12345D", "粤B12345D", True),
        ("粤ZA123港", "粤ZA123港", True),
        ("京A1234警", "京A1234警", True),
        ("使014578", "使014578", True),
        ("粤B3502", "粤B3502", False),
        ("粤BD123456", "粤BD123456", False),
        ("BB35020", "BB35020", False),
        ("粤35020", "粤35020", False),
        ("未上牌", "未上牌", False),
        ("", "", False),
    ],
)
def test_normalise_and_is_valid(typed: str, kept: str, valid: bool) -> None:
    assert (plates.normalise(typed), plates.is_valid(typed)) == (kept, valid)
