"""Who may do what in the administration."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from staffing.enums import Capability
from staffing.models import Staff

#: What of other people's apps an administrator works with: the schedule, and doors that locked.
FOREIGN_APPS = frozenset({"django_celery_beat", "axes"})
OWN_APPS = frozenset(
    {"staffing", "customers", "inventory", "leads", "orders", "complaints", "followups", "notifications", "audit"}
)


class AdministrationBackend(BaseBackend):
    """Lets the administrator role into the pages of the administration. What a page then allows is the page's."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return self.has_module_perms(user_obj, perm.partition(".")[0])

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return (
            isinstance(user_obj, Staff) and app_label in OWN_APPS | FOREIGN_APPS and user_obj.may(Capability.USE_ADMIN)
        )
