"""The clean-up at the end of a month: preview, changes to single leads, one confirmation, progress."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.kernel.errors import SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.web.wording import enumeration
from leads.enums import MonthEndState
from leads.forms.defeats import open_grades
from leads.forms.month_end import ConfirmForm, MoveForm
from leads.models import Lead, MonthEnd
from leads.rules.month_end import last_day, month_to_prepare
from leads.selectors.defeats import main_model
from leads.selectors.month_end import groups_of, month_ends_seen, moves_seen
from leads.selectors.policies import cadence_policy
from leads.services.month_end import (
    CHANGED,
    NoLongerPreview,
    NotTheTime,
    confirm_month_end,
    except_move,
    include_move,
    prepare_month_end,
    regrade_move,
)
from leads.tasks import hand_over_month_end
from staffing.enums import Capability

#: So many names stand in a message.
NAMES = 10
PARTS = {"month-end": "leads/_month_end.html"}


@guard(Capability.CLEAN_UP_MONTH)
@require_GET
def month_end_list(request: AuthenticatedRequest) -> HttpResponse:
    """The months, the latest first."""
    page = page_of(request, month_ends_seen(request.user))
    store = request.user.store
    may_prepare = store is not None and month_to_prepare(clock.today(store.tz)) is not None
    return render_page(request, "leads/month_ends.html", {"page": page, "may_prepare": may_prepare})


@guard(Capability.CLEAN_UP_MONTH)
@require_POST
def month_end_prepare(request: AuthenticatedRequest) -> HttpResponse:
    """Make the preview of the month now, or bring it up to date, without waiting for the night."""
    store, at = request.user.store, clock.now()
    month = month_to_prepare(clock.today(store.tz)) if store is not None else None
    prepared = prepare_month_end(store=store, month=month, at=at) if store is not None and month is not None else None
    if prepared is None:
        refusal = NotTheTime() if month is None else NoLongerPreview()
        messages.warning(request, refusal.sentence(_))
        return redirect("month_end_list")
    return redirect("month_end", prepared.pk)


@guard(Capability.CLEAN_UP_MONTH)
@require_GET
def month_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The preview by consultant, the progress, or what was done."""
    return render_page(request, "leads/month_end.html", _context(request, pk), parts=PARTS)


@guard(Capability.CLEAN_UP_MONTH)
@require_POST
def month_end_confirm(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The one confirmation of the own team's leads; the work goes on without the page. What came in since the list was
    made is shown instead."""
    row, form = _seen(request, pk), ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect("month_end", pk)
    seen = form.cleaned_data["seen"] or 0
    try:
        answer = confirm_month_end(month_end=row, by=request.user, at=clock.now(), seen=seen)
    except SentenceError as refusal:
        messages.warning(request, refusal.sentence(_))
        return redirect("month_end", pk)
    if answer.changed:
        text = _("No longer as on the list you saw: %(names)s.") % {"names": names_of(answer.changed)}
        messages.info(request, text)
    if answer.new:
        context = _context(request, pk) | {"new": names_of(answer.new), "seen_before": seen}
        return render_refused(request, "leads/month_end.html", context)
    hand_over_month_end(row.pk)
    return redirect("month_end", pk)


@guard(Capability.CLEAN_UP_MONTH)
@require_POST
def month_end_move(request: AuthenticatedRequest, pk: int, move: int) -> HttpResponse:
    """Except one lead or judge it anew, with a reason."""
    row, at = _seen(request, pk), clock.now()
    moves = moves_seen(row, request.user).select_related("lead__store", "lead__customer", "month_end__store")
    line = get_object_or_404(moves, pk=move)
    form = MoveForm(request.POST, policy=cadence_policy(row.store, at.astimezone(row.store.tz).date()))
    if not form.is_valid():
        return redirect("month_end", pk)
    read = form.cleaned_data
    try:
        if read["act"] == "except":
            except_move(move=line, reason=read["reason"], by=request.user, at=at)
        elif read["act"] == "include":
            include_move(move=line, by=request.user, at=at)
        else:
            regrade_move(move=line, grade=read["grade"], reason=read["reason"], by=request.user, at=at)
    except SentenceError as refusal:
        context = _context(request, pk) | {"refused": line.pk, "refusal": refusal.sentence(_), "typed": read}
        return render_refused(request, "leads/month_end.html", context)
    messages.success(request, _("Changed: %(customer)s.") % {"customer": line.lead.customer.name})
    return redirect("month_end", pk)


def _seen(request: AuthenticatedRequest, pk: int) -> MonthEnd:
    return get_object_or_404(MonthEnd.objects.visible_to(request.user).select_related("store", "confirmed_by"), pk=pk)


def _context(request: AuthenticatedRequest, pk: int) -> dict[str, Any]:
    row = _seen(request, pk)
    groups = groups_of(row, request.user)
    moves = [move for group in groups for move in group.moves]
    opened = Lead.objects.visible_to(request.user).filter(pk__in=[move.lead_id for move in moves])
    policy = cadence_policy(row.store, last_day(row.month))
    is_preview = any(move.confirmed_at is None for move in moves)
    confirmed = [move for move in moves if move.confirmed_at is not None]
    return {
        "month_end": row,
        "is_preview": is_preview,
        "is_running": row.state == MonthEndState.RUNNING and not is_preview,
        "groups": [
            {"group": group, "lines": [{"move": move, "model": main_model(move.lead)} for move in group.moves]}
            for group in groups
        ],
        "seen": max((move.pk for move in moves), default=0),
        "going": sum(move.confirmed_at is None and not move.skipped for move in moves),
        "excepted": sum(bool(move.skipped) for move in moves),
        "moved": sum(move.moved_at is not None for move in confirmed),
        "total": sum(not move.skipped for move in confirmed),
        "opened": set(opened.values_list("pk", flat=True)),
        "grades": [code for code, _label in open_grades(policy)],
        "changed": CHANGED,
        "changed_text": _(CHANGED),
    }


def names_of(names: tuple[str, ...]) -> str:
    """The first names of many, and how many more there are."""
    listed = enumeration(names[:NAMES])
    more = len(names) - NAMES
    return _("%(names)s and %(more)s more") % {"names": listed, "more": more} if more > 0 else listed
