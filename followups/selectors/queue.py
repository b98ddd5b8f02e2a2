"""The queue as one agent sees it at one moment: what comes next, how much there is, and why there is nothing."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.db.models import QuerySet

from customers.models import ContactWindow
from followups.enums import EmptyReason, TaskKind, TaskState
from followups.models import CallAttempt, CallTask
from followups.rules import HoursSpan
from followups.rules.referrals import SHOWN_DAYS_BEFORE
from followups.selectors.policies import calling_hours, calling_hours_of_week, calling_policy
from staffing.models import Staff

#: Where the pools of the agent go; see QueueMoment.statement.
POOLS = "{pools}"

_TASK = CallTask._meta.db_table
_WINDOW = ContactWindow._meta.db_table
_OWN_WINDOWS = f"SELECT 1 FROM {_WINDOW} w WHERE w.customer_id = t.customer_id"  # noqa: S608 - our own table
_OPEN_NOW = "(w.weekdays & %(weekday)s) <> 0 AND w.starts <= %(time)s AND w.ends > %(time)s"

#: On the agent's list of today, whether or not it can be called this minute. What another call takes along is on the
#: list with that call. A word to the referrer is shown a day before its last one, until it was tried (RF-02).
_LISTED = f"""
    t.state = 'open' AND t.store_id = %(store)s AND t.due_on <= %(shown)s
    AND (t.due_on <= %(today)s OR (t.kind = '{TaskKind.REFERRAL_FEEDBACK.value}' AND t.attempts = 0))
    AND (t.owner_id = %(by)s OR (t.owner_id IS NULL AND t.pool IN ({POOLS})))
    AND (t.held_by_id IS NULL
         OR NOT EXISTS (SELECT 1 FROM {_TASK} g WHERE g.id = t.held_by_id AND g.state IN ('open', 'claimed')
                           AND g.kind <> '{TaskKind.NUMBER_TRACE.value}'))"""  # noqa: S608
#: Not waiting for the number to be traced.
_NOT_HELD = f"""
    (t.held_by_id IS NULL
     OR NOT EXISTS (SELECT 1 FROM {_TASK} h WHERE h.id = t.held_by_id AND h.state IN ('open', 'claimed')))"""  # noqa: S608
#: Its promised time has come; somebody else's promise only after the grace.
_PROMISE_DUE = """
    (t.due_at IS NULL
     OR t.due_at <= CASE WHEN t.promised_by_id IS NULL OR t.promised_by_id = %(by)s THEN %(at)s ELSE %(grace)s END)"""
#: The customer may be called now: a time promised for today overrides the hours (D3-08), the own hours override the
#: store's (D3-05, D3-06). Tracing a number calls nobody.
_MAY_CALL = f"""
    (t.kind = '{TaskKind.NUMBER_TRACE.value}' OR (t.due_at IS NOT NULL AND t.due_at >= %(midnight)s)
     OR EXISTS ({_OWN_WINDOWS} AND {_OPEN_NOW})
     OR (%(is_open)s AND NOT EXISTS ({_OWN_WINDOWS})))"""

#: The id of the call to be made next: who was promised a time, then first contacts (LI-02), then what is late. The same
#: text on both databases; PostgreSQL gets a lock clause after it.
PICK_NEXT = f"""
    SELECT t.id FROM {_TASK} t WHERE {_LISTED} AND {_NOT_HELD} AND {_PROMISE_DUE} AND {_MAY_CALL}
     ORDER BY CASE WHEN t.due_at IS NOT NULL AND t.promised_by_id = %(by)s THEN 0 WHEN t.due_at IS NOT NULL THEN 1
                   WHEN t.kind = '{TaskKind.LEAD_FIRST_CONTACT.value}' THEN 2
                   WHEN t.overdue_at <= %(at)s THEN 3 ELSE 4 END,
              CASE WHEN t.due_at IS NOT NULL THEN t.due_at
                   WHEN t.overdue_at <= %(at)s OR t.kind = '{TaskKind.LEAD_FIRST_CONTACT.value}' THEN t.overdue_at END,
              COALESCE((SELECT MIN(w.ends) FROM {_WINDOW} w WHERE w.customer_id = t.customer_id AND {_OPEN_NOW}),
                       %(closes)s),
              t.anchor_on, t.id
     LIMIT 1"""  # noqa: S608
_COUNTS = f"""
    SELECT t.kind, COUNT(*), SUM(CASE WHEN t.overdue_at <= %(at)s THEN 1 ELSE 0 END),
           SUM(CASE WHEN t.due_at IS NOT NULL THEN 1 ELSE 0 END)
      FROM {_TASK} t WHERE {_LISTED} GROUP BY t.kind"""  # noqa: S608
_STANDSTILL = f"""
    SELECT COUNT(*),
           SUM(CASE WHEN NOT {_NOT_HELD} THEN 1 ELSE 0 END),
           MIN(CASE WHEN {_NOT_HELD} AND NOT {_PROMISE_DUE} THEN t.due_at END),
           SUM(CASE WHEN {_NOT_HELD} AND {_PROMISE_DUE} AND NOT {_MAY_CALL} THEN 1 ELSE 0 END),
           MIN(CASE WHEN {_NOT_HELD} AND {_PROMISE_DUE} AND NOT {_MAY_CALL}
                    THEN (SELECT MIN(w.starts) FROM {_WINDOW} w WHERE w.customer_id = t.customer_id
                             AND (w.weekdays & %(weekday)s) <> 0 AND w.starts > %(time)s) END),
           SUM(CASE WHEN {_NOT_HELD} AND {_PROMISE_DUE} AND {_MAY_CALL} THEN 1 ELSE 0 END)
      FROM {_TASK} t WHERE {_LISTED}"""  # noqa: S608


@dataclass(frozen=True)
class QueueMoment:
    """All that decides which call comes next: who asks, when, and which hours the store calls in.

    ``hours`` are today's in the store's zone; ``closes`` is the end of the hours that hold now, None outside them.
    """

    by_id: int
    store_id: int
    roles: tuple[str, ...]
    at: dt.datetime
    tz: ZoneInfo
    hours: tuple[HoursSpan, ...]
    claim_minutes: int
    grace_minutes: int

    @property
    def local(self) -> dt.datetime:
        return self.at.astimezone(self.tz)

    @property
    def today(self) -> dt.date:
        return self.local.date()

    @property
    def closes(self) -> dt.time | None:
        clock_time = self.local.time()
        return next((span.ends for span in self.hours if span.contains(clock_time)), None)

    def params(self) -> dict[str, Any]:
        """The parameters of the statements of this module, as the database in use wants them."""
        ops = connection.ops
        at, local = self.at, self.local
        midnight = dt.datetime.combine(local.date(), dt.time.min, tzinfo=self.tz).astimezone(dt.UTC)
        params: dict[str, Any] = {
            "by": self.by_id,
            "store": self.store_id,
            "at": ops.adapt_datetimefield_value(at),
            "claim_until": ops.adapt_datetimefield_value(at + dt.timedelta(minutes=self.claim_minutes)),
            "grace": ops.adapt_datetimefield_value(at - dt.timedelta(minutes=self.grace_minutes)),
            "midnight": ops.adapt_datetimefield_value(midnight),
            "today": ops.adapt_datefield_value(local.date()),
            "shown": ops.adapt_datefield_value(local.date() + dt.timedelta(days=SHOWN_DAYS_BEFORE)),
            "time": ops.adapt_timefield_value(local.time().replace(microsecond=0)),
            "weekday": 1 << local.weekday(),
            "closes": ops.adapt_timefield_value(self.closes),
            "is_open": self.closes is not None,
        }
        # An agent without a role still works the own calls: the list of pools must not be empty in SQL.
        params.update({f"pool{n}": role for n, role in enumerate(self.roles or ("",))})
        return params

    def statement(self, sql: str) -> str:
        """``sql`` with as many places for pools as the agent has roles."""
        return sql.replace(POOLS, ", ".join(f"%(pool{n})s" for n in range(len(self.roles) or 1)))


@dataclass(frozen=True)
class KindCount:
    """How much of one kind is on the agent's list today. ``promised`` counts those with an agreed time."""

    kind: TaskKind
    listed: int
    overdue: int
    promised: int


