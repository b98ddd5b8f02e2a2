"""First contact within 24 hours (LI-02) and the first week (LG-07): who kept them, how long it took, where not."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from dealership.kernel.figures import rate
from leads.enums import Channel
from leads.models import Contact
from leads.rules.reports import (
    KEPT,
    LATE,
    MISSING,
    WAITING,
    first_contact_standing,
    first_week_standing,
    median,
    percentile,
)
from leads.selectors.policies import lead_policy
from leads.selectors.reports.scope import LeadScope, first_owner, people_named
from staffing.models import Staff, Store

#: Begins the words of the first week.
WEEK = "week_"


@dataclass(frozen=True)
class Promises:
    """The leads of a line: ``hours`` from the registration to the first try, of those that were tried. ``week_…`` are
    the three contacts of the first week."""

    kept: int = 0
    late: int = 0
    missing: int = 0
    waiting: int = 0
    hours: tuple[float, ...] = ()
    week_kept: int = 0
    week_missing: int = 0
    week_waiting: int = 0

    @property
    def week_due(self) -> int:
        """Kept and missing; a week that still runs counts on neither side."""
        return self.week_kept + self.week_missing

    @property
    def week_rate(self) -> float | None:
        return rate(self.week_kept, self.week_due)

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
    """The first contacts of the leads registered in a month, as they stand at ``at``. Five statements; one a store."""
    scope = LeadScope.of_month(stores=stores, month=month, viewer=viewer)
    rows = _registered(scope).values_list(
        "pk", "person", "channel", "registered_at", "first_due_at", "first_contact_at"
    )
    weeks = first_weeks(scope, at=at)
    leads = [
        (
            person,
            channel,
            first_contact_standing(due_at=due_at, contacted_at=contacted_at, at=at),
            None if contacted_at is None else max((contacted_at - registered_at).total_seconds() / 3600, 0.0),
            weeks[pk],
        )
        for pk, person, channel, registered_at, due_at, contacted_at in rows
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
    """The leads of a line: ``due``, ``breaches``, ``kept``, ``late``, ``missing`` or ``waiting``, and of the first week
    ``week_due``, ``week_kept``, ``week_missing``; the oldest first. Raises KeyError for another word."""
    tried = Q(first_contact_at__isnull=False)
    conditions = {
        KEPT: tried & Q(first_contact_at__lte=F("first_due_at")),
        LATE: tried & Q(first_contact_at__gt=F("first_due_at")),
        MISSING: Q(first_contact_at__isnull=True, first_due_at__lte=at),
        WAITING: Q(first_contact_at__isnull=True, first_due_at__gt=at),
    }
    conditions["breaches"] = conditions[LATE] | conditions[MISSING]
    conditions["due"] = conditions[KEPT] | conditions["breaches"]
    if standing.startswith(WEEK):
        wanted = (KEPT, MISSING) if standing == f"{WEEK}due" else (standing.removeprefix(WEEK),)
        conditions[standing] = Q(pk__in=[pk for pk, week in first_weeks(scope, at=at).items() if week in wanted])
    rows = _registered(scope).filter(conditions[standing])
    if agent is not None:
        rows = rows.filter(person=agent)
    elif without_agent:
        rows = rows.filter(person__isnull=True)
    return (rows.filter(channel=channel) if channel else rows).order_by("registered_at", "pk")


def _registered(scope: LeadScope) -> "QuerySet[Any]":
    return scope.leads().filter(scope.within("registered_at")).annotate(person=first_owner()).order_by()


def first_weeks(scope: LeadScope, *, at: dt.datetime) -> dict[int, str]:
    """How each lead registered in the days stands with the three contacts of its first week (LG-07). Two statements,
    and one a store."""
    rules = {store.pk: (lead_policy(store, scope.first), store.tz) for store in scope.stores}
    registered = _registered(scope)
    spoken: dict[int, list[dt.datetime]] = {}
    lines = Contact.objects.filter(lead__in=registered.values("pk"), reached=True)
    for lead, moment in lines.values_list("lead", "at"):
        spoken.setdefault(lead, []).append(moment)
    found = {}
    for pk, store, registered_at, closed_at, ordered_on in registered.values_list(
        "pk", "store_id", "registered_at", "closed_at", "ordered_on"
    ):
        rule, zone = rules[store]
        left = [day for day in (closed_at and closed_at.astimezone(zone).date(), ordered_on) if day]
        found[pk] = first_week_standing(
            [moment.astimezone(zone).date() for moment in spoken.get(pk, [])],
            registered_on=registered_at.astimezone(zone).date(),
            left_on=min(left, default=None),
            on=at.astimezone(zone).date(),
            rule=rule,
        )
    return found


def _promises(leads: Iterable[tuple[int | None, str, str, float | None, str]]) -> Promises:
    listed = list(leads)
    count = {word: sum(lead[2] == word for lead in listed) for word in (KEPT, LATE, MISSING, WAITING)}
    weeks = Counter(lead[4] for lead in listed)
    count |= {f"{WEEK}{word}": weeks[word] for word in (KEPT, MISSING, WAITING)}
    return Promises(**count, hours=tuple(lead[3] for lead in listed if lead[3] is not None))
