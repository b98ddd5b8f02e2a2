"""The visit register at the desk."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel import dates, phones
from dealership.kernel.errors import BadValue, SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from leads.forms.visits import ArrivalForm, GradeAfterForm, VisitForm, moment_of
from leads.models import Turn, Visit
from leads.rules.register import flow_of
from leads.selectors.policies import cadence_policy
from leads.selectors.turn import steps_of, turn_board
from leads.selectors.visits import expected_visitors, grades_due, line_of, look_up, register_lines, register_page
from leads.services.register_days import close_register
from leads.services.turn import give_back_turn, skip_turn
from leads.services.visits import complete_visit, grade_after_visit, leave_visit, register_visit
from staffing.enums import Capability
from staffing.models import Staff, Store

_LINE = ("store", "consultant", "model", "lead__customer", "lead__owner", "lead__telesales")


@guard(Capability.KEEP_REGISTER)
@require_GET
def visit_register(request: AuthenticatedRequest) -> HttpResponse:
    """A day of the register, and the quick line for the next visitor."""
    return render_page(request, "leads/visits.html", _page(request))


@guard(Capability.KEEP_REGISTER)
@require_POST
def visit_add(request: AuthenticatedRequest) -> HttpResponse:
    """Register a visitor, or a call."""
    store, at = _store(request), clock.now()
    on = at.astimezone(store.tz).date()
    policy, board = cadence_policy(store, on), turn_board(store, on)
    form = ArrivalForm(request.POST, policy=policy, user=request.user, people=list(board.order))
    if form.is_valid():
        arrived_at = moment_of(on, form.cleaned_data["arrived"], store.tz)
        try:
            visit = register_visit(
                store=store,
                facts=form.facts(),
                by=request.user,
                at=at,
                arrived_at=arrived_at or at.replace(second=0, microsecond=0),
                by_phone=form.cleaned_data["by_phone"],
                by_turn=form.by_turn,
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            _tell(request, visit)
            return redirect("visit_register")
    return render_refused(request, "leads/visits.html", _page(request, form))


@guard(Capability.KEEP_REGISTER)
@require_POST
def visit_look_up(request: AuthenticatedRequest) -> HttpResponse:
    """What is known of the telephone that is being typed. Sent as a POST: an address with a telephone in it would stand
    in the log of every proxy."""
    store, at = _store(request), clock.now()
    context: dict[str, Any] = {"found": None, "may_ask": request.user.may(Capability.WORK_LEADS)}
    try:
        number = phones.normalise(request.POST.get("number", ""))
    except BadValue:
        return render_page(request, "leads/_visit_found.html", context)
    context["found"] = look_up(request.user, store, number, at.astimezone(store.tz).date())
    return render_page(request, "leads/_visit_found.html", context)


@guard(Capability.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A line of the register; whoever received the visitor fills in the rest (LI-15)."""
    visit, at = _visit(request, pk), clock.now()
    policy = cadence_policy(visit.store, visit.visited_on)
    form = VisitForm(request.POST if request.method == "POST" else None, visit=visit, user=request.user, policy=policy)
    if form.is_bound and form.is_valid():
        read, tz = form.cleaned_data, visit.store.tz
        try:
            complete_visit(
                visit=visit,
                facts=form.facts(),
                by=request.user,
                at=at,
                arrived_at=moment_of(visit.visited_on, read["arrived"], tz),
                left_at=moment_of(visit.visited_on, read["left"], tz),
            )
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("Saved."))
            return redirect("visit_page", pk)
    (line,) = register_lines(request.user, [visit])
    context = {
        "visit": visit,
        "line": line,
        "form": form,
        "flow": flow_of(line_of(visit)),
        "grading": GradeAfterForm(policy=policy),
        "may_grade": visit.grade_due_at is not None and not visit.grade_after,
        "at": at,
    }
    if form.is_bound:
        return render_refused(request, "leads/visit.html", context)
    return render_page(request, "leads/visit.html", context)


