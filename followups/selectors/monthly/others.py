"""Months of complaints, in a few figures."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from complaints.models import Complaint
from dealership.web.months import month_start, months_after
from staffing.models import Store


@dataclass(frozen=True)
class MonthlyComplaints:
    """Complaints received in the month, however they came in; each breakdown adds up to ``received``."""

    month: dt.date
    store_codes: tuple[str, ...]
    received: int
    by_kind: dict[str, int]
    by_state: dict[str, int]
    by_origin: dict[str, int]


def monthly_complaints(*, stores: Iterable[Store], month: dt.date) -> MonthlyComplaints:
    """Complaints received in the month, which begins and ends at midnight where each store is."""
    listed = tuple(stores)
    start = month_start(month)
    end = months_after(start, 1)
    received = Q(pk__in=[])
    for zone in sorted({store.timezone for store in listed}):
        members = [store for store in listed if store.timezone == zone]
        received |= Q(
            store_id__in=[store.pk for store in members],
            received_at__gte=dt.datetime.combine(start, dt.time.min, members[0].tz),
            received_at__lt=dt.datetime.combine(end, dt.time.min, members[0].tz),
        )
    by_kind: dict[str, int] = {}
    by_state: dict[str, int] = {}
    by_origin: dict[str, int] = {}
    groups = (
        Complaint.objects.filter(received).order_by().values_list("kind", "state", "origin").annotate(n=Count("pk"))
    )
    for kind, state, origin, n in groups:
        by_kind[kind] = by_kind.get(kind, 0) + n
        by_state[state] = by_state.get(state, 0) + n
        by_origin[origin] = by_origin.get(origin, 0) + n
    return MonthlyComplaints(
        month=start,
        store_codes=tuple(store.code for store in listed),
        received=sum(by_kind.values()),
        by_kind=by_kind,
        by_state=by_state,
        by_origin=by_origin,
    )
