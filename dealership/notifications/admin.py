"""The outbox, for administrators: what went out, and what did not."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dealership.audit.admin import ReadOnlyAdmin
from dealership.notifications.models import AlertDelivery


@admin.register(AlertDelivery)
class AlertDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries of alerts by their state; ``uncertain`` ones may or may not have arrived."""

    list_display = ("recipient", "code", "channel", "state", "attempts", "next_attempt_at", "sent_at", "error")
    list_filter = ("state", "channel")
    list_select_related = ("alert__recipient",)
    ordering = ("-pk",)
    exclude = ("claim",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        user: Any = request.user
        rows = super().get_queryset(request)
        return rows if user.sees_all_stores() else rows.filter(alert__store_ref=user.store_id)

    @admin.display(description=_("for"))
    def recipient(self, row: AlertDelivery) -> str:
        return str(row.alert.recipient)

    @admin.display(description=_("kind"))
    def code(self, row: AlertDelivery) -> str:
        return row.alert.code
