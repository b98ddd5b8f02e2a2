"""The visit register (来店(电)客户登记表), appointments, and the hand-over sheet (邀约到店客户交接表)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inventory.models import VehicleModel
from leads.enums import (
    AppointmentEnd,
    AppointmentState,
    CameBy,
    Channel,
    CustomerStanding,
    InformationSource,
    NoData,
    TradeIn,
    TurnStep,
    VisitPurpose,
)
from leads.models.histories import OfLeadQuerySet
from leads.models.leads import Lead
from staffing.enums import Capability, Gender
from staffing.models import Staff, Store


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: Staff) -> Self:
        """The register is the store's: whoever runs the desk, sees the store or leads a team sees all of it, a
        consultant the own visits and those of the own leads, a telesales agent those of the own leads."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if any(user.may(right) for right in (Capability.SEE_STORE, Capability.SEE_BOARD, Capability.RUN_REGISTER)):
            return rows
        return rows.filter(Q(consultant_id=user.pk) | Q(lead__in=Lead.objects.visible_to(user)))

    def editable_by(self, user: Staff) -> Self:
        """The whole register of the store for whoever runs the desk; else the lines of the own visitors: received by
        oneself, or of a lead of one's own."""
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.RUN_REGISTER):
            return rows
        return rows.filter(Q(consultant_id=user.pk) | Q(lead__owner_id=user.pk))


class Visit(models.Model):
    """A line of the visit register (F01): a visit or an enquiry by telephone, also of people who leave nothing (LI-14).

    ``arrived_at``/``left_at`` are moments. ``grade`` is judged at once, ``grade_after`` within 24 hours (LG-08).
    ``invited``: an appointment existed before and the customer came as planned. ``no_data`` tells why there is no name
    or number. Rows are kept for good.
    """

    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="visits",
        verbose_name=_("store"),
        db_index=False,  # visit_day
    )
    visited_on = models.DateField(_("date"))
    by_phone = models.BooleanField(_("by telephone"), default=False)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    party = models.PositiveSmallIntegerField(_("people"), default=1)
    came_by = models.CharField(_("came by"), max_length=8, choices=CameBy, blank=True)
    name = models.CharField(_("name"), max_length=64, blank=True)
    gender = models.CharField(_("sex"), max_length=8, choices=Gender, blank=True)
    number = models.CharField(_("telephone"), max_length=20, blank=True)
    standing = models.CharField(_("new or known"), max_length=8, choices=CustomerStanding, blank=True)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, default=Channel.WALK_IN)
    source = models.CharField(_("source in its own words"), max_length=64, blank=True)
    heard_from = models.CharField(_("heard of us from"), max_length=12, choices=InformationSource, blank=True)
    model = models.ForeignKey(
        VehicleModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("vehicle model")
    )
    grade = models.CharField(_("grade"), max_length=4, blank=True)
    grade_after = models.CharField(_("grade after 24 hours"), max_length=4, blank=True)
    grade_due_at = models.DateTimeField(_("second grade due at"), null=True, blank=True)
    grade_after_at = models.DateTimeField(_("second grade at"), null=True, blank=True)
    trade_in = models.CharField(_("trade-in"), max_length=4, choices=TradeIn, blank=True)
    purpose = models.CharField(_("purpose"), max_length=12, choices=VisitPurpose, default=VisitPurpose.NEW_CAR)
    is_again = models.BooleanField(_("came before"), default=False)
    test_drive = models.BooleanField(_("test drive"), default=False)
    no_data = models.CharField(_("why there are no particulars"), max_length=12, choices=NoData, blank=True)
    note = models.TextField(_("course of the visit"), blank=True)
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consultant")
    )
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("lead"))
    invited = models.BooleanField(_("came by appointment"), default=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("registered by"),
    )
    created_at = models.DateTimeField(_("created at"))

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(arrived_at__isnull=True) | Q(left_at__gte=F("arrived_at")),
                name="visit_forward",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "visited_on"], name="visit_day"),
            models.Index(fields=["store", "number"], condition=~Q(number=""), name="visit_number"),
            models.Index(
                fields=["store", "grade_due_at"],
                condition=Q(grade_after="", grade_due_at__isnull=False),
                name="visit_grade_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.name}"


class Appointment(models.Model):
    """An invitation to the showroom (邀约) that the customer accepted.

    ``why_cancelled``: what became of the lead, when that cancelled it; empty when a person did.
    """

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="appointments", verbose_name=_("lead"))
    expected_at = models.DateTimeField(_("expected at"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    state = models.CharField(_("state"), max_length=12, choices=AppointmentState, default=AppointmentState.OPEN)
    visit = models.OneToOneField(
        Visit, models.PROTECT, null=True, blank=True, related_name="appointment", verbose_name=_("visit")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    why_cancelled = models.CharField(_("why it was cancelled"), max_length=12, choices=AppointmentEnd, blank=True)

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(state="open"), name="appointment_one_open"),
        ]
        indexes = [models.Index(fields=["expected_at"], condition=Q(state="open"), name="appointment_expected")]

    def __str__(self) -> str:
        return f"{self.expected_at}"


class HandOverQuerySet(OfLeadQuerySet):
    def visible_to(self, user: Staff) -> Self:
        """The lines of leads that one sees, and a supervisor the lines of the own agents: the credit is theirs also
        when the lead is a consultant's (HO-07)."""
        seen = Q(lead__in=Lead.objects.visible_to(user))
        return self.filter(seen | Q(telesales__superior_id=user.pk) if user.may(Capability.SEE_BOARD) else seen)


class HandOver(models.Model):
    """A line of the hand-over sheet (F02): after an arrival the lead goes from telesales to a consultant (HO-01..07).

    Not without a visit, and nobody becomes owner of a lead of telesales without a line. ``confirmed_at``: the
    consultant repeated the need to the customer and takes over (HO-04). Order and delivery are read from the lead.
    """

    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        db_index=False,  # hand_over_sheet
    )
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="hand_overs", verbose_name=_("lead"))
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="hand_over", verbose_name=_("visit"))
    telesales = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("telesales")
    )
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("consultant")
    )
    on = models.DateField(_("date"))
    grade = models.CharField(_("grade"), max_length=4, blank=True)
    buys_on = models.DateField(_("plans to buy on"), null=True, blank=True)
    condition = models.CharField(_("state of the customer"), max_length=200)
    welcome_minutes = models.PositiveSmallIntegerField(_("minutes of the welcome"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"))
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        indexes = [models.Index(fields=["store", "on"], name="hand_over_sheet")]

    def __str__(self) -> str:
        return f"{self.on}"


class OfStoreQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Staff) -> Self:
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)


