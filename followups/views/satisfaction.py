"""The 7DC analysis of a month on screen, its rows, the register, the workbook, and the next version (D7-07, D7-08)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.kernel.errors import SentenceError
from dealership.web.answers import UNPROCESSABLE, redirect_after_post, render_page
from dealership.web.guards import guard
from dealership.web.months import month_label, month_of, months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.enums import TaskKind
from followups.exports.satisfaction import satisfaction_workbook
from followups.forms_questionnaires import FromDayForm
from followups.models import Questionnaire
from followups.rules.questionnaires import next_quarter
from followups.selectors.monthly import (
    FIGURES,
    UnknownFigure,
    monthly_7dc,
    monthly_consultants,
    report_rows,
    rows_behind,
    with_details,
)
from followups.selectors.monthly.register import (
    columns_of,
    register_lines,
    register_rows,
    versions_answered,
    with_answers,
)
from followups.selectors.monthly.satisfaction import satisfaction_of_month, weak_item_of_last_quarter
from followups.selectors.policies import questionnaire_for
from followups.selectors.questionnaires import may_edit_shared, store_of_copy
from followups.services.questionnaires import copy_questionnaire
from followups.views.satisfaction_page import (
    blocks_of,
    consultants_of,
    distribution_chart,
    heads_of,
    level,
    months_of,
    tiles_of,
    total_of,
    trend_chart,
)
from staffing.enums import Capability
from staffing.reports import Asked, address_of, asked_by, report_form

#: A month's register on one page; a larger store turns it.
ROWS = 200


@guard(Capability.SEE_REPORTS)
@require_GET
def report_7dc(request: AuthenticatedRequest) -> HttpResponse:
    """The month's satisfaction: by question, version, consultant and month, and its weak item."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        return render_page(request, "followups/report_7dc.html", {"form": form}, status=UNPROCESSABLE)
    asked, today = asked_by(request, form), clock.today()
    report, found = monthly_7dc(**asked.scope), satisfaction_of_month(**asked.scope)
    weak = weak_item_of_last_quarter(stores=asked.stores, on=today, viewer=asked.viewer)
    context = _frame(request, asked, "report_7dc") | {
        "form": form,
        "consultants": _people(asked),
        "tiles": tiles_of(asked, report, found),
        "blocks": blocks_of(asked, found),
        "heads": heads_of(found),
        "people": consultants_of(asked, found),
        "total": total_of(found),
        "months": months_of(asked, found),
        "trend": trend_chart(found),
        "spread": distribution_chart(found),
        "weak": weak,
        "weak_level": level(weak.type, weak.marks) if weak else "",
        "may_edit": request.user.may(Capability.EDIT_QUESTIONNAIRES),
        "next_form": FromDayForm(initial={"effective_from": next_quarter(today)}),
        "is_empty": not report.total.due and not found.responses,
        "no_answers": not found.responses,
    }
    return render_page(request, "followups/report_7dc.html", context)


@guard(Capability.SEE_REPORTS)
@require_GET
def report_7dc_rows(request: AuthenticatedRequest) -> HttpResponse:
    """The calls that a head figure counts, in pages; numbers are masked."""
    asked = _asked(request)
    code = request.GET.get("figure", "due")
    try:
        found = rows_behind(code, kind=TaskKind.SEVEN_DAY, without_consultant=asked.without_consultant, **asked.scope)
    except UnknownFigure as refused:
        raise Http404(refused.sentence(_)) from refused
    if code not in FIGURES:
        raise Http404(UnknownFigure(figure=code).sentence(_))
    page = page_of(request, with_details(found))
    rows = report_rows(page.object_list)
    context = _frame(request, asked, "report_7dc_rows") | {
        "page": page,
        "rows": [
            (row, address_of("customer_page", row.customer_id), address_of("call_task", row.task_id)) for row in rows
        ],
        "label": FIGURES[code].label,
        "definition": FIGURES[code].definition,
        "is_complaints": code.startswith("complaints"),
    }
    return render_page(
        request, "followups/report_7dc_rows.html", context, parts={"rows": "followups/_report_rows.html"}
    )


@guard(Capability.SEE_REPORTS)
@require_GET
def report_7dc_register(request: AuthenticatedRequest) -> HttpResponse:
    """The register: a call a row, the questions of one version as columns; narrowed to the rows of a figure."""
    asked = _asked(request)
    versions = list(versions_answered(**asked.scope))
    chosen = next((row for row in versions if str(row.pk) == request.GET.get("version", "")), None)
    chosen = chosen or (versions[0] if versions else None)
    context = _frame(request, asked, "report_7dc_register") | {
        "consultants": _people(asked),
        "versions": [(row, asked.at("report_7dc_register", version=row.pk)) for row in versions],
        "chosen": chosen,
        "columns": columns_of(chosen) if chosen else (),
    }
    if chosen is not None:
        context |= _narrowed(request, asked, chosen)
    return render_page(
        request, "followups/register_7dc.html", context, parts={"register": "followups/_register_7dc.html"}
    )


