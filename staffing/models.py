"""Stores, the people who work there, their rota and the work calendar."""

from functools import cached_property
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staffing.enums import ABSENT, SUPERVISOR_ROLE, AfterSave, Capability, DayKind, DutyKind, Gender, Role, StaffState
from staffing.permissions import capabilities_of


class StoreQuerySet(models.QuerySet["Store"]):
    def visible_to(self, user: "Staff") -> Self:
        return self if user.sees_all_stores() else self.filter(pk=user.store_id)

    def active(self) -> Self:
        return self.filter(is_active=True)


class Store(models.Model):
    """A dealership (专营店 / 4S 店)."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=64)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    service_phone = models.CharField(_("service telephone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    is_active = models.BooleanField(_("active"), default=True)

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class StaffQuerySet(models.QuerySet["Staff"]):
    def visible_to(self, user: "Staff") -> Self:
        """Colleagues of the own store; every store for those who see all."""
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)

    def employed(self) -> Self:
        return self.filter(state=StaffState.ACTIVE)

    def working(self) -> Self:
        """Employed and able to sign in: whom a call or a case may be given to."""
        return self.employed().filter(is_active=True)

    def holding(self, *roles: str) -> Self:
        """Those who hold at least one of the roles."""
        return self.filter(pk__in=StaffRole.objects.filter(role__in=roles).values("staff_id"))

    def leaderless(self, *roles: str) -> Self:
        """Those of the roles for whom nobody is named as superior: whoever leads the role leads them."""
        return self.filter(superior__isnull=True).holding(*roles)


class StaffManager(BaseUserManager["Staff"].from_queryset(StaffQuerySet)):  # type: ignore[misc]
    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "Staff":
        """A person who may use the administration of every store (for `manage.py createsuperuser`)."""
        staff: Staff = self.model(
            username=username, is_superuser=True, **{"name": username, "employee_no": username, **fields}
        )
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser, PermissionsMixin):
    """A person who works here (员工), and the user who signs in with the staff number (工号)."""

    username = models.CharField(_("sign-in name"), max_length=64, unique=True)
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("store")
    )
    employee_no = models.CharField(_("staff number"), max_length=32)
    name = models.CharField(_("name"), max_length=64)
    initials = models.CharField(_("pinyin initials"), max_length=32, blank=True, editable=False)
    gender = models.CharField(_("sex"), max_length=8, choices=Gender, blank=True)
    department = models.CharField(_("department"), max_length=64, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=StaffState, default=StaffState.ACTIVE)
    superior = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("superior")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    language = models.CharField(_("language"), max_length=8, blank=True)
    theme = models.CharField(_("theme"), max_length=8, default="auto")
    after_save = models.CharField(_("after saving a call"), max_length=8, choices=AfterSave, default=AfterSave.NEXT)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [models.UniqueConstraint(fields=["store", "employee_no"], name="staff_number_once")]
        indexes = [models.Index(fields=["store", "name"], name="staff_store_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's word for: may enter the administration."""
        return self.is_superuser or self.may(Capability.USE_ADMIN)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held. Read once per instance."""
        return frozenset(self.role_rows.values_list("role", flat=True))

    @property
    def led_roles(self) -> tuple[Role, ...]:
        """The roles whose people one leads, where nobody is named as their superior."""
        return tuple(role for role, leader in SUPERVISOR_ROLE.items() if leader in self.roles)

    @cached_property
    def capabilities(self) -> frozenset[str]:
        return capabilities_of(self.roles)

    def may(self, capability: str) -> bool:
        return self.is_active and (self.is_superuser or capability in self.capabilities)

    @property
    def is_working(self) -> bool:
        """Employed and able to sign in, as ``StaffQuerySet.working``."""
        return self.is_active and self.state == StaffState.ACTIVE

    def sees_all_stores(self) -> bool:
        return self.may(Capability.SEE_ALL_STORES)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class StaffRole(models.Model):
    """One role of one person."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="role_rows", verbose_name=_("member of staff"))
    role = models.CharField(_("role"), max_length=32, choices=Role)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [models.UniqueConstraint(fields=["staff", "role"], name="staff_role_once")]

    def __str__(self) -> str:
        return self.get_role_display()


class DutyDayQuerySet(models.QuerySet["DutyDay"]):
    def visible_to(self, user: Staff) -> Self:
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)

    def absent(self) -> Self:
        return self.filter(kind__in=ABSENT)


class DutyDay(models.Model):
    """One day of one person in the rota (值班轮休表). A day without a row is a day at work."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", verbose_name=_("store"))
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="duty_days", verbose_name=_("member of staff"))
    on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=DutyKind)

    objects = DutyDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("rota day")
        verbose_name_plural = _("rota days")
        constraints = [models.UniqueConstraint(fields=["staff", "on"], name="duty_day_once")]
        indexes = [models.Index(fields=["store", "on", "kind"], name="duty_store_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}"


class WorkingSpan(models.Model):
    """Working hours of a weekday (工作时段); several spans a day. Without a store: for all that have none."""

    store = models.ForeignKey(
        Store, models.CASCADE, null=True, blank=True, related_name="working_spans", verbose_name=_("store")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday, 6 is Sunday"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="working_span_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="working_span_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}-{self.ends:%H:%M}"


class CalendarDay(models.Model):
    """An exception of the work calendar: a day off, or a make-up working day (节假日 / 调休).

    Without a store it holds for all; a store's own row wins. A make-up day has the hours of ``hours_of_weekday``.
    """

    store = models.ForeignKey(
        Store, models.CASCADE, null=True, blank=True, related_name="calendar_days", verbose_name=_("store")
    )
    on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=DayKind)
    name = models.CharField(_("name"), max_length=64, blank=True)
    hours_of_weekday = models.PositiveSmallIntegerField(
        _("hours of weekday"), default=0, help_text=_("0 is Monday, 6 is Sunday")
    )

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        constraints = [
            models.UniqueConstraint(fields=["store", "on"], name="calendar_day_once"),
            models.UniqueConstraint(fields=["on"], condition=Q(store__isnull=True), name="calendar_day_once_for_all"),
            models.CheckConstraint(condition=Q(hours_of_weekday__lte=6), name="calendar_day_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class NumberSequence(models.Model):
    """The last number given out in a series (流水号): counted up by an UPDATE, so that none is given twice."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", verbose_name=_("store"))
    series = models.CharField(_("series"), max_length=32)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [models.UniqueConstraint(fields=["store", "series"], name="number_sequence_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Policy(models.Model):
    """A number of the rule book from a date on, for one store or for all; of the rows in force the store's own wins."""

    store = models.ForeignKey(Store, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("store"))
    effective_from = models.DateField(_("effective from"))

    class Meta:
        abstract = True
