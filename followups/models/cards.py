"""Cards for owners: the festivals of a year and each card that is due (BD-01, BD-02)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from customers.models import ContactBan, Customer
from followups.enums import TaskKind
from staffing.enums import Capability, Role
from staffing.models import Staff, Store


class CardWay(models.TextChoices):
    """How a card went out."""

    POST = "post", _("By post")
    SMS = "sms", _("Text message")
    WECOM = "wecom", _("WeCom message")


class Festival(models.Model):
    """A day on which every owner gets a card (节日), of one year: festivals of the lunar calendar move (BD-02).

    Edited year by year; the same table for all stores. ``code`` names the festival over the years.
    """

    code = models.SlugField(_("code"), max_length=32, db_index=False)
    on = models.DateField(_("day"))
    name_zh = models.CharField(_("name, Chinese"), max_length=32)
    name_en = models.CharField(_("name, English"), max_length=64)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("festival")
        verbose_name_plural = _("festivals")
        constraints = [models.UniqueConstraint(fields=["code", "on"], name="festival_once")]
        indexes = [models.Index(fields=["on"], name="festival_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.on.year}"

    @property
    def name(self) -> str:
        """In the language in use."""
        return self.name_en if get_language() == "en" else self.name_zh


def _refused() -> Exists:
    bans = ContactBan.objects.standing().filter(customer=OuterRef("customer"))
    return Exists(bans.filter(Q(purpose="") | Q(purpose=OuterRef("kind"))))


class GreetingCardQuerySet(models.QuerySet["GreetingCard"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's for those who see the store; a team's too for its supervisor; else the own and the own pools'."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        mine = Q(owner_id=user.pk) | Q(owner__isnull=True, pool__in=user.roles)
        if user.may(Capability.SEE_BOARD):
            mine |= Q(owner__superior_id=user.pk)
        return rows.filter(mine)

    def with_bans(self) -> Self:
        """Each with ``is_banned``: the customer does not wish it, though the card was made before."""
        return self.annotate(is_banned=_refused())

    def wanted(self) -> Self:
        """Without those of customers who do not wish them."""
        return self.filter(~_refused())


class GreetingCard(models.Model):
    """A card that one customer is to get for a birthday or a festival (贺卡): once per kind, customer and occurrence.

    ``occurrence`` is the year of a birthday or the id of the festival. ``falls_on`` is the day it is for, ``due_on``
    the day it is sent. It is of ``owner``, or of whoever of the role ``pool`` sends it. It waits until ``sent_at``.
    """

    # The customer's store, repeated for the indexes; the customer carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    kind = models.CharField(
        _("kind"),
        max_length=24,
        choices=[(kind.value, kind.label) for kind in (TaskKind.BIRTHDAY, TaskKind.FESTIVAL)],
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cards", verbose_name=_("customer"))
    occurrence = models.CharField(_("occurrence"), max_length=32)
    festival = models.ForeignKey(
        Festival, models.PROTECT, null=True, blank=True, related_name="cards", verbose_name=_("festival")
    )
    falls_on = models.DateField(_("for the day"))
    due_on = models.DateField(_("due on"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    pool = models.CharField(_("pool"), max_length=32, choices=Role)
    way = models.CharField(_("way"), max_length=8, choices=CardWay, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("sent by"),
    )
    created_at = models.DateTimeField(_("created at"))

    objects = GreetingCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("greeting card")
        verbose_name_plural = _("greeting cards")
        constraints = [
            models.UniqueConstraint(fields=["kind", "customer", "occurrence"], name="greeting_card_once"),
            models.CheckConstraint(
                condition=Q(kind="birthday", festival__isnull=True) | Q(kind="festival", festival__isnull=False),
                name="greeting_card_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True, way="")
                | (Q(sent_at__isnull=False, sent_by__isnull=False) & ~Q(way="")),
                name="greeting_card_sending_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["store", "kind", "due_on"], name="greeting_card_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.falls_on}"
