"""The catalogue, and the cars to look at, for administrators."""

from django.contrib import admin

from dealership.audit.admin import AuditedAdmin, ReadOnlyAdmin
from inventory.models import Vehicle, VehicleModel


@admin.register(VehicleModel)
class VehicleModelAdmin(AuditedAdmin):
    list_display = ("brand", "name", "warranty_months", "warranty_km", "is_active")
    list_filter = ("brand", "is_active")
    search_fields = ("brand", "name")
    ordering = ("brand", "name")


@admin.register(Vehicle)
class VehicleAdmin(ReadOnlyAdmin):
    list_display = ("vin", "plate", "model", "stock_state", "store")
    list_filter = ("stock_state", "store", "model")
    search_fields = ("vin", "plate")
    list_select_related = ("model", "store")
    ordering = ("vin",)
    show_full_result_count = False
    exclude = ("vin_reversed",)
