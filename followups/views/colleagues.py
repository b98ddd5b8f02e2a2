"""Whom to ask before a call: one colleague's number at a time, and the audit keeps who looked (D7-03)."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dealership import clock
from dealership.audit.services import record_event
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from followups.models import CallTask
from followups.selectors.promises import promises_of_3dc
from staffing.enums import Capability


@guard(Capability.WORK_QUEUE)
@require_POST
def colleague_number(request: AuthenticatedRequest, pk: int, person: int) -> HttpResponse:
    """The number of somebody who can say how far the 3DC's matter is; of nobody else."""
    at, task = clock.now(), get_object_or_404(CallTask.objects.visible_to(request.user), pk=pk)
    promises = promises_of_3dc(task, at=at)
    found = next((each for each in promises.to_ask if each.pk == person), None) if promises else None
    if found is None:
        raise Http404(_("There is nobody to ask."))
    record_event(code="staff_phone.shown", subject=found, by=request.user, at=at, data={"call": task.pk})
    context = {"person": found, "task": task, "shown": True}
    fragment = bool(request.htmx)
    return render_page(request, "followups/_colleague.html" if fragment else "followups/colleague.html", context)
