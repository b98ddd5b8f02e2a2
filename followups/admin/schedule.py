"""The schedule of beat, without what a strict Content-Security-Policy forbids and with its changes in the audit."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.admin import CrontabScheduleAdmin, IntervalScheduleAdmin, PeriodicTaskAdmin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from dealership.audit.admin import AuditedAdmin
from staffing.models import Store

admin.site.unregister([PeriodicTask, CrontabSchedule, IntervalSchedule, ClockedSchedule, SolarSchedule])


class InstallationAdmin(AuditedAdmin):
    """What concerns every store: seen by administrators, changed by those who see all stores or the only one."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _rules_all(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and _rules_all(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _rules_all(request)


@admin.register(PeriodicTask)
class ScheduledTaskAdmin(InstallationAdmin, PeriodicTaskAdmin):
    """When the background work runs. The page of the library carries an inline script; the plain form does without."""

    change_form_template = "admin/change_form.html"
    ordering = ("name",)
    date_hierarchy = None


@admin.register(CrontabSchedule)
class CrontabAdmin(InstallationAdmin, CrontabScheduleAdmin):
    ordering = ("pk",)


@admin.register(IntervalSchedule)
class IntervalAdmin(InstallationAdmin, IntervalScheduleAdmin):
    ordering = ("pk",)


def _rules_all(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.sees_all_stores()) or not Store.objects.exclude(pk=user.store_id).exists()
