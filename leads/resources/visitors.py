"""What the lines of an old register mean for the leads: which of them opens one, and when its owner is to call.

A register that is brought in holds months of visits. A line opens a lead when

* its grade, the later one if it was judged twice, is B or above (LI-18), or it is an enquiry by telephone, of whatever
  grade (LI-08); and what the visitor planned still lies ahead: within the horizon of the grade, counted from the visit;
  an older line stays in the register only,
* its telephone has no current lead (else the line is linked to that one, which stays as it is),
* and the customer has not taken a car since.

Lines of one telephone make one lead: the last line says grade and owner, each visit was a contact. Who only rang up is
a lead of telesales until the first visit, whomever the line names (LI-09); the policy says whose. What falls due later
falls due by the cadence; what was overdue before anybody knew of it is dealt out a few a day for each owner, the
hottest and latest first, so that a queue does not open with a hundred calls that are late.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from customers.models import Customer, CustomerPhone
from customers.services.phones import digits_reversed
from dealership.kernel.names import initials
from dealership.workbooks.enums import Verdict
from dealership.workbooks.kinds import Context, Record
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from inventory.models import VehicleOwnership
from leads.enums import GradedBy, MoveReason, Stage, Way
from leads.models import GradeChange, Interest, Lead, Ownership
from leads.rules.cadence import first_contact_due_at, is_provisional, next_contact_on
from leads.rules.policies import CadencePolicy, LeadRule
from leads.rules.register import dealt_out_on, intention_lives, opens_card
from leads.selectors.policies import cadence_policy
from leads.services.assigning import choose_owners
from staffing.enums import Role
from staffing.models import Staff, Store
from staffing.services.numbers import next_numbers

#: Calls that were overdue at the import, a day and owner.
CATCH_UP_PER_DAY = 5


class Visitor:
    """Who stands behind the lines of one telephone, and the lead that they open, or the current one."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.records: list[Record] = []
        self.lead_id: int | None = None
        self.opens = False
        self.owner_id: int | None = None
        self.next_on: dt.date | None = None
        self.rule = LeadRule()

    @property
    def last(self) -> Record:
        return self.records[-1]

    @property
    def is_call(self) -> bool:
        """Nobody was here yet."""
        return all(record.found["by_phone"] for record in self.records)

    @property
    def role(self) -> Role:
        return Role.TELESALES if self.is_call else Role.SALES_CONSULTANT

    @property
    def stage(self) -> Stage:
        return Stage.TELESALES if self.is_call else Stage.SHOWROOM

    @property
    def grade(self) -> str:
        return str(self.last.values["grade_after"] or self.last.values["grade"])


def find_visitors(
    records: Sequence[Record], *, store: Store, policy: CadencePolicy, rule: LeadRule, context: Context
) -> None:
    """Give every record its visitor, in ``found``. Reads in sets, writes nothing."""
    visitors: dict[str, Visitor] = {}
    for record in sorted(records, key=_when):
        number = record.values["phone"]
        visitor = visitors.setdefault(number, Visitor(number))
        visitor.records.append(record)
        record.found["visitor"] = visitor
    for number, pk in _current_leads(store, visitors).items():
        visitors[number].lead_id = pk
    bought: dict[str, dt.date] = {}
    owned = VehicleOwnership.objects.filter(store_id=store.pk)
    for number, on in rows_in(owned, "customer__phones__number", visitors, "customer__phones__number", "from_on"):
        bought[number] = max(on, bought.get(number, on))
    for visitor in visitors.values():
        on = visitor.last.values["visited_on"]
        visitor.rule = rule
        visitor.opens = (
            visitor.lead_id is None
            and (visitor.is_call or opens_card(visitor.grade, policy, rule))
            and intention_lives(visitor.grade, on, context.as_of, policy)
            and not (visitor.number in bought and bought[visitor.number] >= visitor.records[0].values["visited_on"])
        )


