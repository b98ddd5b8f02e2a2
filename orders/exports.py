"""A stock-take of files as a workbook."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.workbooks.paper import (
    Maker,
    lay_out_page,
    put_heading,
    put_signatures,
    put_text,
    put_title,
    saved,
)
from orders.models import FileStocktake, StocktakeLine

_WIDTHS = (6, 16, 14, 22, 20, 12, 30, 14, 18)


def stocktake_workbook(stocktake: FileStocktake, lines: Iterable[StocktakeLine], *, maker: Maker) -> bytes:
    """The list of files with what was found of each, who took it and when in the foot (CC-15)."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = str(stocktake.year)
    heads = (_("No."), _("Customer"), _("Plate"), _("VIN"), _("Model"), _("Result"), _("Note"), _("By"), _("At"))
    put_title(page, _("Stock-take of customer files"), period=str(stocktake.year), maker=maker, width=len(heads))
    for place, head in enumerate(heads, start=1):
        put_heading(page, 3, place, head)
        page.column_dimensions[get_column_letter(place)].width = _WIDTHS[place - 1]
    row = 4
    for row, line in enumerate(lines, start=4):
        values = (
            row - 3,
            line.customer.name,
            line.vehicle.plate,
            line.vehicle.vin,
            line.vehicle.model.name,
            line.get_result_display() or "–",
            line.note,
            line.by.name if line.by else "",
            _moment(line.at, stocktake),
        )
        for place, value in enumerate(values, start=1):
            put_text(page, row, place, value)
    put_signatures(page, row + 1, len(heads))
    lay_out_page(page, landscape=True)
    page.print_title_rows = "1:3"
    return saved(book, maker=maker)


def _moment(at: dt.datetime | None, stocktake: FileStocktake) -> str:
    return f"{at.astimezone(stocktake.store.tz):%Y-%m-%d %H:%M}" if at else ""
