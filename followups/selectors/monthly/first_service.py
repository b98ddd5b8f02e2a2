"""The month of first services: who was expected, who came in time, late or never; by consultant and by model (SV-04,
SV-08, SV-10, SV-11)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dealership.kernel.figures import rate
from dealership.web.months import month_start, months_after
from followups.models import FirstServiceTrack
from inventory.models import VehicleModel
from staffing.models import Staff, Store

TREND_MONTHS = 12


@dataclass(frozen=True)
class ServiceFigures:
    """Cars whose months end in the month, by what became of them. ``open``: not here yet, the day still to come;
    ``too_far``: of those that came, beyond the distance and what is tolerated."""

    expected: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    too_far: int = 0

    @property
    def came(self) -> int:
        return self.on_time + self.late

    @property
    def never(self) -> int:
        return self.expected - self.came - self.open

    @property
    def visit_rate(self) -> float | None:
        """Came ÷ expected."""
        return rate(self.came, self.expected)

    @property
    def on_time_rate(self) -> float | None:
        """In time ÷ expected."""
        return rate(self.on_time, self.expected)


@dataclass(frozen=True)
class ServiceLine:
    """The line of a consultant or of a model."""

    pk: int
    name: str
    note: str
    figures: ServiceFigures


@dataclass(frozen=True)
class ServiceMonth:
    """One month of the trend."""

    month: dt.date
    figures: ServiceFigures


@dataclass(frozen=True)
class MonthlyFirstService:
    """Cars whose latest day, the end of the months of their policy, lies in the month."""

    month: dt.date
    store_codes: tuple[str, ...]
    total: ServiceFigures
    consultants: tuple[ServiceLine, ...]
    models: tuple[ServiceLine, ...]
    trend: tuple[ServiceMonth, ...]

    @property
    def expected(self) -> int:
        return self.total.expected

    @property
    def came(self) -> int:
        return self.total.came

    @property
    def on_time(self) -> int:
        return self.total.on_time

    @property
    def visit_rate(self) -> float | None:
        return self.total.visit_rate

    @property
    def on_time_rate(self) -> float | None:
        return self.total.on_time_rate


#: A figure or a rate of the report: its name, and how it is counted.
DEFINITIONS: dict[str, tuple[Promise, Promise]] = {
    "expected": (
        _("Expected in the month"),
        _("Cars whose latest day lies in the month: the day of delivery and the calendar months of their policy."),
    ),
    "came": (_("Came in"), _("Have had their first service by now, whenever and wherever it was.")),
    "on_time": (_("Came in time"), _("Came on their latest day or before.")),
    "late": (_("Came late"), _("Came after their latest day.")),
    "open": (_("Still to come"), _("Have not come, and their latest day is not over.")),
    "never": (_("Never came"), _("Have not come, and their latest day is over.")),
    "too_far": (
        _("Beyond the tolerance"),
        _("Of those that came: with more kilometres than the distance of the policy and what is tolerated beyond it."),
    ),
    "visit_rate": (_("First-service rate"), _("Came in ÷ expected in the month.")),
    "on_time_rate": (_("In time, rate"), _("In time ÷ expected in the month.")),
}
COLUMNS = ("expected", "came", "visit_rate", "on_time", "on_time_rate", "late", "open", "never", "too_far")
_CAME = Q(visited_on__isnull=False)
_ON_TIME = Q(visited_on__lte=F("latest_on"))
_TOO_FAR = Q(visit__odometer_km__gt=F("policy_km") + F("overrun_km"))


def monthly_first_service(
    *,
    stores: Iterable[Store],
    month: dt.date,
    on: dt.date | None = None,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
) -> MonthlyFirstService:
    """The first services of a month as they stand ``on`` a day (default: after the month, so that nothing is open), as
    far as ``viewer`` may see them; with the twelve months up to it. Three queries."""
    listed = tuple(stores)
    start = month_start(month)
    months = [months_after(start, back - TREND_MONTHS + 1) for back in range(TREND_MONTHS)]
    rows = _tracks(listed, viewer=viewer, consultant=consultant)
    rows = rows.filter(latest_on__gte=months[0], latest_on__lt=months_after(start, 1))
    sums: dict[tuple[dt.date, int, int], ServiceFigures] = {}
    for latest_on, seller, model, *counts in rows.values_list(
        "latest_on", "delivery__consultant_id", "delivery__vehicle__model_id"
    ).annotate(
        expected=Count("pk"),
        on_time=Count("pk", filter=_ON_TIME),
        late=Count("pk", filter=_CAME & ~_ON_TIME),
        open=Count("pk", filter=~_CAME & Q(latest_on__gte=on)) if on else Count("pk", filter=Q(pk__isnull=True)),
        too_far=Count("pk", filter=_CAME & _TOO_FAR),
    ):
        key = month_start(latest_on), seller, model
        sums[key] = _sum([sums.get(key, ServiceFigures()), ServiceFigures(*counts)])
    here = {key[1:]: figures for key, figures in sums.items() if key[0] == start}
    people = Staff.objects.in_bulk({seller for seller, _model in here})
    models = VehicleModel.objects.in_bulk({model for _seller, model in here})
    return MonthlyFirstService(
        month=start,
        store_codes=tuple(store.code for store in listed),
        total=_sum(here.values()),
        consultants=tuple(
            ServiceLine(pk, person.name, person.employee_no, _sum(f for key, f in here.items() if key[0] == pk))
            for pk, person in sorted(people.items(), key=lambda entry: (entry[1].employee_no, entry[0]))
        ),
        models=tuple(
            ServiceLine(pk, model.name, model.brand, _sum(f for key, f in here.items() if key[1] == pk))
            for pk, model in sorted(models.items(), key=lambda entry: (entry[1].brand, entry[1].name, entry[0]))
        ),
        trend=tuple(ServiceMonth(each, _sum(f for key, f in sums.items() if key[0] == each)) for each in months),
    )


def cars_behind(
    figure: str,
    *,
    stores: Iterable[Store],
    month: dt.date,
    on: dt.date,
    consultant: Staff | None = None,
    viewer: Staff | None = None,
    model: int | None = None,
) -> "QuerySet[FirstServiceTrack]":
    """The cars that a figure counts, as they stand ``on`` a day. Raises KeyError for a figure that there is not."""
    start = month_start(month)
    open_still = ~_CAME & Q(latest_on__gte=on)
    conditions = {
        "expected": Q(),
        "came": _CAME,
        "on_time": _ON_TIME,
        "late": _CAME & ~_ON_TIME,
        "open": open_still,
        "never": ~_CAME & ~Q(latest_on__gte=on),
        "too_far": _CAME & _TOO_FAR,
    }
    rows = _tracks(tuple(stores), viewer=viewer, consultant=consultant).filter(conditions[figure])
    rows = rows.filter(latest_on__gte=start, latest_on__lt=months_after(start, 1))
    return rows if model is None else rows.filter(delivery__vehicle__model_id=model)


def model_called(text: str) -> VehicleModel | None:
    """The model of an id as an address writes it."""
    return VehicleModel.objects.filter(pk=int(text)).first() if text.isascii() and text.isdecimal() else None


def _tracks(stores: Iterable[Store], *, viewer: Staff | None, consultant: Staff | None) -> "QuerySet[Any]":
    rows: QuerySet[Any] = FirstServiceTrack.objects.all()
    if viewer is not None:
        rows = FirstServiceTrack.objects.visible_to(viewer)
    rows = rows.filter(store_id__in=[store.pk for store in stores]).order_by()
    return rows if consultant is None else rows.filter(delivery__consultant=consultant)


def _sum(parts: Iterable[ServiceFigures]) -> ServiceFigures:
    listed = list(parts)
    return ServiceFigures(*(sum(getattr(part, field.name) for part in listed) for field in fields(ServiceFigures)))
