from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    label = "orders"
    verbose_name = _("Deliveries")

    def ready(self) -> None:
        from dealership.web.navigation import Entry, register
        from orders import receivers  # noqa: F401

        register(Entry(_("Customer files"), "file_list", "file-text", "see_customers", order=21, group="records"))
        register(
            Entry(
                _("Stock-take of files"),
                "stocktake_list",
                "clipboard-list",
                "archive_files",
                order=36,
                group="manage",
                also=("stocktake",),
            )
        )
