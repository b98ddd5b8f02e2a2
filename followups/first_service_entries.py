"""The first service in the navigation and in the index of reports."""

from django.utils.translation import gettext_lazy as _

from dealership.web.navigation import Entry, join, register
from dealership.web.report_index import Report
from dealership.web.report_index import register as register_report


def register_first_service() -> None:
    register(
        Entry(
            _("First service"),
            "first_service_sheet",
            "wrench",
            "see_first_service",
            order=26,
            also=("first_service_track",),
        )
    )
    register(Entry(_("Workshop appointments"), "workshop_appointments", "calendar-clock", "see_appointments", order=27))
    register_report(
        Report(
            _("First-service rate"),
            _(
                "Of the cars whose months end in the month: how many came to their first service, in time, late or "
                "never. By consultant and by model, with the trend of twelve months and the cars behind each figure."
            ),
            "report_first_service",
            order=14,
        )
    )
    join("report_index", "report_first_service", "report_first_service_rows")
