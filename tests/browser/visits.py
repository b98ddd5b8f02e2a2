"""Every page of the product, full and empty, and how a browser gets there: for the eyes, the tests and the pictures."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, Route

from complaints.models import Complaint
from dealership.demo import seed_demo
from dealership.web import errors
from dealership.workbooks.models import ImportBatch
from dealership.workbooks.services import check_batch, import_now, receive_workbook
from followups.enums import TaskKind, TaskState
from followups.models import CallTask
from followups.services.claims import claim_task
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.browser import workbooks
from tests.browser.pages import session_cookie
from tests.browser.visit import Visit, search_for
from tests.browser.visits_bulletins import NO_BULLETIN_PAGE, bulletin_visits
from tests.browser.visits_documents import NO_DOCUMENT_PAGE, document_visits
from tests.browser.visits_files import NO_FILE_PAGE, file_visits
from tests.browser.visits_first_service import NO_FIRST_SERVICE_PAGE, first_service_visits
from tests.browser.visits_greetings import NO_GREETINGS_PAGE, greeting_visits
from tests.browser.visits_keeping import NO_KEEPING_PAGE, keeping_visits
from tests.browser.visits_leads_cards import NO_CARD_PAGE, card_visits
from tests.browser.visits_leads_discipline import discipline_visits
from tests.browser.visits_leads_duplicates import duplicate_visits
from tests.browser.visits_leads_intake import NO_INTAKE_PAGE, intake_visits
from tests.browser.visits_leads_reports import lead_report_visits
from tests.browser.visits_leads_visits import register_visits
from tests.browser.visits_owners import NO_OWNERS_PAGE, owners_visits
from tests.browser.visits_referrals import referral_visits
from tests.browser.visits_taken import NO_TAKEN_PAGE, taken_visits

#: The demo stands on a Tuesday morning within the calling hours.
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LANGUAGES = {"zh": "zh-hans", "en": "en"}
#: Addresses that answer with no page of their own, by what they answer with.
NO_PAGE = {
    "healthz": "JSON",
    "readyz": "JSON",
    "icon_sprite": "SVG",
    "import_template": "a workbook",
    "import_rejected": "a workbook",
    "report_3dc_export": "a workbook",
    "lead_report_export": "a workbook",
    "call_estimate": "a part of the call screen",
    "call_draft": "nothing; the call screen keeps a draft",
    "set_language": "back to the page",
    "set_theme": "back to the page",
    "sign_out": "to the sign-in page",
    "queue_next": "to the call, or to the queue",
    "task_claim": "to the call",
    "task_release": "to the queue",
    "alert_open": "to what the alert is about",
    "alert_read": "back to the alerts",
    "alerts_read_all": "back to the alerts",
    "import_commit": "back to the import",
    "import_resume": "back to the import",
    "import_undo": "back to the import",
    "import_discard": "to the imports",
    **NO_CARD_PAGE,
    **NO_FILE_PAGE,
    **NO_DOCUMENT_PAGE,
    **NO_INTAKE_PAGE,
    **NO_OWNERS_PAGE,
    **NO_TAKEN_PAGE,
    **NO_FIRST_SERVICE_PAGE,
    **NO_GREETINGS_PAGE,
    **NO_KEEPING_PAGE,
    **NO_BULLETIN_PAGE,
    "merge_undo": "back to the duplicates",
    "lead_ruling": "back to the search",
    "relative_add": "back to the customer",
    "relative_remove": "back to the customer",
    "visit_look_up": "a part of the register",
    "visit_leave": "back to the register",
    "visit_grade": "back to the register or the line",
    "turn_skip": "back to the register",
    "turn_give_back": "back to the register",
    "register_close": "back to the register",
    "invitation_cancel": "back to the appointments",
    "hand_over_export": "a workbook",
    "lift_ban": "back to the customer",
    "appointment_cancel": "back to the car",
}


@dataclass
class Tour:
    """Goes to pages in one language, theme and width, as whoever may see them."""

    context: BrowserContext
    page: Page
    address: str
    language: str
    _sessions: dict[str, str] = field(default_factory=dict)

    def go(self, visit: Visit) -> int:
        """Open the page and do what is to be done there. Returns the status it came with."""
        self.context.clear_cookies()
        self._cookie(settings.LANGUAGE_COOKIE_NAME, self.language)
        if visit.who:
            if visit.who not in self._sessions:
                self._sessions[visit.who] = session_cookie(Staff.objects.get(username=visit.who))
            self._cookie(settings.SESSION_COOKIE_NAME, self._sessions[visit.who])
        url = self.address + visit.address
        if visit.drawn_by is not None:
            self.page.route(url, self._drawn(visit))
        response = self.page.goto(url)
        assert response is not None
        if visit.drawn_by is not None:
            self.page.unroute(url)
        if visit.act is not None:
            visit.act(self.page)
            self.page.wait_for_load_state()
        return response.status

    def _cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def _drawn(self, visit: Visit) -> Callable[[Route], None]:
        request = RequestFactory().get(visit.address)
        request.LANGUAGE_CODE = self.language  # type: ignore[attr-defined]
        with translation.override(self.language):
            answer = visit.drawn_by(request)  # type: ignore[misc]
        return lambda route: route.fulfill(
            status=answer.status_code, body=answer.content.decode(), content_type="text/html; charset=utf-8"
        )


def tour(browser: Browser, address: str, *, language: str, theme: str, width: int, height: int = 900) -> Tour:
    """A fresh browser window; ``language`` and ``theme`` as "zh" or "en", "light" or "dark"."""
    context = browser.new_context(
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    return Tour(context, context.new_page(), address, LANGUAGES[language])


# --- the store to look at ------------------------------------------------------------------------------------------
def fill() -> list[Visit]:
    """Fill an empty database with the demo and with a store where nothing has happened yet. Returns every visit."""
    store = seed_demo(as_of=AT.date()).store
    nobody = StoreFactory(code="NEU", name="示例·新开专营店")
    for username, role in (
        ("N-ADMIN", "admin"),
        ("N-AGENT", "call_centre_agent"),
        ("N-SELLER", "sales_consultant"),
        ("N-LEAD", "sales_supervisor"),
        ("N-BOSS", "sales_manager"),
    ):
        StaffFactory(store=nobody, username=username, employee_no=username, name="新员工例", roles=[role])
    StaffFactory(store=store, username="D099", name="新同事例", roles=["sales_consultant"], must_change_password=True)
    return [
        *_doors(),
        *_desk(store),
        *_queue(store),
        *_calls(store),
        *_imports(store),
        *_reports(),
        *lead_report_visits(),
        *_for_all(),
        *first_service_visits(store, at=AT),
        *greeting_visits(store, at=AT),
        *keeping_visits(store, at=AT),
        *bulletin_visits(store, at=AT),
        *card_visits(store, at=AT),
        *register_visits(store, at=AT),
        *discipline_visits(store, at=AT),
        *duplicate_visits(store),
        *file_visits(store, at=AT),
        *taken_visits(store, at=AT),
        *intake_visits(store),
        *owners_visits(store),
        *referral_visits(store, at=AT),
        *document_visits(store),
    ]


def _desk(store: Store) -> Iterator[Visit]:
    for who in ("D021", "D041", "D012", "D040", "D010", "D002", "D070", "N-SELLER", "N-AGENT", "N-LEAD", "N-BOSS"):
        yield Visit(f"my-day-{who}", reverse("my_day"), who)
    board = reverse("board")
    yield Visit("board", board, "D012")
    yield Visit("board-of-the-store", board, "D001")
    yield Visit("board-missed", f"{board}?show=missed", "D040")
    yield Visit("board-refused", board, "D040", _hand_over_to_nobody, shows=("board_reassign",))
    yield Visit("board-empty", board, "N-LEAD")
    complaint = Complaint.objects.filter(customer__store=store).select_related("customer").order_by("-pk")[0]
    customer = reverse("customer_page", args=[complaint.customer_id])
    yield Visit("customers", reverse("customer_list"), "D041")
    yield Visit("customers-empty", reverse("customer_list"), "N-AGENT")
    yield Visit("search-many", reverse("customer_list"), "D041", search_for("8"), shows=("search",))
    yield Visit("search-nothing", reverse("customer_list"), "D041", search_for("nobody"))
    yield Visit("customer", customer, "D041")
    yield Visit("phone", customer, "D041", _reveal, shows=("reveal_phone",))
    yield Visit("vehicle", reverse("vehicle_file", args=[complaint.vehicle_id]), "D041")


def _queue(store: Store) -> Iterator[Visit]:
    yield Visit("queue", reverse("queue"), "D043")
    yield Visit("queue-empty", reverse("queue"), "N-AGENT")
    yield Visit("queue-says-why", reverse("queue"), "N-AGENT", _ask_for_the_next)
    yield Visit("tasks", reverse("task_list"), "D043")
    yield Visit("tasks-empty", reverse("task_list"), "N-AGENT")


def _calls(store: Store) -> Iterator[Visit]:
    """One call of every kind in somebody's hands, and one in every other state."""
    callers: dict[str, str] = {}
    for kind in TaskKind:
        for task in CallTask.objects.filter(store=store, kind=kind, state=TaskState.OPEN, held_by=None):
            owner = [task.owner] if task.owner else Staff.objects.filter(store=store, role_rows__role=task.pool)
            free = [person for person in owner if person.username not in callers.values()]
            if free:
                claim_task(task=task, by=free[0], at=AT)
                callers[kind] = free[0].username
                address = reverse("call_task", args=[task.pk])
                yield Visit(f"call-{kind}", address, free[0].username)
                if kind == TaskKind.SEVEN_DAY:
                    yield Visit("call-refused", address, free[0].username, _save_too_early, shows=("call_save",))
                    yield Visit("call-of-a-colleague", address, "D040")
                    yield Visit("queue-with-a-call", reverse("queue"), free[0].username)
                break
    done = CallTask.objects.filter(store=store, state=TaskState.DONE, kind=TaskKind.THREE_DAY).order_by("-pk")[0]
    yield Visit("call-done", reverse("call_task", args=[done.pk]), "D040")
    waiting = CallTask.objects.filter(store=store, state=TaskState.OPEN, held_by=None).order_by("pk")
    if free_one := waiting.first():
        yield Visit("call-not-begun", reverse("call_task", args=[free_one.pk]), "D040")


