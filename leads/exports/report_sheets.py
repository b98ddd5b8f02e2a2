"""The tables of leads as workbooks laid out like the paper forms. Telephones are masked: papers are passed around."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.masking import masked_phone
from dealership.web.months import month_label
from dealership.web.wording import labelled
from dealership.workbooks.paper import (
    TOTAL,
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
from leads.exports.reports import grades_text, hours_text
from leads.rules.amounts import yuan
from leads.rules.reports import PLANNED
from leads.selectors.reports.compliance import FirstContacts, Promises
from leads.selectors.reports.daily import DailyReport
from leads.selectors.reports.defeats import DefeatAnalysis, main_model_of
from leads.selectors.reports.funnel import LeadFunnel
from leads.selectors.reports.funnel_figures import COLUMNS, FIGURES, RATES, Funnel
from leads.selectors.reports.levels import LevelCounts, LevelRow, source_legend
from leads.selectors.reports.monthly import MonthlyLeads

#: Writes one form into a sheet of its own.
Form = Callable[[Worksheet, Maker], None]


def workbook_of(forms: Iterable[tuple[str, Form]], *, maker: Maker) -> bytes:
    """A workbook with a sheet a form: (name of the sheet, what writes it). A4 landscape, in the active language."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, write in forms:
        sheet = book.create_sheet(name[:31])
        write(sheet, maker)
        lay_out_page(sheet, landscape=True)
    return saved(book, maker=maker)


def monthly_workbook(report: MonthlyLeads, levels: Sequence[LevelRow], *, maker: Maker) -> bytes:
    """Everything of a month: funnel, level table, first contacts, defeats."""
    return workbook_of(
        [
            (_("Funnel"), funnel_form(report.funnel)),
            (_("Level table"), level_form(report.month, report.levels, levels)),
            (_("First contact"), contact_form(report.contacts)),
            (_("Defeat analysis"), defeat_form(report.defeats)),
        ],
        maker=maker,
    )


def funnel_form(report: LeadFunnel) -> Form:
    """By consultant and by channel, with the definitions below."""

    def write(sheet: Worksheet, maker: Maker) -> None:
        width = 1 + len(COLUMNS)
        put_title(sheet, _("Funnel of leads"), period=_period(report.month), maker=maker, width=width)
        row = _table(
            sheet,
            3,
            [_("Sales consultant"), *(_label(code) for code in COLUMNS)],
            [[line.name, *_funnel_cells(line.figures)] for line in report.consultants],
            total=[_("Total"), *_funnel_cells(report.total)],
        )
        row = _table(
            sheet,
            row + 1,
            [_("Channel"), *(_label(code) for code in COLUMNS)],
            [
                *([line.name, *_funnel_cells(line.figures)] for line in report.channels),
                [_("Of these recycled"), *_funnel_cells(report.recycled)],
            ],
        )
        entries = [FIGURES[code] if code in FIGURES else RATES[code] for code in COLUMNS]
        notes = [labelled(entry.label, entry.definition) for entry in entries]
        row = put_notes(sheet, [*notes, opening_note(report.is_frozen)], row=row + 1, width=width)
        put_signatures(sheet, row, width)
        _widths(sheet, [16, *[8] * len(COLUMNS)])

    return write


