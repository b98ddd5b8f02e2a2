"""An agent works three calls by keyboard alone; the number that was empty stands with the seller (real Chromium)."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints.models import Complaint
from customers.tests.factories import CustomerPhoneFactory
from followups.models import CallAttempt, CallTask
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import arrive, is_one_screen, resize, sign_in, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = dt.date(2026, 11, 24)
SCORES = (
    "attitude",
    "expertise",
    "process",
    "vehicle_explanation",
    "service_introduction",
    "cleanliness",
    "delivery",
)


@pytest.fixture(autouse=True)
def _the_morning_of_a_working_day() -> Iterator[None]:
    with time_machine.travel(AT):
        yield


@pytest.fixture
def store() -> Store:
    return StoreFactory(name="星河汽车示例店")


@pytest.fixture
def consultant(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_consultant"], name="李顾问")


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["call_centre_agent"], name="周客服")


@pytest.fixture
def calls(store: Store, consultant: Staff) -> list[CallTask]:
    """Three 7DC, in the order of their deliveries."""
    tasks = []
    for day, name in ((15, "王小明"), (16, "赵丽"), (17, "陈强")):
        delivery = DeliveryFactory(
            customer__store=store,
            customer__name=name,
            customer__owner=consultant,
            consultant=consultant,
            delivered_on=dt.date(2026, 11, day),
        )
        CustomerPhoneFactory(customer=delivery.customer, number=f"+8613800000{day:03d}")
        tasks.append(CallTaskFactory(delivery=delivery, due_on=TODAY))
    return tasks


def test_agent_works_three_calls_by_keyboard_alone(
    page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, consultant: Staff, calls: list[CallTask]
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    resize(page, 1366, 768)
    sign_in(context, live_server.url, agent)

    # Next: the earliest delivery, and one screen without scrolling.
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "王小明")
    assert is_one_screen(page)
    expect(page.get_by_text("138 0000 0015")).to_be_visible()

    # Reached: seven scores, one duration, a note, saved with Ctrl+Enter.
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    for code in SCORES:
        tab_to(page, f"q_{code}")
        page.keyboard.press("ArrowLeft")
    tab_to(page, "q_delivery_minutes")
    page.keyboard.type("30")
    tab_to(page, "note")
    page.keyboard.type("客户很满意 n 3")
    page.keyboard.press("Control+Enter")

    # No answer.
    arrive(page, "赵丽")
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")

    # Empty number: then there is nothing left.
    arrive(page, "陈强")
    page.keyboard.press("6")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")

    first, second, third = (CallTask.objects.get(pk=task.pk) for task in calls)
    trace = CallTask.objects.get(kind="number_trace")
    assert [(row.outcome, row.note) for row in CallAttempt.objects.order_by("pk")] == [
        ("done", "客户很满意 n 3"),
        ("no_answer", ""),
        ("empty_number", ""),
    ]
    assert (first.state, first.response.answers.count()) == ("done", 8)
    assert (second.state, second.due_on) == ("open", TODAY + dt.timedelta(days=1))
    assert (third.state, third.held_by) == ("open", trace)
    assert (trace.owner, trace.due_on, trace.customer) == (consultant, TODAY, third.customer)

    # The seller finds the trace next, corrects the number, and the call comes back.
    context.clear_cookies()
    sign_in(context, live_server.url, consultant)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "陈强")
    page.keyboard.press("1")
    tab_to(page, "new_number")
    page.keyboard.type("13700009999")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")

    third.refresh_from_db()
    assert (third.state, third.held_by, third.due_on) == ("open", None, TODAY)
    assert third.customer.phones.get(is_primary=True).number == "+8613700009999"
    assert [problem for problem in problems if "422" not in problem] == []


def test_half_typed_call_survives_a_reload_and_a_call_back_needs_two_keys(
    page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, calls: list[CallTask]
) -> None:
    sign_in(context, live_server.url, agent)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "王小明")

    page.keyboard.press("b")
    page.get_by_label("约定再打时间").fill("2026-11-24T16:30")
    tab_to(page, "note")
    page.keyboard.type("下午再联系")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.locator("#id_note")).to_have_value("下午再联系")
    page.locator("h1").click()
    page.keyboard.press("c")
    expect(page.locator("#id_complaint")).to_have_value("下午再联系")
    page.locator("#id_complaint").fill("")
    page.keyboard.press("Control+Enter")

    arrive(page, "赵丽")
    task = CallTask.objects.get(pk=calls[0].pk)
    assert (task.state, task.due_at) == ("open", AT.replace(hour=16, minute=30))
    assert CallAttempt.objects.get().note == "下午再联系"


def test_a_score_is_one_key_and_never_a_result(
    page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, calls: list[CallTask]
) -> None:
    sign_in(context, live_server.url, agent)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    arrive(page, "王小明")

    # The result leads to the questions, each digit to the next one; a field is left with Enter, which saves nothing.
    for key in ("1", "8", "9"):
        page.keyboard.press(key)
    expect(page.locator("#id_q_delivery_minutes")).to_be_focused()
    page.keyboard.type("25")
    for key in ("Enter", "0", "7", "7", "8"):
        page.keyboard.press(key)

    # Saved too early: what is missing has the focus, under an address that can be reloaded.
    page.keyboard.press("Control+Enter")
    expect(page.locator("[name=q_delivery]").first).to_be_focused()
    assert page.url == f"{live_server.url}/tasks/{calls[0].pk}/"
    page.reload()
    expect(page.locator("[name=q_process]:checked")).to_have_value("10")
    page.keyboard.press("1")
    expect(page.locator("[name=q_delivery]").first).to_be_focused()
    page.keyboard.press("9")

    # A click leaves no ring, and then a digit is a result; Esc leads back to the results as well.
    page.get_by_role("radio", name="朋友介绍").check()
    page.keyboard.press("3")
    expect(page.locator("[name=outcome]:checked")).to_have_value("no_answer")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    expect(page.locator("[name=outcome]:checked")).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.type("8 分以上")
    page.keyboard.press("Control+Enter")
    arrive(page, "赵丽")

    # No answer is two keys.
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    arrive(page, "陈强")

    given = CallAttempt.objects.earliest("pk").task.response.answers
    scores = {row.question.code: row.value for row in given.select_related("question")}
    assert [(row.outcome, row.note) for row in CallAttempt.objects.order_by("pk")] == [
        ("done", "8 分以上"),
        ("no_answer", ""),
    ]
    assert scores == dict(zip(SCORES, ("8", "9", "10", "7", "7", "8", "9"), strict=True)) | {
        "delivery_minutes": "25",
        "source": "friend",
    }


def test_words_that_a_refused_call_asks_for_are_typed_at_once(
    page: Page, context: BrowserContext, live_server: LiveServer, consultant: Staff, calls: list[CallTask]
) -> None:
    task = CallTaskFactory(kind="3dc", delivery=calls[0].delivery, owner=consultant, due_on=TODAY)
    sign_in(context, live_server.url, consultant)
    page.goto(f"{live_server.url}/tasks/{task.pk}/")
    page.keyboard.press("s")
    expect(page.locator("[data-call]")).to_be_visible()

    for key in ("1", "1", "3", "Control+Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#id_complaint")).to_be_focused()
    page.keyboard.type("1 号展厅等了 2 小时 n b c")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/queue/")

    (complaint,) = Complaint.objects.filter(customer=task.customer)
    assert complaint.content == "1 号展厅等了 2 小时 n b c"
    assert CallAttempt.objects.get().outcome == "done"


def test_call_stays_on_the_screen_while_the_network_is_gone(
    page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, calls: list[CallTask]
) -> None:
    sign_in(context, live_server.url, agent)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "王小明")

    context.set_offline(True)
    page.keyboard.press("3")
    page.keyboard.press("m")
    page.keyboard.type("稍后再打")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "offline")
    expect(page.locator("#id_note")).to_have_value("稍后再打")
    context.set_offline(False)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    page.keyboard.press("Control+Enter")
    arrive(page, "赵丽")

    assert [(row.outcome, row.note) for row in CallAttempt.objects.all()] == [("no_answer", "稍后再打")]
