"""What waits for one person today, and how the month stands so far."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from dealership.web.months import month_start, months_after
from followups.enums import UNFINISHED, TaskKind, TaskState
from followups.models import CallTask
from staffing.models import Staff

#: How far ahead the day looks.
DAYS_AHEAD = 7
#: More calls than this are not listed one by one; the rest is counted.
LISTED_AT_MOST = 200
FIRST = TaskKind.LEAD_FIRST_CONTACT


@dataclass(frozen=True)
class KindGroup:
    """The calls of one kind that are due today."""

    kind: TaskKind
    tasks: tuple[CallTask, ...]


@dataclass(frozen=True)
class DayAhead:
    """The calls of one person, each in exactly one place, in the order in which they should be made.

    ``promised`` were agreed for a time today, or were promised earlier; ``overdue`` are past their last moment, the
    oldest first, first contacts before all (LI-02); ``traces`` are numbers to be found; ``due`` falls due today, by
    kind; ``upcoming`` in the coming days.
    ``in_work`` is the call the person has open. ``more`` counts what is not listed.
    """

    in_work: CallTask | None
    promised: tuple[CallTask, ...]
    overdue: tuple[CallTask, ...]
    traces: tuple[CallTask, ...]
    due: tuple[KindGroup, ...]
    upcoming: tuple[CallTask, ...]
    more: int

    @property
    def due_count(self) -> int:
        return sum(len(group.tasks) for group in self.due)

    @property
    def to_do(self) -> int:
        """Everything that is for today."""
        return len(self.promised) + len(self.overdue) + len(self.traces) + self.due_count

    @property
    def is_empty(self) -> bool:
        return not (self.to_do or self.upcoming or self.in_work)


@dataclass(frozen=True)
class PoolCount:
    """What lies in the pools of one person for today."""

    due: int
    overdue: int


@dataclass(frozen=True)
class MonthSoFar:
    """3DC of the running month: what fell due until today, and of that attempted and successful (D3-11)."""

    month: dt.date
    due: int
    attempted: int
    successful: int

    @property
    def success_rate(self) -> float | None:
        return self.successful / self.due if self.due else None

    @property
    def attempt_rate(self) -> float | None:
        return self.attempted / self.due if self.due else None


def own_tasks(user: Staff) -> QuerySet[CallTask]:
    """The unfinished calls that are this person's to make: owned, in work, or promised by the person."""
    mine = Q(owner_id=user.pk) | Q(claimed_by_id=user.pk) | Q(owner__isnull=True, promised_by_id=user.pk)
    return CallTask.objects.visible_to(user).unfinished().filter(mine)


def day_ahead(user: Staff, *, at: dt.datetime, on: dt.date) -> DayAhead:
    """What the person has to do ``on`` a day, as it stands ``at`` a moment. Two queries, one when all is listed."""
    waits_for_number = Q(held_by__isnull=False, held_by__state__in=UNFINISHED)
    rows = own_tasks(user).filter(due_on__lte=on + dt.timedelta(days=DAYS_AHEAD)).exclude(waits_for_number)
    tasks = list(
        rows.select_related("customer", "vehicle__model", "lead").order_by("due_on", "due_at", "anchor_on", "pk")[
            : LISTED_AT_MOST + 1
        ]
    )
    more = rows.count() - LISTED_AT_MOST if len(tasks) > LISTED_AT_MOST else 0
    tasks = tasks[:LISTED_AT_MOST]
    in_work = next((task for task in tasks if task.state == TaskState.CLAIMED and task.claimed_by_id == user.pk), None)
    rest = [task for task in tasks if task is not in_work]
    late = [task for task in rest if task.overdue_at <= at]
    on_time = [task for task in rest if task.overdue_at > at]
    today = [task for task in on_time if task.due_on <= on]
    plain = [task for task in today if task.due_at is None and task.kind != TaskKind.NUMBER_TRACE]
    return DayAhead(
        in_work=in_work,
        promised=tuple(sorted((task for task in today if task.due_at is not None), key=lambda t: (t.due_at, t.pk))),
        overdue=tuple(sorted(late, key=lambda task: (task.kind != FIRST, task.overdue_at, task.pk))),
        traces=tuple(task for task in today if task.due_at is None and task.kind == TaskKind.NUMBER_TRACE),
        due=tuple(
            KindGroup(kind, tuple(found))
            for kind in TaskKind
            if (found := [task for task in plain if task.kind == kind])
        ),
        upcoming=tuple(task for task in on_time if task.due_on > on),
        more=more,
    )


def pool_count(user: Staff, *, at: dt.datetime, on: dt.date) -> PoolCount:
    """How much lies in the person's pools for today. One query."""
    rows = CallTask.objects.visible_to(user).filter(
        store=user.store, state=TaskState.OPEN, owner__isnull=True, pool__in=user.roles, due_on__lte=on
    )
    found = rows.aggregate(due=Count("pk"), overdue=Count("pk", filter=Q(overdue_at__lte=at)))
    return PoolCount(due=found["due"], overdue=found["overdue"])


def month_so_far(user: Staff, *, on: dt.date, whole_store: bool) -> MonthSoFar:
    """3DC of the month of ``on``, of calls first due until that day: the person's own deliveries, or all that the
    person sees (the team, the store).

    One query. Counts as the monthly statistics do: cancelled calls were never due.
    """
    first = month_start(on)
    rows = CallTask.objects.visible_to(user).filter(
        kind=TaskKind.THREE_DAY, first_due_on__gte=first, first_due_on__lt=min(months_after(first, 1), _day_after(on))
    )
    if not whole_store:
        rows = rows.filter(consultant_id=user.pk)
    found = rows.exclude(state=TaskState.CANCELLED).aggregate(
        due=Count("pk"),
        attempted=Count("pk", filter=Q(attempts__gt=0)),
        successful=Count("pk", filter=Q(is_successful=True)),
    )
    return MonthSoFar(month=first, **found)


def _day_after(on: dt.date) -> dt.date:
    return on + dt.timedelta(days=1)
