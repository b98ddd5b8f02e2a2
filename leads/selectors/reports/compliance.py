"""First contact within 24 hours (LI-02): who kept the promise, how long it took, and where it was broken."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from dealership.kernel.figures import rate
from leads.enums import Channel
from leads.rules.reports import KEPT, LATE, MISSING, WAITING, first_contact_standing, median, percentile
from leads.selectors.reports.scope import LeadScope, first_owner, people_named
from staffing.models import Staff, Store


@dataclass(frozen=True)
class Promises:
    """The leads of a line: ``hours`` from the registration to the first try, of those that were tried."""

    kept: int = 0
    late: int = 0
    missing: int = 0
    waiting: int = 0
    hours: tuple[float, ...] = ()

    @property
    def due(self) -> int:
        """Kept, late and missing; what is not due yet counts on neither side."""
        return self.kept + self.late + self.missing

    @property
    def breaches(self) -> int:
        return self.late + self.missing

    @property
    def kept_rate(self) -> float | None:
        """Kept ÷ due."""
        return rate(self.kept, self.due)

    @property
    def median_hours(self) -> float | None:
        return median(self.hours)

    @property
    def p90_hours(self) -> float | None:
        """Nine of ten were tried within so many hours."""
        return percentile(self.hours, 0.9)


@dataclass(frozen=True)
class PromiseRow:
    """The line of an agent or of a channel; ``key`` is the id or the code, None the pool."""

    key: int | str | None
    name: str
    employee_no: str
    promises: Promises


@dataclass(frozen=True)
class FirstContacts:
    """The leads registered in a month. ``agents`` are those who had the lead first."""

    month: dt.date
    store_codes: tuple[str, ...]
    total: Promises
    agents: tuple[PromiseRow, ...]
    channels: tuple[PromiseRow, ...]


def first_contacts(
    *, stores: Iterable[Store], month: dt.date, at: dt.datetime, viewer: Staff | None = None
) -> FirstContacts:
    """The first contacts of the leads registered in a month, as they stand at ``at``. Two statements."""
    scope = LeadScope.of_month(stores=stores, month=month, viewer=viewer)
    rows = _registered(scope).values_list("person", "channel", "registered_at", "first_due_at", "first_contact_at")
    leads = [
        (
            person,
            channel,
            first_contact_standing(due_at=due_at, contacted_at=contacted_at, at=at),
            None if contacted_at is None else max((contacted_at - registered_at).total_seconds() / 3600, 0.0),
        )
        for person, channel, registered_at, due_at, contacted_at in rows
    ]
    names = people_named([lead[0] for lead in leads])
    agents = [
        PromiseRow(
            pk,
            names[pk].name if pk is not None else _("Pool"),
            names[pk].employee_no if pk is not None else "",
            _promises(lead for lead in leads if lead[0] == pk),
        )
        for pk in {lead[0] for lead in leads}
    ]
    labels = dict(Channel.choices)
    return FirstContacts(
        month=scope.first,
        store_codes=tuple(store.code for store in scope.stores),
        total=_promises(leads),
        agents=tuple(sorted(agents, key=lambda row: (row.key is None, row.employee_no, str(row.key)))),
        channels=tuple(
            PromiseRow(code, str(labels.get(code, code)), "", _promises(lead for lead in leads if lead[1] == code))
            for code in sorted({lead[1] for lead in leads})
        ),
    )


def leads_of_promise(
    standing: str,
    *,
    scope: LeadScope,
    at: dt.datetime,
    agent: int | None = None,
    without_agent: bool = False,
    channel: str = "",
) -> "QuerySet[Any]":
    """The leads of a line: ``due``, ``breaches``, ``kept``, ``late``, ``missing`` or ``waiting``; the oldest first.
    Raises KeyError for another word."""
    tried = Q(first_contact_at__isnull=False)
    conditions = {
        KEPT: tried & Q(first_contact_at__lte=F("first_due_at")),
        LATE: tried & Q(first_contact_at__gt=F("first_due_at")),
        MISSING: Q(first_contact_at__isnull=True, first_due_at__lte=at),
        WAITING: Q(first_contact_at__isnull=True, first_due_at__gt=at),
    }
    conditions["breaches"] = conditions[LATE] | conditions[MISSING]
    conditions["due"] = conditions[KEPT] | conditions["breaches"]
    rows = _registered(scope).filter(conditions[standing])
    if agent is not None:
        rows = rows.filter(person=agent)
    elif without_agent:
        rows = rows.filter(person__isnull=True)
    return (rows.filter(channel=channel) if channel else rows).order_by("registered_at", "pk")


def _registered(scope: LeadScope) -> "QuerySet[Any]":
    return scope.leads().filter(scope.within("registered_at")).annotate(person=first_owner()).order_by()


def _promises(leads: Iterable[tuple[int | None, str, str, float | None]]) -> Promises:
    listed = list(leads)
    count = {word: sum(lead[2] == word for lead in listed) for word in (KEPT, LATE, MISSING, WAITING)}
    return Promises(**count, hours=tuple(lead[3] for lead in listed if lead[3] is not None))
