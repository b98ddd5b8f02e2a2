"""The pages of duplicates, of joining, of a family, a VIP and a colleague's lead."""

from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from customers.models import Customer
from leads.models import Lead
from staffing.models import Store
from tests.browser.visit import Visit, search_for


def duplicate_visits(store: Store) -> Iterator[Visit]:
    duplicates = reverse("lead_duplicates")
    yield Visit("duplicates", duplicates, "D021")
    yield Visit("duplicates-empty", duplicates, "N-SELLER")
    earlier, later = Lead.objects.filter(store=store, customer__name="秦重例").order_by("registered_at")
    merge = reverse("lead_merge", args=[earlier.pk, later.pk])
    yield Visit("merge", merge, "D021")
    ended = Lead.objects.filter(store=store, state="defeated").order_by("pk")[0]
    yield Visit("merge-refused", reverse("lead_merge", args=[ended.pk, later.pk]), "D010", _join)
    vip = Customer.objects.filter(store=store, classification__customer_class="vip")[0]
    yield Visit("customer-vip", reverse("customer_page", args=[vip.pk]), "D021")
    family = Customer.objects.get(store=store, name="孟父例")
    yield Visit("customer-family", reverse("customer_page", args=[family.pk]), "D021")
    yield Visit("customers-of-a-class", f"{reverse('customer_list')}?class=vip", "D021")
    yield Visit("customers-of-no-class", f"{reverse('customer_list')}?class=vip", "N-SELLER")
    yield Visit("search-leads", duplicates, "D021", search_for("qz"))
    yield Visit("search-a-colleague-s-lead", duplicates, "D025", search_for("13900200001"))


def _join(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("s")
