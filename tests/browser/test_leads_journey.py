"""A lead from the first ring to the defeat, in Chromium: form, three calls by keyboard, register, hand-over sheet."""

import datetime as dt
import re
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import gettext as _
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from followups.models import CallTask
from inventory.models import VehicleModel
from inventory.tests.factories import VehicleModelFactory
from leads.models import Appointment, Contact, Defeat, GradeChange, HandOver, Lead, Ownership, StateChange, Visit
from leads.tests.factories import CHINA
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import arrive, complaints_of, is_one_screen, resize, rows_of, sign_in, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def moment(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=CHINA)


#: A Monday; the three calls of the first week are made on the Monday, the Friday and the Saturday.
RINGS = moment(11, 23, 9, 50)
FIRST, SECOND, THIRD = moment(11, 23, 10, 20), moment(11, 27, 10), moment(11, 28, 10)
EXPECTED, ARRIVES, LEAVES = moment(11, 29, 14, 30), moment(11, 29, 14, 20), moment(11, 29, 15, 40)
CUSTOMER, NUMBER = "林小例", "13900010001"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The machine's clock, which the server in the other thread reads too."""
    with time_machine.travel(RINGS) as traveller:
        yield traveller


@pytest.fixture
def store() -> Store:
    return StoreFactory(name="星河汽车示例店")


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"], name="周电销例")


@pytest.fixture
def desk(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["reception"], name="何前台例")


