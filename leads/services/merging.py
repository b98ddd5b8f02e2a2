"""Two leads of one intention become one, and apart again (LI-21)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from customers.models import Customer, CustomerPhone
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import FOLLOWED, AppointmentEnd, AppointmentState, LeadState
from leads.models import Appointment, Contact, HandOver, Interest, Lead, Merge, Visit
from leads.rules.merging import Line, chosen, joined_order
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.grading import plan_next
from leads.services.locks import hold_customers_of, hold_leads
from leads.services.states import change_state
from leads.signals import lead_planned
from staffing.models import Staff

#: Lines get their new numbers by way of numbers that no card reaches: a number stands once on a card at any moment.
_AWAY = 20_000


class NotYoursToMerge(Refusal):
    """Whoever may give both leads to others joins them, and whoever owns both and looks after their customers."""

    message = N_("Only the owner of both leads, or a supervisor, joins them or takes them apart.")


class NotMergeable(Refusal):
    """The kept lead is followed up; the other one has no order and no defeat that waits."""

    message = N_(
        "%(kept)s and %(dropped)s cannot be joined that way round: keep the one that was ordered, and let the manager"
        " decide a defeat first."
    )


class AlreadyMerged(Refusal):
    message = N_("One of these leads has just been joined with another. Load the page again.")


class OneLeadOnly(Refusal):
    message = N_("A lead is joined with another one of the same store.")


@transaction.atomic
def merge_leads(*, kept: Lead, dropped: Lead, sides: Mapping[str, str], by: Staff, at: dt.datetime) -> Merge:
    """Join ``dropped`` with ``kept``: the chosen fields, the lines of both cards in the order of the contacts, models
    of interest, visits, appointments, lines of the hand-over sheet, and the telephones.

    ``sides`` names for each field of CHOOSABLE the side that counts. Grade, channel and owner are the kept lead's; the
    histories stay with the lead they are of. The customers stay two, the kept one gets the other's numbers too. Of two
    open appointments that of the kept lead stands. Both leads are announced, the merge is audited, and can be undone.
    Refuses OneLeadOnly, NotYoursToMerge, NotMergeable, AlreadyMerged.
    """
    if kept.pk == dropped.pk or kept.store_id != dropped.store_id:
        raise OneLeadOnly
    hold(kept, dropped)
    if LeadState.MERGED in (kept.state, dropped.state):
        raise AlreadyMerged
    assert_may_merge(kept, dropped, by)
    if kept.state not in FOLLOWED or dropped.state not in (LeadState.OPEN, LeadState.LOST, LeadState.DEFEATED):
        raise NotMergeable(kept=kept.number, dropped=dropped.number)
    snapshot = _snapshot(kept, dropped)
    try:
        with transaction.atomic():
            merge = Merge.objects.create(kept=kept, dropped=dropped, snapshot={}, at=at, by=by)
    except IntegrityError:
        raise AlreadyMerged from None
    _join_cards(kept, dropped, sides, at)
    _join_lines(kept, dropped)
    snapshot["phones"] = _join_phones(kept, dropped)
    change_state(lead=dropped, state=LeadState.MERGED, by=by, at=at, note=kept.number, ends=True, merged_into=kept)
    Lead.objects.filter(pk=dropped.pk).update(next_contact_on=None, next_contact_at=None)
    for lead in (dropped, kept):
        lead.refresh_from_db()
        lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
        lead.refresh_from_db()
    snapshot["after"] = {"kept": columns(kept), "dropped": columns(dropped)}
    snapshot["known"] = known_rows(kept)
    merge.snapshot = snapshot
    merge.save(update_fields=["snapshot"])
    record_event(code="lead.joined_with", subject=kept, by=by, at=at, data={"dropped": dropped.number})
    return merge


def assert_may_merge(kept: Lead, dropped: Lead, by: Staff) -> None:
    """Raises NotYoursToMerge."""
    if not may_merge(kept, dropped, by):
        raise NotYoursToMerge


def may_merge(kept: Lead, dropped: Lead, by: Staff) -> bool:
    """Whether a person may join these two: who may give both to others; the owner of both, when none of the telephones
    that go along is a colleague's customer's."""
    if Lead.objects.assignable_by(by).filter(pk__in=(kept.pk, dropped.pk)).count() == 2:
        return True
    if not kept.owner_id == dropped.owner_id == by.pk:
        return False
    ids = {kept.customer_id, dropped.customer_id}
    return len(ids) == 1 or Customer.objects.visible_to(by).filter(pk__in=ids).count() == len(ids)


def columns(lead: Lead) -> dict[str, Any]:
    """The whole row, as JSON."""
    return {field.attname: plain(getattr(lead, field.attname)) for field in Lead._meta.concrete_fields}


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


#: Rows that hang on a lead, whose coming says that somebody worked with it.
HANGING = (
    "contact_rows",
    "visits",
    "appointments",
    "interests",
    "hand_overs",
    "defeat_rows",
    "gradechange_rows",
    "ownership_rows",
    "statechange_rows",
)


def known_rows(lead: Lead) -> dict[str, list[int]]:
    """The ids of everything that hangs on a lead, the standing joinings last."""
    rows = {name: sorted(getattr(lead, name).values_list("pk", flat=True)) for name in HANGING}
    return rows | {"merges": sorted(lead.merges.filter(undone_at__isnull=True).values_list("pk", flat=True))}


def hold(*leads: Lead) -> None:
    """Both rows, then their customers: whoever joins, moves or writes on either meanwhile is waited for."""
    hold_leads([lead.pk for lead in leads])
    for lead in leads:
        lead.refresh_from_db()
    hold_customers_of(leads)


def _snapshot(kept: Lead, dropped: Lead) -> dict[str, Any]:
    """What an undoing puts back."""
    both = (kept.pk, dropped.pk)
    open_one = Appointment.objects.filter(lead=dropped, state=AppointmentState.OPEN)
    return {
        "kept": columns(kept),
        "dropped": columns(dropped),
        "contacts": _listed(Contact.objects.filter(lead__in=both), "pk", "lead_id", "number"),
        "interests": _listed(Interest.objects.filter(lead__in=both), "pk", "lead_id", "is_main"),
        "visits": _listed(Visit.objects.filter(lead=dropped), "pk"),
        "hand_overs": _listed(HandOver.objects.filter(lead=dropped), "pk"),
        "appointments": _listed(Appointment.objects.filter(lead=dropped), "pk"),
        "open_appointment": open_one.values_list("pk", flat=True).first(),
    }


def _listed(rows: Any, *names: str) -> list[list[Any]]:
    return [list(row) for row in rows.order_by("pk").values_list(*names)]


def _join_cards(kept: Lead, dropped: Lead, sides: Mapping[str, str], at: dt.datetime) -> None:
    """The chosen fields, and what both know of the contacts made. A promise of the kept lead stands."""
    ours = {field.attname: getattr(kept, field.attname) for field in Lead._meta.concrete_fields}
    theirs = {field.attname: getattr(dropped, field.attname) for field in Lead._meta.concrete_fields}
    changes = chosen(ours, theirs, sides)
    changes["contacts"] = kept.contacts + dropped.contacts
    changes["first_contact_at"] = _first(kept.first_contact_at, dropped.first_contact_at)
    changes["settled_at"] = _first(kept.settled_at, dropped.settled_at)
    changes["telesales_id"] = kept.telesales_id or dropped.telesales_id
    later = dropped.last_contact_at is not None and (
        kept.last_contact_at is None or dropped.last_contact_at > kept.last_contact_at
    )
    if later:
        changes["last_contact_at"] = dropped.last_contact_at
    for name, value in changes.items():
        setattr(kept, name, value)
    kept.save(update_fields=list(changes))
    if kept.next_contact_at is None and (later or kept.next_contact_on is None):
        on = at.astimezone(kept.store.tz).date()
        plan_next(lead=kept, policy=cadence_policy(kept.store, on), rule=lead_policy(kept.store, on), on=on)


def _first(*moments: dt.datetime | None) -> dt.datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _join_lines(kept: Lead, dropped: Lead) -> None:
    rows = Contact.objects.filter(lead__in=(kept, dropped)).values_list("pk", "at")
    renumber({pk: (kept.pk, number) for pk, number in joined_order(Line(pk, at) for pk, at in rows).items()})
    known = set(kept.interests.values_list("model_id", flat=True))
    has_main = kept.interests.filter(is_main=True).exists()
    for row in dropped.interests.exclude(model__in=known).order_by("-is_main", "pk"):
        is_main = row.is_main and not has_main
        Interest.objects.filter(pk=row.pk).update(lead=kept, is_main=is_main)
    Visit.objects.filter(lead=dropped).update(lead=kept)
    HandOver.objects.filter(lead=dropped).update(lead=kept)
    if kept.appointments.filter(state=AppointmentState.OPEN).exists():
        ended = {"state": AppointmentState.CANCELLED, "why_cancelled": AppointmentEnd.MERGED}
        dropped.appointments.filter(state=AppointmentState.OPEN).update(**ended)
    dropped.appointments.update(lead=kept)


def renumber(places: Mapping[int, tuple[int, int]]) -> None:
    """Put lines of cards (by id) on a lead under a number, without two of one number at any moment."""
    rows = list(Contact.objects.filter(pk__in=places))
    for position, row in enumerate(rows):
        row.number = _AWAY + position
    Contact.objects.bulk_update(rows, ["number"], batch_size=200)
    for row in rows:
        row.lead_id, row.number = places[row.pk]
    Contact.objects.bulk_update(rows, ["lead", "number"], batch_size=200)


def _join_phones(kept: Lead, dropped: Lead) -> list[int]:
    """The ids of the telephones that the kept customer got."""
    if kept.customer_id == dropped.customer_id:
        return []
    known = set(CustomerPhone.objects.filter(customer=kept.customer_id).values_list("number", flat=True))
    rows: Iterable[CustomerPhone] = CustomerPhone.objects.filter(customer=dropped.customer_id).order_by("pk")
    return [
        CustomerPhone.objects.create(
            store_id=kept.store_id,
            customer_id=kept.customer_id,
            number=row.number,
            reversed=row.reversed,
            state=row.state,
        ).pk
        for row in rows
        if row.number not in known
    ]
