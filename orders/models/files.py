"""The file of a sold car (一车一档): who opened, verified and archived it, and its papers (CC-11, CC-12)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from inventory.models import Vehicle
from orders.enums import FileState
from staffing.models import Policy, Staff, Store


class FileDocument(Policy):
    """A paper that belongs into a file (档案资料), from a date on. ``is_mandatory``: without it no file is verified."""

    code = models.CharField(_("code"), max_length=24)
    label_zh = models.CharField(_("label, Chinese"), max_length=48)
    label_en = models.CharField(_("label, English"), max_length=64)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_mandatory = models.BooleanField(_("needed before a file is verified"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("paper of a file")
        verbose_name_plural = _("papers of a file")
        constraints = [
            models.UniqueConstraint(fields=["store", "code", "effective_from"], name="file_document_once"),
            models.UniqueConstraint(
                fields=["code", "effective_from"], condition=Q(store__isnull=True), name="file_document_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return self.label_zh


class CustomerFileQuerySet(models.QuerySet["CustomerFile"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(vehicle__in=Vehicle.objects.visible_to(user))


class CustomerFile(models.Model):
    """The file of a car and its owner: opened (建立人), verified (核实人), archived (建档人). It is in the books once
    it is archived. ``documents`` are the codes of the papers in it."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False)
    vehicle = models.OneToOneField(Vehicle, models.PROTECT, related_name="customer_file", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="files", verbose_name=_("customer"))
    state = models.CharField(_("state"), max_length=12, choices=FileState, default=FileState.OPENED)
    documents = models.JSONField(_("papers"), default=list, blank=True)
    returned_note = models.CharField(_("why it was given back"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("archived by")
    )

    objects = CustomerFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer file")
        verbose_name_plural = _("customer files")
        indexes = [models.Index(fields=["store", "state"], name="customer_file_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="opened", verified_by=None, archived_by=None)
                | Q(state="verified", verified_by__isnull=False, archived_by=None)
                | Q(state="archived", verified_by__isnull=False, archived_by__isnull=False),
                name="customer_file_three_steps",
            )
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.state}"
