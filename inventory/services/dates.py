"""When a car's insurance runs out and its periodic inspection is due, as the owner tells it (PF-06)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from dealership.audit.services import record_event
from inventory.models import Vehicle
from staffing.models import Staff


@dataclass(frozen=True)
class CarDates:
    """What the owner said; None where nothing was said."""

    insured_until: dt.date | None = None
    inspect_by: dt.date | None = None


@transaction.atomic
def record_dates(*, vehicle: Vehicle, dates: CarDates, by: Staff, at: dt.datetime) -> tuple[str, ...]:
    """Keep what the latest call has heard; an empty date changes nothing. Returns the names of what changed."""
    row = Vehicle.objects.select_for_update().get(pk=vehicle.pk)
    wanted = {"insured_until": dates.insured_until, "inspect_by": dates.inspect_by}
    changed = {name: on for name, on in wanted.items() if on is not None and on != getattr(row, name)}
    if not changed:
        return ()
    before = {name: getattr(row, name) for name in changed}
    Vehicle.objects.filter(pk=row.pk).update(**changed)
    for name, on in changed.items():
        setattr(vehicle, name, on)
    data = {name: [_plain(before[name]), _plain(on)] for name, on in changed.items()}
    record_event(code="vehicle.dates_recorded", subject=vehicle, by=by, at=at, data=data)
    return tuple(changed)


def _plain(on: dt.date | None) -> str:
    return on.isoformat() if on else ""
