from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "dealership.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from dealership.audit import receivers  # noqa: F401
        from dealership.web.navigation import Entry, register

        register(Entry(_("Who took data out"), "taken_out_list", "file-down", "see_audit", order=85, group="system"))
