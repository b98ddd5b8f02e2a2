"""The CHPR self-check: the sheet, one's own, the team's month (D3-21, F10)."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.kernel.errors import BadValue, SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.charts import Chart, Series
from dealership.web.guards import guard
from dealership.web.months import month_label, month_of, month_short, month_start, months_after, parse_month
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.enums_documents import CheckResult, CheckSource
from followups.exports.chpr import sheet_workbook, team_workbook
from followups.forms_documents import CheckForm, CheckMonthForm
from followups.models import CallCheck
from followups.rules.chpr import Incomplete, NoImprovement, tally_of
from followups.selectors.chpr import (
    MonthOfChecks,
    latest_check,
    marks_of,
    month_of_checks,
    own_checks,
    people_checked_by,
    points_of_month,
    versions_of,
)
from followups.services.chpr import sign_check
from staffing.enums import Capability
from staffing.models import Staff


@guard(Capability.WORK_QUEUE)
@require_GET
def check_own(request: AuthenticatedRequest) -> HttpResponse:
    """One's own sheets, and those that others signed about one."""
    page = page_of(request, own_checks(request.user))
    this = month_start(clock.today())
    context = {
        "page": page,
        "lines": [(row, tally_of(mark.result for mark in row.marks.all())) for row in page],
        "months": [(month_label(each), month_of(each)) for each in (this, months_after(this, -1))],
    }
    return render_page(request, "followups/checks_own.html", context)


@guard(Capability.WORK_QUEUE)
@require_http_methods(["GET", "POST"])
def check_self(request: AuthenticatedRequest, month: str) -> HttpResponse:
    """Check one's own calls of a month."""
    return _sheet_form(request, request.user, _month(month), CheckSource.OWN)


@guard(Capability.CHECK_CALLS)
@require_http_methods(["GET", "POST"])
def check_person(request: AuthenticatedRequest, person: int, month: str) -> HttpResponse:
    """Check the calls of one of one's people."""
    found = get_object_or_404(people_checked_by(request.user), pk=person)
    return _sheet_form(request, found, _month(month), CheckSource.SUPERVISOR)


@guard(Capability.CHECK_CALLS)
@require_GET
def check_team(request: AuthenticatedRequest) -> HttpResponse:
    """The month of one's people: shares of good, weak points, trend."""
    form = CheckMonthForm(request.GET or None)
    month = form.chosen(clock.today())
    found = month_of_checks(people_checked_by(request.user), month)
    context = {
        "form": form if form.is_bound else CheckMonthForm(initial={"month": month_of(month)}),
        "found": found,
        "month": month_label(month),
        "month_value": month_of(month),
        "previous": month_of(months_after(month, -1)),
        "next": month_of(months_after(month, 1)),
        "is_open": month <= clock.today(),
        "checked": sum(line.supervisor is not None for line in found.lines),
        "trend": _trend(found),
        "may_export": request.user.may(Capability.EXPORT),
    }
    return render_page(request, "followups/checks_team.html", context)


@guard(Capability.SEE_OWN_DAY)
@require_GET
def check_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One signed sheet, to read and to print."""
    sheet = _sheet(request, pk)
    marks = marks_of(sheet)
    source = CheckSource(sheet.source)
    mine = sheet.person_id == request.user.pk
    may_sign = sheet.is_latest and (
        mine if source == CheckSource.OWN else people_checked_by(request.user).filter(pk=sheet.person_id).exists()
    )
    context = {
        "sheet": sheet,
        "month": month_label(sheet.month),
        "month_value": month_of(sheet.month),
        "rows": [
            {
                "mark": mark,
                "result": CheckResult(mark.result),
                "is_first": not index or marks[index - 1].stage != mark.stage,
            }
            for index, mark in enumerate(marks)
        ],
        "tally": tally_of(mark.result for mark in marks),
        "versions": versions_of(sheet),
        "is_own": mine,
        "may_sign": may_sign,
        "may_export": request.user.may(Capability.EXPORT),
    }
    return render_page(request, "followups/check.html", context)


@guard(Capability.EXPORT)
@require_GET
def check_export(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One sheet as the paper form F10. Every export is in the audit."""
    sheet = _sheet(request, pk)
    content = sheet_workbook(sheet, marks_of(sheet), maker=_maker(request, sheet.store.name))
    name = f"CHPR-{month_of(sheet.month)}-{sheet.person.employee_no}-v{sheet.version}.xlsx"
    return _workbook(request, content, name, {"check": sheet.pk, "month": month_of(sheet.month)})