class Turn(models.Model):
    """One step of the turn of a day (接待顺位): who was next, and received the visitor or was passed over, and why.

    The steps are numbered without gaps; the number is what two who call the next one at once compete for. A step that
    was ``given_back`` stays in the row of the day and counts for nothing.
    """

    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="+",
        verbose_name=_("store"),
        db_index=False,  # turn_step_once
    )
    on = models.DateField(_("date"))
    number = models.PositiveSmallIntegerField(_("step"))
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("consultant")
    )
    step = models.CharField(_("what became of it"), max_length=8, choices=TurnStep)
    visit = models.OneToOneField(
        Visit, models.CASCADE, null=True, blank=True, related_name="turn", verbose_name=_("visit")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    given_back_at = models.DateTimeField(_("given back at"), null=True, blank=True)
    given_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given back by"),
    )

    objects = OfStoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the turn")
        verbose_name_plural = _("steps of the turn")
        constraints = [
            models.CheckConstraint(
                condition=Q(given_back_at__isnull=True, given_back_by__isnull=True)
                | Q(given_back_at__isnull=False, given_back_by__isnull=False),
                name="turn_given_back_by_somebody",
            ),
            models.UniqueConstraint(fields=["store", "on", "number"], name="turn_step_once"),
            models.CheckConstraint(
                condition=Q(step="taken") | Q(visit__isnull=True), name="turn_passed_over_has_no_visit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.number}"


class RegisterDay(models.Model):
    """A day of the register that the desk totalled and closed (LI-15). ``totals`` stay as they were then."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    on = models.DateField(_("date"))
    totals = models.JSONField(_("totals"), default=dict)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    objects = OfStoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed day of the register")
        verbose_name_plural = _("closed days of the register")
        constraints = [models.UniqueConstraint(fields=["store", "on"], name="register_day_once")]

    def __str__(self) -> str:
        return f"{self.on}"
