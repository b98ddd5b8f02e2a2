"""What sellers have to know, and who has taken note (HO-08)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import Bulletin, BulletinReading
from staffing.enums import Role
from staffing.models import Staff, Store

#: Who sells, and who brings the customers in.
READERS = (Role.SALES_CONSULTANT, Role.TELESALES)


@dataclass(frozen=True)
class ReaderLine:
    """One seller of the store and one bulletin."""

    reader: Staff
    read_at: dt.datetime | None
    attended: bool | None


def readers_of(store: Store) -> list[Staff]:
    """Everybody who has to take note, by staff number. One query."""
    people = Staff.objects.employed().filter(store=store).holding(*READERS)
    return list(people.order_by("employee_no", "pk").distinct())


def bulletins_of(user: Staff, *, on: dt.date, past: bool = False) -> QuerySet[Bulletin]:
    """Those that hold on a day or will, the unread first, then the latest; or those that are over."""
    mine = BulletinReading.objects.filter(bulletin=OuterRef("pk"), reader=user, read_at__isnull=False)
    rows = Bulletin.objects.visible_to(user).select_related("published_by").annotate(is_read=Exists(mine))
    over = Q(ends_on__isnull=False, ends_on__lt=on)
    if past:
        return rows.filter(over).order_by("-starts_on", "-pk")
    return rows.exclude(over).order_by("is_read", "-starts_on", "-pk")


def readings(bulletin: Bulletin) -> list[ReaderLine]:
    """Who has taken note and who has not. Two queries."""
    known = {row.reader_id: row for row in bulletin.readings.all()}
    return [
        ReaderLine(
            reader=reader,
            read_at=known[reader.pk].read_at if reader.pk in known else None,
            attended=known[reader.pk].attended if reader.pk in known else None,
        )
        for reader in readers_of(bulletin.store)
    ]
