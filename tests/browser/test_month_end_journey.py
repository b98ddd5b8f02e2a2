"""The month end in real Chromium: the supervisor confirms once, B and C go to telesales, H and A stay."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import gettext as _
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from dealership.notifications.models import Alert
from followups.models import CallTask
from leads import tasks
from leads.enums import Channel
from leads.models import Lead, MonthEnd, MonthEndMove, Ownership
from leads.services.registering import NewLead, register_lead
from leads.tests.factories import CHINA
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser.pages import arrive, complaints_of, figures, resize, rows_of, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.rule("LG-30"),
    pytest.mark.rule("LG-31"),
]

#: A Sunday, in the last three days of the month.
EVENING = dt.datetime(2026, 11, 29, 18, 0, tzinfo=CHINA)
NOVEMBER = dt.date(2026, 11, 1)
#: Whose, which grade.
HELD = {
    "赵甲例": ("陈顾问例", "H"),
    "钱乙例": ("陈顾问例", "A"),
    "孙丙例": ("陈顾问例", "B"),
    "李丁例": ("陈顾问例", "C"),
    "周戊例": ("王顾问例", "B"),
    "吴己例": ("王顾问例", "C"),
}
EXCEPTED, REASON = "周戊例", "周二签约,定金已谈好"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The machine's clock, which the server in the other thread reads too."""
    with time_machine.travel(EVENING) as traveller:
        yield traveller


@pytest.fixture
def store() -> Store:
    return StoreFactory(name="星河汽车示例店")


@pytest.fixture
def supervisor(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["sales_supervisor"], name="郑主管例")


@pytest.fixture
def sellers(store: Store, supervisor: Staff) -> dict[str, Staff]:
    names = ("陈顾问例", "王顾问例")
    return {n: StaffFactory(store=store, roles=["sales_consultant"], name=n, superior=supervisor) for n in names}


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"], name="周电销例")


@pytest.fixture
def leads(store: Store, sellers: dict[str, Staff]) -> dict[str, Lead]:
    found, at = {}, EVENING - dt.timedelta(days=20)
    for number, (name, (seller, grade)) in enumerate(HELD.items(), start=13900020001):
        new = NewLead(name=name, number=str(number), channel=Channel.WALK_IN, registered_at=at, grade=grade)
        owner = sellers[seller]
        found[name] = register_lead(store=store, new=new, owner=owner, pool="sales_consultant", by=owner, at=at).lead
    return found


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was given to the workers."""
    given: list[int] = []
    monkeypatch.setattr(tasks.carry_out_month_end, "delay", given.append)
    return given


def whose(leads: dict[str, Lead]) -> dict[str, str]:
    """Customer → the owner's name, or the pool."""
    rows = Lead.objects.filter(pk__in=[lead.pk for lead in leads.values()]).select_related("owner", "customer")
    return {row.customer.name: row.owner.name if row.owner else row.pool for row in rows}


def confirm(page: Page) -> None:
    """The one key, and the question that it asks first."""
    page.keyboard.press("s")
    page.get_by_role("dialog").get_by_role("button", name=_("Continue")).click()


