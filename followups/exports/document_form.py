"""《用户电话回访月报表》 as a workbook: the figures of 17.1, questions, problems, and for a document analysis and
measures (F17, F19)."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dealership.web.months import month_label, month_of, parse_month
from dealership.web.wording import enumeration, labelled
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
from followups.enums_documents import DocumentKind
from followups.exports.document_figures import class_lines, question_lines, ranking_lines, raw_lines
from followups.exports.figures import TITLES, MonthlyReport
from followups.exports.first_service import first_service_workbook
from followups.exports.snapshot import CALLS
from followups.exports.workbook import report_book
from followups.models import Measure, MonthlyDocument
from followups.selectors.monthly import MonthlyFirstService

WIDTH = 8
_COLUMNS = (6, 38, 10, 10, 14, 14, 14, 18)


def title_of(kind: str) -> str:
    """The name of the form."""
    if kind == DocumentKind.FIRST_SERVICE:
        return _("First service, monthly report")
    return str(TITLES[CALLS[DocumentKind(kind)]])


def month_workbook(kind: str, report: MonthlyReport, figures: dict[str, Any], *, maker: Maker) -> bytes:
    """A month as the paper form, and the table by consultant with it.

    3DC has a form of its own (专营店销售3DC调查结果统计表), which comes first; elsewhere it is 《用户电话回访月报表》.
    """
    if isinstance(report, MonthlyFirstService):
        book = load_workbook(io.BytesIO(first_service_workbook(report, maker=maker)))
    else:
        book = report_book(report, maker=maker)
    if kind == DocumentKind.THREE_DAY:
        sheet = book.create_sheet(_("Monthly report"), 1)
    else:
        book.worksheets[0].title = _("By consultant")
        sheet = book.create_sheet(month_of(report.month), 0)
    row = _put_month(sheet, kind, figures, maker)
    put_signatures(sheet, row + 1, WIDTH)
    _laid_out(sheet)
    book.active = 0
    return saved(book, maker=maker)


def document_workbook(document: MonthlyDocument, measures: Sequence[Measure], *, maker: Maker) -> bytes:
    """A report as the paper form, with its analysis and its measures."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = month_of(document.month)
    row = _put_month(sheet, document.kind, document.figures, maker)
    row = _put_analysis(sheet, row + 1, document)
    row = _put_measures(sheet, row + 1, measures)
    made = _("Figures of %(moment)s; the report is: %(state)s.") % {
        "moment": f"{document.made_at.astimezone(document.store.tz):%Y-%m-%d %H:%M}",
        "state": document.get_state_display(),
    }
    row = put_notes(sheet, [made], row=row + 1, width=WIDTH)
    put_signatures(sheet, row, WIDTH)
    _laid_out(sheet)
    return saved(book, maker=maker)


def _put_month(sheet: Worksheet, kind: str, figures: dict[str, Any], maker: Maker) -> int:
    """The figures of a month; the number of the next free row."""
    period = _("Month: %(month)s") % {"month": month_label(parse_month(figures["month"]))}
    put_title(sheet, title_of(kind), period=period, maker=maker, width=WIDTH)
    row = _put_lines(sheet, 3, kind, figures)
    row = _put_questions(sheet, row + 1, figures)
    return _put_problems(sheet, row + 1, figures)


def _put_lines(sheet: Worksheet, row: int, kind: str, figures: dict[str, Any]) -> int:
    """The lines of the form: item, number, rate, how it is counted."""
    _heads(sheet, row, ((_("No."), 1), (_("Item"), 1), (_("Count"), 1), (_("Rate"), 1), (_("How it is counted"), 4)))
    for number, (line, count, rate) in enumerate(raw_lines(kind, figures), start=1):
        row += 1
        put_number(sheet, row, 1, number)
        put_text(sheet, row, 2, line.label)
        put_number(sheet, row, 3, count)
        if line.rate:
            put_number(sheet, row, 4, rate)
        else:
            put_text(sheet, row, 4, "")
        _wide(sheet, row, 5, line.definition, 4)
    return row + 1