def _current_leads(store: Store, numbers: Iterable[str]) -> dict[str, int]:
    """The current lead of each telephone that has one, the earliest of several."""
    current = rows_in(
        Lead.objects.current().filter(store=store), "customer__phones__number", numbers,
        "customer__phones__number", "registered_at", "pk",
    )  # fmt: skip
    return {number: pk for number, _at, pk in sorted(current, key=lambda row: row[1:], reverse=True)}


def _when(record: Record) -> tuple[dt.date, dt.time, int]:
    return record.values["visited_on"], record.values["arrived"] or dt.time.min, record.row


def _plan(visitors: Sequence[Visitor], policy: CadencePolicy, on: dt.date) -> None:
    """The next date of each: by the cadence, or dealt out when it is over."""
    order = [rule.code for rule in policy]
    late: dict[int | None, list[Visitor]] = {}
    for visitor in visitors:
        visited_on = visitor.last.values["visited_on"]
        visitor.next_on = next_contact_on(grade=visitor.grade, last_contact_on=visited_on, policy=policy)
        if visitor.next_on is not None and visitor.next_on <= on:
            late.setdefault(visitor.owner_id, []).append(visitor)
    for waiting in late.values():
        waiting.sort(key=lambda one: (order.index(one.grade), -_when(one.last)[0].toordinal(), one.last.row))
        for place, visitor in enumerate(waiting):
            visitor.next_on = dealt_out_on(place, on=on, per_day=CATCH_UP_PER_DAY)


def write_leads(records: Sequence[Record], *, store: Store, context: Context, writer: BatchWriter) -> dict[int, int]:
    """Write the leads that the new and changed lines open. Returns the lead of each line, by its row."""
    lines = [record for record in records if record.verdict in (Verdict.CREATED, Verdict.UPDATED)]
    visitors = list({id(record.found["visitor"]): record.found["visitor"] for record in lines}.values())
    for number, pk in _current_leads(store, [one.number for one in visitors if one.opens]).items():
        for visitor in (one for one in visitors if one.number == number):  # came in between looking and here
            visitor.lead_id, visitor.opens = pk, False
    opening = [visitor for visitor in visitors if visitor.opens]
    for visitor, pk in zip(opening, writer.new_ids(Lead, len(opening)), strict=True):
        visitor.lead_id = pk
    _choose_owners(opening, store, context)
    _plan(opening, cadence_policy(store, context.as_of), context.as_of)
    customers = _write_customers(opening, store, context, writer)
    numbers = next_numbers(store=store, series="lead", count=len(opening)) if opening else range(0)
    writer.insert(
        Lead,
        (
            "store_id", "number", "customer_id", "channel", "source", "registered_at", "stage", "owner_id", "pool",
            "telesales_id", "grade", "first_due_at", "first_contact_at", "last_contact_at", "contacts",
            "next_contact_on", "next_way", "trade_in", "note", "card_opened_on", "created_by_id", "created_at",
        ),
        [
            (
                store.pk,
                f"L{number:07d}",
                customers[visitor.number],
                visitor.records[0].found["channel"],
                visitor.records[0].values["source"] or "",
                (first := _moment(visitor.records[0], store)),
                visitor.stage.value,
                visitor.owner_id,
                visitor.role.value,
                visitor.owner_id if visitor.is_call else None,
                visitor.grade,
                first_contact_due_at(first, visitor.rule),
                first,
                _moment(visitor.last, store),
                len(visitor.records),
                visitor.next_on,
                Way.PHONE.value,
                visitor.last.values["trade_in"] or "",
                visitor.last.values["note"] or "",
                visitor.records[0].values["visited_on"],
                context.by_id,
                context.at,
            )
            for visitor, number in zip(opening, numbers, strict=True)
        ],
        ids=[visitor.lead_id for visitor in opening],
    )  # fmt: skip
    _write_histories(opening, store, context, writer)
    return {record.row: record.found["visitor"].lead_id for record in lines if record.found["visitor"].lead_id}


