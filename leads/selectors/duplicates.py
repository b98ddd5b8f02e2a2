"""Leads that are likely one and the same intention, and the joinings made."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, F, QuerySet

from leads.models import Lead, Merge
from staffing.enums import Capability
from staffing.models import Staff

#: Two of one name and model count as likely the same when they came within so many days.
CLOSE_DAYS = 30
#: More pairs than that are a matter of the workbook they came with, not of looking through them.
PAIRS_AT_MOST = 100


@dataclass(frozen=True)
class LikelyPair:
    """Two current leads, the earlier one first. ``same_phone``: they share a telephone; else name, main model and days
    are alike."""

    earlier: Lead
    later: Lead
    same_phone: bool


def likely_duplicates(user: Staff) -> list[LikelyPair]:
    """The pairs that the person may join: of what one may give to others, else of the own leads, when joining brings no
    telephone of a colleague's customer along.
    Three queries, whatever their number. The latest pairs first."""
    assigns = user.may(Capability.ASSIGN_LEADS)
    seen = Lead.objects.visible_to(user).current()
    rows = seen.assignable_by(user) if assigns else seen.filter(owner_id=user.pk)
    numbers = _groups(rows, "store_id", "customer__phones__number")
    alike = _groups(rows.filter(interests__is_main=True), "store_id", "customer__name", "interests__model_id")
    pairs = {pair: True for group in numbers for pair in combinations(sorted(group), 2)}
    close = {pair: False for group in alike for pair in combinations(sorted(group), 2)}
    wanted = {**close, **pairs}
    leads = rows.filter(pk__in={pk for pair in wanted for pk in pair}).select_related("customer", "owner", "store")
    known = leads.in_bulk()
    found = []
    for (one, other), same_phone in wanted.items():
        if one not in known or other not in known:
            continue
        if not assigns and not _are_own_customers(known[one], known[other], user):
            continue
        earlier, later = sorted((known[one], known[other]), key=lambda lead: (lead.registered_at, lead.pk))
        if same_phone or later.registered_at - earlier.registered_at <= dt.timedelta(days=CLOSE_DAYS):
            found.append(LikelyPair(earlier, later, same_phone))
    found.sort(key=lambda pair: (not pair.same_phone, -pair.later.registered_at.timestamp(), pair.later.pk))
    return found[:PAIRS_AT_MOST]


def _are_own_customers(one: Lead, other: Lead, user: Staff) -> bool:
    return one.customer_id == other.customer_id or {one.customer.owner_id, other.customer.owner_id} == {user.pk}


def merges_made(user: Staff) -> QuerySet[Merge]:
    """The joinings whose lead one sees, the latest first."""
    rows = Merge.objects.visible_to(user).select_related("kept__customer", "kept__owner", "dropped__customer", "by")
    return rows.select_related("undone_by").order_by("-at", "-pk")


def _groups(rows: QuerySet[Lead], *keys: str) -> list[set[int]]:
    """The leads that agree in ``keys``, two or more; asked of the database, which sends only what agrees."""
    columns = {f"{key}__isnull": False for key in keys}
    doubled = rows.filter(**columns).order_by().values(*keys).annotate(times=Count("pk", distinct=True))
    wanted = {tuple(row[key] for key in keys) for row in doubled.filter(times__gt=1)[: PAIRS_AT_MOST * 2]}
    if not wanted:
        return []
    groups: dict[tuple[object, ...], set[int]] = defaultdict(set)
    last = {key for *_rest, key in wanted}
    for pk, *values in rows.filter(**{f"{keys[-1]}__in": last}).annotate(one=F("pk")).values_list("one", *keys):
        if tuple(values) in wanted:
            groups[tuple(values)].add(pk)
    return list(groups.values())
