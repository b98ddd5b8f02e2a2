"""Leads of the showroom that went back to telesales (LI-06)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import RECYCLING
from leads.models.histories import OfLead


class Recycling(OfLead):
    """A lead of the showroom that went back to telesales ``at`` a moment (回收线索, LI-06): the month end's B, L and F.

    Telesales counts it as a channel of its own; the channel by which the customer came stays as it is (CC-17).
    ``before``: from whom. ``grade``: with which grade it came back. A lead may come back several times.
    """

    before = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from whom")
    )
    grade = models.CharField(_("grade"), max_length=4, blank=True)
    reason = models.CharField(_("reason"), max_length=16, choices=[(reason, reason.label) for reason in RECYCLING])

    class Meta(OfLead.Meta):
        verbose_name = _("recycled lead")
        verbose_name_plural = _("recycled leads")
        indexes = [
            models.Index(fields=["lead", "at"], name="recycling_lead"),
            models.Index(fields=["at"], name="recycling_at"),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
