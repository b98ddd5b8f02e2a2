"""Telephone numbers: read, masked, shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealership.kernel import phones


@pytest.mark.parametrize(
    "typed",
    [
        "13800001234",
        "+8613800001234",
        "+86 13800001234",
        "+86-138-0000-1234",
        "0086 138 0000 1234",
        "008613800001234",
        "86-13800001234",
        "8613800001234",
        "（86）13800001234",
        "(+86) 138-0000-1234",
        "86 138 0000 1234",
        "138-0000-1234",
        "138 0000 1234",
        "138.0000.1234",
        "138—0000—1234",
        " 13800001234 ",
        "１３８００００１２３４",
        "＋８６１３８００００１２３４",
        "138\u00a00000\u200b1234",
        "013800001234",
        "'13800001234",
        "13800001234.0",
        13800001234.0,
        13800001234,
        8613800001234.0,
    ],
)
def test_normalise_reads_a_mobile_in_every_dress(typed: str | float) -> None:
    assert phones.normalise(typed) == "+8613800001234"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("010-88881234", "+861088881234"),
        ("(010)88881234", "+861088881234"),
        ("01088881234", "+861088881234"),
        ("010 8888 1234", "+861088881234"),
        ("01088881234-12", "+861088881234"),
        ("021-62345678-801", "+862162345678"),
        ("0571-88881234", "+8657188881234"),
        ("0571-8888-1234", "+8657188881234"),
        ("057188881234", "+8657188881234"),
        ("0571-8888123", "+865718888123"),
        ("0571-8888123-4", "+865718888123"),
        ("0571-88881234转8001", "+8657188881234"),
        ("0571-88881234 分机 12", "+8657188881234"),
        ("0571-88881234 ext.12", "+8657188881234"),
        ("0571 88881234 x12", "+8657188881234"),
        ("0571－88881234", "+8657188881234"),
        ("+86 571 8888 1234", "+8657188881234"),
        ("+86-0571-88881234", "+8657188881234"),
        ("+86 (0)571 88881234", "+8657188881234"),
        ("0086-10-88881234", "+861088881234"),
        ("86-10-88881234", "+861088881234"),
        ("400-123-4567", "+864001234567"),
        ("4001234567", "+864001234567"),
        (4001234567.0, "+864001234567"),
        ("400-1234567-801", "+864001234567"),
        ("800 810 1234", "+868008101234"),
    ],
)
def test_normalise_reads_landlines_and_service_numbers(typed: str | float, expected: str) -> None:
    assert phones.normalise(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "无",
        "1380000123",
        "138000012345",
        "12800001234",
        "23800001234",
        "1380000123a",
        "138****1234",
        "13800001234/13900001234",
        "13800001234 13900001234",
        "13800001234转2",
        "88881234",
        "57188881234",
        "0571-1888123",
        "010-8888123",
        "95598",
        "110",
        "+1 202 555 0123",
        "+852 2345 6789",
        "+85213800001234",
        "0400-123-4567",
        "-13800001234",
        "86",
        "+86",
        "1.38E+10",
        "٠١٣٨٠٠٠٠١٢٣٤",
        13800001234.5,
        float("nan"),
        float("inf"),
        -13800001234.0,
        0,
        True,
    ],
)
def test_normalise_refuses_with_a_sentence(typed: str | float) -> None:
    with pytest.raises(ValueError, match=r"^“.*” is not a telephone number of mainland China\.$") as refusal:
        phones.normalise(typed)

    assert refusal.value.code == "bad_phone"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("e164", "masked", "shown", "mobile"),
    [
        ("+8613800001234", "138****1234", "138 0000 1234", True),
        ("+8657188881234", "0571-****1234", "0571-8888 1234", False),
        ("+865718888123", "0571-***8123", "0571-888 8123", False),
        ("+861088881234", "010-****1234", "010-8888 1234", False),
        ("+864001234567", "400-***-4567", "400-123-4567", False),
        ("+85223456789", "********6789", "+85223456789", False),
        ("12345", "*****", "12345", False),
        ("", "", "", False),
    ],
)
def test_mask_display_and_is_mobile(e164: str, masked: str, shown: str, mobile: bool) -> None:
    assert (phones.mask(e164), phones.display(e164), phones.is_mobile(e164)) == (masked, shown, mobile)


@given(st.one_of(st.text(max_size=20), st.text("0123456789+-() 转", max_size=20), st.floats(), st.integers()))
@settings(deadline=None, database=None)
def test_normalise_answers_or_refuses_and_what_it_answers_is_stable(typed: str | float) -> None:
    try:
        e164 = phones.normalise(typed)
    except ValueError:
        return

    assert (phones.normalise(e164), phones.normalise(phones.display(e164))) == (e164, e164)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086-", "86 "]))
@settings(deadline=None, database=None)
def test_mask_hides_the_middle_four_of_any_mobile(number: str, prefix: str) -> None:
    masked = phones.mask(phones.normalise(prefix + number))

    assert masked == f"{number[:3]}****{number[7:]}"
