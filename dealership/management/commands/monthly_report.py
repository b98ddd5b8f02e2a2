"""`manage.py monthly_report KIND --month YYYY-MM`: a month's statistics as text, as JSON or as a workbook."""

import datetime as dt
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from dealership import clock
from dealership.audit.taking import Taken, note_taken
from dealership.kernel.errors import BadValue, Refusal
from dealership.web.terminal import TerminalCommand
from dealership.web.wording import enumeration
from dealership.workbooks.paper import Maker
from followups.exports import MonthlyReport, report_json, report_lines, report_workbook
from followups.exports.document_figures import problem_lines
from followups.exports.document_form import month_workbook
from followups.exports.satisfaction import analysis_of, satisfaction_json, with_register
from followups.exports.snapshot import figures_of
from followups.selectors.monthly import month_of, monthly_complaints, parse_month
from followups.selectors.monthly.register import register_rows, versions_answered
from leads.exports.report_sheets import monthly_workbook
from leads.exports.reports import leads_json, leads_lines
from leads.selectors.reports.monthly import MonthlyLeads, monthly_leads, whole_level_table
from leads.selectors.reports.scope import LeadScope
from staffing.models import Store
from staffing.selectors.stores import store_called


@dataclass(frozen=True)
class Kind:
    """How a report is made, and what it is written as."""

    make: Callable[..., Any]
    json: Callable[[Any], dict[str, Any]]
    lines: Callable[[Any], list[str]]
    workbook: Callable[[Any, list[Store], Maker], bytes]
    #: How many customers stand in the workbook one by one; None where it holds figures alone.
    rows: Callable[[Any, list[Store]], int | None] = lambda _report, _stores: None


@dataclass(frozen=True)
class Whole:
    """A report with its whole JSON: problems, and the trends of its kind."""

    report: MonthlyReport
    data: dict[str, Any]

    @property
    def month(self) -> dt.date:
        return self.report.month

    @property
    def store_codes(self) -> tuple[str, ...]:
        return self.report.store_codes


def _calls(kind: str) -> Kind:
    return Kind(
        make=lambda *, stores, month, at: Whole(*figures_of(kind, stores=stores, month=month)),
        json=lambda whole: whole.data,
        lines=lambda whole: [*report_lines(whole.report), *problem_lines(kind, whole.data)],
        workbook=lambda whole, _stores, maker: month_workbook(kind, whole.report, whole.data, maker=maker),
    )


def _lead_rows(report: MonthlyLeads, stores: list[Store]) -> int:
    return len(whole_level_table(LeadScope.of_month(stores=stores, month=report.month)))


def _register_count(report: Any, stores: list[Store]) -> int:
    scope: dict[str, Any] = {"stores": tuple(stores), "month": report.month}
    return sum(register_rows(questionnaire=row, **scope).count() for row in versions_answered(**scope))


def _leads_workbook(report: MonthlyLeads, stores: list[Store], maker: Maker) -> bytes:
    scope = LeadScope.of_month(stores=stores, month=report.month)
    return monthly_workbook(report, whole_level_table(scope), maker=maker)


REPORTS: dict[str, Kind] = {
    "3dc": _calls("3dc"),
    "7dc": _calls("7dc"),
    "service_visits": _calls("service_visits"),
    "complaints": Kind(
        make=lambda *, stores, month, at: monthly_complaints(stores=stores, month=month),
        json=report_json,
        lines=report_lines,
        workbook=lambda report, _stores, maker: report_workbook(report, maker=maker),
    ),
    "leads": Kind(monthly_leads, leads_json, leads_lines, _leads_workbook, _lead_rows),
    "first_service": _calls("first_service"),
}


def _with_satisfaction(kind: Kind) -> Kind:
    """The 7DC's report with its analysis and its register (D7-08)."""
    return replace(
        kind,
        json=lambda report: kind.json(report) | {"satisfaction": satisfaction_json(analysis_of(report))},
        workbook=lambda report, stores, maker: with_register(
            kind.workbook(report, stores, maker), stores=stores, month=report.month, maker=maker
        ),
        rows=_register_count,
    )


REPORTS["7dc"] = _with_satisfaction(REPORTS["7dc"])


class Command(TerminalCommand):
    help = "The monthly statistics of a kind of work. Rates divide by what was due; – (null) where nothing was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", nargs="?", default="", help=f"one of {', '.join(REPORTS)}")
        parser.add_argument("--month", default="", help="the month, as 2026-11")
        parser.add_argument("--store", metavar="CODE", help="code of one store (default: all active stores together)")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print JSON alone")
        form.add_argument("--xlsx", metavar="FILE", help="write a workbook laid out like the paper form")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["kind"]
        if kind not in REPORTS:
            sentence = _("Say which report: %(kinds)s.") % {"kinds": enumeration(REPORTS)}
            raise CommandError(sentence, returncode=2)
        if not options["month"]:
            raise CommandError(_("Say which month with --month, like --month 2026-11."), returncode=2)
        try:
            month = parse_month(options["month"])
            code = options["store"]
            stores = [store_called(code)] if code else list(Store.objects.active().order_by("code"))
        except (BadValue, Refusal) as refused:
            raise CommandError(refused.sentence(_), returncode=2) from refused

        report = REPORTS[kind].make(stores=stores, month=month, at=clock.now())

        if options["json"]:
            self.stdout.write(json.dumps(REPORTS[kind].json(report), ensure_ascii=False))
        elif options["xlsx"]:
            self._write_workbook(report, stores, Path(options["xlsx"]), kind)
        else:
            for line in REPORTS[kind].lines(report):
                self.stdout.write(line)

    def _write_workbook(self, report: Any, stores: list[Store], target: Path, kind: str) -> None:
        at = clock.now()
        maker = Maker(name="–", store_name=enumeration(store.name for store in stores), made_on=clock.today())
        content = REPORTS[kind].workbook(report, stores, maker)
        try:
            _replace(target, content)
        except OSError as failed:
            sentence = _("%(file)s cannot be written: %(why)s.")
            raise CommandError(sentence % {"file": target, "why": failed.strerror or failed}, returncode=2) from failed
        data = {"report": kind, "month": month_of(report.month), "stores": list(report.store_codes)}
        store_ref = stores[0].pk if len(stores) == 1 else None
        taken = Taken("report.exported", REPORTS[kind].rows(report, stores), store_ref, data)
        note_taken(taken, by=None, at=at)
        self.stdout.write(str(target))


def _replace(target: Path, content: bytes) -> None:
    """Write the whole file or leave what was there."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as part:
            part.write(content)
        os.chmod(name, 0o600)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
