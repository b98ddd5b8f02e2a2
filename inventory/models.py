"""Car models with their first-service policy, and the cars themselves: one car, one file."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from inventory.enums import CertificateState, Rounding, StockState
from staffing.enums import Capability
from staffing.models import Staff, Store


class VehicleModel(models.Model):
    """A model of the catalogue (车型). The catalogue is shared by all stores."""

    brand = models.CharField(_("brand"), max_length=64)
    name = models.CharField(_("model"), max_length=64)
    warranty_km = models.PositiveIntegerField(_("warranty, km"), null=True, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("warranty, months"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("vehicle model")
        verbose_name_plural = _("vehicle models")
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="vehicle_model_once")]

    def __str__(self) -> str:
        return self.name


class FirstServicePolicy(models.Model):
    """When the first service of a model falls due (首保政策), from a date on. No model: all others (SV-12).

    ``shift_days``: how far from the estimate, either way, the customer may choose a day (SV-06). ``overrun_km``: how
    far beyond the distance the service is still free (SV-10).
    """

    model = models.ForeignKey(
        VehicleModel,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="first_service_policies",
        verbose_name=_("vehicle model"),
    )
    effective_from = models.DateField(_("effective from"))
    km = models.PositiveIntegerField(_("distance, km"), default=5000)
    months = models.PositiveSmallIntegerField(_("months"), default=3)
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding, default=Rounding.CEIL10)
    shift_days = models.PositiveSmallIntegerField(_("the customer may choose within so many days"), default=7)
    overrun_km = models.PositiveIntegerField(_("tolerated beyond the distance, km"), default=500)

    class Meta:
        verbose_name = _("first-service policy")
        verbose_name_plural = _("first-service policies")
        constraints = [
            models.UniqueConstraint(fields=["model", "effective_from"], name="first_service_policy_once"),
            models.UniqueConstraint(
                fields=["effective_from"], condition=Q(model__isnull=True), name="first_service_policy_once_for_all"
            ),
            models.CheckConstraint(condition=Q(km__gt=0, months__gt=0), name="first_service_policy_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.km} km / {self.months}"


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def visible_to(self, user: Staff) -> Self:
        """Cars of the store; a consultant sees the cars of the own customers."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        owned = VehicleOwnership.objects.filter(until_on__isnull=True, customer__in=Customer.objects.visible_to(user))
        return rows.filter(pk__in=owned.values("vehicle_id"))


class Vehicle(models.Model):
    """A car by its VIN (车架号): one car, one file (CC-11)."""

    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="vehicles",
        verbose_name=_("store"),
        db_index=False,  # vehicle_vin_once begins with it
    )
    vin = models.CharField(_("VIN"), max_length=17)
    vin_reversed = models.CharField(_("VIN reversed"), max_length=17, editable=False)
    vin_check_ok = models.BooleanField(_("check digit right"), default=True)
    model = models.ForeignKey(VehicleModel, models.PROTECT, related_name="+", verbose_name=_("vehicle model"))
    trim = models.CharField(_("trim"), max_length=64, blank=True)
    colour = models.CharField(_("colour"), max_length=32, blank=True)
    plate = models.CharField(_("plate"), max_length=16, blank=True)
    engine_no = models.CharField(_("engine number"), max_length=32, blank=True)
    stock_state = models.CharField(_("stock state"), max_length=16, choices=StockState)
    stocked_in_on = models.DateField(_("stocked in on"), null=True, blank=True)
    location = models.CharField(_("position"), max_length=32, blank=True)
    key_count = models.PositiveSmallIntegerField(_("keys"), null=True, blank=True)
    certificate = models.CharField(_("certificate"), max_length=8, choices=CertificateState, blank=True)
    list_price = models.DecimalField(_("list price, yuan"), max_digits=12, decimal_places=2, null=True, blank=True)
    pdi_on = models.DateField(_("PDI on"), null=True, blank=True)
    odometer_km = models.PositiveIntegerField(_("odometer, km"), null=True, blank=True)
    odometer_read_on = models.DateField(_("odometer read on"), null=True, blank=True)
    insured_until = models.DateField(_("insured until"), null=True, blank=True)
    inspect_by = models.DateField(_("periodic inspection by"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [models.UniqueConstraint(fields=["store", "vin"], name="vehicle_vin_once")]
        indexes = [
            models.Index(fields=["store", "vin_reversed"], name="vehicle_vin_tail"),
            models.Index(fields=["store", "plate"], name="vehicle_plate"),
            models.Index(fields=["store", "stock_state", "stocked_in_on"], name="vehicle_stock"),
        ]

    def __str__(self) -> str:
        return self.vin


class VehicleOwnership(models.Model):
    """Whose car it is (车主), over time; one active owner per car."""

    # The car's store, repeated; the car carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="ownerships", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="ownerships", verbose_name=_("customer"))
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        constraints = [
            models.UniqueConstraint(fields=["vehicle"], condition=Q(until_on__isnull=True), name="vehicle_one_owner"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="ownership_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on}"
