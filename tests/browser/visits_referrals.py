"""The pages of recommendations."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from customers.models import Customer
from followups.services.referrals import Recommended, record_referral
from staffing.models import Staff, Store
from tests.browser.visit import Visit


def referral_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    """A month with a word that was forgotten, one due soon and a new one; and a month with none."""
    seller = Staff.objects.filter(store=store, role_rows__role="sales_consultant").order_by("pk")[0]
    customers = Customer.objects.filter(store=store, owner=seller).order_by("pk")
    for place, (customer, days) in enumerate(zip(customers, (9, 2, 0), strict=False)):
        told = Recommended(f"{'周吴郑'[place]}友例", f"1390009000{place}", ("同事", "亲戚", "")[place])
        record_referral(referrer=customer, told=told, by=seller, at=at - dt.timedelta(days=days))
    page = reverse("referral_new", args=[customers[0].pk])
    yield Visit("referrals", reverse("referral_list"), "D011")
    yield Visit("referrals-empty", f"{reverse('referral_list')}?month=2020-01", "D011")
    yield Visit("referral-new", page, seller.username)
    yield Visit("referral-refused", page, seller.username, _save)


def _save(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("s")
