"""Who took data out (CC-15), and the note that a page was printed."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.audit.forms import TakenForm
from dealership.audit.models import AuditEvent
from dealership.audit.selectors import kinds, shares, taken_out
from dealership.audit.taking import NotOurs, note_printed
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.months import month_label, month_of, month_start, months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest


@guard("see_audit")
@require_GET
def taken_out_list(request: AuthenticatedRequest) -> HttpResponse:
    """Exports and prints of a month: by person, and one by one."""
    user: Any = request.user
    zone = user.store.tz if user.store else timezone.get_current_timezone()
    this_month = month_start(clock.today(zone))
    form = TakenForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        messages.warning(request, _("There is no such month or kind. All of this month is shown."))
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    month = asked.get("month") or this_month
    kind = asked.get("kind") or ""
    since, until = (dt.datetime.combine(day, dt.time.min, tzinfo=zone) for day in (month, months_after(month, 1)))
    whole = taken_out(user, since=since, until=until, kind=kind)
    people = shares(whole)
    page = page_of(request, taken_out(user, since=since, until=until, kind=kind, by=asked.get("by")))
    labels = kinds()
    ends = f"&kind={kind}" if kind else ""
    context = {
        "form": TakenForm(initial={"month": month_of(month), "kind": kind}),
        "month": month_label(month),
        "previous": f"?month={month_of(months_after(month, -1))}{ends}",
        "next": f"?month={month_of(months_after(month, 1))}{ends}" if month < this_month else "",
        "shares": people,
        "page": page,
        "rows": [(event, labels[event.code], _detail(event)) for event in page.object_list],
        "may_open": user.may("use_admin"),
    }
    return render_page(request, "audit/taken_out.html", context)


@guard("see_customers")
@require_POST
def print_note(request: AuthenticatedRequest) -> HttpResponse:
    """A page of customer data goes to the printer."""
    try:
        note_printed(request.POST.get("token", ""), by=request.user, at=clock.now())
    except NotOurs as refusal:
        return HttpResponseBadRequest(refusal.sentence(_), content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


def _detail(event: AuditEvent) -> str:
    """Which of them: what the audit says of a report, its month; ids alone."""
    data = event.data
    named = (data.get("report") or data.get("kind"), data.get("month") or data.get("on") or data.get("year"))
    numbered = f"#{event.subject_id}" if event.subject_id else ""
    return " ".join(str(part) for part in (*named, numbered) if part)
