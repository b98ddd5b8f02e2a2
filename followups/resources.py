"""The workbook of the workshop (维修工单)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from dealership.kernel.errors import N_
from dealership.workbooks import cleaners
from dealership.workbooks.comparing import compare, differences, known_rows
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.kinds import Column, Context, Kind, Record, register
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from followups.enums import VisitKind
from followups.models import ServiceVisit
from followups.services.imported import (
    FirstServiceVisit,
    close_first_service_tracks,
    reopen_first_service_tracks,
)
from followups.services.readings import Reading, record_imported_readings
from inventory.models import Vehicle, VehicleOwnership
from inventory.resources import VIN_COLUMN, read_vin
from staffing.resources import StaffIndex

CAR_UNKNOWN = N_("No car with the VIN “%(value)s” is in the records of this store.")


@register
class ServiceVisits(Kind):
    """维修工单: one line a workshop visit. The car must be known; the person who came need not be its owner (AF-03).

    An empty 同意回访 is no consent (AF-01). A first-service visit ends the reminders for it (SV-08).
    """

    code = "service_visits"
    title = _("Workshop visits")
    form_name = "维修工单"
    order = 70
    key = ("order_no",)
    key_column = "工单号"
    columns = (
        Column(
            "工单号",
            "order_no",
            cleaners.code(32),
            required=True,
            aliases=("工单编号", "委托书号", "RO号"),
            width=18,
            example="WO260305001",
        ),
        Column(
            "进厂日期",
            "visited_on",
            cleaners.date,
            required=True,
            not_future=True,
            aliases=("进厂时间", "维修日期", "开单日期"),
            example="2026-03-05",
        ),
        VIN_COLUMN,
        Column("车牌号", "plate", cleaners.plate, aliases=("车牌", "牌照号"), example="浙B12345"),
        Column(
            "客户姓名",
            "contact_name",
            cleaners.text(64),
            aliases=("送修人", "联系人", "车主姓名", "姓名"),
            example="李示范",
        ),
        Column(
            "电话", "contact_phone", cleaners.phone, aliases=("联系电话", "手机", "送修人电话"), example="13800000000"
        ),
        Column(
            "里程",
            "odometer_km",
            cleaners.distance_km,
            aliases=("行驶里程", "进厂里程", "里程数", "公里数"),
            example="5000",
        ),
        Column(
            "维修类型",
            "kind",
            cleaners.choice(
                {
                    "首保": VisitKind.FIRST_SERVICE.value,
                    "首次保养": VisitKind.FIRST_SERVICE.value,
                    "常规保养": VisitKind.MAINTENANCE.value,
                    "定期保养": VisitKind.MAINTENANCE.value,
                    "保养": VisitKind.MAINTENANCE.value,
                    "一般维修": VisitKind.REPAIR.value,
                    "维修": VisitKind.REPAIR.value,
                    "事故": VisitKind.ACCIDENT.value,
                    "事故车": VisitKind.ACCIDENT.value,
                    "钣喷": VisitKind.ACCIDENT.value,
                }
            ),
            required=True,
            aliases=("工单类型", "业务类型"),
            example="首保",
        ),
        Column(
            "同意回访",
            "may_call",
            cleaners.choice(
                {"是": "yes", "同意": "yes", "√": "yes", "Y": "yes", "否": "no", "不同意": "no", "×": "no", "N": "no"}
            ),
            aliases=("是否同意回访", "可回访"),
            example="是",
        ),
        Column("服务顾问", "adviser", cleaners.text(64), aliases=("接车顾问", "SA"), example=""),
    )
    FIELDS = ("visited_on", "contact_name", "contact_phone", "odometer_km", "kind", "may_call")
    #: What decides whether and when a car had its first service.
    DECIDING = frozenset({"visited_on", "vehicle_id", "kind"})

    def check_records(self, records: Sequence[Record]) -> None:
        read_vin(records, "车架号", warn=False)  # the car is known already, or the line is refused
        for record in records:
            if record.values["may_call"] is not None:
                record.values["may_call"] = record.values["may_call"] == "yes"

    def judge(self, records: list[Record], context: Context) -> None:
        store = context.store_id
        sound = [record for record in records if not record.issues]
        cars = known_rows(
            Vehicle.objects.filter(store_id=store),
            "vin",
            (record.values["vin"] for record in sound),
            "pk",
            "plate",
            "odometer_km",
            "odometer_read_on",
        )
        known = known_rows(
            ServiceVisit.objects.filter(store_id=store),
            "order_no",
            (record.values["order_no"] for record in sound),
            "pk",
            "vehicle_id",
            "adviser_id",
            *self.FIELDS,
        )
        people = StaffIndex(store)
        for record in sound:
            values, found = record.values, record.found
            car = cars.get(values["vin"])
            if car is None:
                record.reject("车架号", Reason.UNKNOWN_REFERENCE, values["vin"], CAR_UNKNOWN)
            adviser = values["adviser"]
            found["adviser_id"] = people.look_up(record, "服务顾问", adviser) if adviser else None
            if record.issues or car is None:
                continue
            found["car"] = car
            wanted = {name: values[name] for name in self.FIELDS}
            wanted |= {"vehicle_id": car["pk"], "adviser_id": found["adviser_id"]}
            compare(record, known.get(values["order_no"]), wanted)

    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        new = [record for record in records if record.verdict == Verdict.CREATED]
        changed = [record for record in records if record.verdict == Verdict.UPDATED]
        owners = dict(
            rows_in(
                VehicleOwnership.objects.filter(until_on__isnull=True),
                "vehicle_id",
                (record.found["car"]["pk"] for record in new),
                "vehicle_id",
                "customer_id",
            )
        )
        ids = writer.insert(
            ServiceVisit,
            (
                "store_id", "order_no", "visited_on", "vehicle_id", "customer_id", "contact_name", "contact_phone",
                "odometer_km", "kind", "may_call", "adviser_id", "created_at",
            ),
            [
                (
                    context.store_id,
                    record.values["order_no"],
                    record.values["visited_on"],
                    record.found["car"]["pk"],
                    owners.get(record.found["car"]["pk"]),
                    record.values["contact_name"] or "",
                    record.values["contact_phone"] or "",
                    record.values["odometer_km"],
                    record.values["kind"],
                    bool(record.values["may_call"]),
                    record.found["adviser_id"],
                    context.at,
                )
                for record in new
            ],
        )  # fmt: skip
        writer.update(ServiceVisit, [(r.found["pk"], r.found["before"], r.found["after"]) for r in changed])
        self._write_cars([*new, *changed], writer)
        moved = [record for record in changed if not record.found["after"].keys().isdisjoint(self.DECIDING)]
        reopened = reopen_first_service_tracks(
            visit_ids=[record.found["pk"] for record in moved], context=context, writer=writer
        )
        visits = [*zip(ids, new, strict=True), *((record.found["pk"], record) for record in changed)]
        first_services = ServiceVisit.objects.filter(kind=VisitKind.FIRST_SERVICE)
        close_first_service_tracks(
            visits=[
                *(
                    FirstServiceVisit(pk, record.found["car"]["pk"], record.values["visited_on"])
                    for pk, record in visits
                    if record.values["kind"] == VisitKind.FIRST_SERVICE
                ),
                *(
                    FirstServiceVisit(*row)
                    for row in rows_in(first_services, "vehicle_id", reopened, "pk", "vehicle_id", "visited_on")
                ),
            ],
            context=context,
            writer=writer,
        )
        record_imported_readings(
            readings=[
                Reading(record.found["car"]["pk"], *_reading(record))
                for _pk, record in visits
                if record.values["odometer_km"] is not None and record.values["kind"] != VisitKind.FIRST_SERVICE
            ],
            context=context,
            writer=writer,
        )

    @staticmethod
    def _write_cars(records: Sequence[Record], writer: BatchWriter) -> None:
        """The latest reading of the odometer, and the plate where none is known."""
        latest: dict[int, Record] = {}
        plates: dict[int, str] = {}
        cars: dict[int, dict[str, Any]] = {}
        for record in records:
            car = record.found["car"]
            cars[car["pk"]] = car
            if record.values["plate"] and not car["plate"]:
                plates.setdefault(car["pk"], record.values["plate"])
            if record.values["odometer_km"] is None:
                continue
            if car["odometer_read_on"] is not None and record.values["visited_on"] < car["odometer_read_on"]:
                continue
            other = latest.get(car["pk"])
            if other is None or _reading(record) > _reading(other):
                latest[car["pk"]] = record
        changes = []
        for pk, car in cars.items():
            wanted: dict[str, Any] = {"plate": plates.get(pk)}
            if pk in latest:
                day, km = _reading(latest[pk])
                wanted |= {"odometer_km": km, "odometer_read_on": day}
            before, after = differences(car, wanted)
            if after:
                changes.append((pk, before, after))
        writer.update(Vehicle, changes)


def _reading(record: Record) -> tuple[Any, int]:
    return record.values["visited_on"], record.values["odometer_km"]
