"""The main job in real Chromium: workbooks in, the day's list, three calls by keyboard, the trace, the month's 3DC."""

import datetime as dt
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import BrowserContext, Download, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints.models import Complaint
from customers.models import Customer
from dealership.notifications.models import Alert
from dealership.workbooks.enums import Reason
from dealership.workbooks.models import ImportBatch
from followups.models import CallAttempt, CallTask
from followups.selectors.monthly import FIGURES, RATES, monthly_3dc
from inventory.models import VehicleModel
from orders.models import Delivery
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser import workbooks
from tests.browser.pages import (
    arrive,
    complaints_of,
    figures,
    is_one_screen,
    resize,
    rows_of,
    sign_in,
    sign_in_by_form,
    tab_to,
)
from tests.browser.workbooks import (
    BAD_NAME,
    BAD_ROW,
    CALLER,
    DAY_AFTER,
    EMPTY_NUMBER,
    MANAGER,
    MODEL,
    NOT_HOME,
    ON_SEVENTH_DAY,
    OTHER_MODEL,
    SATISFIED_NOT,
    SELLER,
    SUPERVISOR,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CHINA = ZoneInfo("Asia/Shanghai")
#: A Monday afternoon; the lists, the calls and the manager's look follow on the Tuesday and the Wednesday.
EVENING_BEFORE = dt.datetime(2026, 11, 23, 16, 0, tzinfo=CHINA)
DAY = dt.datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
NEXT_DAY = dt.datetime(2026, 11, 25, 9, 30, tzinfo=CHINA)
ADMIN_PASSWORD, HANDED_OUT, OWN = "xinghe-admin-2026", "first-for-you-77", "wind-over-lake-5"
WORDS = "提车时等了两个小时,没有人解释"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The machine's clock, which the server in the other thread reads too."""
    with time_machine.travel(EVENING_BEFORE) as traveller:
        yield traveller


@pytest.fixture
def store() -> Store:
    return StoreFactory(code="XH01", name="星河汽车示例店")


@pytest.fixture
def admin(store: Store) -> Staff:
    person = StaffFactory(store=store, roles=["admin"], username="A001", employee_no="A001", name="管理员例")
    person.set_password(ADMIN_PASSWORD)
    person.save(update_fields=["password"])
    return person


# --- imports -------------------------------------------------------------------------------------------------------
def hand_in(page: Page, address: str, path: Path) -> None:
    """Upload a workbook and wait for what was understood of it."""
    page.goto(f"{address}/imports/")
    page.get_by_role("link", name=_("Import a workbook")).first.click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name=_("Check the workbook")).click()
    page.wait_for_url("**/imports/*/")


def take_over(page: Page, address: str, path: Path) -> None:
    """Upload a workbook and import what is good of it."""
    hand_in(page, address, path)
    page.get_by_role("button", name=_("Import the good rows")).click()
    expect(page.get_by_role("heading", name=_("Imported"), exact=True)).to_be_visible()


def counts(page: Page) -> tuple[str, ...]:
    """Rows, new, changed, unchanged, rejected, warnings: as the page shows them."""
    return tuple(figures(page).values())


# --- calls ---------------------------------------------------------------------------------------------------------
def answer(page: Page, question: str, *keys: str) -> None:
    """Go to a question with the Tab key and choose its answer."""
    tab_to(page, f"q_{question}")
    for key in keys:
        page.keyboard.press(key)


def waiting(on: dt.date) -> list[tuple[str, str, str, dt.date, str]]:
    """The list of a day from the database: kind, customer, whose, due, state."""
    rows = CallTask.objects.due(on).select_related("customer", "owner").order_by("due_on", "kind", "pk")
    return [
        (row.kind, row.customer.name, row.owner.name if row.owner else row.pool, row.due_on, row.state) for row in rows
    ]


def workbook_of(download: Download, folder: Path) -> Worksheet:
    path = folder / download.suggested_filename
    download.save_as(path)
    sheet = load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    return sheet


def corrected(path: Path) -> Path:
    """The workbook of bad rows with the missing digit filled in, saved anew."""
    book = load_workbook(path)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    column = next(cell.column for cell in sheet[3] if cell.value == "联系电话*")
    sheet.cell(4, column).value = "13800002006"
    book.save(path)
    return path


