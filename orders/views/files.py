"""Customer files: those that wait for a step, and the steps (CC-12)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from inventory.models import Vehicle
from orders.enums import FileState
from orders.models import CustomerFile
from orders.selectors.files import cars_without_file, files_in
from orders.services.files import archive_file, open_file, return_file, tick_papers, verify_file
from staffing.enums import Capability

TO_OPEN = "to_open"


@guard(Capability.SEE_CUSTOMERS)
@require_GET
def file_list(request: AuthenticatedRequest) -> HttpResponse:
    """The cars one sees without a file, and the files by the step they wait for."""
    asked = request.GET.get("show", "")
    shown = asked if asked in FileState.values else TO_OPEN
    rows = cars_without_file(request.user) if shown == TO_OPEN else files_in(request.user, FileState(shown))
    tabs = [
        (TO_OPEN, _("File to be opened"), cars_without_file(request.user).count()),
        *((state.value, state.label, files_in(request.user, state).count()) for state in FileState),
    ]
    context = {"tabs": tabs, "shown": shown, "page": page_of(request, rows)}
    return render_page(request, "orders/files.html", context)


@guard(Capability.WORK_LEADS)
@require_POST
def file_open(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Open the file of a car one sees."""
    car = get_object_or_404(Vehicle.objects.visible_to(request.user), pk=pk)
    return _done(request, car.pk, _("The file is open."), open_file, vehicle=car)


@guard(Capability.WORK_LEADS)
@require_POST
def file_papers(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Say which papers are in the file."""
    file = _seen(request, pk)
    codes = request.POST.getlist("paper")
    return _done(request, file.vehicle_id, _("The papers are noted."), tick_papers, file=file, codes=codes)


@guard(Capability.VERIFY_FILES)
@require_POST
def file_verify(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Find the file right, or give it back with a reason."""
    file = _seen(request, pk)
    if request.POST.get("decision") == "return":
        note = request.POST.get("note", "")[:200]
        return _done(request, file.vehicle_id, _("The file is given back."), return_file, file=file, note=note)
    return _done(request, file.vehicle_id, _("The file is verified."), verify_file, file=file)


@guard(Capability.ARCHIVE_FILES)
@require_POST
def file_archive(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Put the file into the books."""
    file = _seen(request, pk)
    return _done(request, file.vehicle_id, _("The file is archived."), archive_file, file=file)


def _seen(request: AuthenticatedRequest, pk: int) -> CustomerFile:
    rows = CustomerFile.objects.visible_to(request.user).select_related("store", "vehicle__store")
    return get_object_or_404(rows, pk=pk)


def _done(
    request: AuthenticatedRequest, car: int, told: str, service: Callable[..., Any], **values: Any
) -> HttpResponse:
    try:
        service(**values, by=request.user, at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.sentence(_))
    else:
        messages.success(request, told)
    return redirect("vehicle_file", car)
