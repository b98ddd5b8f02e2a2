"""Deliveries, for administrators: to be looked at."""

from django.contrib import admin

from dealership.audit.admin import ReadOnlyAdmin
from orders.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("delivered_on", "customer", "vehicle", "consultant", "store")
    list_filter = ("store",)
    search_fields = ("vehicle__vin", "vehicle__plate", "customer__name")
    date_hierarchy = "delivered_on"
    list_select_related = ("customer", "vehicle", "consultant", "store")
    ordering = ("-delivered_on", "-pk")
    show_full_result_count = False
