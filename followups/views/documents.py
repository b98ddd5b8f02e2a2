"""Monthly reports as documents: the list, the report with its answer, print and workbook (AF-10, AF-11)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.months import month_of, month_start, months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.exports.document_form import document_workbook
from followups.forms_documents import CommentForm, DecisionForm, DocumentFilterForm, MakeForm
from followups.models import MonthlyDocument
from followups.selectors.documents import documents_seen, measures_of, turn_of
from followups.services.documents import (
    approve_document,
    comment_document,
    make_document,
    return_document,
    submit_document,
)
from followups.views.document_page import page_context, paper_context
from staffing.enums import Capability

PAGE = "followups/document.html"


@guard(Capability.SEE_MONTHLY_REPORTS)
@require_GET
def document_list(request: AuthenticatedRequest) -> HttpResponse:
    """The reports, the latest month first; those that wait for the reader in a list of their own."""
    waiting = request.GET.get("show") == "waiting"
    form = DocumentFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    seen = documents_seen(request.user, kind=wanted.get("kind", ""), month=wanted.get("month"), waiting=waiting)
    page = page_of(request, seen)
    context = {
        "form": form,
        "page": page,
        "lines": [(row, turn_of(row, list(row.measures.all()))) for row in page],
        "is_waiting": waiting,
        "waiting_count": documents_seen(request.user, waiting=True).count(),
        "make_form": _make_form(request),
    }
    return render_page(request, "followups/documents.html", context, parts={"documents": "followups/_documents.html"})


@guard(Capability.ANSWER_REPORTS)
@require_POST
def document_make(request: AuthenticatedRequest) -> HttpResponse:
    """Make the report of a month by hand, or go to the one that stands."""
    form = MakeForm(request.POST)
    store = request.user.store
    if store is None or not form.is_valid():
        messages.warning(request, _("Choose a month and a report."))
        return redirect("monthly_document_list")
    try:
        document, made = make_document(store=store, at=clock.now(), by=request.user, **form.cleaned_data)
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
        return redirect("monthly_document_list")
    if made:
        messages.success(request, _("The report is made."))
    else:
        messages.info(request, _("This report was made already: its figures stay as they were."))
    return redirect("monthly_document", document.pk)


@guard(Capability.SEE_MONTHLY_REPORTS)
@require_GET
def document(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One report: its frozen figures beside those of now, the analysis, the measures, the timeline."""
    return render_page(request, PAGE, page_context(request.user, _seen(request, pk)))


@guard(Capability.ANSWER_REPORTS)
@require_POST
def document_comment(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Write the analysis."""
    row, form, refusal = _seen(request, pk), CommentForm(request.POST), ""
    try:
        if form.is_valid():
            comment_document(document=row, comment=form.cleaned_data["comment"], by=request.user, at=clock.now())
    except SentenceError as refused:
        refusal = refused.sentence(_)
    if form.errors or refusal:
        context = page_context(request.user, _seen(request, pk), comment_form=form, refusal=refusal)
        return render_refused(request, PAGE, context)
    messages.success(request, _("The analysis is saved."))
    return redirect("monthly_document", pk)


@guard(Capability.ANSWER_REPORTS)
@require_POST
def document_submit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Send analysis and measures to the general manager."""
    row = _seen(request, pk)
    try:
        submit_document(document=row, by=request.user, at=clock.now())
    except SentenceError as refusal:
        context = page_context(request.user, _seen(request, pk), refusal=refusal.sentence(_))
        return render_refused(request, PAGE, context)
    messages.success(request, _("Sent to the general manager."))
    return redirect("monthly_document", pk)


@guard(Capability.APPROVE_MEASURES)
@require_POST
def document_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Approve the measures, or return them with a reason."""
    row, form = _seen(request, pk), DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("monthly_document", pk)
    by, at = request.user, clock.now()
    try:
        if form.cleaned_data["decision"] == "approve":
            approve_document(document=row, by=by, at=at)
            messages.success(request, _("Approved. The responsible people are told."))
        else:
            return_document(document=row, reason=form.cleaned_data["reason"], by=by, at=at)
            messages.success(request, _("Returned, with your reason."))
    except SentenceError as refused:
        context = page_context(by, _seen(request, pk), decision_form=form, refusal=refused.sentence(_))
        return render_refused(request, PAGE, context)
    return redirect("monthly_document", pk)


@guard(Capability.SEE_MONTHLY_REPORTS)
@require_GET
def document_print(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The report as the paper form 《用户电话回访月报表》."""
    return render_page(request, "followups/document_print.html", paper_context(_seen(request, pk)))


@guard(Capability.EXPORT)
@require_GET
def document_export(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The report as a workbook laid out like the paper form. Every export is in the audit."""
    row = _seen(request, pk)
    maker = Maker(name=request.user.name, store_name=row.store.name, made_on=clock.today(row.store.tz))
    content = document_workbook(row, measures_of(row), maker=maker)
    data = {"report": row.kind, "month": month_of(row.month), "document": row.pk}
    taken = Taken("report.exported", None, row.store_id, data)
    name = f"{row.kind}-{month_of(row.month)}-{row.store.code}.xlsx"
    return workbook_answer(content, file_name=name, taken=taken, by=request.user, at=clock.now())


def _make_form(request: AuthenticatedRequest) -> Any:
    """For those who answer reports: the month before is what is usually meant."""
    if not request.user.may(Capability.ANSWER_REPORTS) or request.user.store is None:
        return None
    last = months_after(month_start(clock.today(request.user.store.tz)), -1)
    return MakeForm(initial={"month": month_of(last)}, auto_id="make_%s")


def _seen(request: AuthenticatedRequest, pk: int) -> MonthlyDocument:
    rows = MonthlyDocument.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("store", "made_by", "commented_by", "approved_by"), pk=pk)
