"""Reads for the pages of defeats."""

import datetime as dt

from django.db.models import QuerySet

from leads.enums import DefeatState
from leads.models import Defeat, Lead
from staffing.enums import Role
from staffing.models import Staff, Store

_SHOWN = ("lead__store", "lead__customer", "lead__owner", "by", "decided_by")


def defeats_seen(user: Staff, *, pending: bool) -> QuerySet[Defeat]:
    """The applications that wait, the oldest first, or those decided, the latest first."""
    rows = Defeat.objects.visible_to(user).select_related(*_SHOWN).prefetch_related("lead__interests__model")
    if pending:
        return rows.filter(state=DefeatState.PENDING).order_by("at", "pk")
    return rows.exclude(state=DefeatState.PENDING).order_by("-decided_at", "-pk")


def main_model(lead: Lead) -> str:
    """The name of the main model, empty without one. Uses what is prefetched."""
    return next((row.model.name for row in lead.interests.all() if row.is_main), "")


def opened_on(lead: Lead) -> dt.date:
    """The day the card was opened (建卡日期): as written on it, else the day of the registration."""
    return lead.card_opened_on or lead.registered_at.astimezone(lead.store.tz).date()


def people_for_leads(store: Store) -> QuerySet[Staff]:
    """Who may own a lead: the store's employed consultants and telesales people, and those who lead them."""
    roles = (Role.SALES_CONSULTANT, Role.TELESALES, Role.SALES_SUPERVISOR, Role.TELESALES_SUPERVISOR)
    people: QuerySet[Staff] = Staff.objects.filter(store=store).employed().holding(*roles).order_by("name", "pk")
    return people