@guard(Capability.EXPORT)
@require_GET
def report_7dc_export(request: AuthenticatedRequest) -> HttpResponse:
    """Register and analysis as a workbook laid out like the paper form. Every export is in the audit."""
    asked, at = _asked(request), clock.now()
    maker = Maker(name=request.user.name, store_name=asked.store_name, made_on=clock.today())
    content = satisfaction_workbook(maker=maker, **asked.scope)
    rows = sum(register_rows(questionnaire=row, **asked.scope).count() for row in versions_answered(**asked.scope))
    data = {"report": "7dc", "stores": [store.code for store in asked.stores], **asked.query}
    taken = Taken("report.exported", rows, asked.stores[0].pk if len(asked.stores) == 1 else None, data)
    name = "-".join(["7DC", month_of(asked.month), *([asked.store.code] if asked.store else [])])
    return workbook_answer(content, file_name=f"{name}.xlsx", taken=taken, by=request.user, at=at)


@guard(Capability.EDIT_QUESTIONNAIRES)
@require_POST
def report_7dc_next(request: AuthenticatedRequest) -> HttpResponse:
    """Make the next version: a copy of the one in use that stresses last quarter's weak item (D7-07)."""
    at, today = clock.now(), clock.today()
    form = FromDayForm(request.POST)
    stores = tuple([request.user.store] if request.user.store else [])
    current = questionnaire_for(request.user.store, TaskKind.SEVEN_DAY, today)
    if current is None or not form.is_valid():
        errors = form.errors.get("effective_from")
        messages.warning(request, str(errors[0]) if errors else _("No questionnaire is in use: write one first."))
        return redirect_after_post(request, "report_7dc" if errors else "questionnaire_list")
    weak = weak_item_of_last_quarter(stores=stores, on=today, viewer=request.user)
    store = store_of_copy(request.user, current)
    if store is None and not may_edit_shared(request.user):
        raise PermissionDenied(Capability.EDIT_QUESTIONNAIRES)
    try:
        row = copy_questionnaire(
            questionnaire=current,
            store=store,
            by=request.user,
            at=at,
            effective_from=form.cleaned_data["effective_from"],
            weak_code=weak.code if weak else "",
        )
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
        return redirect_after_post(request, "questionnaire_list")
    messages.success(
        request, _("Version %(version)d is a draft. Look it through and put it into use.") % {"version": row.version}
    )
    return redirect_after_post(request, "questionnaire_page", row.pk)


# --- what the pages share ------------------------------------------------------------------------------------------
def _asked(request: AuthenticatedRequest) -> Asked:
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        raise Http404(_("There is no such month or store."))
    return asked_by(request, form)


def _frame(request: AuthenticatedRequest, asked: Asked, name: str) -> dict[str, Any]:
    """What the head of every page shows."""
    return {
        "asked": asked,
        "month": month_label(asked.month),
        "month_value": month_of(asked.month),
        "store_name": asked.store_name,
        "previous": asked.at(name, month=month_of(months_after(asked.month, -1))),
        "next": asked.at(name, month=month_of(months_after(asked.month, 1))),
        "back": asked.at("report_7dc", **({"consultant": None} if asked.without_consultant else {})),
        "register_url": asked.at("report_7dc_register"),
        "export_url": asked.at("report_7dc_export") if request.user.may(Capability.EXPORT) else "",
        "made_on": clock.today(),
    }


def _people(asked: Asked) -> list[tuple[str, str, bool]]:
    """The consultants to choose from: (id, name, chosen)."""
    listed = monthly_consultants(kind=TaskKind.SEVEN_DAY, stores=asked.stores, month=asked.month, viewer=asked.viewer)
    names = {person.pk: person.name for person in listed}
    if asked.consultant is not None:
        names.setdefault(asked.consultant.pk, asked.consultant.name)
    chosen = asked.consultant.pk if asked.consultant else None
    return [(str(pk), name, pk == chosen) for pk, name in names.items()]


def _narrowed(request: AuthenticatedRequest, asked: Asked, chosen: Questionnaire) -> dict[str, Any]:
    """The rows of the register that the address asks for, and what it asks for in words."""
    columns = columns_of(chosen)
    question = next((row for row in columns if row.code == request.GET.get("question", "")), None)
    value, alerts = request.GET.get("value", "")[:64], request.GET.get("alerts") == "1"
    found = register_rows(
        questionnaire=chosen,
        question=question.code if question else "",
        value=value if question else "",
        alerts_only=alerts and question is not None,
        without_consultant=asked.without_consultant,
        **asked.scope,
    )
    page = page_of(request, with_answers(found), per_page=ROWS)
    lines = register_lines(page.object_list, columns)
    return {
        "page": page,
        "lines": [(line, address_of("call_task", line.response.task_id)) for line in lines],
        "question": question,
        "value": value if question else "",
        "alerts": alerts and question is not None,
    }
