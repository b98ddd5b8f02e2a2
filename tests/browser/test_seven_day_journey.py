"""A 7DC of a dissatisfied customer by keyboard alone: the 3DC is read, its promise asked after, the complaint taken
down with the note, the event signed up for, saved, next (real Chromium)."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints.models import Complaint
from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from followups.models import CallTask, EventSignUp, OwnerEvent, Questionnaire
from followups.services.calls import ComplaintHeard, save_call
from followups.services.events import EventPlan, plan_event
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import arrive, comes_true, is_one_screen, resize, sign_in, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = AT.date()


@pytest.fixture(autouse=True)
def _the_morning_of_a_working_day() -> Iterator[None]:
    with time_machine.travel(AT):
        yield


@pytest.fixture
def store() -> Store:
    return StoreFactory(name="星河汽车示例店")


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["call_centre_agent"], name="周客服")


@pytest.fixture
def consultant(store: Store) -> Staff:
    supervisor = StaffFactory(store=store, roles=["sales_supervisor"], name="赵主管", phone="+8613700000001")
    return StaffFactory(store=store, roles=["sales_consultant"], name="李顾问", superior=supervisor)


@pytest.fixture
def event(store: Store, agent: Staff) -> OwnerEvent:
    starts = AT + dt.timedelta(days=11)
    plan = EventPlan("冬季用车课堂", starts, "展厅", 8, starts - dt.timedelta(days=2), "有茶歇。")
    return plan_event(store=store, plan=plan, by=agent, at=AT - dt.timedelta(days=7))


@pytest.fixture
def calls(store: Store, consultant: Staff) -> list[CallTask]:
    """Two 7DC; the 3DC of the first had heard of floor mats that were never given."""
    tasks = []
    for day, name in ((16, "王小明"), (17, "赵丽")):
        delivery = DeliveryFactory(
            customer__store=store,
            customer__name=name,
            customer__owner=consultant,
            consultant=consultant,
            delivered_on=dt.date(2026, 11, day),
        )
        CustomerPhoneFactory(customer=delivery.customer, number=f"+8613800000{day:03d}")
        tasks.append(CallTaskFactory(delivery=delivery, due_on=TODAY))
    first = CallTaskFactory(kind="3dc", delivery=tasks[0].delivery, owner=consultant, due_on=dt.date(2026, 11, 19))
    save_call(
        task=first,
        by=consultant,
        at=AT - dt.timedelta(days=5),
        outcome="done",
        answers={"car": "satisfied", "dealership": "dissatisfied"},
        complaint=ComplaintHeard("答应的脚垫没有给。"),
    )
    return tasks


@pytest.mark.rule("D7-03")
@pytest.mark.rule("D7-09")
def test_a_dissatisfied_customer_is_worked_by_keyboard_alone(
    page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, event: OwnerEvent, calls: list[CallTask]
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    resize(page, 1366, 768)
    sign_in(context, live_server.url, agent)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "王小明")

    # What was promised in the 3DC, what was answered then, and whom to ask: one key shows the number.
    assert is_one_screen(page)
    promised = page.locator("[aria-labelledby=pane-customer]")
    expect(promised).to_contain_text("3DC 时的承诺")
    expect(promised).to_contain_text("赵主管")
    expect(promised).to_contain_text("首次答复已超时")
    expect(promised).to_contain_text("3DC 回访记录")
    page.keyboard.press("a")
    expect(page.get_by_role("link", name="137 0000 0001")).to_be_focused()

    # Ten questions of mixed types, one key a score; 0 is ten; the number is typed, the choice is a digit.
    page.keyboard.press("1")
    for key in ("3", "0"):
        page.keyboard.press(key)
    expect(page.locator("#id_q_delivery_minutes")).to_be_focused()
    page.keyboard.type("95")
    for key in ("Enter", "4", "5", "6", "7", "2", "2"):
        page.keyboard.press(key)
    expect(page.locator("#id_q_reason")).to_be_focused()
    page.keyboard.type("油耗低")

    # The event stands behind the questions and the card; the plate is asked again.
    expect(page.locator("#id_plate_helptext")).to_be_visible()
    tab_to(page, "event")
    page.keyboard.press("ArrowDown")
    tab_to(page, "event_people")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")

    # The note is carried over into the complaint by one key.
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.type("脚垫还没给，等了一个半小时")
    tab_to(page, "spoken_to")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("#id_complaint")).to_have_value("脚垫还没给，等了一个半小时")
    page.keyboard.press("Control+Enter")
    arrive(page, "赵丽")

    task = CallTask.objects.get(pk=calls[0].pk)
    given = {row.question.code: row.value for row in task.response.answers.select_related("question")}
    assert given == {
        "attitude": "3",
        "expertise": "10",
        "delivery_minutes": "95",
        "process": "4",
        "vehicle_explanation": "5",
        "service_introduction": "6",
        "cleanliness": "7",
        "delivery": "2",
        "source": "internet",
        "reason": "油耗低",
    }
    heard = Complaint.objects.get(origin_key=str(task.pk))
    assert (heard.content, heard.customer) == ("脚垫还没给，等了一个半小时", task.customer)
    assert [(row.customer, row.people, row.task) for row in EventSignUp.objects.all()] == [(task.customer, 2, task)]
    assert AuditEvent.objects.filter(code="staff_phone.shown", by=agent).count() == 1
    assert (task.state, problems) == ("done", [])


@pytest.mark.rule("D7-05")
def test_the_meter_turns_amber_at_five_minutes(
    page: Page, context: BrowserContext, live_server: LiveServer, agent: Staff, calls: list[CallTask]
) -> None:
    sign_in(context, live_server.url, agent)
    page.clock.install(time=AT)
    page.goto(f"{live_server.url}/queue/")
    page.keyboard.press("n")
    arrive(page, "王小明")
    meter = page.locator("[data-timer]")

    page.clock.run_for(dt.timedelta(minutes=4, seconds=30).total_seconds() * 1000)
    early = meter.get_attribute("class") or ""
    page.clock.run_for(31_000)

    assert "is-late" not in early
    assert comes_true(page, "document.querySelector('[data-timer]').classList.contains('is-late')")
    expect(meter).to_contain_text("05:0")


@pytest.mark.rule("D7-07")
def test_a_manager_orders_and_activates_the_next_version_by_keyboard(
    page: Page, context: BrowserContext, live_server: LiveServer, store: Store
) -> None:
    first = Questionnaire.objects.get(kind="7dc", version=1, store=None)
    sign_in(context, live_server.url, StaffFactory(store=store, roles=["sales_manager"]))
    page.goto(f"{live_server.url}/questionnaires/{first.pk}/")
    arrive(page)
    with page.expect_navigation():
        page.keyboard.press("k")
    draft = Questionnaire.objects.get(kind="7dc", version=2)
    last = draft.questions.get(code="reason")

    # Moved twice: the button keeps the focus, so that Enter moves it on.
    page.locator(f"#question-{last.pk} button[value=up]").focus()
    for place in (9, 8):
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert comes_true(page, "document.activeElement?.value === 'up'")
        last.refresh_from_db()
        assert last.position == place

    # A new question, in both languages, appears in both previews.
    with page.expect_navigation():
        page.keyboard.press("a")
    for name, text in (("text_zh", "您进车主群了吗？"), ("text_en", "Have you joined the owners' group?")):
        tab_to(page, name)
        page.keyboard.type(text)
    tab_to(page, "type")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#id_minimum")).to_be_hidden()
    page.get_by_role("button", name="保存", exact=True).press("Enter")
    expect(page.locator("[lang=en].question-preview")).to_contain_text("Have you joined the owners' group?")
    expect(page.locator("[lang=zh-hans].question-preview")).to_contain_text("您进车主群了吗？")

    page.locator("#id_effective_from").fill("2027-01-01")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("从 2027-01-01 起使用。")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.state, draft.effective_from, draft.questions.count()) == ("active", dt.date(2027, 1, 1), 11)
