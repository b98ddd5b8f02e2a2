"""The monthly rota (值班轮休表)."""

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from dealership.kernel.errors import N_
from dealership.kernel.text import folded, squeezed
from dealership.workbooks import cleaners
from dealership.workbooks.cleaners import as_text
from dealership.workbooks.enums import Reason, Verdict
from dealership.workbooks.issues import BadCell
from dealership.workbooks.kinds import Column, Context, HeaderMatch, Kind, Record, header_name, register, table_rows
from dealership.workbooks.lookups import rows_in
from dealership.workbooks.package import WorkbookRefused
from dealership.workbooks.reading import Sheet
from dealership.workbooks.writing import BatchWriter
from staffing.enums import DutyKind
from staffing.models import DutyDay
from staffing.resources.people import StaffIndex

_MONTH = re.compile(r"(20[0-9]{2}) ?[-./年] ?([01]?[0-9]) ?月?")


class UnclearMonth(WorkbookRefused):
    message = N_(
        "It cannot be seen for which month this rota is. Write it into the title above the table or the name of the "
        "sheet, for example “2026年12月”."
    )


class OtherMonth(WorkbookRefused):
    message = N_("The weekdays under the header are not those of %(month)s. Is the month in the title right?")


DUTY_WORDS = {
    "班": DutyKind.WORK.value,
    "上班": DutyKind.WORK.value,
    "值": DutyKind.DUTY.value,
    "值班": DutyKind.DUTY.value,
    "休": DutyKind.REST.value,
    "休息": DutyKind.REST.value,
    "轮休": DutyKind.REST.value,
    "假": DutyKind.LEAVE.value,
    "请假": DutyKind.LEAVE.value,
    "休假": DutyKind.LEAVE.value,
}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DAY = re.compile(r"([0-9]{1,2})(?:日|号)?")


