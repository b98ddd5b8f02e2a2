"""News from orders, for the apps above."""

import datetime as dt
from dataclasses import dataclass

from django.dispatch import Signal

#: A car was handed over. Sent inside the transaction with ``delivery`` (the row), ``by`` and ``at``.
delivery_recorded = Signal()

#: A workbook brought deliveries. Sent in the transaction with ``created`` and ``changed`` (lists of ImportedDelivery),
#: ``writer`` (the BatchWriter: rows written through it are undone with the import) and ``context`` (its Context).
deliveries_imported = Signal()


@dataclass(frozen=True, slots=True)
class ImportedDelivery:
    """A delivery that a workbook brought, as far as others need it. ``car_is_new``: the car was unknown before.
    ``delivered_before``: the day that stood there, when this one corrects it."""

    pk: int
    customer_id: int
    vehicle_id: int
    model_id: int
    delivered_on: dt.date
    car_is_new: bool
    delivered_before: dt.date | None = None
