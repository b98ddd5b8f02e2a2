"""The tables of leads: full, empty, refused, and the rows behind a figure."""

from collections.abc import Iterator

from django.urls import reverse

from tests.browser.visit import Visit

MONTH = "month=2026-11"


def lead_report_visits() -> Iterator[Visit]:
    rows = reverse("lead_report_rows")
    for word in ("funnel", "levels", "first_contact", "defeats"):
        page = reverse(f"lead_report_{word}")
        yield Visit(f"report-leads-{word}", f"{page}?{MONTH}", "D010")
        yield Visit(f"report-leads-{word}-empty", f"{page}?{MONTH}", "N-BOSS")
    daily = reverse("lead_report_daily")
    yield Visit("report-leads-daily", f"{daily}?on=2026-11-23", "D010")
    yield Visit("report-leads-daily-team", f"{daily}?on=2026-11-23", "D011")
    yield Visit("report-leads-daily-empty", f"{daily}?on=2026-11-23", "N-BOSS")
    yield Visit("report-leads-refused", f"{reverse('lead_report_levels')}?month=2026-99", "D010", status=422)
    yield Visit("report-leads-rows", f"{rows}?{MONTH}&figure=visits", "D010")
    yield Visit("report-leads-rows-of-leads", f"{rows}?{MONTH}&figure=registered", "D010")
    yield Visit("report-leads-rows-empty", f"{rows}?{MONTH}&figure=visits", "N-BOSS")
