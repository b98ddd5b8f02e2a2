"""The workshop's hours, as rows of the policy say them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from dealership.web.wording import enumeration
from followups.models import WorkshopHours
from followups.rules import HoursSpan
from followups.rules.workshop import OpenHours, open_spans
from staffing.models import Store

#: A workshop that is closed for longer than this says so by leaving its hours empty.
SEARCHED_DAYS = 31


@dataclass(frozen=True)
class Workshop:
    """The hours of one store's workshop; each day is answered without a further query."""

    rows: tuple[OpenHours, ...]

    def spans(self, on: dt.date) -> tuple[HoursSpan, ...]:
        """The hours of a day; empty when it is closed."""
        return open_spans(self.rows, on)

    def is_open(self, local: dt.datetime) -> bool:
        """Whether cars are taken in at a moment, given in the store's own time."""
        return any(span.contains(local.time()) for span in self.spans(local.date()))

    def next_open_day(self, on: dt.date) -> dt.date | None:
        """The first day from ``on`` on with hours; None within a month without any."""
        days = (on + dt.timedelta(days=ahead) for ahead in range(SEARCHED_DAYS))
        return next((day for day in days if self.spans(day)), None)


def workshop_of(store: Store) -> Workshop:
    """The hours of a store's workshop. One query."""
    return Workshop(tuple(rows_that_hold(store)))


def rows_that_hold(store: Store | None) -> list[OpenHours]:
    """The store's own rows and those for all; without a store the latter alone. One query."""
    rows = WorkshopHours.objects.filter(Q(store=store) | Q(store__isnull=True)).order_by("pk")
    return [
        OpenHours(
            effective_from=row.effective_from,
            starts=row.starts,
            ends=row.ends,
            on=row.on,
            weekday=row.weekday,
            is_own=row.store_id is not None,
        )
        for row in rows
    ]


def spans_in_words(spans: tuple[HoursSpan, ...]) -> str:
    """The hours one after the other; empty for a day without."""
    return enumeration(f"{span.starts:%H:%M}–{span.ends:%H:%M}" for span in spans)
