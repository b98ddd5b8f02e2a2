"""Grades, the other numbers of leads, and the sources that may send leads."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.enums import AssignBy, Channel, Standing
from staffing.enums import Role
from staffing.models import Policy, Staff, Store


class Grade(Policy):
    """A grade (意向级别) from a date on: H, A, B, C, O, D, L, F (LG-01..05, LG-09). Never hard-coded.

    ``horizon_days``: buys within so many days. ``cadence_days``: days between contacts; ``cadence_on`` switches the
    automatic next date off without losing the number (C is off, LG-23). ``seller_keeps``: LG-30.
    """

    code = models.CharField(_("code"), max_length=4)
    name = models.CharField(_("name"), max_length=32, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    standing = models.CharField(_("standing"), max_length=12, choices=Standing, default=Standing.OPEN)
    horizon_days = models.PositiveSmallIntegerField(_("buys within so many days"), null=True, blank=True)
    cadence_days = models.PositiveSmallIntegerField(_("days between contacts"), null=True, blank=True)
    fleet_days = models.PositiveSmallIntegerField(_("days between contacts, fleet customers"), null=True, blank=True)
    cadence_on = models.BooleanField(_("sets the next date by itself"), default=True)
    seller_keeps = models.BooleanField(_("a showroom seller may keep it over the end of the month"), default=False)

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        constraints = [
            models.UniqueConstraint(fields=["store", "code", "effective_from"], name="grade_once"),
            models.UniqueConstraint(
                fields=["code", "effective_from"], condition=Q(store__isnull=True), name="grade_once_for_all"
            ),
            models.CheckConstraint(
                condition=(Q(cadence_days__isnull=True) | Q(cadence_days__gt=0))
                & (Q(fleet_days__isnull=True) | Q(fleet_days__gt=0)),
                name="grade_cadence_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class LeadPolicy(Policy):
    """The other numbers of leads; see leads.rules.policies.LeadRule for what each means."""

    first_contact_hours = models.PositiveSmallIntegerField(_("first contact within hours"), default=24)
    settling_contacts = models.PositiveSmallIntegerField(_("contacts before the grade is final"), default=3)
    settling_days = models.PositiveSmallIntegerField(_("within days"), default=7)
    register_grade_hours = models.PositiveSmallIntegerField(_("grade after a visit within hours"), default=24)
    card_grade = models.CharField(_("a visit opens a card from grade"), max_length=4, default="B")
    welcome_minutes = models.PositiveSmallIntegerField(_("the welcome by telesales lasts at most minutes"), default=3)
    lost_tries = models.PositiveSmallIntegerField(_("lost contact: tries"), default=3)
    lost_days = models.PositiveSmallIntegerField(_("lost contact: on different days"), default=3)
    lost_slots = models.PositiveSmallIntegerField(_("lost contact: at different times of day"), default=2)
    lost_ways = models.PositiveSmallIntegerField(_("lost contact: in different ways"), default=2)
    vip_referrals = models.PositiveSmallIntegerField(_("VIP: leads given"), default=3)
    vip_days = models.PositiveSmallIntegerField(_("VIP: within rolling days"), default=365)
    invalid_after_days = models.PositiveSmallIntegerField(_("no valid customer beyond days"), default=365)
    assign_by = models.CharField(_("new leads are given out"), max_length=12, choices=AssignBy, default="rotation")
    behind_tasks = models.PositiveSmallIntegerField(_("behind with so many overdue calls"), default=10)
    calling_takes = models.BooleanField(_("whoever calls a lead of the pool takes it"), default=True)
    burst_contacts = models.PositiveSmallIntegerField(_("spot check: contacts"), default=10)
    burst_minutes = models.PositiveSmallIntegerField(_("spot check: within minutes"), default=15)

    class Meta:
        verbose_name = _("lead policy")
        verbose_name_plural = _("lead policies")
        constraints = [
            models.UniqueConstraint(fields=["store", "effective_from"], name="lead_policy_once"),
            models.UniqueConstraint(
                fields=["effective_from"], condition=Q(store__isnull=True), name="lead_policy_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"


class LeadSourceQuerySet(models.QuerySet["LeadSource"]):
    def visible_to(self, user: Staff) -> Self:
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)

    def active(self) -> Self:
        return self.filter(is_active=True)


class LeadSource(models.Model):
    """A web site or a manufacturer's system that sends leads through the interface, with a token of its own.

    Only the SHA-256 of the token is kept. ``role``: whose the leads become; a motor show's go straight to consultants
    (LI-05).
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=64)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    role = models.CharField(
        _("goes to"),
        max_length=32,
        choices=[(Role.TELESALES, Role.TELESALES.label), (Role.SALES_CONSULTANT, Role.SALES_CONSULTANT.label)],
        default=Role.TELESALES,
    )
    token_hash = models.CharField(_("token"), max_length=64, unique=True, editable=False)
    token_hint = models.CharField(_("token ends with"), max_length=8, editable=False)
    requests_per_minute = models.PositiveSmallIntegerField(_("requests a minute"), default=60)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    minute_at = models.DateTimeField(_("minute being counted"), null=True, editable=False)
    minute_count = models.PositiveIntegerField(_("requests in that minute"), default=0, editable=False)

    objects = LeadSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead source")
        verbose_name_plural = _("lead sources")
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="lead_source_once")]

    def __str__(self) -> str:
        return self.name
