import datetime as dt
import json
import logging
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from customers.tests.factories import ContactBanFactory
from followups.models import CallTask
from followups.tasks import generate_today, generate_tomorrow
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StoreFactory

D = dt.date
DAY = dt.timedelta(days=1)


def printed(command, *arguments):
    output = StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def answer(command, *arguments):
    return json.loads(printed(command, *arguments, "--json"))


# --- generate_call_lists --------------------------------------------------------------------------------------------
@pytest.fixture
def two_stores(db):
    stores = [StoreFactory(code="A1"), StoreFactory(code="B2")]
    for store in stores:
        DeliveryFactory(customer__store=store, delivered_on=D(2026, 11, 21))
        banned = DeliveryFactory(customer__store=store, delivered_on=D(2026, 11, 17))
        ContactBanFactory(customer=banned.customer)
    return stores


@pytest.mark.parametrize(("arguments", "number"), [((), 2), (("--store", "B2"), 1), (("--store", "b2"), 1)])
def test_the_lists_of_a_day_are_made_and_counted(two_stores, arguments, number):
    counts = answer("generate_call_lists", "--date", "2026-11-24", *arguments)
    again = answer("generate_call_lists", "--date", "2026-11-24", *arguments)

    assert (counts["date"], counts["created"]["3dc"], counts["open"]["3dc"], counts["skipped"]["contact_ban"]) == (
        "2026-11-24",
        number,
        number,
        number,
    )
    assert counts["created"]["7dc"] == 0
    assert (again["created"]["3dc"], again["open"], again["skipped"]) == (0, counts["open"], counts["skipped"])
    assert CallTask.objects.count() == number


def test_a_day_may_be_written_as_people_write_it(two_stores):
    assert answer("generate_call_lists", "--date", "2026年11月24日")["date"] == "2026-11-24"


def test_without_json_a_person_reads_it(two_stores):
    text = printed("generate_call_lists", "--date", "2026-11-24")

    assert "3dc 2" in text
    assert "contact_ban 2" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no-day"),
        pytest.param(["--date", "2026-02-30"], id="no-such-day"),
        pytest.param(["--date", "tomorrow"], id="a-word"),
        pytest.param(["--date", "2026-11-24", "--store", "X9"], id="no-such-store"),
    ],
)
def test_lists_refuse_with_one_sentence(arguments):
    with pytest.raises(CommandError) as refused:
        call_command("generate_call_lists", *arguments)

    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


# --- estimate_first_service -----------------------------------------------------------------------------------------
@pytest.mark.rule("SV-01", "SV-02", "SV-03")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["--odometer-km", "2000"],
            {"daily_km": 70, "interval_days": 71, "due_on": "2026-05-11", "remind_on": "2026-05-04", "capped": False},
            id="defaults",
        ),
        pytest.param(
            ["--odometer-km", "1,200公里"],
            {"daily_km": 40, "interval_days": 125, "due_on": "2026-06-01", "remind_on": "2026-05-25", "capped": True},
            id="capped",
        ),
        pytest.param(
            ["--odometer-km", "2000", "--rounding", "exact"],
            {
                "daily_km": 64.52,
                "interval_days": 77,
                "due_on": "2026-05-17",
                "remind_on": "2026-05-10",
                "capped": False,
            },
            id="exact",
        ),
        pytest.param(
            ["--odometer-km", "1000", "--policy-km", "2000", "--policy-months", "2"],
            {"daily_km": 40, "interval_days": 50, "due_on": "2026-04-20", "remind_on": "2026-04-13", "capped": False},
            id="another-policy",
        ),
    ],
)
def test_the_estimate_is_printed(arguments, expected):
    assert (
        answer("estimate_first_service", "--delivered", "2026-03-01", "--read-on", "2026-04-01", *arguments) == expected
    )


def test_the_estimate_without_json():
    text = printed(
        "estimate_first_service", "--delivered", "2026-03-01", "--read-on", "2026-04-01", "--odometer-km", "2000"
    )

    assert "2026-05-11" in text
    assert "{" not in text


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--odometer-km", "2000"], id="days-missing"),
        pytest.param(["--delivered", "2026-03-01", "--read-on", "2026-04-01"], id="reading-missing"),
        pytest.param(["--delivered", "2026-03-01", "--read-on", "2026-02-01", "--odometer-km", "1"], id="too-early"),
        pytest.param(["--delivered", "2026-03-01", "--read-on", "2026-04-01", "--odometer-km=-5"], id="negative"),
        pytest.param(["--delivered", "2026-03-01", "--read-on", "2026-04-01", "--odometer-km", "many"], id="words"),
        pytest.param(["--delivered", "soon", "--read-on", "2026-04-01", "--odometer-km", "5"], id="no-day"),
        pytest.param(
            ["--delivered", "2026-03-01", "--read-on", "2026-04-01", "--odometer-km", "5", "--rounding", "down"],
            id="rounding",
        ),
        pytest.param(
            ["--delivered", "2026-03-01", "--read-on", "2026-04-01", "--odometer-km", "5", "--policy-months", "0"],
            id="no-months",
        ),
    ],
)
def test_the_estimate_refuses_with_one_sentence(arguments):
    with pytest.raises(CommandError) as refused:
        call_command("estimate_first_service", *arguments)

    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


# --- the evening's and the morning's run ----------------------------------------------------------------------------
@pytest.mark.rule("D3-02", "D7-01")
def test_the_evening_prepares_tomorrow_and_the_morning_finds_it_made(two_stores, caplog):
    caplog.set_level(logging.INFO, logger="followups.tasks")

    with time_machine.travel("2026-11-23T18:00:00+08:00", tick=False):
        evening = generate_tomorrow()
    with time_machine.travel("2026-11-24T06:00:00+08:00", tick=False):
        morning = generate_today()

    assert evening == {"created": 2, "open": 2, "skipped": 2}
    assert morning == {"created": 0, "open": 2, "skipped": 2}
    assert "call lists for tomorrow: {'created': 2" in caplog.text
    assert {task.name for task in (generate_today, generate_tomorrow)} == {
        "followups.tasks.generate_today",
        "followups.tasks.generate_tomorrow",
    }


def test_a_morning_without_the_evening_before_is_complete(two_stores):
    with time_machine.travel("2026-11-24T06:00:00+08:00", tick=False):
        morning = generate_today()

    assert morning["created"] == 2
