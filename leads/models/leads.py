"""A lead: one intention of one customer, and the models it is about."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from inventory.models import VehicleModel
from leads.enums import FOLLOWED, Channel, LeadState, PurchaseMethod, Stage, TradeIn, Way
from staffing.enums import Capability, Role
from staffing.models import Staff, Store


def _of_the_team_of(user: Staff) -> Q:
    """Leads of the people who answer to ``user``: by name, or by their role when nobody is named."""
    return Q(owner__superior_id=user.pk) | Q(owner__superior__isnull=True, owner__role_rows__role__in=user.led_roles)


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: Staff) -> Self:
        """The store's for those who see the store; for a supervisor a team's and the led pools'; else the own, the own
        pools', and those that one handed over, whose result telesales goes on to see (HO-07)."""
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        mine = Q(owner_id=user.pk) | Q(telesales_id=user.pk) | Q(owner__isnull=True, pool__in=user.roles)
        if user.may(Capability.SEE_BOARD):
            led = Q(owner__isnull=True, pool__in=user.led_roles) | _of_the_team_of(user)
            return rows.filter(pk__in=Lead.objects.filter(mine | led).values("pk"))
        return rows.filter(mine)

    def workable_by(self, user: Staff) -> Self:
        """What one writes on: the own leads, and for whoever leads a team its people's, in whose place a leader stands
        (CC-16). A lead of a pool is taken first; one that was handed over is the other side's (HO-06)."""
        rows = self.filter(store_id=user.store_id)
        if not user.may(Capability.ASSIGN_LEADS):
            return rows.filter(owner_id=user.pk)
        return rows.filter(pk__in=Lead.objects.filter(Q(owner_id=user.pk) | _of_the_team_of(user)).values("pk"))

    def editable_by(self, user: Staff) -> Self:
        """Whose front of the card one changes: what one works, and what is somebody's whose leads one may give to
        others (CC-13)."""
        if user.may(Capability.ASSIGN_LEADS):
            return self.assignable_by(user).filter(owner__isnull=False)
        return self.workable_by(user)

    def assignable_by(self, user: Staff) -> Self:
        """What one may give to somebody else: the store's for a manager, for a supervisor the team's, the own ones and
        those of the pools that one leads. Nothing without the right to give leads to people."""
        if not user.may(Capability.ASSIGN_LEADS):
            return self.none()
        if user.sees_all_stores():
            return self
        rows = self.filter(store_id=user.store_id)
        if user.may(Capability.SEE_STORE):
            return rows
        pools = {*user.led_roles, *user.roles}
        mine = Q(owner_id=user.pk) | Q(owner__isnull=True, pool__in=pools) | _of_the_team_of(user)
        return rows.filter(pk__in=Lead.objects.filter(mine).values("pk"))

    def revivable_by(self, user: Staff) -> Self:
        """What one takes up again after it ended: one's own, what waits in a pool of one's own, what one may give."""
        if user.may(Capability.ASSIGN_LEADS):
            return self.assignable_by(user)
        waits = Q(owner__isnull=True, pool__in=user.roles)
        return self.filter(Q(owner_id=user.pk) | waits, store_id=user.store_id)

    def followed(self) -> Self:
        """Those that somebody follows up: open, or waiting for the car."""
        return self.filter(state__in=FOLLOWED)

    def current(self) -> Self:
        """Neither ended nor joined with another: what a duplicate telephone joins (LI-22)."""
        return self.filter(state__in=[LeadState.OPEN, LeadState.DEFEAT_APPLIED, LeadState.ORDERED])


