"""What the course of the deal makes of a lead: ordered, cancelled, delivered (LG-05, LG-24, HO-07)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from customers.models import Customer
from dealership.audit.services import record_events
from dealership.kernel.errors import N_, Refusal
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from inventory.models import VehicleModel
from leads.enums import AppointmentEnd, AppointmentState, DefeatState, GradedBy, LeadState, Standing
from leads.models import Appointment, Defeat, GradeChange, Interest, Lead, StateChange
from leads.rules.outcomes import Candidate, lead_delivered
from leads.rules.policies import CadencePolicy
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.classes import look_again
from leads.services.grading import plan_next, set_grade
from leads.services.states import LeadChanged, change_state, end_appointment, hold_lead
from leads.signals import lead_planned
from staffing.models import Staff, Store


class NoSuchStanding(Refusal):
    """The grades of the store lack the one that the deal brings."""

    message = N_("No grade of this store stands for “%(standing)s”. An administrator adds it to the grades.")


@transaction.atomic
def note_order(*, lead: Lead, on: dt.date, by: Staff | None, at: dt.datetime) -> None:
    """An order was taken: state ordered, grade O with its own cadence, the day for the telesales (HO-07).

    What was planned before goes: the cadence of O runs from the last actual contact, from today when nobody had spoken
    to the customer. Announced. Refuses IllegalTransition (only an open lead is ordered: a defeat that waits is decided
    first), NoSuchStanding.
    """
    hold_lead(lead)
    today = at.astimezone(lead.store.tz).date()
    policy, rule = cadence_policy(lead.store, today), lead_policy(lead.store, today)
    change_state(lead=lead, state=LeadState.ORDERED, by=by, at=at)
    grade = _grade_of(policy, Standing.ORDERED)
    set_grade(lead=lead, grade=grade, graded_by=GradedBy.SYSTEM, by=by, at=at, rule=rule)
    lead.ordered_on = on
    lead.save(update_fields=["ordered_on"])
    plan_next(lead=lead, policy=policy, rule=rule, on=today)
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)


@transaction.atomic
def note_order_cancelled(*, lead: Lead, by: Staff | None, at: dt.datetime, note: str = "") -> None:
    """The order fell through and there is no other: open again, with the grade of before and its cadence.

    Announced. Refuses LeadChanged: it is not ordered, or no longer.
    """
    hold_lead(lead)
    today = at.astimezone(lead.store.tz).date()
    policy, rule = cadence_policy(lead.store, today), lead_policy(lead.store, today)
    if lead.state != LeadState.ORDERED:
        raise LeadChanged
    change_state(lead=lead, state=LeadState.OPEN, by=by, at=at, note=note)
    rows = lead.gradechange_rows.filter(graded_by=GradedBy.SYSTEM, grade=lead.grade)
    former = rows.order_by("-at", "-pk").values_list("before", flat=True).first()
    if former is not None:
        set_grade(lead=lead, grade=former, graded_by=GradedBy.SYSTEM, by=by, at=at, rule=rule)
    lead.ordered_on = None
    lead.save(update_fields=["ordered_on"])
    plan_next(lead=lead, policy=policy, rule=rule, on=today)
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)


@transaction.atomic
def note_delivery(
    *,
    store: Store,
    customer: Customer,
    on: dt.date,
    by: Staff | None,
    at: dt.datetime,
    model: VehicleModel | None = None,
) -> Lead | None:
    """A car was handed over: the lead it came from is delivered, grade D, its plan removed (HO-07).

    Without an order on file the lead is taken to have been ordered on that day; a defeat that waits is rejected, the
    car belies it. Announced. Returns the lead, None when no current lead stands behind the delivery.
    """
    rows = Lead.objects.current().filter(store=store, customer=customer).prefetch_related("interests").order_by("pk")
    rows = rows.select_for_update(of=("self",), no_key=True)  # whoever judges or calls one of them meanwhile
    leads = {lead.pk: lead for lead in rows}
    found = lead_delivered(
        [_candidate(lead, store) for lead in leads.values()],
        delivered_on=on,
        model_id=model.pk if model is not None else None,
    )
    if found is None:
        return None
    lead = leads[found.pk]
    today = at.astimezone(store.tz).date()
    policy, rule = cadence_policy(store, today), lead_policy(store, today)
    end_appointment(lead=lead, why=AppointmentEnd.DELIVERED, at=at)
    if lead.state == LeadState.DEFEAT_APPLIED:
        pending = Defeat.objects.filter(lead=lead, state=DefeatState.PENDING)
        pending.update(state=DefeatState.REJECTED, decided_at=at, decided_by=by)
        change_state(lead=lead, state=LeadState.OPEN, by=by, at=at)
    if lead.state == LeadState.OPEN:
        change_state(lead=lead, state=LeadState.ORDERED, by=by, at=at)
    change_state(lead=lead, state=LeadState.DELIVERED, by=by, at=at, ends=True)
    grade = _grade_of(policy, Standing.DELIVERED)
    set_grade(lead=lead, grade=grade, graded_by=GradedBy.SYSTEM, by=by, at=at, rule=rule)
    changes = {
        "ordered_on": lead.ordered_on or on,
        "delivered_on": on,
        "next_contact_on": None,
        "next_contact_at": None,
    }
    for name, value in changes.items():
        setattr(lead, name, value)
    lead.save(update_fields=list(changes))
    lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    return lead


@dataclass(frozen=True, slots=True)
class NotedDelivery:
    """A delivery that a workbook brought, as leads need it."""

    customer_id: int
    model_id: int
    delivered_on: dt.date


def note_imported_deliveries(
    *, store: Store, deliveries: Sequence[NotedDelivery], writer: BatchWriter, at: dt.datetime
) -> int:
    """The same for a whole ledger, in sets and undone with the import. Returns how many leads were delivered.

    Leads whose defeat waits are left to the manager. The calls follow with the next list, the classes in the night.
    """
    of_customers = defaultdict(list)
    for delivery in deliveries:
        of_customers[delivery.customer_id].append(delivery)
    current = Lead.objects.filter(store=store, state__in=(LeadState.OPEN, LeadState.ORDERED))
    if not of_customers or not current.exists():
        return 0
    leads = {
        pk: dict(zip(_LOOKED_AT, values, strict=True))
        for pk, *values in rows_in(current, "customer_id", of_customers, "pk", *_LOOKED_AT)
    }
    pairs = _paired(store, leads, of_customers)
    if not pairs:
        return 0
    grade = _grade_of(cadence_policy(store, at.astimezone(store.tz).date()), Standing.DELIVERED)
    _write(store, leads, pairs, grade, writer, at)
    look_again(customer_ids={leads[pk]["customer_id"] for pk in pairs}, on=at.astimezone(store.tz).date())
    return len(pairs)


@dataclass(frozen=True, slots=True)
class RedatedDelivery:
    """A delivery whose day a workbook corrects, as leads need it."""

    customer_id: int
    model_id: int
    before: dt.date
    after: dt.date


def note_redated_deliveries(*, store: Store, deliveries: Sequence[RedatedDelivery], writer: BatchWriter) -> int:
    """The leads that these deliveries ended have the corrected day too, and with it their month (HO-07). In sets, and
    undone with the import. Returns how many.

    The day of the order goes along where it was only taken from the delivery. An order on file keeps its own.
    """
    of_customers = defaultdict(list)
    for delivery in deliveries:
        of_customers[delivery.customer_id].append(delivery)
    if not of_customers:
        return 0
    rows = Lead.objects.filter(store=store, state=LeadState.DELIVERED)
    names = ("customer_id", "registered_at", "state", "ordered_on", "delivered_on")
    found_rows = rows_in(rows, "customer_id", of_customers, "pk", *names)
    leads = {pk: dict(zip(names, values, strict=True)) for pk, *values in found_rows}
    moved: dict[int, RedatedDelivery] = {}
    for customer, candidates in _candidates_of(store, leads).items():
        for delivery in sorted(of_customers[customer], key=lambda row: row.before):
            same_day = [lead for lead in candidates if leads[lead.pk]["delivered_on"] == delivery.before]
            free = [lead for lead in same_day if lead.pk not in moved]
            found = lead_delivered(free, delivered_on=delivery.before, model_id=delivery.model_id)
            if found is not None:
                moved[found.pk] = delivery
    taken = _ordered_by_delivery(moved)
    changes = []
    for pk, delivery in sorted(moved.items()):
        before = {name: leads[pk][name] for name in ("ordered_on", "delivered_on")}
        ordered_on = delivery.after if pk in taken else before["ordered_on"]
        changes.append((pk, before, {"ordered_on": ordered_on, "delivered_on": delivery.after}))
    writer.update(Lead, changes)
    return len(changes)


def _ordered_by_delivery(leads: Collection[int]) -> set[int]:
    """Of which the order was never recorded: both steps were taken in one moment."""
    steps: dict[int, dict[str, dt.datetime]] = defaultdict(dict)
    rows = StateChange.objects.filter(state__in=(LeadState.ORDERED, LeadState.DELIVERED))
    for at, lead, state in sorted(rows_in(rows, "lead_id", leads, "at", "lead_id", "state")):
        steps[lead][state] = at
    return {lead for lead, at in steps.items() if at.get(LeadState.ORDERED) == at.get(LeadState.DELIVERED)}


_CHANGED = ("state", "grade", "ordered_on", "delivered_on", "next_contact_on", "next_contact_at", "closed_at")
_LOOKED_AT = ("customer_id", "registered_at", *_CHANGED)


def _paired(
    store: Store, leads: dict[int, dict[str, Any]], of_customers: dict[int, list[NotedDelivery]]
) -> dict[int, NotedDelivery]:
    """Each lead with the delivery that ends it; each delivery ends one lead, the earliest first."""
    pairs: dict[int, NotedDelivery] = {}
    for customer, candidates in _candidates_of(store, leads).items():
        for delivery in sorted(of_customers[customer], key=lambda row: row.delivered_on):
            free = [lead for lead in candidates if lead.pk not in pairs]
            found = lead_delivered(free, delivered_on=delivery.delivered_on, model_id=delivery.model_id)
            if found is not None:
                pairs[found.pk] = delivery
    return pairs


def _candidates_of(store: Store, leads: dict[int, dict[str, Any]]) -> dict[int, list[Candidate]]:
    """The leads of each customer, with the models they are about. One query."""
    models: dict[int, set[int]] = defaultdict(set)
    for lead, model in rows_in(Interest.objects.all(), "lead_id", leads, "lead_id", "model_id"):
        models[lead].add(model)
    found: dict[int, list[Candidate]] = defaultdict(list)
    for pk, lead in leads.items():
        registered_on = lead["registered_at"].astimezone(store.tz).date()
        found[lead["customer_id"]].append(Candidate(pk, lead["state"], registered_on, models[pk]))
    return found


def _write(
    store: Store,
    leads: dict[int, dict[str, Any]],
    pairs: dict[int, NotedDelivery],
    grade: str,
    writer: BatchWriter,
    at: dt.datetime,
) -> None:
    changes, steps, grades = [], [], []
    for pk, delivery in sorted(pairs.items()):
        before = {name: leads[pk][name] for name in _CHANGED}
        on = delivery.delivered_on
        after = {**dict.fromkeys(_CHANGED), "state": LeadState.DELIVERED.value, "grade": grade, "closed_at": at}
        after |= {"ordered_on": before["ordered_on"] or on, "delivered_on": on}
        changes.append((pk, before, after))
        if before["state"] == LeadState.OPEN:
            steps.append((pk, at, None, LeadState.OPEN.value, LeadState.ORDERED.value, ""))
        steps.append((pk, at, None, LeadState.ORDERED.value, LeadState.DELIVERED.value, ""))
        grades.append((pk, at, None, before["grade"], grade, GradedBy.SYSTEM.value, False, ""))
    writer.update(Lead, changes)
    _end_appointments(pairs, writer)
    writer.insert(StateChange, ("lead_id", "at", "by_id", "before", "state", "note"), steps)
    fields = ("lead_id", "at", "by_id", "before", "grade", "graded_by", "is_provisional", "note")
    writer.insert(GradeChange, fields, grades)
    subjects = [Lead(pk=pk, store=store) for pk in sorted(pairs)]
    record_events(code="lead.delivered", subjects=subjects, by=None, at=at, data={"state": LeadState.DELIVERED.value})


def _end_appointments(leads: Collection[int], writer: BatchWriter) -> None:
    """Whoever has the car is expected no longer."""
    before = {"state": AppointmentState.OPEN.value, "why_cancelled": ""}
    after = {"state": AppointmentState.CANCELLED.value, "why_cancelled": AppointmentEnd.DELIVERED.value}
    open_ones = rows_in(Appointment.objects.filter(state=AppointmentState.OPEN), "lead_id", leads, "pk")
    writer.update(Appointment, [(pk, before, after) for (pk,) in open_ones])


def _candidate(lead: Lead, store: Store) -> Candidate:
    registered_on = lead.registered_at.astimezone(store.tz).date()
    return Candidate(lead.pk, lead.state, registered_on, {row.model_id for row in lead.interests.all()})


def _grade_of(policy: CadencePolicy, standing: Standing) -> str:
    for rule in policy:
        if rule.standing == standing:
            return rule.code
    raise NoSuchStanding(standing=standing.label)
