"""The board of a team: how much everybody has, and every call that waits."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from followups.enums import UNFINISHED, TaskKind, TaskState
from followups.models import CallTask
from staffing.enums import Capability, DutyKind, Role
from staffing.models import DutyDay, Staff, StaffRole

#: Whose calls a board shows.
CALLING_ROLES = (
    Role.SALES_CONSULTANT,
    Role.TELESALES,
    Role.CALL_CENTRE_AGENT,
    Role.SALES_SUPERVISOR,
    Role.TELESALES_SUPERVISOR,
    Role.CALL_CENTRE_SUPERVISOR,
)
#: Missed calls stay on the board for so many days.
MISSED_DAYS = 30


@dataclass(frozen=True)
class PersonOnBoard:
    """One person of the team today. Counts of calls: ``due`` today or before, of which ``overdue`` are late; agreed for
    a time (``promised``); ended today (``done``). ``in_work`` is the call the person has open; ``duty`` is the word of
    the rota."""

    staff: Staff
    due: int = 0
    overdue: int = 0
    promised: int = 0
    done: int = 0
    in_work: CallTask | None = None
    duty: DutyKind | None = None

    @property
    def is_absent(self) -> bool:
        return self.duty in (DutyKind.REST, DutyKind.LEAVE)


@dataclass(frozen=True)
class PoolOnBoard:
    """Calls of a role that nobody has taken."""

    role: Role
    due: int
    overdue: int


@dataclass(frozen=True)
class Board:
    people: tuple[PersonOnBoard, ...] = ()
    pools: tuple[PoolOnBoard, ...] = ()
    missed: int = 0

    @property
    def due(self) -> int:
        return sum(person.due for person in self.people) + sum(pool.due for pool in self.pools)

    @property
    def overdue(self) -> int:
        return sum(person.overdue for person in self.people) + sum(pool.overdue for pool in self.pools)

    @property
    def done(self) -> int:
        return sum(person.done for person in self.people)

    @property
    def unassigned(self) -> int:
        return sum(pool.due for pool in self.pools)


@dataclass(frozen=True)
class BoardFilter:
    """What the table of calls is narrowed to. ``show``: due, overdue, promised, upcoming or missed."""

    show: str = "due"
    kind: str = ""
    owner_id: int | None = None
    pool: str = ""
    roles: tuple[str, ...] = field(default=())


def team_of(user: Staff) -> QuerySet[Staff]:
    """Whose calls the person may look after: the own reports, people of a role that the person leads and for whom
    nobody is named as superior, and for those who see the store everybody who calls."""
    callers: QuerySet[Staff] = Staff.objects.visible_to(user).working().holding(*CALLING_ROLES)
    if user.may(Capability.SEE_STORE) or user.sees_all_stores():
        return callers
    led = user.led_roles
    leaderless = Q(superior__isnull=True, pk__in=StaffRole.objects.filter(role__in=led).values("staff_id"))
    return callers.filter(Q(superior_id=user.pk) | leaderless | Q(pk=user.pk))


def board_of(user: Staff, *, at: dt.datetime, on: dt.date, since: dt.datetime) -> Board:
    """The team's day. ``since`` is the beginning of the day in the store. Six queries, however large the team."""
    team = list(team_of(user).order_by("name", "pk"))
    tasks = CallTask.objects.visible_to(user)
    listed = Q(due_on__lte=on)
    counts = list(
        tasks.unfinished()
        .values("owner_id", "pool")
        .annotate(
            due=Count("pk", filter=listed),
            overdue=Count("pk", filter=Q(overdue_at__lte=at)),
            promised=Count("pk", filter=Q(due_at__isnull=False)),
        )
        .order_by("owner_id", "pool")
    )
    done = dict(
        tasks.filter(closed_at__gte=since, state=TaskState.DONE)
        .values("closed_by_id")
        .annotate(count=Count("pk"))
        .order_by()
        .values_list("closed_by_id", "count")
    )
    open_calls = {
        task.claimed_by_id: task for task in tasks.filter(state=TaskState.CLAIMED).select_related("customer", "vehicle")
    }
    duty = _duty_of(team, on)
    return Board(
        people=_busiest_first(
            PersonOnBoard(
                staff=person,
                due=sum(row["due"] for row in counts if row["owner_id"] == person.pk),
                overdue=sum(row["overdue"] for row in counts if row["owner_id"] == person.pk),
                promised=sum(row["promised"] for row in counts if row["owner_id"] == person.pk),
                done=done.get(person.pk, 0),
                in_work=open_calls.get(person.pk),
                duty=duty.get(person.pk),
            )
            for person in team
        ),
        pools=tuple(
            PoolOnBoard(Role(row["pool"]), row["due"], row["overdue"])
            for row in counts
            if row["owner_id"] is None and row["due"]
        ),
        missed=_missed(tasks, on).count(),
    )


