"""Numbers of the rule book that a store can edit. Each row has a store (or none, for all) and an effective date."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from followups.enums import Audience, Consequence, TaskKind
from staffing.enums import Role
from staffing.models import Policy


class KindPolicy(Policy):
    """When a kind of call falls due, who makes it, and how long it is tried (回访策略).

    ``offset_days`` counts from the anchor (delivery, workshop visit, expected first service; negative is before it).
    ``every_months``/``until_months`` make a series (PF-01), which begins after ``from_months`` (PF-04). ``role`` is
    whose pool it is; with ``to_consultant`` the consultant of the delivery owns it. A task not done ``expires_days``
    after the anchor is missed and listed. ``takes_along`` and ``guard_days`` keep a customer from being called twice in
    a few days for two purposes.
    """

    kind = models.CharField(_("kind"), max_length=24, choices=TaskKind)
    enabled = models.BooleanField(_("in use"), default=True)
    offset_days = models.SmallIntegerField(_("days after"), default=0)
    every_months = models.PositiveSmallIntegerField(_("every so many months"), null=True, blank=True)
    until_months = models.PositiveSmallIntegerField(_("for so many months"), null=True, blank=True)
    from_months = models.PositiveSmallIntegerField(
        _("first after so many months"), null=True, blank=True, help_text=_("Empty: after one interval.")
    )
    role = models.CharField(_("role"), max_length=32, choices=Role)
    to_consultant = models.BooleanField(_("goes to the delivering consultant"), default=False)
    shift_before_rest = models.BooleanField(_("a day earlier when the owner rests"), default=False)
    gather_weekday = models.PositiveSmallIntegerField(
        _("gathered on weekday"), null=True, blank=True, help_text=_("0 is Monday, 6 is Sunday")
    )
    catch_up_days = models.PositiveSmallIntegerField(_("days to catch up"), default=7)
    try_days = models.PositiveSmallIntegerField(_("days of trying"), default=3)
    expires_days = models.PositiveSmallIntegerField(_("missed after so many days"), null=True, blank=True)
    takes_along = models.CharField(
        _("takes along"),
        max_length=200,
        blank=True,
        help_text=_("Kinds for the same car, comma separated, that are made in the same call when both wait."),
    )
    guard_days = models.PositiveSmallIntegerField(
        _("not within so many days of another conversation"),
        null=True,
        blank=True,
        help_text=_("Empty: whenever it is due. Else the call is put off by so many days at most."),
    )
    budget_minutes = models.PositiveSmallIntegerField(_("minutes a call should take"), null=True, blank=True)

    class Meta:
        verbose_name = _("call policy")
        verbose_name_plural = _("call policies")
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "effective_from"], name="kind_policy_once"),
            models.UniqueConstraint(
                fields=["kind", "effective_from"], condition=Q(store__isnull=True), name="kind_policy_once_for_all"
            ),
            models.CheckConstraint(
                condition=Q(gather_weekday__isnull=True) | Q(gather_weekday__lte=6), name="kind_policy_weekday"
            ),
            models.CheckConstraint(
                condition=Q(every_months__isnull=True, until_months__isnull=True)
                | Q(every_months__gt=0, until_months__gte=F("every_months")),
                name="kind_policy_series",
            ),
            models.CheckConstraint(
                condition=Q(from_months__isnull=True)
                | Q(every_months__isnull=False, from_months__gt=0, from_months__lte=F("until_months")),
                name="kind_policy_series_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class CallingPolicy(Policy):
    """How the queue behaves: how long a claim holds without a sign of life, for how long a promise is personal.

    And when callers are told to speak of insurance, inspection and trade-in (PF-06).
    """

    claim_minutes = models.PositiveSmallIntegerField(_("claim, idle minutes"), default=20)
    promise_grace_minutes = models.PositiveSmallIntegerField(
        _("a promised call stays with its agent for so many minutes after its time"), default=15
    )
    insurance_days = models.PositiveSmallIntegerField(
        _("days before the insurance runs out from which callers speak of it"), default=60
    )
    inspection_days = models.PositiveSmallIntegerField(
        _("days before the periodic inspection from which callers speak of it"), default=60
    )
    first_inspection_months = models.PositiveSmallIntegerField(
        _("months until the first periodic inspection"), default=24
    )
    trade_in_months = models.PositiveSmallIntegerField(
        _("age of a car in months from which a trade-in is offered"), default=36
    )

    class Meta:
        verbose_name = _("queue policy")
        verbose_name_plural = _("queue policies")
        constraints = [
            models.UniqueConstraint(fields=["store", "effective_from"], name="calling_policy_once"),
            models.UniqueConstraint(
                fields=["effective_from"], condition=Q(store__isnull=True), name="calling_policy_once_for_all"
            ),
            models.CheckConstraint(condition=Q(claim_minutes__gt=0), name="calling_policy_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"


class CallingHours(Policy):
    """Hours in which customers without hours of their own are called (D3-06); every day alike without ``weekday``.

    The rows of one weekday (or of every day) that begin to hold on the same date stand together, and replace the
    earlier ones. Without ``starts`` and ``ends`` nobody is called from that date on.
    """

    weekday = models.PositiveSmallIntegerField(
        _("weekday"), null=True, blank=True, help_text=_("0 is Monday, 6 is Sunday")
    )
    starts = models.TimeField(_("from"), null=True, blank=True, help_text=_("Both empty: nobody is called."))
    ends = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("calling hours")
        verbose_name_plural = _("calling hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True)
                | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                name="calling_hours_forward",
            ),
            models.CheckConstraint(condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="calling_hours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}" if self.starts and self.ends else "–"


class OutcomePolicy(models.Model):
    """A result that a caller can choose (结果), its key, and its consequence, from a date on. Shared by all stores.

    A later row of the same ``code`` replaces an earlier one; what was called before keeps the words of its day.
    ``kinds`` lists the kinds it is offered for, comma separated; empty means every kind but number tracing.
    ``reached``: somebody was spoken to. ``successful``: the call did what it was for (成功回访).
    """

    code = models.CharField(_("code"), max_length=32)
    effective_from = models.DateField(_("effective from"))
    label_zh = models.CharField(_("label, Chinese"), max_length=64)
    label_en = models.CharField(_("label, English"), max_length=64)
    key = models.CharField(_("key"), max_length=1)
    kinds = models.CharField(_("kinds"), max_length=200, blank=True)
    consequence = models.CharField(_("consequence"), max_length=16, choices=Consequence)
    reached = models.BooleanField(_("somebody was spoken to"), default=False)
    successful = models.BooleanField(_("successful"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="outcome_once")]

    def __str__(self) -> str:
        return self.label_zh


class OverdueStep(Policy):
    """One rung of the ladder for late calls (超期提醒): who is told how many days after the task fell overdue."""

    level = models.PositiveSmallIntegerField(_("level"))
    after_days = models.PositiveSmallIntegerField(_("after days"))
    audience = models.CharField(_("tells"), max_length=16, choices=Audience)

    class Meta:
        verbose_name = _("overdue step")
        verbose_name_plural = _("overdue steps")
        constraints = [
            models.UniqueConstraint(fields=["store", "level", "effective_from"], name="overdue_step_once"),
            models.UniqueConstraint(
                fields=["level", "effective_from"], condition=Q(store__isnull=True), name="overdue_step_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}"


class CallScript(Policy):
    """What the caller says (话术), with named places such as {customer} and {dealership}."""

    kind = models.CharField(_("kind"), max_length=24, choices=TaskKind)
    text_zh = models.TextField(_("text, Chinese"))
    text_en = models.TextField(_("text, English"))

    class Meta:
        verbose_name = _("call script")
        verbose_name_plural = _("call scripts")
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "effective_from"], name="call_script_once"),
            models.UniqueConstraint(
                fields=["kind", "effective_from"], condition=Q(store__isnull=True), name="call_script_once_for_all"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
