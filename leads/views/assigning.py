"""Taking leads from the pool, giving them to somebody else, and the portfolio of somebody who leaves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from leads.forms.assigning import GiveForm, PortfolioForm
from leads.models import Lead
from leads.selectors.assigning import holders, receivers_for
from leads.services.assigning import hand_over_portfolio, reassign_leads, take_from_pool
from leads.views.list import list_context
from staffing.enums import Capability


@guard(Capability.WORK_LEADS)
@require_POST
def lead_take(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Make a lead of the pool one's own, and open its card."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user).select_related("store"), pk=pk)
    try:
        take_from_pool(lead=lead, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence(_))
        return redirect(f"{reverse('lead_list')}?tab=pool")
    messages.success(request, _("The lead is yours."))
    return redirect("lead_card", pk)


@guard(Capability.ASSIGN_LEADS)
@require_POST
def lead_give(request: AuthenticatedRequest) -> HttpResponse:
    """Give the ticked leads to somebody else."""
    form = GiveForm(request.POST, user=request.user, people=receivers_for(request.user))
    if form.is_valid():
        leads, owner = list(form.cleaned_data["leads"]), form.owner
        try:
            moved = reassign_leads(
                leads=leads, owner=owner, note=form.cleaned_data["note"], by=request.user, at=clock.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            text = ngettext("%(count)s lead now is with %(whom)s.", "%(count)s leads now are with %(whom)s.", moved)
            messages.success(request, text % {"count": moved, "whom": owner.name if owner else _("the pool")})
            return redirect(_back(request))
    ticked = frozenset(int(pk) for pk in request.POST.getlist("leads") if pk.isdecimal() and len(pk) < 19)
    context = list_context(request, query=request.POST.get("query", ""))
    return render_refused(request, "leads/list.html", {**context, "give": form, "ticked": ticked})


@guard(Capability.ASSIGN_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_portfolio(request: AuthenticatedRequest) -> HttpResponse:
    """Hand everything that a person holds to others, in one act."""
    leavers, people = holders(request.user), receivers_for(request.user)
    if request.method != "POST":
        form = PortfolioForm(leavers=leavers, people=people, initial={"leaver": request.GET.get("leaver", "")})
        return render_page(request, "leads/portfolio.html", {"form": form, "leavers": leavers})
    form = PortfolioForm(request.POST, leavers=leavers, people=people)
    if form.is_valid():
        leaver = form.chosen_leaver
        try:
            got = hand_over_portfolio(
                leaver=leaver,
                heirs=form.chosen_heirs,
                note=form.cleaned_data["note"],
                by=request.user,
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence(_))
        else:
            if not sum(got.values()):
                messages.success(request, _("The customers of %(name)s were handed over.") % {"name": leaver.name})
                return redirect(f"{reverse('lead_list')}?tab=team")
            shares = _(", ").join(f"{heir.name} {count}" for heir, count in got.items())
            text = ngettext(
                "%(count)s lead of %(name)s was handed over: %(shares)s.",
                "%(count)s leads of %(name)s were handed over: %(shares)s.",
                sum(got.values()),
            )
            messages.success(request, text % {"count": sum(got.values()), "name": leaver.name, "shares": shares})
            return redirect(f"{reverse('lead_list')}?tab=team")
    return render_refused(request, "leads/portfolio.html", {"form": form, "leavers": leavers})


def _back(request: AuthenticatedRequest) -> str:
    """The list as it was narrowed."""
    query = request.POST.get("query", "")
    target = f"{reverse('lead_list')}?{query}" if query else reverse("lead_list")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else reverse("lead_list")
