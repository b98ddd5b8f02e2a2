from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FollowupsConfig(AppConfig):
    name = "followups"
    label = "followups"
    verbose_name = _("Calls and their policies")

    def ready(self) -> None:
        from dealership.web.navigation import Entry, register
        from dealership.web.report_index import Report
        from dealership.web.report_index import register as register_report
        from followups import receivers  # noqa: F401
        from followups.owner_entries import register_owners

        register_owners()
        from followups.document_entries import register_documents
        from followups.first_service_entries import register_first_service
        from followups.greeting_entries import register_greetings
        from followups.referral_entries import register_referrals

        register_first_service()
        register_greetings()
        register_referrals()
        register_documents()
        register(
            Entry(
                _("Retained customers"),
                "retained_files",
                "users-round",
                "see_customers",
                order=28,
                also=("retained_card",),
            )
        )
        register(
            Entry(
                _("Call queue"),
                "queue",
                "headset",
                "work_queue",
                order=20,
                also=("queue_next", "task_list", "call_task", "call_save"),
                key="q",
            )
        )
        register_report(
            Report(
                _("3DC monthly statistics"),
                _(
                    "Calls three days after delivery: how many were due, tried and successful, and how satisfied "
                    "customers are with the car and with the dealership. By consultant, with the trend of twelve "
                    "months, and as the paper form."
                ),
                "report_3dc",
                order=10,
            )
        )
        register(
            Entry(
                _("Reports"),
                "report_index",
                "chart-column",
                "see_reports",
                order=40,
                group="manage",
                also=("report_3dc", "report_3dc_rows"),
            )
        )
