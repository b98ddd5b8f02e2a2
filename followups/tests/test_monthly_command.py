"""`manage.py monthly_report`, as the contracts say it."""

import datetime as dt
import json
from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from dealership.audit.models import AuditEvent
from followups.enums import TaskKind, TaskState
from followups.tests.monthly_case import MonthCase, local

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 9)


@pytest.fixture
def case():
    return MonthCase()


def run(*args):
    out, err = StringIO(), StringIO()
    call_command("monthly_report", *args, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


def refused(*args):
    with pytest.raises(CommandError) as raised:
        run(*args)
    assert raised.value.returncode == 2
    return str(raised.value)


@pytest.mark.rule("D3-11")
@pytest.mark.parametrize(("name", "kind"), [("3dc", TaskKind.THREE_DAY), ("service_visits", TaskKind.SERVICE_VISIT)])
def test_json_has_the_shape_of_the_contract(case, name, kind):
    seller = case.consultant()
    for index in range(4):
        case.call(
            DAY,
            seller,
            kind=kind,
            state=TaskState.DONE if index < 3 else TaskState.OPEN,
            tries=[local(case, DAY, 10)] if index < 3 else [],
            successful=index < 2,
        )

    data = json.loads(run(name, "--month", "2026-11", "--store", "T01", "--json"))

    head = {key: data[key] for key in ("month", "due", "attempted", "attempt_rate", "successful", "success_rate")}
    assert head == {
        "month": "2026-11", "due": 4, "attempted": 3, "attempt_rate": 0.75, "successful": 2, "success_rate": 0.5
    }  # fmt: skip
    assert [(row["employee_no"], row["due"]) for row in data["consultants"]] == [("X001", 4)]
    assert data["trend"][-1]["success_rate"] == 0.5


@pytest.mark.parametrize("name", ["3dc", "7dc", "service_visits", "first_service", "complaints"])
def test_json_names_the_report_as_it_was_asked_for(case, name):
    data = json.loads(run(name, "--month", "2026-11", "--json"))

    assert data["kind"] == name


@pytest.mark.parametrize("name", ["3dc", "7dc", "service_visits"])
def test_json_of_an_empty_month_has_null_rates(case, name):
    data = json.loads(run(name, "--month", "2026-11", "--json"))

    assert (data["due"], data["attempt_rate"], data["success_rate"], data["on_time_rate"]) == (0, None, None, None)


def test_json_of_3dc_tells_car_and_dealership_apart(case):
    case.call(DAY, case.consultant(), tries=[local(case, DAY, 10)], answers={"car": "satisfied"})

    data = json.loads(run("3dc", "--month", "2026-11", "--json"))

    assert data["car"] == {
        "answered": 1, "satisfied": 1, "neutral": 0, "dissatisfied": 0, "satisfied_rate": 1.0
    }  # fmt: skip
    assert data["dealership"]["satisfied_rate"] is None


def test_first_service_and_complaints_are_reported(case):
    seller = case.consultant()
    case.track(seller, DAY, visited=DAY)
    case.complaint(case.call(DAY, seller))

    first = json.loads(run("first_service", "--month", "2026-11", "--json"))
    complaints = json.loads(run("complaints", "--month", "2026-11", "--json"))

    assert (first["expected"], first["came"], first["visit_rate"]) == (1, 1, 1.0)
    assert (complaints["received"], complaints["by_kind"], complaints["by_state"]) == (1, {"product": 1}, {"open": 1})


def test_without_a_store_all_active_stores_are_counted_together(case):
    other, closed = MonthCase("T02"), MonthCase("T03")
    closed.store.is_active = False
    closed.store.save(update_fields=["is_active"])
    for each in (case, other, closed):
        each.call(DAY, each.consultant())

    together = json.loads(run("3dc", "--month", "2026-11", "--json"))
    one = json.loads(run("3dc", "--month", "2026-11", "--store", "t02", "--json"))

    assert (together["due"], together["stores"]) == (2, ["T01", "T02"])
    assert (one["due"], one["stores"]) == (1, ["T02"])


def test_text_names_every_figure(case):
    text = run("3dc", "--month", "2026-11")

    assert "专营店销售3DC调查结果统计表 · 2026年11月 · T01" in text
    assert "应回访：0" in text
    assert "实施率：–" in text


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("3dc", "--month", "2026-13"), "2026-13 不是月份，请写成 2026-11 这样。"),
        (("3dc", "--month", "2026-11", "--store", "NOWHERE"), "没有门店 NOWHERE。现有：T01。"),
        ((), "请指明报表：3dc、7dc、service_visits、complaints、leads、first_service。"),
        (("nonsense",), "请指明报表：3dc、7dc、service_visits、complaints、leads、first_service。"),
        (("3dc",), "请用 --month 指定月份，例如 --month 2026-11。"),
    ],
)
def test_input_that_cannot_be_is_refused_with_a_sentence(case, args, sentence):
    assert refused(*args, "--json") == sentence


def test_workbook_is_written_and_stands_in_the_audit(case, tmp_path):
    case.call(DAY, case.consultant())
    target = tmp_path / "统计.xlsx"

    printed = run("3dc", "--month", "2026-11", "--store", "T01", "--xlsx", str(target))

    assert printed.strip() == str(target)
    assert openpyxl.load_workbook(target).active["C5"].value == 1
    event = AuditEvent.objects.get(code="report.exported")
    assert (event.by, event.data) == (None, {"report": "3dc", "month": "2026-11", "stores": ["T01"]})
    assert [path.name for path in tmp_path.iterdir()] == ["统计.xlsx"]


def test_workbook_that_cannot_be_written_is_refused_and_leaves_nothing(case, tmp_path):
    sentence = refused("3dc", "--month", "2026-11", "--xlsx", str(tmp_path / "missing" / "x.xlsx"))

    assert "missing" in sentence
    assert not AuditEvent.objects.exists()
    assert list(tmp_path.iterdir()) == []
