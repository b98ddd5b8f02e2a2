"""Holding rows in the one order that everybody keeps (docs/architecture.md): leads by id, then what hangs on them, then
customers by id. Whoever holds one of the rows is waited for; no two ever wait for each other."""

from collections.abc import Collection, Iterable

from customers.models import Customer
from leads.models import Lead


def hold_leads(ids: Collection[int]) -> None:
    """Leads, until the caller's transaction ends. SQLite has one writer anyway."""
    rows = Lead.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def hold_customers_of(leads: Iterable[Lead]) -> None:
    """The customers of leads and those who introduced them, until the caller's transaction ends. After the leads."""
    ids = {pk for lead in leads for pk in (lead.customer_id, lead.introducer_id) if pk is not None}
    rows = Customer.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
