"""A new lead, typed while the customer is on the line."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dealership import clock
from dealership.kernel import phones
from dealership.kernel.errors import BadValue, SentenceError
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from leads.enums import Channel
from leads.forms.intake import ME, POLICY, NewLeadForm
from leads.selectors.assigning import roles_that_may_own
from leads.selectors.intake import KnownNumber, known_number
from leads.selectors.policies import cadence_policy
from leads.services.intake import role_for, take_in_lead
from leads.services.visits import take_in_call
from staffing.enums import Capability, Role
from staffing.models import Store


@guard(Capability.WORK_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_new(request: AuthenticatedRequest) -> HttpResponse:
    """Register a lead (LI-03, LI-05), an enquiry by telephone in the register first (LI-08); of a telephone that is
    known one is warned first (LI-21)."""
    store, at = _store(request), clock.now()
    on = at.astimezone(store.tz).date()
    policy = cadence_policy(store, on)
    if request.method != "POST":
        form = NewLeadForm(policy=policy, on=on, initial=_initial(request))
        return render_page(request, "leads/new.html", {"form": form, "store": store})
    form = NewLeadForm(request.POST, policy=policy, on=on)
    known = KnownNumber()
    if form.is_valid():
        known = known_number(request.user, store, form.cleaned_data["number"])
        role = role_for(form.cleaned_data["channel"])
        is_mine = form.cleaned_data["whose"] == ME
        decided = is_mine and known.may_decide
        is_free = not known.joins and (decided or not known.goes_to_keeper)
        if is_mine and is_free and not request.user.roles.intersection(roles_that_may_own(role)):
            text = _("Leads of this channel go to: %(role)s. Let the policy choose.")
            form.add_error("whose", text % {"role": Role(role).label})
        elif not form.must_confirm(known):
            try:
                is_call = form.cleaned_data["channel"] == Channel.PHONE
                registered = (take_in_call if is_call else take_in_lead)(
                    store=store,
                    new=form.new_lead(at=at),
                    role=role,
                    by=request.user,
                    at=at,
                    owner=request.user if is_mine else None,
                    decided=decided,
                )
            except SentenceError as refusal:
                form.add_error(None, refusal.sentence(_))
            else:
                return _onwards(request, registered.lead, registered.joined)
    return render_refused(request, "leads/new.html", {"form": form, "store": store, "known": known, "warned": True})


@guard(Capability.WORK_LEADS)
@require_POST
def lead_look_up(request: AuthenticatedRequest) -> HttpResponse:
    """What is known of the telephone that is being typed, and the grade that the planned date means. Sent as a
    POST: an address with a telephone in it would stand in the log of every proxy."""
    store, at = _store(request), clock.now()
    on = at.astimezone(store.tz).date()
    form = NewLeadForm(request.POST, policy=cadence_policy(store, on), on=on)
    form.is_valid()
    context: dict[str, Any] = {"known": KnownNumber(), "is_number": False, "grade": form.proposed_grade()}
    try:
        number = phones.normalise(request.POST.get("number", ""))
    except BadValue:
        return render_page(request, "leads/_known.html", context)
    known = known_number(request.user, store, number)
    return render_page(request, "leads/_known.html", {**context, "known": known, "is_number": True})


def _initial(request: AuthenticatedRequest) -> dict[str, str]:
    """A consultant enters what a motor show brought, everybody else what the telephone brings."""
    seller = Role.SALES_CONSULTANT in request.user.roles
    channel = Channel.MOTOR_SHOW if seller else Channel.PHONE
    may_own = request.user.roles.intersection(roles_that_may_own(role_for(channel)))
    return {"channel": channel, "whose": ME if may_own else POLICY}


def _onwards(request: AuthenticatedRequest, lead: Any, joined: bool) -> HttpResponse:
    owner = lead.owner.name if lead.owner is not None else _("the pool")
    if not joined:
        messages.success(request, _("Registered. The lead is with %(whom)s.") % {"whom": owner})
    elif lead.owner_id == request.user.pk:
        messages.success(request, _("The enquiry joined your lead %(number)s.") % {"number": lead.number})
    else:
        messages.success(request, _("The enquiry joined the lead that is with %(whom)s.") % {"whom": owner})
    return redirect("lead_card", lead.pk) if lead.owner_id == request.user.pk else redirect("lead_list")


def _store(request: AuthenticatedRequest) -> Store:
    """The store that somebody works for; an administrator of all stores has none."""
    if request.user.store is None:
        raise Http404
    return request.user.store
