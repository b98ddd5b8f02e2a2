"""The frozen opening by grade, channel and letter, what was corrected later, and the letters as a policy."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from leads.models import MonthEnd, SourceLetter
from leads.rules.reports import SOURCE_LETTERS
from leads.selectors.openings import letters_in, opening_at, source_letters
from leads.selectors.reports.funnel import lead_funnel
from leads.selectors.reports.levels import level_counts
from leads.selectors.reports.scope import LeadScope
from leads.tests.report_case import LeadMonth

pytestmark = pytest.mark.django_db
NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture
def case():
    return LeadMonth()


def frozen_by(case):
    """What was held at the end of October, frozen."""
    seller, other = case.seller(), case.seller("X002", "林例")
    leads = [
        case.lead(case.at(10, 20), seller, grade="A", channel="walk_in"),
        case.lead(case.at(10, 21), seller, grade="B", channel="web"),
        case.lead(case.at(10, 22), other, grade="A", channel="referral"),
    ]
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)
    moment = scope.starts(case.store)
    MonthEnd.objects.create(
        store=case.store,
        month=dt.date(2026, 10, 1),
        prepared_at=moment,
        opening={"at": moment.isoformat(), **opening_at(case.store, moment)},
    )
    return leads, seller, scope


@pytest.mark.rule("LI-13")
def test_a_store_starts_with_the_letters_of_the_rule_book(case):
    assert source_letters(case.store, NOVEMBER) == SOURCE_LETTERS


@pytest.mark.rule("LI-13")
def test_a_store_may_have_letters_of_its_own_from_a_day_on(case):
    SourceLetter.objects.create(store=case.store, effective_from=NOVEMBER, channel="portal", letter="P")

    before, after = (source_letters(case.store, NOVEMBER - dt.timedelta(days=days)) for days in (1, 0))

    assert (before["portal"], after["portal"]) == ("I", "P")
    assert letters_in(case.store, NOVEMBER).of("portal", 0) == "P"


@pytest.mark.rule("LI-13")
def test_a_letter_is_one_of_a_known_channel():
    with pytest.raises(ValidationError):
        SourceLetter(effective_from=NOVEMBER, channel="unknown", letter="X").full_clean()


@pytest.mark.rule("LG-33", "LI-13")
def test_the_opening_is_frozen_by_channel_and_by_letter_and_lines_add_up(case):
    _leads, seller, scope = frozen_by(case)

    funnel, counts = lead_funnel(stores=[case.store], month=NOVEMBER), level_counts(scope)

    assert funnel.is_frozen
    assert {row.key: row.figures.opening for row in funnel.channels} == {"walk_in": 1, "web": 1, "referral": 1}
    assert (counts.opening, counts.sources) == ((("A", 2), ("B", 1)), (("I", 1), ("R", 1), ("S", 1)))
    assert level_counts(scope, consultant=seller.pk).sources == (("I", 1), ("S", 1))
    assert counts.corrections == ()


@pytest.mark.rule("LG-33")
def test_late_corrections_are_shown_and_the_frozen_opening_stays(case, client):
    leads, seller, scope = frozen_by(case)
    case.lead(case.at(10, 25), seller, grade="H", channel="phone")
    leads[1].grade = "C"  # corrected in the card itself, not judged anew
    leads[1].save(update_fields=["grade"])

    counts, funnel = level_counts(scope), lead_funnel(stores=[case.store], month=NOVEMBER)

    assert counts.opening == (("A", 2), ("B", 1))
    assert counts.corrections == (("H", 1), ("B", -1), ("C", 1))
    assert (funnel.total.opening, sum(row.figures.opening for row in funnel.channels)) == (3, 3)
    manager = case.person("M001", "马经理例", "sales_manager")
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("lead_report_levels"), {"month": "2026-11"}).text
    assert "事后更正" in page
    assert "figure=opening" in page