def _choose_owners(opening: Sequence[Visitor], store: Store, context: Context) -> None:
    """A visitor goes to the consultant of the last line; who only rang up to the agent it names, or by the policy."""
    employed = Staff.objects.employed().filter(store=store).order_by()
    agents = set(employed.holding(Role.TELESALES).values_list("pk", flat=True))
    people = set(employed.values_list("pk", flat=True))
    waiting = []
    for visitor in opening:
        named = visitor.last.found["consultant_id"]
        visitor.owner_id = named if named in (agents if visitor.is_call else people) else None
        if visitor.is_call and visitor.owner_id is None:
            waiting.append(visitor)
    if waiting:
        chosen = choose_owners(store=store, role=Role.TELESALES, count=len(waiting), at=context.at)
        for visitor, owner_id in zip(waiting, chosen, strict=True):
            visitor.owner_id = owner_id


def _moment(record: Record, store: Store) -> dt.datetime:
    """When the visit was: a line without a time counts as noon."""
    time = record.values["arrived"] or dt.time(12)
    return dt.datetime.combine(record.values["visited_on"], time, tzinfo=store.tz)


def _write_customers(opening: Sequence[Visitor], store: Store, context: Context, writer: BatchWriter) -> dict[str, int]:
    """The customer of each visitor: the one of that name on that telephone, or a new one."""
    found: dict[str, int] = {}
    names = {visitor.number: visitor.last.values["name"] for visitor in opening}
    rows = rows_in(
        CustomerPhone.objects.filter(store=store), "number", names, "number", "customer_id", "customer__name"
    )
    for number, pk, name in sorted(rows, key=lambda row: row[1], reverse=True):
        if name == names[number]:
            found[number] = pk
    new = [visitor for visitor in opening if visitor.number not in found]
    ids = writer.insert(
        Customer,
        ("store_id", "name", "initials", "gender", "owner_id", "created_at"),
        [
            (
                store.pk,
                names[visitor.number],
                initials(names[visitor.number])[:32],
                visitor.last.values["gender"] or "",
                visitor.owner_id if visitor.is_call else visitor.last.found["consultant_id"],
                context.at,
            )
            for visitor in new
        ],
    )
    found |= {visitor.number: pk for visitor, pk in zip(new, ids, strict=True)}
    writer.insert(
        CustomerPhone,
        ("store_id", "customer_id", "number", "reversed", "is_primary"),
        [(store.pk, found[one.number], one.number, digits_reversed(one.number), True) for one in new],
    )
    return found


def _write_histories(opening: Sequence[Visitor], store: Store, context: Context, writer: BatchWriter) -> None:
    """Who has the lead, how it was judged, and for which model."""
    writer.insert(
        Ownership,
        ("lead_id", "at", "by_id", "owner_id", "pool", "stage", "reason"),
        [
            (
                visitor.lead_id,
                context.at,
                context.by_id,
                visitor.owner_id,
                visitor.role.value,
                visitor.stage.value,
                MoveReason.ASSIGNED.value,
            )
            for visitor in opening
        ],
    )
    judged: list[tuple[Any, ...]] = []
    for visitor in opening:
        last, registered_on = visitor.last, visitor.records[0].values["visited_on"]
        provisional = is_provisional(
            contacts=len(visitor.records), registered_on=registered_on, on=context.as_of, rule=visitor.rule
        )
        at, before = _moment(last, store), ""
        for name, side in (("grade", GradedBy.INTAKE), ("grade_after", GradedBy.REGISTER)):
            grade = last.values[name]
            if grade:
                judged.append((visitor.lead_id, at, context.by_id, before, grade, side.value, provisional))
                before = grade
    writer.insert(GradeChange, ("lead_id", "at", "by_id", "before", "grade", "graded_by", "is_provisional"), judged)
    writer.insert(
        Interest,
        ("lead_id", "model_id", "is_main"),
        [
            (visitor.lead_id, model, place == 0)
            for visitor in opening
            for place, model in enumerate(
                dict.fromkeys(record.found["model_id"] for record in reversed(visitor.records))
            )
        ],
    )
