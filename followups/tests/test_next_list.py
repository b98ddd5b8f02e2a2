"""Pages on which nothing waits name the hour of the schedule, whatever an admin made of it."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from dealership.schedule import SWEEP, TODAY, TOMORROW, install_default_schedule
from followups.selectors.schedule import next_list_at, next_list_in_words
from followups.tests.factories import CHINA
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def planned(task, **when):
    fields = {"minute": "0", "hour": "*", "day_of_week": "*", "timezone": "Asia/Shanghai"} | when
    PeriodicTask.objects.filter(task=task).update(crontab=CrontabSchedule.objects.create(**fields))


EVENING, MORNING = (TOMORROW, {"hour": "19", "minute": "30"}), (TODAY, {"hour": "5"})


@pytest.mark.parametrize(
    ("plans", "now", "expected"),
    [
        pytest.param([], "2026-11-24 10:00", "2026-11-24 18:00", id="default-evening"),
        pytest.param([], "2026-11-24 18:00", "2026-11-25 06:00", id="default-the-minute-itself-is-past"),
        pytest.param([], "2026-11-24 05:59", "2026-11-24 06:00", id="default-morning"),
        pytest.param([EVENING, MORNING], "2026-11-24 18:30", "2026-11-24 19:30", id="edited-evening"),
        pytest.param([EVENING, MORNING], "2026-11-24 20:00", "2026-11-25 05:00", id="edited-morning"),
        pytest.param(
            [(TOMORROW, {"hour": "11", "timezone": "UTC"})], "2026-11-24 18:30", "2026-11-24 19:00", id="another-zone"
        ),
        pytest.param(
            [(TOMORROW, {"hour": "18", "day_of_week": "1"}), (TODAY, {"hour": "6", "day_of_week": "1"})],
            "2026-11-24 10:00", "2026-11-30 06:00", id="mondays-only",
        ),
    ],
)  # fmt: skip
def test_the_next_list_is_the_earliest_run_of_the_schedule(plans, now, expected):
    install_default_schedule()
    for task, when in plans:
        planned(task, **when)

    assert next_list_at(at(now)) == at(expected)


@pytest.mark.parametrize(("tasks", "expected"), [([TODAY], "2026-11-24 18:00"), ([TODAY, TOMORROW], None)])
def test_a_run_that_is_switched_off_is_not_promised(tasks, expected):
    install_default_schedule()
    PeriodicTask.objects.filter(task__in=tasks).update(enabled=False)

    assert next_list_at(at("2026-11-24 10:00")) == (expected and at(expected))
    assert PeriodicTask.objects.filter(task=SWEEP, enabled=True).exists()


@pytest.mark.parametrize(
    ("language", "now", "when", "expected"),
    [
        pytest.param("en", "2026-11-24 10:00", {}, "The next list is made today at 18:00.", id="today"),
        pytest.param("zh-hans", "2026-11-24 10:00", {}, "下一份名单于今天 18:00 生成。", id="today-chinese"),
        pytest.param("en", "2026-11-24 20:00", {}, "The next list is made tomorrow at 06:00.", id="tomorrow"),
        pytest.param(
            "en", "2026-11-24 20:00", {"day_of_week": "1", "hour": "6"},
            "The next list is made on 2026-11-30 at 06:00.", id="later",
        ),
        pytest.param(
            "zh-hans", "2026-11-24 20:00", None, "名单排程已停用，暂无下一份名单。管理员可以启用。", id="never",
        ),
    ],
)  # fmt: skip
def test_the_next_list_in_words(language, now, when, expected):
    if when is not None:
        install_default_schedule()
        if when:
            planned(TODAY, **when)
            planned(TOMORROW, **when)

    with translation.override(language), timezone.override(CHINA):
        assert str(next_list_in_words(at(now))) == expected


@pytest.mark.parametrize("name", ["my_day", "queue", "task_list", "board"])
def test_empty_pages_name_the_hour_of_the_schedule(client, name):
    install_default_schedule()
    planned(TOMORROW, hour="19", minute="45")
    roles = ["sales_supervisor"] if name == "board" else ["sales_consultant"]
    person = StaffFactory(store=StoreFactory(), roles=roles, language="en")

    with time_machine.travel("2026-11-24T10:00:00+08:00", tick=False):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(reverse(name)).content.decode()

    assert "The next list is made today at 19:45." in page
    assert "18:00" not in page