def _put_questions(sheet: Worksheet, row: int, figures: dict[str, Any]) -> int:
    """Each question: favourable ÷ its own answers (各问题满意度)."""
    lines = question_lines(figures)
    if not lines:
        return row
    heads = (_("Version"), _("Question"), _("Answers"), _("Favourable"), _("Favourable, %"), _("Mean"), _("Alerts"))
    _heads(sheet, row, [(text, 1) for text in heads[:-1]] + [(heads[-1], 2)])
    for line in lines:
        row += 1
        put_number(sheet, row, 1, line.version)
        put_text(sheet, row, 2, line.text)
        put_number(sheet, row, 3, line.answered)
        put_number(sheet, row, 4, line.favourable)
        put_number(sheet, row, 5, line.favourable_rate)
        put_number(sheet, row, 6, line.mean).number_format = "0.00"
        _wide(sheet, row, 7, line.alerts, 2)
    return row + 1


def _put_problems(sheet: Worksheet, row: int, figures: dict[str, Any]) -> int:
    """各类问题情况 and 反映较多的问题."""
    _heads(sheet, row, ((_("No."), 1), (_("Problems by class"), 1), (_("Named"), 3), (_("Complaints"), 3)))
    for number, line in enumerate(class_lines(figures), start=1):
        row += 1
        put_number(sheet, row, 1, number)
        put_text(sheet, row, 2, line.text)
        _wide(sheet, row, 3, line.named, 3)
        _wide(sheet, row, 6, line.complaints, 3)
    row += 2
    heads = (
        (_("Rank"), 1),
        (_("Problems named most"), 1),
        (_("Named"), 1),
        (_("Share"), 1),
        (_("Class of problem"), 4),
    )
    _heads(sheet, row, heads)
    for line in ranking_lines(figures):
        row += 1
        put_number(sheet, row, 1, line.rank)
        put_text(sheet, row, 2, line.text)
        put_number(sheet, row, 3, line.named)
        put_number(sheet, row, 4, line.share)
        _wide(sheet, row, 5, line.group, 4)
    return row + 1


def _put_analysis(sheet: Worksheet, row: int, document: MonthlyDocument) -> int:
    _heads(sheet, row, ((_("Analysis"), WIDTH),))
    _wide(sheet, row + 1, 1, document.comment or "–", WIDTH)
    sheet.row_dimensions[row + 1].height = max(
        60, 15 * (document.comment.count("\n") + len(document.comment) // 55 + 1)
    )
    if document.commented_by is not None and document.commented_at is not None:
        on = f"{document.commented_at.astimezone(document.store.tz):%Y-%m-%d}"
        signed = labelled(_("Analysed by"), f"{document.commented_by.name} {on}")
        return put_notes(sheet, [signed], row=row + 2, width=WIDTH)
    return row + 2


def _put_measures(sheet: Worksheet, row: int, measures: Sequence[Measure]) -> int:
    """整改措施 / 预防措施 (F19): problem, measure, person, day, approval, effect."""
    heads = (
        _("No."),
        _("Problem"),
        _("Type"),
        _("Measure"),
        _("Responsible person"),
        _("To be done by"),
        _("Approved by"),
        _("Effect"),
    )
    _heads(sheet, row, [(text, 1) for text in heads])
    for number, measure in enumerate(measures, start=1):
        row += 1
        put_number(sheet, row, 1, number)
        checked = [measure.get_state_display()]
        if measure.checked_on and measure.checked_by:
            checked += [f"{measure.checked_on:%Y-%m-%d}", measure.checked_by.name, measure.effect_note]
        texts = (
            measure.problem,
            measure.get_type_display(),
            measure.action,
            measure.responsible.name,
            f"{measure.due_on:%Y-%m-%d}",
            measure.approved_by.name if measure.approved_by else "",
            enumeration(checked),
        )
        for column, text in enumerate(texts, start=2):
            put_text(sheet, row, column, text)
        longest = max(len(measure.problem) / 18, len(measure.action) / 5, len(texts[-1]) / 8, 1)
        sheet.row_dimensions[row].height = min(300, 15 * (int(longest) + 1))
    return row + 1


def _heads(sheet: Worksheet, row: int, heads: Iterable[tuple[str, int]]) -> None:
    column = 1
    for text, width in heads:
        put_heading(sheet, row, column, text, right=width)
        column += width


def _wide(sheet: Worksheet, row: int, column: int, value: object, width: int) -> None:
    """One framed cell over several columns."""
    for each in range(column, column + width):
        put_text(sheet, row, each, "")
    if isinstance(value, int | float) or value is None:
        put_number(sheet, row, column, value)
    else:
        put_text(sheet, row, column, value)
    sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + width - 1)


def _laid_out(sheet: Worksheet) -> None:
    for letter, width in zip("ABCDEFGH", _COLUMNS, strict=True):
        sheet.column_dimensions[letter].width = width
    lay_out_page(sheet, landscape=False)
