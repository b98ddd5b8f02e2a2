"""Publishing what sellers have to know, taking note of it, and who was at a meeting (HO-08)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services import AlertDraft, raise_alerts
from leads.enums import BulletinKind
from leads.models import Bulletin, BulletinReading
from leads.selectors.bulletins import readers_of
from staffing.models import Staff, Store


class NoMeetingTime(Refusal):
    """A meeting without its moment."""

    message = N_("Say when the meeting is.")


class EndsBeforeItStarts(Refusal):
    """A bulletin that would never hold."""

    message = N_("The last day lies before the first.")


class NoMeeting(Refusal):
    """Attendance is noted of meetings, once they have begun."""

    message = N_("Who was there is noted of a meeting, once it has begun.")


@dataclass(frozen=True)
class BulletinText:
    """What is published."""

    kind: str
    title: str
    text: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    meets_at: dt.datetime | None = None


@transaction.atomic
def publish_bulletin(*, store: Store, bulletin: BulletinText, by: Staff, at: dt.datetime) -> Bulletin:
    """Publish it, and tell everybody who works leads in the store. Refuses NoMeetingTime, EndsBeforeItStarts."""
    is_meeting = bulletin.kind == BulletinKind.MEETING
    if is_meeting and bulletin.meets_at is None:
        raise NoMeetingTime
    if bulletin.ends_on is not None and bulletin.ends_on < bulletin.starts_on:
        raise EndsBeforeItStarts
    row = Bulletin.objects.create(
        store=store,
        kind=bulletin.kind,
        title=bulletin.title.strip(),
        text=bulletin.text.strip(),
        starts_on=bulletin.starts_on,
        ends_on=bulletin.ends_on,
        meets_at=bulletin.meets_at if is_meeting else None,
        published_at=at,
        published_by=by,
    )
    record_event(code="bulletin.published", subject=row, by=by, at=at, data={"kind": row.kind})
    drafts = [
        AlertDraft(
            recipient_id=reader.pk,
            key=f"bulletin:{row.pk}",
            code="bulletin.published",
            message=N_("Please take note: %(title)s"),
            params={"title": row.title},
            url=reverse("bulletin_page", args=[row.pk]),
            happened_at=at,
            store_ref=store.pk,
            by_email=False,
        )
        for reader in readers_of(store)
        if reader.pk != by.pk
    ]
    raise_alerts(drafts=drafts, at=at)
    return row


@transaction.atomic
def take_note(*, bulletin: Bulletin, by: Staff, at: dt.datetime) -> bool:
    """Confirm that one has read it. False when one had; the first moment stays."""
    reading, created = BulletinReading.objects.get_or_create(bulletin=bulletin, reader=by, defaults={"read_at": at})
    if created:
        return True
    return bool(BulletinReading.objects.filter(pk=reading.pk, read_at__isnull=True).update(read_at=at))


@transaction.atomic
def note_attendance(*, bulletin: Bulletin, present: Iterable[int], by: Staff, at: dt.datetime) -> int:
    """Note who of the sellers was at the meeting; the others were not. Returns how many were. Refuses NoMeeting."""
    if bulletin.kind != BulletinKind.MEETING or bulletin.meets_at is None or bulletin.meets_at > at:
        raise NoMeeting
    there = set(present)
    people = readers_of(bulletin.store)
    for reader in people:
        BulletinReading.objects.update_or_create(
            bulletin=bulletin, reader=reader, defaults={"attended": reader.pk in there}
        )
    number = sum(reader.pk in there for reader in people)
    record_event(code="bulletin.attendance", subject=bulletin, by=by, at=at, data={"present": number})
    return number