def desk(page: Page, title: str) -> Locator:
    """One of the lists of the day."""
    return page.get_by_role("region", name=title)


def cells(sheet: Worksheet) -> list[list[object]]:
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def test_from_the_workbooks_to_the_statistics_of_the_month(
    page: Page,
    context: BrowserContext,
    live_server: LiveServer,
    clock: time_machine.Traveller,
    store: Store,
    admin: Staff,
    tmp_path: Path,
) -> None:
    address = live_server.url
    resize(page, 1366, 768)
    problems = complaints_of(page)

    # --- Monday afternoon: the administrator takes in the workbooks -------------------------------------------
    sign_in_by_form(page, address, "A001", ADMIN_PASSWORD)
    hand_in(page, address, workbooks.roster(tmp_path))
    expect(page.get_by_role("heading", name=_("What was understood"))).to_be_visible()
    assert counts(page) == ("4", "4", "0", "0", "0", "0")
    assert Staff.objects.filter(store=store).count() == 1  # nothing is written before one says so
    page.get_by_role("button", name=_("Import the good rows")).click()
    expect(page.get_by_role("heading", name=_("Imported"), exact=True)).to_be_visible()
    people = {person.name: person for person in Staff.objects.filter(store=store)}
    assert (people[CALLER].superior, people[SUPERVISOR].superior) == (people[SUPERVISOR], people[MANAGER])

    take_over(page, address, workbooks.catalogue(tmp_path))
    take_over(page, address, workbooks.rota(tmp_path))

    hand_in(page, address, workbooks.ledger(tmp_path))
    assert counts(page) == ("6", "5", "0", "0", "1", "0")
    assert rows_of(page, "#issues")[0][:3] == [str(BAD_ROW), "联系电话", str(Reason.BAD_PHONE.label)]
    with page.expect_download() as download:
        page.get_by_role("link", name=_("Download the rejected rows")).click()
    assert download.value.suggested_filename == "交车台账-退回.xlsx"
    bad = cells(workbook_of(download.value, tmp_path))
    assert [line[0] for line in bad[:2]] == ["星河汽车交车台账", "填表日期:2026-11-21"]
    assert bad[2][-2:] == [_("Why it was rejected"), _("Row in the file")]
    assert BAD_NAME in bad[3]
    assert bad[3][-2:] == ["联系电话：“1380000206”不是有效的电话号码。", BAD_ROW]
    page.get_by_role("button", name=_("Import the good rows")).click()
    expect(page.get_by_role("heading", name=_("Imported"), exact=True)).to_be_visible()
    assert [*Delivery.objects.order_by("pk").values_list("customer__name", flat=True)] == [
        SATISFIED_NOT,
        NOT_HOME,
        EMPTY_NUMBER,
        ON_SEVENTH_DAY,
        DAY_AFTER,
    ]

    # The bad row, put right in the workbook that came back.
    take_over(page, address, corrected(tmp_path / download.value.suggested_filename))
    assert Delivery.objects.filter(customer__name=BAD_NAME, customer__phones__number="+8613800002006").count() == 1

    # A first password for the consultant who will call.
    page.goto(f"{address}/admin/staffing/staff/{people[CALLER].pk}/password/")
    page.locator("#id_password1").fill(HANDED_OUT)
    page.locator("#id_password2").fill(HANDED_OUT)
    page.locator("#id_password2").press("Enter")
    page.wait_for_url("**/admin/staffing/staff/**/change/")

    # --- the list of Tuesday ----------------------------------------------------------------------------------
    clock.move_to(EVENING_BEFORE.replace(hour=18))
    call_command("generate_call_lists", date="2026-11-24", stdout=StringIO())
    assert waiting(DAY.date()) == [
        ("3dc", SATISFIED_NOT, CALLER, DAY.date(), "open"),  # the seller rests, the colleague is on duty
        ("3dc", NOT_HOME, CALLER, DAY.date(), "open"),
        ("3dc", EMPTY_NUMBER, CALLER, DAY.date(), "open"),
        ("7dc", ON_SEVENTH_DAY, "call_centre_agent", DAY.date(), "open"),
    ]

    # --- Tuesday morning: an own password first, then three calls by keyboard alone ---------------------------
    clock.move_to(DAY)
    context.clear_cookies()
    sign_in_by_form(page, address, "S004", HANDED_OUT)
    page.goto(f"{address}/queue/")
    expect(page).to_have_url(f"{address}/password/")
    for name, text in (("old_password", HANDED_OUT), ("new_password1", OWN), ("new_password2", OWN)):
        tab_to(page, name)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(CALLER)
    for customer in (SATISFIED_NOT, NOT_HOME, EMPTY_NUMBER):
        expect(page.locator("main").get_by_role("link", name=customer)).to_be_visible()
    page.keyboard.press("g")
    page.wait_for_url(f"{address}/queue/")
    arrive(page)
    page.keyboard.press("n")
    arrive(page, SATISFIED_NOT)
    assert is_one_screen(page)
    page.keyboard.press("1")
    answer(page, "car", "Space")
    answer(page, "dealership", "ArrowLeft")
    answer(page, "contact_way", "Space")
    page.keyboard.press("c")
    expect(page.locator("#id_complaint")).to_be_focused()
    page.keyboard.type(WORDS)
    page.keyboard.press("Control+Enter")

    arrive(page, NOT_HOME)
    assert is_one_screen(page)
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")

    arrive(page, EMPTY_NUMBER)
    assert is_one_screen(page)
    page.keyboard.press("6")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"{address}/queue/")

    attempts = CallAttempt.objects.order_by("pk")
    assert [(row.task.customer.name, row.outcome, row.by.name) for row in attempts] == [
        (SATISFIED_NOT, "done", CALLER),
        (NOT_HOME, "no_answer", CALLER),
        (EMPTY_NUMBER, "empty_number", CALLER),
    ]
    answers = {row.question.code: row.value for row in attempts[0].task.response.answers.select_related("question")}
    assert answers == {"car": "satisfied", "dealership": "dissatisfied", "contact_way": "phone"}

    # The others have replaced their first passwords already.
    Staff.objects.filter(store=store).update(must_change_password=False)

    # The complaint lies on the supervisor's desk, with an alert.
    complaint = Complaint.objects.get()
    assert (complaint.handler, complaint.kind, complaint.content) == (people[SUPERVISOR], "service", WORDS)
    sign_in(context, address, people[SUPERVISOR])
    page.goto(f"{address}/alerts/")
    expect(page.get_by_text(f"{SATISFIED_NOT}的投诉 {complaint.number}")).to_be_visible()
    assert [*Alert.objects.filter(recipient=people[SUPERVISOR]).values_list("code", flat=True)] == ["complaint.opened"]
    page.goto(f"{address}/")
    expect(desk(page, _("Complaints at my desk")).get_by_role("link", name=SATISFIED_NOT)).to_be_visible()

    # The number stands with the seller, although a colleague called.
    sign_in(context, address, people[SELLER])
    page.goto(f"{address}/")
    expect(desk(page, _("Numbers to trace")).get_by_role("link", name=EMPTY_NUMBER)).to_be_visible()

    # --- Wednesday's list -------------------------------------------------------------------------------------
    clock.move_to(DAY.replace(hour=18))
    call_command("generate_call_lists", date="2026-11-25", stdout=StringIO())
    clock.move_to(NEXT_DAY)
    call_command("generate_call_lists", date="2026-11-25", stdout=StringIO())  # twice: the same list
    assert waiting(NEXT_DAY.date()) == [
        ("3dc", EMPTY_NUMBER, CALLER, DAY.date(), "open"),
        ("7dc", ON_SEVENTH_DAY, "call_centre_agent", DAY.date(), "open"),
        ("number_trace", EMPTY_NUMBER, SELLER, DAY.date(), "open"),
        ("3dc", NOT_HOME, CALLER, NEXT_DAY.date(), "open"),
        ("3dc", DAY_AFTER, CALLER, NEXT_DAY.date(), "open"),
    ]
    held = CallTask.objects.get(kind="3dc", customer__name=EMPTY_NUMBER)
    assert held.held_by == CallTask.objects.get(kind="number_trace")
    sign_in(context, address, people[CALLER])
    page.goto(f"{address}/tasks/")
    listed = [(row[0], row[1]) for row in rows_of(page, "#tasks")]
    assert sorted(listed) == sorted([(EMPTY_NUMBER, "3DC"), (NOT_HOME, "3DC"), (DAY_AFTER, "3DC")])

    # --- the manager's month ----------------------------------------------------------------------------------
    sign_in(context, address, people[MANAGER])
    page.goto(f"{address}/reports/3dc/?month=2026-11")
    report = monthly_3dc(stores=[store], month=dt.date(2026, 11, 1), consultant=None, viewer=people[MANAGER])
    total = report.total
    assert (total.due, total.attempted, total.successful, total.complaints) == (4, 3, 1, 1)
    shown = figures(page)
    tiles = (FIGURES["due"], RATES["attempt_rate"], RATES["success_rate"], FIGURES["complaints"])
    assert [shown[str(tile.label)] for tile in tiles] == ["4", "75.0%", "25.0%", "1"]
    page.locator(".kpi").filter(has_text=_("Success rate")).get_by_role("link").click()
    page.wait_for_url("**/reports/3dc/rows/**")
    assert [(row[0], row[4]) for row in rows_of(page, "#rows")] == [(SATISFIED_NOT, SELLER)]
    page.go_back()
    with page.expect_download() as download:
        page.keyboard.press("e")
    printed = printed_lines(workbook_of(download.value, tmp_path))
    on_screen = lines_of(page)
    assert printed[SELLER] == on_screen[SELLER]
    assert printed[CALLER] == on_screen[CALLER]
    assert printed[_("Total")] == on_screen[_("Total")]
    assert printed[_("Total")][0] == str(total.due)
    assert problems == []


