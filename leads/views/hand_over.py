"""Appointments, and the hand-over sheet."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.months import months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from leads.enums import Stage
from leads.exports.hand_over import sheet_workbook
from leads.forms.hand_over import AppointmentForm, ConfirmForm, HandOverForm, SheetFilterForm, month_read
from leads.models import Appointment, HandOver, Lead, Visit
from leads.selectors.hand_over import Sheet, hand_over_sheet
from leads.selectors.policies import cadence_policy
from leads.selectors.visits import appointments_of, waiting_for_hand_over
from leads.services.appointments import cancel_appointment, make_appointment, move_appointment
from leads.services.hand_over import confirm_hand_over, hand_over_lead
from staffing.enums import Capability

_LEAD = ("store", "customer", "owner", "telesales")


# --- appointments --------------------------------------------------------------------------------------------------
@guard(Capability.WORK_LEADS)
@require_GET
def invitation_list(request: AuthenticatedRequest) -> HttpResponse:
    """Whom I expect, and who came of those I expected."""
    at = clock.now()
    page = page_of(request, appointments_of(request.user, at=at))
    return render_page(request, "leads/appointments.html", {"page": page, "at": at}, parts=PARTS)


PARTS = {"appointments": "leads/_appointments.html"}


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Invite a customer of mine, or move the invitation that is open."""
    rows = Lead.objects.visible_to(request.user).workable_by(request.user).select_related(*_LEAD)
    lead, at = get_object_or_404(rows, pk=pk), clock.now()
    current = Appointment.objects.visible_to(request.user).filter(lead=lead, state="open").first()
    initial = {"expected_at": current.expected_at.astimezone(lead.store.tz), "note": current.note} if current else None
    form = AppointmentForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        read = form.cleaned_data
        try:
            if current is None:
                make_appointment(lead=lead, expected_at=read["expected_at"], by=request.user, at=at, note=read["note"])
            else:
                move_appointment(appointment=current, expected_at=read["expected_at"], by=request.user, at=at)
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("The desk expects the customer."))
            return redirect("invitation_list")
    context = {"lead": lead, "form": form, "current": current}
    if form.is_bound:
        return render_refused(request, "leads/appointment.html", context)
    return render_page(request, "leads/appointment.html", context)


@guard(Capability.WORK_LEADS)
@require_POST
def invitation_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The customer will not come."""
    rows = Appointment.objects.visible_to(request.user).select_related("lead__store")
    appointment = get_object_or_404(
        rows, pk=pk, lead__in=Lead.objects.visible_to(request.user).workable_by(request.user)
    )
    try:
        cancel_appointment(appointment=appointment, by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("The appointment is cancelled."))
    return redirect("invitation_list")


# --- the sheet -----------------------------------------------------------------------------------------------------
@guard(Capability.WORK_LEADS)
@require_GET
def hand_over_list(request: AuthenticatedRequest) -> HttpResponse:
    """The sheet of a month, and above it who still waits for a line."""
    sheet = _sheet(request)
    agent = f"&agent={sheet.agent.pk}" if sheet.agent else ""
    following = months_after(sheet.month, 1)
    asked = {"agent": str(sheet.agent.pk) if sheet.agent else ""}
    filters = SheetFilterForm(asked, agents=[(str(person.pk), person.name) for person in sheet.agents])
    context = {
        "sheet": sheet,
        "filters": filters,
        "waiting": waiting_for_hand_over(request.user),
        "may_export": request.user.may(Capability.EXPORT),
        "query": f"month={sheet.month:%Y-%m}{agent}",
        "before": f"month={months_after(sheet.month, -1):%Y-%m}{agent}",
        "after": f"month={following:%Y-%m}{agent}" if following <= clock.now().date() else "",
    }
    return render_page(request, "leads/hand_overs.html", context)


@guard(Capability.EXPORT)
@require_GET
def hand_over_export(request: AuthenticatedRequest) -> HttpResponse:
    """The same as a workbook, laid out as on paper, for who may read the page. The audit keeps who took it."""
    if not request.user.may(Capability.WORK_LEADS):
        raise PermissionDenied(Capability.WORK_LEADS)
    sheet, at = _sheet(request), clock.now()
    store = request.user.store
    maker = Maker(request.user.name, store.name if store else "", clock.today(store.tz if store else None))
    content = sheet_workbook(sheet, maker=maker)
    agent = sheet.agent.pk if sheet.agent else None
    data = {"month": f"{sheet.month:%Y-%m}", "agent": agent}
    taken = Taken("hand_overs.exported", len(sheet.rows), request.user.store_id, data)
    name = f"hand-over-{sheet.month:%Y-%m}.xlsx"
    return workbook_answer(content, file_name=name, taken=taken, by=request.user, at=at)


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_new(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """After the visit: the line of the sheet, which gives the lead to the consultant."""
    rows = Visit.objects.visible_to(request.user).select_related("store", "consultant", "lead")
    visit = get_object_or_404(rows, pk=pk)
    seen = Lead.objects.visible_to(request.user).filter(stage=Stage.TELESALES)  # the service says whose act it is
    lead = get_object_or_404(seen.select_related(*_LEAD), pk=visit.lead_id or 0)
    form = HandOverForm(request.POST if request.method == "POST" else None, visit=visit, user=request.user)
    if form.is_bound and form.is_valid():
        consultant = form.cleaned_data["consultant"]
        try:
            hand_over_lead(
                lead=lead, visit=visit, consultant=consultant, line=form.line(), by=request.user, at=clock.now()
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("%(name)s has the customer now.") % {"name": consultant.name})
            return redirect("hand_over_list")
    context = {"visit": visit, "lead": lead, "form": form}
    if form.is_bound:
        return render_refused(request, "leads/hand_over.html", context)
    return render_page(request, "leads/hand_over.html", context)


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over_confirm(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The consultant confirms the hand-over, and judges the grade again."""
    rows = HandOver.objects.visible_to(request.user).select_related(
        "lead__store", "lead__customer", "telesales", "consultant", "visit"
    )
    hand_over, at = get_object_or_404(rows, pk=pk), clock.now()
    lead = hand_over.lead
    policy = cadence_policy(lead.store, at.astimezone(lead.store.tz).date())
    form = ConfirmForm(request.POST if request.method == "POST" else None, lead=lead, policy=policy)
    if form.is_bound and form.is_valid():
        try:
            confirm_hand_over(hand_over=hand_over, found=form.found(), by=request.user, at=at)
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Confirmed."))
            return redirect("lead_card", lead.pk)
    main = lead.interests.filter(is_main=True).select_related("model").first()
    context: dict[str, Any] = {
        "hand_over": hand_over,
        "lead": lead,
        "form": form,
        "model": main.model if main else None,
        "is_mine": hand_over.consultant_id == request.user.pk and hand_over.confirmed_at is None,
    }
    if form.is_bound:
        return render_refused(request, "leads/hand_over_confirm.html", context)
    return render_page(request, "leads/hand_over_confirm.html", context)


def _sheet(request: AuthenticatedRequest) -> Sheet:
    today = clock.today(request.user.store.tz) if request.user.store else clock.now().date()
    month = month_read(request.GET.get("month", "")) or today.replace(day=1)
    agent = request.GET.get("agent", "")
    pk = int(agent) if agent.isascii() and agent.isdigit() and len(agent) < 12 else None
    return hand_over_sheet(request.user, month=month, agent_pk=pk)
