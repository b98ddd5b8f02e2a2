"""Closing a day of the register."""

import dataclasses
import datetime as dt

from django.db import IntegrityError, transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.models import RegisterDay, Visit
from leads.rules.register import day_totals
from leads.selectors.visits import line_of
from staffing.models import Staff, Store


class VisitorsInHouse(Refusal):
    """Nobody is in the house at closing."""

    message = N_("%(count)s visitors have not left yet. Write down when they left.")


class LinesWithoutReason(Refusal):
    """A day ends with a telephone or a reason in every line (LI-14)."""

    message = N_("%(count)s lines have neither a telephone nor the reason why there is none.")


class ClosedAlready(Refusal):
    message = N_("This day is closed already.")


class DayToCome(Refusal):
    message = N_("A day to come cannot be closed.")


@transaction.atomic
def close_register(*, store: Store, on: dt.date, by: Staff, at: dt.datetime) -> RegisterDay:
    """Total the day and close it (LI-15). The totals stay as they are; a line written later does not change them.

    Refuses DayToCome, VisitorsInHouse, LinesWithoutReason (LI-14), ClosedAlready.
    """
    if on > at.astimezone(store.tz).date():
        raise DayToCome
    visits = Visit.objects.filter(store=store, visited_on=on).select_related("lead", "store")
    rows = list(visits.order_by("pk"))
    here = sum(row.left_at is None and not row.by_phone for row in rows)
    if here:
        raise VisitorsInHouse(count=here)
    totals = day_totals(line_of(row) for row in rows)
    if totals.open_lines:
        raise LinesWithoutReason(count=totals.open_lines)
    try:
        with transaction.atomic():
            day = RegisterDay.objects.create(
                store=store, on=on, totals=dataclasses.asdict(totals), closed_at=at, closed_by=by
            )
    except IntegrityError as error:
        raise ClosedAlready from error
    record_event(code="register.closed", subject=day, by=by, at=at, data={"on": on.isoformat()})
    return day
