"""The workbooks of inventory: the catalogue of models (车型目录) and the stock list (库存表)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from dealership.kernel.errors import N_
from dealership.kernel.text import squeezed
from dealership.workbooks import cleaners
from dealership.workbooks.comparing import compare, differences, known_rows
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.kinds import Column, Context, Kind, Record, register
from dealership.workbooks.writing import BatchWriter
from inventory.enums import CertificateState, Rounding, StockState
from inventory.models import FirstServicePolicy, Vehicle, VehicleModel

#: From when the first policy of a model holds: before any car in the records was delivered.
SINCE_EVER = dt.date(2000, 1, 1)
DEFAULT_KM, DEFAULT_MONTHS = 5000, 3

MODEL_UNKNOWN = N_("“%(value)s” is no model of the catalogue. Import the catalogue first, or correct the name.")
MODEL_AMBIGUOUS = N_("“%(value)s” is a model of several brands. Write the brand in front of it.")


class ModelIndex:
    """The catalogue by the words people use: the model's name, or brand and name; without case and spaces."""

    def __init__(self) -> None:
        self._ids: dict[str, set[int]] = {}
        for pk, brand, name in VehicleModel.objects.order_by().values_list("pk", "brand", "name"):
            for word in (name, brand + name):
                self._ids.setdefault(squeezed(word).lower(), set()).add(pk)
        self._known: dict[str, int | None] = {}

    def look_up(self, record: Record, column: str, text: str) -> int | None:
        """The model's id; rejects the record when there is none or more than one."""
        if (pk := self._known.get(text)) is not None:
            return pk
        found = self._ids.get(squeezed(text).lower(), set())
        if len(found) == 1:
            self._known[text] = pk = next(iter(found))
            return pk
        if found:
            record.reject(column, Reason.AMBIGUOUS_REFERENCE, text, MODEL_AMBIGUOUS)
        else:
            record.reject(column, Reason.UNKNOWN_VALUE, text, MODEL_UNKNOWN)
        return None


VIN_COLUMN = Column(
    "车架号",
    "vin",
    cleaners.vin,
    required=True,
    aliases=("VIN", "VIN码", "车架号(VIN)", "底盘号"),
    width=22,
    example="LGBH52E05AY000001",
)
MODEL_COLUMN = Column(
    "车型", "model", cleaners.text(64), required=True, aliases=("车型名称", "车系"), example="示范一号"
)
COLOUR_COLUMN = Column("颜色", "colour", cleaners.text(32), aliases=("车身颜色", "外观颜色"), example="珠光白")


def read_vin(records: Sequence[Record], column: str, *, warn: bool) -> None:
    """Replace the VinCheck of each record by the VIN; a wrong check digit is kept in ``found``, and warned of."""
    for record in records:
        check = record.values["vin"]
        if check is None:
            continue
        record.values["vin"] = check.vin
        record.found["vin_check_ok"] = check.check_digit_ok
        if warn and not check.check_digit_ok:
            record.warn(column, Reason.VIN_CHECK_DIGIT, check.vin)