def _imports(store: Store) -> Iterator[Visit]:
    admin = Staff.objects.get(username="D002")
    common = {"store_id": store.pk, "as_of": AT.date(), "by": admin, "at": AT}
    with TemporaryDirectory() as folder:
        catalogue, ledger = (
            workbooks.catalogue(Path(folder)),
            workbooks.ledger(Path(folder), seller="李静例", number="d021", caller="王强例"),
        )
        done = import_now(content=BytesIO(catalogue.read_bytes()), file_name=catalogue.name, **common)
        checked = receive_workbook(content=BytesIO(ledger.read_bytes()), file_name=ledger.name, **common)
    check_batch(batch_id=checked.pk, at=AT)
    refused = receive_workbook(content=BytesIO(b"no workbook"), file_name="便条.xlsx", **common)
    check_batch(batch_id=refused.pk, at=AT)
    running = receive_workbook(content=BytesIO(b"no workbook"), file_name="进行中.xlsx", **common)
    ImportBatch.objects.filter(pk=running.pk).update(state="checking", progress_done=40, progress_total=100)
    yield Visit("imports", reverse("import_list"), "D002")
    yield Visit("imports-empty", reverse("import_list"), "N-ADMIN")
    yield Visit("upload", reverse("import_upload"), "D002")
    yield Visit("upload-refused", reverse("import_upload"), "D002", _send_nothing)
    for name, batch in (("committed", done), ("checked", checked), ("refused", refused), ("running", running)):
        yield Visit(f"import-{name}", reverse("import_detail", args=[batch.pk]), "D002")


