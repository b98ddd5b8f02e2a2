"""Events for owners, and who comes (车主活动)."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from followups.models.tasks import CallTask
from staffing.models import Staff, Store


class OwnerEventQuerySet(models.QuerySet["OwnerEvent"]):
    def visible_to(self, user: Staff) -> Self:
        return self if user.sees_all_stores() else self.filter(store_id=user.store_id)

    def takes_sign_ups(self, at: dt.datetime) -> Self:
        """Those that one can still be signed up for; whether there is room is told by ``free``."""
        return self.filter(cancelled_at__isnull=True, sign_up_until__gte=at)


class OwnerEvent(models.Model):
    """An event for owners (车主活动): ``places`` is how many people may come, ``taken`` how many are signed up.

    ``taken`` is counted up by one conditional update a sign-up, so that no two of them get the last place (D7-09).
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    title = models.CharField(_("title"), max_length=64)
    starts_at = models.DateTimeField(_("starts at"))
    place = models.CharField(_("place"), max_length=64)
    places = models.PositiveSmallIntegerField(_("places"))
    taken = models.PositiveSmallIntegerField(_("places taken"), default=0)
    sign_up_until = models.DateTimeField(_("sign-up until"))
    invitation = models.CharField(_("what to say"), max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = OwnerEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("owners' event")
        verbose_name_plural = _("owners' events")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="owner_event_not_overbooked"),
            models.CheckConstraint(condition=Q(sign_up_until__lte=F("starts_at")), name="owner_event_closes_before"),
        ]
        indexes = [models.Index(fields=["store", "starts_at"], name="owner_event_store")]

    def __str__(self) -> str:
        return self.title

    @property
    def free(self) -> int:
        return self.places - self.taken


class EventSignUp(models.Model):
    """A customer who comes to an event, with how many people (活动报名). One standing sign-up a customer and event."""

    event = models.ForeignKey(OwnerEvent, models.PROTECT, related_name="sign_ups", verbose_name=_("event"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    task = models.ForeignKey(
        CallTask, models.PROTECT, null=True, blank=True, related_name="sign_ups", verbose_name=_("call task")
    )
    people = models.PositiveSmallIntegerField(_("people"), default=1)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "customer"], condition=Q(cancelled_at__isnull=True), name="event_sign_up_once"
            ),
            models.CheckConstraint(condition=Q(people__gt=0), name="event_sign_up_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.people}"
