"""Finding customers, and the page of one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.models import Complaint
from customers.models import ContactBan, Customer
from customers.selectors.cards import missing_card_fields
from customers.selectors.contact import hours_that_suit
from dealership import clock
from dealership.desk.forms import LiftBanForm
from dealership.desk.selectors.search import found_by
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.web.typed import keep_typed, kept_typed
from followups.selectors.histories import calls_with, standing_bans, waiting_calls
from followups.services import bans as bans_service
from followups.services.claims import own_calls
from inventory.selectors import cars_of
from leads.enums import CustomerClass
from leads.forms.households import RelativeForm
from leads.selectors.card_lines import card_lines_of
from leads.selectors.classes import class_history, class_of
from leads.selectors.households import likely_relatives, relatives_seen
from leads.selectors.search import leads_of
from staffing.enums import Capability

PARTS = {"customers": "customers/_list.html"}


@guard(Capability.SEE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: AuthenticatedRequest) -> HttpResponse:
    """The box in the header: the one customer that fits, else the list of those that do. Sent as a POST, as what is
    typed may be a telephone; whoever comes by the address alone, as after signing in, gets the list."""
    typed = request.POST.get("q", "")
    found = found_by(request.user, typed)
    if found.terms.text and not found.cars_without_owner and not found.keepers:
        only, leads = list(found.customers[:2]), found.leads
        elsewhere = [lead for lead in leads.seen if lead.customer_id not in {customer.pk for customer in only}]
        if len(only) == 1 and not elsewhere and not leads.others:
            return redirect("customer_page", only[0].pk)
        if not only and len(leads.seen) == 1 and not leads.others:
            return redirect("lead_card", leads.seen[0].pk)
    return _to_list(request, typed)


@guard(Capability.SEE_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def customer_list(request: AuthenticatedRequest) -> HttpResponse:
    """The customers one may see, by name; narrowed by the same box."""
    return _to_list(request, request.POST.get("q", "")) if request.method == "POST" else _list(request)


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def customer_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One customer: complaints first, then how to reach the person, the cars, what is due, and what was said."""
    customers = Customer.objects.visible_to(request.user).select_related("owner", "store")
    customer = get_object_or_404(customers, pk=pk)
    return render_page(request, "customers/page.html", _customer_context(request, customer))


@guard(Capability.LIFT_BAN)
@require_POST
def lift_contact_ban(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The customer wishes to be called again; the calls that may still be made come back (D3-09)."""
    bans = ContactBan.objects.visible_to(request.user).select_related("customer__store", "customer__owner")
    ban = get_object_or_404(bans, pk=pk)
    form = LiftBanForm(request.POST, auto_id=f"ban-{pk}-%s")
    if form.is_valid():
        try:
            returned = bans_service.lift_contact_ban(
                ban=ban, reason=form.cleaned_data["reason"], by=request.user, at=clock.now()
            )
        except Refusal as refusal:
            messages.warning(request, refusal.sentence(gettext))
        else:
            messages.success(request, _told(returned))
        return redirect("customer_page", ban.customer_id)
    context = _customer_context(request, ban.customer, refused={ban.pk: form})
    return render_refused(request, "customers/page.html", context)


def _told(returned: int) -> str:
    back = ngettext("%(count)s call is back on the list.", "%(count)s calls are back on the list.", returned)
    return (
        f"{gettext('The ban is lifted.')} {back % {'count': returned}}" if returned else gettext("The ban is lifted.")
    )


def _customer_context(
    request: AuthenticatedRequest, customer: Customer, *, refused: Mapping[int, LiftBanForm] | None = None
) -> dict[str, Any]:
    complaints = Complaint.objects.visible_to(request.user).filter(customer=customer)
    fields = {field: Customer._meta.get_field(field).verbose_name for field in missing_card_fields(customer)}  # type: ignore[union-attr]
    waiting = waiting_calls(request.user, customer=customer)
    may_lift = request.user.may(Capability.LIFT_BAN)
    return {
        "customer": customer,
        "complaints": complaints.select_related("handler", "vehicle").order_by("closed_at", "-received_at", "-pk"),
        "phones": customer.phones.order_by("-is_primary", "state", "pk"),
        "suiting": hours_that_suit(customer),
        "bans": [
            (ban, (refused or {}).get(ban.row.pk) or LiftBanForm(auto_id=f"ban-{ban.row.pk}-%s") if may_lift else None)
            for ban in standing_bans(customer)
        ],
        "cars": cars_of(customer),
        "waiting": waiting,
        "own_calls": own_calls(waiting, request.user),
        "calls": calls_with(request.user, customer=customer),
        "missing": tuple(fields.values()),
        "classed": class_of(customer),
        "class_changes": class_history(request.user, customer)[:5],
        "leads": leads_of(request.user, customer),
        "card_lines": card_lines_of(request.user, customer),
        "relatives": relatives_seen(request.user, customer),
        "proposed": likely_relatives(request.user, customer) if request.user.may(Capability.WORK_LEADS) else (),
        "relative_form": RelativeForm(user=request.user, customer=customer),
        "may_work_leads": request.user.may(Capability.WORK_LEADS),
        "may_reveal": request.user.may(Capability.REVEAL_PHONE),
        "may_recommend": request.user.may(Capability.WORK_QUEUE),
    }


def _to_list(request: AuthenticatedRequest, typed: str) -> HttpResponse:
    """The list of what fits, at an address that can be reloaded and gone back to, and does not say what was typed."""
    address, text = reverse("customer_list"), typed.strip()
    return redirect(f"{address}?s={keep_typed(request, text)}" if text else address)


def _list(request: AuthenticatedRequest) -> HttpResponse:
    typed, asked = kept_typed(request, request.GET.get("s", "")), request.GET.get("class", "")
    chosen = asked if asked in CustomerClass.values else ""
    found = found_by(request.user, typed, customer_class=chosen)
    context = {
        "page": page_of(request, found.customers),
        "found": found,
        "search_text": typed,
        "is_forgotten": "s" in request.GET and not typed,
        "classes": CustomerClass.choices,
        "customer_class": chosen,
        "may_work_leads": request.user.may(Capability.WORK_LEADS),
    }
    return render_page(request, "customers/list.html", context, parts=PARTS)
