# ruff: noqa: S608 - the statements are built of our own names; every value is a parameter
"""The SQL of the daily lists: for each kind one INSERT … SELECT for the calls and one for those left out.

The rules have already answered for every anchor day of the window; their answer goes in as a VALUES list and is joined
to the rows of the trade by index. The text is the same on SQLite and PostgreSQL but for casts. Rows are inserted in the
order of their subject, so that two generators side by side wait for each other instead of locking crosswise.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from customers.models import ContactBan, Customer
from followups.enums import KeepingState, SkipReason, TaskKind, TaskState, VisitKind
from followups.models import CallTask, FileKeeping, FirstServiceTrack, ServiceVisit, SkippedCall
from followups.rules import KindRule, NextTurn, PlannedCall
from orders.models import Delivery
from staffing.enums import ABSENT, StaffState
from staffing.models import DutyDay, Staff, Store

_TASK = CallTask._meta.db_table
_SKIPPED = SkippedCall._meta.db_table
_BAN = ContactBan._meta.db_table
_DELIVERY = Delivery._meta.db_table
_TRACK = FirstServiceTrack._meta.db_table
_VISIT = ServiceVisit._meta.db_table
_STAFF = Staff._meta.db_table
_DUTY = DutyDay._meta.db_table
_CUSTOMER = Customer._meta.db_table
_KEEPING = FileKeeping._meta.db_table
_ABSENT = ", ".join(f"'{kind.value}'" for kind in ABSENT)

#: Where the calls of a kind come from: rows of ``v`` (the plan) joined to rows of the trade, each by an index.
_FROM_DELIVERY = f"plan v JOIN {_DELIVERY} d ON d.store_id = %s AND d.delivered_on = v.key_on"
_FROM_TRACK = (
    f"plan v JOIN {_TRACK} t ON t.store_id = %s AND t.{{moment}} = v.key_on AND t.visited_on IS NULL"
    f" JOIN {_DELIVERY} d ON d.id = t.delivery_id"
)
_FROM_VISIT = (
    f"plan v JOIN {_VISIT} s ON s.store_id = %s AND s.visited_on = v.key_on"
    f" LEFT JOIN {_DELIVERY} d ON d.vehicle_id = s.vehicle_id"
)
#: SV-08: a car that was here for its first service needs no reminding, even before its track says so.
_NOT_YET_SERVED = (
    f"NOT EXISTS (SELECT 1 FROM {_VISIT} w WHERE w.vehicle_id = d.vehicle_id"
    f" AND w.kind = '{VisitKind.FIRST_SERVICE.value}' AND w.visited_on >= d.delivered_on)"
)
#: PF-05: the consultant who keeps the file after the two years, as long as he works here.
_KEPT_BY = (
    f" LEFT JOIN {_KEEPING} f ON f.delivery_id = d.id AND f.state = '{KeepingState.KEPT.value}'"
    f" LEFT JOIN {_STAFF} kf ON kf.id = f.consultant_id AND kf.store_id = d.store_id"
    f" AND kf.state = '{StaffState.ACTIVE.value}'"
)
#: The customer need not have agreed beforehand.
ALWAYS = "1 = 1"


@dataclass(frozen=True)
class Source:
    """Where the calls of a kind come from. ``by_track``: the stored moment is the due day itself, not the anchor.

    ``keeper``: who keeps the file, where that is not what the policy says; nobody leaves the call to the pool.
    """

    rows: str
    subject: str = "d.id"
    occurrence: str = "v.occurrence"
    customer: str = "d.customer_id"
    vehicle: str = "d.vehicle_id"
    visit: str = "NULL"
    condition: str = "1 = 1"
    consent: str = ALWAYS
    by_track: bool = False
    keeper: str = ""


SOURCES: dict[str, tuple[Source, ...]] = {
    TaskKind.THREE_DAY: (Source(_FROM_DELIVERY),),
    TaskKind.SEVEN_DAY: (Source(_FROM_DELIVERY),),
    TaskKind.N_PLUS_1: (Source(_FROM_DELIVERY),),
    TaskKind.FIRST_SERVICE: (
        Source(
            _FROM_TRACK.format(moment="remind_on"),
            occurrence="CAST(t.round AS varchar(32))",
            condition=f"t.appointment_at IS NULL AND {_NOT_YET_SERVED}",
            by_track=True,
        ),
    ),
    TaskKind.FIRST_SERVICE_CONFIRM: (
        Source(
            _FROM_TRACK.format(moment="confirm_on"),
            # The occurrence is the day of the appointment as the policy of today reckons it back from the stored day;
            # after an edit of the policy the same call must not come a second time under another name.
            condition=(
                f"{_NOT_YET_SERVED} AND NOT EXISTS (SELECT 1 FROM {_TASK} k"
                f" WHERE k.kind = '{TaskKind.FIRST_SERVICE_CONFIRM.value}' AND k.subject_id = d.id"
                f" AND k.first_due_on = v.due_on AND k.state <> '{TaskState.CANCELLED.value}')"
            ),
            by_track=True,
        ),
    ),
    TaskKind.SERVICE_VISIT: (
        Source(
            _FROM_VISIT,
            subject="s.id",
            customer="COALESCE(s.customer_id, d.customer_id)",
            vehicle="s.vehicle_id",
            visit="s.id",
            condition="COALESCE(s.customer_id, d.customer_id) IS NOT NULL",
            consent="s.may_call",
        ),
    ),
    TaskKind.PERIODIC: (Source(_FROM_DELIVERY),),
    TaskKind.RETAINED: (Source(_FROM_DELIVERY, keeper=_KEPT_BY),),
    # AF-02: a car that has not been in the workshop since its last visit, or since its delivery.
    TaskKind.LOST_CUSTOMER: (
        Source(
            _FROM_VISIT,
            subject="s.vehicle_id",
            customer="COALESCE(d.customer_id, s.customer_id)",
            vehicle="s.vehicle_id",
            condition=(
                "COALESCE(d.customer_id, s.customer_id) IS NOT NULL"
                " AND (d.id IS NULL OR s.visited_on >= d.delivered_on)"
                f" AND NOT EXISTS (SELECT 1 FROM {_VISIT} w WHERE w.vehicle_id = s.vehicle_id"
                " AND w.visited_on > v.key_on)"
                # Two visits on one day are one last visit.
                f" AND NOT EXISTS (SELECT 1 FROM {_VISIT} e WHERE e.vehicle_id = s.vehicle_id"
                " AND e.visited_on = s.visited_on AND e.id < s.id)"
            ),
        ),
        Source(
            _FROM_DELIVERY,
            subject="d.vehicle_id",
            condition=(
                f"NOT EXISTS (SELECT 1 FROM {_VISIT} w WHERE w.vehicle_id = d.vehicle_id AND w.visited_on >= v.key_on)"
            ),
        ),
    ),
}
#: Kinds whose series is named after the day it counts from: that day moves with every appointment or visit.
_NAMED_BY_DAY = (TaskKind.FIRST_SERVICE_CONFIRM, TaskKind.LOST_CUSTOMER)


@dataclass(frozen=True)
class DatedCall:
    """A planned call with its moments in the store's zone."""

    call: PlannedCall
    overdue_at: dt.datetime
    alert: NextTurn