@dataclass(frozen=True)
class EmptyQueue:
    """Why nothing comes next. ``at``: when to look again, if known; ``count``: how many calls it concerns."""

    reason: EmptyReason
    at: dt.datetime | None = None
    count: int = 0


def queue_moment(*, by: Staff, at: dt.datetime) -> QueueMoment | None:
    """The moment of ``by`` at ``at``; None for somebody without a store, who has no list. Two queries."""
    if by.store is None:
        return None
    local = at.astimezone(by.store.tz)
    rule = calling_policy(by.store, local.date())
    return QueueMoment(
        by_id=by.pk,
        store_id=by.store.pk,
        roles=tuple(sorted(by.roles)),
        at=at,
        tz=by.store.tz,
        hours=calling_hours(by.store, local.date()),
        claim_minutes=rule.claim_minutes,
        grace_minutes=rule.promise_grace_minutes,
    )


def queue_counts(*, by: Staff, at: dt.datetime) -> tuple[KindCount, ...]:
    """Today's list of the agent by kind, in the order of the kinds; kinds without calls are left out. One query."""
    if by.store is None:
        return ()
    # Whether a call may be made this minute is no matter here: the hours and the claim's length stay out of it.
    moment = QueueMoment(by.pk, by.store.pk, tuple(sorted(by.roles)), at, by.store.tz, (), 0, 0)
    found = {kind: (listed, overdue, promised) for kind, listed, overdue, promised in _rows(_COUNTS, moment)}
    return tuple(KindCount(kind, *found[kind]) for kind in TaskKind if kind in found)


