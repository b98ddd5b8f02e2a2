"""Complaints (客户投诉)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from customers.models import Customer
from inventory.models import Vehicle
from staffing.enums import Capability
from staffing.models import Staff, Store


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's for those who see the store; else those one handles, took, or whose customer one sees."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        return rows.filter(
            Q(handler_id=user.pk) | Q(taken_by_id=user.pk) | Q(customer__in=Customer.objects.visible_to(user))
        )

    def unsettled(self) -> Self:
        return self.exclude(state=ComplaintState.CLOSED)


class Complaint(models.Model):
    """A complaint with its number, in the customer's own words, at the desk of its handler."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="complaints", verbose_name=_("store"))
    number = models.CharField(_("number"), max_length=32)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="complaints", verbose_name=_("customer"))
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("vehicle")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ComplaintKind)
    origin = models.CharField(_("origin"), max_length=24, choices=ComplaintOrigin)
    origin_key = models.CharField(_("origin row"), max_length=64, blank=True)
    content = models.TextField(_("in the customer's words"))
    state = models.CharField(_("state"), max_length=16, choices=ComplaintState, default=ComplaintState.OPEN)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person complained about"),
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="complaints_handled",
        verbose_name=_("handler"),
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("taken by")
    )
    received_at = models.DateTimeField(_("received at"))
    reply_due_at = models.DateTimeField(_("first reply due at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # What the customer was promised instead of an argument (AF-06).
    answer_at = models.DateTimeField(_("call-back promised for"), null=True, blank=True)
    answer_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("call-back promised by"),
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="complaint_number_once"),
            models.UniqueConstraint(
                fields=["origin", "origin_key", "kind"], condition=~Q(origin_key=""), name="complaint_once_per_origin"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "state"], name="complaint_customer"),
            models.Index(fields=["store", "state", "received_at"], name="complaint_store_state"),
        ]

    def __str__(self) -> str:
        return self.number
