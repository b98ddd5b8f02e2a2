"""The default schedule of beat, and what beat missed while it was not running.

The schedule lives in the database (django-celery-beat), where an admin edits it; what stands here is only what a new
installation starts with.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

ZONE = "Asia/Shanghai"
SWEEP = "dealership.tasks.sweep"
TOMORROW = "followups.tasks.generate_tomorrow"
TODAY = "followups.tasks.generate_today"
CLASSES = "leads.tasks.sweep_classes"
MONTH_END = "leads.tasks.prepare_month_end"
MONTHLY_REPORTS = "followups.tasks.make_monthly_reports"

#: A sweep that waited longer than this for a worker is dropped: the next one does its work.
SWEEP_EXPIRES_SECONDS = 55


@dataclass(frozen=True)
class Run:
    """One task to send: its registered name and its arguments."""

    task: str
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def install_default_schedule() -> list[str]:
    """Write the rows of the default schedule that are missing, and return the names of those written.

    A task that has a row already is left alone, whatever an admin made of its name, its hour or its switch.
    """
    written = []
    if not _is_scheduled(TOMORROW):
        _schedule_daily(TOMORROW, "回访名单：次日 / Call lists for tomorrow", hour=18)
        written.append(TOMORROW)
    if not _is_scheduled(TODAY):
        _schedule_daily(TODAY, "回访名单：当日 / Call lists for today", hour=6)
        written.append(TODAY)
    if not _is_scheduled(CLASSES):
        _schedule_daily(CLASSES, "客户分类：每夜 / Classes of customers, every night", hour=3)
        written.append(CLASSES)
    if not _is_scheduled(MONTH_END):
        _schedule_daily(MONTH_END, "月末清理：预览与月初结存 / Month-end clean-up", hour=3)
        written.append(MONTH_END)
    if not _is_scheduled(MONTHLY_REPORTS):
        _schedule_daily(MONTHLY_REPORTS, "回访月报：每月 1 日生成 / Monthly reports, on the 1st", hour=4)
        written.append(MONTHLY_REPORTS)
    if not _is_scheduled(SWEEP):
        _schedule_sweep()
        written.append(SWEEP)
    return written


def missed_runs() -> list[Run]:
    """The enabled daily runs whose hour has passed since they last ran."""
    rows = PeriodicTask.objects.filter(enabled=True, one_off=False, crontab__isnull=False).select_related("crontab")
    return [
        Run(row.task, json.loads(row.args or "[]"), json.loads(row.kwargs or "{}"))
        for row in rows.order_by("pk")
        if row.schedule.is_due(row.last_run_at or row.date_changed).is_due
    ]


def beat_last_seen() -> dt.datetime | None:
    """When beat last sent anything; with the sweep switched on that is at most about a minute ago.

    The scheduler writes it with every task sent (``CELERY_BEAT_SYNC_EVERY = 1``).
    """
    seen = PeriodicTask.objects.filter(last_run_at__isnull=False).order_by("-last_run_at", "pk")
    latest: dt.datetime | None = seen.values_list("last_run_at", flat=True).first()
    return latest


def _is_scheduled(task: str) -> bool:
    return bool(PeriodicTask.objects.filter(task=task).exists())


def _schedule_daily(task: str, name: str, *, hour: int) -> None:
    when = {
        "minute": "0",
        "hour": str(hour),
        "day_of_week": "*",
        "day_of_month": "*",
        "month_of_year": "*",
        "timezone": ZONE,
    }
    crontab = CrontabSchedule.objects.filter(**when).order_by("pk").first() or CrontabSchedule.objects.create(**when)
    PeriodicTask.objects.create(name=name, task=task, crontab=crontab)


def _schedule_sweep() -> None:
    every_minute = {"every": 1, "period": IntervalSchedule.MINUTES}
    interval = IntervalSchedule.objects.filter(**every_minute).order_by(
        "pk"
    ).first() or IntervalSchedule.objects.create(**every_minute)
    PeriodicTask.objects.create(
        name="巡检：每分钟 / Sweep every minute",
        task=SWEEP,
        interval=interval,
        expire_seconds=SWEEP_EXPIRES_SECONDS,
    )