@dataclass(frozen=True)
class Tables:
    """The plan of one kind, and who is on duty, as tables in front of a SELECT; written once for both statements."""

    sql: str
    params: tuple[Any, ...]
    has_duty: bool


@dataclass(frozen=True)
class DutyTurn:
    """The ``place``-th of ``places`` consultants on duty on a day, counted from 0."""

    on: dt.date
    place: int
    places: int
    staff_id: int


def asks_for_consent(kind: str) -> bool:
    """Whether a kind is only called with consent (AF-01)."""
    return any(source.consent != ALWAYS for source in SOURCES[kind])


def insert_calls(*, store: Store, rule: KindRule, tables: Tables, at: dt.datetime) -> int:
    """Put the planned calls of one kind on the list. Returns how many are new; those that exist stay as they are."""
    return sum(_insert_calls(source, store, rule, tables, at) for source in SOURCES[rule.kind])


def _insert_calls(source: Source, store: Store, rule: KindRule, tables: Tables, at: dt.datetime) -> int:
    joins, owner, shift = _ownership(rule, source, tables.has_duty)
    columns = (
        "store_id, kind, subject_id, occurrence, customer_id, vehicle_id, delivery_id, service_visit_id, consultant_id,"
        " owner_id, pool, state, reason, anchor_on, first_due_on, due_on, overdue_at, alert_level, alert_due_at,"
        " expires_on, attempts, failed_days, outcome, is_successful, close_reason, created_at"
    )
    statement = f"""
        INSERT INTO {_TASK} ({columns})
        WITH {tables.sql}
        SELECT %s, %s, {source.subject}, {source.occurrence}, {source.customer}, {source.vehicle}, d.id,
               {cast(source.visit, "bigint")}, d.consultant_id, {cast(owner, "bigint")}, %s,
               '{TaskState.OPEN.value}', '', v.anchor_on, v.due_on, v.due_on, v.overdue_at, v.alert_level,
               v.alert_at, v.expires_on, 0, 0, '', {false()}, '', {cast("%s", "timestamptz")}
          FROM {source.rows} {joins}
         WHERE {source.condition} AND {source.consent} AND NOT {banned(source.customer)} AND {shift}
         ORDER BY {source.subject}, {source.occurrence}
        ON CONFLICT (kind, subject_id, occurrence) DO NOTHING"""
    params = [*tables.params, store.pk, rule.kind, rule.role, _moment(at), store.pk, rule.kind]
    return execute(statement, params)


