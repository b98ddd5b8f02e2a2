"""What became of a lead over time: its grades, its owners, its states. Rows are added, never changed."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import GradedBy, LeadState, MoveReason, Stage
from leads.models.leads import Lead
from staffing.enums import Role
from staffing.models import Staff


class OfLeadQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(lead__in=Lead.objects.visible_to(user))


class OfLead(models.Model):
    """A row about one lead: when, and by whom (None: by the system)."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="%(class)s_rows", verbose_name=_("lead"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        abstract = True


class GradeChange(OfLead):
    """A judgement of the grade (LG-06..08): whose, and whether it is provisional."""

    before = models.CharField(_("grade before"), max_length=4, blank=True)
    grade = models.CharField(_("grade"), max_length=4)
    graded_by = models.CharField(_("judged by"), max_length=12, choices=GradedBy)
    is_provisional = models.BooleanField(_("provisional"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(OfLead.Meta):
        verbose_name = _("grading")
        verbose_name_plural = _("gradings")
        indexes = [models.Index(fields=["lead", "at"], name="grade_change_lead")]

    def __str__(self) -> str:
        return f"{self.before}→{self.grade}"


class Ownership(OfLead):
    """A change of owner: from whom or which pool, to whom or which pool, and why (CC-16, DF-14)."""

    before = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner before"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    pool = models.CharField(_("pool"), max_length=32, choices=Role)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    reason = models.CharField(_("reason"), max_length=16, choices=MoveReason)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(OfLead.Meta):
        verbose_name = _("change of owner")
        verbose_name_plural = _("changes of owner")
        indexes = [models.Index(fields=["lead", "at"], name="ownership_lead")]

    def __str__(self) -> str:
        return self.get_reason_display()


class StateChange(OfLead):
    """A change of state, with its reason in words (DF-08)."""

    before = models.CharField(_("state before"), max_length=16, choices=LeadState)
    state = models.CharField(_("state"), max_length=16, choices=LeadState)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(OfLead.Meta):
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        indexes = [models.Index(fields=["lead", "at"], name="state_change_lead")]

    def __str__(self) -> str:
        return f"{self.before}→{self.state}"
