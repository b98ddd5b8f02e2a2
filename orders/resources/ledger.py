"""The workbook of deliveries (交车台账): customers, cars, ownership and deliveries in one line each."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.enums import ContactWay
from customers.resources import contact_windows
from dealership.workbooks import cleaners
from dealership.workbooks.comparing import differences, known_rows
from dealership.workbooks.enums import Verdict
from dealership.workbooks.kinds import Column, Context, Kind, Record, register
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.writing import BatchWriter
from inventory.enums import StockState
from inventory.models import Vehicle, VehicleOwnership
from inventory.resources import COLOUR_COLUMN, MODEL_COLUMN, VIN_COLUMN, ModelIndex, read_vin
from orders.enums import PayMethod
from orders.models import Delivery
from orders.resources.buyers import compare_buyer, find_buyers, write_buyers
from orders.signals import ImportedDelivery, deliveries_imported
from staffing.resources import GENDERS, StaffIndex


@register
class DeliveryLedger(Kind):
    """交车台账. A customer is found by number and name; a car that was never in stock is created.

    A number that is the main number of somebody with another name is refused (``phone_name_mismatch``): it is a slip of
    the pen more often than a household, and a wrong guess would call the wrong person for years.
    """

    code = "delivery_ledger"
    title = _("Delivery ledger")
    form_name = "交车台账"
    order = 40
    key = ("vin",)
    key_column = "车架号"
    columns = (
        Column(
            "交车日期",
            "delivered_on",
            cleaners.date,
            required=True,
            not_future=True,
            aliases=("交付日期", "提车日期", "交车时间"),
            example="2026-03-05",
        ),
        Column(
            "客户姓名",
            "name",
            cleaners.text(64),
            required=True,
            aliases=("姓名", "车主姓名", "客户名称", "车主"),
            example="李示范",
        ),
        Column("性别", "gender", cleaners.choice(GENDERS), width=8, example="女"),
        Column(
            "联系电话",
            "phone",
            cleaners.phone,
            required=True,
            aliases=("电话", "手机", "手机号", "客户电话"),
            example="13800000000",
        ),
        Column("备用电话", "spare_phone", cleaners.phone, aliases=("备用联系电话", "其他电话", "电话2"), example=""),
        MODEL_COLUMN,
        COLOUR_COLUMN,
        VIN_COLUMN,
        Column("车牌号", "plate", cleaners.plate, aliases=("车牌", "牌照号", "牌照"), example="浙B12345"),
        Column(
            "销售顾问",
            "consultant",
            cleaners.text(64),
            required=True,
            aliases=("顾问", "销售员", "业务员"),
            example="张示范",
        ),
        Column(
            "购买方式",
            "pay_method",
            cleaners.choice(
                {
                    "全款": PayMethod.CASH.value,
                    "现金": PayMethod.CASH.value,
                    "一次性": PayMethod.CASH.value,
                    "贷款": PayMethod.LOAN.value,
                    "按揭": PayMethod.LOAN.value,
                    "分期": PayMethod.LOAN.value,
                    "金融": PayMethod.LOAN.value,
                }
            ),
            aliases=("付款方式", "支付方式"),
            example="全款",
        ),
        Column("保险公司", "insurer", cleaners.text(64), aliases=("承保公司",), example=""),
        Column(
            "首选联系方式",
            "preferred_way",
            cleaners.choice(
                {
                    "电话": ContactWay.PHONE.value,
                    "微信": ContactWay.WECHAT.value,
                    "上门": ContactWay.VISIT.value,
                    "邮件": ContactWay.EMAIL.value,
                    "短信": ContactWay.SMS.value,
                }
            ),
            aliases=("联系方式偏好", "跟踪方式"),
            example="电话",
        ),
        Column("方便联系时间", "windows", contact_windows, aliases=("方便时间", "联系时间"), example="14:00-16:00"),
        Column(
            "生日", "birthday", cleaners.date, not_future=True, aliases=("出生日期", "客户生日"), example="1990-01-19"
        ),
        Column("备注", "note", cleaners.text(200), example=""),
    )

    def check_records(self, records: Sequence[Record]) -> None:
        read_vin(records, self.key_column, warn=True)

    # --- judging ----------------------------------------------------------------------------------------------
    def judge(self, records: list[Record], context: Context) -> None:
        models, people = ModelIndex(), StaffIndex(context.store_id)
        for record in records:
            if record.issues:
                continue
            record.found["model_id"] = models.look_up(record, "车型", record.values["model"])
            record.found["consultant_id"] = people.look_up(record, "销售顾问", record.values["consultant"])
        sound = [record for record in records if not record.issues]
        cars = _cars(context.store_id, sound)
        buyers = find_buyers(sound, cars, context)
        changed_buyers = {buyer.first_row for buyer in buyers if buyer.pk is not None and compare_buyer(buyer)}
        for record in sound:
            if record.issues:
                continue
            self._compare_car(record, cars.get(record.values["vin"]))
            if record.found["delivery_pk"] is None:
                record.verdict = Verdict.CREATED
            elif record.found["car_after"] or record.found["delivery_after"] or record.row in changed_buyers:
                record.verdict = Verdict.UPDATED

    def _compare_car(self, record: Record, car: dict[str, Any] | None) -> None:
        values, found = record.values, record.found
        found["car_pk"] = found["delivery_pk"] = None
        found["car_after"], found["delivery_after"], found["is_owned"] = {}, {}, False
        if car is None:
            return
        wanted = {"model_id": found["model_id"], "colour": values["colour"], "plate": values["plate"]}
        found["car_pk"], found["delivery_pk"] = car["pk"], car["delivery_pk"]
        found["is_owned"] = car["owner_id"] is not None
        found["car_before"], found["car_after"] = differences(car, wanted | {"stock_state": StockState.DELIVERED.value})
        if car["delivery_pk"] is not None:
            found["delivery_before"], found["delivery_after"] = differences(
                car,
                {
                    "delivered_on": values["delivered_on"],
                    "consultant_id": found["consultant_id"],
                    **{name: values[name] for name in ("pay_method", "insurer", "note")},
                },
            )

    # --- writing ----------------------------------------------------------------------------------------------
    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        new = [record for record in records if record.verdict == Verdict.CREATED]
        write_buyers(records, context, writer)
        cars = self._write_cars(records, new, context, writer)
        store = context.store_id
        writer.insert(
            VehicleOwnership,
            ("store_id", "vehicle_id", "customer_id", "from_on", "until_on"),
            [
                (store, pk, record.found["buyer"].pk, record.values["delivered_on"], None)
                for pk, record in zip(cars, new, strict=True)
                if not record.found["is_owned"]
            ],
        )
        deliveries = writer.insert(
            Delivery,
            (
                "store_id",
                "vehicle_id",
                "customer_id",
                "consultant_id",
                "delivered_on",
                "pay_method",
                "insurer",
                "note",
                "created_at",
            ),
            [
                (
                    store,
                    pk,
                    record.found["buyer"].pk,
                    record.found["consultant_id"],
                    record.values["delivered_on"],
                    record.values["pay_method"] or "",
                    record.values["insurer"] or "",
                    record.values["note"] or "",
                    context.at,
                )
                for pk, record in zip(cars, new, strict=True)
            ],
        )
        changed = [record for record in records if record.found["delivery_after"]]
        writer.update(
            Delivery,
            [(r.found["delivery_pk"], r.found["delivery_before"], r.found["delivery_after"]) for r in changed],
        )
        deliveries_imported.send(
            sender=Delivery,
            created=[_announced(pk, record) for pk, record in zip(deliveries, new, strict=True)],
            changed=[_announced(record.found["delivery_pk"], record) for record in changed],
            writer=writer,
            context=context,
        )

    @staticmethod
    def _write_cars(
        records: Sequence[Record], new: Sequence[Record], context: Context, writer: BatchWriter
    ) -> list[int]:
        """Create and change cars; returns the ids of the cars of the new deliveries."""
        unseen = [record for record in new if record.found["car_pk"] is None]
        ids = writer.insert(
            Vehicle,
            (
                "store_id",
                "vin",
                "vin_reversed",
                "vin_check_ok",
                "model_id",
                "colour",
                "plate",
                "stock_state",
                "created_at",
            ),
            [
                (
                    context.store_id,
                    record.values["vin"],
                    record.values["vin"][::-1],
                    record.found["vin_check_ok"],
                    record.found["model_id"],
                    record.values["colour"] or "",
                    record.values["plate"] or "",
                    StockState.DELIVERED.value,
                    context.at,
                )
                for record in unseen
            ],
        )
        for record, pk in zip(unseen, ids, strict=True):
            record.found["car_pk"], record.found["car_is_new"] = pk, True
        writer.update(
            Vehicle,
            [
                (record.found["car_pk"], record.found["car_before"], record.found["car_after"])
                for record in records
                if record.found["car_after"]
            ],
        )
        return [record.found["car_pk"] for record in new]


def _announced(pk: int, record: Record) -> ImportedDelivery:
    found = record.found
    return ImportedDelivery(
        pk,
        found["buyer"].pk,
        found["car_pk"],
        found["model_id"],
        record.values["delivered_on"],
        found.get("car_is_new", False),
        (found.get("delivery_before") or {}).get("delivered_on"),
    )


def _cars(store_id: int, sound: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """The cars of the file that are known, by VIN, each with its delivery and owner."""
    cars = known_rows(
        Vehicle.objects.filter(store_id=store_id),
        "vin",
        (record.values["vin"] for record in sound),
        "pk",
        "model_id",
        "colour",
        "plate",
        "stock_state",
        delivery_pk="delivery__pk",
        buyer_id="delivery__customer_id",
        buyer_name="delivery__customer__name",
        delivered_on="delivery__delivered_on",
        consultant_id="delivery__consultant_id",
        pay_method="delivery__pay_method",
        insurer="delivery__insurer",
        note="delivery__note",
    )
    for car in cars.values():
        car["owner_id"] = None
    by_pk = {car["pk"]: car for car in cars.values()}
    owners = VehicleOwnership.objects.filter(until_on__isnull=True)
    for vehicle_id, customer_id in rows_in(owners, "vehicle_id", by_pk, "vehicle_id", "customer_id"):
        by_pk[vehicle_id]["owner_id"] = customer_id
    return cars
