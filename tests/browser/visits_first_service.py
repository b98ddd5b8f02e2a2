"""The pages of the first service: the sheet, one car, the appointments of a day, the rate of a month."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from followups.models import FirstServiceTrack
from staffing.models import Store
from tests.browser.visit import Visit

MONTH = "month=2026-11"
#: Addresses of the first service that answer with no page.
NO_FIRST_SERVICE_PAGE = {"first_service_export": "a workbook", "report_first_service_export": "a workbook"}


def first_service_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    sheet, day = reverse("first_service_sheet"), reverse("workshop_appointments")
    yield Visit("first-service-sheet", f"{sheet}?{MONTH}", "D041")
    yield Visit("first-service-sheet-own", f"{sheet}?{MONTH}", "D021")
    yield Visit("first-service-sheet-overdue", f"{sheet}?{MONTH}&stage=overdue", "D010")
    yield Visit("first-service-sheet-refused", f"{sheet}?month=2026-99", "D010", status=422)
    yield Visit("first-service-sheet-empty", f"{sheet}?{MONTH}", "N-AGENT")
    tracks = FirstServiceTrack.objects.filter(store=store)
    read = tracks.filter(estimates__isnull=False, visited_on__isnull=True).order_by("-expected_on", "pk")
    yield Visit("first-service-car", reverse("first_service_track", args=[read[0].pk]), "D041")
    unread = tracks.filter(estimates__isnull=True).order_by("-pk")
    yield Visit("first-service-car-unread", reverse("first_service_track", args=[unread[0].pk]), "D041")
    booked = tracks.filter(appointment_at__gte=at, visited_on__isnull=True).order_by("appointment_at")
    on = booked[0].appointment_at.astimezone(store.tz).date() if booked else at.date()
    yield Visit("workshop-appointments", f"{day}?on={on.isoformat()}", "D060")
    yield Visit("workshop-appointments-refused", f"{day}?on=no-day", "D060", status=422)
    yield Visit("workshop-appointments-empty", day, "N-BOSS")
    report, rows = reverse("report_first_service"), reverse("report_first_service_rows")
    yield Visit("report-first-service", f"{report}?{MONTH}", "D010")
    yield Visit("report-first-service-empty", f"{report}?{MONTH}", "N-BOSS")
    yield Visit("report-first-service-refused", f"{report}?month=2026-99", "D010", status=422)
    yield Visit("report-first-service-rows", f"{rows}?{MONTH}&figure=expected", "D010")
    yield Visit("report-first-service-rows-empty", f"{rows}?{MONTH}&figure=expected", "N-BOSS")