class Lead(models.Model):
    """One intention of one customer to buy (线索 / 意向). Its card is the yellow card (黄卡).

    It belongs to ``owner``, or to whoever of the role ``pool`` takes it next; every change of owner is an Ownership.
    ``telesales`` is the agent who brought the customer in and keeps seeing the result (HO-07). ``grade`` is the code of
    a Grade; both sides' judgements stand in GradeChange. ``contacts`` counts those at which the customer was spoken to,
    ``tries`` the unanswered ones since. ``next_contact_on`` runs from the last actual contact (LG-26), or from a
    promise; ``next_reason`` is the plan half of the next line of the card (CC-06, CC-08). ``settled_at``: the grade is
    final from then on (LG-07). ``card_source``: the code of a CardSource (LI-11); ``introducer_phone`` is E.164.
    """

    store = models.ForeignKey(
        Store,
        models.PROTECT,
        related_name="leads",
        verbose_name=_("store"),
        db_index=False,  # lead_number_once
    )
    number = models.CharField(_("number"), max_length=40)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="leads", verbose_name=_("customer"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    source = models.CharField(_("source in its own words"), max_length=64, blank=True)
    registered_at = models.DateTimeField(_("registered at"))
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.TELESALES)
    state = models.CharField(_("state"), max_length=16, choices=LeadState, default=LeadState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # lead_mine
        verbose_name=_("owner"),
    )
    pool = models.CharField(_("pool"), max_length=32, choices=Role, default=Role.TELESALES)
    telesales = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("telesales")
    )
    is_fleet = models.BooleanField(_("fleet customer"), default=False)

    grade = models.CharField(_("grade"), max_length=4, blank=True)
    settled_at = models.DateTimeField(_("grade final since"), null=True, blank=True)
    first_due_at = models.DateTimeField(_("first contact due at"))
    first_contact_at = models.DateTimeField(_("first contact at"), null=True, blank=True)
    last_contact_at = models.DateTimeField(_("last contact at"), null=True, blank=True)
    contacts = models.PositiveSmallIntegerField(_("contacts"), default=0)
    tries = models.PositiveSmallIntegerField(_("unanswered tries since"), default=0)
    next_contact_on = models.DateField(_("next contact on"), null=True, blank=True)
    next_contact_at = models.DateTimeField(_("promised at"), null=True, blank=True)
    next_way = models.CharField(_("way of the next contact"), max_length=12, choices=Way, blank=True)
    next_reason = models.CharField(_("reason of the next contact"), max_length=300, blank=True)

    # The front of the card (§6.1).
    reason_to_follow = models.CharField(_("reason to go on"), max_length=300, blank=True)
    confidence = models.CharField(_("confidence"), max_length=200, blank=True)
    need = models.CharField(_("need"), max_length=200, blank=True)
    purchasing_power = models.CharField(_("purchasing power"), max_length=200, blank=True)
    budget_fen = models.BigIntegerField(_("budget, fen"), null=True, blank=True)
    purchase_method = models.CharField(_("purchase method"), max_length=8, choices=PurchaseMethod, blank=True)
    buys_on = models.DateField(_("plans to buy on"), null=True, blank=True)
    colour = models.CharField(_("colour"), max_length=32, blank=True)
    configuration = models.CharField(_("configuration"), max_length=64, blank=True)
    competitors = models.CharField(_("competing models"), max_length=120, blank=True)
    use = models.CharField(_("use"), max_length=64, blank=True)
    decision_maker = models.CharField(_("who decides"), max_length=64, blank=True)
    plate_region = models.CharField(_("region of the plate"), max_length=32, blank=True)
    current_car = models.CharField(_("present car"), max_length=120, blank=True)
    trade_in = models.CharField(_("trade-in"), max_length=4, choices=TradeIn, blank=True)
    companions = models.CharField(_("companions"), max_length=120, blank=True)
    objections = models.CharField(_("objections"), max_length=300, blank=True)
    help_needed = models.CharField(_("help needed"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=32, blank=True)
    introducer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="introduced", verbose_name=_("introduced by")
    )
    introducer_name = models.CharField(_("introducer's name"), max_length=64, blank=True)
    introducer_relation = models.CharField(_("introducer's relation"), max_length=32, blank=True)
    introducer_phone = models.CharField(_("introducer's telephone"), max_length=20, blank=True)
    card_source = models.CharField(_("source of the customer"), max_length=8, blank=True)
    note = models.TextField(_("note"), blank=True)
    card_opened_on = models.DateField(_("card opened on"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )

    ordered_on = models.DateField(_("ordered on"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    close_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("joined with")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="lead_number_once"),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | (~Q(state="merged") & Q(merged_into=None)),
                name="lead_merged_into_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "next_contact_on"], condition=Q(state__in=["open", "ordered"]), name="lead_mine"
            ),
            models.Index(
                fields=["store", "next_contact_on"], condition=Q(state__in=["open", "ordered"]), name="lead_due"
            ),
            models.Index(
                fields=["store", "first_due_at"],
                condition=Q(state="open", first_contact_at__isnull=True),
                name="lead_first_due",
            ),
            models.Index(fields=["store", "registered_at"], name="lead_registered"),
            models.Index(fields=["store", "pool"], condition=Q(state="open", owner__isnull=True), name="lead_pool"),
            models.Index(
                F("store"),
                Coalesce("closed_at", "registered_at").desc(),
                F("id").desc(),
                condition=Q(state__in=["lost", "defeated"], owner__isnull=True),
                name="lead_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class InterestQuerySet(models.QuerySet["Interest"]):
    def visible_to(self, user: Staff) -> Self:
        return self.filter(lead__in=Lead.objects.visible_to(user))


class Interest(models.Model):
    """A model that the customer thinks of; one of them is the main one (LI-23)."""

    lead = models.ForeignKey(
        Lead,
        models.CASCADE,
        related_name="interests",
        verbose_name=_("lead"),
        db_index=False,  # interest_once
    )
    model = models.ForeignKey(VehicleModel, models.PROTECT, related_name="+", verbose_name=_("vehicle model"))
    is_main = models.BooleanField(_("main model"), default=False)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("model of interest")
        verbose_name_plural = _("models of interest")
        constraints = [
            models.UniqueConstraint(fields=["lead", "model"], name="interest_once"),
            models.UniqueConstraint(fields=["lead"], condition=Q(is_main=True), name="interest_one_main"),
        ]

    def __str__(self) -> str:
        return f"{self.model_id}"
