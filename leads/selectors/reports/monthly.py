"""The month of leads as one report: what `monthly_report leads` prints."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from leads.selectors.reports.compliance import FirstContacts, first_contacts
from leads.selectors.reports.defeats import DefeatAnalysis, defeat_analysis
from leads.selectors.reports.funnel import LeadFunnel, lead_funnel
from leads.selectors.reports.levels import LevelCounts, LevelRow, level_counts, level_leads, level_rows, with_card
from leads.selectors.reports.scope import LeadScope
from staffing.models import Staff, Store


@dataclass(frozen=True)
class MonthlyLeads:
    """Funnel, first contacts, levels and defeats of one month."""

    month: dt.date
    store_codes: tuple[str, ...]
    funnel: LeadFunnel
    contacts: FirstContacts
    levels: LevelCounts
    defeats: DefeatAnalysis


def monthly_leads(
    *, stores: Iterable[Store], month: dt.date, at: dt.datetime, viewer: Staff | None = None
) -> MonthlyLeads:
    """The month of the stores together as it stands at ``at``. ``month`` is any day of it."""
    listed = tuple(stores)
    scope = LeadScope.of_month(stores=listed, month=month, viewer=viewer)
    return MonthlyLeads(
        month=scope.first,
        store_codes=tuple(store.code for store in listed),
        funnel=lead_funnel(stores=listed, month=month, viewer=viewer),
        contacts=first_contacts(stores=listed, month=month, at=at, viewer=viewer),
        levels=level_counts(scope),
        defeats=defeat_analysis(stores=listed, month=month, viewer=viewer),
    )


def whole_level_table(scope: LeadScope, *, consultant: int | None = None) -> list[LevelRow]:
    """Every line of a month's level table, for paper."""
    return level_rows(list(with_card(level_leads(scope, consultant=consultant))), scope=scope)
