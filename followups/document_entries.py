"""Where monthly reports, measures and CHPR checks stand in the navigation."""

from django.utils.translation import gettext_lazy as _

from dealership.web.navigation import Entry, register


def register_documents() -> None:
    """Called once, when the app is ready."""
    register(
        Entry(
            _("Monthly reports"),
            "monthly_document_list",
            "file-text",
            "see_monthly_reports",
            order=42,
            group="manage",
            also=("monthly_document", "monthly_document_print", "measure_new", "measure_edit"),
        )
    )
    register(
        Entry(
            _("CHPR checks"),
            "call_check_team",
            "clipboard-check",
            "check_calls",
            order=44,
            group="manage",
            also=("call_check_person",),
        )
    )
    register(
        Entry(
            _("CHPR self-check"),
            "call_check_own",
            "list-checks",
            "work_queue",
            order=28,
            also=("call_check_self", "call_check"),
        )
    )
    register(Entry(_("My measures"), "measure_list", "target", "see_own_day", order=90))
