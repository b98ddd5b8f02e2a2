"""The month of first services: its denominator, its parts, its lines, its trend, and the cars behind each figure."""

import datetime as dt
import io
import json

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealership.audit.models import AuditEvent
from dealership.kernel.dates import add_months
from followups.models import FirstServiceTrack, ServiceVisit
from followups.selectors.monthly.first_service import (
    COLUMNS,
    DEFINITIONS,
    ServiceFigures,
    cars_behind,
    monthly_first_service,
)
from followups.tests.factories import CHINA, FirstServiceTrackFactory
from inventory.tests.factories import VehicleModelFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = AT.date()
NOVEMBER = D(2026, 11, 1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=["sales_manager"], language="en")


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    return client


def car(store, delivered_on, visited_on=None, km=None, **values):
    track = FirstServiceTrackFactory(
        delivery__customer__store=store, delivery__delivered_on=delivered_on, visited_on=visited_on, **values
    )
    if km is not None:
        visit = ServiceVisit.objects.create(
            store=store, order_no=f"W{track.pk}", visited_on=visited_on, vehicle=track.delivery.vehicle,
            customer=track.delivery.customer, kind="first_service", odometer_km=km, created_at=AT,
        )  # fmt: skip
        FirstServiceTrack.objects.filter(pk=track.pk).update(visit=visit)
    return track


@pytest.fixture
def month(store):
    """November: in time, in time but too far, on the last day, late, never, and two that still have time."""
    car(store, D(2026, 8, 1), D(2026, 10, 3), km=4800)
    car(store, D(2026, 8, 2), D(2026, 11, 2), km=5501)
    car(store, D(2026, 8, 3), D(2026, 11, 3), km=5500)
    car(store, D(2026, 8, 4), D(2026, 11, 5))
    car(store, D(2026, 8, 23))
    car(store, D(2026, 8, 24))
    car(store, D(2026, 8, 31))
    # Not of November: the days before and after it, a month's end, another store.
    car(store, D(2026, 7, 31), D(2026, 10, 31))
    car(store, D(2026, 9, 1), D(2026, 11, 20))
    car(StoreFactory(), D(2026, 8, 10))


# --- the figures ----------------------------------------------------------------------------------------------------
@pytest.mark.rule("SV-08", "SV-10", "SV-11")
def test_the_denominator_is_the_cars_whose_months_end_in_the_month(store, month):
    total = monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY).total

    assert total == ServiceFigures(expected=7, on_time=3, late=1, open=2, too_far=1)
    assert (total.came, total.never) == (4, 1)
    assert (total.visit_rate, total.on_time_rate) == (4 / 7, 3 / 7)


@pytest.mark.rule("SV-04")
def test_the_end_of_a_month_decides_by_the_calendar(store):
    car(store, D(2026, 11, 30))

    months = {m: monthly_first_service(stores=[store], month=D(2027, m, 1)).expected for m in (1, 2, 3)}

    assert months == {1: 0, 2: 1, 3: 0}


def test_after_the_month_nothing_is_open(store, month):
    later = monthly_first_service(stores=[store], month=NOVEMBER, on=D(2026, 12, 1)).total
    unknown = monthly_first_service(stores=[store], month=NOVEMBER).total

    assert (later.open, later.never) == (0, 3)
    assert later == unknown


def test_an_empty_month_has_no_rate(store):
    report = monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY)

    assert (report.total.visit_rate, report.total.on_time_rate) == (None, None)
    assert [point.figures.visit_rate for point in report.trend] == [None] * 12


def test_lines_add_up_to_the_total(store):
    anna, bo = (StaffFactory(store=store, roles=["sales_consultant"], name=name) for name in ("安例", "波例"))
    small, large = VehicleModelFactory(name="小例"), VehicleModelFactory(name="大例")
    for seller, model, visited in (
        (anna, small, D(2026, 11, 1)), (anna, large, None), (bo, large, D(2026, 11, 20)), (bo, large, None),
    ):  # fmt: skip
        car(store, D(2026, 8, 10), visited, delivery__consultant=seller, delivery__vehicle__model=model)

    report = monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY)

    people = {line.name: line.figures for line in report.consultants}
    assert {name: (line.expected, line.on_time, line.late) for name, line in people.items()} == {
        "安例": (2, 1, 0), "波例": (2, 0, 1),
    }  # fmt: skip
    assert {line.name: (line.figures.expected, line.figures.visit_rate) for line in report.models} == {
        "小例": (1, 1.0), "大例": (3, 1 / 3),
    }  # fmt: skip
    for lines in (report.consultants, report.models):
        for code in ("expected", "came", "on_time", "late", "never", "open", "too_far"):
            assert sum(getattr(line.figures, code) for line in lines) == getattr(report.total, code)


def test_the_trend_has_twelve_months(store):
    for delivered_on, visited in ((D(2025, 8, 31), None), (D(2025, 9, 1), D(2025, 12, 1)), (D(2026, 8, 1), None)):
        car(store, delivered_on, visited)

    trend = monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY).trend

    assert [point.month for point in trend][::11] == [D(2025, 12, 1), NOVEMBER]
    assert [(point.figures.expected, point.figures.visit_rate) for point in trend][::11] == [(1, 1.0), (1, 0.0)]
    assert sum(point.figures.expected for point in trend) == 2