@dataclass(frozen=True)
class BoardTotals:
    """The board in five figures: ``unassigned`` is what of ``due`` lies in pools; ``missed`` of the last 30 days."""

    due: int
    overdue: int
    unassigned: int
    done: int
    missed: int


def board_totals(user: Staff, *, at: dt.datetime, on: dt.date, since: dt.datetime) -> BoardTotals:
    """The team's day at a glance. One query."""
    waits = Q(state__in=UNFINISHED)
    listed = waits & Q(due_on__lte=on)
    done = Q(state=TaskState.DONE, closed_at__gte=since)
    missed = _is_missed(on)
    found = (
        CallTask.objects.visible_to(user)
        .filter(waits | done | missed)
        .aggregate(
            due=Count("pk", filter=listed),
            overdue=Count("pk", filter=waits & Q(overdue_at__lte=at)),
            unassigned=Count("pk", filter=listed & Q(owner__isnull=True)),
            done=Count("pk", filter=done),
            missed=Count("pk", filter=missed),
        )
    )
    return BoardTotals(**found)


def board_tasks(user: Staff, narrowed: BoardFilter, *, at: dt.datetime, on: dt.date) -> QuerySet[CallTask]:
    """The calls behind the board, the oldest first; missed ones by when they ended, the latest first."""
    visible = CallTask.objects.visible_to(user)
    rows: QuerySet[CallTask]
    match narrowed.show:
        case "overdue":
            rows = visible.overdue(at)
        case "promised":
            rows = visible.unfinished().filter(due_at__isnull=False)
        case "upcoming":
            rows = visible.unfinished().filter(due_on__gt=on)
        case "missed":
            rows = _missed(visible, on)
        case _:
            rows = visible.due(on)
    if narrowed.kind in TaskKind.values:
        rows = rows.filter(kind=narrowed.kind)
    if narrowed.owner_id is not None:
        rows = rows.filter(owner_id=narrowed.owner_id)
    if narrowed.pool:
        rows = rows.filter(owner__isnull=True, pool=narrowed.pool)
    order = ("-closed_at", "-pk") if narrowed.show == "missed" else ("due_on", "overdue_at", "anchor_on", "pk")
    return rows.select_related("customer", "vehicle__model", "owner", "claimed_by").order_by(*order)


def _busiest_first(people: Iterable[PersonOnBoard]) -> tuple[PersonOnBoard, ...]:
    return tuple(sorted(people, key=lambda row: (-row.overdue, -row.due, row.staff.name, row.staff.pk)))


def _missed(tasks: QuerySet[CallTask], on: dt.date) -> QuerySet[CallTask]:
    return tasks.filter(_is_missed(on))


def _is_missed(on: dt.date) -> Q:
    return Q(state=TaskState.MISSED, due_on__gte=on - dt.timedelta(days=MISSED_DAYS))


def _duty_of(team: Iterable[Staff], on: dt.date) -> dict[int, DutyKind]:
    rows = DutyDay.objects.filter(staff__in=[person.pk for person in team], on=on)
    return {staff_id: DutyKind(kind) for staff_id, kind in rows.values_list("staff_id", "kind")}
