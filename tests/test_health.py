"""The health pages say what is there and what is not, to anybody, and nothing else."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from dealership import clock, health
from dealership.celery import app
from dealership.schedule import (
    CLASSES,
    MONTH_END,
    MONTHLY_REPORTS,
    SWEEP,
    TODAY,
    TOMORROW,
    Run,
    install_default_schedule,
    missed_runs,
)

ROOT = Path(__file__).resolve().parent.parent
ASK = """
import json, sys, django
django.setup()
from django.test import Client
answer = Client().get(sys.argv[1], headers={"host": "localhost"})
print(answer.status_code, json.dumps(answer.json()))
"""


@pytest.fixture
def beat_seen_now(db):
    install_default_schedule()
    PeriodicTask.objects.filter(task=SWEEP).update(last_run_at=clock.now())


def ask(address: str, **environ: str) -> tuple[int, dict[str, str]]:
    """GET ``address`` of an installation with its own environment."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, address],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "dealership.settings", **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    status, body = done.stdout.split(maxsplit=1)
    return int(status), json.loads(body)


# --- healthz -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_healthz_answers_a_stranger_without_a_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-cache" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_pages_refuse_to_be_posted_to(client, address):
    answer = client.post(address)

    assert answer.status_code == 405


# --- readyz --------------------------------------------------------------------------------------------------------
def test_readyz_is_ready_when_everything_is_there(client, beat_seen_now):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "broker": "ok", "beat": "ok"},
    )


def test_readyz_misses_a_beat_that_has_been_silent_for_too_long(client, beat_seen_now):
    long_ago = clock.now() - health.BEAT_SILENCE - dt.timedelta(seconds=1)
    PeriodicTask.objects.update(last_run_at=long_ago)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "failed", "database": "ok", "broker": "ok", "beat": "failed"},
    )


@pytest.mark.django_db
def test_readyz_misses_a_beat_that_was_never_seen(client):
    install_default_schedule()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["beat"]) == (503, "failed")


def test_readyz_misses_a_broker_whose_folder_cannot_be_used(client, beat_seen_now, tmp_path, monkeypatch, caplog):
    in_the_way = tmp_path / "messages"
    in_the_way.touch()
    options = {
        **app.conf.broker_transport_options,
        "data_folder_in": str(in_the_way),
        "data_folder_out": str(in_the_way),
    }
    monkeypatch.setitem(app.conf, "broker_transport_options", options)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "failed", "database": "ok", "broker": "failed", "beat": "ok"},
    )


def test_readyz_says_so_when_the_database_does_not_answer(tmp_path):
    status, body = ask(
        "/readyz", DATABASE_URL="postgres://nobody:secret@127.0.0.1:1/none", VAR_DIR=str(tmp_path), REDIS_URL=""
    )

    assert (status, body) == (503, {"status": "failed", "database": "failed", "broker": "ok", "beat": "failed"})


def test_readyz_says_so_when_redis_does_not_answer(tmp_path):
    status, body = ask("/readyz", REDIS_URL="redis://127.0.0.1:1/0", VAR_DIR=str(tmp_path))

    assert (status, body["broker"]) == (503, "failed")


@pytest.mark.redis
def test_readyz_sees_redis(redis_url, tmp_path):
    _, body = ask("/readyz", REDIS_URL=redis_url, VAR_DIR=str(tmp_path))

    assert body["broker"] == "ok"


def test_healthz_answers_over_plain_http_behind_a_proxy_that_ends_tls(tmp_path):
    status, body = ask("/healthz", VAR_DIR=str(tmp_path), HTTPS_ONLY="1")

    assert (status, body) == (200, {"status": "ok"})


# --- the schedule --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_install_schedule_writes_the_daily_lists_and_the_sweep(capsys):
    with translation.override("en"):
        call_command("install_schedule")

    written = CrontabSchedule.objects.order_by("pk", "periodictask__pk")
    daily = written.values_list("periodictask__task", "hour", "minute", "timezone")
    assert [(task, hour, minute, str(zone)) for task, hour, minute, zone in daily] == [
        (TOMORROW, "18", "0", "Asia/Shanghai"),
        (TODAY, "6", "0", "Asia/Shanghai"),
        (CLASSES, "3", "0", "Asia/Shanghai"),
        (MONTH_END, "3", "0", "Asia/Shanghai"),
        (MONTHLY_REPORTS, "4", "0", "Asia/Shanghai"),
    ]
    sweep = PeriodicTask.objects.get(task=SWEEP)
    assert (sweep.interval.every, sweep.interval.period, sweep.expire_seconds) == (1, "minutes", 55)
    tasks = (TOMORROW, TODAY, CLASSES, MONTH_END, MONTHLY_REPORTS, SWEEP)
    assert capsys.readouterr().out.splitlines() == [f"Scheduled: {task}" for task in tasks]


@pytest.mark.django_db
def test_install_schedule_changes_nothing_that_an_admin_edited():
    install_default_schedule()
    edited = PeriodicTask.objects.get(task=TODAY)
    edited.name, edited.enabled = "早班名单", False
    edited.crontab.hour = "7"
    edited.crontab.save()
    edited.save()

    written = install_default_schedule()

    edited.refresh_from_db()
    assert written == []
    assert (PeriodicTask.objects.count(), edited.name, edited.enabled, edited.crontab.hour) == (
        6,
        "早班名单",
        False,
        "7",
    )


@pytest.mark.django_db
def test_a_daily_run_that_beat_slept_through_is_missed_until_it_ran(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 2, 20, tzinfo=dt.UTC), tick=False)  # 04:00 in Shanghai
    install_default_schedule()
    PeriodicTask.objects.filter(task=TODAY).update(args='["x"]')
    PeriodicTask.objects.update(last_run_at=clock.now())
    at_four = missed_runs()
    time_machine.move_to(dt.datetime(2026, 11, 3, 1, tzinfo=dt.UTC), tick=False)  # 09:00

    at_nine = missed_runs()

    PeriodicTask.objects.filter(task=TODAY).update(last_run_at=clock.now())
    assert (at_four, at_nine, missed_runs()) == ([], [Run(TODAY, ["x"])], [])


@pytest.mark.django_db
def test_a_daily_run_that_an_admin_switched_off_is_not_missed(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 2, 20, tzinfo=dt.UTC), tick=False)
    install_default_schedule()
    PeriodicTask.objects.update(last_run_at=clock.now())
    PeriodicTask.objects.filter(task=TODAY).update(enabled=False)
    time_machine.move_to(dt.datetime(2026, 11, 3, 1, tzinfo=dt.UTC), tick=False)

    missed = missed_runs()

    assert missed == []
