"""The workbook of leads from the LMS (LMS线索): found again, joined with the lead of the same telephone, or new."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from dealership.kernel import dates
from dealership.kernel.text import squeezed
from dealership.workbooks import cleaners
from dealership.workbooks.comparing import Row
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.kinds import Column, Context, Kind, Record, register
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.reading import Cell
from dealership.workbooks.writing import BatchWriter, ChangedMeanwhile
from inventory.resources import ModelIndex
from leads.enums import Channel, LeadState, MoveReason, Stage
from leads.models import Interest, Lead, Ownership, StateChange
from leads.resources.lms_joining import keepers_by_number, notes_of, target_of, write_joins
from leads.resources.lms_lookups import (
    current_leads,
    fill_gaps,
    find_customers,
    find_targets,
    known_leads,
    write_customers,
)
from leads.rules.cadence import first_contact_due_at
from leads.selectors.policies import lead_policy
from leads.services.assigning import choose_owners, hold_intake
from leads.services.intake import role_for
from leads.services.locks import hold_leads
from leads.services.telling import tell_owner
from staffing.enums import Role
from staffing.models import Store

#: Which channel a source of the LMS is, by what its name contains; the first that fits. The name itself is kept.
_CHANNELS = (
    ("车展", Channel.MOTOR_SHOW),
    ("汽车之家", Channel.PORTAL),
    ("易车", Channel.PORTAL),
    ("懂车帝", Channel.PORTAL),
    ("爱卡", Channel.PORTAL),
    ("太平洋", Channel.PORTAL),
    ("厂家", Channel.OEM),
    ("主机厂", Channel.OEM),
    ("热线", Channel.PHONE),
    ("来电", Channel.PHONE),
    ("电话", Channel.PHONE),
    ("微信", Channel.WECHAT),
    ("公众号", Channel.WECHAT),
    ("介绍", Channel.REFERRAL),
    ("官网", Channel.WEB),
    ("网站", Channel.WEB),
    ("网络", Channel.WEB),
)


def channel_of(source: str) -> Channel:
    """The channel of a source as the LMS names it; one that nobody foresaw counts as the LMS itself."""
    word = squeezed(source)
    return next((channel for part, channel in _CHANNELS if part in word), Channel.LMS)


def _moment(value: Cell) -> dt.datetime:
    """A date with its time; without an offset it is read by the store's clock."""
    return dates.parse_datetime(value)  # type: ignore[arg-type]


@register
class LmsLeads(Kind):
    """LMS线索导出. A lead is found again by its number, and then only gaps are filled: nothing is typed anew, nothing
    that somebody worked out is overwritten (LI-07). A line whose telephone has a current lead is kept as joined with it
    (LI-22), so that a second load knows its number."""

    code = "lms_leads"
    title = _("Leads from the LMS")
    form_name = "LMS线索"
    order = 60
    key = ("number",)
    key_column = "线索编号"
    columns = (
        Column(
            "线索编号",
            "number",
            cleaners.code(32),
            required=True,
            aliases=("编号", "线索号", "线索ID"),
            width=18,
            example="LMS20261100000",
        ),
        Column(
            "来源渠道",
            "channel",
            cleaners.text(32),
            required=True,
            aliases=("渠道", "线索来源", "来源"),
            example="汽车之家",
        ),
        Column(
            "线索时间",
            "registered_at",
            _moment,
            required=True,
            aliases=("下发时间", "留资时间", "创建时间"),
            width=18,
            example="2026-11-14 20:51",
        ),
        Column(
            "客户姓名", "name", cleaners.text(64), required=True, aliases=("姓名", "客户名称", "客户"), example="李示范"
        ),
        Column(
            "手机",
            "phone",
            cleaners.phone,
            required=True,
            aliases=("电话", "联系电话", "手机号", "手机号码"),
            example="13800000000",
        ),
        Column("意向车型", "model", cleaners.text(64), aliases=("车型", "拟购车型", "意向车系"), example="示范一号"),
        Column("城市", "city", cleaners.text(32), aliases=("所在城市", "地区"), example="宁波"),
        Column("备注", "note", cleaners.text(500), aliases=("客户留言", "留言"), example=""),
    )

    # --- judging ----------------------------------------------------------------------------------------------
    def judge(self, records: list[Record], context: Context) -> None:
        store, models = Store.objects.get(pk=context.store_id), ModelIndex()
        for record in records:
            if record.issues:
                continue
            values, found = record.values, record.found
            moment = values["registered_at"]
            found["registered_at"] = moment if moment.tzinfo is not None else moment.replace(tzinfo=store.tz)
            found["channel"] = channel_of(values["channel"])
            found["model_id"] = None
            if found["registered_at"].astimezone(store.tz).date() > context.as_of:
                record.reject("线索时间", Reason.FUTURE_DATE, moment)
            elif values["model"]:
                found["model_id"] = models.look_up(record, "意向车型", values["model"])
        sound = [record for record in records if not record.issues]
        known = known_leads(store, sound)
        new = [record for record in sound if record.values["number"] not in known]
        for record in sound:
            if (former := known.get(record.values["number"])) is not None:
                fill_gaps(record, former)
        find_targets(new, current_leads(store, new))
        find_customers(store, new)
        for record in new:
            record.verdict = Verdict.CREATED

    # --- writing ----------------------------------------------------------------------------------------------
    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        store = Store.objects.get(pk=context.store_id)
        new = [record for record in records if record.verdict == Verdict.CREATED]
        hold_intake(store=store)
        known = [record.found["pk"] for record in records if record.found.get("after")]
        hold_leads(known + [record.found["current"]["pk"] for record in new if record.found["current"] is not None])
        if any(record.found["current"] != target for record, target in _targets_now(store, new)):
            raise ChangedMeanwhile(Lead._meta.label_lower)  # an enquiry came in between looking and here
        _choose_owners(store, new, context)
        write_customers(new, context, writer)
        for record, pk in zip(new, writer.new_ids(Lead, len(new)), strict=True):
            record.found["pk"] = pk
        _write_leads(store, new, context, writer)
        filled = [record for record in records if record.found.get("after")]
        writer.update(Lead, [(r.found["pk"], r.found["before"], r.found["after"]) for r in filled])
        _write_interests(records, writer)
        write_joins(new, context, writer)
        kept = Lead.objects.filter(pk__in=[record.found["pk"] for record in new if record.found.get("is_kept")])
        for lead in kept.select_related("customer"):
            tell_owner(lead=lead, by=None, at=context.at, joined=False)


