"""The Celery application: background work, and the schedule that beat reads from the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init

import dealership.spool  # noqa: F401  (makes the broker address spool:// known)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealership.settings")

app = Celery("dealership")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect  # type: ignore[untyped-decorator]
def make_up_for_missed_runs(**kwargs: Any) -> None:
    """When beat starts: send the daily tasks that fell due while it was not running.

    The database scheduler leaves out crontabs whose hour is more than two hours away, so that a machine switched on at
    nine would otherwise not make the list of six o'clock. The tasks are safe to run twice.
    """
    from dealership.schedule import missed_runs  # needs the apps, which are loaded after this module

    for run in missed_runs():
        app.send_task(run.task, args=run.args, kwargs=run.kwargs)
