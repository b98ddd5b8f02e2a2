"""Working the queue: the next call, the call screen, saving, and the list of calls."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from customers.services.phones import reveal_phone
from dealership import clock
from dealership.kernel.errors import BadValue, SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from followups.enums import TaskKind
from followups.forms import CallForm, OdometerForm, TaskFilterForm
from followups.models import CallTask
from followups.selectors.calls import CallScreen, call_screen, was_shown
from followups.selectors.first_service import live_estimate
from followups.selectors.queue import queue_counts, recent_calls, why_queue_is_empty
from followups.selectors.schedule import next_list_in_words
from followups.selectors.task_list import listed_tasks, task_rows
from followups.services.calls import SavedCall, save_call
from followups.services.claims import HoldsAnother, claim_next_task, claim_task, held_task, may_take, release_task
from followups.services.drafts import DraftTooLarge, save_draft
from followups.services.first_service_calls import close_served_call
from followups.services.visitors import note_visitor_shown
from followups.views.referrals import told_of_referral
from staffing.enums import AfterSave, Capability
from staffing.services.accounts import keep_preference

_SCREEN = (
    "store",
    "customer__owner",
    "vehicle__model",
    "delivery",
    "consultant",
    "owner",
    "claimed_by",
    "phone",
    "service_visit",
)
PARTS = {"tasks": "followups/_queue_table.html"}


@guard(Capability.WORK_QUEUE)
@require_GET
def queue(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for me today, and the one button."""
    return render_page(request, "followups/queue.html", _queue_context(request, looked=False))


@guard(Capability.WORK_QUEUE)
@require_POST
def queue_next(request: AuthenticatedRequest) -> HttpResponse:
    """Take the next call; without one, say why."""
    task = claim_next_task(by=request.user, at=clock.now())
    if task is not None:
        return redirect("call_task", task.pk)
    return render_page(request, "followups/queue.html", _queue_context(request, looked=True))


@guard(Capability.WORK_QUEUE)
@require_GET
def task_list(request: AuthenticatedRequest) -> HttpResponse:
    """The calls one may see, as a table."""
    at, filters = clock.now(), TaskFilterForm(request.GET)
    page = page_of(request, listed_tasks(request.user, at=at, **filters.narrowed()))
    rows = task_rows(page.object_list, at=at, tz=timezone.get_current_timezone())
    context = {
        "filters": filters,
        "page": page,
        "rows": rows,
        "narrowed": any(filters.narrowed().values()),
        "next_list": next_list_in_words(at),
    }
    return render_page(request, "followups/queue_list.html", context, parts=PARTS)


