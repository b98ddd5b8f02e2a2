"""Reads about how leads end: tries that were not answered."""

import datetime as dt

from leads.models import Lead


def unanswered_tries(lead: Lead) -> list[tuple[dt.datetime, str]]:
    """The tries since the last conversation, the earliest first: moment in the store's zone, and way. One query."""
    tries: list[tuple[dt.datetime, str]] = []
    for at, way, reached in lead.contact_rows.order_by("-number").values_list("at", "way", "reached"):
        if reached:
            break
        tries.append((at.astimezone(lead.store.tz), way))
    return tries[::-1]
