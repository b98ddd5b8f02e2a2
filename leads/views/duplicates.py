"""Likely duplicates, joining two leads side by side, taking them apart, and asking for a ruling."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard, page_behind
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from leads.forms.merging import MergeForm
from leads.models import Lead, Merge
from leads.selectors.duplicates import likely_duplicates, merges_made
from leads.selectors.search import lead_of_token
from leads.services.merging import may_merge, merge_leads
from leads.services.rulings import ask_for_ruling
from leads.services.unmerging import undo_merge
from staffing.enums import Capability

_LEAD = ("store", "customer", "owner", "telesales", "introducer")
ROWS = 20


@guard(Capability.WORK_LEADS)
@require_GET
def lead_duplicates(request: AuthenticatedRequest) -> HttpResponse:
    """Pairs that are likely one intention, and the joinings made."""
    merges = page_of(request, merges_made(request.user), per_page=ROWS)
    return render_page(request, "leads/duplicates.html", {"pairs": likely_duplicates(request.user), "merges": merges})


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_merge(request: AuthenticatedRequest, pk: int, other: int) -> HttpResponse:
    """``pk`` is kept, ``other`` goes into it: side by side, field by field."""
    rows = Lead.objects.visible_to(request.user).select_related(*_LEAD)
    kept, dropped = get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=other)
    if not may_merge(kept, dropped, request.user):  # the page shows the telephones of both
        raise Http404
    form = MergeForm(request.POST if request.method == "POST" else None, kept=kept, dropped=dropped)
    if form.is_bound and form.is_valid():
        try:
            merge_leads(kept=kept, dropped=dropped, sides=form.sides(), by=request.user, at=clock.now())
        except Refusal as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            text = _("%(dropped)s went into %(kept)s. It can be undone as long as nobody works on the card.")
            messages.success(request, text % {"dropped": dropped.number, "kept": kept.number})
            return redirect("lead_duplicates")
    context = {"kept": kept, "dropped": dropped, "form": form, "sides": [_side(kept), _side(dropped)]}
    render = render_refused if form.is_bound else render_page
    return render(request, "leads/merge.html", context)


@guard(Capability.WORK_LEADS)
@require_POST
def merge_undo(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take two joined leads apart again."""
    merge = get_object_or_404(Merge.objects.visible_to(request.user), pk=pk)
    try:
        undo_merge(merge=merge, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, _("Both leads are again what they were."))
    return redirect("lead_duplicates")


@guard(Capability.WORK_LEADS)
@require_POST
def lead_ruling(request: AuthenticatedRequest) -> HttpResponse:
    """Ask the sales supervisor about a colleague's lead that one found."""
    pk = lead_of_token(request.user, request.POST.get("lead", ""))
    if pk is None:
        raise Http404
    asked = True
    try:
        ask_for_ruling(lead_pk=pk, by=request.user, at=clock.now())
    except Refusal as refusal:
        asked, text = False, refusal.sentence(_)
    else:
        text = _("The sales supervisor has your question, with both names.")
    if request.htmx:  # beside a form that is being filled in: it stays
        return render_page(request, "leads/_ruling_asked.html", {"asked": asked, "text": text})
    (messages.success if asked else messages.warning)(request, text)
    return redirect(page_behind(request))


def _side(lead: Lead) -> dict[str, object]:
    """What goes along by itself, counted."""
    return {
        "lead": lead,
        "lines": lead.contact_rows.count(),
        "models": [row.model.name for row in lead.interests.select_related("model").order_by("-is_main", "pk")],
        "visits": lead.visits.count(),
        "phones": list(lead.customer.phones.order_by("-is_primary", "pk").values_list("number", flat=True)),
    }
