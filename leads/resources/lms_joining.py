"""Lines of the LMS that join a lead: what the customer said goes to the lead that is followed up, with the flag
(LI-22), and what a customer whom somebody looks after asks goes to that person (HO-06)."""

from collections.abc import Iterable, Sequence
from typing import Any

from customers.models import CustomerPhone
from dealership.audit.services import record_each
from dealership.workbooks.comparing import Row
from dealership.workbooks.kinds import Context, Record
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from leads.enums import Stage
from leads.models import Lead
from leads.selectors.intake import ROLES_THAT_KEEP
from leads.services.registering import pool_of, with_note
from leads.services.telling import tell_owner
from staffing.enums import Role
from staffing.models import Staff, Store


def target_of(record: Record) -> int | None:
    """The lead that a line joins: of the records, or of an earlier line."""
    found = record.found
    if found["current"] is not None:
        return int(found["current"]["pk"])
    return int(found["first"].found["pk"]) if found["first"] is not None else None


def keepers_by_number(store: Store, numbers: Iterable[str]) -> dict[str, Row]:
    """Telephone → whose a lead of it is when somebody who works here looks after the customer. Three queries."""
    people = Staff.objects.filter(store=store).working().holding(*ROLES_THAT_KEEP).prefetch_related("role_rows")
    pools = {person.pk: pool_of(person) for person in people}
    phones = CustomerPhone.objects.filter(store=store, customer__owner__in=pools)
    columns = ("customer__created_at", "customer_id", "number", "customer__owner_id")
    found: dict[str, Row] = {}
    for _created_at, _customer, number, owner in sorted(rows_in(phones, "number", numbers, *columns)):
        stage = Stage.TELESALES if pools[owner] == Role.TELESALES else Stage.SHOWROOM
        found.setdefault(number, {"owner_id": owner, "pool": str(pools[owner]), "stage": stage.value})
    return found


def notes_of(new: Sequence[Record]) -> dict[int, str]:
    """The note of each new lead, by id: what its line says, and below it what the lines say that join it."""
    notes = {record.found["pk"]: str(record.values["note"] or "") for record in new}
    for record in new:
        if record.found["current"] is None and record.found["first"] is not None:
            first = record.found["first"].found["pk"]
            notes[first] = with_note(notes[first], str(record.values["note"] or ""))
    return notes


def write_joins(new: Sequence[Record], context: Context, writer: BatchWriter) -> None:
    """What joined, on the leads of the records: the notes, a flag in the audit for each line, and their owners told."""
    said: dict[int, list[str]] = {}
    for record in new:
        if record.found["current"] is not None:
            said.setdefault(record.found["current"]["pk"], []).append(str(record.values["note"] or ""))
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=said).select_related("customer")}
    changes = []
    for pk, lead in sorted(leads.items()):
        note = lead.note
        for words in said[pk]:
            note = with_note(note, words)
        if note != lead.note:
            changes.append((pk, {"note": lead.note}, {"note": note}))
    writer.update(Lead, changes)
    by = Staff.objects.filter(pk=context.by_id).first() if context.by_id is not None else None
    record_each(code="lead.joined", facts=_flags(new, context), by=by, at=context.at)
    for lead in leads.values():
        tell_owner(lead=lead, by=None, at=context.at)


def _flags(new: Sequence[Record], context: Context) -> list[tuple[Lead, dict[str, Any]]]:
    return [
        (
            Lead(pk=target, store_id=context.store_id),
            {
                "channel": record.found["channel"].value,
                "source": record.values["channel"],
                "number": record.values["number"],
            },
        )
        for record in new
        if (target := target_of(record)) is not None
    ]
