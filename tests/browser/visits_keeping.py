"""The pages of files after two years: the list and the card, asked for, kept, and with the centre."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from dealership.kernel.dates import add_months
from followups.enums import KeepReason
from followups.services.keeping import ask_to_keep, decide_keeping
from orders.models import Delivery
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What leads back to the card.
NO_KEEPING_PAGE = {
    "retained_ask": "back to the card",
    "retained_give_back": "back to the card",
}


def keeping_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    near = add_months(at.date(), -21)
    rows = Delivery.objects.filter(store=store, delivered_on__lte=near, customer__owner__username="D021")
    plain, asked, kept = rows.select_related("store", "customer", "consultant").order_by("delivered_on", "pk")[:3]
    seller, leader = Staff.objects.get(username="D021"), Staff.objects.get(username="D011")
    ask_to_keep(delivery=asked, reason=KeepReason.RECOMMENDS, note="介绍了三位朋友来看车", by=seller, at=at)
    keeping = ask_to_keep(delivery=kept, reason=KeepReason.ANOTHER_CAR, note="", by=seller, at=at)
    decide_keeping(keeping=keeping, keep=True, answer="明年换车，继续跟进", by=leader, at=at)
    files = reverse("retained_files")
    for view in ("soon", "asked", "kept", "centre"):
        yield Visit(f"retained-files-{view}", f"{files}?view={view}", "D011")
    yield Visit("retained-files-empty", files, "N-AGENT")
    yield Visit("retained-card", reverse("retained_card", args=[plain.pk]), "D021")
    yield Visit("retained-card-asked", reverse("retained_card", args=[asked.pk]), "D011")
    yield Visit("retained-card-kept", reverse("retained_card", args=[kept.pk]), "D011")
    refused = reverse("retained_card", args=[asked.pk])
    yield Visit("retained-card-refused", refused, "D011", _leave_without_a_reason, shows=("retained_decide",))


def _leave_without_a_reason(page: Page) -> None:
    page.locator("button[value=centre]").click()
