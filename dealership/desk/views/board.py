"""The board of a team."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.desk.forms import SHOWN, BoardFilterForm, ReassignForm
from dealership.desk.selectors.my_day import local_day
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from followups.selectors.board import board_of, board_tasks
from followups.selectors.schedule import next_list_in_words
from followups.services.claims import reassign_tasks
from staffing.enums import Capability

#: A supervisor ticks and hands over a screenful at a time.
ROWS = 30
PARTS = {"board-calls": "desk/_board_calls.html"}


@guard(Capability.SEE_BOARD)
@require_GET
def board(request: AuthenticatedRequest) -> HttpResponse:
    """Who has how much, what nobody has taken, and every call that waits, the oldest first."""
    return render_page(request, "desk/board.html", _board_context(request), parts=PARTS)


@guard(Capability.REASSIGN_TASKS)
@require_POST
def board_reassign(request: AuthenticatedRequest) -> HttpResponse:
    """Hand the ticked calls over to a colleague."""
    form = ReassignForm(request.POST, user=request.user)
    if not form.is_valid():
        return _refused(request, form)
    tasks, to = list(form.cleaned_data["tasks"]), form.cleaned_data["to"]
    try:
        moved = reassign_tasks(tasks=tasks, to=to, by=request.user, at=clock.now())
    except Refusal as refusal:
        form.add_error(None, refusal.sentence(gettext))
        return _refused(request, form)
    if moved:
        text = ngettext("%(name)s now has %(count)s more call.", "%(name)s now has %(count)s more calls.", moved)
        messages.success(request, text % {"name": to.name, "count": moved})
    if moved < len(tasks):
        left = len(tasks) - moved
        text = ngettext(
            "%(count)s call stayed where it is: it is in work, or was that colleague's already.",
            "%(count)s calls stayed where they are: they are in work, or were that colleague's already.",
            left,
        )
        messages.warning(request, text % {"count": left})
    return redirect(_back(request))


def _refused(request: AuthenticatedRequest, form: ReassignForm) -> HttpResponse:
    context = _board_context(request, query=request.POST.get("query", ""))
    return render_refused(request, "desk/board.html", {**context, "reassign": form, "ticked": _ticked(request)})


def _board_context(request: AuthenticatedRequest, *, query: str | None = None) -> dict[str, Any]:
    at = clock.now()
    on, since = local_day(request.user, at=at)
    asked = request.GET if query is None else QueryDict(query)
    team = board_of(request.user, at=at, on=on, since=since)
    filters = BoardFilterForm(
        asked, team=[person.staff for person in team.people], pools=[pool.role for pool in team.pools]
    )
    narrowed = filters.narrowed(asked.get("show", ""))
    page = page_of(request, board_tasks(request.user, narrowed, at=at, on=on), per_page=ROWS)
    return {
        "board": team,
        "filters": filters,
        "narrowed": narrowed,
        "shown": SHOWN,
        "page": page,
        "at": at,
        "on": on,
        "query": asked.urlencode(),
        "reassign": ReassignForm(user=request.user) if request.user.may(Capability.REASSIGN_TASKS) else None,
        "ticked": frozenset(),
        "next_list": next_list_in_words(at),
        "may_call": request.user.may(Capability.WORK_QUEUE),
    }


def _ticked(request: AuthenticatedRequest) -> frozenset[int]:
    return frozenset(int(value) for value in request.POST.getlist("tasks") if value.isdecimal() and len(value) < 19)


def _back(request: AuthenticatedRequest) -> str:
    """The board as it was narrowed."""
    query = request.POST.get("query", "")
    target = f"{reverse('board')}?{query}" if query else reverse("board")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else reverse("board")
