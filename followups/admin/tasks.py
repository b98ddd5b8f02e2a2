"""Calls, workshop visits and list runs: to be looked at."""

from django.contrib import admin

from dealership.audit.admin import ReadOnlyAdmin
from followups.models import CallTask, FirstServiceTrack, ListRun, ServiceVisit, SkippedCall


@admin.register(CallTask)
class CallTaskAdmin(ReadOnlyAdmin):
    list_display = ("due_on", "kind", "customer", "owner", "pool", "state", "attempts", "outcome")
    list_filter = ("kind", "state", "store")
    search_fields = ("customer__name", "vehicle__vin", "vehicle__plate")
    date_hierarchy = "due_on"
    list_select_related = ("customer", "owner")
    ordering = ("-due_on", "-pk")
    show_full_result_count = False


@admin.register(ServiceVisit)
class ServiceVisitAdmin(ReadOnlyAdmin):
    list_display = ("visited_on", "order_no", "vehicle", "kind", "odometer_km", "may_call", "adviser")
    list_filter = ("kind", "may_call", "store")
    search_fields = ("order_no", "vehicle__vin", "vehicle__plate")
    date_hierarchy = "visited_on"
    list_select_related = ("vehicle", "adviser")
    ordering = ("-visited_on", "-pk")
    show_full_result_count = False
    exclude = ("contact_phone",)


@admin.register(FirstServiceTrack)
class FirstServiceTrackAdmin(ReadOnlyAdmin):
    list_display = ("delivery", "expected_on", "agreed_on", "appointment_at", "visited_on")
    list_filter = ("store",)
    search_fields = ("delivery__vehicle__vin", "delivery__vehicle__plate")
    list_select_related = ("delivery",)
    ordering = ("-expected_on", "-pk")
    show_full_result_count = False


@admin.register(SkippedCall)
class SkippedCallAdmin(ReadOnlyAdmin):
    list_display = ("due_on", "kind", "customer", "reason")
    list_filter = ("kind", "reason", "store")
    list_select_related = ("customer",)
    ordering = ("-due_on", "-pk")


@admin.register(ListRun)
class ListRunAdmin(ReadOnlyAdmin):
    list_display = ("finished_at", "on", "store", "created", "skipped")
    list_filter = ("store",)
    list_select_related = ("store",)
    ordering = ("-finished_at", "-pk")
