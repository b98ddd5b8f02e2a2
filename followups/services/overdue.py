"""The ladder for late calls (超期提醒): who is told, each rung exactly once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse

from dealership.kernel.errors import N_
from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from followups.enums import Audience, TaskKind
from followups.models import CallTask
from followups.models.tasks import CallTaskQuerySet
from followups.rules import OverdueRung, next_alert
from followups.selectors.policies import overdue_steps
from staffing.models import Store
from staffing.selectors.people import ReportingLines, reporting_lines

BATCH = 500

#: What the one who has to call is told.
TO_OWNER = {
    TaskKind.LEAD_FIRST_CONTACT: N_("Your first contact with %(customer)s, due %(due)s, is late."),
    TaskKind.LEAD_REVISIT: N_("Your lead call to %(customer)s, due %(due)s, is late."),
    TaskKind.THREE_DAY: N_("Your 3DC call to %(customer)s, due %(due)s, is late."),
    TaskKind.SEVEN_DAY: N_("Your 7DC call to %(customer)s, due %(due)s, is late."),
    TaskKind.N_PLUS_1: N_("Your N+1 call to %(customer)s, due %(due)s, is late."),
    TaskKind.FIRST_SERVICE: N_("Your first-service reminder to %(customer)s, due %(due)s, is late."),
    TaskKind.FIRST_SERVICE_CONFIRM: N_(
        "Your confirmation of the first service with %(customer)s, due %(due)s, is late."
    ),
    TaskKind.SERVICE_VISIT: N_("Your call to %(customer)s after the workshop visit, due %(due)s, is late."),
    TaskKind.PERIODIC: N_("Your quarterly contact with %(customer)s, due %(due)s, is late."),
    TaskKind.RETAINED: N_("Your call to the retained customer %(customer)s, due %(due)s, is late."),
    TaskKind.LOST_CUSTOMER: N_("Your call to %(customer)s, who has not been in the workshop, due %(due)s, is late."),
    TaskKind.REFERRAL_FEEDBACK: N_("Your word to %(customer)s about the referral, due %(due)s, is late."),
    TaskKind.NUMBER_TRACE: N_("Tracing the number of %(customer)s, due %(due)s, is late."),
}
#: What those above are told of a call that somebody owns.
OF_OWNER = {
    TaskKind.LEAD_FIRST_CONTACT: N_("%(owner)s has not made the first contact with %(customer)s, due %(due)s."),
    TaskKind.LEAD_REVISIT: N_("%(owner)s has not made the lead call to %(customer)s, due %(due)s."),
    TaskKind.THREE_DAY: N_("%(owner)s has not made the 3DC call to %(customer)s, due %(due)s."),
    TaskKind.SEVEN_DAY: N_("%(owner)s has not made the 7DC call to %(customer)s, due %(due)s."),
    TaskKind.N_PLUS_1: N_("%(owner)s has not made the N+1 call to %(customer)s, due %(due)s."),
    TaskKind.FIRST_SERVICE: N_("%(owner)s has not reminded %(customer)s of the first service, due %(due)s."),
    TaskKind.FIRST_SERVICE_CONFIRM: N_("%(owner)s has not confirmed the first service with %(customer)s, due %(due)s."),
    TaskKind.SERVICE_VISIT: N_("%(owner)s has not called %(customer)s after the workshop visit, due %(due)s."),
    TaskKind.PERIODIC: N_("%(owner)s has not made the quarterly contact with %(customer)s, due %(due)s."),
    TaskKind.RETAINED: N_("%(owner)s has not called the retained customer %(customer)s, due %(due)s."),
    TaskKind.LOST_CUSTOMER: N_("%(owner)s has not called %(customer)s, who has not been in the workshop, due %(due)s."),
    TaskKind.REFERRAL_FEEDBACK: N_("%(owner)s has not told %(customer)s what came of the referral, due %(due)s."),
    TaskKind.NUMBER_TRACE: N_("%(owner)s has not traced the number of %(customer)s, due %(due)s."),
}
#: What those above are told of a call that nobody has taken.
OF_POOL = {
    TaskKind.LEAD_FIRST_CONTACT: N_("Nobody has made the first contact with %(customer)s, due %(due)s."),
    TaskKind.LEAD_REVISIT: N_("Nobody has made the lead call to %(customer)s, due %(due)s."),
    TaskKind.THREE_DAY: N_("Nobody has made the 3DC call to %(customer)s, due %(due)s."),
    TaskKind.SEVEN_DAY: N_("Nobody has made the 7DC call to %(customer)s, due %(due)s."),
    TaskKind.N_PLUS_1: N_("Nobody has made the N+1 call to %(customer)s, due %(due)s."),
    TaskKind.FIRST_SERVICE: N_("Nobody has reminded %(customer)s of the first service, due %(due)s."),
    TaskKind.FIRST_SERVICE_CONFIRM: N_("Nobody has confirmed the first service with %(customer)s, due %(due)s."),
    TaskKind.SERVICE_VISIT: N_("Nobody has called %(customer)s after the workshop visit, due %(due)s."),
    TaskKind.PERIODIC: N_("Nobody has made the quarterly contact with %(customer)s, due %(due)s."),
    TaskKind.RETAINED: N_("Nobody has called the retained customer %(customer)s, due %(due)s."),
    TaskKind.LOST_CUSTOMER: N_("Nobody has called %(customer)s, who has not been in the workshop, due %(due)s."),
    TaskKind.REFERRAL_FEEDBACK: N_("Nobody has told %(customer)s what came of the referral, due %(due)s."),
    TaskKind.NUMBER_TRACE: N_("Nobody has traced the number of %(customer)s, due %(due)s."),
}


@dataclass
class _Books:
    """What one sweep reads once: stores, their lines and their ladders."""

    stores: dict[int, Store] = field(default_factory=dict)
    lines: dict[int, ReportingLines] = field(default_factory=dict)
    ladders: dict[tuple[int, dt.date], tuple[OverdueRung, ...]] = field(default_factory=dict)

    def lines_of(self, store: Store) -> ReportingLines:
        if store.pk not in self.lines:
            self.lines[store.pk] = reporting_lines(store)
        return self.lines[store.pk]

    def ladder_of(self, store: Store, on: dt.date) -> tuple[OverdueRung, ...]:
        """The ladder in force on the day a call was first due: a later edit moves no running call."""
        if (store.pk, on) not in self.ladders:
            self.ladders[store.pk, on] = overdue_steps(store, on)
        return self.ladders[store.pk, on]


def sweep_overdue(*, at: dt.datetime) -> int:
    """Tell everybody who is to hear of calls that are late at a moment: the owner at once, the supervisor and the
    manager by the days of the ladder. Returns how many alerts are new.

    Each rung is told once, with the moment at which it fell due, also when nothing ran for days. A rung is taken by a
    conditional update and told in the same transaction; an alert exists once per (person, task, rung). Safe late, twice
    and side by side.
    """
    books = _Books()
    told = 0
    while batch := list(_late(at)[:BATCH]):
        results = [_tell(group, books, at) for group in _groups(batch).values()]
        told += sum(raised for _taken, raised in results)
        if not any(taken for taken, _raised in results):
            break  # another sweep has them
    return told


def _late(at: dt.datetime) -> CallTaskQuerySet:
    return (
        CallTask.objects.unfinished()
        .filter(alert_due_at__lte=at)
        .select_related("store", "customer", "owner")
        .order_by("alert_due_at", "pk")
    )


def _groups(tasks: Iterable[CallTask]) -> dict[tuple[object, ...], list[CallTask]]:
    """Calls that stand on the same rung for the same reason go up together, in one statement."""
    groups: dict[tuple[object, ...], list[CallTask]] = defaultdict(list)
    for task in tasks:
        groups[task.store_id, task.first_due_on, task.alert_level, task.alert_due_at, task.overdue_at].append(task)
    return groups


@transaction.atomic
def _tell(group: Sequence[CallTask], books: _Books, at: dt.datetime) -> tuple[int, int]:
    """(calls that went up a rung, alerts that are new)."""
    first = group[0]
    ladder = books.ladder_of(first.store, first.first_due_on)
    turn = next_alert(first.overdue_at, from_level=first.alert_level + 1, rungs=ladder, tz=first.store.tz)
    pks = [task.pk for task in group]
    same_rung = {"pk__in": pks, "alert_level": first.alert_level, "alert_due_at": first.alert_due_at}
    taken = CallTask.objects.unfinished().filter(**same_rung).update(alert_level=turn.level, alert_due_at=turn.at)
    if taken < len(group):
        # Some were done, moved or taken by another sweep; what that one tells exists already and is told once.
        now_on = {"pk__in": pks, "alert_level": turn.level, "alert_due_at": turn.at}
        still = set(CallTask.objects.unfinished().filter(**now_on).values_list("pk", flat=True))
        group = [task for task in group if task.pk in still]
    rung = next((rung for rung in ladder if rung.level == first.alert_level), None)
    if rung is None or first.alert_due_at is None:
        return taken, 0
    lines = books.lines_of(first.store)
    drafts = [draft for task in group for draft in _drafts(task, rung, lines, first.alert_due_at)]
    return taken, raise_alerts(drafts=drafts, at=at)


def _drafts(task: CallTask, rung: OverdueRung, lines: ReportingLines, fell_due_at: dt.datetime) -> list[AlertDraft]:
    kind = TaskKind(task.kind)
    if rung.audience == Audience.OWNER:
        people: tuple[int, ...] = (task.owner_id,) if task.owner_id in lines.employed else ()
        message = TO_OWNER[kind]
    else:
        above = lines.supervisors_of if rung.audience == Audience.SUPERVISOR else lines.managers_of
        people = above(task.owner_id, task.pool)
        message = OF_OWNER[kind] if task.owner_id is not None else OF_POOL[kind]
    params = {"customer": task.customer.name, "due": task.due_on.isoformat()}
    if task.owner is not None:
        params["owner"] = task.owner.name
    # A call that was moved to another day and is late again is news; late since the same moment it is not.
    key = f"task.overdue:{task.pk}:{rung.level}:{task.overdue_at:%Y%m%d%H%M}"
    return [
        AlertDraft(
            recipient_id=person,
            key=key,
            code="task.overdue",
            message=message,
            params=params,
            url=task_address(task, rung.audience),
            tone=Tone.WARN if rung.audience == Audience.OWNER else Tone.DANGER,
            happened_at=fell_due_at,
            store_ref=task.store_id,
        )
        for person in people
    ]


def task_address(task: CallTask, audience: str) -> str:
    """Where the call stands: for who has to make it on its own screen, also when the customer is a colleague's; for
    those above on the page of its customer."""
    if audience == Audience.OWNER:
        return reverse("call_task", args=[task.pk])
    return reverse("customer_page", args=[task.customer_id])
