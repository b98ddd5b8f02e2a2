"""Everything that waits for one person, from every app."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from complaints.models import Complaint
from dealership.notifications.models import Alert
from dealership.notifications.selectors import alerts_of
from followups.selectors.board import BoardTotals, board_totals
from followups.selectors.day import DayAhead, MonthSoFar, PoolCount, day_ahead, month_so_far, pool_count
from staffing.enums import Capability, Role
from staffing.models import Staff

ALERTS_SHOWN = 5
COMPLAINTS_SHOWN = 20
#: Whose calls lie in a pool rather than with a person.
POOL_ROLES = frozenset({Role.CALL_CENTRE_AGENT, Role.TELESALES})


@dataclass(frozen=True)
class MyDay:
    """The page "my day". A part that the person's roles do not have is None. ``scope``: whose month it shows, own,
    team or store."""

    on: dt.date
    ahead: DayAhead
    complaints: tuple[Complaint, ...]
    alerts: tuple[Alert, ...]
    month: MonthSoFar | None
    pool: PoolCount | None
    board: BoardTotals | None
    scope: str
    works_queue: bool

    @property
    def shows_queue(self) -> bool:
        """Whether the page opens with the way into the queue: always for those who work a pool."""
        return self.works_queue and (self.pool is not None or self.waiting > 0)

    @property
    def waiting(self) -> int:
        """How many calls the queue would hand out today."""
        return self.ahead.to_do + (self.pool.due if self.pool else 0) + (1 if self.ahead.in_work else 0)

    @property
    def is_quiet(self) -> bool:
        return self.ahead.is_empty and not self.complaints and not (self.pool and self.pool.due)


def my_day(user: Staff, *, at: dt.datetime) -> MyDay:
    """What waits for ``user`` at a moment, in the store's own day."""
    on, since = local_day(user, at=at)
    leads = user.may(Capability.SEE_REPORTS)
    calls = user.may(Capability.WORK_QUEUE)
    complaints = Complaint.objects.visible_to(user).unsettled().filter(handler_id=user.pk)
    return MyDay(
        on=on,
        ahead=day_ahead(user, at=at, on=on),
        complaints=tuple(complaints.select_related("customer").order_by("reply_due_at", "pk")[:COMPLAINTS_SHOWN]),
        alerts=tuple(alerts_of(user, unread_only=True)[:ALERTS_SHOWN]),
        month=month_so_far(user, on=on, whole_store=leads) if leads or Role.SALES_CONSULTANT in user.roles else None,
        pool=pool_count(user, at=at, on=on) if POOL_ROLES & user.roles else None,
        board=board_totals(user, at=at, on=on, since=since) if user.may(Capability.SEE_BOARD) else None,
        scope=_scope(user),
        works_queue=calls,
    )


def _scope(user: Staff) -> str:
    if not user.may(Capability.SEE_REPORTS):
        return "own"
    return "store" if user.may(Capability.SEE_STORE) else "team"


def local_day(user: Staff, *, at: dt.datetime) -> tuple[dt.date, dt.datetime]:
    """Today in the store's zone (the installation's without a store), and the moment at which it began."""
    tz = user.store.tz if user.store is not None else timezone.get_default_timezone()
    on = at.astimezone(tz).date()
    return on, dt.datetime.combine(on, dt.time.min, tzinfo=tz)
