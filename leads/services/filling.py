"""Filling what is missing on the front of the card during a call (CC-17)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from dealership.audit.services import record_event
from leads.models import Lead
from staffing.models import Staff

#: What a call asks for, the most important first. Empty texts and missing values are what is "not yet known".
ASKED_FIELDS = ("buys_on", "budget_fen", "purchase_method", "competitors", "decision_maker", "use", "current_car")


def missing_fields(lead: Lead) -> tuple[str, ...]:
    """Which of ASKED_FIELDS nobody has filled yet, in their order."""
    return tuple(name for name in ASKED_FIELDS if getattr(lead, name) in (None, ""))


@transaction.atomic
def fill_missing(*, lead: Lead, values: Mapping[str, Any], by: Staff, at: dt.datetime) -> tuple[str, ...]:
    """Fill fields of ASKED_FIELDS that are empty. One that somebody else filled meanwhile keeps the other's value.

    Returns the names of those that were stored. Audited.
    """
    filled: dict[str, list[object]] = {}
    for name, value in values.items():
        if name not in ASKED_FIELDS or value in (None, ""):
            continue
        empty = Q(**{f"{name}__isnull": True}) if Lead._meta.get_field(name).null else Q(**{name: ""})
        if Lead.objects.filter(empty, pk=lead.pk).update(**{name: value}):
            setattr(lead, name, value)
            filled[name] = ["", value.isoformat() if isinstance(value, dt.date) else value]
    if filled:
        record_event(code="lead.completed", subject=lead, by=by, at=at, data=filled)
    return tuple(filled)
