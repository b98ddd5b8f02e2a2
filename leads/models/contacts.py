"""The back of the yellow card: one line a contact, its plan on the left and its facts on the right (CC-06)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import Way
from leads.models.histories import OfLead


class Contact(OfLead):
    """A line of the card (跟进记录): plan | fact. Facts are never changed; the supervisor's remark may be added.

    ``planned_on``, ``planned_way`` and ``reason`` are what was planned before; ``at``, ``way``, ``reached`` and
    ``result`` what happened. ``reason`` answers the ``result`` of the line before (CC-03). ``days_late`` counts against
    the plan. ``next_on``, ``next_way``, ``next_reason`` are the plan that this line made (CC-08).
    """

    number = models.PositiveSmallIntegerField(_("line"))
    planned_on = models.DateField(_("planned on"), null=True, blank=True)
    planned_way = models.CharField(_("planned way"), max_length=12, choices=Way, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    way = models.CharField(_("way"), max_length=12, choices=Way)
    reached = models.BooleanField(_("the customer was spoken to"))
    outcome = models.CharField(_("outcome"), max_length=32, blank=True)
    result = models.TextField(_("result"), blank=True)
    grade_before = models.CharField(_("grade before"), max_length=4, blank=True)
    grade_after = models.CharField(_("grade after"), max_length=4, blank=True)
    days_late = models.PositiveSmallIntegerField(_("days late"), default=0)
    next_on = models.DateField(_("next contact on"), null=True, blank=True)
    next_way = models.CharField(_("way of the next contact"), max_length=12, choices=Way, blank=True)
    next_reason = models.CharField(_("reason of the next contact"), max_length=300, blank=True)
    remark = models.CharField(_("supervisor's remark"), max_length=300, blank=True)
    remark_at = models.DateTimeField(_("remark at"), null=True, blank=True)
    remark_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("remark by")
    )

    class Meta(OfLead.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [models.UniqueConstraint(fields=["lead", "number"], name="contact_line_once")]
        indexes = [models.Index(fields=["by", "at"], name="contact_by")]

    def __str__(self) -> str:
        return f"{self.number}"
