"""Defeats (战败) and the clean-up at the end of the month."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.enums import DefeatKind, DefeatState, LossReason, LostTo, MonthEndState
from leads.models.histories import OfLead
from leads.models.leads import Lead
from staffing.enums import Capability, Role
from staffing.models import Staff, Store


class Defeat(OfLead):
    """An application for a defeat (战败卡, F15), and the manager's decision (DF-01..13). ``by`` applied for it ``at``.

    ``grade_before`` comes back when it is rejected. ``proof`` says how the applicant knows (DF-04: every field
    truthful); ``special_reason`` is required for a special case (DF-03).
    """

    kind = models.CharField(_("applied for"), max_length=16, choices=DefeatKind)
    state = models.CharField(_("state"), max_length=12, choices=DefeatState, default=DefeatState.PENDING)
    lost_to = models.CharField(_("lost to"), max_length=12, choices=LostTo)
    reasons = models.JSONField(_("reasons"), default=list)
    main_reason = models.CharField(_("why our car was not chosen"), max_length=300)
    competitor_model = models.CharField(_("model bought"), max_length=64, blank=True)
    competitor_price_fen = models.BigIntegerField(_("its price, fen"), null=True, blank=True)
    competitor_finance = models.CharField(_("its finance policy"), max_length=120, blank=True)
    paid_cash = models.BooleanField(_("paid in cash"), default=False)
    proof = models.CharField(_("proof"), max_length=300, blank=True)
    special_reason = models.CharField(_("reason of the special case"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    grade_before = models.CharField(_("grade before"), max_length=4, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decision_note = models.CharField(_("reason of the decision"), max_length=300, blank=True)

    class Meta(OfLead.Meta):
        verbose_name = _("defeat")
        verbose_name_plural = _("defeats")
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(state="pending"), name="defeat_one_pending"),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at__isnull=True)
                | (~Q(state="pending") & Q(decided_at__isnull=False)),
                name="defeat_decision_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def reason_labels(self) -> list[str]:
        return [str(LossReason(code).label) for code in self.reasons if code in LossReason.values]


class MonthEndQuerySet(models.QuerySet["MonthEnd"]):
    def visible_to(self, user: Staff) -> Self:
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)


class MonthEnd(models.Model):
    """The clean-up at the end of a month (LG-30, LG-31): prepared, confirmed by each supervisor for the own team or by
    the manager for the store, carried out once. ``confirmed_at``, ``confirmed_by``: the last confirmation.

    ``opening`` freezes the leads still held at 00:00 on the 1st of the month that follows, by consultant: their numbers
    by grade, by channel and by letter of the source (LG-33, LI-13).
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=12, choices=MonthEndState, default=MonthEndState.PREVIEW)
    prepared_at = models.DateTimeField(_("prepared at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    done_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    moved = models.PositiveIntegerField(_("moved"), default=0)
    total = models.PositiveIntegerField(_("to be moved"), default=0)
    opening = models.JSONField(_("opening backlog"), default=dict)

    objects = MonthEndQuerySet.as_manager()

    class Meta:
        verbose_name = _("month-end clean-up")
        verbose_name_plural = _("month-end clean-ups")
        constraints = [models.UniqueConstraint(fields=["store", "month"], name="month_end_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class MonthEndMoveQuerySet(models.QuerySet["MonthEndMove"]):
    def of_team(self, user: Staff) -> Self:
        """What was, in the preview, with the people whose leads somebody cleans up: a supervisor's the team's, a
        manager's the store's."""
        if user.sees_all_stores():
            return self
        rows = self.filter(month_end__store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        led = user.led_roles
        mine = Q(pk=user.pk) | Q(superior_id=user.pk) | Q(superior__isnull=True, role_rows__role__in=led)
        return rows.filter(owner__in=Staff.objects.filter(mine, store_id=user.store_id).values("pk"))

    def visible_to(self, user: Staff) -> Self:
        """Of what is not carried out the leads that one sees now; of what is, the former owners' one leads."""
        going = Q(moved_at__isnull=True, lead__in=Lead.objects.visible_to(user))
        gone = Q(moved_at__isnull=False, pk__in=MonthEndMove.objects.of_team(user).values("pk"))
        return self.filter(going | gone)

    def unconfirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=True)

    def waiting(self) -> Self:
        """Confirmed, and still to be carried out."""
        return self.filter(confirmed_at__isnull=False, moved_at__isnull=True, skipped="")


class MonthEndMove(models.Model):
    """A lead that the clean-up moves from a consultant to telesales; ``skipped`` keeps it, with a reason. Nothing moves
    before it is confirmed."""

    month_end = models.ForeignKey(MonthEnd, models.CASCADE, related_name="moves", verbose_name=_("month-end clean-up"))
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="+", verbose_name=_("lead"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    grade = models.CharField(_("grade"), max_length=4)
    pool = models.CharField(_("pool"), max_length=32, choices=Role, default=Role.TELESALES)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    moved_at = models.DateTimeField(_("moved at"), null=True, blank=True)
    skipped = models.CharField(_("why it was not moved"), max_length=200, blank=True)

    objects = MonthEndMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move at the end of a month")
        verbose_name_plural = _("moves at the end of a month")
        constraints = [models.UniqueConstraint(fields=["month_end", "lead"], name="month_end_move_once")]

    def __str__(self) -> str:
        return self.grade
