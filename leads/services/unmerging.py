"""Taking two joined leads apart again: both become exactly what they were."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from customers.models import CustomerPhone
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from leads.enums import AppointmentState, LeadState
from leads.models import Appointment, HandOver, Interest, Lead, Merge, Visit
from leads.services.merging import HANGING, assert_may_merge, columns, hold, known_rows, renumber
from leads.services.states import change_state
from leads.signals import lead_planned
from staffing.models import Staff


class AlreadyUndone(Refusal):
    message = N_("This joining has been undone already.")


class WorkedOnSince(Refusal):
    """What was built on the joined lead belongs to both, and cannot be taken apart."""

    message = N_("This joining cannot be undone: since then there is something new on the card (%(what)s).")


@transaction.atomic
def undo_merge(*, merge: Merge, by: Staff, at: dt.datetime) -> Merge:
    """Put every row back where it was before the leads were joined; the histories tell both acts.

    Refuses AlreadyUndone, NotYoursToMerge, and WorkedOnSince when somebody wrote on the joined lead, moved it, judged
    it, changed its card, or joined it further. Both leads are announced, the undoing is audited.
    """
    kept, dropped = Lead.objects.get(pk=merge.kept_id), Lead.objects.get(pk=merge.dropped_id)
    hold(kept, dropped)
    assert_may_merge(kept, dropped, by)
    undone = Merge.objects.filter(pk=merge.pk, undone_at__isnull=True).update(undone_at=at, undone_by=by)
    if undone != 1:
        raise AlreadyUndone
    snapshot = merge.snapshot
    _refuse_later_work(kept, dropped, snapshot, merge.pk)
    state = LeadState(snapshot["dropped"]["state"])
    change_state(lead=dropped, state=state, by=by, at=at, note=kept.number)
    _part_lines(kept, dropped, snapshot)
    _part_phones(snapshot["phones"])
    _put_back(kept, snapshot["kept"])
    _put_back(dropped, snapshot["dropped"])
    for lead in (kept, dropped):
        lead_planned.send(sender=Lead, lead=lead, by=by, at=at)
    record_event(code="lead.parted", subject=kept, by=by, at=at, data={"dropped": dropped.number})
    merge.refresh_from_db()
    return merge


def _refuse_later_work(kept: Lead, dropped: Lead, snapshot: dict[str, Any], merge_pk: int) -> None:
    now = known_rows(kept)
    now["merges"] = sorted({*now["merges"], merge_pk})  # undone a moment ago, by this very act
    for name in (*HANGING, "merges"):
        if now[name] != snapshot["known"][name]:
            raise WorkedOnSince(what=getattr(Lead, name).rel.related_model._meta.verbose_name)
    for lead, former in ((kept, snapshot["after"]["kept"]), (dropped, snapshot["after"]["dropped"])):
        present = columns(lead)
        for name in present:
            if present[name] != former.get(name):
                raise WorkedOnSince(what=Lead._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _part_lines(kept: Lead, dropped: Lead, snapshot: dict[str, Any]) -> None:
    renumber({pk: (lead, number) for pk, lead, number in snapshot["contacts"]})
    theirs = [row for row in snapshot["interests"] if row[1] == dropped.pk]
    Interest.objects.filter(pk__in=[pk for pk, _lead, _main in theirs]).update(lead=dropped)
    for pk, _lead, is_main in theirs:
        Interest.objects.filter(pk=pk).update(is_main=is_main)
    for model, name in ((Visit, "visits"), (HandOver, "hand_overs"), (Appointment, "appointments")):
        model._default_manager.filter(pk__in=[pk for (pk,) in snapshot[name]]).update(lead=dropped)
    was_open = Appointment.objects.filter(pk=snapshot["open_appointment"], state=AppointmentState.CANCELLED)
    was_open.update(state=AppointmentState.OPEN, why_cancelled="")


def _part_phones(ids: list[int]) -> None:
    """The numbers that the kept customer got go again, unless somebody called one or made it the main one."""
    rows = CustomerPhone.objects.filter(pk__in=ids)
    try:
        if rows.filter(is_primary=True).exists():
            raise WorkedOnSince(what=CustomerPhone._meta.verbose_name)
        rows.delete()
    except ProtectedError:
        raise WorkedOnSince(what=CustomerPhone._meta.verbose_name) from None


def _put_back(lead: Lead, row: dict[str, Any]) -> None:
    values = {
        field.attname: row[field.attname] if field.is_relation else field.to_python(row[field.attname])
        for field in Lead._meta.concrete_fields
        if not field.primary_key and field.attname in row
    }
    Lead.objects.filter(pk=lead.pk).update(**values)
    lead.refresh_from_db()