@pytest.fixture
def consultant(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_consultant"], name="陈顾问例", employee_no="S001")


@pytest.fixture
def colleague(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_consultant"], name="李顾问例", employee_no="S002")


@pytest.fixture
def manager(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_manager"], name="吴经理例")


@pytest.fixture
def model() -> VehicleModel:
    return VehicleModelFactory()


# --- what the people do --------------------------------------------------------------------------------------------
def arrive_at_card(page: Page, address: str, lead: Lead) -> None:
    page.wait_for_url(f"{address}{reverse('lead_card', args=[lead.pk])}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(CUSTOMER)
    arrive(page)


def take_next_call(page: Page, address: str) -> None:
    """From the queue to the screen of the call, with one key."""
    page.goto(f"{address}/queue/")
    arrive(page)
    page.keyboard.press("n")
    arrive(page, CUSTOMER)
    assert is_one_screen(page)


def speak(page: Page, result: str, grade: str, next_reason: str) -> None:
    """Reached: what came of it, the grade by its place in the row, and the reason of the next contact."""
    page.keyboard.press("1")
    expect(page.locator("#id_note")).to_be_focused()
    page.keyboard.type(result)
    page.keyboard.press("Tab")
    page.keyboard.press(grade)
    expect(page.locator("#id_next_reason")).to_be_focused()
    page.keyboard.type(next_reason)


def save_call(page: Page, address: str) -> None:
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{address}/queue/")
    arrive(page)


def calls() -> list[tuple[str, str | None, dt.date, str]]:
    """The calls to the lead: kind, whose, due, state."""
    rows = CallTask.objects.select_related("owner").order_by("pk")
    return [(row.kind, row.owner and row.owner.name, row.due_on, row.state) for row in rows]


def alerts_of(person: Staff) -> list[str]:
    return [*Alert.objects.filter(recipient=person).order_by("pk").values_list("code", flat=True)]


def follow_alert(page: Page, address: str, text: str) -> None:
    """From the bell's page to what the alert is about."""
    page.goto(f"{address}/alerts/")
    page.get_by_role("listitem").filter(has_text=text).get_by_role("button", name=_("View")).click()
    arrive(page)


def test_a_lead_from_the_first_ring_to_the_defeat(
    page: Page,
    context: BrowserContext,
    live_server: LiveServer,
    clock: time_machine.Traveller,
    store: Store,
    agent: Staff,
    desk: Staff,
    consultant: Staff,
    colleague: Staff,
    manager: Staff,
    model: VehicleModel,
) -> None:
    address = live_server.url
    resize(page, 1366, 768)
    problems = complaints_of(page)

    # --- Monday: the telephone rings, and telesales types the lead --------------------------------------------
    sign_in(context, address, agent)
    page.goto(f"{address}{reverse('lead_list')}")
    arrive(page)
    page.keyboard.press("n")
    arrive(page, _("New lead"))
    expect(page.locator("#id_number")).to_be_focused()
    page.keyboard.type(NUMBER)
    expect(page.locator("#known")).to_contain_text(_("A new number."))
    tab_to(page, "name")
    page.keyboard.type(CUSTOMER)
    page.locator("#id_model").select_option(label=str(model))
    page.locator("#id_buys_on").fill("2026-12-20")
    expect(page.locator("#known")).to_contain_text("A")
    page.locator("#id_name").press("Enter")
    page.wait_for_url(re.compile(r"/leads/\d+/$"))
    lead = Lead.objects.get()
    arrive_at_card(page, address, lead)
    assert (lead.owner, lead.telesales, lead.grade, lead.stage) == (agent, agent, "A", "telesales")
    assert lead.first_due_at == lead.registered_at + dt.timedelta(hours=24)

    # The list of the day holds it, however often it is made.
    assert calls() == [("lead_first_contact", agent.name, RINGS.date(), "open")]
    for _run in range(2):
        call_command("generate_call_lists", date="2026-11-23", stdout=StringIO())
    page.goto(f"{address}/tasks/")
    assert [row[0] for row in rows_of(page, "#tasks")] == [CUSTOMER]

    # --- three calls in the first week, by keyboard alone -----------------------------------------------------
    clock.move_to(FIRST)
    take_next_call(page, address)
    speak(page, "想看混动版,预算十五万", "3", "周五报混动版的价格")
    save_call(page, address)
    assert calls()[1:] == [("lead_revisit", agent.name, SECOND.date(), "open")]

    clock.move_to(SECOND)
    sign_in(context, address, agent)
    call_command("generate_call_lists", date="2026-11-27", stdout=StringIO())
    take_next_call(page, address)
    expect(page.locator(".lead-reason")).to_have_text("周五报混动版的价格")
    expect(page.locator(".lead-last")).to_have_text("想看混动版,预算十五万")
    speak(page, "价格满意,要和家人商量", "2", "问家人商量的结果")
    tab_to(page, "next_on")
    page.locator(":focus").fill("2026-11-28")
    save_call(page, address)
    lead.refresh_from_db()
    assert (lead.grade, lead.contacts, lead.settled_at) == ("A", 2, None)
    page.goto(f"{address}{reverse('lead_list')}?tab=mine")
    assert rows_of(page, "#leads")[0][4] == f"A {_('provisional')}"

    clock.move_to(THIRD)
    sign_in(context, address, agent)
    call_command("generate_call_lists", date="2026-11-28", stdout=StringIO())
    take_next_call(page, address)
    page.keyboard.press("H")
    page.keyboard.press("m")
    page.keyboard.type("家人同意,周日来试驾")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    expect(page.locator("#id_expected_at")).to_be_focused()
    page.locator(":focus").fill("2026-11-29T14:30")
    save_call(page, address)
    lead.refresh_from_db()
    assert (lead.grade, lead.contacts, lead.settled_at is not None) == ("H", 3, True)
    page.goto(f"{address}{reverse('lead_list')}?tab=mine")
    assert rows_of(page, "#leads")[0][4] == "H"
    assert Appointment.objects.get().expected_at == EXPECTED

    # --- Sunday: the customer arrives, the desk types the telephone, the owner is rung ------------------------
    clock.move_to(ARRIVES)
    sign_in(context, address, desk)
    page.goto(f"{address}{reverse('visit_register')}")
    arrive(page)
    expect(page.get_by_role("region", name=_("Expected today"))).to_contain_text(CUSTOMER)
    page.keyboard.press("a")
    page.keyboard.type("139 0001 0001")
    expect(page.locator("#found")).to_contain_text(agent.name)
    page.keyboard.press("Enter")
    expect(page.get_by_text(_("The customer was invited; the telesales agent has been told."))).to_be_visible()
    arrive(page)
    visit = Visit.objects.get(by_phone=False)
    assert (visit.lead, visit.invited, visit.consultant, visit.registered_by) == (lead, True, consultant, desk)
    assert alerts_of(agent) == ["visit.arrived"]

    sign_in(context, address, agent)
    page.goto(f"{address}{reverse('hand_over_new', args=[visit.pk])}")
    page.locator("#id_condition").fill("试驾混动版,谈价格")
    page.locator("#id_condition").press("Tab")
    page.get_by_role("button", name=_("Hand over"), exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()  # not while the customer is in the house
    assert not HandOver.objects.exists()

    clock.move_to(LEAVES)
    sign_in(context, address, desk)
    page.goto(f"{address}{reverse('visit_register')}")
    arrive(page)
    page.keyboard.press("1")
    expect(page.get_by_text(_("%(name)s left.") % {"name": CUSTOMER})).to_be_visible()
    arrive(page)

    # --- the sheet ----------------------------------------------------------------------------------------------
    clock.move_to(LEAVES + dt.timedelta(minutes=10))
    sign_in(context, address, agent)
    follow_alert(page, address, CUSTOMER)
    arrive_at_card(page, address, lead)
    page.goto(f"{address}{reverse('hand_over_list')}")
    page.get_by_role("link", name=_("Hand over"), exact=True).click()
    arrive(page, _("Hand over %(name)s") % {"name": CUSTOMER})
    page.locator("#id_condition").fill("试驾混动版,谈价格")
    page.get_by_role("button", name=_("Hand over"), exact=True).click()
    page.wait_for_url(f"{address}{reverse('hand_over_list')}")
    (line,) = rows_of(page, "main")
    assert (line[1:4], line[7:9]) == (["2026-11-29", CUSTOMER, "139****0001"], ["H", "试驾混动版,谈价格"])
    assert alerts_of(consultant) == ["lead.handed_over"]

    clock.move_to(LEAVES + dt.timedelta(minutes=30))
    sign_in(context, address, consultant)
    follow_alert(page, address, CUSTOMER)
    arrive(page, _("Confirm the hand-over"))
    page.locator("#id_grade").select_option("A")
    page.get_by_role("button", name=_("Confirm"), exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()  # the need was not repeated to the customer
    page.locator("#id_repeated").check()
    page.get_by_role("button", name=_("Confirm"), exact=True).click()
    arrive_at_card(page, address, lead)
    assert calls()[-1] == ("lead_revisit", consultant.name, THIRD.date() + dt.timedelta(days=7), "open")

    # Telesales sees the lead and what becomes of it, and changes nothing.
    sign_in(context, address, agent)
    page.goto(f"{address}{reverse('hand_over_list')}")
    page.locator("main").get_by_role("link", name=CUSTOMER).click()
    arrive_at_card(page, address, lead)
    expect(page.locator(".notice")).to_contain_text("您已移交")
    expect(page.locator("#new-line")).to_have_count(0)
    expect(page.get_by_role("link", name=_("Fill in the front"))).to_have_count(0)
    for name in ("lead_card_edit", "lead_defeat"):
        answer = page.request.get(f"{address}{reverse(name, args=[lead.pk])}")
        assert answer.status == 404

    # --- Thursday: bought elsewhere -------------------------------------------------------------------------------
    clock.move_to(moment(12, 3, 16))
    sign_in(context, address, consultant)
    page.goto(f"{address}{reverse('lead_card', args=[lead.pk])}")
    page.get_by_role("link", name=_("Apply for a defeat")).click()
    arrive(page, _("Defeat card"))
    page.get_by_role("radio", name=_("Bought another model")).check()
    page.locator("#id_lost_to").select_option("other_brand")
    page.get_by_role("checkbox", name=_("Special relationship")).check()
    page.locator("#id_competitor_model").fill("对手车型例")
    page.locator("#id_competitor_price").fill("13.98万")
    page.get_by_role("checkbox", name=_("Paid in cash")).check()
    page.locator("#id_main_reason").fill("亲戚在对手店工作")
    page.get_by_role("button", name=_("Apply for the defeat")).click()
    expect(page.locator("#id_proof_error")).to_have_text(_("Fill this in: the manager decides by it."))
    assert not Defeat.objects.exists()
    page.locator("#id_proof").fill("客户发来购车发票照片")
    page.get_by_role("button", name=_("Apply for the defeat")).click()
    arrive_at_card(page, address, lead)
    expect(page.get_by_role("heading", level=1)).to_contain_text("F0")
    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.owner) == ("defeat_applied", "A", consultant)
    assert calls()[-1][-1] == "cancelled"

    # --- the manager decides with one key -------------------------------------------------------------------------
    clock.move_to(moment(12, 4, 9))
    sign_in(context, address, manager)
    follow_alert(page, address, CUSTOMER)
    arrive(page, _("Defeats"))
    expect(page.get_by_role("article")).to_contain_text("客户发来购车发票照片")
    page.keyboard.press("a")
    expect(page.get_by_text(_("Approved: the lead is back with telesales."))).to_be_visible()

    # --- back with telesales, with its whole history --------------------------------------------------------------
    sign_in(context, address, agent)
    page.goto(f"{address}{reverse('lead_list')}")
    page.get_by_role("link", name=_("Lost and defeated")).click()
    page.locator("#leads").get_by_role("link", name=CUSTOMER, exact=True).click()
    arrive_at_card(page, address, lead)
    history = page.get_by_role("region", name=_("History"))
    for text in (agent.name, consultant.name, manager.name, "A → F"):
        expect(history).to_contain_text(text)
    expect(page.get_by_role("link", name=_("Take up again"))).to_be_visible()
    check_rows(lead, agent, consultant, manager)
    assert problems == []


def check_rows(lead: Lead, agent: Staff, consultant: Staff, manager: Staff) -> None:
    """What the whole way left in the database."""
    lead.refresh_from_db()
    assert (lead.state, lead.grade, lead.stage, lead.owner, lead.pool) == (
        "defeated", "F", "telesales", None, "telesales"
    )  # fmt: skip
    assert (lead.telesales, lead.next_contact_on, lead.card_opened_on) == (agent, None, ARRIVES.date())
    owners = Ownership.objects.filter(lead=lead).order_by("pk")
    assert [(row.reason, row.before, row.owner, row.pool, row.stage, row.by) for row in owners] == [
        ("assigned", None, agent, "telesales", "telesales", agent),
        ("handed_over", agent, consultant, "sales_consultant", "showroom", agent),
        ("defeated", consultant, None, "telesales", "telesales", manager),
    ]
    grades = GradeChange.objects.filter(lead=lead).order_by("pk")
    assert [(row.before, row.grade, row.graded_by, row.is_provisional, row.by) for row in grades] == [
        ("", "A", "intake", True, agent),
        ("A", "B", "telesales", True, agent),
        ("B", "A", "telesales", True, agent),
        ("A", "H", "telesales", False, agent),
        ("H", "A", "consultant", False, consultant),
        ("A", "F", "system", False, manager),
    ]
    states = StateChange.objects.filter(lead=lead).order_by("pk")
    assert [(row.before, row.state, row.note, row.by) for row in states] == [
        ("open", "defeat_applied", "亲戚在对手店工作", consultant),
        ("defeat_applied", "defeated", "亲戚在对手店工作", manager),
    ]
    lines = Contact.objects.filter(lead=lead).order_by("number")
    assert [(row.number, row.planned_on, row.reason, row.at.date(), row.result, row.outcome) for row in lines] == [
        (1, RINGS.date() + dt.timedelta(days=1), "", FIRST.date(), "想看混动版,预算十五万", "done"),
        (2, SECOND.date(), "周五报混动版的价格", SECOND.date(), "价格满意,要和家人商量", "done"),
        (3, THIRD.date(), "问家人商量的结果", THIRD.date(), "家人同意,周日来试驾", "appointment"),
    ]
    assert [(row.grade_before, row.grade_after, row.days_late) for row in lines] == [
        ("A", "B", 0), ("B", "A", 0), ("A", "H", 0)
    ]  # fmt: skip
    defeat = Defeat.objects.get(lead=lead)
    assert (defeat.state, defeat.by, defeat.decided_by, defeat.grade_before) == ("approved", consultant, manager, "A")
    assert (defeat.competitor_price_fen, defeat.paid_cash, defeat.proof) == (13_980_000, True, "客户发来购车发票照片")
    sheet, appointment = HandOver.objects.get(lead=lead), Appointment.objects.get(lead=lead)
    assert (sheet.telesales, sheet.consultant, sheet.grade, sheet.confirmed_at is not None) == (
        agent, consultant, "H", True
    )  # fmt: skip
    assert (appointment.state, appointment.visit) == ("kept", sheet.visit)
    told = AuditEvent.objects.about(lead).order_by("pk")
    assert [*told.values_list("code", flat=True)][-1] == "defeat.approved"