def insert_skipped(*, store: Store, rule: KindRule, tables: Tables, at: dt.datetime) -> int:
    """Keep the planned calls of one kind that may not be made, each once. Returns how many are new."""
    return sum(_insert_skipped(source, store, rule, tables, at) for source in SOURCES[rule.kind])


def _insert_skipped(source: Source, store: Store, rule: KindRule, tables: Tables, at: dt.datetime) -> int:
    joins, _owner, shift = _ownership(rule, source, tables.has_duty)
    statement = f"""
        INSERT INTO {_SKIPPED} (store_id, kind, subject_id, occurrence, customer_id, consultant_id, reason, due_on,
                                noticed_at)
        WITH {tables.sql}
        SELECT %s, %s, {source.subject}, {source.occurrence}, {source.customer}, d.consultant_id,
               CASE WHEN {source.consent} THEN '{SkipReason.CONTACT_BAN.value}'
                    ELSE '{SkipReason.NO_CONSENT.value}' END,
               v.due_on, {cast("%s", "timestamptz")}
          FROM {source.rows} {joins}
         WHERE {source.condition} AND {shift} AND (NOT ({source.consent}) OR {banned(source.customer)})
           AND NOT EXISTS (SELECT 1 FROM {_TASK} e WHERE e.kind = %s AND e.subject_id = {source.subject}
                           AND e.occurrence = {source.occurrence})
         ORDER BY {source.subject}, {source.occurrence}
        ON CONFLICT (kind, subject_id, occurrence) DO NOTHING"""
    params = [*tables.params, store.pk, rule.kind, _moment(at), store.pk, rule.kind, rule.kind]
    return execute(statement, params)


def drop_skipped_that_were_made(*, store: Store, after: dt.date, until: dt.date) -> int:
    """A ban was lifted in time and the call is on the list after all: it must not count as left out as well."""
    statement = f"""
        DELETE FROM {_SKIPPED}
         WHERE store_id = %s AND due_on > {cast("%s", "date")} AND due_on <= {cast("%s", "date")}
           AND EXISTS (SELECT 1 FROM {_TASK} e WHERE e.kind = {_SKIPPED}.kind
                       AND e.subject_id = {_SKIPPED}.subject_id AND e.occurrence = {_SKIPPED}.occurrence)"""
    return execute(statement, [store.pk, _day(after), _day(until)])


