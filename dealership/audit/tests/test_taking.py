"""Customer data is company property (CC-15): what leaves is noted, and shown to who may see the audit."""

import ast
import datetime as dt
import io
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from django.conf import settings
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse

from dealership.audit.models import AuditEvent
from dealership.audit.selectors import KINDS, shares
from dealership.audit.taking import Taken, note_taken, workbook_answer
from dealership.workbooks.paper import Maker, saved
from staffing.tests.factories import StaffFactory, StoreFactory
from tests.architecture import product_modules

pytestmark = pytest.mark.rule("CC-15")

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
XLSX_NAMES = {"XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
#: The one door, and the imports, which stand below the audit: an empty form, and rejected rows that a signal tells of.
DOORS = {"dealership/audit/taking.py", "dealership/workbooks/views.py"}
#: Pages with a print key on which no customer stands.
WITHOUT_CUSTOMERS = {
    "followups/document_print.html",
    "followups/check.html",
    "followups/checks_team.html",
    "followups/report_7dc_base.html",
}


def files_answered(source: str) -> list[int]:
    """Lines that answer a workbook themselves: a response whose ``content_type`` is that of workbooks."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.keyword)
        and node.arg == "content_type"
        and (getattr(node.value, "id", None) in XLSX_NAMES or getattr(node.value, "value", None) in XLSX_NAMES)
    ]


# --- every door ----------------------------------------------------------------------------------------------------
def test_every_workbook_goes_through_the_one_door():
    faults = {
        name: lines
        for path in product_modules()
        if (name := str(path.relative_to(settings.BASE_DIR))) not in DOORS
        and (lines := files_answered(path.read_text(encoding="utf-8")))
    }

    assert faults == {}


def test_a_workbook_beside_the_door_is_seen():
    assert files_answered("def export(request):\n    return HttpResponse(b'', content_type=XLSX)\n") == [2]


def test_what_is_answered_is_called_something_on_the_page():
    codes = set()
    for path in product_modules():
        if path.name == "tables.py":  # the administration's own tables take their names from their models
            continue
        codes |= set(re.findall(r'"(\w+\.exported)"', path.read_text(encoding="utf-8")))
    printed = set()
    for path in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        printed |= {f"{noun}.printed" for noun in re.findall(r'{% prints "(\w+)"', path.read_text(encoding="utf-8"))}

    assert codes | printed <= set(KINDS)


def test_every_page_of_customers_with_a_print_key_tells_of_it():
    templates = Path(settings.BASE_DIR, "templates")
    with_key = {
        str(path.relative_to(templates)): path.read_text(encoding="utf-8")
        for path in templates.rglob("*.html")
        if "js/print.js" in path.read_text(encoding="utf-8")
    }

    silent = {name for name, text in with_key.items() if "{% prints " not in text}

    assert silent == WITHOUT_CUSTOMERS


# --- the workbook --------------------------------------------------------------------------------------------------
def test_each_sheet_says_once_who_took_it_and_whose_it_is():
    book = openpyxl.Workbook()
    book.active["A1"] = "客户例"
    book.create_sheet("二")["A1"] = "客户例"
    maker = Maker("周经理 & 例", "示例店", AT.date())

    content = saved(book, maker=maker)
    again = saved(openpyxl.load_workbook(io.BytesIO(content)), maker=maker)

    for sheet in openpyxl.load_workbook(io.BytesIO(again)).worksheets:
        texts = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        assert texts[0] == "客户例"
        assert len(texts) == 2
        assert all(word in texts[1] for word in ("周经理 & 例", "2026-11-24", "公司财产", "保密"))
        assert "周经理 ＆ 例" in sheet.oddFooter.center.text


@pytest.mark.django_db
def test_the_audit_has_who_when_what_and_how_many_rows():
    person = StaffFactory(roles=["sales_manager"])

    answer = workbook_answer(
        b"PK",
        file_name="交接单.xlsx",
        taken=Taken("hand_overs.exported", 12, person.store_id, {"month": "2026-11"}),
        by=person,
        at=AT,
    )

    event = AuditEvent.objects.get()
    assert (event.by, event.at, event.code, event.store_ref) == (person, AT, "hand_overs.exported", person.store_id)
    assert event.data == {"month": "2026-11", "rows": 12}
    assert answer["Content-Disposition"].startswith("attachment")


# --- the printer ---------------------------------------------------------------------------------------------------
def token_for(person, text="{% load prints %}{% prints 'lead_card' subject %}"):
    request = RequestFactory().get("/")
    request.user = person
    drawn = Template(text).render(Context({"request": request, "subject": person}))
    return re.search(r'name="token" value="([^"]+)"', drawn)[1]


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
def test_a_printed_page_is_noted_by_ids_alone():
    person = StaffFactory(roles=["sales_consultant"])

    answer = signed_in(person).post(reverse("print_note"), {"token": token_for(person)})

    event = AuditEvent.objects.get(code="lead_card.printed")
    assert answer.status_code == 204
    assert (event.by, event.store_ref, event.subject_id) == (person, person.store_id, person.pk)
    assert event.data == {"rows": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "another person's", "yesterday's"])
def test_nobody_writes_other_facts_into_the_audit(token):
    person = StaffFactory(roles=["sales_consultant"])
    if token == "another person's":
        token = token_for(StaffFactory(store=person.store, roles=["sales_consultant"]))
    elif token == "yesterday's":
        with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(hours=25), tick=False):
            token = token_for(person)

    answer = signed_in(person).post(reverse("print_note"), {"token": token})

    assert answer.status_code == 400
    assert not AuditEvent.objects.filter(code="lead_card.printed").exists()


# --- the page ------------------------------------------------------------------------------------------------------
@pytest.fixture
def month():
    """Two people of a store, a stranger, and last month."""
    store = StoreFactory()
    boss = StaffFactory(store=store, name="总经理例", roles=["general_manager"])
    seller = StaffFactory(store=store, name="销售例", roles=["sales_consultant"])
    stranger = StaffFactory(name="外店例", roles=["sales_manager"])
    for by, code, rows, at in (
        (boss, "report.exported", None, AT),
        (boss, "hand_overs.exported", 12, AT),
        (seller, "lead_card.printed", 1, dt.datetime(2026, 11, 1, 0, 0, tzinfo=AT.tzinfo)),
        (seller, "lead_card.printed", 40, dt.datetime(2026, 10, 31, 23, 59, tzinfo=AT.tzinfo)),
        (stranger, "stocktake.exported", 900, AT),
    ):
        note_taken(Taken(code, rows, by.store_id, {"report": "3dc"} if rows is None else None), by=by, at=at)
    note_taken(Taken("lead.graded", 1, store.pk), by=seller, at=AT)
    return boss


@pytest.mark.django_db
@time_machine.travel(AT, tick=False)
def test_the_page_lists_the_month_by_person_kind_and_rows(month, django_assert_num_queries):
    client = signed_in(month)
    address = reverse("taken_out_list")
    client.get(address)

    with django_assert_num_queries(8):
        whole = client.get(address)
    cards = client.get(address, {"kind": "lead_card.printed"})
    october = client.get(address, {"month": "2026-10"})
    own = client.get(address, {"by": month.pk})

    assert [(share.name, share.times, share.rows) for share in whole.context["shares"]] == [
        ("总经理例", 2, 12),
        ("销售例", 1, 1),
    ]
    assert whole.context["page"].paginator.count == 3
    assert [event.data["rows"] for event, _label, _which in cards.context["rows"]] == [1]
    assert [event.data["rows"] for event, _label, _which in october.context["rows"]] == [40]
    assert {event.by.name for event, _label, _which in own.context["rows"]} == {"总经理例"}


@pytest.mark.django_db
@time_machine.travel(AT, tick=False)
@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"kind": "lead.graded"}, {"by": "x"}, {"by": "9" * 30}])
def test_nonsense_in_the_address_shows_the_month(month, query):
    answer = signed_in(month).get(reverse("taken_out_list"), query)

    assert answer.status_code == 200
    assert answer.context["page"].paginator.count == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"),
    [("general_manager", 200), ("admin", 200), ("sales_supervisor", 403), ("sales_consultant", 403)],
)
def test_only_who_may_see_the_audit_sees_it(role, status):
    assert signed_in(StaffFactory(roles=[role])).get(reverse("taken_out_list")).status_code == status


def test_shares_count_the_command_line_too():
    events = [AuditEvent(code="report.exported", data={}), AuditEvent(code="report.exported", data={"rows": 3})]

    assert [(share.name, share.times, share.rows) for share in shares(events)] == [("", 2, 3)]
