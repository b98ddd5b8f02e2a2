"""The tables of leads in the index of reports."""

from django.utils.translation import gettext_lazy as _

from dealership.web.report_index import Report, register

REPORTS = (
    Report(
        _("Daily report of sales"),
        _(
            "Each person's day: contacts planned and made, by way, source and purpose, the grade before and after, new "
            "cards, orders and deliveries, today and in the month to date, and the supervisor's instruction."
        ),
        "lead_report_daily",
        order=20,
        by_month=False,
    ),
    Report(
        _("Monthly level table of customers"),
        _(
            "A customer a row, the days as columns: what was planned, what was done and with which grade, how the "
            "month ended, and who rolls over into the next one."
        ),
        "lead_report_levels",
        order=21,
    ),
    Report(
        _("Funnel of leads"),
        _(
            "From the visit to the archive, the test drive, the order and the delivery; by month, channel and "
            "consultant, with the definition beside each rate and both where there are two."
        ),
        "lead_report_funnel",
        order=22,
    ),
    Report(
        _("First contact within 24 hours"),
        _("Who called new leads in time, how long it took, and every lead with which the promise was broken."),
        "lead_report_first_contact",
        order=23,
    ),
    Report(
        _("Analysis of lost and defeated customers"),
        _(
            "Why customers did not buy here, what they bought instead and at what price, by reason, competitor and "
            "consultant: the monthly paper for the showroom manager."
        ),
        "lead_report_defeats",
        order=24,
    ),
)
#: The pages of this section.
PAGES = (*(report.url_name for report in REPORTS), "lead_report_rows")


def register_reports() -> None:
    for report in REPORTS:
        register(report)