@guard(Capability.KEEP_REGISTER)
@require_POST
def visit_leave(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Write down that the visitor leaves now."""
    visit = _visit(request, pk)
    try:
        leave_visit(visit=visit, by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        (line,) = register_lines(request.user, [visit])
        messages.success(request, _("%(name)s left.") % {"name": line.name or _("The visitor")})
    return redirect(_day(visit))


@guard(Capability.KEEP_REGISTER)
@require_POST
def visit_grade(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The grade judged again after the visit (LG-08)."""
    visit, at = _visit(request, pk), clock.now()
    form = GradeAfterForm(request.POST, policy=cadence_policy(visit.store, at.astimezone(visit.store.tz).date()))
    if not form.is_valid():
        messages.warning(request, _("Choose a grade."))
        return redirect("visit_page", pk)
    try:
        grade_after_visit(visit=visit, grade=form.cleaned_data["grade"], by=request.user, at=at)
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("Saved."))
    return redirect(
        "visit_register" if "back" in request.POST else "visit_page", *([] if "back" in request.POST else [pk])
    )


@guard(Capability.RUN_REGISTER)
@require_POST
def turn_skip(request: AuthenticatedRequest) -> HttpResponse:
    """Pass over whoever is next, with the reason."""
    store, at = _store(request), clock.now()
    people = Staff.objects.visible_to(request.user).filter(store=store)
    consultant = get_object_or_404(people, pk=_whole(request.POST.get("consultant", "")))
    try:
        skip_turn(
            store=store,
            on=at.astimezone(store.tz).date(),
            consultant=consultant,
            reason=request.POST.get("reason", ""),
            by=request.user,
            at=at,
        )
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    return redirect("visit_register")


@guard(Capability.RUN_REGISTER)
@require_POST
def turn_give_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Undo a step of today's turn that was taken by mistake."""
    steps = Turn.objects.visible_to(request.user).select_related("store", "consultant")
    step = get_object_or_404(steps, pk=pk, store=_store(request))
    try:
        give_back_turn(step=step, by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("The turn of %(name)s is given back.") % {"name": step.consultant.name})
    return redirect("visit_register")


@guard(Capability.RUN_REGISTER)
@require_POST
def register_close(request: AuthenticatedRequest) -> HttpResponse:
    """Total a day and close it (LI-15)."""
    store, at = _store(request), clock.now()
    on = _asked_day(request.POST.get("on", ""), store, at)
    try:
        close_register(store=store, on=on, by=request.user, at=at)
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("The day is closed. Print the page for the signatures."))
    return redirect(f"{reverse('visit_register')}?on={on.isoformat()}")


def _store(request: AuthenticatedRequest) -> Store:
    if request.user.store is None:
        raise Http404
    return request.user.store


def _visit(request: AuthenticatedRequest, pk: int) -> Visit:
    """A line that the person may write: of the store at the desk, else of the own visitors."""
    lines = Visit.objects.visible_to(request.user).editable_by(request.user)
    return get_object_or_404(lines.select_related(*_LINE), pk=pk)


def _day(visit: Visit) -> str:
    return f"{reverse('visit_register')}?on={visit.visited_on.isoformat()}"


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _asked_day(text: str, store: Store, at: dt.datetime) -> dt.date:
    """The day of an address; today for nonsense."""
    try:
        return dates.parse_date(text)
    except BadValue:
        return at.astimezone(store.tz).date()


def _tell(request: AuthenticatedRequest, visit: Visit) -> None:
    if visit.consultant is not None:
        messages.success(request, _("%(name)s receives the visitor.") % {"name": visit.consultant.name})
    else:
        messages.success(request, _("Registered."))
    if visit.invited:
        messages.info(request, _("The customer was invited; the telesales agent has been told."))


def _page(request: AuthenticatedRequest, form: ArrivalForm | None = None) -> dict[str, Any]:
    store, at = _store(request), clock.now()
    today = at.astimezone(store.tz).date()
    on = _asked_day(request.GET.get("on", ""), store, at)
    policy, board = cadence_policy(store, today), turn_board(store, today)
    page = register_page(request.user, store, on)
    return {
        "page": page,
        "on": on,
        "is_today": on == today,
        "before": on - dt.timedelta(days=1),
        "after": on + dt.timedelta(days=1) if on < today else None,
        "board": board,
        "form": form or ArrivalForm(policy=policy, user=request.user, people=list(board.order)),
        "steps": steps_of(request.user, store, on) if on == today else [],
        "expected": list(expected_visitors(request.user, store, on)) if on >= today else [],
        "due": grades_due(request.user, store) if on == today else (),
        "grading": GradeAfterForm(policy=policy, auto_id=False),
        "at": at,
    }