def plan_tables(*, rule: KindRule, plan: Sequence[DatedCall], duty: Sequence[DutyTurn]) -> Tables:
    """The answers of the rules, and the consultants on duty, ready for both statements of a kind."""
    by_track = SOURCES[rule.kind][0].by_track
    day, moment = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    lead = dt.timedelta(days=rule.offset_days)
    params: list[Any] = []
    for dated in plan:
        call = dated.call
        params += (
            day(call.anchor_on + lead if by_track else call.anchor_on),
            day(call.anchor_on),
            call.anchor_on.isoformat() if rule.kind in _NAMED_BY_DAY else call.occurrence,
            day(call.base_on),
            day(call.due_on),
            day(call.before_on),
            int(call.is_shifted),
            moment(dated.overdue_at),
            dated.alert.level,
            moment(dated.alert.at),
            day(call.expires_on),
        )
    names = "key_on, anchor_on, occurrence, base_on, due_on, before_on, shifted, overdue_at, alert_level, alert_at"
    kinds = ("date", "date", "text", "date", "date", "date", "int", "timestamptz", "int", "timestamptz", "date")
    sql = f"plan({names}, expires_on) AS (VALUES {rows_of_values(kinds, len(plan))})"
    if duty:
        turns = rows_of_values(("date", "int", "int", "bigint"), len(duty))
        sql += f", duty(day, place, places, staff_id) AS (VALUES {turns})"
        for turn in duty:
            params += (day(turn.on), turn.place, turn.places, turn.staff_id)
    return Tables(sql, tuple(params), bool(duty))


def rows_of_values(kinds: Sequence[str], number: int) -> str:
    """Places for ``number`` rows of values. The types of the first row hold for all."""
    typed = ", ".join(cast("%s", kind) for kind in kinds)
    bare = ", ".join(["%s"] * len(kinds))
    return ", ".join([f"({typed})", *[f"({bare})"] * (number - 1)])


def _ownership(rule: KindRule, source: Source, has_duty: bool) -> tuple[str, str, str]:
    """(joins, the owner's expression, which rows of the plan hold): who makes the calls of a kind.

    The keeper is the delivering consultant, or when he has left whoever keeps the customer now; nobody when that one
    has left too. With ``shift_before_rest`` a keeper who rests on the day and works the day before calls a day earlier;
    one who rests on both leaves the call to a consultant on duty, by turn, or to the pool.
    """
    if source.keeper:
        return source.keeper, "kf.id", "v.shifted = 0"
    if not rule.to_consultant:
        return "", "NULL", "v.shifted = 0"
    keeper = "COALESCE(kc.id, ko.id)"
    joins = (
        f" LEFT JOIN {_STAFF} kc ON kc.id = d.consultant_id AND kc.store_id = d.store_id"
        f" AND kc.state = '{StaffState.ACTIVE.value}'"
        f" LEFT JOIN {_CUSTOMER} c ON c.id = d.customer_id"
        f" LEFT JOIN {_STAFF} ko ON ko.id = c.owner_id AND ko.store_id = d.store_id"
        f" AND ko.state = '{StaffState.ACTIVE.value}'"
    )
    if not rule.shift_before_rest:
        return joins, keeper, "v.shifted = 0"
    joins += (
        f' LEFT JOIN {_DUTY} r ON r.staff_id = {keeper} AND r."on" = v.base_on AND r.kind IN ({_ABSENT})'
        f' LEFT JOIN {_DUTY} q ON q.staff_id = {keeper} AND q."on" = v.before_on AND q.kind IN ({_ABSENT})'
    )
    stand_in = "NULL"
    if has_duty:
        joins += " LEFT JOIN duty u ON u.day = v.base_on AND u.place = d.id %% u.places"
        stand_in = "u.staff_id"
    owner = f"CASE WHEN {keeper} IS NULL OR v.shifted = 1 OR r.id IS NULL THEN {keeper} ELSE {stand_in} END"
    goes_before = "r.id IS NOT NULL AND v.before_on IS NOT NULL AND q.id IS NULL"
    return joins, owner, f"v.shifted = CASE WHEN {goes_before} THEN 1 ELSE 0 END"


def banned(customer: str) -> str:
    """Whether the customer of that column refused the kind, which is the parameter."""
    return (
        f"EXISTS (SELECT 1 FROM {_BAN} b WHERE b.customer_id = {customer} AND b.lifted_at IS NULL"
        " AND b.purpose IN ('', %s))"
    )


def cast(expression: str, kind: str) -> str:
    """PostgreSQL must be told the types of a VALUES list; SQLite has none to tell."""
    return f"CAST({expression} AS {kind})" if connection.vendor == "postgresql" else expression


def false() -> str:
    """The literal."""
    return "false" if connection.vendor == "postgresql" else "0"


def _day(on: dt.date | None) -> object:
    return connection.ops.adapt_datefield_value(on)


def _moment(at: dt.datetime | None) -> object:
    return connection.ops.adapt_datetimefield_value(at)


def execute(statement: str, params: Sequence[Any]) -> int:
    """Returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)
