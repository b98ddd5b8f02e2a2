"""People, their roles and the calendar, for administrators."""

from typing import Any, cast
from zoneinfo import available_timezones

from axes.models import AccessAttempt
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm
from django.core.exceptions import PermissionDenied
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import DateWidget, ForeignKeyWidget

from dealership import clock
from dealership.audit.admin import AuditedAdmin, ReadOnlyAdmin
from dealership.audit.tables import TableAdmin
from dealership.kernel.errors import Refusal
from dealership.kernel.names import initials
from dealership.web.wording import enumeration
from staffing.enums import Capability, Role
from staffing.models import CalendarDay, DutyDay, NumberSequence, Staff, StaffRole, Store, WorkingSpan
from staffing.services.accounts import end_employment, register_staff, reset_password

#: Roles that reach beyond one store: given by somebody who does so too.
WIDE_ROLES = frozenset({Role.GROUP_MANAGER})


class StoreForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_timezone(self) -> str:
        """A zone that nobody knows would stop every page and every list of the store."""
        name: str = self.cleaned_data["timezone"]
        if name not in available_timezones():
            text = _("“%(value)s” is no time zone. Write it as Asia/Shanghai.")
            raise forms.ValidationError(text, params={"value": name})
        return name


@admin.register(Store)
class StoreAdmin(AuditedAdmin):
    form = StoreForm
    list_display = ("code", "name", "phone", "timezone", "is_active")
    search_fields = ("code", "name")
    ordering = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return super().has_add_permission(request) and user.sees_all_stores()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RoleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The roles of a person; ``editor`` is set by the inline."""

    editor: Staff

    def clean(self) -> None:
        super().clean()
        if self.editor.sees_all_stores():
            return
        for form in self.forms:
            cleaned = getattr(form, "cleaned_data", {})
            if cleaned.get("role") in WIDE_ROLES and form.has_changed() and not cleaned.get("DELETE"):
                raise forms.ValidationError(_("Only somebody who sees all stores may give this role."))


class RoleInline(admin.StackedInline):  # type: ignore[type-arg]
    model = StaffRole
    extra = 1
    formset = RoleFormSet

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        return type("RoleFormSetOfEditor", (formset,), {"editor": request.user})


class NewStaffForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """A new person with a first password, which the person replaces at the first sign-in."""

    class Meta:
        model = Staff
        fields = ("store", "employee_no", "username", "name", "gender", "department", "phone", "email", "joined_on")


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Staff
        fields = (
            "store",
            "employee_no",
            "username",
            "name",
            "gender",
            "department",
            "phone",
            "email",
            "joined_on",
            "superior",
            "is_active",
        )

    def clean_superior(self) -> Staff | None:
        superior: Staff | None = self.cleaned_data["superior"]
        seen = {self.instance.pk}
        above = superior
        while above is not None:
            if above.pk in seen:
                raise forms.ValidationError(_("Nobody can be above themselves, not even over others."))
            seen.add(above.pk)
            above = above.superior
        return superior


@admin.register(Staff)
class StaffAdmin(AuditedAdmin, UserAdmin):  # type: ignore[type-arg]
    """People and their roles. A password is handed out and replaced at the next sign-in; nobody is deleted."""

    add_form = NewStaffForm
    form = StaffForm
    change_password_form = AdminPasswordChangeForm
    inlines = (RoleInline,)
    list_display = ("employee_no", "name", "role_names", "department", "store", "superior", "state", "is_active")
    list_filter = ("state", "role_rows__role", "store")
    search_fields = ("employee_no", "username", "name", "initials")
    list_select_related = ("store", "superior")
    ordering = ("store__code", "employee_no", "pk")
    filter_horizontal = ()
    readonly_fields = ("state", "left_on", "last_login", "must_change_password")
    actions = ("leave_today",)
    fieldsets = (
        (None, {"fields": ("store", "employee_no", "username", "name", "gender", "department", "superior")}),
        (_("Contact"), {"fields": ("phone", "email")}),
        (_("Employment"), {"fields": ("joined_on", "state", "left_on")}),
        (_("Sign-in"), {"fields": ("is_active", "must_change_password", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("store", "employee_no", "username", "name", "gender", "department", "phone", "email")}),
        (_("Employment"), {"fields": ("joined_on",)}),
        (_("First password"), {"fields": ("password1", "password2")}),
    )

    @admin.display(description=_("roles"))
    def role_names(self, staff: Staff) -> str:
        return enumeration(Role(row.role).label for row in staff.role_rows.all() if row.role in Role.values)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("role_rows")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: bool) -> None:
        user: Any = request.user
        if not change:
            register_staff(staff=obj, password=form.cleaned_data["password1"], by=user, at=clock.now())
            return
        obj.initials = initials(obj.name)
        super().save_model(request, obj, form, change)

    @method_decorator(sensitive_post_parameters())
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Hand out a password; its owner replaces it at the next sign-in, and every session ends."""
        staff = self.get_object(request, unquote(id))
        if not self.has_change_permission(request, staff):
            raise PermissionDenied
        if staff is None:
            raise Http404
        user: Any = request.user
        if staff.is_superuser and not user.is_superuser:
            raise PermissionDenied
        form = AdminPasswordChangeForm(staff, request.POST or None)
        form.fields.pop("usable_password", None)
        if request.method == "POST" and form.is_valid():
            try:
                reset_password(staff=staff, password=form.cleaned_data["password1"], by=user, at=clock.now())
            except Refusal as refusal:
                form.add_error(None, refusal.sentence(gettext))
            else:
                messages.success(request, _("The password is handed out; it must be replaced at the next sign-in."))
                return HttpResponseRedirect(reverse("admin:staffing_staff_change", args=[staff.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hand out a password: %(name)s") % {"name": staff.name},
            # Django's own page hands a plain form too, whatever the types say.
            "adminForm": AdminForm(cast(Any, form), [(None, {"fields": list(form.base_fields)})], {}, model_admin=self),
            "form_url": form_url,
            "form": form,
            "is_popup": False,
            "is_popup_var": "_popup",
            "add": True,
            "change": False,
            "has_delete_permission": False,
            "has_change_permission": True,
            "has_absolute_url": False,
            "opts": self.opts,
            "original": staff,
            "save_as": False,
            "show_save": True,
        }
        return TemplateResponse(request, "admin/auth/user/change_password.html", context)

    @admin.action(description=_("Leaves today: ends the sign-in at once"), permissions=["change"])
    def leave_today(self, request: HttpRequest, queryset: Any) -> None:
        user: Any = request.user
        left = 0
        for staff in queryset.exclude(pk=user.pk):
            try:
                end_employment(staff=staff, on=clock.today(), by=user, at=clock.now())
                left += 1
            except Refusal as refusal:
                messages.warning(request, refusal.sentence(gettext))
        text = ngettext("%(count)s person has left.", "%(count)s people have left.", left)
        messages.success(request, text % {"count": left})


@admin.register(DutyDay)
class DutyDayAdmin(ReadOnlyAdmin):
    """The rota, as imported; it is changed by importing the rota again."""

    list_display = ("on", "staff", "kind", "store")
    list_filter = ("kind", "store")
    search_fields = ("staff__name", "staff__employee_no")
    date_hierarchy = "on"
    list_select_related = ("staff", "store")
    ordering = ("-on", "staff__name", "pk")


@admin.register(WorkingSpan)
class WorkingSpanAdmin(AuditedAdmin):
    list_display = ("store_name", "weekday", "starts", "ends")
    list_filter = ("store",)
    list_select_related = ("store",)
    ordering = ("store_id", "weekday", "starts")

    @admin.display(description=_("store"))
    def store_name(self, row: WorkingSpan) -> str:
        return row.store.name if row.store else gettext("all stores")


class CalendarDayResource(ModelResource):
    """The calendar as a small table: 门店 (code, empty for all), 日期, 类型, 名称, 按星期几."""

    store = Field("store", "store", ForeignKeyWidget(Store, "code"))
    on = Field("on", "on", DateWidget("%Y-%m-%d"))

    class Meta:
        model = CalendarDay
        fields = ("store", "on", "kind", "name", "hours_of_weekday")
        export_order = fields
        import_id_fields = ("store", "on")
        skip_unchanged = True
        clean_model_instances = True


@admin.register(CalendarDay)
class CalendarDayAdmin(TableAdmin):
    """Days off and make-up working days. The defaults of 2026 and 2027 come with the product."""

    resource_classes = (CalendarDayResource,)
    list_display = ("on", "name", "kind", "hours_of_weekday", "store_name")
    list_filter = ("kind", "store")
    date_hierarchy = "on"
    list_select_related = ("store",)
    ordering = ("-on", "pk")

    @admin.display(description=_("store"))
    def store_name(self, row: CalendarDay) -> str:
        return row.store.name if row.store else gettext("all stores")


@admin.register(NumberSequence)
class NumberSequenceAdmin(ReadOnlyAdmin):
    list_display = ("store", "series", "last")
    list_select_related = ("store",)
    ordering = ("store_id", "series")


@admin.register(AccessAttempt)
class LockedSignInAdmin(ReadOnlyAdmin):
    """Failed sign-ins by name and address; deleting one opens the door again at once."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time", "-pk")
    fields = ("username", "ip_address", "failures_since_start", "attempt_time")

    def get_queryset(self, request: HttpRequest) -> Any:
        user: Any = request.user
        rows = super().get_queryset(request)
        return rows if user.sees_all_stores() else rows.filter(username__in=_names_in(user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return bool(user.may(Capability.USE_ADMIN))


# The library has no Chinese of its own for the one table of it that is worked with.
apps.get_app_config("axes").verbose_name = _("Sign-in lock")
AccessAttempt._meta.verbose_name = _("failed sign-in")
AccessAttempt._meta.verbose_name_plural = _("failed sign-ins")


def _names_in(user: Staff) -> Any:
    return Staff.objects.visible_to(user).values("username")
