"""How leads end, and begin anew: the defeat card, the manager's decisions, lost contact, taking up again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from leads.enums import DefeatKind
from leads.forms.defeats import DecisionForm, DefeatForm, ReactivationForm
from leads.models import Defeat, Lead
from leads.rules.amounts import yuan
from leads.selectors.defeats import defeats_seen, main_model, opened_on, people_for_leads
from leads.selectors.endings import buys_too_late
from leads.selectors.policies import cadence_policy
from leads.services.defeats import DefeatIncomplete, apply_for_defeat, decide_defeat, may_decide
from leads.services.lost import lose_contact
from leads.services.reactivation import reactivate_lead
from staffing.enums import Capability

PARTS = {"defeats": "leads/_defeats.html"}
_LEAD = ("store", "customer", "owner", "telesales")
ROWS = 20


@guard(Capability.DECIDE_DEFEATS)
@require_GET
def defeat_list(request: AuthenticatedRequest) -> HttpResponse:
    """The applications that wait for a decision, or those decided."""
    return render_page(request, "leads/defeats.html", _list_context(request), parts=PARTS)


@guard(Capability.DECIDE_DEFEATS)
@require_POST
def defeat_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Approve or reject one application."""
    defeat = get_object_or_404(Defeat.objects.visible_to(request.user).select_related("lead"), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("defeat_list")
    approve = form.cleaned_data["decision"] == "approve"
    try:
        decide_defeat(defeat=defeat, approve=approve, by=request.user, at=clock.now(), note=form.cleaned_data["note"])
    except SentenceError as refusal:
        context = _list_context(request) | {"refused_pk": pk, "refusal": refusal.sentence(_)}
        return render_refused(request, "leads/defeats.html", context)
    text = _("Approved: the lead is back with telesales.") if approve else _("Rejected: the owner goes on.")
    messages.success(request, text)
    return redirect("defeat_list")


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_defeat(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The defeat card of a lead: fill it in, and put it before the manager."""
    lead = _workable(request, pk)
    is_too_late = buys_too_late(lead, on=clock.today(lead.store.tz))
    form = DefeatForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": DefeatKind.BUYS_LATE} if is_too_late else None,
    )
    if form.is_bound and form.is_valid():
        try:
            apply_for_defeat(lead=lead, claim=form.claim(), by=request.user, at=clock.now())
        except DefeatIncomplete as refusal:
            form.mark(refusal.fields)
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("The manager has your application; until then nothing falls due."))
            return redirect("lead_card", lead.pk)
    context = {"lead": lead, "form": form, "model": main_model(lead), "opened_on": opened_on(lead)}
    context["is_too_late"] = is_too_late
    render = render_refused if form.is_bound else render_page
    return render(request, "leads/defeat.html", context)


@guard(Capability.WORK_LEADS)
@require_POST
def lead_lose(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Contact is lost: proven by the lines of the card, or refused with what is still wanting."""
    lead = _workable(request, pk)
    try:
        lose_contact(
            lead=lead,
            by=request.user,
            at=clock.now(),
            note=request.POST.get("note", "").replace("\x00", "").strip()[:300],
        )
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
        return redirect("lead_card", pk)
    messages.success(request, _("Contact is lost: the lead is back with telesales."))
    return _onwards(request, pk)


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_reactivate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take up a lost or defeated lead again."""
    rows = Lead.objects.visible_to(request.user).revivable_by(request.user).select_related(*_LEAD)
    lead, at = get_object_or_404(rows, pk=pk), clock.now()
    form = ReactivationForm(
        request.POST if request.method == "POST" else None,
        policy=cadence_policy(lead.store, at.astimezone(lead.store.tz).date()),
        owners=people_for_leads(lead.store) if request.user.may(Capability.ASSIGN_LEADS) else None,
    )
    if form.is_bound and form.is_valid():
        read = form.cleaned_data
        try:
            reactivate_lead(
                lead=lead,
                owner=read.get("owner") or request.user,
                grade=read["grade"],
                reason=read["reason"],
                next_on=read["next_on"],
                by=request.user,
                at=at,
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("The lead is open again, with a plan of its own."))
            return redirect("lead_card", lead.pk)
    context = {
        "lead": lead,
        "form": form,
        "model": main_model(lead),
        "defeat": lead.defeat_rows.order_by("-pk").first(),
    }
    render = render_refused if form.is_bound else render_page
    return render(request, "leads/reactivate.html", context)


def _workable(request: AuthenticatedRequest, pk: int) -> Lead:
    """A lead one works; one that may only be read is answered like one that is not there."""
    seen = Lead.objects.visible_to(request.user).workable_by(request.user)
    return get_object_or_404(seen.select_related(*_LEAD), pk=pk)


def _onwards(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The card, or the start page when the lead has left one's sight."""
    if Lead.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("lead_card", pk)
    return redirect("my_day")


def _list_context(request: AuthenticatedRequest) -> dict[str, Any]:
    pending = request.GET.get("show") != "decided"
    page = page_of(request, defeats_seen(request.user, pending=pending), per_page=ROWS)
    return {
        "page": page,
        "pending": pending,
        "lines": [
            {
                "defeat": defeat,
                "model": main_model(defeat.lead),
                "reasons": defeat.reason_labels,
                "price": yuan(defeat.competitor_price_fen) if defeat.competitor_price_fen else "",
                "opened_on": opened_on(defeat.lead),
                "may_decide": pending and may_decide(defeat, request.user),
            }
            for defeat in page
        ],
    }