@register
class DutyRoster(Kind):
    """值班轮休表: one line a person, one column a day; 班 值 休 假. One record is one day of one person.

    A line whose person is not known is one rejected record. Empty cells say nothing.
    """

    code = "duty_roster"
    title = _("Duty and rest rota")
    form_name = "值班轮休表"
    order = 80
    columns = (
        Column("工号", "person", cleaners.text(64), required=True, aliases=("员工编号",), example="S001"),
        Column("姓名", "name", cleaners.text(64), aliases=("员工姓名",), example="张示范"),
    )

    def template_title(self) -> str:
        return "2026年12月值班轮休表 (班/值/休/假)"

    def template_columns(self) -> tuple[list[str], list[str], list[int]]:
        headers, example, widths = super().template_columns()
        days = [str(day) for day in range(1, 32)]
        return headers + days, example + ["班"] * len(days), widths + [5] * len(days)

    def match_header(self, cells: Sequence[str], row: int) -> HeaderMatch | None:
        places: dict[str, int] = {}
        ignored = []
        for position, cell in enumerate(cells):
            day = _DAY.fullmatch(cell)
            if day and 1 <= int(day[1]) <= 31 and f"day {int(day[1])}" not in places:
                places[f"day {int(day[1])}"] = position
            elif cell in ("工号", "员工编号") and "person" not in places:
                places["person"] = position
            elif cell in ("姓名", "员工姓名") and "name" not in places:
                places["name"] = position
            elif cell:
                ignored.append((position, cell))
        days = sum(1 for name in places if name.startswith("day "))
        if days < 7:
            return None
        missing = () if "person" in places or "name" in places else ("工号",)
        return HeaderMatch(row, places, tuple(ignored), missing)

    def records(self, sheet: Sheet, header: HeaderMatch, context: Context) -> Iterator[Record]:
        year, month = self._month(sheet, header)
        days = {int(name[4:]): place for name, place in header.places.items() if name.startswith("day ")}
        length = calendar.monthrange(year, month)[1]
        self._check_weekdays(sheet, header, days, year, month)
        person_at = header.places.get("person", header.places.get("name", 0))
        name_at = header.places.get("name", person_at)
        heading = [header_name(as_text(cell)) if cell != "" else "" for cell in sheet.rows[header.row - 1]]
        clean = cleaners.choice(DUTY_WORDS)
        for number, cells in table_rows(sheet, header.row, [person_at, name_at], heading):
            person = folded(as_text(cells[person_at])) or folded(as_text(cells[name_at]))
            for day, place in days.items():
                cell = cells[place]
                text = folded(as_text(cell)) if cell != "" else ""
                if not text:
                    continue
                label = str(day)
                values: dict[str, Any] = {"person": person, "kind": None, "on": None}
                record = Record(number, values)
                if day > length:
                    record.reject(
                        label, Reason.BAD_DATE, text, N_("%(month)s has no such day."), month=f"{year}-{month:02d}"
                    )
                else:
                    values["on"] = dt.date(year, month, day)
                    try:
                        values["kind"] = clean(text)
                    except BadCell as error:
                        params = {name: given for name, given in error.params.items() if name != "value"}
                        record.reject(label, error.reason, text, error.message, **params)
                yield record

    @staticmethod
    def _month(sheet: Sheet, header: HeaderMatch) -> tuple[int, int]:
        texts = [as_text(cell) for row in sheet.rows[: header.row - 1] for cell in row if cell != ""]
        for text in (*texts, sheet.name):
            if match := _MONTH.search(folded(text)):
                year, month = int(match[1]), int(match[2])
                if 1 <= month <= 12:
                    return year, month
        raise UnclearMonth

    @staticmethod
    def _check_weekdays(sheet: Sheet, header: HeaderMatch, days: dict[int, int], year: int, month: int) -> None:
        """Weekdays under the header must be the month's: else the title names another month than the table."""
        if header.row >= len(sheet.rows):
            return
        below = sheet.rows[header.row]
        told = {
            day: _WEEKDAYS[word]
            for day, place in days.items()
            if (word := squeezed(as_text(below[place]))[-1:]) in _WEEKDAYS and len(squeezed(as_text(below[place]))) <= 3
        }
        length = calendar.monthrange(year, month)[1]
        wrong = sum(
            1 for day, weekday in told.items() if day <= length and dt.date(year, month, day).weekday() != weekday
        )
        if told and wrong * 2 > len(told):
            raise OtherMonth(month=f"{year}-{month:02d}")

    def judge(self, records: list[Record], context: Context) -> None:
        people = StaffIndex(context.store_id)
        lines: dict[tuple[int, dt.date], int] = {}
        lost: dict[int, Record] = {}
        for record in records:
            if record.issues or record.row in lost:
                continue
            column, person = self.column("person"), record.values["person"]
            record.found["staff_id"] = staff_id = people.look_up(record, column, person)
            if staff_id is not None:
                row = lines.setdefault((staff_id, record.values["on"]), record.row)
                if row != record.row:
                    record.reject(column, Reason.DUPLICATE_IN_FILE, person, first_row=row)
            if record.issues:
                lost[record.row] = record
        # A fault of the person is one fault of the line, not one of each of its days.
        records[:] = [record for record in records if lost.get(record.row, record) is record]
        sound = [record for record in records if not record.issues]
        kinds = {
            (staff_id, on): (pk, kind)
            for pk, staff_id, on, kind in rows_in(
                DutyDay.objects.filter(on__in={record.values["on"] for record in sound}),
                "staff_id",
                (record.found["staff_id"] for record in sound),
                "pk", "staff_id", "on", "kind",
            )
        }  # fmt: skip
        for record in sound:
            former = kinds.get((record.found["staff_id"], record.values["on"]))
            record.found["former"] = former
            if former is None:
                record.verdict = Verdict.CREATED
            else:
                record.verdict = Verdict.UNCHANGED if former[1] == record.values["kind"] else Verdict.UPDATED

    def write(self, records: Sequence[Record], context: Context, writer: BatchWriter) -> None:
        writer.insert(
            DutyDay,
            ("store_id", "staff_id", "on", "kind"),
            [
                (context.store_id, record.found["staff_id"], record.values["on"], record.values["kind"])
                for record in records
                if record.verdict == Verdict.CREATED
            ],
        )
        writer.update(
            DutyDay,
            [
                (record.found["former"][0], {"kind": record.found["former"][1]}, {"kind": record.values["kind"]})
                for record in records
                if record.verdict == Verdict.UPDATED
            ],
        )
