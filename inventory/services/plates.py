"""The plate of a car, as the customer tells it (D3-16, D7-04)."""

import datetime as dt

from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel import plates
from inventory.models import Vehicle
from staffing.models import Staff


@transaction.atomic
def record_plate(*, vehicle: Vehicle, plate: str, by: Staff, at: dt.datetime) -> bool:
    """Store the plate of a car that has none yet, as it is kept and compared. False when it has one by now."""
    kept = plates.normalise(plate)
    if not kept or not Vehicle.objects.filter(pk=vehicle.pk, plate="").update(plate=kept):
        return False
    vehicle.plate = kept
    record_event(code="vehicle.plate_recorded", subject=vehicle, by=by, at=at, data={"plate": ["", kept]})
    return True
