"""Telesales works leads by keyboard alone: first contacts, an appointment, a try, the card beside it (Chromium)."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from followups.models import CallTask
from followups.tests.factories import CHINA
from leads.enums import Channel, Way
from leads.models import Appointment, Contact, Lead
from leads.services.contacts import ContactFacts, record_contact
from leads.services.registering import NewLead, register_lead
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import arrive, complaints_of, is_one_screen, resize, sign_in, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _the_morning_of_a_working_day() -> Iterator[None]:
    with time_machine.travel(AT):
        yield


@pytest.fixture
def store() -> Store:
    return StoreFactory(name="星河汽车示例店")


@pytest.fixture
def telesales(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"], name="周电销例")


@pytest.fixture
def leads(store: Store, telesales: Staff) -> list[Lead]:
    """A revisit that is due, with three lines on its card, and two first contacts."""
    found = []
    for nth, (name, days) in enumerate((("王小例", 30), ("赵丽例", 1), ("陈强例", 0))):
        at = AT - days * DAY - dt.timedelta(minutes=30 - nth)
        new = NewLead(name=name, number=f"1390001000{nth}", channel=Channel.WEB, registered_at=at, grade="A")
        found.append(register_lead(store=store, new=new, owner=telesales, pool="telesales", by=None, at=at).lead)
    for nth in range(3):
        said = ContactFacts(way=Way.PHONE, reached=True, result=f"第{nth + 1}次的结果", next_reason=f"理由{nth + 1}")
        record_contact(lead=found[0], facts=said, by=telesales, at=AT - (21 - 7 * nth) * DAY)
    return found


def test_telesales_calls_three_leads_by_keyboard_alone(
    page: Page, context: BrowserContext, live_server: LiveServer, telesales: Staff, leads: list[Lead]
) -> None:
    problems = complaints_of(page)
    resize(page, 1366, 768)
    sign_in(context, live_server.url, telesales)
    page.goto(f"{live_server.url}/queue/")

    # First contacts come before the revisit, the one that is late first. A conversation without its plan is refused.
    page.keyboard.press("n")
    arrive(page, "赵丽例")
    assert is_one_screen(page)
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_next_reason")).to_have_attribute("aria-invalid", "true")
    tab_to(page, "note")
    page.keyboard.type("想看顶配 H 1")
    tab_to(page, "grade")
    page.keyboard.press("1")
    tab_to(page, "next_reason")
    page.keyboard.type("告知现车")
    page.keyboard.press("Control+Enter")

    # The second one agrees to come: the time stands beside the result.
    arrive(page, "陈强例")
    page.keyboard.press("H")
    expect(page.locator("input[name=grade][value=H]")).to_be_checked()
    page.keyboard.press("0")
    page.locator("#id_expected_at").fill("2026-11-26T14:00")
    page.keyboard.press("Control+Enter")

    # The revisit shows the reason of this line beside what came of the last one, and the lines before.
    arrive(page, "王小例")
    plan = page.locator(".lead-plan")
    for text in ("理由3", "第3次的结果", "第2次的结果", "第1次的结果"):
        expect(plan).to_contain_text(text)
    assert is_one_screen(page)
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")

    first = Contact.objects.get(lead=leads[1])
    assert (first.result, first.grade_after, first.next_reason) == ("想看顶配 H 1", "H", "告知现车")
    assert Appointment.objects.get(lead=leads[2]).expected_at == dt.datetime(2026, 11, 26, 14, 0, tzinfo=CHINA)
    assert Contact.objects.get(lead=leads[2]).grade_after == "H"
    last = Contact.objects.filter(lead=leads[0]).latest("number")
    assert (last.number, last.reached, last.reason) == (4, False, "理由3")
    assert [task.due_on.isoformat() for task in CallTask.objects.unfinished().order_by("lead_id")] == [
        "2026-11-25", "2026-11-27", "2026-11-27",
    ]  # fmt: skip
    assert problems == []


def test_a_half_typed_line_survives_a_reload(
    page: Page, context: BrowserContext, live_server: LiveServer, telesales: Staff, leads: list[Lead]
) -> None:
    sign_in(context, live_server.url, telesales)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "赵丽例")
    tab_to(page, "note")
    page.keyboard.type("谈到一半")
    tab_to(page, "next_reason")
    with page.expect_response(lambda response: response.url.endswith("/draft/")):
        page.keyboard.type("再约")

    page.reload()

    arrive(page, "赵丽例")
    expect(page.locator("#id_note")).to_have_value("谈到一半")
    expect(page.locator("#id_next_reason")).to_have_value("再约")
