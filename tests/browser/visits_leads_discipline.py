"""The pages of the discipline of the register."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from leads.enums import DisciplineKind
from leads.models import Visit as RegisterLine
from leads.selectors.discipline import measures
from leads.services.discipline import record_measure
from staffing.models import Staff, Store
from tests.browser.visit import Visit


def discipline_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    """Lines that somebody answers for, a measure that was taken, and nothing at all."""
    leader = Staff.objects.get(username="D011")
    seller = Staff.objects.filter(store=store, superior=leader).order_by("pk").first()
    seller = seller or Staff.objects.filter(store=store, role_rows__role="sales_consultant").order_by("pk")[0]
    ago = at - dt.timedelta(days=2)
    lines = [
        RegisterLine.objects.create(
            store=store, visited_on=ago.date(), arrived_at=ago, created_at=ago, name=name, consultant=seller
        )
        for name in ("来客一例", "来客二例", "来客三例")
    ]
    manager = Staff.objects.get(username="D010")
    measure = measures(store, at.date())[-1]
    record_measure(
        person=seller, kind=DisciplineKind.INCOMPLETE, visits=lines[:1], contacts=[], measure=measure, note="当面说明",
        by=manager, at=at,
    )  # fmt: skip
    page, notes = reverse("discipline"), reverse("discipline_notes")
    yield Visit("discipline", page, "D010")
    yield Visit("discipline-refused", page, "D010", _choose_no_line, shows=("discipline_record",))
    yield Visit("discipline-suspect", f"{page}?show=suspect", "D010")
    yield Visit("discipline-empty", page, "N-LEAD")
    yield Visit("discipline-notes", notes, "D010")
    yield Visit("discipline-notes-own", notes, seller.username)
    yield Visit("discipline-notes-empty", notes, "N-LEAD")


def _choose_no_line(page: Page) -> None:
    form = page.locator("#cases form").first
    for box in form.locator("input[type=checkbox]").all():
        box.uncheck()
    with page.expect_navigation():
        form.locator("button[type=submit]").click()
