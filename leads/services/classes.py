"""Keeping the classes of customers (RC-01..06): on events, and every night by index."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db import transaction
from django.db.models import Q

from customers.models import Customer
from leads.models import ClassChange, CustomerClassification
from leads.rules.classes import Classified, classify
from leads.selectors.classes import class_facts, customers_to_classify
from leads.selectors.policies import lead_policy
from staffing.models import Store

#: So many customers are looked at in one transaction.
CHUNK = 2_000
_STORED = ("customer_class", "referrals", "since", "review_on")


@transaction.atomic
def classify_customers(*, store: Store, customer_ids: Collection[int], at: dt.datetime, reason: str) -> int:
    """Reckon the classes of customers of a store anew; returns how many changed their class.

    ``reason`` is the code of what happened, kept with each change. The same number of queries for one and for many; a
    second run changes nothing. Whoever reckons one of them at the same moment is waited for.
    """
    ids = sorted(set(customer_ids))
    on = at.astimezone(store.tz).date()
    rows = Customer.objects.select_for_update(no_key=True).filter(store=store, pk__in=ids).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return 0
    rule = lead_policy(store, on)
    facts = class_facts(store, ids)
    known = {row.customer_id: row for row in CustomerClassification.objects.filter(customer__in=ids)}
    changed: list[ClassChange] = []
    written: list[CustomerClassification] = []
    for pk in ids:
        found, row = classify(facts[pk], on=on, rule=rule), known.get(pk)
        if row is None or row.customer_class != found.customer_class:
            changed.append(_change(pk, row, found, at, reason))
        if row is None or _differs(row, found):
            written.append(_row(pk, row, found, on))
    CustomerClassification.objects.bulk_create(
        written, batch_size=500, update_conflicts=True, unique_fields=["customer"], update_fields=_STORED
    )
    ClassChange.objects.bulk_create(changed, batch_size=500)
    return len(changed)


def sweep_classes(*, at: dt.datetime) -> int:
    """The nightly look at every store: demotes VIPs whose window emptied, and classes those whom no event named.

    Each chunk is a transaction of its own; a run that is cut short or repeated leaves the same rows. Returns how many
    customers changed their class.
    """
    changed = 0
    for store in Store.objects.active().order_by("pk"):
        ids = customers_to_classify(store, at.astimezone(store.tz).date(), at=at)
        for part in _parts(ids):
            changed += classify_customers(store=store, customer_ids=part, at=at, reason="nightly")
    return changed


def look_again(*, customer_ids: Collection[int], on: dt.date) -> int:
    """Let the coming night look at customers whom a set of rows concerned (an import, or its undoing). One query."""
    rows = CustomerClassification.objects.filter(Q(review_on__isnull=True) | Q(review_on__gt=on))
    return rows.filter(customer_id__one_of=customer_ids).update(review_on=on) if customer_ids else 0


def forget_classes(*, customer_ids: Collection[int]) -> None:
    """Remove what was reckoned of customers who are about to go themselves (an import that is undone)."""
    if customer_ids:
        CustomerClassification.objects.filter(customer_id__one_of=customer_ids).delete()
        ClassChange.objects.filter(customer_id__one_of=customer_ids).delete()


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def _change(
    pk: int, row: CustomerClassification | None, found: Classified, at: dt.datetime, reason: str
) -> ClassChange:
    before = row.customer_class if row is not None else ""
    return ClassChange(customer_id=pk, before=before, customer_class=found.customer_class, at=at, reason=reason)


def _differs(row: CustomerClassification, found: Classified) -> bool:
    stored = (row.customer_class, row.referrals, row.review_on)
    return stored != (found.customer_class, found.referrals, found.review_on)


def _row(pk: int, row: CustomerClassification | None, found: Classified, on: dt.date) -> CustomerClassification:
    stays = row is not None and row.customer_class == found.customer_class
    return CustomerClassification(
        customer_id=pk,
        customer_class=found.customer_class,
        referrals=found.referrals,
        since=row.since if row is not None and stays else on,
        review_on=found.review_on,
    )
