"""Events for owners: planning them, and who comes (D7-09)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.kernel.errors import SentenceError
from dealership.web.answers import redirect_after_post, render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.exports.events import participants_workbook
from followups.forms_events import EventForm
from followups.models import OwnerEvent
from followups.selectors.events import events_of, main_number, participants_of
from followups.services.events import cancel_event, cancel_sign_up, change_event, plan_event
from staffing.enums import Capability


@guard(Capability.KEEP_EVENTS)
@require_GET
def event_list(request: AuthenticatedRequest) -> HttpResponse:
    """The events of the store, the latest first."""
    page = page_of(request, events_of(request.user))
    context = {"page": page, "at": clock.now(), "may_add": request.user.store_id is not None}
    return render_page(request, "followups/events.html", context, parts={"events": "followups/_events.html"})


@guard(Capability.KEEP_EVENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def event_new(request: AuthenticatedRequest) -> HttpResponse:
    """Plan an event."""
    if request.user.store is None:
        raise PermissionDenied(Capability.KEEP_EVENTS)
    form = EventForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            event = plan_event(store=request.user.store, plan=form.plan(), by=request.user, at=clock.now())
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("The event is planned: calls to owners offer it from now on."))
            return redirect_after_post(request, "event_page", event.pk)
    return _form(request, form, None)


@guard(Capability.KEEP_EVENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def event_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Another day, place or size."""
    event = _event(request, pk)
    form = EventForm(request.POST if request.method == "POST" else None, event=event)
    if form.is_bound and form.is_valid():
        try:
            change_event(event=event, plan=form.plan(), by=request.user, at=clock.now())
        except SentenceError as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            messages.success(request, _("The event is changed."))
            return redirect_after_post(request, "event_page", pk)
    return _form(request, form, event)


@guard(Capability.KEEP_EVENTS)
@require_GET
def event_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One event with everybody who comes; printed, it is the list at the door."""
    event, at = _event(request, pk), clock.now()
    found = participants_of(event)
    context = {
        "event": event,
        "found": found,
        "rows": [(row, main_number(row)) for row in found.rows],
        "takes_people": event.cancelled_at is None and event.sign_up_until >= at,
        "may_export": request.user.may(Capability.EXPORT),
        "at": at,
    }
    return render_page(request, "followups/event.html", context)


@guard(Capability.KEEP_EVENTS)
@require_POST
def event_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """It does not take place."""
    try:
        cancel_event(event=_event(request, pk), by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("The event is cancelled. Tell those who are on the list."))
    return redirect_after_post(request, "event_page", pk)


@guard(Capability.KEEP_EVENTS)
@require_POST
def sign_up_cancel(request: AuthenticatedRequest, pk: int, row: int) -> HttpResponse:
    """A customer does not come."""
    found = get_object_or_404(_event(request, pk).sign_ups.select_related("event"), pk=row)
    try:
        cancel_sign_up(row=found, by=request.user, at=clock.now())
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("The sign-up is cancelled, its places are free again."))
    return redirect_after_post(request, "event_page", pk)


@guard(Capability.EXPORT)
@require_GET
def event_export(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The list at the door as a workbook. The audit keeps who took it."""
    if not request.user.may(Capability.KEEP_EVENTS):
        raise PermissionDenied(Capability.KEEP_EVENTS)
    event, at = _event(request, pk), clock.now()
    maker = Maker(name=request.user.name, store_name=event.store.name, made_on=clock.today())
    found = participants_of(event)
    content = participants_workbook(found, maker=maker)
    taken = Taken("event.exported", len(found.rows), data={"people": event.taken}, subject=event)
    return workbook_answer(content, file_name=f"event-{event.pk}.xlsx", taken=taken, by=request.user, at=at)


def _event(request: AuthenticatedRequest, pk: int) -> OwnerEvent:
    return get_object_or_404(OwnerEvent.objects.visible_to(request.user).select_related("store"), pk=pk)


def _form(request: AuthenticatedRequest, form: EventForm, event: OwnerEvent | None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "event": event}
    if form.is_bound:
        return render_refused(request, "followups/event_form.html", context)
    return render_page(request, "followups/event_form.html", context)
