"""Taking a measure about incomplete or invented lines (CC-18)."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import DisciplineKind
from leads.models import Contact, DisciplineMeasure, DisciplineNote, DisciplineSubject, Visit
from leads.selectors.discipline import people_led_by
from staffing.models import Staff


class NoLine(Refusal):
    message = N_("Choose at least one line that the measure is about.")


class NotYourPerson(Refusal):
    """Measures are taken by whoever leads the person, and never against oneself."""

    message = N_("You take measures about the people whom you lead, not about %(name)s.")


class OthersLine(Refusal):
    message = N_("One of the lines is not by %(name)s.")


class AlreadyDealtWith(Refusal):
    """A line is dealt with once."""

    message = N_("A measure was taken about one of these lines already. Look at the list again.")


@transaction.atomic
def record_measure(
    *,
    person: Staff,
    kind: DisciplineKind,
    visits: Sequence[Visit],
    contacts: Sequence[Contact],
    measure: DisciplineMeasure,
    note: str,
    by: Staff,
    at: dt.datetime,
) -> DisciplineNote:
    """Take a measure about lines of one person; the points are those of the measure on this day. Audited, and the
    person is told. Refuses NoLine, NotYourPerson, OthersLine, AlreadyDealtWith."""
    if not visits and not contacts:
        raise NoLine
    if not people_led_by(by).filter(pk=person.pk).exists():
        raise NotYourPerson(name=person.name)
    answerable = {visit.consultant_id or visit.registered_by_id for visit in visits} | {row.by_id for row in contacts}
    if answerable != {person.pk}:
        raise OthersLine(name=person.name)
    assert by.store is not None  # people_led_by names people of one's own store
    row = DisciplineNote.objects.create(
        store=by.store,
        person=person,
        kind=kind,
        measure=measure,
        points=measure.points,
        note=note.strip(),
        at=at,
        by=by,
    )
    try:
        with transaction.atomic():
            DisciplineSubject.objects.bulk_create(
                [
                    *(DisciplineSubject(note=row, visit=visit) for visit in visits),
                    *(DisciplineSubject(note=row, contact=contact) for contact in contacts),
                ]
            )
    except IntegrityError:
        raise AlreadyDealtWith from None
    lines = len(visits) + len(contacts)
    data = {"person": person.pk, "kind": kind.value, "measure": measure.code, "points": row.points, "lines": lines}
    record_event(code="discipline.recorded", subject=row, by=by, at=at, data=data)
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=person.pk,
                key=f"discipline:{row.pk}",
                code="discipline.recorded",
                message=N_("%(by)s has taken a measure about %(lines)s of your lines."),
                params={"by": by.name, "lines": lines},
                url=reverse("discipline_notes"),
                happened_at=at,
                tone=Tone.WARN,
                store_ref=person.store_id,
            )
        ],
        at=at,
    )
    return row
