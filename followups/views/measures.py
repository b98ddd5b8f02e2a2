"""Measures: writing and changing them, one's own, and the check of their effect (AF-11, AF-12)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import UNPROCESSABLE, render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from followups.enums_documents import MeasureState, MeasureType
from followups.forms_documents import DoneForm, EffectForm, MeasureForm
from followups.models import Measure, MonthlyDocument
from followups.rules.documents import may
from followups.selectors.documents import may_answer, measures_for, people_for_measures
from followups.services.documents import add_measure, change_measure, check_effect, finish_measure, remove_measure
from followups.views.document_page import page_context
from staffing.enums import Capability

FORM = "followups/measure.html"


@guard(Capability.ANSWER_REPORTS)
@require_http_methods(["GET", "POST"])
def measure_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Write a measure for a report."""
    document = _document(request, pk)
    if not may_answer(request.user, document):
        raise Http404(_("There is no such report."))
    replaceable = Measure.objects.visible_to(request.user).filter(
        document=document, state=MeasureState.INEFFECTIVE, replaced_by__isnull=True
    )
    form = MeasureForm(
        request.POST or None,
        people=people_for_measures(document.store),
        replaceable=replaceable if replaceable.exists() else None,
        initial=_begun(request),
    )
    context = {"form": form, "document": document, "measure": None}
    if request.method == "GET":
        if not may("plan", document.state):
            return redirect("monthly_document", pk)
        return render_page(request, FORM, context)
    try:
        if form.is_valid():
            add_measure(
                document=document,
                draft=form.draft(),
                replaces=form.cleaned_data.get("replaces"),
                by=request.user,
                at=clock.now(),
            )
    except SentenceError as refusal:
        form.add_error(None, refusal.sentence(_))
    if form.errors:
        return render_refused(request, FORM, context)
    messages.success(request, _("The measure is planned."))
    return redirect("monthly_document", pk)


@guard(Capability.ANSWER_REPORTS)
@require_http_methods(["GET", "POST"])
def measure_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Change a planned measure."""
    measure = _measure(request, pk)
    if not may_answer(request.user, measure.document):
        raise Http404(_("There is no such measure."))
    form = MeasureForm(
        request.POST or None,
        people=people_for_measures(measure.document.store),
        initial={name: getattr(measure, name) for name in ("problem", "action", "type", "responsible", "due_on")},
    )
    context = {"form": form, "document": measure.document, "measure": measure}
    if request.method == "GET":
        if measure.state != MeasureState.DRAFT or not may("plan", measure.document.state):
            return redirect("monthly_document", measure.document_id)
        return render_page(request, FORM, context)
    try:
        if form.is_valid():
            change_measure(measure=measure, draft=form.draft(), by=request.user, at=clock.now())
    except SentenceError as refusal:
        form.add_error(None, refusal.sentence(_))
    if form.errors:
        return render_refused(request, FORM, context)
    messages.success(request, _("The measure is changed."))
    return redirect("monthly_document", measure.document_id)


@guard(Capability.ANSWER_REPORTS)
@require_POST
def measure_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a planned measure out."""
    measure = _measure(request, pk)
    try:
        remove_measure(measure=measure, by=request.user, at=clock.now())
        messages.success(request, _("The measure is taken out."))
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    return redirect("monthly_document", measure.document_id)


@guard(Capability.ANSWER_REPORTS)
@require_POST
def measure_effect(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Whether a measure worked."""
    measure = _measure(request, pk)
    form = EffectForm(request.POST)
    try:
        if form.is_valid():
            read = form.cleaned_data
            check_effect(
                measure=measure,
                effective=read["effect"] == "effective",
                on=read["on"],
                note=read["note"],
                by=request.user,
                at=clock.now(),
            )
    except SentenceError as refused:
        form.add_error("note", refused.sentence(_))
    if form.errors:
        document = _document(request, measure.document_id)
        context = page_context(request.user, document, effect_form=form, effect_of=pk)
        return render_refused(request, "followups/document.html", context)
    messages.success(request, _("The effect is noted."))
    return redirect("monthly_document", measure.document_id)


@guard(Capability.SEE_OWN_DAY)
@require_GET
def measure_list(request: AuthenticatedRequest) -> HttpResponse:
    """The measures that one is responsible for."""
    return _own_measures(request)


@guard(Capability.SEE_OWN_DAY)
@require_POST
def measure_done(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One's measure is carried out."""
    measure, form = _measure(request, pk), DoneForm(request.POST)
    try:
        if form.is_valid():
            finish_measure(measure=measure, note=form.cleaned_data["note"], by=request.user, at=clock.now())
    except SentenceError as refusal:
        form.add_error("note", refusal.sentence(_))
    if form.errors:
        return _own_measures(request, refused=pk, form=form)
    messages.success(request, _("Noted. Its effect will be checked by the manager."))
    return redirect("measure_list")


def _own_measures(
    request: AuthenticatedRequest, *, refused: int | None = None, form: DoneForm | None = None
) -> HttpResponse:
    ended = request.GET.get("show") == "ended"
    page = page_of(request, measures_for(request.user, ended=ended))
    context = {
        "page": page,
        "lines": [(row, MeasureState(row.state)) for row in page],
        "is_ended": ended,
        "today": clock.today(),
        "refused": refused,
        "done_form": form,
        "may_open": request.user.may(Capability.SEE_MONTHLY_REPORTS),
    }
    return render_page(request, "followups/measures.html", context, status=UNPROCESSABLE if form else 200)


def _begun(request: AuthenticatedRequest) -> dict[str, Any]:
    """What the report already says: the problem that was pressed."""
    named = request.GET.get("problem", "")[:300]
    kind = MeasureType.PREVENTIVE if named else MeasureType.CORRECTIVE
    return {"problem": named, "type": kind, "replaces": request.GET.get("replaces") or None}


def _document(request: AuthenticatedRequest, pk: int) -> MonthlyDocument:
    rows = MonthlyDocument.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("store", "made_by", "commented_by", "approved_by"), pk=pk)


def _measure(request: AuthenticatedRequest, pk: int) -> Measure:
    rows = Measure.objects.visible_to(request.user).select_related("document__store", "responsible")
    return get_object_or_404(rows, pk=pk)
