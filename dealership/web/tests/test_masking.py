import pytest

from dealership.web.masking import masked_phone, readable_phone


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+8613812345678", "138****5678"),
        ("13812345678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("02087654321", "020****21"),
        ("+442079460958", "442****58"),
        ("12345", "****"),
        ("", ""),
    ],
)
def test_masked_phone(number, expected):
    assert masked_phone(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("+8613812345678", "138 1234 5678"), ("13812345678", "138 1234 5678"), ("020-8765432", "020-8765432")],
)
def test_readable_phone(number, expected):
    assert readable_phone(number) == expected
