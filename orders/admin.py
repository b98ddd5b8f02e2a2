"""Deliveries, for administrators: to be looked at."""

import datetime as dt

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from dealership.audit.admin import ReadOnlyAdmin
from dealership.audit.previews import PolicyAdmin, day_in_words, table
from orders.models import Delivery, FilePolicy
from orders.rules import stocktake_due_on


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("delivered_on", "customer", "vehicle", "consultant", "store")
    list_filter = ("store",)
    search_fields = ("vehicle__vin", "vehicle__plate", "customer__name")
    date_hierarchy = "delivered_on"
    list_select_related = ("customer", "vehicle", "consultant", "store")
    ordering = ("-delivered_on", "-pk")
    show_full_result_count = False


@admin.register(FilePolicy)
class FilePolicyAdmin(PolicyAdmin):
    """How files are kept (CC-14)."""

    list_display = ("store_name", "effective_from", "stocktake_days")
    same_policy = ("store",)
    ordering = ("store_id", "-effective_from")

    def example(self, row: FilePolicy, at: dt.datetime) -> str:
        """When the stock-take after one of this day is due."""
        on = at.date()
        due = stocktake_due_on(on, None, days=row.stocktake_days)
        assert due is not None
        return table((_("Finished"), _("Next one due")), [(day_in_words(on), day_in_words(due))])