def lines_of(page: Page) -> dict[str, list[str]]:
    """The table by consultant on the page: name → figures."""
    texts = [row.locator("th, td").all_inner_texts() for row in page.locator("table.report-wide tr").all()]
    return {line[0].split()[0]: [text.strip() for text in line[1:]] for line in texts}


def printed_lines(sheet: Worksheet) -> dict[str, list[str]]:
    """The same of the workbook, as Excel shows it."""
    lines = {}
    for row in sheet.iter_rows():
        names = [str(cell.value) for cell in row[:2] if cell.value is not None]
        if names:
            lines[names[-1]] = [f"{c.value:.1%}" if "%" in c.number_format else str(c.value) for c in row[2:]]
    return lines


def test_an_import_is_undone_unless_something_depends_on_it(
    page: Page, context: BrowserContext, live_server: LiveServer, store: Store, admin: Staff, tmp_path: Path
) -> None:
    address = live_server.url
    StaffFactory(store=store, roles=["sales_consultant"], employee_no="S003", name=SELLER)
    StaffFactory(store=store, roles=["sales_consultant"], employee_no="S004", name=CALLER)
    problems = complaints_of(page)
    sign_in(context, address, admin)

    def undo() -> None:
        page.get_by_role("button", name=_("Undo the import")).click()
        page.get_by_role("dialog").get_by_role("button", name=_("Continue")).click()

    # Nothing depends on a model that nobody bought.
    take_over(page, address, workbooks.catalogue(tmp_path))
    assert VehicleModel.objects.count() == 2
    undo()
    expect(page.get_by_text(_("The import was undone."))).to_be_visible()
    assert VehicleModel.objects.count() == 0

    # Somebody bought one: first the ledger would have to go.
    take_over(page, address, workbooks.catalogue(tmp_path, models=(MODEL, OTHER_MODEL, "示范三号")))
    models = page.url
    take_over(page, address, workbooks.ledger(tmp_path))
    ledger = page.url
    page.goto(models)
    undo()
    expect(page.get_by_text("无法撤销").first).to_be_visible()
    assert (VehicleModel.objects.count(), Delivery.objects.count()) == (3, 5)

    page.goto(ledger)
    undo()
    expect(page.get_by_role("button", name=_("Undo the import"))).to_have_count(0)
    page.goto(models)
    undo()
    expect(page.get_by_role("button", name=_("Undo the import"))).to_have_count(0)
    assert (VehicleModel.objects.count(), Delivery.objects.count(), Customer.objects.count()) == (0, 0, 0)
    assert [*ImportBatch.objects.order_by("pk").values_list("state", flat=True)] == ["undone"] * 3
    assert problems == []
