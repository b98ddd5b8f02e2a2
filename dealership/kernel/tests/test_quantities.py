"""Distances and counts."""

import pytest

from dealership.kernel.quantities import BadNumber, parse_count, parse_distance_km


@pytest.mark.parametrize(
    ("typed", "km"),
    [
        ("5,012公里", 5012),
        ("5，012 公里", 5012),
        ("约3000", 3000),
        ("大约 3000公里左右", 3000),
        ("3000 km", 3000),
        ("3000KM", 3000),
        ("３０００千米", 3000),
        ("1.2万公里", 12000),
        ("4800.0", 4800),
        ("5,000", 5000),
        ("0", 0),
        (4800.0, 4800),
        (4800, 4800),
        (4799.5, 4800),
        (4799.4, 4799),
        (9_999_999, 9_999_999),
    ],
)
def test_parse_distance_km(typed: str | float, km: int) -> None:
    assert parse_distance_km(typed) == km


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "“” is not a distance in kilometres."),
        ("不详", "“不详” is not a distance in kilometres."),
        ("3000-5000", "“3000-5000” is not a distance in kilometres."),
        ("50,12", "“50,12” is not a distance in kilometres."),
        ("3000英里", "“3000英里” is not a distance in kilometres."),
        ("1e3", "“1e3” is not a distance in kilometres."),
        ("-120", "A distance cannot be negative: “-120”."),
        ("约-120公里", "A distance cannot be negative: “约-120公里”."),
        (-120.0, "A distance cannot be negative: “-120.0”."),
        (float("nan"), "“nan” is not a number."),
        (float("inf"), "“inf” is not a number."),
        (True, "“True” is not a number."),
        (10_000_000.0, "The distance “10000000.0” is too large."),
    ],
)
def test_parse_distance_km_refuses_with_a_sentence(typed: str | float, sentence: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        parse_distance_km(typed)

    assert (str(refusal.value), refusal.value.code, isinstance(refusal.value, ValueError)) == (
        sentence,
        "bad_number",
        True,
    )


@pytest.mark.parametrize(
    ("typed", "units", "count"),
    [
        ("2把", {"把"}, 2),
        ("2 把", {"把"}, 2),
        (2.0, {"把"}, 2),
        ("36", (), 36),
        ("36.0", (), 36),
        ("36个月", {"月", "个月"}, 36),
        ("1,000", (), 1000),
        (0, (), 0),
    ],
)
def test_parse_count(typed: str | float, units: set[str], count: int) -> None:
    assert parse_count(typed, units=units) == count


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2把", "“2把” is not a number."),
        ("两", "“两” is not a number."),
        ("", "“” is not a number."),
        (2.5, "“2.5” is not a whole number."),
        (-1, "The number cannot be negative: “-1”."),
        (2.0**31, "The number “2147483648.0” is too large."),
        (False, "“False” is not a number."),
    ],
)
def test_parse_count_refuses_with_a_sentence(typed: str | float, sentence: str) -> None:
    with pytest.raises(BadNumber) as refusal:
        parse_count(typed)

    assert str(refusal.value) == sentence
