"""The administration: what every page of it does alike, and the audit to read.

Policies, look-ups and people are edited here; rows of the trade are shown and never changed, since services change
cases. Every change goes into the audit as well as into Django's own log.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from dealership import clock
from dealership.audit.models import AuditEvent
from dealership.audit.services import record_event, record_events

#: Never written down, not even masked.
SECRET_FIELDS = frozenset({"password"})
#: Written down only as "changed".
PERSONAL_FIELDS = frozenset({"phone", "email", "number", "reversed"})


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An editor whose changes are audited, and which shows the rows of the own store only."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        user: Any = request.user
        if user.sees_all_stores():
            return rows
        visible = getattr(rows, "visible_to", None)
        if visible is not None:
            return visible(user)  # type: ignore[no-any-return]
        if _has_field(self.model, "store"):
            # A row without a store holds for all of them: to be seen, see has_change_permission.
            return rows.filter(Q(store__isnull=True) | Q(store_id=user.store_id))
        return rows

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_ours(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_ours(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Stores and people are offered within what the editor may see."""
        manager = db_field.remote_field.model._default_manager
        if "queryset" not in kwargs and hasattr(manager, "visible_to"):
            kwargs["queryset"] = manager.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        request.audited_values = _changed_values(form)  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "changed", obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        record_events(
            code=f"{self.model._meta.model_name}.deleted",
            subjects=list(queryset),
            by=request.user,
            at=clock.now(),
            data={"in": "admin"},
        )
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, word: str, obj: Any) -> None:
        values = getattr(request, "audited_values", {})
        record_event(
            code=f"{obj._meta.model_name}.{word}",
            subject=obj,
            by=request.user,
            at=clock.now(),
            data={"in": "admin", "row": str(obj), **values},
        )

    def other_stores(self, user: Any) -> bool:
        """Whether there are stores besides the editor's."""
        stores = self.model._meta.get_field("store").related_model
        return bool(stores._default_manager.exclude(pk=user.store_id).exists())

    def _is_ours(self, request: HttpRequest, obj: Any) -> bool:
        """A rule for all stores is edited by those who see all stores; in a single-store installation by its admin."""
        user: Any = request.user
        if obj is None or user.sees_all_stores() or not _has_field(self.model, "store"):
            return True
        if obj.store_id is None:
            return not self.other_stores(user)
        return bool(obj.store_id == user.store_id)


class ReadOnlyAdmin(AuditedAdmin):
    """Rows of the trade: shown, searched, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def _changed_values(form: Any) -> dict[str, Any]:
    """What the form changed as {"field": [before, after]}; personal data only as the fact that it changed."""
    values: dict[str, Any] = {}
    for name in form.changed_data:
        if name in SECRET_FIELDS or name.startswith("password"):
            continue
        if name in PERSONAL_FIELDS:
            values[name] = "changed"
        else:
            values[name] = [_plain(form.initial.get(name)), _plain(form.cleaned_data.get(name))]
    return values


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case dt.date() | dt.time():
            return value.isoformat()
        case Decimal() | float():
            return str(value)
        case models.Model():
            return value.pk
        case list() | tuple() | QuerySet():
            return [_plain(item) for item in value]
    return str(value)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit: who did what to which row, and who looked at what."""

    list_display = ("at", "code", "by", "subject_type", "subject_id")
    list_filter = ("code", "subject_type")
    search_fields = ("by__name", "by__username", "code")
    date_hierarchy = "at"
    list_select_related = ("by",)
    show_full_result_count = False
    ordering = ("-at", "-pk")
