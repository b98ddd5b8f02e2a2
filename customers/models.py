"""Customers, their telephones, the hours that suit them, and what they do not wish."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.enums import ContactWay, CustomerKind, NumberState
from staffing.enums import Capability, Gender
from staffing.models import Staff, Store

EVERY_DAY = 127


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's customers for those who see the store, a team's for its supervisor, else the own ones."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        mine = Q(owner_id=user.pk)
        if user.may(Capability.SEE_BOARD):
            mine |= Q(owner__superior_id=user.pk)
        return rows.filter(mine)


class Customer(models.Model):
    """A customer (客户): a person or a company. ``owner`` is the consultant who keeps the relation."""

    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="customers",
        verbose_name=_("store"),
        db_index=False,  # customer_name begins with it
    )
    name = models.CharField(_("name"), max_length=64)
    initials = models.CharField(_("pinyin initials"), max_length=32, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=CustomerKind, default=CustomerKind.PERSON)
    gender = models.CharField(_("sex"), max_length=8, choices=Gender, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    company = models.CharField(_("company"), max_length=128, blank=True)
    occupation = models.CharField(_("occupation"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=64, blank=True)
    preferred_way = models.CharField(_("preferred way of contact"), max_length=8, choices=ContactWay, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        db_index=False,  # customer_owner
    )
    knows_cars = models.BooleanField(_("knows cars"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("created at"))

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(fields=["store", "name"], name="customer_name"),
            models.Index(fields=["store", "initials"], name="customer_initials"),
            models.Index(fields=["owner"], name="customer_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerPhoneQuerySet(models.QuerySet["CustomerPhone"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user))


class CustomerPhone(models.Model):
    """A telephone of a customer in E.164 (+8613800001234). Members of a household may share a number.

    ``reversed`` holds the digits back to front, so that a search by the last digits uses an index.
    """

    # The customer's store, repeated for the indexes; the customer carries the constraint.
    store = models.ForeignKey(
        Store, models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        related_name="phones",
        verbose_name=_("customer"),
        db_index=False,  # customer_phone_once begins with it
    )
    number = models.CharField(_("number"), max_length=20)
    reversed = models.CharField(_("digits reversed"), max_length=20, editable=False)
    is_primary = models.BooleanField(_("main number"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=NumberState, default=NumberState.GOOD)

    objects = CustomerPhoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("telephone")
        verbose_name_plural = _("telephones")
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="customer_phone_once"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_primary=True), name="customer_phone_one_primary"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "number"], name="customer_phone_number"),
            models.Index(fields=["store", "reversed"], name="customer_phone_tail"),
        ]

    def __str__(self) -> str:
        return f"…{self.number[-4:]}"


class ContactWindow(models.Model):
    """Hours in which a customer wishes to be called (方便联系时间). ``weekdays`` is a mask: Monday 1 … Sunday 64.

    A customer with windows is called in them and not else; one without is called in the store's calling hours (D3-05).
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="windows", verbose_name=_("customer"))
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=EVERY_DAY)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("contact window")
        verbose_name_plural = _("contact windows")
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="contact_window_forward"),
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=EVERY_DAY), name="contact_window_weekdays"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"


class ContactBanQuerySet(models.QuerySet["ContactBan"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def standing(self) -> Self:
        return self.filter(lifted_at__isnull=True)


class ContactBan(models.Model):
    """A customer does not wish to be called (拒访), for one purpose or, with an empty ``purpose``, for all (D3-09)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="bans", verbose_name=_("customer"))
    purpose = models.CharField(_("purpose"), max_length=32, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    banned_at = models.DateTimeField(_("since"))
    banned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lift_reason = models.CharField(_("why it was lifted"), max_length=200, blank=True)

    objects = ContactBanQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact ban")
        verbose_name_plural = _("contact bans")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "purpose"], condition=Q(lifted_at__isnull=True), name="contact_ban_one_standing"
            )
        ]

    def __str__(self) -> str:
        return self.purpose or "*"
