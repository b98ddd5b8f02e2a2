"""What connects leads and customers: joined duplicates, households, and the class of a customer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from leads.enums import CustomerClass
from leads.models.leads import Lead
from staffing.models import Staff, Store


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(kept__in=Lead.objects.visible_to(user))


class Merge(models.Model):
    """Two leads joined (合并): ``dropped`` went into ``kept``. ``snapshot`` holds what an undoing puts back."""

    kept = models.ForeignKey(Lead, models.PROTECT, related_name="merges", verbose_name=_("kept"))
    dropped = models.ForeignKey(Lead, models.PROTECT, related_name="+", verbose_name=_("joined with it"))
    snapshot = models.JSONField(_("state before"), default=dict)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("undone by")
    )

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("joining of leads")
        verbose_name_plural = _("joinings of leads")
        constraints = [
            models.UniqueConstraint(fields=["dropped"], condition=Q(undone_at__isnull=True), name="merge_one_standing"),
            models.CheckConstraint(condition=~Q(kept=models.F("dropped")), name="merge_two_leads"),
        ]

    def __str__(self) -> str:
        return f"{self.kept_id} ← {self.dropped_id}"


class HouseholdQuerySet(models.QuerySet["Household"]):
    def visible_to(self, user: Staff) -> Self:
        if user.sees_all_stores():
            return self
        return self.filter(store_id=user.store_id, members__customer__in=Customer.objects.visible_to(user)).distinct()


class Household(models.Model):
    """Relatives who count as one claim (AR-11)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.name


class HouseholdMember(models.Model):
    """A customer in a household; one household at most."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="members", verbose_name=_("household"))
    customer = models.OneToOneField(Customer, models.CASCADE, related_name="household_row", verbose_name=_("customer"))
    relation = models.CharField(_("relation"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("member of a household")
        verbose_name_plural = _("members of households")

    def __str__(self) -> str:
        return self.relation


class CustomerClassificationQuerySet(models.QuerySet["CustomerClassification"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user))


class CustomerClassification(models.Model):
    """The class of a customer (客户分类), with the leads given in the rolling year; reckoned nightly and on events."""

    customer = models.OneToOneField(Customer, models.CASCADE, related_name="classification", verbose_name=_("customer"))
    customer_class = models.CharField(_("class"), max_length=12, choices=CustomerClass)
    referrals = models.PositiveSmallIntegerField(_("leads given"), default=0)
    since = models.DateField(_("since"))
    review_on = models.DateField(_("looked at again on"), null=True, blank=True)

    objects = CustomerClassificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("class of a customer")
        verbose_name_plural = _("classes of customers")
        indexes = [
            models.Index(fields=["review_on"], condition=Q(review_on__isnull=False), name="classification_review"),
            models.Index(fields=["customer_class"], name="classification_class"),
        ]

    def __str__(self) -> str:
        return self.get_customer_class_display()


class ClassChange(models.Model):
    """A change of class, kept for good."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="class_changes", verbose_name=_("customer"))
    before = models.CharField(_("class before"), max_length=12, choices=CustomerClass, blank=True)
    customer_class = models.CharField(_("class"), max_length=12, choices=CustomerClass)
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("change of class")
        verbose_name_plural = _("changes of class")
        indexes = [models.Index(fields=["customer", "at"], name="class_change_customer")]

    def __str__(self) -> str:
        return f"{self.before}→{self.customer_class}"