def _targets_now(store: Store, new: Sequence[Record]) -> Iterator[tuple[Record, Row | None]]:
    """Each new line with the current lead of its telephone, as it is under the lock."""
    current = current_leads(store, new)
    return ((record, current.get(record.values["phone"])) for record in new)


def _choose_owners(store: Store, new: Sequence[Record], context: Context) -> None:
    """Give out the new leads by the policy; a line that joins another one goes where that one is, one of a customer
    whom somebody looks after to that person."""
    fresh: dict[str, list[Record]] = {}
    keepers = keepers_by_number(store, {record.values["phone"] for record in new})
    for record in new:
        if record.found["current"] is not None or record.found["first"] is not None:
            continue
        if (keeper := keepers.get(record.values["phone"])) is not None:
            record.found["whose"], record.found["is_kept"] = keeper, True
        else:
            fresh.setdefault(role_for(record.found["channel"]), []).append(record)
    for role, records in fresh.items():
        owners = choose_owners(store=store, role=role, count=len(records), at=context.at)
        stage = Stage.TELESALES if role == Role.TELESALES else Stage.SHOWROOM
        for record, owner in zip(records, owners, strict=True):
            record.found["whose"] = {"owner_id": owner, "pool": str(role), "stage": stage.value}
    for record in new:
        if record.found["current"] is not None:
            record.found["whose"] = {name: record.found["current"][name] for name in ("owner_id", "pool", "stage")}
        elif record.found["first"] is not None:
            record.found["whose"] = record.found["first"].found["whose"]


def _write_leads(store: Store, new: Sequence[Record], context: Context, writer: BatchWriter) -> None:
    rule, notes = lead_policy(store, context.at.astimezone(store.tz).date()), notes_of(new)
    writer.insert(
        Lead,
        (
            "store_id",
            "number",
            "customer_id",
            "channel",
            "source",
            "registered_at",
            "first_due_at",
            "stage",
            "owner_id",
            "pool",
            "telesales_id",
            "state",
            "merged_into_id",
            "city",
            "note",
            "created_by_id",
            "created_at",
        ),
        [
            (
                store.pk,
                values["number"],
                found["buyer"].pk,
                found["channel"].value,
                values["channel"],
                found["registered_at"],
                first_contact_due_at(found["registered_at"], rule),
                found["whose"]["stage"],
                found["whose"]["owner_id"],
                found["whose"]["pool"],
                found["whose"]["owner_id"] if found["whose"]["stage"] == Stage.TELESALES else None,
                (LeadState.OPEN if target_of(record) is None else LeadState.MERGED).value,
                target_of(record),
                values["city"] or "",
                notes[found["pk"]],
                context.by_id,
                context.at,
            )
            for record in new
            for values, found in [(record.values, record.found)]
        ],
        ids=[record.found["pk"] for record in new],
    )
    fresh = [record for record in new if target_of(record) is None]
    writer.insert(
        Ownership,
        ("lead_id", "at", "by_id", "owner_id", "pool", "stage", "reason"),
        [
            (
                record.found["pk"],
                context.at,
                context.by_id,
                record.found["whose"]["owner_id"],
                record.found["whose"]["pool"],
                record.found["whose"]["stage"],
                MoveReason.ASSIGNED.value,
            )
            for record in fresh
        ],
    )
    writer.insert(
        StateChange,
        ("lead_id", "at", "by_id", "before", "state"),
        [
            (record.found["pk"], context.at, context.by_id, LeadState.OPEN.value, LeadState.MERGED.value)
            for record in new
            if target_of(record) is not None
        ],
    )


def _write_interests(records: Sequence[Record], writer: BatchWriter) -> None:
    """The model of a line becomes a model of its lead, or of the lead that it joins; the first one is the main one
    (LI-23)."""
    wanted = []
    for record in records:
        model = record.found["model_id"]
        if model is None or (record.verdict != Verdict.CREATED and not record.found.get("adds_model")):
            continue
        target = target_of(record) if record.verdict == Verdict.CREATED else None
        wanted.append((target or record.found["pk"], model))
    present: dict[int, dict[int, bool]] = {}
    leads = (lead for lead, _model in wanted)
    for lead, model, is_main in rows_in(Interest.objects.all(), "lead_id", leads, "lead_id", "model_id", "is_main"):
        present.setdefault(lead, {})[model] = is_main
    rows = []
    for lead, model in wanted:
        models = present.setdefault(lead, {})
        if model not in models:
            models[model] = not any(models.values())
            rows.append((lead, model, models[model]))
    writer.insert(Interest, ("lead_id", "model_id", "is_main"), rows)
