"""One car, one file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from complaints.models import Complaint
from customers.models import Customer
from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from followups.selectors.histories import (
    calls_with,
    ended_without_result,
    first_service_of,
    waiting_calls,
    workshop_visits,
)
from followups.services.claims import own_calls
from followups.services.first_service import cancel_appointment
from inventory.models import Vehicle
from inventory.selectors import owners_over_time
from orders.selectors.files import file_of
from staffing.enums import Capability


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def vehicle_file(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Everything known of a car (一车一档, CC-11): owners, delivery, first service, workshop, calls, complaints.

    Of former owners whom the person may not see the file says nothing, nor how they paid for the car.
    """
    cars = Vehicle.objects.visible_to(request.user).select_related("model", "store", "delivery__consultant")
    car = get_object_or_404(cars, pk=pk)
    complaints = Complaint.objects.visible_to(request.user).filter(vehicle=car)
    delivery = getattr(car, "delivery", None)
    customers = Customer.objects.visible_to(request.user)
    waiting = waiting_calls(request.user, vehicle=car)
    context = {
        "car": car,
        "delivery": delivery,
        "may_cancel": request.user.may(Capability.WORK_QUEUE),
        "sees_buyer": delivery is not None and customers.filter(pk=delivery.customer_id).exists(),
        "owners": owners_over_time(request.user, car),
        "track": first_service_of(car),
        "sees_sheet": request.user.may(Capability.SEE_FIRST_SERVICE),
        "view": file_of(car, clock.today(car.store.tz)),
        "sees_owner": customers.filter(ownerships__vehicle=car, ownerships__until_on__isnull=True).exists(),
        "may_open": request.user.may(Capability.WORK_LEADS),
        "may_verify": request.user.may(Capability.VERIFY_FILES),
        "may_archive": request.user.may(Capability.ARCHIVE_FILES),
        "visits": workshop_visits(request.user, vehicle=car),
        "waiting": waiting,
        "own_calls": own_calls(waiting, request.user),
        "calls": calls_with(request.user, vehicle=car),
        "ended": ended_without_result(request.user, vehicle=car),
        "complaints": complaints.select_related("handler").order_by("closed_at", "-received_at", "-pk"),
    }
    return render_page(request, "inventory/vehicle_file.html", context)


@guard(Capability.WORK_QUEUE)
@require_POST
def appointment_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Give the appointment of the first service up; the customer is reminded once more (SV-07)."""
    car = get_object_or_404(Vehicle.objects.visible_to(request.user), pk=pk)
    track = first_service_of(car)
    if track is None:
        raise Http404
    try:
        track = cancel_appointment(track=track, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.sentence(gettext))
    else:
        text = gettext("The appointment is cancelled. The customer is reminded from %(on)s on.")
        messages.success(request, text % {"on": track.remind_on.isoformat()})
    return redirect("vehicle_file", car.pk)
