"""Where the 7DC analysis, questionnaires and events for owners stand in the navigation and in the index of reports."""

from django.utils.translation import gettext_lazy as _

from dealership.web.navigation import Entry, join, register
from dealership.web.report_index import Report
from dealership.web.report_index import register as register_report


def register_owners() -> None:
    """Called once, when the app is ready."""
    register_report(
        Report(
            _("7DC satisfaction analysis"),
            _(
                "What customers answered a week after delivery: by question, consultant, version and month, the weak "
                "item, every answer in the register, and the next version of the questionnaire."
            ),
            "report_7dc",
            order=11,
        )
    )
    join("report_index", "report_7dc", "report_7dc_rows", "report_7dc_register")
    register(
        Entry(
            _("Questionnaires"),
            "questionnaire_list",
            "clipboard-list",
            "edit_questionnaires",
            order=60,
            group="manage",
            also=("questionnaire_new", "questionnaire_page", "question_new", "question_edit"),
        )
    )
    register(
        Entry(
            _("Owners' events"),
            "event_list",
            "party-popper",
            "keep_events",
            order=50,
            group="manage",
            also=("event_new", "event_page", "event_edit"),
        )
    )
