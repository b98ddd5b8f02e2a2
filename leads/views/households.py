"""Linking relatives on the page of a customer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.models import Customer
from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from leads.forms.households import RelativeForm
from leads.selectors.households import relatives_seen
from leads.services.households import link_relatives, unlink_relative
from staffing.enums import Capability


@guard(Capability.WORK_LEADS)
@require_POST
def relative_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Link somebody as a relative of this customer."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    form = RelativeForm(request.POST, user=request.user, customer=customer)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.warning(request, str(errors.as_data()[0].messages[0]))
        return redirect("customer_page", pk)
    relative, relation = form.cleaned_data["who"], form.cleaned_data["relation"]
    try:
        link_relatives(customer=customer, relative=relative, relation=relation, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        text = _("%(name)s belongs to the household now.")
        messages.success(request, text % {"name": relative.name})
    return redirect("customer_page", pk)


@guard(Capability.WORK_LEADS)
@require_POST
def relative_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take a relative out of the household of this customer."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    typed = request.POST.get("member", "")
    member = get_object_or_404(
        relatives_seen(request.user, customer), pk=int(typed) if typed.isdecimal() and len(typed) < 18 else 0
    )
    unlink_relative(member=member, by=request.user, at=clock.now())
    messages.success(request, _("%(name)s no longer belongs to the household.") % {"name": member.customer.name})
    return redirect("customer_page", pk)
