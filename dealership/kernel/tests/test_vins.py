"""VINs: form and check digit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealership.kernel import vins
from dealership.kernel.vins import VinCheck


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("11111111111111111", VinCheck("11111111111111111", True)),
        ("1M8GDM9AXKP042788", VinCheck("1M8GDM9AXKP042788", True)),
        ("1m8gdm9axkp042788", VinCheck("1M8GDM9AXKP042788", True)),
        (" 1M8GDM9A XKP04 2788 ", VinCheck("1M8GDM9AXKP042788", True)),
        ("１Ｍ８ＧＤＭ９ＡＸＫＰ０４２７８８", VinCheck("1M8GDM9AXKP042788", True)),
        ("1M8GDM9A1KP042788", VinCheck("1M8GDM9A1KP042788", False)),
        ("5GZCZ43D13S812715", VinCheck("5GZCZ43D13S812715", True)),
        ("5GZCZ43D23S812715", VinCheck("5GZCZ43D23S812715", False)),
        ("LGBHJA0T5TS532734", VinCheck("LGBHJA0T5TS532734", True)),
    ],
)
def test_check(typed: str, expected: VinCheck) -> None:
    assert vins.check(typed) == expected


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "“” is not a VIN: it has 0 characters instead of 17."),
        ("LGBHJA0T5TS53273", "“LGBHJA0T5TS53273” is not a VIN: it has 16 characters instead of 17."),
        ("LGBHJA0T5TS5327345", "“LGBHJA0T5TS5327345” is not a VIN: it has 18 characters instead of 17."),
        (
            "LGBHJA0T5TS53273O",
            "“LGBHJA0T5TS53273O” is not a VIN: “O” never occurs in one (the letters I, O and Q do not either).",
        ),
        (
            "LGBHJA0T5TS-32734",
            "“LGBHJA0T5TS-32734” is not a VIN: “-” never occurs in one (the letters I, O and Q do not either).",
        ),
        (123.0, "“123.0” is not a VIN: it has 5 characters instead of 17."),
    ],
)
def test_check_refuses_with_a_sentence(typed: str | float, sentence: str) -> None:
    with pytest.raises(vins.BadVin) as refusal:
        vins.check(typed)

    assert (str(refusal.value), refusal.value.code, isinstance(refusal.value, ValueError)) == (
        sentence,
        "bad_vin",
        True,
    )


@pytest.mark.parametrize("letter", ["I", "O", "Q", "i", "o", "q"])
def test_letters_that_look_like_digits_are_refused(letter: str) -> None:
    with pytest.raises(ValueError, match="never occurs"):
        vins.check(f"LGBHJA0T5TS53273{letter}")


def test_normalise_is_the_vin_alone() -> None:
    assert vins.normalise("lgbm4ku6 6te100555") == "LGBM4KU66TE100555"


@given(st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
@settings(deadline=None, database=None)
def test_one_changed_digit_breaks_the_check_digit(text: str, position: int, step: int) -> None:
    right = text[:8] + vins.check_digit(text) + text[9:]
    if not right[position].isdigit():
        return
    changed = right[:position] + str((int(right[position]) + step) % 10) + right[position + 1 :]

    assert (vins.check(right).check_digit_ok, vins.check(changed).check_digit_ok) == (True, False)