def level_form(month: dt.date, counts: LevelCounts, rows: Sequence[LevelRow]) -> Form:
    """The level table (F25): a customer a row, the days as columns."""

    def write(sheet: Worksheet, maker: Maker) -> None:
        days = len(rows[0].marks) if rows else 31
        heads = [
            _("No."), _("Customer"), _("Telephone"), _("Source"), _("Model"), _("Sales consultant"),
            _("Card opened on"), _("Opening grade"), *(str(day) for day in range(1, days + 1)),
            _("End of the month"), _("Note"),
        ]  # fmt: skip
        put_title(sheet, _("Monthly level table of customers"), period=_period(month), maker=maker, width=len(heads))
        body = [
            [
                number,
                row.customer,
                masked_phone(row.phone),
                row.source,
                row.model,
                row.consultant,
                row.opened_on.isoformat(),
                row.opening,
                *row.marks,
                row.result,
                row.note,
            ]
            for number, row in enumerate(rows, start=1)
        ]
        end = _table(sheet, 3, heads, body, centred=range(8, 8 + days))
        notes = [
            _("* planned · grade letter: done · × tried in vain · √ spoken to without a grade"),
            "  ".join(f"{letter} {text}" for letter, text in source_legend()),
            labelled(_("Grades at the opening"), grades_text(counts.opening)),
            labelled(_("Grades at the end"), grades_text(counts.closing)),
            labelled(_("Sources at the opening"), grades_text(counts.sources)),
            opening_note(counts.is_frozen),
            *([labelled(_("Late corrections"), grades_text(counts.corrections))] if counts.corrections else []),
        ]
        end = put_notes(sheet, notes, row=end + 1, width=len(heads))
        put_signatures(sheet, end, len(heads))
        _widths(sheet, [5, 11, 14, 7, 14, 11, 12, 8, *[3.4] * days, 10, 30])
        sheet.freeze_panes = "C4"
        sheet.print_title_rows = "3:3"

    return write


def contact_form(report: FirstContacts) -> Form:
    """First contacts by agent and by channel."""

    def write(sheet: Worksheet, maker: Maker) -> None:
        heads = [
            _("Leads due"), _("In time"), _("Late"), _("Not contacted"), _("Not due yet"), _("Within 24 hours, %"),
            _("Median, hours"), _("90th percentile, hours"), _("First weeks over"), _("Three contacts made"),
            _("First week kept, %"),
        ]  # fmt: skip
        width = 1 + len(heads)
        put_title(sheet, _("First contact within 24 hours"), period=_period(report.month), maker=maker, width=width)
        row = _table(
            sheet,
            3,
            [_("Who had the lead first"), *heads],
            [[line.name, *_promise_cells(line.promises)] for line in report.agents],
            total=[_("Total"), *_promise_cells(report.total)],
        )
        row = _table(
            sheet,
            row + 1,
            [_("Channel"), *heads],
            [[line.name, *_promise_cells(line.promises)] for line in report.channels],
        )
        put_signatures(sheet, row + 1, width)
        _widths(sheet, [22, *[14] * len(heads)])

    return write


def defeat_form(report: DefeatAnalysis) -> Form:
    """The analysis of defeats for the showroom manager (DF-16): counts, competitors, and every card."""

    def write(sheet: Worksheet, maker: Maker) -> None:
        heads = [
            _("Decided on"), _("Customer"), _("Model of interest"), _("Channel"), _("Applied for by"), _("Kind"),
            _("Went to"), _("Reasons"), _("Why not ours"), _("Bought instead"), _("Price, yuan"), _("Finance"),
            _("Grade before"),
        ]  # fmt: skip
        width = len(heads)
        title = _("Analysis of lost and defeated customers")
        put_title(sheet, title, period=_period(report.month), maker=maker, width=width)
        body = [
            [
                row.decided_at.astimezone(row.lead.store.tz).date().isoformat() if row.decided_at else "",
                row.lead.customer.name,
                main_model_of(row),
                row.lead.get_channel_display(),
                row.by.name if row.by else "",
                row.get_kind_display(),
                row.get_lost_to_display(),
                " · ".join(row.reason_labels),
                row.main_reason,
                row.competitor_model,
                yuan(row.competitor_price_fen) if row.competitor_price_fen else "",
                _("Cash") if row.paid_cash else row.competitor_finance,
                row.grade_before,
            ]
            for row in report.rows
        ]
        end = _table(sheet, 3, heads, body)
        ranked = [
            (_("Kind"), report.kinds), (_("Went to"), report.lost_to), (_("Reasons"), report.reasons),
            (_("Applied for by"), report.people),
        ]  # fmt: skip
        notes = [
            labelled(label, "  ".join(f"{row.name} {row.count}" for row in counts))
            for label, counts in ranked
            if counts
        ]
        notes.append(labelled(_("Lost contact"), report.lost))
        end = put_notes(sheet, notes, row=end + 1, width=width)
        put_signatures(sheet, end, width)
        _widths(sheet, [12, 11, 14, 11, 11, 14, 14, 20, 26, 16, 12, 18, 8])
        sheet.print_title_rows = "3:3"

    return write


