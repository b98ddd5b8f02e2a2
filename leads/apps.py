from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "leads"
    label = "leads"

    def ready(self) -> None:
        from dealership.web.navigation import Entry, join, register
        from leads import receivers  # noqa: F401
        from leads.report_index import PAGES, register_reports

        register_reports()
        join("report_index", *PAGES)

        register(
            Entry(
                _("Defeats"),
                "defeat_list",
                "flag",
                "decide_defeats",
                order=31,
                group="manage",
                also=("defeat_decide",),
            )
        )
        register(
            Entry(
                _("Spot check"),
                "spot_check",
                "search",
                "assign_leads",
                order=33,
                group="manage",
            )
        )
        register(
            Entry(
                _("Discipline of the register"),
                "discipline",
                "shield-alert",
                "assign_leads",
                order=34,
                group="manage",
                also=("discipline_record", "discipline_notes"),
            )
        )
        register(
            Entry(
                _("Correct a channel"),
                "lead_channel",
                "pencil",
                "use_admin",
                order=80,
                group="system",
            )
        )
        register(
            Entry(
                _("Month-end clean-up"),
                "month_end_list",
                "calendar-check",
                "clean_up_month",
                order=32,
                group="manage",
                also=("month_end", "month_end_move"),
            )
        )
        register(
            Entry(
                _("Leads"),
                "lead_list",
                "funnel",
                "work_leads",
                order=15,
                also=(
                    "lead_card",
                    "lead_card_edit",
                    "lead_card_print",
                    "lead_defeat",
                    "lead_give",
                    "lead_lose",
                    "lead_new",
                    "lead_portfolio",
                    "lead_reactivate",
                    "lead_take",
                ),
                key="l",
            )
        )
        register(
            Entry(
                _("Likely duplicates"),
                "lead_duplicates",
                "copy",
                "work_leads",
                order=20,
                group="records",
                also=("lead_merge",),
            )
        )
        register(
            Entry(
                _("Visit register"),
                "visit_register",
                "clipboard-list",
                "keep_register",
                order=16,
                also=("visit_add", "visit_page"),
                key="v",
            )
        )
        register(
            Entry(
                _("Bulletins"),
                "bulletin_list",
                "megaphone",
                "work_leads",
                order=18,
                also=("bulletin_page", "bulletin_new"),
            )
        )
        register(
            Entry(
                _("Appointments"),
                "invitation_list",
                "calendar-check",
                "work_leads",
                order=17,
                also=("invitation_new", "hand_over_list", "hand_over_new", "hand_over_confirm"),
            )
        )
