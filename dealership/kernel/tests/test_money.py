"""Amounts of money."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealership.kernel.money import BadAmount, parse_amount


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("119,800", "119800.00"),
        ("119800", "119800.00"),
        ("12.98万", "129800.00"),
        ("12.98 万元", "129800.00"),
        ("12.98w", "129800.00"),
        ("￥189,800", "189800.00"),
        ("¥ 189,800.50", "189800.50"),
        ("１８９，８００元", "189800.00"),
        ("189800.00元", "189800.00"),
        ("人民币189,800元整", "189800.00"),
        ("RMB 1,189,800", "1189800.00"),
        ("0", "0.00"),
        ("0.005", "0.01"),
        (119800.0, "119800.00"),
        (119800.1, "119800.10"),
        (119800.00000000001, "119800.00"),
        (119800, "119800.00"),
        (-0.0, "0.00"),
        (Decimal("1.125"), "1.13"),
        ("9,999,999,999.99", "9999999999.99"),
    ],
)
def test_parse_amount(typed: str | float | Decimal, yuan: str) -> None:
    amount = parse_amount(typed)

    assert str(amount) == yuan


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("面议", "“面议” is not an amount."),
        ("", "“” is not an amount."),
        ("万", "“万” is not an amount."),
        ("1,29,800", "“1,29,800” is not an amount."),
        ("12,98万", "“12,98万” is not an amount."),
        ("12万9800", "“12万9800” is not an amount."),
        ("1.2.3", "“1.2.3” is not an amount."),
        ("10-12万", "“10-12万” is not an amount."),
        ("$100", "“$100” is not an amount."),
        ("1e5", "“1e5” is not an amount."),
        ("٣٤", "“٣٤” is not an amount."),
        (float("nan"), "“nan” is not an amount."),
        (float("inf"), "“inf” is not an amount."),
        (True, "“True” is not an amount."),
        ("-100", "An amount cannot be negative: “-100”."),
        ("-12.98万", "An amount cannot be negative: “-12.98万”."),
        (-1.0, "An amount cannot be negative: “-1.0”."),
        ("10000000000", "The amount “10000000000” is too large."),
        (1e300, "The amount “1e+300” is too large."),
    ],
)
def test_parse_amount_refuses_with_a_sentence(typed: str | float, sentence: str) -> None:
    with pytest.raises(BadAmount) as refusal:
        parse_amount(typed)

    assert (str(refusal.value), refusal.value.code, isinstance(refusal.value, ValueError)) == (
        sentence,
        "bad_amount",
        True,
    )


@given(st.decimals(min_value=0, max_value=10**10 - 1, places=2))
@settings(deadline=None, database=None)
def test_every_way_of_writing_means_the_same(amount: Decimal) -> None:
    written = [f"{amount:f}", f"{amount:,f}", f"¥{amount:,f}元", f"{amount / 10_000:f}万", amount]

    assert {parse_amount(form) for form in written} == {amount}
