"""Looking at a full telephone number."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from customers.models import CustomerPhone
from customers.services.phones import reveal_phone
from dealership import clock
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from staffing.enums import Capability


@guard(Capability.REVEAL_PHONE)
@require_POST
def reveal(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The full number of a customer one may see; one click, and the audit has it."""
    phone = get_object_or_404(CustomerPhone.objects.visible_to(request.user).select_related("customer"), pk=pk)
    number = reveal_phone(phone=phone, by=request.user, at=clock.now())
    return render_page(
        request,
        "customers/phone.html",
        {"phone": phone, "number": number},
        parts={"": "customers/_phone_shown.html", f"phone-{pk}": "customers/_phone_shown.html"},
    )
