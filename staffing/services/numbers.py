"""Numbers without gaps and without twins."""

from django.db import transaction
from django.db.models import F

from staffing.models import NumberSequence, Store


@transaction.atomic
def next_number(*, store: Store, series: str) -> int:
    """The next number of a series of the store, starting at 1.

    The increment is one UPDATE, which locks the row until the caller's transaction ends: a rolled-back caller gives
    its number back, and no two callers get the same one.
    """
    NumberSequence.objects.bulk_create([NumberSequence(store=store, series=series)], ignore_conflicts=True)
    rows = NumberSequence.objects.filter(store=store, series=series)
    rows.update(last=F("last") + 1)
    return rows.get().last


@transaction.atomic
def next_numbers(*, store: Store, series: str, count: int) -> range:
    """The next ``count`` numbers of a series in one go, for imports."""
    NumberSequence.objects.bulk_create([NumberSequence(store=store, series=series)], ignore_conflicts=True)
    rows = NumberSequence.objects.filter(store=store, series=series)
    rows.update(last=F("last") + count)
    last = rows.get().last
    return range(last - count + 1, last + 1)
