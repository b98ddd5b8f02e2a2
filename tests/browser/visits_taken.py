"""The page of who took data out."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from dealership.audit.taking import Taken, note_taken
from leads.models import Lead
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What a page sends when it is printed.
NO_TAKEN_PAGE = {"print_note": "nothing; the page goes to the printer"}


def taken_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    """A month with exports and prints of several people, and one in which nothing left."""
    manager, boss = Staff.objects.get(username="D010"), Staff.objects.get(username="D001")
    lead = Lead.objects.filter(store=store).order_by("pk")[0]
    for by, taken in (
        (manager, Taken("hand_overs.exported", 38, store.pk, {"month": "2026-11"})),
        (manager, Taken("report.exported", None, store.pk, {"report": "3dc", "month": "2026-11"})),
        (boss, Taken("stocktake.exported", 412, store.pk, {"year": 2026})),
        (manager, Taken("lead_card.printed", 1, subject=lead)),
    ):
        note_taken(taken, by=by, at=at)
    here = reverse("taken_out_list")
    yield Visit("taken-out", here, "D010")
    yield Visit("taken-out-kind", f"{here}?kind=lead_card.printed", "D001")
    yield Visit("taken-out-nonsense", f"{here}?month=2026-13", "D010")
    yield Visit("taken-out-empty", here, "N-BOSS")
