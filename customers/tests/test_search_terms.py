"""What somebody means who types into the one search box."""

import pytest

from customers.rules import SearchTerms, search_terms


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("  ", {}, id="spaces"),
        pytest.param("王", {"name": "王", "plate": ""}, id="surname"),
        pytest.param("小明", {"name": "小明"}, id="given-name"),
        pytest.param("w", {}, id="one-letter"),
        pytest.param("wxm", {"name": "wxm", "initials": "wxm"}, id="initials"),
        pytest.param("ＷＸＭ", {"name": "WXM", "initials": "wxm"}, id="full-width-initials"),
        pytest.param("123", {}, id="three-digits"),
        pytest.param("1234", {"phone_tail": "1234", "plate": "1234", "vin_tail": "1234"}, id="four-digits"),
        pytest.param(
            "138 0000 1234",
            {"phone": "+8613800001234", "phone_tail": "13800001234", "vin_tail": "13800001234"},
            id="whole-mobile",
        ),
        pytest.param(
            "+86-138-0000-1234", {"phone": "+8613800001234", "phone_tail": "13800001234"}, id="mobile-with-country"
        ),
        pytest.param("粤A·D1234", {"name": "粤A·D1234", "plate": "粤AD1234"}, id="plate"),
        pytest.param("粤a", {"name": "粤a", "plate": "粤A"}, id="plate-begun"),
        pytest.param(
            "AD1234", {"name": "AD1234", "plate": "AD1234", "vin_tail": "AD1234"}, id="plate-without-province"
        ),
        pytest.param(
            "LGBH52E01AY000001", {"name": "LGBH52E01AY000001", "vin_tail": "LGBH52E01AY000001"}, id="whole-vin"
        ),
    ],
)
def test_readings(typed, expected):
    terms = search_terms(typed)

    assert terms == SearchTerms(**{"text": terms.text, **expected})
    assert terms.is_empty is (not any(expected.values()))
