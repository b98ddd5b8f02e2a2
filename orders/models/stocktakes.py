"""The yearly stock-take of customer files (客户档案盘点, CC-14)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from inventory.models import Vehicle
from orders.enums import StocktakeResult
from staffing.enums import Capability
from staffing.models import Policy, Staff, Store


class FilePolicy(Policy):
    """How files are kept, from a date on: after how many days all of them are gone through again (CC-14), and whether
    one person may take several of the three steps (CC-12)."""

    stocktake_days = models.PositiveSmallIntegerField(_("all files are gone through within days"), default=365)
    one_person_may = models.BooleanField(_("one person may open, verify and archive a file"), default=False)

    class Meta:
        verbose_name = _("policy of files")
        verbose_name_plural = _("policies of files")
        constraints = [
            models.UniqueConstraint(fields=["store", "effective_from"], name="file_policy_once"),
            models.UniqueConstraint(
                fields=["effective_from"], condition=Q(store__isnull=True), name="file_policy_once_for_all"
            ),
            models.CheckConstraint(condition=Q(stocktake_days__gt=0), name="file_policy_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"


class FileStocktakeQuerySet(models.QuerySet["FileStocktake"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's, for those who see the store."""
        if user.sees_all_stores():
            return self
        return self.filter(store_id=user.store_id) if user.may(Capability.SEE_STORE) else self.none()


class FileStocktake(models.Model):
    """One going through of all customer files of a store. The list is that of the moment at which it began."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    year = models.PositiveSmallIntegerField(_("year"))
    started_at = models.DateTimeField(_("started at"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("finished by")
    )

    objects = FileStocktakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock-take of files")
        verbose_name_plural = _("stock-takes of files")
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=Q(finished_at__isnull=True), name="file_stocktake_one_open"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, finished_by__isnull=True)
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="file_stocktake_finished_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"


class StocktakeLineQuerySet(models.QuerySet["StocktakeLine"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(stocktake__in=FileStocktake.objects.visible_to(user))


class StocktakeLine(models.Model):
    """The file of one car and its owner in a stock-take: not yet looked at, confirmed, wrong or missing."""

    stocktake = models.ForeignKey(
        FileStocktake, models.CASCADE, related_name="lines", verbose_name=_("stock-take of files"), db_index=False
    )
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    result = models.CharField(_("result"), max_length=12, choices=StocktakeResult, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = StocktakeLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a stock-take")
        verbose_name_plural = _("lines of a stock-take")
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "vehicle"], name="stocktake_line_once"),
        ]
        indexes = [models.Index(fields=["stocktake", "result"], name="stocktake_line_result")]

    def __str__(self) -> str:
        return f"{self.vehicle_id} {self.result}"
