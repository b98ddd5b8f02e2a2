# ruff: noqa: S608 - the statements are built of our own names; every value is a parameter
"""The SQL of the calls to leads: one INSERT … SELECT a kind, over every lead that waits for a call and has none.

The rules have answered for every day in question; their answer goes in as a VALUES list, as with the other kinds. There
is no window that is caught up: a lead that is followed up is called, however long ago its day was.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from followups.enums import LEAD_KINDS, UNFINISHED, SkipReason, TaskKind, TaskState
from followups.models import CallTask, SkippedCall
from followups.rules import KindRule, OverdueRung, end_of_day, first_alert_at
from followups.services.lists.statements import banned, cast, execute, false, rows_of_values
from leads.enums import FOLLOWED, LeadState
from leads.models import Lead
from staffing.enums import StaffState
from staffing.models import Staff, Store

_LEAD, _TASK = Lead._meta.db_table, CallTask._meta.db_table
_SKIPPED, _STAFF = SkippedCall._meta.db_table, Staff._meta.db_table
_KINDS = ", ".join(f"'{kind.value}'" for kind in LEAD_KINDS)
_WAITING = ", ".join(f"'{state.value}'" for state in UNFINISHED)
_FOLLOWED = ", ".join(f"'{state.value}'" for state in FOLLOWED)
_HAS_NONE = (
    f"NOT EXISTS (SELECT 1 FROM {_TASK} e WHERE e.lead_id = l.id AND e.state IN ({_WAITING}) AND e.kind IN ({_KINDS}))"
)
#: Who has left calls nobody: the pool has it.
_OWNER = f"LEFT JOIN {_STAFF} o ON o.id = l.owner_id AND o.is_active AND o.state = '{StaffState.ACTIVE.value}'"
#: Leads that nobody has tried to reach yet: due by the clock (LI-02).
_UNTRIED = f"l.state = '{LeadState.OPEN.value}' AND l.first_contact_at IS NULL AND l.last_contact_at IS NULL"
#: Leads with a planned day; the first contact until the customer was spoken to.
_PLANNED = f"l.state IN ({_FOLLOWED}) AND l.next_contact_on IS NOT NULL AND NOT ({_UNTRIED})"


@dataclass(frozen=True)
class _Source:
    """Which leads, and what their plan says. ``day`` joins them to the plan; ``moment`` is when they are late, unless
    that is the end of the day."""

    rows: str
    day: str
    due_on: str
    due_at: str
    moment: str


_FIRST = _Source(_UNTRIED, "", "{registered}", "NULL", "l.first_due_at")
_NEXT = _Source(
    _PLANNED + " AND l.last_contact_at IS {spoken} NULL",
    "l.next_contact_on",
    "l.next_contact_on",
    "l.next_contact_at",
    "l.next_contact_at",
)


@dataclass(frozen=True)
class LeadCalls:
    """What a list did about leads: new calls by kind, calls that are new among those left out, and how many leads are
    left out because of a ban as it stands."""

    created: Mapping[str, int]
    left_out: int = 0
    banned: int = 0


def insert_lead_calls(
    *,
    store: Store,
    rules: Mapping[str, KindRule],
    on: dt.date,
    rungs: Sequence[OverdueRung],
    purposes: frozenset[str],
    at: dt.datetime,
) -> LeadCalls:
    """Put every lead on the list that waits for a call on a day or before and has none (LI-02, LG-20..26).

    ``purposes`` are those that somebody in the store has refused: without any there is nobody to leave out.
    """
    maker = _Maker(store, on, rungs, at)
    created = {}
    left_out = refused = 0
    first_days, next_days, tried_days = maker.days()
    for kind in LEAD_KINDS:
        if kind not in rules:
            continue
        is_first = kind == TaskKind.LEAD_FIRST_CONTACT
        parts = [(_FIRST, first_days), (_NEXT, tried_days)] if is_first else [(_NEXT, next_days)]
        created[kind.value] = 0
        for source, days in parts:
            if not days:
                continue
            created[kind.value] += maker.insert(kind, source, days)
            if not purposes.isdisjoint(("", kind)):
                left_out += maker.insert_skipped(kind, source, days)
                refused += maker.count_banned(kind, source, days)
    return LeadCalls(created, left_out, refused)


class _Maker:
    """The statements for one store and day."""

    def __init__(self, store: Store, on: dt.date, rungs: Sequence[OverdueRung], at: dt.datetime) -> None:
        self.store, self.on, self.rungs, self.at = store, on, rungs, at

    def days(self) -> tuple[list[dt.date], list[dt.date], list[dt.date]]:
        """The days for which there is something to do: when first contacts are late; planned ones of leads that were
        spoken to, and of leads that were only tried. Two queries."""
        late_on = self._local_day("l.first_due_at")
        registered = self._local_day("l.registered_at")
        first = f"SELECT DISTINCT {late_on} FROM {_LEAD} l WHERE l.store_id = %s AND {_UNTRIED} AND {_HAS_NONE}"
        first += f" AND {registered} <= {cast('%s', 'date')}"
        planned = (
            f"SELECT DISTINCT l.next_contact_on, l.last_contact_at IS NULL FROM {_LEAD} l"
            f" WHERE l.store_id = %s AND {_PLANNED} AND {_HAS_NONE} AND l.next_contact_on <= {cast('%s', 'date')}"
        )
        params = [self.store.pk, _day(self.on)]
        first_days = sorted(_as_day(row[0]) for row in _rows(first, params))
        rows = sorted((_as_day(day), bool(tried)) for day, tried in _rows(planned, params))
        return first_days, [day for day, tried in rows if not tried], [day for day, tried in rows if tried]

    def insert(self, kind: str, source: _Source, days: Sequence[dt.date]) -> int:
        columns = (
            "store_id, kind, subject_id, lead_id, occurrence, customer_id, owner_id, pool, state, reason, anchor_on,"
            " first_due_on, due_on, due_at, promised_by_id, overdue_at, alert_level, alert_due_at, attempts,"
            " failed_days, outcome, is_successful, close_reason, created_at"
        )
        due_on, due_at = self._due(source), cast(source.due_at, "timestamptz")
        anchor = self._local_day("COALESCE(l.last_contact_at, l.registered_at)")
        tables, params = self._plan(days)
        statement = f"""
            INSERT INTO {_TASK} ({columns})
            WITH {tables}
            SELECT %s, %s, l.id, l.id, {self._occurrence(kind)}, l.customer_id, o.id, l.pool,
                   '{TaskState.OPEN.value}', substr(l.next_reason, 1, 200), {anchor}, {due_on}, {due_on}, {due_at},
                   CASE WHEN {source.due_at} IS NULL THEN NULL ELSE o.id END,
                   COALESCE({source.moment}, v.late_at), v.level,
                   CASE WHEN v.alert_at = v.late_at THEN COALESCE({source.moment}, v.alert_at) ELSE v.alert_at END,
                   0, 0, '', {false()}, '', {cast("%s", "timestamptz")}
              FROM {self._from(source)} {_OWNER}
             WHERE {self._where(source, kind)} AND NOT {banned("l.customer_id")}
             ORDER BY l.id
            ON CONFLICT DO NOTHING"""
        values = [*params, self.store.pk, kind, _moment(self.at), *self._where_params(), kind]
        return execute(statement, values)

    def insert_skipped(self, kind: str, source: _Source, days: Sequence[dt.date]) -> int:
        """Kept for the reports: once for every call that was left out."""
        tables, params = self._plan(days)
        statement = f"""
            INSERT INTO {_SKIPPED} (store_id, kind, subject_id, occurrence, customer_id, consultant_id, reason, due_on,
                                    noticed_at)
            WITH {tables}
            SELECT %s, %s, l.id, {self._occurrence(kind)}, l.customer_id, l.owner_id,
                   '{SkipReason.CONTACT_BAN.value}', {self._due(source)}, {cast("%s", "timestamptz")}
              FROM {self._from(source)}
             WHERE {self._where(source, kind)} AND {banned("l.customer_id")}
             ORDER BY l.id
            ON CONFLICT (kind, subject_id, occurrence) DO NOTHING"""
        values = [*params, self.store.pk, kind, _moment(self.at), *self._where_params(), kind]
        return execute(statement, values)

    def count_banned(self, kind: str, source: _Source, days: Sequence[dt.date]) -> int:
        tables, params = self._plan(days)
        statement = (
            f"WITH {tables} SELECT COUNT(*) FROM {self._from(source)}"
            f" WHERE {self._where(source, kind)} AND {banned('l.customer_id')}"
        )
        return int(_rows(statement, [*params, *self._where_params(), kind])[0][0])

    def _plan(self, days: Sequence[dt.date]) -> tuple[str, list[Any]]:
        """What the rules say of each day: when it begins and is over, and which rung of the ladder comes first."""
        params: list[Any] = []
        for day in days:
            starts, late_at = end_of_day(day - dt.timedelta(days=1), self.store.tz), end_of_day(day, self.store.tz)
            turn = first_alert_at(late_at, self.rungs, self.store.tz, at=self.at)
            params += (_day(day), _moment(starts), _moment(late_at), turn.level, _moment(turn.at))
        kinds = ("date", "timestamptz", "timestamptz", "int", "timestamptz")
        values = rows_of_values(kinds, len(days))
        return f"plan(day, starts_at, late_at, level, alert_at) AS (VALUES {values})", params

    def _from(self, source: _Source) -> str:
        joined = (
            f"v.day = {source.day}" if source.day else "l.first_due_at >= v.starts_at AND l.first_due_at < v.late_at"
        )
        return f"plan v JOIN {_LEAD} l ON l.store_id = %s AND {joined}"

    def _where(self, source: _Source, kind: str) -> str:
        spoken = "" if kind == TaskKind.LEAD_FIRST_CONTACT else "NOT"
        return f"{source.rows.format(spoken=spoken)} AND {self._due(source)} <= {cast('%s', 'date')} AND {_HAS_NONE}"

    def _where_params(self) -> list[Any]:
        return [self.store.pk, _day(self.on)]

    def _due(self, source: _Source) -> str:
        return source.due_on.format(registered=self._local_day("l.registered_at"))

    @staticmethod
    def _occurrence(kind: str) -> str:
        """The how-manieth call of the kind to this lead it is."""
        count = f"SELECT COUNT(*) FROM {_TASK} n WHERE n.kind = '{TaskKind(kind).value}' AND n.subject_id = l.id"
        return f"CAST(({count}) + 1 AS varchar(32))"

    def _local_day(self, moment: str) -> str:
        """The day of a moment in the store's zone, whose name is one of a fixed list."""
        zone = self.store.tz.key
        assert "'" not in zone
        if connection.vendor == "postgresql":
            return f"CAST({moment} AT TIME ZONE '{zone}' AS date)"
        return f"django_datetime_cast_date({moment}, '{zone}', 'UTC')"


def _rows(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _as_day(value: Any) -> dt.date:
    """SQLite answers a computed day as text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _day(on: dt.date) -> object:
    return connection.ops.adapt_datefield_value(on)


def _moment(at: dt.datetime | None) -> object:
    return connection.ops.adapt_datetimefield_value(at)
