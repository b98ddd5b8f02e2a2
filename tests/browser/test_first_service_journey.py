"""From the N+1 call to the workshop by keyboard: reading, estimate, agreed date, appointment, confirmation, came in."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import Customer
from customers.tests.factories import CustomerPhoneFactory
from followups.models import CallTask, FirstServiceEstimate, FirstServiceTrack, ServiceVisit
from followups.services.first_service import record_first_service_visits, start_follow_ups
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA
from orders.tests.factories import DeliveryFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import arrive, complaints_of, is_one_screen, resize, rows_of, sign_in, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

N_PLUS_1 = dt.datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)
DAY_BEFORE = dt.datetime(2027, 1, 4, 10, 0, tzinfo=CHINA)
DAY_AFTER = dt.datetime(2027, 1, 6, 10, 0, tzinfo=CHINA)
BOOKED = dt.datetime(2027, 1, 5, 10, 30, tzinfo=CHINA)
NAME = "王首保例"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(N_PLUS_1) as traveller:
        yield traveller


@pytest.fixture
def store() -> Store:
    return StoreFactory(name="星河汽车示例店")


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["call_centre_agent"], name="周客服例")


@pytest.fixture
def track(store: Store) -> FirstServiceTrack:
    """Delivered on 24 October: 30 days before the call."""
    delivery = DeliveryFactory(
        customer__store=store, customer__name=NAME, delivered_on=dt.date(2026, 10, 24), vehicle__plate="鄂A12345"
    )
    CustomerPhoneFactory(customer=delivery.customer, number="+8613800000088")
    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=N_PLUS_1)
    return FirstServiceTrack.objects.get()


def begin_day(store: Store, now: dt.datetime) -> None:
    make_call_list(store=store, on=now.date(), at=now)


def test_from_the_n_plus_1_call_to_the_workshop(
    page: Page,
    context: BrowserContext,
    live_server: LiveServer,
    clock: time_machine.Traveller,
    store: Store,
    agent: Staff,
    track: FirstServiceTrack,
) -> None:
    problems = complaints_of(page)
    resize(page, 1366, 768)
    sign_in(context, live_server.url, agent)
    begin_day(store, N_PLUS_1)

    # --- N+1: the reading, and what it means ------------------------------------------------------------------
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, NAME)
    assert is_one_screen(page)
    longer = page.locator(".script-longer").first
    expect(longer).to_be_visible()
    page.keyboard.press("k")
    expect(longer).to_be_hidden()
    page.keyboard.press("o")
    page.keyboard.type("2000")
    estimate = page.locator("#estimate")
    # 2,000 km in 30 days: 66.7, rounded up to 70 a day; 71 days after 24 October.
    expect(estimate).to_contain_text("2000公里 ÷ 30天 = 66.7 → 日均70公里")
    expect(estimate).to_contain_text("5000 ÷ 70 = 71天 → 1月3日")
    expect(estimate).to_contain_text("最晚1月24日")
    expect(estimate).to_contain_text("提醒日12月27日")
    assert is_one_screen(page)

    # --- a date beyond the week is refused, one within it is booked -------------------------------------------
    tab_to(page, "agreed_on")
    page.locator("#id_agreed_on").fill("2027-01-11")
    page.locator(".call-name").focus()
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("2026-12-27 至 2027-01-10")
    tab_to(page, "odometer_km")
    expect(page.locator("#id_odometer_km")).to_have_value("2000")
    tab_to(page, "agreed_on")
    page.locator("#id_agreed_on").fill("2027-01-05")
    tab_to(page, "appointment_at")
    page.locator("#id_appointment_at").fill("2027-01-05T10:30")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")

    track.refresh_from_db()
    assert (track.expected_on, track.agreed_on) == (dt.date(2027, 1, 3), dt.date(2027, 1, 5))
    assert (track.appointment_at, track.confirm_on) == (BOOKED, dt.date(2027, 1, 4))
    kept = FirstServiceEstimate.objects.get()
    assert (kept.odometer_km, kept.daily_km, kept.interval_days, kept.made_by) == (2000, 70, 71, agent)
    assert Customer.objects.get().knows_cars is True

    # --- the day before: the confirmation is the next call ----------------------------------------------------
    clock.move_to(DAY_BEFORE)
    sign_in(context, live_server.url, agent)
    begin_day(store, DAY_BEFORE)
    assert [task.kind for task in CallTask.objects.filter(state="open")] == ["first_service_confirm"]
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, NAME)
    expect(page.locator(".call-script")).to_contain_text("1月5日 10:30")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")

    # --- the adviser sees who comes tomorrow ------------------------------------------------------------------
    sign_in(context, live_server.url, StaffFactory(store=store, roles=["service_adviser"], name="韩顾问例"))
    page.goto(f"{live_server.url}/first-service/appointments/")
    page.get_by_role("link", name="明天", exact=True).click()
    arrive(page)
    assert [(row[0], row[1], row[4], row[7]) for row in rows_of(page, "main table")] == [
        ("10:30", NAME, "鄂A12345", "已确认")
    ]

    # --- the day after: it came, and the sheet says so --------------------------------------------------------
    clock.move_to(DAY_AFTER)
    ServiceVisit.objects.create(
        store=store, order_no="W1", visited_on=BOOKED.date(), vehicle=track.delivery.vehicle,
        customer=track.delivery.customer, kind="first_service", odometer_km=5120, created_at=DAY_AFTER,
    )  # fmt: skip
    record_first_service_visits(store=store, at=DAY_AFTER)
    sign_in(context, live_server.url, agent)
    page.goto(f"{live_server.url}/first-service/?month=2027-01")
    (line,) = rows_of(page, ".track-table")
    assert (line[0], line[8], line[11], line[12], line[13], line[14]) == (
        NAME, "2027-01-05 10:30", "2027-01-05", "来店", "–", "120",
    )  # fmt: skip
    page.get_by_role("link", name=NAME).click()
    arrive(page, NAME)
    expect(page.get_by_text("2000公里 ÷ 30天 = 66.7 → 日均70公里")).to_be_visible()
    assert problems == []
