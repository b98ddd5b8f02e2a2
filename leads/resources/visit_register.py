"""The workbook of the visit register (来店(电)客户登记表, F01)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from dealership.kernel import dates
from dealership.kernel.errors import N_
from dealership.kernel.text import squeezed
from dealership.workbooks import cleaners
from dealership.workbooks.cleaners import as_text
from dealership.workbooks.comparing import Row, compare
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.kinds import Column, Context, Kind, Record, register
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.reading import Cell
from dealership.workbooks.writing import BatchWriter
from inventory.resources import ModelIndex
from leads.enums import Channel, CustomerStanding, InformationSource, Standing, TradeIn
from leads.models import Visit
from leads.resources.visitors import find_visitors, write_leads
from leads.rules.policies import CadencePolicy, UnknownGrade
from leads.rules.register import second_grade_due_at
from leads.selectors.policies import cadence_policy, lead_policy
from leads.services.assigning import hold_intake
from staffing.models import Store
from staffing.resources import StaffIndex
from staffing.resources.people import GENDERS

GRADE_UNKNOWN = N_("There is no grade “%(value)s”. There are: %(known)s.")
#: 客户来源 → channel. Another word is kept in its own words.
CHANNELS = {
    "来店": Channel.WALK_IN,
    "自然到店": Channel.WALK_IN,
    "来电": Channel.PHONE,
    "电话": Channel.PHONE,
    "网络": Channel.WEB,
    "网站": Channel.WEB,
    "厂家": Channel.OEM,
    "车展": Channel.MOTOR_SHOW,
    "介绍": Channel.REFERRAL,
    "转介绍": Channel.REFERRAL,
    "微信": Channel.WECHAT,
    "外拓": Channel.FIELD,
    "续购": Channel.REPEAT,
}


def _time(value: Cell) -> dt.time:
    """A time of day, to the minute: as exactly as the form is filled in."""
    return dates.parse_time(value).replace(second=0, microsecond=0)  # type: ignore[arg-type]


def _grade(value: Cell) -> str:
    return squeezed(as_text(value)).upper().removesuffix("级")


@register
class VisitRegister(Kind):
    """来店(电)客户登记表: one line a visit.

    **The key** of a line is the day, the telephone and the time of arrival: a customer may come twice a day, and
    whoever fills in the grade of the next day, the time of leaving or the course of the visit later loads the same line
    again. The name is no part of it, since it is corrected; nor is the consultant, since two may have served.
    A line without a telephone is written at the desk, with its reason (LI-14): the workbook asks for one.
    """

    code = "visit_register"
    title = _("Visit register")
    form_name = "来店登记表"
    order = 50
    key = ("visited_on", "phone", "arrived")
    key_column = "电话"
    columns = (
        Column(
            "日期",
            "visited_on",
            cleaners.date,
            required=True,
            not_future=True,
            aliases=("来店日期", "到店日期"),
            example="2026-03-05",
        ),
        Column("客户姓名", "name", cleaners.text(64), required=True, aliases=("姓名",), example="李示范"),
        Column(
            "客户性质",
            "standing",
            cleaners.choice(
                {
                    "新": CustomerStanding.NEW.value,
                    "新客户": CustomerStanding.NEW.value,
                    "老": CustomerStanding.KNOWN.value,
                    "老客户": CustomerStanding.KNOWN.value,
                }
            ),
            example="新",
        ),
        Column("性别", "gender", cleaners.choice(GENDERS), example="男"),
        Column("电话", "phone", cleaners.phone, required=True, aliases=("联系电话", "手机"), example="13800000000"),
        Column("客户来源", "source", cleaners.text(32), aliases=("来店渠道",), example="来店"),
        Column("拟购车型", "model", cleaners.text(64), required=True, aliases=("意向车型",), example="示范一号"),
        Column("意向级别", "grade", _grade, required=True, aliases=("级别",), example="B"),
        Column(
            "置换意愿",
            "trade_in",
            cleaners.choice(
                {
                    word: meaning.value
                    for meaning, words in {
                        TradeIn.YES: ("有", "是", "V", "√", "Y"),
                        TradeIn.NO: ("无", "否", "没有", "×", "N"),
                    }.items()
                    for word in words
                }
            ),
            example="无",
        ),
        Column(
            "来店信息来源",
            "heard_from",
            cleaners.choice(
                {
                    "电话": InformationSource.PHONE.value,
                    "报纸": InformationSource.NEWSPAPER.value,
                    "广播": InformationSource.RADIO.value,
                    "杂志": InformationSource.MAGAZINE.value,
                    "亲友": InformationSource.FRIENDS.value,
                    "路过": InformationSource.PASSING.value,
                    "其他": InformationSource.OTHER.value,
                }
            ),
            aliases=("信息来源",),
            example="路过",
        ),
        Column("到店时间", "arrived", _time, aliases=("来店时间",), example="14:05"),
        Column("离去时间", "left", _time, aliases=("离店时间",), example="15:20"),
        Column("24小时追踪级别", "grade_after", _grade, aliases=("追踪级别",), example="A"),
        Column("经过情形", "note", cleaners.text(500), width=28, example=""),
        Column("销售顾问", "consultant", cleaners.text(64), required=True, aliases=("接待顾问",), example=""),
    )

    def check_records(self, records: Sequence[Record]) -> None:
        for record in records:
            arrived, left = record.values["arrived"], record.values["left"]
            if arrived is not None and left is not None and left < arrived:
                record.reject(self.column("left"), Reason.ENDS_BEFORE_START, left)

    def judge(self, records: list[Record], context: Context) -> None:
        store = Store.objects.get(pk=context.store_id)
        sound = [record for record in records if not record.issues]
        policy = cadence_policy(store, context.as_of)
        models, people = ModelIndex(), StaffIndex(store.pk)
        known = _known_visits(store, sound)
        for record in sound:
            values, found = record.values, record.found
            for name in ("grade", "grade_after"):
                if values[name] is not None and not _is_open(values[name], policy):
                    params = {"known": "、".join(rule.code for rule in policy if rule.standing == Standing.OPEN)}
                    record.reject(self.column(name), Reason.UNKNOWN_VALUE, values[name], GRADE_UNKNOWN, **params)
            found["model_id"] = models.look_up(record, self.column("model"), values["model"])
            found["consultant_id"] = people.look_up(record, self.column("consultant"), values["consultant"])
            if record.issues:
                continue
            found["arrived_at"] = _moment(values["visited_on"], values["arrived"], store.tz)
            wanted = _wanted(record, store.tz)
            found["channel"] = wanted["channel"]
            former = known.get(_key(record))
            # 来电 without a time of arrival was a call; with one the customer heard of us by telephone, and came.
            is_call = values["arrived"] is None and wanted["channel"] == Channel.PHONE
            found["by_phone"] = former["by_phone"] if former is not None else is_call
            compare(record, former, wanted)
        taken = [record for record in sound if not record.issues]
        find_visitors(taken, store=store, policy=policy, rule=lead_policy(store, context.as_of), context=context)

    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        store = Store.objects.get(pk=context.store_id)
        rule = lead_policy(store, context.as_of)
        hold_intake(store=store)
        lead_ids = write_leads(records, store=store, context=context, writer=writer)
        new = [record for record in records if record.verdict == Verdict.CREATED]
        fields = (
            "store_id", "visited_on", "by_phone", "arrived_at", "left_at", "name", "gender", "number", "standing",
            "channel", "source", "heard_from", "model_id", "grade", "grade_after", "grade_due_at", "trade_in",
            "is_again", "note", "consultant_id", "lead_id", "registered_by_id", "created_at",
        )  # fmt: skip
        rows = []
        for record in new:
            wanted = _wanted(record, store.tz)
            due_at = second_grade_due_at(record.found["arrived_at"], rule) if record.found["arrived_at"] else None
            # What was not judged in time long ago is history; only what can still be judged in time is asked for.
            waits = not record.values["grade_after"] and due_at is not None and due_at > context.at
            values: dict[str, Any] = {
                **{name: "" if value is None else value for name, value in wanted.items()},
                "store_id": store.pk,
                "visited_on": record.values["visited_on"],
                "by_phone": record.found["by_phone"],
                "arrived_at": record.found["arrived_at"],
                "left_at": wanted["left_at"],
                "number": record.values["phone"],
                "grade_due_at": due_at if waits else None,
                "is_again": record.found["is_again"],
                "lead_id": lead_ids.get(record.row),
                "registered_by_id": context.by_id,
                "created_at": context.at,
            }
            rows.append(tuple(values[name] for name in fields))
        writer.insert(Visit, fields, rows)
        changes = []
        for record in records:
            if record.verdict == Verdict.UPDATED:
                before, after = record.found["before"], record.found["after"]
                if record.found["lead_id"] is None and lead_ids.get(record.row) is not None:
                    before, after = {**before, "lead_id": None}, {**after, "lead_id": lead_ids[record.row]}
                changes.append((record.found["pk"], before, after))
        writer.update(Visit, changes)


def _is_open(code: str, policy: CadencePolicy) -> bool:
    try:
        return policy.grade(code).standing == Standing.OPEN
    except UnknownGrade:
        return False


def _moment(on: dt.date, time: dt.time | None, tz: ZoneInfo) -> dt.datetime | None:
    return None if time is None else dt.datetime.combine(on, time, tzinfo=tz)


def _key(record: Record) -> tuple[Any, ...]:
    return record.values["visited_on"], record.values["phone"], record.values["arrived"]


def _wanted(record: Record, tz: ZoneInfo) -> Row:
    """What the line says, by the columns of the register. An empty cell is None."""
    values, found = record.values, record.found
    source = values["source"]
    return {
        "name": values["name"],
        "standing": values["standing"],
        "gender": values["gender"],
        "channel": CHANNELS.get(squeezed(source), Channel.OTHER).value if source else Channel.WALK_IN.value,
        "source": source,
        "heard_from": values["heard_from"],
        "model_id": found["model_id"],
        "grade": values["grade"],
        "grade_after": values["grade_after"],
        "trade_in": values["trade_in"],
        "left_at": _moment(values["visited_on"], values["left"], tz),
        "note": values["note"],
        "consultant_id": found["consultant_id"],
    }


_COMPARED = (
    "name", "standing", "gender", "channel", "source", "heard_from", "model_id", "grade", "grade_after", "trade_in",
    "left_at", "note", "consultant_id",
)  # fmt: skip


def _known_visits(store: Store, sound: Sequence[Record]) -> dict[tuple[Any, ...], Row]:
    """The register's lines of these telephones by their key; the desk's too, which a workbook may repeat."""
    rows = rows_in(
        Visit.objects.filter(store=store),
        "number",
        (record.values["phone"] for record in sound),
        "visited_on", "number", "arrived_at", "by_phone", "pk", "lead_id", *_COMPARED,
    )  # fmt: skip
    known: dict[tuple[Any, ...], Row] = {}
    earliest: dict[str, tuple[Any, ...]] = {}
    for on, number, arrived_at, by_phone, pk, lead_id, *values in rows:
        time = arrived_at and arrived_at.astimezone(store.tz).time().replace(second=0, microsecond=0)
        told = dict(zip(_COMPARED, values, strict=True))
        known[on, number, time] = {"pk": pk, "lead_id": lead_id, "by_phone": by_phone, **told}
        key = (on, time or dt.time.min)
        earliest[number] = min(earliest.get(number, key), key)
    times = {id(record): (record.values["visited_on"], record.values["arrived"] or dt.time.min) for record in sound}
    for record in sorted(sound, key=lambda record: times[id(record)]):
        key = times[id(record)]
        record.found["is_again"] = earliest.setdefault(record.values["phone"], key) < key
        former = known.get(_key(record))
        record.found["lead_id"] = former["lead_id"] if former is not None else None
    return known
