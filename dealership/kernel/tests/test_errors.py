"""Errors with a sentence: code, msgid and named values."""

import pickle

import pytest

from dealership.kernel.errors import N_, BadValue, Refusal


class AlreadyTaken(Refusal):
    message = N_("%(who)s has already taken it.")


class BadVINText(BadValue):
    pass


class LeadClosed(Refusal):
    code = "closed"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Refusal, "refused"),
        (BadValue, "bad_value"),
        (AlreadyTaken, "already_taken"),
        (BadVINText, "bad_vin_text"),
        (LeadClosed, "closed"),
    ],
)
def test_code_is_the_class_name_unless_it_is_given(kind: type[Refusal], code: str) -> None:
    assert kind.code == code


def test_str_is_the_english_sentence() -> None:
    assert str(AlreadyTaken(who="Li Lei")) == "Li Lei has already taken it."


def test_sentence_is_translated_before_the_values_are_put_in() -> None:
    chinese = {"%(who)s has already taken it.": "已由%(who)s领取。"}

    sentence = AlreadyTaken(who="李雷").sentence(lambda msgid: chinese[msgid])

    assert sentence == "已由李雷领取。"


def test_instance_may_bring_its_own_message() -> None:
    refusal = Refusal("Only %(count)d left, 100%% sure.", count=2)

    assert (refusal.message, refusal.params, str(refusal)) == (
        "Only %(count)d left, 100%% sure.",
        {"count": 2},
        "Only 2 left, 100% sure.",
    )


def test_a_missing_value_is_found_where_the_error_is_raised() -> None:
    with pytest.raises(TypeError, match="AlreadyTaken lacks the values of who"):
        AlreadyTaken()


def test_bad_value_is_a_value_error_and_a_refusal_is_not() -> None:
    assert (issubclass(BadValue, ValueError), issubclass(Refusal, ValueError)) == (True, False)


@pytest.mark.parametrize("error", [AlreadyTaken(who="Li Lei"), BadValue(), Refusal("No %(thing)s.", thing="car")])
def test_error_survives_pickling(error: Refusal) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), copy.message, copy.params, str(copy)) == (
        type(error),
        error.message,
        error.params,
        str(error),
    )


@pytest.mark.parametrize("known", [["a", "b"], ("a", "b")], ids=["list", "tuple"])
def test_the_items_of_a_list_stand_one_after_the_other_in_the_language(known):
    class Unknown(Refusal):
        message = "Known are: %(known)s."

    chinese = {"Known are: %(known)s.": "已有：%(known)s。", ", ": "、"}

    assert str(Unknown(known=known)) == "Known are: a, b."
    assert Unknown(known=known).sentence(chinese.__getitem__) == "已有：a、b。"
