"""What the lines of the LMS say against the records: leads known by number, current leads, and customers."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers.models import Customer, CustomerPhone
from customers.services.phones import digits_reversed
from dealership.kernel.names import initials
from dealership.kernel.text import squeezed
from dealership.workbooks.comparing import Row, known_rows
from dealership.workbooks.enums import Verdict
from dealership.workbooks.kinds import Context, Record
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from leads.enums import LeadState
from leads.models import Interest, Lead
from staffing.models import Store


@dataclass(slots=True)
class Enquirer:
    """A customer of the LMS: one for all lines with the same number and name. ``pk`` is None for a new one."""

    pk: int | None
    name: str
    number: str
    owner_id: int | None = None
    is_new: bool = False


def known_leads(store: Store, records: Sequence[Record]) -> dict[str, Row]:
    """The leads of the file that are in the records, by number, each with whether it has a model of interest."""
    known = known_rows(
        Lead.objects.filter(store=store),
        "number",
        (record.values["number"] for record in records),
        "pk",
        "city",
        "note",
        "state",
    )
    by_pk = {row["pk"]: row for row in known.values()}
    for row in known.values():
        row["has_model"] = False
    for (lead,) in rows_in(Interest.objects.all(), "lead_id", by_pk, "lead_id"):
        by_pk[lead]["has_model"] = True
    return known


def fill_gaps(record: Record, former: Row) -> None:
    """What a known lead learns from its line: what nobody has filled in yet, and nothing else (LI-07)."""
    found = record.found
    found["pk"] = former["pk"]
    gaps = [name for name in ("city", "note") if record.values[name] and not former[name]]
    found["before"] = {name: former[name] for name in gaps}
    found["after"] = {name: record.values[name] for name in gaps}
    found["adds_model"] = (
        found["model_id"] is not None and not former["has_model"] and former["state"] != LeadState.MERGED
    )
    record.verdict = Verdict.UPDATED if gaps or found["adds_model"] else Verdict.UNCHANGED


def current_leads(store: Store, records: Sequence[Record]) -> dict[str, Row]:
    """Telephone → its current lead, the earliest of several (as leads.services.registering takes it)."""
    rows = sorted(
        rows_in(
            Lead.objects.current().filter(store=store),
            "customer__phones__number",
            (record.values["phone"] for record in records),
            "registered_at",
            "pk",
            "customer__phones__number",
            "owner_id",
            "pool",
            "stage",
        )
    )
    found: dict[str, Row] = {}
    for _registered_at, pk, number, owner, pool, stage in rows:
        found.setdefault(number, {"pk": pk, "owner_id": owner, "pool": pool, "stage": stage})
    return found


def find_targets(new: Sequence[Record], current: dict[str, Row]) -> None:
    """What each new line joins: the ``current`` lead of its telephone, or the ``first`` line of the file with it."""
    first_of: dict[str, Record] = {}
    for record in new:
        number = record.values["phone"]
        record.found["current"] = current.get(number)
        record.found["first"] = None if record.found["current"] is not None else first_of.get(number)
        first_of.setdefault(number, record)


def find_customers(store: Store, new: Sequence[Record]) -> None:
    """Give each new line its customer: the one of that name on that telephone (a household may share one), or a new
    one."""
    known: dict[tuple[str, str], Enquirer] = {}
    phones = CustomerPhone.objects.filter(store=store)
    numbers = (record.values["phone"] for record in new)
    for pk, number, name in sorted(rows_in(phones, "number", numbers, "customer_id", "number", "customer__name")):
        known.setdefault((number, squeezed(name)), Enquirer(pk, name, number))
    for record in new:
        key = (record.values["phone"], squeezed(record.values["name"]))
        if key not in known:
            known[key] = Enquirer(None, record.values["name"], record.values["phone"], is_new=True)
        record.found["buyer"] = known[key]


def write_customers(new: Sequence[Record], context: Context, writer: BatchWriter) -> None:
    """Create the new customers, each with the owner of its first lead."""
    fresh: dict[int, Enquirer] = {}
    for record in new:
        enquirer = record.found["buyer"]
        if enquirer.is_new and id(enquirer) not in fresh:
            enquirer.owner_id = record.found["whose"]["owner_id"]
            fresh[id(enquirer)] = enquirer
    people = list(fresh.values())
    for enquirer, pk in zip(people, writer.new_ids(Customer, len(people)), strict=True):
        enquirer.pk = pk
    store = context.store_id
    writer.insert(
        Customer,
        ("store_id", "name", "initials", "owner_id", "created_at"),
        [(store, each.name, initials(each.name)[:32], each.owner_id, context.at) for each in people],
        ids=[each.pk for each in people if each.pk is not None],
    )
    writer.insert(
        CustomerPhone,
        ("store_id", "customer_id", "number", "reversed", "is_primary"),
        [(store, each.pk, each.number, digits_reversed(each.number), True) for each in people],
    )
