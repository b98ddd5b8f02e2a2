"""The tracking sheet of first services (F13), the sheet of one car, and the appointments of a day."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from followups.enums import TrackStage
from followups.models import FirstServiceTrack, ServiceVisit
from followups.selectors.tracking import booked_on, sheet_row, sheet_tracks, with_cars
from followups.services.calls import save_call
from followups.tests.factories import (
    CHINA,
    CallTaskFactory,
    FirstServiceEstimateFactory,
    FirstServiceTrackFactory,
)
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = AT.date()
DAY = dt.timedelta(days=1)
#: Of a car that is expected on 28 November.
DELIVERED, FIRST = D(2026, 8, 28), D(2026, 11, 1)
NOVEMBER = {"month": "2026-11"}


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"], name="销售例", language="en")


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=["service_manager"], language="en")


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def car(store, *, delivered_on=DELIVERED, name="", consultant=None, **values):
    """A car expected on 28 November unless told otherwise."""
    details = {"delivery__customer__name": name} if name else {}
    if consultant is not None:
        details |= {"delivery__consultant": consultant, "delivery__customer__owner": consultant}
    return FirstServiceTrackFactory(
        delivery__customer__store=store, delivery__delivered_on=delivered_on, **details, **values
    )


def called(track, kind, **values):
    return CallTaskFactory(
        kind=kind,
        delivery=track.delivery,
        state="done",
        is_successful=True,
        closed_at=AT - 2 * DAY,
        outcome="done",
        **values,
    )


def visited(track, on, km=None):
    visit = ServiceVisit.objects.create(
        store=track.store, order_no=f"W{track.pk}", visited_on=on, vehicle=track.delivery.vehicle,
        customer=track.delivery.customer, kind="first_service", odometer_km=km, created_at=AT,
    )  # fmt: skip
    FirstServiceTrack.objects.filter(pk=track.pk).update(visited_on=on, visit=visit)


def stages(user, store, month=FIRST):
    midnight = dt.datetime.combine(TODAY, dt.time.min, tzinfo=CHINA)
    return dict(
        sheet_tracks(user, stores=[store], month=month, midnight=midnight).values_list(
            "delivery__customer__name", "stage"
        )
    )


def rows(user, store):
    midnight = dt.datetime.combine(TODAY, dt.time.min, tzinfo=CHINA)
    found = with_cars(sheet_tracks(user, stores=[store], month=D(2026, 11, 1), midnight=midnight))
    return {row.track.delivery.customer.name: row for row in (sheet_row(track, today=TODAY) for track in found)}


# --- where a car stands ---------------------------------------------------------------------------------------------
@pytest.mark.rule("N1-04", "SV-07", "SV-09")
def test_a_car_stands_where_it_has_come_furthest(store, manager):
    car(store, name="expected")
    called(car(store, name="reminded"), "first_service")
    booked = dt.datetime(2026, 11, 28, 10, 30, tzinfo=CHINA)
    car(store, name="booked", appointment_at=booked, confirm_on=D(2026, 11, 27))
    confirmed = car(store, name="confirmed", appointment_at=booked, confirm_on=D(2026, 11, 23))
    called(confirmed, "first_service_confirm", first_due_on=D(2026, 11, 23))
    visited(car(store, name="came", appointment_at=booked), D(2026, 11, 20))
    car(store, name="overdue", delivered_on=D(2026, 8, 23))
    car(store, name="agreed later", delivered_on=D(2026, 8, 23), agreed_on=D(2026, 11, 26))
    car(store, name="did not come", appointment_at=AT - DAY)
    car(store, name="due today", delivered_on=D(2026, 8, 24))
    car(store, name="booked today", delivered_on=D(2026, 8, 20), appointment_at=AT - dt.timedelta(hours=1))

    assert stages(manager, store) == {
        "expected": "expected",
        "reminded": "reminded",
        "booked": "booked",
        "confirmed": "confirmed",
        "came": "came",
        "overdue": "overdue",
        "agreed later": "expected",
        "did not come": "overdue",
        "due today": "expected",
        "booked today": "booked",
    }


def test_a_confirmation_of_a_former_appointment_confirms_nothing(store, manager):
    track = car(
        store, name="moved", appointment_at=dt.datetime(2026, 11, 30, 9, tzinfo=CHINA), confirm_on=D(2026, 11, 29)
    )
    called(track, "first_service_confirm", first_due_on=D(2026, 11, 23))

    assert stages(manager, store) == {"moved": "booked"}


def test_a_sheet_has_the_cars_of_its_month_and_for_three_months_those_that_did_not_come(store, manager):
    for name, delivered_on in (
        ("next month", D(2026, 9, 1)),
        ("first of the month", D(2026, 8, 1)),
        ("last month", D(2026, 7, 31)),
        ("three months ago", D(2026, 5, 1)),
        ("longer ago", D(2026, 4, 30)),
    ):
        car(store, name=name, delivered_on=delivered_on)
    visited(car(store, name="came last month", delivered_on=D(2026, 7, 15)), D(2026, 10, 20))
    car(StoreFactory(), name="elsewhere")

    assert list(stages(manager, store)) == ["three months ago", "last month", "first of the month"]


# --- what a line says -----------------------------------------------------------------------------------------------
@pytest.mark.rule("SV-10")
def test_late_days_and_kilometres_count_from_the_agreed_day_and_the_policy(store, manager):
    visited(car(store, name="on time", agreed_on=D(2026, 11, 22)), D(2026, 11, 22), km=4990)
    visited(car(store, name="late", agreed_on=D(2026, 11, 18)), D(2026, 11, 21), km=5500)
    visited(car(store, name="too far", delivered_on=D(2026, 8, 20)), D(2026, 11, 21), km=5501)
    waiting = car(store, name="not here", delivered_on=D(2026, 8, 14))
    FirstServiceEstimateFactory(track=waiting, odometer_km=5100)

    found = rows(manager, store)

    assert {name: (row.late_days, row.over_km, row.is_beyond) for name, row in found.items()} == {
        "on time": (0, 0, False),
        "late": (3, 500, False),
        "too far": (1, 501, True),
        "not here": (10, 100, False),
    }


def test_the_latest_reading_counts_whenever_it_was_typed(store, manager):
    track = car(store, name="read twice")
    FirstServiceEstimateFactory(track=track, read_on=D(2026, 11, 10), odometer_km=3300, made_at=AT - 5 * DAY)
    FirstServiceEstimateFactory(track=track, read_on=D(2026, 11, 1), odometer_km=2000, made_at=AT)

    assert rows(manager, store)["read twice"].reading.odometer_km == 3300


# --- who sees it ----------------------------------------------------------------------------------------------------
def test_a_consultant_sees_the_own_cars_and_the_call_centre_the_store(store, seller, manager):
    car(store, name="mine", consultant=seller)
    car(store, name="a colleague's")
    agent = StaffFactory(store=store, roles=["call_centre_agent"])
    leader = StaffFactory(store=store, roles=["sales_supervisor"])
    seller.superior = leader
    seller.save(update_fields=["superior"])

    assert set(stages(seller, store)) == set(stages(leader, store)) == {"mine"}
    assert set(stages(agent, store)) == set(stages(manager, store)) == {"mine", "a colleague's"}


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("first_service_sheet", ["reception", "service_adviser", "stock_keeper", "telesales"]),
        ("first_service_track", ["reception", "service_adviser", "stock_keeper", "telesales"]),
        ("first_service_export", ["sales_consultant", "call_centre_agent", "service_adviser"]),
        ("workshop_appointments", ["sales_consultant", "reception", "stock_keeper", "telesales"]),
    ],
)
def test_the_pages_are_for_those_who_need_them(store, name, refused):
    track = car(store)
    address = reverse(name, args=[track.pk] if name == "first_service_track" else [])

    for role in refused:
        assert signed_in(StaffFactory(store=store, roles=[role])).get(address).status_code == 403, role
    assert signed_in(StaffFactory(store=store, roles=["service_manager"])).get(address).status_code == 200


def test_the_sheet_of_a_car_one_may_not_see_is_not_there(store, seller):
    theirs, elsewhere = car(store), car(StoreFactory())

    for track in (theirs, elsewhere):
        assert signed_in(seller).get(reverse("first_service_track", args=[track.pk])).status_code == 404


# --- the page -------------------------------------------------------------------------------------------------------
def test_the_sheet_shows_its_columns_and_the_stages_with_their_counts(store, manager):
    track = car(
        store, name="王例", appointment_at=dt.datetime(2026, 11, 28, 10, 30, tzinfo=CHINA), confirm_on=D(2026, 11, 27)
    )
    FirstServiceEstimateFactory(track=track, odometer_km=4321, daily_km=50)
    car(store, name="李例", delivered_on=D(2026, 8, 1))

    page = signed_in(manager).get(reverse("first_service_sheet"))
    text = page.content.decode()

    assert [row.track.delivery.customer.name for row in page.context["rows"]] == ["李例", "王例"]
    assert {entry.value: count for entry, count, _href in page.context["counts"]} == {
        **dict.fromkeys(TrackStage.values, 0), "overdue": 1, "booked": 1,
    }  # fmt: skip
    assert all(word in text for word in ("4321", "2026-11-28 10:30", "2026-11-28", track.delivery.vehicle.vin[-6:]))


def test_the_sheet_is_narrowed_by_stage_month_and_consultant(store, seller, manager):
    car(store, name="expected", consultant=seller)
    car(store, name="overdue", delivered_on=D(2026, 8, 20))
    car(store, name="december", delivered_on=D(2026, 9, 10))
    client, address = signed_in(manager), reverse("first_service_sheet")

    def shown(**query):
        return [row.track.delivery.customer.name for row in client.get(address, query).context["rows"]]

    assert shown(stage="overdue") == ["overdue"]
    assert shown(stage="nonsense") == ["overdue", "expected"]
    assert shown(month="2026-12") == ["overdue", "expected", "december"]
    assert shown(consultant=seller.pk) == ["expected"]
    assert client.get(address, {"month": "2026-13"}).status_code == 422
    assert client.get(address, {"consultant": "99999"}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_sheet_costs_the_same_for_one_and_for_three_cars(store, manager, number, django_assert_num_queries):
    for _ in range(number):
        track = car(store)
        FirstServiceEstimateFactory(track=track)
        called(track, "first_service")
    client = signed_in(manager)

    with django_assert_num_queries(11):
        client.get(reverse("first_service_sheet"))


@pytest.mark.rule("N1-04", "SV-01", "SV-15")
def test_the_sheet_of_one_car_has_every_estimate_with_its_reckoning_and_every_call(store, seller, manager):
    track = car(store, name="王例", delivered_on=D(2026, 10, 1), consultant=seller)
    agent = StaffFactory(store=store, roles=["call_centre_agent"])
    FirstServiceEstimateFactory(track=track, read_on=D(2026, 11, 1), made_at=AT - 9 * DAY, made_by=agent)
    FirstServiceEstimateFactory(
        track=track, read_on=D(2026, 11, 20), odometer_km=2400, daily_km=50, interval_days=100,
        due_on=D(2027, 1, 1), capped=True, made_at=AT - DAY,
    )  # fmt: skip
    for kind, note in (("n_plus_1", "says 2,000"), ("7dc", "something else")):
        task = CallTaskFactory(kind=kind, delivery=track.delivery)
        save_call(task=task, by=agent, at=AT, outcome="no_answer", note=note)

    text = signed_in(manager).get(reverse("first_service_track", args=[track.pk])).content.decode()

    assert "2,000 km ÷ 31 days = 64.5 → 70 km a day" in text
    assert "5,000 ÷ 70 = 71 days → 11 December" in text
    assert "at the latest 1 January" in text
    assert text.index("2,400 km ÷ 50 days = 48 → 50 km a day") < text.index("2,000 km ÷ 31 days")
    assert ("says 2,000" in text, "something else" in text) == (True, False)


def test_the_workbook_has_the_lines_of_the_sheet_and_stands_in_the_audit(store, manager):
    track = car(
        store, name="=王例", appointment_at=dt.datetime(2026, 11, 28, 10, 30, tzinfo=CHINA), confirm_on=D(2026, 11, 27)
    )
    FirstServiceEstimateFactory(track=track, odometer_km=4321, daily_km=50)
    car(store, name="other stage", delivered_on=D(2026, 8, 1))

    answer = signed_in(manager).get(reverse("first_service_export"), {**NOVEMBER, "stage": "booked"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    line = [cell.value for cell in sheet[4]]
    assert sheet["A1"].value == "Tracking sheet of first services"
    assert (line[2], sheet["C4"].data_type) == ("=王例", "s")
    assert line[6:12] == [4321, "2026-11-01", "50", "2026-11-28", "2026-11-28 10:30", "(2026-11-21)"]
    assert line[12:18] == ["(2026-11-27)", "–", "Booked", 0, 0, "2026-11-28"]
    assert sheet["C5"].value is None
    event = AuditEvent.objects.get(code="report.exported")
    assert (event.by, event.data["report"], event.data["rows"]) == (manager, "first_service_sheet", 1)


# --- the appointments of a day --------------------------------------------------------------------------------------
@pytest.mark.rule("SV-07", "SV-09")
def test_advisers_see_who_comes_on_the_day_and_who_has_confirmed(store, manager):
    adviser = StaffFactory(store=store, roles=["service_adviser"], language="en")
    early = car(
        store, name="早例", appointment_at=dt.datetime(2026, 11, 25, 9, 0, tzinfo=CHINA), confirm_on=D(2026, 11, 24)
    )
    called(early, "first_service_confirm", first_due_on=D(2026, 11, 24))
    CustomerPhoneFactory(customer=early.delivery.customer, number="+8613900001234", is_primary=True)
    car(store, name="晚例", appointment_at=dt.datetime(2026, 11, 25, 16, 0, tzinfo=CHINA), confirm_on=D(2026, 11, 24))
    car(store, name="急例", appointment_at=dt.datetime(2026, 11, 25, 11, 0, tzinfo=CHINA))
    car(store, name="今例", appointment_at=dt.datetime(2026, 11, 24, 16, 0, tzinfo=CHINA))
    car(StoreFactory(), name="别店例", appointment_at=dt.datetime(2026, 11, 25, 9, 0, tzinfo=CHINA))

    address = reverse("workshop_appointments")
    client = signed_in(adviser)
    tomorrow = client.get(address, {"on": "2026-11-25"})
    today = client.get(address)
    text = tomorrow.content.decode()

    assert [booked.track.delivery.customer.name for booked in tomorrow.context["cars"]] == ["早例", "急例", "晚例"]
    assert [booked.track.delivery.customer.name for booked in today.context["cars"]] == ["今例"]
    marks = [text.index(word) for word in ("Confirmed", "Booked at short notice", "Not confirmed yet")]
    assert marks == sorted(marks)
    assert "13900001234" not in text
    assert "1234" in text
    assert reverse("customer_page", args=[early.delivery.customer_id]) not in text
    seen = signed_in(manager).get(address, {"on": "2026-11-25"}).content.decode()
    assert reverse("customer_page", args=[early.delivery.customer_id]) in seen
    assert client.get(address, {"on": "no day"}).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_appointments_cost_the_same_for_one_and_for_three(store, manager, number, django_assert_num_queries):
    for _ in range(number):
        car(store, appointment_at=AT)
    midnight = dt.datetime.combine(TODAY, dt.time.min, tzinfo=CHINA)
    assert manager.may("see_appointments")

    with django_assert_num_queries(3):
        booked_on(manager, midnight=midnight, today=TODAY)


def test_a_car_has_a_way_to_its_sheet(store, manager):
    track = car(store)

    page = signed_in(manager).get(reverse("vehicle_file", args=[track.delivery.vehicle_id])).content.decode()

    assert reverse("first_service_track", args=[track.pk]) in page
