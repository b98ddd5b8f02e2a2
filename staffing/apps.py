from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffingConfig(AppConfig):
    name = "staffing"
    label = "staffing"

    verbose_name = _("Staff and calendar")

    def ready(self) -> None:
        from staffing import receivers  # noqa: F401
