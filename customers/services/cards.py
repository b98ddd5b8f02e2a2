"""Completing the customer's card during a call (D3-17)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from customers.models import Customer
from customers.selectors.cards import CARD_FIELDS
from dealership.audit.services import record_event
from staffing.models import Staff

#: What the latest call has heard counts.
ANY_TIME = ("preferred_way", "knows_cars")


@dataclass(frozen=True)
class CardCompletion:
    """``filled``: field names that were stored. ``kept``: fields that somebody had filled otherwise in the meantime."""

    filled: tuple[str, ...]
    kept: tuple[str, ...]


@transaction.atomic
def complete_card(*, customer: Customer, values: Mapping[str, Any], by: Staff, at: dt.datetime) -> CardCompletion:
    """Fill empty fields of the card, and note what may change any time: the preferred way of contact (D3-12), whether
    the customer knows cars (N1-05).

    ``values`` holds field names of CARD_FIELDS and of ANY_TIME; empty values are left out. A field that somebody
    else filled meanwhile keeps the other's value and is named in ``kept``.
    """
    before: dict[str, Any] = {}
    filled: dict[str, Any] = {}
    kept: list[str] = []
    for name, value in values.items():
        if value in (None, "") or (name not in CARD_FIELDS and name not in ANY_TIME):
            continue
        rows = Customer.objects.filter(pk=customer.pk)
        if name in ANY_TIME:
            changed = rows.exclude(**{name: value}).update(**{name: value})
        else:
            changed = rows.filter(**_empty(name)).update(**{name: value})
        if changed:
            before[name] = getattr(customer, name)
            filled[name] = value
            setattr(customer, name, value)
        elif name not in ANY_TIME and not Customer.objects.filter(pk=customer.pk, **{name: value}).exists():
            kept.append(name)
    if filled:
        record_event(
            code="customer.completed",
            subject=customer,
            by=by,
            at=at,
            data={name: [_plain(before[name]), _plain(value)] for name, value in filled.items()},
        )
    return CardCompletion(filled=tuple(filled), kept=tuple(kept))


def _empty(name: str) -> dict[str, Any]:
    return {f"{name}__isnull": True} if name == "birthday" else {name: ""}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
