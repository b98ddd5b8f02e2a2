"""The hand-over sheet as a workbook, laid out as on paper (F02)."""

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.masking import masked_phone
from dealership.workbooks.paper import BOX, HEAD, Maker, put, saved
from leads.selectors.hand_over import Sheet

_WIDTHS = (6, 12, 12, 14, 14, 12, 12, 8, 32, 12, 12, 12)


def sheet_columns() -> list[str]:
    """The twelve columns of F02."""
    return [
        _("No."), _("Date"), _("Customer"), _("Telephone"), _("Model of interest"), _("Channel"), _("Plans to buy on"),
        _("Grade"), _("State of the customer"), _("Direct seller"), _("Order"), _("Delivery"),
    ]  # fmt: skip


def sheet_workbook(sheet: Sheet, *, maker: Maker) -> bytes:
    """The sheet of a month: title, agent and month, table. A4 landscape. Telephones are masked: a sheet is passed
    around."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = f"{sheet.month:%Y-%m}"
    columns = sheet_columns()
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(columns))
    put(page, 1, 1, _("Hand-over sheet of invited customers")).font = Font(bold=True, size=14)
    agent = sheet.agent.name if sheet.agent else _("Everybody")
    put(page, 2, 1, f"{_('Telesales')}: {agent}    {sheet.month:%Y-%m}")
    for place, text in enumerate(columns, start=1):
        cell = put(page, 3, place, text)
        cell.font, cell.fill, cell.border = Font(bold=True), HEAD, BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        page.column_dimensions[get_column_letter(place)].width = _WIDTHS[place - 1]
    for number, line in enumerate(sheet.rows, start=4):
        row = line.row
        values = (
            line.number,
            row.on,
            row.lead.customer.name,
            masked_phone(row.visit.number),
            line.model,
            row.lead.get_channel_display(),
            row.buys_on,
            row.grade,
            row.condition,
            row.consultant.name,
            line.ordered_on,
            line.delivered_on,
        )
        for place, value in enumerate(values, start=1):
            cell = put(page, number, place, value)
            cell.border = BOX
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    page.freeze_panes = "A4"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:3"
    return saved(book, maker=maker)
