"""The addresses of cards as a workbook, for a printer or a mailing service."""

import io
from collections.abc import Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.workbooks.paper import Maker, lay_out_page, put_heading, put_number, put_text, put_title
from followups.selectors.greetings import CardRow

WIDTHS = (6, 18, 44, 12, 16, 60)


def address_workbook(rows: Sequence[CardRow], *, title: str, maker: Maker) -> bytes:
    """A row a card that may go out, with the text for it. A4 landscape, in the language in use."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = _("Addresses")
    heads = (_("No."), _("Customer"), _("Address"), _("Day"), _("Owner"), _("Text"))
    put_title(sheet, _("Addresses for cards"), period=title, maker=maker, width=len(heads))
    for column, head in enumerate(heads, start=1):
        put_heading(sheet, 3, column, head)
    for number, row in enumerate(rows, start=1):
        card = row.card
        owner = card.owner.name if card.owner else card.get_pool_display()
        put_number(sheet, 3 + number, 1, number)
        cells = (card.customer.name, card.customer.address, card.falls_on.isoformat(), owner, row.text)
        for column, text in enumerate(cells, start=2):
            put_text(sheet, 3 + number, column, text)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    lay_out_page(sheet, landscape=True)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
