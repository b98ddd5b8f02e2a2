"""The tracking sheet of first services as a workbook laid out like the paper (F13)."""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.months import month_label, month_of
from dealership.web.wording import NONE
from dealership.workbooks.paper import (
    Maker,
    lay_out_page,
    put_heading,
    put_notes,
    put_number,
    put_signatures,
    put_text,
    put_title,
    saved,
)
from followups.selectors.reckoning import whole
from followups.selectors.tracking import CARRIED_MONTHS, SheetRow

WIDTHS = (5, 11, 10, 14, 12, 9, 9, 11, 9, 12, 16, 12, 12, 12, 10, 8, 8, 10)


def sheet_workbook(rows: Sequence[SheetRow], *, month: dt.date, maker: Maker) -> bytes:
    """The cars of a month's sheet, a row a car. A4 landscape, in the language in use."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = month_of(month)
    heads = sheet_heads()
    period = _("Month: %(month)s") % {"month": month_label(month)}
    put_title(sheet, _("Tracking sheet of first services"), period=period, maker=maker, width=len(heads))
    for column, head in enumerate(heads, start=1):
        put_heading(sheet, 3, column, head)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate((number, *sheet_cells(row)), start=1):
            if isinstance(value, int):
                put_number(sheet, 3 + number, column, value)
            else:
                put_text(sheet, 3 + number, column, value, centred=True)
    after = put_notes(sheet, [sheet_note()], row=5 + len(rows), width=len(heads))
    put_signatures(sheet, after, len(heads))
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "D4"
    sheet.print_title_rows = "3:3"
    lay_out_page(sheet, landscape=True)
    return saved(book, maker=maker)


def sheet_heads() -> tuple[str, ...]:
    """The columns of the paper."""
    return (
        _("No."),
        _("Delivered"),
        _("Customer"),
        _("Car"),
        _("Plate or VIN"),
        _("Consultant"),
        _("Odometer, km"),
        _("Read on"),
        _("km a day"),
        _("First service expected"),
        _("First service booked"),
        _("Reminder"),
        _("Confirmation"),
        _("Came in on"),
        _("Result"),
        _("Days late"),
        _("km late"),
        _("Latest day"),
    )


def sheet_cells(row: SheetRow) -> tuple[str | int, ...]:
    """A line of the sheet after its number; days are ISO."""
    track, reading = row.track, row.reading
    delivery, booked = track.delivery, track.appointment_at
    return (
        delivery.delivered_on.isoformat(),
        delivery.customer.name,
        delivery.vehicle.model.name,
        delivery.vehicle.plate or row.vin_tail,
        delivery.consultant.name,
        reading.odometer_km if reading else NONE,
        reading.read_on.isoformat() if reading else NONE,
        whole(reading.daily_km) if reading else NONE,
        track.expected_on.isoformat(),
        f"{booked.astimezone(track.store.tz):%Y-%m-%d %H:%M}" if booked else NONE,
        _moment(track.reminded_at) or f"({track.remind_on.isoformat()})",  # type: ignore[attr-defined]
        _moment(track.confirmed_at) or (f"({track.confirm_on.isoformat()})" if track.confirm_on else NONE),  # type: ignore[attr-defined]
        track.visited_on.isoformat() if track.visited_on else NONE,
        str(row.stage.label),
        row.late_days,
        row.over_km,
        track.latest_on.isoformat(),
    )


def sheet_note() -> str:
    """Which cars stand on the sheet, and what its late columns count from."""
    return _(
        "Cars expected in the month, and those of the %(months)d months before it that have not come. A day in "
        "brackets is planned. Days late count from the agreed day, else from the expected one; km late from the "
        "distance of the policy."
    ) % {"months": CARRIED_MONTHS}


def _moment(at: dt.datetime | None) -> str:
    return "" if at is None else timezone.localtime(at).date().isoformat()
