"""Every rule that the documentation claims is shown by a test."""

from django.conf import settings

from dealership.rulebook import implemented_rules, rules_with_tests


def test_every_claimed_rule_has_a_test():
    claimed = implemented_rules(settings.BASE_DIR / "docs" / "rules")

    lacking = sorted(set(claimed) - set(rules_with_tests(settings.BASE_DIR)))

    assert claimed
    assert lacking == []


def test_a_rule_without_a_test_is_seen(tmp_path):
    (tmp_path / "page.md").write_text(
        "# SV-03 rounding\n\ntext about SV-09\n\n| Rule | What |\n|---|---|\n| SV-04 | months |\n", encoding="utf-8"
    )
    (tmp_path / "test_page.py").write_text('@pytest.mark.rule("SV-03")\ndef test_x(): ...\n', encoding="utf-8")

    claimed, shown = implemented_rules(tmp_path), rules_with_tests(tmp_path)

    assert claimed == {"SV-03": "page.md", "SV-04": "page.md"}
    assert sorted(shown) == ["SV-03"]
