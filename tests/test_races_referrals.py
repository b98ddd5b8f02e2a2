"""One friend recommended to eight people at once, on PostgreSQL: one lead, one referral, one word to the referrer."""

import datetime as dt

import pytest

from customers.tests.factories import CustomerFactory
from followups.models import CallTask, Referral
from followups.services.referrals import Recommended, record_referral
from followups.tests.factories import CHINA
from leads.models import Lead
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.test_races_claims import side_by_side

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.rule("RF-03"),
]

PEOPLE = 8
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
FRIEND = Recommended("钱友例", "13900000001", "同事")


@pytest.fixture
def people() -> list[Staff]:
    store = StoreFactory()
    return [StaffFactory(store=store, roles=["sales_consultant"]) for _ in range(PEOPLE)]


def test_the_same_recommendation_told_to_eight_at_once_is_one(people: list[Staff]) -> None:
    referrer = CustomerFactory(store=people[0].store)

    recorded = side_by_side(lambda by: record_referral(referrer=referrer, told=FRIEND, by=by, at=AT), people)

    assert sorted(row.is_new for row in recorded) == [False] * (PEOPLE - 1) + [True]
    assert (Lead.objects.count(), Referral.objects.count()) == (1, 1)
    assert CallTask.objects.filter(kind="referral_feedback").count() == 1


def test_of_eight_referrers_of_one_friend_one_counts(people: list[Staff]) -> None:
    referrers = {by.pk: CustomerFactory(store=by.store) for by in people}

    recorded = side_by_side(lambda by: record_referral(referrer=referrers[by.pk], told=FRIEND, by=by, at=AT), people)

    assert sum(row.by_another for row in recorded) == PEOPLE - 1
    assert Lead.objects.get().introducer == Referral.objects.get().referrer
