"""The supervisor's spot check: lines that cannot all be true and effective (CC-09)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from leads.models import Contact
from leads.selectors.policies import lead_policy
from leads.selectors.spot_check import DAYS, findings_for
from leads.services.cards import mark_seen
from staffing.enums import Capability

PARTS = {"findings": "leads/_spot_check.html"}
ROWS = 20


@guard(Capability.ASSIGN_LEADS)
@require_GET
def spot_check(request: AuthenticatedRequest) -> HttpResponse:
    """What stands out in the lines of the last days; what was looked at is kept apart."""
    at = clock.now()
    on = clock.today(request.user.store.tz if request.user.store else None)
    findings = findings_for(request.user, at=at, on=on)
    is_seen = request.GET.get("show") == "seen"
    context: dict[str, Any] = {
        "page": page_of(request, [row for row in findings if row.is_seen == is_seen], per_page=ROWS),
        "open_count": sum(not row.is_seen for row in findings),
        "is_seen": is_seen,
        "days": DAYS,
        "rule": lead_policy(request.user.store, on),
    }
    return render_page(request, "leads/spot_check.html", context, parts=PARTS)


@guard(Capability.ASSIGN_LEADS)
@require_POST
def spot_check_seen(request: AuthenticatedRequest) -> HttpResponse:
    """Mark the lines of a finding as looked at."""
    wanted = [int(value) for value in request.POST.getlist("line") if value.isdecimal() and len(value) < 19]
    lines = list(Contact.objects.visible_to(request.user).filter(pk__in=wanted).select_related("lead"))
    if mark_seen(lines=lines, by=request.user, at=clock.now()):
        messages.success(request, _("Marked as looked at."))
    return redirect("spot_check")
