"""A session that ends in the middle of a call takes nothing that was typed with it (real Chromium)."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from followups.models import CallAttempt, CallDraft, CallTask
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import session_cookie, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
PASSWORD = "demo-pass-2026"
KEPT = "Object.keys(sessionStorage).filter((key) => key.startsWith('kept:'))"


@pytest.fixture(autouse=True)
def _the_morning_of_a_working_day() -> Iterator[None]:
    with time_machine.travel(AT):
        yield


@pytest.fixture
def agent() -> Staff:
    staff = StaffFactory(store=StoreFactory(), roles=["call_centre_agent"], name="周客服", must_change_password=False)
    staff.set_password(PASSWORD)
    staff.save(update_fields=["password"])
    return staff


@pytest.fixture
def task(agent: Staff) -> CallTask:
    delivery = DeliveryFactory(customer__store=agent.store, customer__name="王小例", delivered_on=dt.date(2026, 11, 17))
    return CallTaskFactory(delivery=delivery, due_on=AT.date())


@pytest.fixture
def half_typed(page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, task: CallTask) -> Page:
    """The call is open, a result is chosen and a note and a complaint are typed."""
    sign_in(context, live_server.url, agent)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("王小例")
    page.locator("[name=outcome][value=call_back]").check()
    page.locator("#id_promised_at").fill("2026-11-24T16:30")
    page.locator("[name=q_attitude][value='7']").check()
    page.locator("[data-complaint] summary").click()
    page.locator("#id_complaint").fill("等了两小时")
    page.locator("#id_note").fill("下午再联系 “急”")
    return page


def sign_in_at_the_door(page: Page, agent: Staff) -> None:
    page.locator("#id_username").fill(agent.username)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")


def expect_everything_back(page: Page) -> None:
    expect(page.locator("[data-kept-notice]")).to_be_visible()
    expect(page.locator("[name=outcome]:checked")).to_have_value("call_back")
    expect(page.locator("#id_promised_at")).to_have_value("2026-11-24T16:30")
    expect(page.locator("[name=q_attitude]:checked")).to_have_value("7")
    expect(page.locator("#id_complaint")).to_have_value("等了两小时")
    expect(page.locator("#id_note")).to_have_value("下午再联系 “急”")


def test_a_call_that_is_saved_after_the_session_ended_comes_back_whole(
    half_typed: Page, live_server: LiveServer, agent: Staff, task: CallTask
) -> None:
    page = half_typed
    Session.objects.all().delete()
    CallDraft.objects.all().delete()

    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/sign-in/\?next=/tasks/"))
    sign_in_at_the_door(page, agent)
    page.wait_for_url(f"{live_server.url}/tasks/{task.pk}/")

    expect_everything_back(page)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    assert page.evaluate(KEPT) == []
    page.locator("#id_note").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")
    attempt = CallAttempt.objects.get()
    assert (attempt.outcome, attempt.note) == ("call_back", "下午再联系 “急”")
    assert page.evaluate(KEPT) == []


def test_a_call_whose_autosave_was_turned_away_comes_back_from_any_way_in(
    half_typed: Page, live_server: LiveServer, agent: Staff, task: CallTask
) -> None:
    page = half_typed
    Session.objects.all().delete()
    CallDraft.objects.all().delete()

    page.locator("#id_note").press("End")
    page.keyboard.type(" ")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "expired")
    page.goto(f"{live_server.url}/")  # asks nothing: the text is kept
    sign_in_at_the_door(page, agent)
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/tasks/{task.pk}/")

    expect_everything_back(page)


def test_a_call_survives_signing_in_anew_in_another_window(
    half_typed: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, task: CallTask
) -> None:
    page = half_typed
    context.clear_cookies()
    CallDraft.objects.all().delete()
    other = context.new_page()
    other.goto(f"{live_server.url}/sign-in/")
    sign_in_at_the_door(other, agent)
    other.wait_for_url(f"{live_server.url}/")

    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("403")).to_be_visible()
    page.locator("a.btn-primary").click()
    page.wait_for_url(f"{live_server.url}/tasks/{task.pk}/")

    expect_everything_back(page)


def test_what_one_person_typed_is_not_put_before_another(
    half_typed: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, task: CallTask
) -> None:
    page = half_typed
    Session.objects.all().delete()
    CallDraft.objects.all().delete()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/sign-in/\?next=/tasks/"))
    colleague = StaffFactory(store=agent.store, roles=["call_centre_agent"], name="吴客服")
    CallTask.objects.update(claimed_by=colleague)

    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_cookie(colleague), "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/tasks/{task.pk}/")

    expect(page.locator("#id_note")).to_have_value("")
    expect(page.locator("[data-kept-notice]")).to_be_hidden()
    assert page.evaluate(KEPT) == []
