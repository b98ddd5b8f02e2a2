"""The monthly statistics on screen, the rows behind each figure, and the workbook."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.web.answers import UNPROCESSABLE, render_page
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.report_index import registered
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.enums import TaskKind
from followups.exports import report_workbook
from followups.selectors.monthly import (
    FIGURES,
    RATES,
    Figures,
    UnknownFigure,
    detail_label,
    month_label,
    month_of,
    month_start,
    monthly_3dc,
    months_after,
    report_rows,
    rows_behind,
    with_details,
)
from followups.selectors.monthly.definitions import PAPER_3DC
from followups.views.report_page import (
    cells_of,
    consultant_choices,
    counted,
    line_of,
    satisfaction_chart,
    summary_of,
    tiles_of,
    trend_chart,
)
from staffing.enums import Capability
from staffing.reports import address_of, asked_by, report_form


@guard(Capability.SEE_REPORTS)
@require_GET
def report_index(request: AuthenticatedRequest) -> HttpResponse:
    """The reports there are, with the latest months of each."""
    month = month_start(clock.today())
    months = [(month_label(each), month_of(each)) for each in (months_after(month, -back) for back in range(6))]
    return render_page(request, "followups/report_index.html", {"reports": registered(), "months": months})


@guard(Capability.SEE_REPORTS)
@require_GET
def report_3dc(request: AuthenticatedRequest) -> HttpResponse:
    """The month's 3DC statistics: tiles, the paper form, by consultant, trend, satisfaction (D3-11)."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        return render_page(request, "followups/report_3dc.html", {"form": form}, status=UNPROCESSABLE)
    asked = asked_by(request, form)
    report = monthly_3dc(**asked.scope)
    context = {
        "form": form,
        "asked": asked,
        "report": report,
        "month": month_label(asked.month),
        "month_value": month_of(asked.month),
        "store_name": asked.store_name,
        "consultants": consultant_choices(asked, report),
        "previous": asked.at("report_3dc", month=month_of(months_after(asked.month, -1))),
        "next": asked.at("report_3dc", month=month_of(months_after(asked.month, 1))),
        "export_url": asked.at("report_3dc_export") if request.user.may(Capability.EXPORT) else "",
        "tiles": tiles_of(asked, report),
        "summary": summary_of(asked, report.total),
        "groups": PAPER_3DC,
        "lines": [line_of(asked, row) for row in report.consultants],
        "total": cells_of(asked, report.total),
        "outcomes": counted(asked, "outcome", report.outcomes),
        "left_out": [*counted(asked, "skipped", report.skipped), *counted(asked, "cancelled", report.cancelled)],
        "trend": trend_chart(report),
        "satisfaction": satisfaction_chart(report),
        "definitions": [*FIGURES.values(), *RATES.values()],
        "is_empty": report.total == Figures(),
        "made_on": clock.today(),
    }
    return render_page(request, "followups/report_3dc.html", context)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_3dc_rows(request: AuthenticatedRequest) -> HttpResponse:
    """The rows that one figure counts, in pages; numbers are masked."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        raise Http404(_("There is no such month or store."))
    asked = asked_by(request, form)
    code, detail = request.GET.get("figure", "due"), request.GET.get("detail")
    try:
        found = rows_behind(
            code,
            kind=TaskKind.THREE_DAY,
            detail=detail,
            without_consultant=asked.without_consultant,
            **asked.scope,
        )
    except UnknownFigure as refused:
        raise Http404(refused.sentence(_)) from refused
    page = page_of(request, with_details(found))
    rows = report_rows(page.object_list)
    figure = FIGURES.get(code)
    context = {
        "asked": asked,
        "page": page,
        "rows": [
            (row, address_of("customer_page", row.customer_id), address_of("call_task", row.task_id)) for row in rows
        ],
        "label": figure.label if figure else _("Result"),
        "detail": detail_label(code, detail, asked.month),
        "definition": figure.definition if figure else "",
        "month": month_label(asked.month),
        "store_name": asked.store_name,
        "consultant": _("No consultant") if asked.without_consultant else asked.consultant,
        "is_complaints": code.startswith("complaints"),
        "back": asked.at("report_3dc", **({"consultant": None} if asked.without_consultant else {})),
    }
    return render_page(request, "followups/report_rows.html", context, parts={"rows": "followups/_report_rows.html"})


@guard(Capability.EXPORT)
@require_GET
def report_3dc_export(request: AuthenticatedRequest) -> HttpResponse:
    """The statistics as a workbook laid out like the paper form. Every export is in the audit."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        raise Http404(_("There is no such month or store."))
    asked = asked_by(request, form)
    report = monthly_3dc(**asked.scope)
    content = report_workbook(
        report, maker=Maker(name=request.user.name, store_name=asked.store_name, made_on=clock.today())
    )
    data = {"report": "3dc", "stores": list(report.store_codes), **asked.query}
    taken = Taken("report.exported", None, asked.stores[0].pk if len(asked.stores) == 1 else None, data)
    name = "-".join(["3DC", month_of(asked.month), *([asked.store.code] if asked.store else [])])
    return workbook_answer(content, file_name=f"{name}.xlsx", taken=taken, by=request.user, at=clock.now())