@pytest.mark.parametrize("number", [1, 3])
def test_the_month_costs_three_queries(store, number, django_assert_num_queries):
    for day in range(number):
        car(store, D(2026, 8, 1 + day), delivery__vehicle__model__name=f"例{day}")

    with django_assert_num_queries(3):
        monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    cars=st.lists(
        st.tuples(st.dates(D(2026, 6, 25), D(2026, 9, 5)), st.sampled_from([1, 3, 6]), st.none() | st.integers(0, 150)),
        max_size=8,
    ),
    on=st.dates(D(2026, 10, 25), D(2026, 12, 5)),
)
def test_every_figure_counts_exactly_the_cars_behind_it(store, cars, on):
    FirstServiceTrack.objects.all().delete()
    made = []
    for delivered_on, months, ahead in cars:
        visited = None if ahead is None else delivered_on + dt.timedelta(days=ahead)
        made.append((add_months(delivered_on, months), visited))
        car(store, delivered_on, visited, policy_months=months)

    total = monthly_first_service(stores=[store], month=NOVEMBER, on=on).total

    here = [(latest, visited) for latest, visited in made if (latest.year, latest.month) == (2026, 11)]
    assert total == ServiceFigures(
        expected=len(here),
        on_time=sum(visited is not None and visited <= latest for latest, visited in here),
        late=sum(visited is not None and visited > latest for latest, visited in here),
        open=sum(visited is None and latest >= on for latest, visited in here),
    )
    for code in ("expected", "came", "on_time", "late", "open", "never", "too_far"):
        assert cars_behind(code, stores=[store], month=NOVEMBER, on=on).count() == getattr(total, code), code


# --- who sees what --------------------------------------------------------------------------------------------------
def test_a_supervisor_sees_the_team(store, month):
    leader = StaffFactory(store=store, roles=["sales_supervisor"])
    seller = StaffFactory(store=store, roles=["sales_consultant"], superior=leader)
    car(store, D(2026, 8, 10), delivery__consultant=seller, delivery__customer__owner=seller)

    team = monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY, viewer=leader)
    one = monthly_first_service(stores=[store], month=NOVEMBER, on=TODAY, consultant=seller)

    assert (team.expected, one.expected) == (1, 1)
    assert [line.name for line in team.consultants] == [seller.name]


@pytest.mark.parametrize("name", ["report_first_service", "report_first_service_rows", "report_first_service_export"])
def test_the_report_is_for_those_who_see_reports(store, name):
    agent = StaffFactory(store=store, roles=["call_centre_agent"])

    assert signed_in(agent).get(reverse(name)).status_code == 403


# --- the pages ------------------------------------------------------------------------------------------------------
def test_every_number_of_the_page_leads_to_as_many_cars(store, month, manager):
    with time_machine.travel(AT, tick=False):
        client = signed_in(manager)
        page = client.get(reverse("report_first_service"), {"month": "2026-11"})
        lines = [("total", page.context["total"]), *((line.name, line.cells) for line in page.context["models"])]
        lines += [(line.name, line.cells) for line in page.context["people"]]
        checked = 0
        for name, cells in lines:
            for cell in cells:
                if cell.href and "%" not in cell.text:
                    shown = client.get(cell.href)
                    assert len(shown.context["rows"]) == int(cell.text), (name, cell.label)
                    checked += 1
    assert checked > 15


def test_the_page_says_how_it_counts_and_refuses_what_there_is_not(store, month, manager):
    with time_machine.travel(AT, tick=False):
        client = signed_in(manager)
        text = client.get(reverse("report_first_service"), {"month": "2026-11"}).content.decode()
        empty = client.get(reverse("report_first_service"), {"month": "2026-02"}).content.decode()
        rows = reverse("report_first_service_rows")

        assert "the day of delivery and the calendar months of their policy" in text
        assert all(word in text for word in ("57.1%", "42.9%"))
        assert "No first service was expected in this month" in empty
        assert client.get(reverse("report_first_service"), {"month": "2026-13"}).status_code == 422
        for query in ({"figure": "visit_rate"}, {"figure": "x"}, {"model": "99999"}, {"model": "x"}, {"month": "x"}):
            assert client.get(rows, query).status_code == 404, query


def test_the_workbook_has_consultants_models_and_months(store, month, manager):
    with time_machine.travel(AT, tick=False):
        answer = signed_in(manager).get(reverse("report_first_service_export"), {"month": "2026-11"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    lines = {row[1].value: [cell.value for cell in row[2:]] for row in sheet.iter_rows(min_row=3) if row[1].value}
    assert lines["Total"] == pytest.approx([7, 4, 4 / 7, 3, 3 / 7, 1, 2, 1, 1])
    assert lines["Nov 2026"] == lines["Total"]
    assert lines["Dec 2025"] == [0, 0, "–", 0, "–", 0, 0, 0, 0]
    assert sum(line[0] for name, line in lines.items() if name == "星河 L6") == 7
    assert AuditEvent.objects.get(code="report.exported").data["report"] == "first_service"


def test_the_command_prints_the_figures_the_lines_and_the_trend(store, month, capsys):
    with time_machine.travel(AT, tick=False):
        call_command("monthly_report", "first_service", "--month", "2026-11", "--store", store.code, "--json")

    data = json.loads(capsys.readouterr().out)
    assert (data["month"], data["kind"], data["expected"], data["came"], data["on_time"]) == (
        "2026-11", "first_service", 7, 4, 3,
    )  # fmt: skip
    assert (data["visit_rate"], data["late"], data["too_far"]) == (4 / 7, 1, 1)
    assert [point["month"] for point in data["trend"]][::11] == ["2025-12", "2026-11"]
    assert sum(line["expected"] for line in data["models"]) == 7


def test_every_column_is_defined():
    assert set(COLUMNS) == set(DEFINITIONS)