def test_the_supervisor_cleans_up_at_the_end_of_the_month(
    page: Page,
    context: BrowserContext,
    live_server: LiveServer,
    clock: time_machine.Traveller,
    supervisor: Staff,
    sellers: dict[str, Staff],
    agent: Staff,
    leads: dict[str, Lead],
    handed: list[int],
) -> None:
    address = live_server.url
    resize(page, 1366, 768)
    problems = complaints_of(page)

    # --- the preview, by consultant ---------------------------------------------------------------------------
    sign_in(context, address, supervisor)
    page.goto(f"{address}{reverse('month_end_list')}")
    arrive(page)
    page.keyboard.press("p")
    arrive(page, "2026-11")
    month_end = MonthEnd.objects.get()
    assert figures(page)[_("To telesales")] == "4"
    shown = {name: rows_of(page, f"section:has(h2:text-is('{name}'))") for name in sellers}
    listed = {name: [(row[0].split()[0], row[1]) for row in rows] for name, rows in shown.items()}
    assert listed == {
        "陈顾问例": [("孙丙例", "B"), ("李丁例", "C")],
        "王顾问例": [("周戊例", "B"), ("吴己例", "C")],
    }
    assert whose(leads) == {name: seller for name, (seller, _grade) in HELD.items()}

    # --- one exception, with a reason -------------------------------------------------------------------------
    row = page.get_by_role("row").filter(has_text=EXCEPTED)
    row.locator("summary").click()
    row.get_by_role("button", name=_("Leave it with the consultant")).click()
    expect(row).to_contain_text(_("Say why: the reason stays with the lead."))
    row.get_by_label(_("Reason"), exact=True).fill(REASON)
    row.get_by_role("button", name=_("Leave it with the consultant")).click()
    expect(row).to_contain_text(REASON)
    expect(row.get_by_role("button", name=_("Take the exception back"))).to_be_visible()
    arrive(page, "2026-11")
    assert (figures(page)[_("To telesales")], figures(page)[_("Stay by exception")]) == ("3", "1")

    # --- one confirmation; the page follows the worker ----------------------------------------------------------
    second = context.new_page()
    also = complaints_of(second)
    second.goto(page.url)
    arrive(second, "2026-11")
    confirm(page)
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert handed == [month_end.pk]
    assert tasks.carry_out_month_end(month_end.pk) == 3
    expect(page.locator("#month-end .notice")).to_contain_text("执行完毕")
    gone = {"孙丙例", "李丁例", "吴己例"}
    after = {name: "telesales" if name in gone else seller for name, (seller, _grade) in HELD.items()}
    assert whose(leads) == after

    # --- again: nothing moves -----------------------------------------------------------------------------------
    confirm(second)
    expect(second.get_by_text(_("This clean-up has been confirmed already."))).to_be_visible()
    second.close()
    assert (handed, tasks.carry_out_month_end(month_end.pk)) == ([month_end.pk], 0)
    clock.move_to(EVENING + dt.timedelta(days=1))
    sign_in(context, address, supervisor)
    page.goto(f"{address}{reverse('month_end_list')}")
    arrive(page)
    page.keyboard.press("p")
    expect(page.get_by_text(_("This clean-up has been confirmed already."))).to_be_visible()
    assert whose(leads) == after
    check_rows(month_end, supervisor, leads, gone)
    told = Alert.objects.filter(code="month_end.done").values_list("recipient__name", "params__count")
    assert sorted(told) == [("王顾问例", 1), ("陈顾问例", 2)]

    # --- telesales finds them, and takes one ----------------------------------------------------------------------
    sign_in(context, address, agent)
    page.goto(f"{address}{reverse('lead_list')}")
    page.get_by_role("link", name=re.compile(f"^{_('Pool')}")).click()
    arrive(page)
    assert {line[0].split()[0] for line in rows_of(page, "#leads")} == gone
    page.get_by_role("row").filter(has_text="孙丙例").get_by_role("button", name=_("Take")).click()
    page.wait_for_url(f"{address}{reverse('lead_card', args=[leads['孙丙例'].pk])}")
    arrive(page)
    assert whose(leads) == {**after, "孙丙例": agent.name}
    call = CallTask.objects.unfinished().get(lead=leads["孙丙例"])
    assert (call.owner, call.pool) == (agent, "telesales")
    assert problems == []
    assert also == []


def check_rows(month_end: MonthEnd, supervisor: Staff, leads: dict[str, Lead], gone: set[str]) -> None:
    """What the clean-up left in the database."""
    month_end.refresh_from_db()
    assert (month_end.month, month_end.state, month_end.moved, month_end.total, month_end.confirmed_by) == (
        NOVEMBER, "done", 3, 3, supervisor
    )  # fmt: skip
    moves = MonthEndMove.objects.select_related("lead__customer")
    assert {move.lead.customer.name: (move.moved_at is not None, move.skipped) for move in moves} == {
        **dict.fromkeys(gone, (True, "")),
        EXCEPTED: (False, REASON),
    }
    rows = Ownership.objects.filter(reason="month_end").select_related("lead__customer", "before")
    assert {row.lead.customer.name: (row.before and row.before.name, row.owner, row.pool, row.by) for row in rows} == {
        name: (HELD[name][0], None, "telesales", supervisor) for name in gone
    }
    kept = Lead.objects.filter(pk__in=[lead.pk for lead in leads.values()]).values_list("customer__name", "grade")
    assert dict(kept) == {name: grade for name, (_seller, grade) in HELD.items()}
