from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "dealership.desk"
    label = "desk"

    def ready(self) -> None:
        from dealership.web.navigation import Entry, register

        register(Entry(_("My day"), "my_day", "sun", "see_own_day", order=10))
        register(Entry(_("Team board"), "board", "layout-dashboard", "see_board", order=30))
        register(
            Entry(
                _("Customers"),
                "customer_list",
                "users-round",
                "see_customers",
                order=10,
                group="records",
                also=("customer_page", "vehicle_file", "search"),
            )
        )
        register(Entry(_("Administration"), "admin:index", "settings", "use_admin", order=90, group="system"))
