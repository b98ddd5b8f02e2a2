"""Who comes to an event, as a workbook for the door (D7-09)."""

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.masking import masked_phone
from dealership.web.wording import labelled
from dealership.workbooks.paper import Maker, lay_out_page, put_heading, put_notes, put_text, put_title, saved
from followups.selectors.events import Participants, main_number

_WIDTHS = (6, 14, 16, 8, 22, 14, 14, 18)


def participants_workbook(found: Participants, *, maker: Maker) -> bytes:
    """Title, day and place, a line a customer with room to tick off who came. A4 portrait; telephones are masked."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    event, tz = found.event, found.event.store.tz
    sheet.title = _("Participants")
    width = len(_WIDTHS)
    starts = timezone.localtime(event.starts_at, tz)
    put_title(sheet, event.title, period=f"{starts:%Y-%m-%d %H:%M} {event.place}", maker=maker, width=width)
    heads = (
        _("No."), _("Customer"), _("Telephone"), _("How many people"), _("Car"), _("Sales consultant"),
        _("Signed up by"), _("Came"),
    )  # fmt: skip
    for place, text in enumerate(heads, start=1):
        put_heading(sheet, 3, place, text)
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[place - 1]
    for number, row in enumerate(found.rows, start=1):
        task = row.task
        values = (
            number,
            row.customer.name,
            masked_phone(main_number(row)),
            row.people,
            str(task.vehicle.model) if task and task.vehicle else "",
            task.consultant.name if task and task.consultant else "",
            row.by.name,
            "",
        )
        for place, value in enumerate(values, start=1):
            put_text(sheet, 3 + number, place, value, centred=True)
    total = _("%(people)d people of %(places)d places") % {"people": found.people, "places": event.places}
    put_notes(sheet, [labelled(_("Total"), total)], row=len(found.rows) + 4, width=width)
    sheet.freeze_panes = "C4"
    sheet.print_title_rows = "1:3"
    lay_out_page(sheet, landscape=False)
    return saved(book, maker=maker)
