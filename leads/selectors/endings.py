"""Reads about how leads end: tries that were not answered, purchases too far away, leads that came back."""

import datetime as dt
from collections.abc import Collection

from leads.models import Lead, Recycling
from leads.rules.defeats import is_too_late
from leads.selectors.policies import lead_policy


def buys_too_late(lead: Lead, *, on: dt.date) -> bool:
    """Whether the card says that the customer buys beyond the policy's year (DF-05). One query."""
    if lead.buys_on is None:
        return False
    registered_on = lead.registered_at.astimezone(lead.store.tz).date()
    return is_too_late(lead.buys_on, registered_on=registered_on, rule=lead_policy(lead.store, on))


def recycled_from(lead_ids: Collection[int], *, tz: dt.tzinfo) -> dict[int, str]:
    """Of leads that came back from the showroom (LI-06): the day of the last time, and from whom. One query."""
    rows = Recycling.objects.filter(lead__in=lead_ids).order_by("at", "pk").values_list("lead", "at", "before__name")
    return {lead: f"{at.astimezone(tz):%Y-%m-%d} {name or ''}".strip() for lead, at, name in rows}


def unanswered_tries(lead: Lead) -> list[tuple[dt.datetime, str]]:
    """The tries since the last conversation, the earliest first: moment in the store's zone, and way. One query."""
    tries: list[tuple[dt.datetime, str]] = []
    for at, way, reached in lead.contact_rows.order_by("-number").values_list("at", "way", "reached"):
        if reached:
            break
        tries.append((at.astimezone(lead.store.tz), way))
    return tries[::-1]
