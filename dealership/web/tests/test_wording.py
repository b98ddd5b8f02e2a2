import pytest
from django.utils import translation

from dealership.web.wording import enumeration, labelled


@pytest.mark.parametrize(
    ("language", "parts", "expected"),
    [
        pytest.param("en", ["a", 2], "a, 2", id="english"),
        pytest.param("zh-hans", ["甲", 2], "甲、2", id="chinese"),
        pytest.param("zh-hans", ["甲"], "甲", id="one"),
        pytest.param("zh-hans", [], "", id="none"),
    ],
)
def test_enumeration_has_the_comma_of_the_language(language, parts, expected):
    with translation.override(language):
        assert enumeration(parts) == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "due: 3"), ("zh-hans", "due：3")])
def test_a_label_has_the_colon_of_the_language(language, expected):
    with translation.override(language):
        assert labelled("due", 3) == expected
