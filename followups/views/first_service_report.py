"""The month of first services on screen, the cars behind each figure, and the workbook."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.web.answers import UNPROCESSABLE, render_page
from dealership.web.charts import Chart, Series
from dealership.web.guards import guard
from dealership.web.months import month_label, month_of, month_short, months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.web.wording import shown
from dealership.workbooks.paper import Maker
from followups.exports.first_service import first_service_workbook
from followups.selectors.monthly.first_service import (
    COLUMNS,
    DEFINITIONS,
    MonthlyFirstService,
    ServiceFigures,
    cars_behind,
    model_called,
    monthly_first_service,
)
from followups.selectors.tracking import sheet_row, with_cars, with_stages
from followups.views.first_service import consultants_of
from leads.views.report_pages import Cell, Line
from staffing.enums import Capability
from staffing.reports import Asked, asked_by, report_form

TILES = ("expected", "visit_rate", "on_time_rate", "never")
_RATES = ("visit_rate", "on_time_rate")


@guard(Capability.SEE_REPORTS)
@require_GET
def report_first_service(request: AuthenticatedRequest) -> HttpResponse:
    """The first-service rate of a month, by consultant and model, with the trend of twelve months."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        context: dict[str, Any] = {"form": form}
        return render_page(request, "followups/report_first_service.html", context, status=UNPROCESSABLE)
    asked, name = asked_by(request, form), "report_first_service"
    report = _report(asked)
    context = {
        "form": form,
        "asked": asked,
        "period": month_label(asked.month),
        "store_name": asked.store_name,
        "previous": asked.at(name, month=month_of(months_after(asked.month, -1))),
        "next": asked.at(name, month=month_of(months_after(asked.month, 1))),
        "export_url": asked.at("report_first_service_export") if request.user.may(Capability.EXPORT) else "",
        "made_on": clock.today(),
        "action": name,
        "consultants": consultants_of(asked),
        "is_empty": report.expected == 0,
        "tiles": [_cell(asked, code, report.total) for code in TILES],
        "heads": [DEFINITIONS[code][0] for code in COLUMNS],
        "people": [
            Line(line.name, line.note, _cells(asked, line.figures, consultant=line.pk)) for line in report.consultants
        ],
        "models": [Line(line.name, "", _cells(asked, line.figures, model=line.pk)) for line in report.models],
        "total": _cells(asked, report.total),
        "trend": _trend(report),
        "definitions": [DEFINITIONS[code] for code in COLUMNS],
    }
    return render_page(request, "followups/report_first_service.html", context)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_first_service_rows(request: AuthenticatedRequest) -> HttpResponse:
    """The cars that one figure counts, as lines of the tracking sheet."""
    form = report_form(request, today=clock.today())
    figure, model = request.GET.get("figure", "expected"), request.GET.get("model", "")
    if not form.is_valid() or figure not in DEFINITIONS or figure in _RATES:
        raise Http404(_("There is no such month, store or figure."))
    asked, today = asked_by(request, form), clock.today()
    chosen = model_called(model)
    if model and chosen is None:
        raise Http404(_("There is no such model."))
    found = cars_behind(figure, **asked.scope, on=today, model=chosen.pk if chosen else None)
    midnight = dt.datetime.combine(today, dt.time.min, tzinfo=timezone.get_current_timezone())
    page = page_of(request, with_cars(with_stages(found, midnight=midnight)).order_by("latest_on", "pk"))
    label, definition = DEFINITIONS[figure]
    context = {
        "page": page,
        "rows": [sheet_row(track, today=today) for track in page.object_list],
        "label": label,
        "definition": definition,
        "detail": chosen.name if chosen else "",
        "consultant": asked.consultant,
        "month": month_label(asked.month),
        "store_name": asked.store_name,
        "back": asked.at("report_first_service"),
    }
    return render_page(request, "followups/report_first_service_rows.html", context)


@guard(Capability.EXPORT)
@require_GET
def report_first_service_export(request: AuthenticatedRequest) -> HttpResponse:
    """The statistics as a workbook. Every export is in the audit."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        raise Http404(_("There is no such month or store."))
    asked = asked_by(request, form)
    maker = Maker(name=request.user.name, store_name=asked.store_name, made_on=clock.today())
    content = first_service_workbook(_report(asked), maker=maker)
    data = {"report": "first_service", "stores": [store.code for store in asked.stores], **asked.query}
    taken = Taken("report.exported", None, asked.stores[0].pk if len(asked.stores) == 1 else None, data)
    name = f"first-service-rate-{month_of(asked.month)}.xlsx"
    return workbook_answer(content, file_name=name, taken=taken, by=request.user, at=clock.now())


def _report(asked: Asked) -> MonthlyFirstService:
    return monthly_first_service(**asked.scope, on=clock.today())


def _cells(asked: Asked, figures: ServiceFigures, **more: object) -> tuple[Cell, ...]:
    return tuple(_cell(asked, code, figures, **more) for code in COLUMNS)


def _cell(asked: Asked, code: str, figures: ServiceFigures, **more: object) -> Cell:
    """A figure with the address of its cars; those of a rate are those of its upper part."""
    label, definition = DEFINITIONS[code]
    value = getattr(figures, code)
    part = {"visit_rate": "came", "on_time_rate": "on_time"}.get(code, code)
    counted = getattr(figures, part)
    hint = _("%(part)s of %(whole)s") % {"part": counted, "whole": figures.expected} if part != code else ""
    href = asked.at("report_first_service_rows", figure=part, **more) if counted else ""
    return Cell(str(label), shown(value), href, str(definition), hint)


def _trend(report: MonthlyFirstService) -> Chart:
    points = report.trend
    return Chart(
        "trend",
        _("First-service rate, %(first)s to %(last)s")
        % {"first": month_label(points[0].month), "last": month_label(points[-1].month)},
        [month_short(point.month) for point in points],
        [
            Series(DEFINITIONS["visit_rate"][0], [point.figures.visit_rate for point in points]),
            Series(DEFINITIONS["on_time_rate"][0], [point.figures.on_time_rate for point in points]),
        ],
        unit="percent",
        note=_("Both rates divide by the cars expected in the month."),
        label_heading=_("Report month"),
    )
