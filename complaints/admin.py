"""Complaints, for administrators: to be looked at."""

from django.contrib import admin

from complaints.models import Complaint
from dealership.audit.admin import ReadOnlyAdmin


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    list_display = ("number", "customer", "kind", "state", "handler", "received_at", "reply_due_at")
    list_filter = ("state", "kind", "store")
    search_fields = ("number", "customer__name")
    date_hierarchy = "received_at"
    list_select_related = ("customer", "handler")
    ordering = ("-received_at", "-pk")