@register
class VehicleModels(Kind):
    """车型目录: the models with their first-service policy and warranty. Shared by all stores."""

    code = "vehicle_models"
    title = _("Catalogue of models")
    form_name = "车型目录"
    order = 10
    key = ("brand_key", "name_key")
    key_column = "车型"
    columns = (
        Column("品牌", "brand", cleaners.text(64), required=True, aliases=("厂牌",), example="示范汽车"),
        Column("车型", "name", cleaners.text(64), required=True, aliases=("车型名称", "车系"), example="示范一号"),
        Column(
            "首保里程",
            "km",
            cleaners.distance_km,
            aliases=("首保公里", "首保里程(km)", "首保里程(公里)"),
            example="5000",
        ),
        Column(
            "首保月数",
            "months",
            cleaners.count("个月", "月", at_least=1, at_most=60),
            aliases=("首保时间(月)",),
            example="3",
        ),
        Column("保修里程", "warranty_km", cleaners.distance_km, aliases=("质保里程", "保修里程(km)"), example="100000"),
        Column(
            "保修月数",
            "warranty_months",
            cleaners.count("个月", "月", at_most=600),
            aliases=("质保月数",),
            example="36",
        ),
    )

    def check_records(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.values["km"] == 0:
                record.reject(self.column("km"), Reason.BAD_NUMBER, 0)
            if not record.issues:
                record.values["brand_key"] = squeezed(record.values["brand"]).lower()
                record.values["name_key"] = squeezed(record.values["name"]).lower()

    def finish_cleaning(self, records: Sequence[Record]) -> None:
        super().finish_cleaning(records)
        for record in records:
            for issue in record.issues:
                if issue.reason == Reason.DUPLICATE_IN_FILE:
                    issue.params = {**issue.params, "value": record.values["name"]}

    def judge(self, records: list[Record], context: Context) -> None:
        known: dict[tuple[str, str], dict[str, Any]] = {
            (squeezed(row["brand"]).lower(), squeezed(row["name"]).lower()): dict(row)
            for row in VehicleModel.objects.order_by("-pk").values(
                "pk", "brand", "name", "warranty_km", "warranty_months"
            )
        }
        policies: dict[int, list[dict[str, Any]]] = {}
        rows = FirstServicePolicy.objects.filter(model__isnull=False, effective_from__lte=context.as_of)
        for row in rows.order_by("effective_from").values("pk", "model_id", "effective_from", "km", "months"):
            policies.setdefault(row["model_id"] or 0, []).append(dict(row))
        for record in records:
            if record.issues:
                continue
            values = record.values
            former = known.get((values["brand_key"], values["name_key"]))
            if former is None:
                record.verdict = Verdict.CREATED
                continue
            wanted = {name: values[name] for name in ("warranty_km", "warranty_months")}
            before, after = differences(former, wanted)
            found = record.found
            found["pk"], found["before"], found["after"] = former["pk"], before, after
            in_force = policies.get(former["pk"], [None])[-1]
            found["policy"] = self._new_policy(values, in_force)
            found["in_force"] = in_force
            record.verdict = Verdict.UPDATED if after or found["policy"] else Verdict.UNCHANGED

    @staticmethod
    def _new_policy(values: dict[str, Any], in_force: dict[str, Any] | None) -> tuple[int, int] | None:
        """(km, months) when the line asks for another policy than the one in force."""
        if values["km"] is None and values["months"] is None:
            return None
        km = values["km"] or (in_force["km"] if in_force else DEFAULT_KM)
        months = values["months"] or (in_force["months"] if in_force else DEFAULT_MONTHS)
        return None if in_force and (in_force["km"], in_force["months"]) == (km, months) else (km, months)

    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        new = [record for record in records if record.verdict == Verdict.CREATED]
        ids = writer.insert(
            VehicleModel,
            ("brand", "name", "warranty_km", "warranty_months"),
            [
                tuple(record.values[name] for name in ("brand", "name", "warranty_km", "warranty_months"))
                for record in new
            ],
        )
        policies = [
            (pk, SINCE_EVER, *policy, Rounding.CEIL10.value)
            for pk, record in zip(ids, new, strict=True)
            if (policy := self._new_policy(record.values, None)) is not None
        ]
        changed = [record for record in records if record.verdict == Verdict.UPDATED]
        corrections = []
        for record in changed:
            policy, in_force = record.found["policy"], record.found["in_force"]
            if policy is None:
                continue
            if in_force is not None and in_force["effective_from"] == context.as_of:
                # The same day twice: the second word counts.
                after = {"km": policy[0], "months": policy[1]}
                corrections.append((in_force["pk"], {name: in_force[name] for name in after}, after))
            else:
                start = SINCE_EVER if in_force is None else context.as_of
                policies.append((record.found["pk"], start, *policy, Rounding.CEIL10.value))
        writer.insert(FirstServicePolicy, ("model_id", "effective_from", "km", "months", "rounding"), policies)
        writer.update(FirstServicePolicy, corrections)
        writer.update(
            VehicleModel,
            [(r.found["pk"], r.found["before"], r.found["after"]) for r in changed if r.found["after"]],
        )


@register
class StockList(Kind):
    """库存表: the cars in stock. A car that is delivered already is not moved back by an old list."""

    code = "stock_list"
    title = _("Stock list")
    form_name = "商品车库存表"
    order = 30
    key = ("vin",)
    key_column = "车架号"
    columns = (
        VIN_COLUMN,
        MODEL_COLUMN,
        Column(
            "配置", "trim", cleaners.text(64), aliases=("车型配置", "版本", "款型"), width=20, example="1.6L CVT 舒适版"
        ),
        COLOUR_COLUMN,
        Column(
            "入库日期",
            "stocked_in_on",
            cleaners.date,
            required=True,
            aliases=("入库时间", "到店日期"),
            example="2026-03-05",
        ),
        Column(
            "状态",
            "stock_state",
            cleaners.choice(
                {
                    "在途": StockState.IN_TRANSIT.value,
                    "在库": StockState.IN_STOCK.value,
                    "库存": StockState.IN_STOCK.value,
                    "已订": StockState.RESERVED.value,
                    "预订": StockState.RESERVED.value,
                    "已配车": StockState.RESERVED.value,
                    "试驾": StockState.TEST_DRIVE.value,
                    "试驾车": StockState.TEST_DRIVE.value,
                    "试乘试驾": StockState.TEST_DRIVE.value,
                }
            ),
            required=True,
            aliases=("库存状态", "车辆状态"),
            example="在库",
        ),
        Column("库位", "location", cleaners.text(32), aliases=("位置", "停放位置"), example="A-01"),
        Column("钥匙数", "key_count", cleaners.count("把", at_most=99), aliases=("钥匙", "钥匙数量"), example="2"),
        Column(
            "合格证",
            "certificate",
            cleaners.choice(
                {
                    "有": CertificateState.HERE.value,
                    "在店": CertificateState.HERE.value,
                    "无": CertificateState.MISSING.value,
                    "没有": CertificateState.MISSING.value,
                    "未到": CertificateState.MISSING.value,
                    "质押": CertificateState.PLEDGED.value,
                }
            ),
            aliases=("合格证状态",),
            example="有",
        ),
        Column(
            "指导价",
            "list_price",
            cleaners.amount,
            aliases=("厂家指导价", "市场指导价", "官方指导价"),
            example="119,800",
        ),
        Column("PDI日期", "pdi_on", cleaners.date, not_future=True, aliases=("PDI", "PDI时间"), example="2026-03-06"),
    )
    FIELDS = (
        "trim",
        "colour",
        "stocked_in_on",
        "stock_state",
        "location",
        "key_count",
        "certificate",
        "list_price",
        "pdi_on",
    )

    def check_records(self, records: Sequence[Record]) -> None:
        read_vin(records, self.key_column, warn=True)

    def judge(self, records: list[Record], context: Context) -> None:
        models = ModelIndex()
        sound = [record for record in records if not record.issues]
        known = known_rows(
            Vehicle.objects.filter(store_id=context.store_id),
            "vin",
            (record.values["vin"] for record in sound),
            "pk",
            "model_id",
            *self.FIELDS,
        )
        for record in sound:
            values, found = record.values, record.found
            found["model_id"] = models.look_up(record, self.column("model"), values["model"])
            # A car on its way has the date on which it is expected.
            if values["stocked_in_on"] > context.as_of and values["stock_state"] != StockState.IN_TRANSIT:
                record.reject(self.column("stocked_in_on"), Reason.FUTURE_DATE, values["stocked_in_on"])
            if record.issues:
                continue
            former = known.get(values["vin"])
            if former is not None and former["stock_state"] == StockState.DELIVERED:
                record.verdict = Verdict.UNCHANGED
                continue
            wanted = {name: values[name] for name in self.FIELDS}
            compare(record, former, wanted | {"model_id": found["model_id"]})

    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        texts = {"trim", "colour", "location", "certificate"}
        writer.insert(
            Vehicle,
            ("store_id", "vin", "vin_reversed", "vin_check_ok", "model_id", "created_at", *self.FIELDS),
            [
                (
                    context.store_id,
                    record.values["vin"],
                    record.values["vin"][::-1],
                    record.found["vin_check_ok"],
                    record.found["model_id"],
                    context.at,
                    *((record.values[name] or "") if name in texts else record.values[name] for name in self.FIELDS),
                )
                for record in records
                if record.verdict == Verdict.CREATED
            ],
        )
        writer.update(
            Vehicle,
            [
                (record.found["pk"], record.found["before"], record.found["after"])
                for record in records
                if record.verdict == Verdict.UPDATED
            ],
        )
