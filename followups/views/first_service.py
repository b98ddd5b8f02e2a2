"""The tracking sheet of first services, the sheet of one car, and who comes to the workshop on a day."""

import datetime as dt
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from customers.models import Customer
from dealership import clock
from dealership.audit.taking import Taken, workbook_answer
from dealership.web.answers import UNPROCESSABLE, render_page
from dealership.web.fields import DayField
from dealership.web.guards import guard
from dealership.web.months import month_label, month_of, months_after
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest
from dealership.workbooks.paper import Maker
from followups.enums import TrackStage
from followups.exports.tracking import sheet_note, sheet_workbook
from followups.models import FirstServiceTrack
from followups.selectors.tracking import (
    booked_on,
    sheet_row,
    sheet_tracks,
    single_sheet,
    stage_counts,
    with_cars,
    with_stages,
)
from staffing.enums import Capability, Role
from staffing.models import Staff
from staffing.reports import Asked, asked_by, report_form

#: A sheet is printed as a whole: a store delivers fewer cars than this in a month.
ROWS_PER_SHEET = 200


class StageForm(forms.Form):
    """How far the cars are that one asks for."""

    stage = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All stages")), *TrackStage.choices]
    )


class DayForm(forms.Form):
    """Which day's appointments."""

    on = DayField(label=gettext_lazy("Day"), required=False)


@guard(Capability.SEE_FIRST_SERVICE)
@require_GET
def first_service_sheet(request: AuthenticatedRequest) -> HttpResponse:
    """The cars on their way to the first service, as the paper lists them (F13)."""
    form = report_form(request, today=clock.today())
    if not form.is_valid():
        refused = {"form": form, "stages": StageForm(request.GET)}
        return render_page(request, "followups/first_service_sheet.html", refused, status=UNPROCESSABLE)
    asked, today = asked_by(request, form), clock.today()
    rows, stages = _rows_asked(request, asked, today)
    counts = stage_counts(rows)
    stage = stages.cleaned_data.get("stage", "")
    page = page_of(request, with_cars(rows.filter(stage=stage) if stage else rows), per_page=ROWS_PER_SHEET)
    address = "first_service_sheet"
    context = {
        "form": form,
        "asked": asked,
        "stages": stages,
        "period": month_label(asked.month),
        "store_name": asked.store_name,
        "previous": asked.at(address, month=month_of(months_after(asked.month, -1)), stage=stage or None),
        "next": asked.at(address, month=month_of(months_after(asked.month, 1)), stage=stage or None),
        "export_url": asked.at("first_service_export", stage=stage or None)
        if request.user.may(Capability.EXPORT)
        else "",
        "made_on": today,
        "action": address,
        "consultants": consultants_of(asked),
        "page": page,
        "rows": [sheet_row(track, today=today) for track in page.object_list],
        "total": sum(counts.values()),
        "all_href": asked.at(address),
        "counts": [(entry, counts[entry.value], asked.at(address, stage=entry.value)) for entry in TrackStage],
        "chosen": stage,
        "note": sheet_note(),
        "sees_appointments": request.user.may(Capability.SEE_APPOINTMENTS),
    }
    return render_page(request, "followups/first_service_sheet.html", context)


@guard(Capability.SEE_FIRST_SERVICE)
@require_GET
def first_service_track(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The sheet of one car: its dates, every estimate with its inputs, every call that spoke of it."""
    today = clock.today()
    found = with_cars(with_stages(FirstServiceTrack.objects.visible_to(request.user), midnight=_midnight(today)))
    track = get_object_or_404(found, pk=pk)
    sees_customer = Customer.objects.visible_to(request.user).filter(pk=track.delivery.customer_id).exists()
    context = {"sheet": single_sheet(request.user, track, today=today), "track": track, "sees_customer": sees_customer}
    return render_page(request, "followups/first_service_track.html", context | {"made_on": today})


@guard(Capability.EXPORT)
@require_GET
def first_service_export(request: AuthenticatedRequest) -> HttpResponse:
    """The sheet as a workbook laid out like the paper. Every export is in the audit."""
    form = report_form(request, today=clock.today())
    if not form.is_valid() or not request.user.may(Capability.SEE_FIRST_SERVICE):
        raise Http404(_("There is no such month or store."))
    asked, today = asked_by(request, form), clock.today()
    rows, stages = _rows_asked(request, asked, today)
    stage = stages.cleaned_data.get("stage", "")
    listed = [sheet_row(track, today=today) for track in with_cars(rows.filter(stage=stage) if stage else rows)]
    maker = Maker(name=request.user.name, store_name=asked.store_name, made_on=today)
    content = sheet_workbook(listed, month=asked.month, maker=maker)
    data = {"report": "first_service_sheet", "stage": stage, **asked.query}
    taken = Taken("report.exported", len(listed), asked.stores[0].pk if len(asked.stores) == 1 else None, data)
    name = f"first-service-{month_of(asked.month)}.xlsx"
    return workbook_answer(content, file_name=name, taken=taken, by=request.user, at=clock.now())


@guard(Capability.SEE_APPOINTMENTS)
@require_GET
def workshop_appointments(request: AuthenticatedRequest) -> HttpResponse:
    """Who comes to the first service on a day, confirmed or not, for the service advisers (SV-07, SV-09)."""
    today, form = clock.today(), DayForm(request.GET)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today
    address = reverse("workshop_appointments")

    def day(ahead: int) -> str:
        return f"{address}?on={(on + dt.timedelta(days=ahead)).isoformat()}"

    context: dict[str, Any] = {
        "form": form,
        "on": on,
        "today": today,
        "tomorrow": today + dt.timedelta(days=1),
        "cars": booked_on(request.user, midnight=_midnight(on), today=today),
        "previous": day(-1),
        "next": day(1),
    }
    return render_page(
        request, "followups/workshop_appointments.html", context, status=200 if form.is_valid() else UNPROCESSABLE
    )


def _midnight(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time.min, tzinfo=timezone.get_current_timezone())


def _rows_asked(request: AuthenticatedRequest, asked: Asked, today: dt.date) -> tuple[Any, StageForm]:
    """The cars of the address, whatever their stage; a stage that there is not is as if none had been asked for."""
    stages = StageForm(request.GET)
    stages.is_valid()
    rows = sheet_tracks(
        request.user,
        stores=asked.stores,
        month=asked.month,
        midnight=_midnight(today),
        consultant=asked.consultant,
    )
    return rows, stages


def consultants_of(asked: Asked) -> list[tuple[str, str, bool]]:
    """The consultants to choose from: (id, name, chosen); none for somebody who sees the own cars alone."""
    if not (asked.viewer.may(Capability.SEE_STORE) or asked.viewer.may(Capability.SEE_BOARD)):
        return []
    people = Staff.objects.visible_to(asked.viewer).filter(store__in=asked.stores).employed()
    chosen = asked.consultant.pk if asked.consultant else None
    listed = people.holding(Role.SALES_CONSULTANT).order_by("employee_no", "pk")
    return [(str(person.pk), person.name, person.pk == chosen) for person in listed]
