"""When the next call list comes, as the schedule has it, which an admin edits."""

import datetime as dt

from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from dealership.schedule import TODAY, TOMORROW


def next_list_at(at: dt.datetime) -> dt.datetime | None:
    """When lists are made next after a moment; None when no run is planned. One query."""
    rows = PeriodicTask.objects.filter(enabled=True, task__in=(TODAY, TOMORROW), crontab__isnull=False)
    runs = [_next_run(row.schedule, at) for row in rows.select_related("crontab")]
    return min(runs, default=None)


def next_list_in_words(at: dt.datetime) -> str:
    """A sentence for a page on which nothing waits, in the time of whoever reads it. A query when it is drawn."""
    return SimpleLazyObject(lambda: _in_words(next_list_at(at), at))  # type: ignore[return-value]


def _next_run(schedule: "object", at: dt.datetime) -> dt.datetime:
    start, ahead, _now = schedule.remaining_delta(at)  # type: ignore[attr-defined]
    run: dt.datetime = start + ahead
    return run


def _in_words(moment: dt.datetime | None, at: dt.datetime) -> str:
    if moment is None:
        return _("No list is planned: the schedule is switched off. The administrator can switch it on.")
    local = timezone.localtime(moment)
    match (local.date() - timezone.localtime(at).date()).days:
        case 0:
            sentence = _("The next list is made today at %(time)s.")
        case 1:
            sentence = _("The next list is made tomorrow at %(time)s.")
        case _:
            sentence = _("The next list is made on %(day)s at %(time)s.")
    return sentence % {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
