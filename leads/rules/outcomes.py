"""Which lead of a customer a delivery ends (HO-07)."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """A current lead of the customer: ``state`` a value of LeadState, ``models`` ids of the models of interest."""

    pk: int
    state: str
    registered_on: dt.date
    models: Collection[int] = ()


def lead_delivered(candidates: Iterable[Candidate], *, delivered_on: dt.date, model_id: int | None) -> Candidate | None:
    """The lead that a delivery ends: an ordered one before one without an order, one about the delivered model before
    one about another, then the latest. A lead that was registered after the delivery has nothing to do with it."""
    fitting = [lead for lead in candidates if lead.registered_on <= delivered_on]
    return min(
        fitting,
        key=lambda lead: (
            lead.state != "ordered",
            model_id not in lead.models,
            -lead.registered_on.toordinal(),
            -lead.pk,
        ),
        default=None,
    )