def why_queue_is_empty(*, by: Staff, at: dt.datetime) -> EmptyQueue:
    """Why ``claim_next_task`` has nothing for ``by``: what must happen first, and when to look again.

    In this order: calls that wait for their hours or for a promised time (whichever comes first), for a number, calls
    that colleagues are working on, everything done, nothing due at all.
    """
    moment = queue_moment(by=by, at=at)
    if moment is None:
        return EmptyQueue(EmptyReason.NO_STORE)
    ((_listed, held, promised, closed, own_hours, ready),) = _rows(_STANDSTILL, moment)
    if ready:  # it came free between the claim and here
        return EmptyQueue(EmptyReason.COME_FREE, count=int(ready))
    waits = []
    if closed:
        opens = _opening(moment, by=by, own_hours=_as_time(own_hours))
        waits.append(EmptyQueue(EmptyReason.OUTSIDE_HOURS, opens, int(closed)))
    if promised is not None:
        waits.append(EmptyQueue(EmptyReason.PROMISED, _as_moment(promised)))
    if waits:
        return min(waits, key=lambda wait: (wait.at is None, wait.at))
    if held:
        return EmptyQueue(EmptyReason.WAITING_FOR_NUMBERS, count=int(held))
    mine = CallTask.objects.filter(store_id=moment.store_id).filter(
        models.Q(owner_id=by.pk) | models.Q(owner__isnull=True, pool__in=moment.roles)
    )
    claimed = mine.filter(state=TaskState.CLAIMED, due_on__lte=moment.today).exclude(claimed_by_id=by.pk).count()
    if claimed:
        return EmptyQueue(EmptyReason.ALL_CLAIMED, count=claimed)
    midnight = dt.datetime.combine(moment.today, dt.time.min, tzinfo=moment.tz)
    worked = mine.filter(models.Q(closed_at__gte=midnight) | models.Q(last_attempt_at__gte=midnight)).exists()
    return EmptyQueue(EmptyReason.ALL_DONE if worked else EmptyReason.NOTHING_DUE)


def recent_calls(by: Staff, *, limit: int = 8) -> QuerySet[CallAttempt]:
    """What ``by`` did last, newest first. One query."""
    return CallAttempt.objects.filter(by=by).select_related("task__customer").order_by("-at", "-pk")[:limit]


def _opening(moment: QueueMoment, *, by: Staff, own_hours: dt.time | None) -> dt.datetime | None:
    """When the next hours begin: today's, those a waiting customer named for today, or the first of the coming week."""
    now = moment.local.time()
    today = [span.starts for span in moment.hours if span.starts > now]
    today += [own_hours] if own_hours is not None else []
    if today:
        return dt.datetime.combine(moment.today, min(today), tzinfo=moment.tz)
    week = calling_hours_of_week(by.store, moment.today + dt.timedelta(days=1))
    for ahead in range(1, 8):
        day = moment.today + dt.timedelta(days=ahead)
        hours = week[day.weekday()]
        if hours:
            return dt.datetime.combine(day, hours[0].starts, tzinfo=moment.tz)
    return None


def _rows(sql: str, moment: QueueMoment) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(moment.statement(sql), moment.params())
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _as_time(value: Any) -> dt.time | None:
    """SQLite answers an aggregate as text."""
    return dt.time.fromisoformat(value) if isinstance(value, str) else value


def _as_moment(value: str | dt.datetime) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