def _reports() -> Iterator[Visit]:
    month, rows = reverse("report_3dc"), reverse("report_3dc_rows")
    yield Visit("reports", reverse("report_index"), "D010")
    yield Visit("report-3dc", f"{month}?month=2026-11", "D010")
    yield Visit("report-3dc-stores", f"{month}?month=2026-11", "D090")
    yield Visit("report-3dc-empty", f"{month}?month=2026-11", "N-BOSS")
    yield Visit("report-3dc-refused", f"{month}?month=2026-99", "D010", status=422)
    yield Visit("report-rows", f"{rows}?month=2026-11&figure=due", "D010")
    yield Visit("report-complaints", f"{rows}?month=2026-11&figure=complaints", "D010")
    yield Visit("report-rows-empty", f"{rows}?month=2026-11&figure=due", "N-BOSS")


def _for_all() -> Iterator[Visit]:
    yield Visit("alerts", reverse("alert_list"), "D011")
    yield Visit("alerts-empty", reverse("alert_list"), "N-AGENT")
    yield Visit("password", reverse("change_password"), "D041")
    yield Visit("password-refused", reverse("change_password"), "D041", _wrong_new_password)
    yield Visit("first-password", reverse("change_password"), "D099")
    yield Visit("gallery", reverse("gallery"), "D002")
    yield Visit("error-400", "/broken/", drawn_by=errors.bad_request)
    yield Visit("error-403", reverse("board"), "D041", status=403)
    yield Visit("error-404", "/no-such-page/", "D041", status=404)
    yield Visit("error-404-stranger", "/no-such-page/", status=404)
    yield Visit("error-500", "/broken/", drawn_by=errors.server_error)
    yield Visit("error-csrf", reverse("sign_in"), act=_post_without_token)


def _doors() -> Iterator[Visit]:
    yield Visit("sign-in", reverse("sign_in"))
    yield Visit("sign-in-refused", reverse("sign_in"), act=_wrong_password)
    yield Visit("sign-in-locked", reverse("sign_in"), act=_wrong_password_too_often)


# --- what is done on a page ----------------------------------------------------------------------------------------
def _wrong_password(page: Page, name: str = "D098") -> None:
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill("wrong")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _wrong_password_too_often(page: Page) -> None:
    while page.locator("#id_username").count():
        _wrong_password(page, "D097")


def _post_without_token(page: Page) -> None:
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    _wrong_password(page)


def _wrong_new_password(page: Page) -> None:
    page.locator("#id_old_password").fill("not mine")
    page.locator("#id_new_password1").fill("12345")
    page.locator("#id_new_password2").fill("54321")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _hand_over_to_nobody(page: Page) -> None:
    page.locator("[name=tasks]:enabled").first.check()
    page.locator("[data-select-bar]").evaluate("bar => { bar.closest('form').noValidate = true }")
    with page.expect_navigation():
        page.locator("[data-select-bar] button").click()


def _reveal(page: Page) -> None:
    """As without htmx: the number on a page of its own."""
    form = page.locator("form[action*='/reveal/']").first
    with page.expect_navigation():
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")


def _ask_for_the_next(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("n")


def _send_nothing(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("s")


def _save_too_early(page: Page) -> None:
    page.keyboard.press("1")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