def daily_form(report: DailyReport) -> Form:
    """The daily report (F24): the lines of each person, and the figures of the day and of the month to date."""

    def write(sheet: Worksheet, maker: Maker) -> None:
        heads = [
            _("Sales consultant"), _("Customer"), _("Source"), _("Model"), _("Planned"), _("Done"),
            _("Purpose of the contact"), _("Grade before"), _("Grade after"), _("Result"),
            _("Supervisor's instruction"),
        ]  # fmt: skip
        width = len(heads)
        period = _("Day: %(day)s") % {"day": report.on.isoformat()}
        put_title(sheet, _("Daily report of sales"), period=period, maker=maker, width=width)
        body = [
            [
                person.name,
                line.lead.customer.name,
                line.lead.get_channel_display(),
                line.model,
                PLANNED if line.planned else "",
                line.contact.get_way_display() if line.contact else "",
                line.reason,
                line.contact.grade_before if line.contact else line.lead.grade,
                line.contact.grade_after if line.contact else "",
                line.contact.result if line.contact else "",
                line.contact.remark if line.contact else "",
            ]
            for person in report.people
            for line in person.lines
        ]
        end = _table(sheet, 3, heads, body)
        counts = [
            _("Sales consultant"), _("Planned, today"), _("Done, today"), _("Spoken to, today"), _("Cards, today"),
            _("Orders, today"), _("Deliveries, today"), _("Done, to date"), _("Cards, to date"), _("Orders, to date"),
            _("Deliveries, to date"),
        ]  # fmt: skip
        figures = [
            [
                person.name,
                person.today.planned, person.today.made, person.today.reached, person.today.cards,
                person.today.orders, person.today.deliveries, person.to_date.made, person.to_date.cards,
                person.to_date.orders, person.to_date.deliveries,
            ]
            for person in report.people
        ]  # fmt: skip
        end = _table(sheet, end + 1, counts, figures)
        notes = [labelled(person.name, grades_text(person.held)) for person in report.people if person.held]
        end = put_notes(sheet, notes, row=end + 1, width=width)
        put_signatures(sheet, end, width)
        _widths(sheet, [14, 12, 12, 14, 9, 12, 26, 9, 9, 36, 26])

    return write


def opening_note(is_frozen: bool) -> str:
    """Where the opening backlog comes from (LG-33)."""
    if is_frozen:
        return _("The opening backlog is the one frozen at 00:00 on the 1st.")
    return _("No month end froze the opening backlog: it is reckoned from the histories.")


def _period(month: dt.date) -> str:
    return _("Month: %(month)s") % {"month": month_label(month)}


def _label(code: str) -> str:
    return str(FIGURES[code].label if code in FIGURES else RATES[code].label)


def _funnel_cells(line: Funnel) -> list[int | float | None]:
    return [line.value(code) for code in COLUMNS]


def _promise_cells(line: Promises) -> list[int | float | str | None]:
    counts = (line.due, line.kept, line.late, line.missing, line.waiting)
    hours = (hours_text(line.median_hours), hours_text(line.p90_hours))
    return [*counts, line.kept_rate, *hours, line.week_due, line.week_kept, line.week_rate]


def _table(
    sheet: Worksheet,
    row: int,
    heads: Sequence[str],
    body: Iterable[Sequence[object]],
    *,
    total: Sequence[object] | None = None,
    centred: Iterable[int] = (),
) -> int:
    """A framed table; returns the row after it. Numbers, and None, are figures; everything else is text."""
    middle = set(centred)
    for column, text in enumerate(heads, start=1):
        put_heading(sheet, row, column, text)
    sheet.row_dimensions[row].height = 42
    for line in (*body, *([total] if total is not None else [])):
        row += 1
        for column, value in enumerate(line, start=1):
            if value is None or isinstance(value, int | float):
                cell = put_number(sheet, row, column, value)
            else:
                cell = put_text(sheet, row, column, value, centred=column - 1 in middle)
            if line is total:
                cell.font, cell.fill = Font(bold=True), TOTAL
    return row + 1


def _widths(sheet: Worksheet, widths: Iterable[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
