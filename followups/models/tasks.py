"""Call tasks, the attempts made at them, and what was typed but not yet saved."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, CustomerPhone
from followups.enums import LEAD_KINDS, UNFINISHED, CloseReason, SkipReason, TaskKind, TaskState
from followups.models.visits import ServiceVisit
from followups.rules.referrals import SHOWN_DAYS_BEFORE
from inventory.models import Vehicle
from leads.models import Lead
from orders.models import Delivery
from staffing.enums import Capability, Role
from staffing.models import Staff, Store


class CallTaskQuerySet(models.QuerySet["CallTask"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's for those who see the store; for a supervisor a team's, and of the roles that the supervisor
        leads the pools' and those of people whom nobody else leads; else the own and the own pools'."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        mine = Q(owner_id=user.pk) | Q(owner__isnull=True, pool__in=user.roles) | Q(claimed_by_id=user.pk)
        if user.may(Capability.SEE_BOARD):
            led = user.led_roles
            mine |= Q(owner__isnull=True, pool__in=led) | Q(owner__superior_id=user.pk)
            mine |= Q(owner__in=Staff.objects.leaderless(*led))
        return rows.filter(mine)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def due(self, on: dt.date) -> Self:
        """Waiting on the list of a day: unfinished and due on it or before; a word to the referrer that nobody has
        tried, a day earlier (RF-02)."""
        is_shown = Q(due_on__lte=on) | Q(kind=TaskKind.REFERRAL_FEEDBACK, attempts=0)
        return self.unfinished().filter(is_shown, due_on__lte=on + dt.timedelta(days=SHOWN_DAYS_BEFORE))

    def overdue(self, at: dt.datetime) -> Self:
        """Unfinished past their last moment."""
        return self.unfinished().filter(overdue_at__lte=at)


class CallTask(models.Model):
    """A call that somebody must make (回访任务). It exists once per (kind, subject, occurrence).

    ``subject_id`` is the row the call is about: the delivery (3dc, 7dc, n_plus_1, first_service,
    first_service_confirm, periodic), the workshop visit (service_visit), the telephone (number_trace) or the lead
    (lead_first_contact, lead_revisit), which has one unfinished call at most.
    ``anchor_on`` is the day it counts from. It belongs to ``owner``, or to whoever of the role ``pool`` takes it
    next. ``first_due_on`` decides its month for ever, ``due_on`` moves with tries and promises, ``due_at`` is set
    when a time was promised, ``overdue_at`` is the moment from which it is late. While ``held_by`` is unfinished
    nobody can take it. ``alert_due_at`` is when the next rung of the ladder (``alert_level``) is to be told.
    """

    # The customer's store, repeated for the indexes; the customer carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    kind = models.CharField(_("kind"), max_length=24, choices=TaskKind)
    subject_id = models.BigIntegerField(_("subject"))
    occurrence = models.CharField(_("occurrence"), max_length=32, default="1")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="call_tasks", verbose_name=_("customer"))
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="call_tasks", verbose_name=_("vehicle")
    )
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="call_tasks", verbose_name=_("delivery")
    )
    service_visit = models.ForeignKey(
        ServiceVisit, models.PROTECT, null=True, blank=True, related_name="call_tasks", verbose_name=_("workshop visit")
    )
    lead = models.ForeignKey(
        Lead,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="call_tasks",
        db_index=False,  # call_task_lead
        verbose_name=_("lead"),
    )
    phone = models.ForeignKey(
        CustomerPhone,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("telephone to trace"),
    )
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("sales consultant"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("owner"),
    )
    pool = models.CharField(_("pool"), max_length=32, choices=Role)
    state = models.CharField(_("state"), max_length=16, choices=TaskState, default=TaskState.OPEN)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    anchor_on = models.DateField(_("counts from"))
    first_due_on = models.DateField(_("first due on"))
    due_on = models.DateField(_("due on"))
    due_at = models.DateTimeField(_("promised at"), null=True, blank=True)
    promised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("promised by"),
    )
    expires_on = models.DateField(_("missed from"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("late from"))
    alert_level = models.PositiveSmallIntegerField(_("next rung"), default=0)
    alert_due_at = models.DateTimeField(_("next rung is told at"), null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failed_days = models.PositiveSmallIntegerField(_("days of failed tries"), default=0)
    last_attempt_at = models.DateTimeField(_("last attempt at"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("in work with"),
    )
    claimed_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    claim_expires_at = models.DateTimeField(_("claim holds until"), null=True, blank=True)
    held_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="holds", verbose_name=_("waits for")
    )

    outcome = models.CharField(_("outcome"), max_length=32, blank=True)
    is_successful = models.BooleanField(_("successful"), default=False)
    close_reason = models.CharField(_("ended by"), max_length=24, choices=CloseReason, blank=True)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("ended by"),
    )
    created_at = models.DateTimeField(_("created at"))

    objects = CallTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("call task")
        verbose_name_plural = _("call tasks")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id", "occurrence"], name="call_task_once"),
            models.UniqueConstraint(
                fields=["claimed_by"], condition=Q(state="claimed"), name="call_task_one_per_agent"
            ),
            models.UniqueConstraint(
                fields=["lead"],
                condition=Q(state__in=["open", "claimed"], kind__in=[kind.value for kind in LEAD_KINDS]),
                name="call_task_one_per_lead",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="claimed", claimed_by__isnull=False, claimed_at__isnull=False, claim_expires_at__isnull=False
                )
                | (
                    ~Q(state="claimed")
                    & Q(claimed_by__isnull=True, claimed_at__isnull=True, claim_expires_at__isnull=True)
                ),
                name="call_task_claim_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "claimed"], closed_at__isnull=True)
                | Q(state__in=["done", "cancelled", "missed"], closed_at__isnull=False),
                name="call_task_end_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "due_on", "pool"], condition=Q(state="open"), name="call_task_queue"),
            models.Index(
                fields=["owner", "due_on"], condition=Q(state__in=["open", "claimed"]), name="call_task_owner"
            ),
            models.Index(fields=["claim_expires_at"], condition=Q(state="claimed"), name="call_task_claims"),
            models.Index(fields=["alert_due_at"], condition=Q(state__in=["open", "claimed"]), name="call_task_alerts"),
            models.Index(fields=["expires_on"], condition=Q(state__in=["open", "claimed"]), name="call_task_expiry"),
            models.Index(fields=["store", "kind", "first_due_on"], name="call_task_month"),
            models.Index(fields=["phone"], condition=Q(phone__isnull=False), name="call_task_phone"),
            models.Index(fields=["lead"], condition=Q(lead__isnull=False), name="call_task_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class CallAttempt(models.Model):
    """One try at a call, and its result (回访记录). Never changed afterwards."""

    task = models.ForeignKey(CallTask, models.PROTECT, related_name="attempt_rows", verbose_name=_("call task"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("caller"))
    outcome = models.CharField(_("outcome"), max_length=32)
    reached = models.BooleanField(_("somebody was spoken to"))
    spoken_to = models.CharField(_("person spoken to"), max_length=64, blank=True)
    promised_at = models.DateTimeField(_("promised at"), null=True, blank=True)
    seconds = models.PositiveIntegerField(_("seconds on the call"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("call attempt")
        verbose_name_plural = _("call attempts")
        indexes = [
            models.Index(fields=["task", "at"], name="call_attempt_task"),
            models.Index(fields=["by", "at"], name="call_attempt_caller"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}"


class CallDraft(models.Model):
    """What an agent typed into a call and has not saved; it survives a reload and the end of the claim."""

    task = models.ForeignKey(CallTask, models.CASCADE, related_name="drafts", verbose_name=_("call task"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    data = models.JSONField(_("fields"), default=dict)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("call draft")
        verbose_name_plural = _("call drafts")
        constraints = [models.UniqueConstraint(fields=["task", "by"], name="call_draft_once")]

    def __str__(self) -> str:
        return f"{self.saved_at}"


class OfConsultantQuerySet(models.QuerySet[Any]):
    """Rows of a store that are about one consultant's customers."""

    def visible_to(self, user: Staff) -> Self:
        """The store's for those who see the store; a team's, and those of consultants whom nobody else leads, for a
        supervisor; else the own ones."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        mine = Q(consultant_id=user.pk)
        if user.may(Capability.SEE_BOARD):
            mine |= Q(consultant__superior_id=user.pk)
            mine |= Q(consultant__in=Staff.objects.leaderless(*user.led_roles))
        return rows.filter(mine)


class SkippedCall(models.Model):
    """A call that fell due and was not made because the customer does not wish it; kept for the reports (X25)."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    kind = models.CharField(_("kind"), max_length=24, choices=TaskKind)
    subject_id = models.BigIntegerField(_("subject"))
    occurrence = models.CharField(_("occurrence"), max_length=32)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("sales consultant")
    )
    reason = models.CharField(_("reason"), max_length=16, choices=SkipReason)
    due_on = models.DateField(_("due on"))
    noticed_at = models.DateTimeField(_("noticed at"))

    objects = OfConsultantQuerySet.as_manager()

    class Meta:
        verbose_name = _("skipped call")
        verbose_name_plural = _("skipped calls")
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id", "occurrence"], name="skipped_call_once")]
        indexes = [models.Index(fields=["store", "kind", "due_on"], name="skipped_call_month")]

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}"


class ListRun(models.Model):
    """One making of a store's daily list: what it created and skipped. For the record; nothing depends on it."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", verbose_name=_("store"))
    on = models.DateField(_("list of"))
    finished_at = models.DateTimeField(_("finished at"))
    created = models.JSONField(_("created"), default=dict)
    skipped = models.JSONField(_("skipped"), default=dict)

    class Meta:
        verbose_name = _("list run")
        verbose_name_plural = _("list runs")
        indexes = [models.Index(fields=["store", "-finished_at"], name="list_run_latest")]

    def __str__(self) -> str:
        return f"{self.on}"
