"""Deliveries: the moment from which every follow-up counts."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from inventory.models import Vehicle
from orders.enums import PayMethod
from staffing.enums import Capability
from staffing.models import Staff, Store


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: Staff) -> Self:
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        return rows.filter(customer__in=Customer.objects.visible_to(user))


class Delivery(models.Model):
    """A new car handed over to its buyer (交车). Day N of 3DC, 7DC and N+1."""

    # The car's store, repeated for delivery_day, which begins with it; the car carries the constraint.
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="deliveries",
        verbose_name=_("store"),
        db_index=False,
        db_constraint=False,
    )
    vehicle = models.OneToOneField(Vehicle, models.PROTECT, related_name="delivery", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="deliveries", verbose_name=_("customer"))
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sales consultant")
    )
    delivered_on = models.DateField(_("delivered on"))
    pay_method = models.CharField(_("payment"), max_length=8, choices=PayMethod, blank=True)
    insurer = models.CharField(_("insurer"), max_length=64, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["store", "delivered_on"], name="delivery_day"),
            models.Index(fields=["delivered_on"], name="delivery_any_day"),
        ]

    def __str__(self) -> str:
        return f"{self.delivered_on}"
