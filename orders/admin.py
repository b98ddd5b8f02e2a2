"""Deliveries, for administrators: to be looked at."""

import datetime as dt

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from dealership.audit.admin import ReadOnlyAdmin
from dealership.audit.previews import PolicyAdmin, day_in_words, table
from orders.models import Delivery, FileDocument, FilePolicy
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
    """How files are kept (CC-12, CC-14)."""

    list_display = ("store_name", "effective_from", "stocktake_days", "one_person_may")
    same_policy = ("store",)
    ordering = ("store_id", "-effective_from")

    def example(self, row: FilePolicy, at: dt.datetime) -> str:
        """When the stock-take after one of this day is due."""
        on = at.date()
        due = stocktake_due_on(on, None, days=row.stocktake_days)
        assert due is not None
        return table((_("Finished"), _("Next one due")), [(day_in_words(on), day_in_words(due))])


@admin.register(FileDocument)
class FileDocumentAdmin(PolicyAdmin):
    """The papers of a file (CC-12)."""

    list_display = ("code", "label_zh", "label_en", "store_name", "effective_from", "is_mandatory", "is_active")
    same_policy = ("store", "code")
    ordering = ("position", "code", "store_id", "-effective_from")

    def example(self, row: FileDocument, at: dt.datetime) -> str:
        """Whether a file is verified without the paper."""
        blocks = row.is_mandatory and row.is_active
        return table((_("Paper"), _("Verified without it")), [(row.label_zh, _("No") if blocks else _("Yes"))])
