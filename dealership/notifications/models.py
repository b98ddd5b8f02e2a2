"""The outbox of alerts (提醒): each exists once, whoever and however many notice the reason."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealership.notifications.enums import Channel, DeliveryState, Tone


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: Any) -> Self:
        """Alerts are read by the person they are for, and by nobody else."""
        return self.filter(recipient_id=user.pk)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Alert(models.Model):
    """Something one person must be told. ``key`` is the reason in words of the data (``task.overdue:17:1``): unique per
    recipient, so that two sweeps side by side tell it once.

    ``message`` is an English msgid with named parameters, translated when it is read; ``params`` holds the parameters.
    ``happened_at`` is when the reason arose, ``created_at`` when it was noticed.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts", verbose_name=_("for")
    )
    store_ref = models.BigIntegerField(_("store"), null=True, blank=True)
    key = models.CharField(_("reason key"), max_length=128)
    code = models.CharField(_("kind"), max_length=64)
    tone = models.CharField(_("tone"), max_length=8, choices=Tone, default=Tone.INFO)
    message = models.CharField(_("message"), max_length=255)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    url = models.CharField(_("address"), max_length=200, blank=True)
    happened_at = models.DateTimeField(_("happened at"))
    created_at = models.DateTimeField(_("noticed at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="alert_once")]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="alert_recipient"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="alert_unread"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def text(self) -> str:
        """The message in the reader's language."""
        return str(gettext(self.message) % self.params)


class AlertDeliveryQuerySet(models.QuerySet["AlertDelivery"]):
    def due(self, at: dt.datetime) -> Self:
        return self.filter(state=DeliveryState.QUEUED, next_attempt_at__lte=at)


class AlertDelivery(models.Model):
    """One alert on its way through one channel outside the app, claimed by whoever sends it."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries", verbose_name=_("alert"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    state = models.CharField(_("state"), max_length=16, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claim = models.CharField(_("claim"), max_length=36, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=255, blank=True)

    objects = AlertDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert delivery")
        verbose_name_plural = _("alert deliveries")
        constraints = [models.UniqueConstraint(fields=["alert", "channel"], name="alert_delivery_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="alert_delivery_queued"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="alert_delivery_sending"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
