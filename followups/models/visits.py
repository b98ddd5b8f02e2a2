"""Workshop visits, and the track of a car towards its first service."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from followups.enums import VisitKind
from inventory.enums import Rounding
from inventory.models import Vehicle
from orders.models import Delivery
from staffing.enums import Capability
from staffing.models import Staff, Store


class ServiceVisitQuerySet(models.QuerySet["ServiceVisit"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(vehicle__in=Vehicle.objects.visible_to(user))


class ServiceVisit(models.Model):
    """A car in the workshop (维修工单). ``contact_name``/``contact_phone`` are the person who really came (AF-03)."""

    # The car's store, repeated for the indexes; the car carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    order_no = models.CharField(_("work order"), max_length=32)
    visited_on = models.DateField(_("came in on"))
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="service_visits", verbose_name=_("vehicle"))
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="service_visits", verbose_name=_("customer")
    )
    contact_name = models.CharField(_("person who came"), max_length=64, blank=True)
    contact_phone = models.CharField(_("telephone of the person who came"), max_length=20, blank=True)
    odometer_km = models.PositiveIntegerField(_("odometer, km"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=VisitKind)
    may_call = models.BooleanField(_("agrees to be called"), default=False)
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service adviser"),
    )
    created_at = models.DateTimeField(_("created at"))

    objects = ServiceVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("workshop visit")
        verbose_name_plural = _("workshop visits")
        constraints = [models.UniqueConstraint(fields=["store", "order_no"], name="service_visit_once")]
        indexes = [
            models.Index(fields=["store", "visited_on"], name="service_visit_day"),
            models.Index(fields=["vehicle", "kind", "visited_on"], name="service_visit_vehicle"),
        ]

    def __str__(self) -> str:
        return self.order_no


class FirstServiceTrackQuerySet(models.QuerySet["FirstServiceTrack"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's for those who see the store, a team's for its supervisor, else those of the own customers;
        whoever keeps the workshop's appointments sees the cars that are booked as well."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        mine = Q(delivery__customer__in=Customer.objects.visible_to(user))
        if user.may(Capability.SEE_APPOINTMENTS):
            mine |= Q(appointment_at__isnull=False)
        return rows.filter(mine)


class FirstServiceTrack(models.Model):
    """A car on its way to the first service (新车首保跟踪单), one per delivery.

    Three different dates (SV-06, SV-07): ``expected_on`` is the estimate, ``agreed_on`` what the customer agreed within
    ``shift_days`` of it, ``appointment_at`` the booked date and time. ``latest_on`` is where the months end, whatever
    the odometer says (SV-11). ``remind_on`` and ``confirm_on`` are the stored next moments. The policy's numbers are
    copied, so that a later edit changes no running track.
    """

    # The car's store, repeated for the indexes; the car carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    delivery = models.OneToOneField(Delivery, models.CASCADE, related_name="first_service", verbose_name=_("delivery"))
    policy_km = models.PositiveIntegerField(_("policy, km"))
    policy_months = models.PositiveSmallIntegerField(_("policy, months"))
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding)
    shift_days = models.PositiveSmallIntegerField(_("the customer may choose within so many days"), default=7)
    overrun_km = models.PositiveIntegerField(_("tolerated beyond the distance, km"), default=500)
    latest_on = models.DateField(_("at the latest on"))
    expected_on = models.DateField(_("expected on"))
    remind_on = models.DateField(_("remind on"))
    round = models.PositiveSmallIntegerField(_("round of reminding"), default=1)
    agreed_on = models.DateField(_("agreed date"), null=True, blank=True)
    appointment_at = models.DateTimeField(_("appointment"), null=True, blank=True)
    confirm_on = models.DateField(_("confirm on"), null=True, blank=True)
    visit = models.ForeignKey(
        ServiceVisit,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("first-service visit"),
        db_index=False,  # first_service_visit, without the many that have none yet
    )
    visited_on = models.DateField(_("came in on"), null=True, blank=True)

    objects = FirstServiceTrackQuerySet.as_manager()

    class Meta:
        verbose_name = _("first-service track")
        verbose_name_plural = _("first-service tracks")
        indexes = [
            models.Index(
                fields=["store", "remind_on"], condition=Q(visited_on__isnull=True), name="first_service_remind"
            ),
            models.Index(
                fields=["store", "confirm_on"],
                condition=Q(visited_on__isnull=True, confirm_on__isnull=False),
                name="first_service_confirm",
            ),
            models.Index(fields=["visit"], condition=Q(visit__isnull=False), name="first_service_visit"),
            models.Index(fields=["store", "expected_on"], name="first_service_expected"),
            models.Index(fields=["store", "latest_on"], name="first_service_latest"),
            models.Index(
                fields=["store", "appointment_at"],
                condition=Q(appointment_at__isnull=False),
                name="first_service_booked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expected_on}"


class FirstServiceEstimate(models.Model):
    """One reckoning of the first-service date, with its inputs; every one is kept."""

    track = models.ForeignKey(FirstServiceTrack, models.CASCADE, related_name="estimates", verbose_name=_("track"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    read_on = models.DateField(_("odometer read on"))
    odometer_km = models.PositiveIntegerField(_("odometer, km"))
    daily_km = models.DecimalField(_("km a day"), max_digits=8, decimal_places=2)
    interval_days = models.PositiveIntegerField(_("days until due"))
    due_on = models.DateField(_("due on"))
    remind_on = models.DateField(_("remind on"))
    capped = models.BooleanField(_("capped by the months"))

    class Meta:
        verbose_name = _("first-service estimate")
        verbose_name_plural = _("first-service estimates")

    def __str__(self) -> str:
        return f"{self.due_on}"
