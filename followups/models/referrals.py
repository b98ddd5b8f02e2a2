"""Who recommended whom (转介绍)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from followups.models.tasks import CallTask
from leads.models import Lead
from staffing.models import Staff, Store


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: Staff) -> Self:
        """Those of customers whom one sees, and those that one received oneself."""
        if user.sees_all_stores():
            return self
        mine = Q(received_by_id=user.pk) | Q(referrer__in=Customer.objects.visible_to(user).values("pk"))
        return self.filter(mine, store_id=user.store_id)


class Referral(models.Model):
    """A customer recommends somebody, whose lead it is (转介绍, RF-03). One a lead: who came first counts.

    ``name`` is that of the recommended person as the referrer gave it. ``joined``: the telephone had a lead already.
    The word to the referrer is the call of the kind ``referral_feedback`` whose subject this row is (RF-02).
    """

    # The referrer's store, repeated for the list of a month; the referrer carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    referrer = models.ForeignKey(Customer, models.PROTECT, related_name="referrals", verbose_name=_("referrer"))
    lead = models.OneToOneField(Lead, models.PROTECT, related_name="referral", verbose_name=_("lead"))
    name = models.CharField(_("name"), max_length=64)
    relation = models.CharField(_("relation"), max_length=32, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    joined = models.BooleanField(_("had a lead already"), default=False)
    task = models.ForeignKey(
        CallTask, models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("call task")
    )
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        indexes = [models.Index(fields=["store", "recorded_at"], name="referral_month")]

    def __str__(self) -> str:
        return self.name