@guard(Capability.EXPORT)
@require_GET
def check_team_export(request: AuthenticatedRequest) -> HttpResponse:
    """The month of one's people as a workbook. Every export is in the audit."""
    month = CheckMonthForm(request.GET or None).chosen(clock.today())
    found = month_of_checks(people_checked_by(request.user), month)
    store = request.user.store
    content = team_workbook(found, maker=_maker(request, store.name if store else ""))
    return _workbook(request, content, f"CHPR-{month_of(month)}.xlsx", {"month": month_of(month)})


def _sheet_form(request: AuthenticatedRequest, person: Staff, month: dt.date, source: CheckSource) -> HttpResponse:
    known = latest_check(person, month, source)
    points = points_of_month(person.store, month)
    form = CheckForm(
        request.POST or None,
        points=points,
        known=marks_of(known) if known else (),
        after_version=known.version if known else 0,
        remark=known.remark if known else "",
    )
    context = {
        "form": form,
        "person": person,
        "is_own": source == CheckSource.OWN,
        "month": month_label(month),
        "month_value": month_of(month),
        "known": known,
    }
    template = "followups/check_form.html"
    if request.method == "GET":
        return render_page(request, template, context)
    if form.is_valid():
        try:
            sheet = sign_check(
                person=person,
                month=month,
                marks=form.marks(),
                after_version=form.cleaned_data["after_version"],
                remark=form.cleaned_data["remark"],
                by=request.user,
                at=clock.now(),
            )
        except (Incomplete, NoImprovement) as fault:
            _point_out(form, fault)
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Signed as version %(version)s.") % {"version": sheet.version})
            return redirect("call_check", sheet.pk)
    return render_refused(request, template, context)


def _point_out(form: CheckForm, fault: SentenceError) -> None:
    """The sentence above the sheet, and a mark at each point that it names."""
    numbers: Any = fault.params["points"]
    if isinstance(fault, Incomplete):
        form.mark_faults(numbers, "result", _("Choose good, medium or poor."))
    else:
        form.mark_faults(numbers, "improvement", _("Write down what is to become better."))
    form.add_error(None, fault.sentence(_))


def _trend(found: MonthOfChecks) -> Chart:
    return Chart(
        "trend",
        _("Share of good points, twelve months"),
        [month_short(month) for month, _theirs, _own in found.trend],
        [
            Series(CheckSource.SUPERVISOR.label, [theirs.good_share for _month, theirs, _own in found.trend]),
            Series(CheckSource.OWN.label, [own.good_share for _month, _theirs, own in found.trend]),
        ],
        unit="percent",
        label_heading=_("Month"),
    )


def _month(text: str) -> dt.date:
    try:
        return parse_month(text)
    except BadValue as refused:
        raise Http404(refused.sentence(_)) from refused


def _sheet(request: AuthenticatedRequest, pk: int) -> CallCheck:
    rows = CallCheck.objects.visible_to(request.user).select_related("store", "person", "signed_by")
    return get_object_or_404(rows.prefetch_related("marks"), pk=pk)


def _maker(request: AuthenticatedRequest, store_name: str) -> Maker:
    return Maker(name=request.user.name, store_name=store_name, made_on=clock.today())


def _workbook(request: AuthenticatedRequest, content: bytes, name: str, data: dict[str, object]) -> HttpResponse:
    taken = Taken("report.exported", None, request.user.store_id, {"report": "chpr", **data})
    return workbook_answer(content, file_name=name, taken=taken, by=request.user, at=clock.now())