@guard(Capability.WORK_QUEUE)
@require_GET
def call_task(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The call screen. Whoever works on the call sees its numbers, which the audit keeps, once a claim.

    A reminder whose car came in meanwhile is not shown any more: the next call is handed out instead (SV-08).
    """
    at, task = clock.now(), _task(request, pk)
    if came_on := close_served_call(task=task, by=request.user, at=at):
        return _handed_on(request, task, came_on, at)
    screen = call_screen(task=task, by=request.user, at=at)
    if screen.is_mine:
        for line in screen.phones:
            if not was_shown(line.row, task=task, by=request.user):
                reveal_phone(phone=line.row, by=request.user, at=at, why="shown")
        if screen.visitor is not None:
            note_visitor_shown(task=task, by=request.user, at=at)
    form = CallForm(screen=screen, after_save=request.user.after_save)
    return render_page(request, "followups/call.html", _call_context(request, screen, form, at))


@guard(Capability.WORK_QUEUE)
@require_POST
def task_claim(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Start one particular call: an own one, or one of the own pool."""
    try:
        claim_task(task=_task(request, pk), by=request.user, at=clock.now())
    except HoldsAnother as refusal:
        messages.warning(request, refusal.sentence(_))
        held = held_task(request.user)
        return redirect("call_task", held.pk if held else pk)
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    return redirect("call_task", pk)


@guard(Capability.WORK_QUEUE)
@require_POST
def task_release(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put the call back unsaved; what was typed stays in the draft."""
    task, at = _task(request, pk), clock.now()
    try:
        if "attempts" in request.POST:
            save_draft(task=task, by=request.user, at=at, data=_typed(request.POST))
        release_task(task=task, by=request.user, at=at)
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.info(request, _("The call is back on the list. What you typed is kept."))
    return redirect("queue")


@guard(Capability.WORK_QUEUE)
@require_POST
def call_draft(request: AuthenticatedRequest, pk: int) -> JsonResponse:
    """Autosave: a sign of life of the claim, and nothing typed is lost."""
    task, at = _task(request, pk), clock.now()
    try:
        saved = save_draft(task=task, by=request.user, at=at, data=_typed(request.POST))
    except SentenceError as refusal:
        return JsonResponse({"message": refusal.sentence(_)}, status=422)
    if not saved.claimed:
        text = _("Your text is kept, but the call is no longer in your hands. Save it: if it is still free, it counts.")
        return JsonResponse({"message": text, "kept": True}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(at):%H:%M}"})


@guard(Capability.WORK_QUEUE)
@require_POST
def call_save(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Save the call, and go on to the next one or stay, as the caller likes."""
    at, task = clock.now(), _task(request, pk)
    screen = call_screen(task=task, by=request.user, at=at)
    form = CallForm(request.POST, screen=screen)
    if not form.is_valid():
        return _refused(request, screen, form, at)
    try:
        saved = _save(request, screen, form, at)
    except (SentenceError, BadValue) as refusal:
        form.add_error(None, refusal.sentence(_))
        return _refused(request, screen, form, at)
    _tell(request, saved)
    return _onwards(request, saved, form.cleaned_data["after_save"], at)


@guard(Capability.WORK_QUEUE)
@require_GET
def call_estimate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What a reading would mean for the first service, while it is typed."""
    task, form = _task(request, pk), OdometerForm(request.GET)
    context: dict[str, Any] = {"task": task}
    if form.is_valid():
        km = form.cleaned_data["odometer_km"]
        try:
            context["live"] = live_estimate(task=task, odometer_km=km, on=clock.today(task.store.tz))
        except BadValue as refusal:
            context["problem"] = refusal.sentence(_)
    return render_page(request, "followups/_call_estimate.html", context)


def _task(request: AuthenticatedRequest, pk: int) -> CallTask:
    return get_object_or_404(CallTask.objects.visible_to(request.user).select_related(*_SCREEN), pk=pk)


def _typed(data: QueryDict) -> dict[str, list[str]]:
    """Everything typed, as it can be put back into the form."""
    kept = {name: [value.replace("\x00", "") for value in values] for name, values in data.lists()}  # jsonb has no NUL
    return {name: values for name, values in kept.items() if name != "csrfmiddlewaretoken" and any(values)}


def _save(request: AuthenticatedRequest, screen: CallScreen, form: CallForm, at: dt.datetime) -> SavedCall:
    read = form.cleaned_data
    claimed_at = screen.task.claimed_at if screen.is_mine else None
    called = {str(line.row.pk): line.row for line in screen.phones}.get(read.get("phone") or "")
    return save_call(
        task=screen.task,
        by=request.user,
        at=at,
        outcome=read["outcome"],
        note=read["note"],
        spoken_to=read["spoken_to"],
        promised_at=read["promised_at"],
        seconds=max(int((at - claimed_at).total_seconds()), 0) if claimed_at else None,
        answers=form.answers(),
        questionnaire=screen.questionnaire,
        card=form.card(),
        plate=read.get("plate", ""),
        service=form.service_plan(),
        complaint=form.complaint_heard(),
        new_number=read["new_number"],
        phone=called,
        attempts=read["attempts"],
        line=form.lead_line(),
        sign_up_wish=form.event_wish(),
        car_dates=form.car_dates(),
        visit=form.visit_facts(),
        recommended=form.recommended(),
    )


def _refused(request: AuthenticatedRequest, screen: CallScreen, form: CallForm, at: dt.datetime) -> HttpResponse:
    """The screen with what was typed, which also outlives a reload."""
    try:
        save_draft(task=screen.task, by=request.user, at=at, data=_typed(request.POST))
    except DraftTooLarge as refusal:
        form.add_error(None, refusal.sentence(_))
    return render_refused(request, "followups/call.html", _call_context(request, screen, form, at))


def _tell(request: AuthenticatedRequest, saved: SavedCall) -> None:
    name = saved.task.customer.name
    if saved.is_repeated:
        messages.info(request, _("The call to %(customer)s had been saved already.") % {"customer": name})
        return
    messages.success(request, _("Saved: %(customer)s.") % {"customer": name})
    if saved.lead_ended:
        text = _("The lead ended during your call: the call is kept, the card got no line.")
        messages.warning(request, text)
    for complaint in saved.complaints:
        text = _("Complaint %(number)s is with its handler.") % {"number": complaint.number}
        messages.warning(request, text)
    if saved.referral is not None:
        messages.success(request, told_of_referral(saved.referral, request.user))
    if saved.kept:
        text = _("A colleague had filled part of the card meanwhile; that was kept.")
        messages.warning(request, text)


def _onwards(request: AuthenticatedRequest, saved: SavedCall, choice: str, at: dt.datetime) -> HttpResponse:
    """The next customer at once, or stay: the caller's choice is remembered."""
    wanted = choice or request.user.after_save
    if wanted != request.user.after_save:
        keep_preference(staff=request.user, preference="after_save", value=wanted)
    if wanted == AfterSave.STAY:
        return redirect("call_task", saved.task.pk)
    following = claim_next_task(by=request.user, at=at)
    if following is None:
        return redirect("queue")
    response = redirect("call_task", following.pk)
    response["Location"] += "?next=1"
    return response


def _handed_on(request: AuthenticatedRequest, task: CallTask, came_on: dt.date, at: dt.datetime) -> HttpResponse:
    """The call in hand need not be made: say so, and go on with the next one."""
    text = _("%(customer)s came in for the first service on %(on)s: no call is needed. Here is the next one.")
    messages.info(request, text % {"customer": task.customer.name, "on": came_on.isoformat()})
    following = claim_next_task(by=request.user, at=at)
    return redirect("queue") if following is None else redirect("call_task", following.pk)


def _queue_context(request: AuthenticatedRequest, *, looked: bool) -> dict[str, Any]:
    at = clock.now()
    counts = queue_counts(by=request.user, at=at)
    return {
        "counts": counts,
        "listed": sum(count.listed for count in counts),
        "overdue": sum(count.overdue for count in counts),
        "promised": sum(count.promised for count in counts),
        "held": held_task(request.user),
        "recent": recent_calls(request.user),
        "looked": looked,
        "empty": why_queue_is_empty(by=request.user, at=at) if looked else None,
        "next_list": next_list_in_words(at),
        "at": at,
    }


def _call_context(request: AuthenticatedRequest, screen: CallScreen, form: CallForm, at: dt.datetime) -> dict[str, Any]:
    return {
        "screen": screen,
        "task": screen.task,
        "form": form,
        "at": at,
        "is_trace": screen.task.kind == TaskKind.NUMBER_TRACE,
        "may_take": may_take(screen.task, request.user),
        "is_next": "next" in request.GET,
    }
