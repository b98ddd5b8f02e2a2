"""What was promised in the 3DC and how far it is: read, and asked after, before the 7DC (D7-03)."""

import datetime as dt
from dataclasses import dataclass

from complaints.enums import ComplaintOrigin, ComplaintState
from complaints.models import Complaint
from dealership.audit.models import AuditEvent
from followups.enums import UNFINISHED, TaskKind
from followups.models import CallAttempt, CallTask
from staffing.models import Staff


@dataclass(frozen=True)
class ComplaintStanding:
    """A complaint of the 3DC and how far it is. ``last_word`` is the customer's last one; ``moved_at`` when anybody
    last did something about it. ``is_late``: the first reply is owed past its time."""

    row: Complaint
    last_word: str
    moved_at: dt.datetime
    is_late: bool

    @property
    def is_settled(self) -> bool:
        return self.row.state == ComplaintState.CLOSED

    @property
    def owes_reply(self) -> bool:
        return self.row.state == ComplaintState.OPEN and self.row.reply_due_at is not None


@dataclass(frozen=True)
class Promise:
    """A call-back that was promised in the 3DC and never made."""

    promised_at: dt.datetime
    by: Staff
    is_late: bool


@dataclass(frozen=True)
class PromisesKept:
    """How far the 3DC's matters are. ``to_ask``: whoever can say more before the call, each once."""

    complaints: tuple[ComplaintStanding, ...]
    promises: tuple[Promise, ...]
    to_ask: tuple[Staff, ...]

    @property
    def is_all_kept(self) -> bool:
        return not self.promises and all(standing.is_settled for standing in self.complaints)


def promises_of_3dc(task: CallTask, *, at: dt.datetime) -> PromisesKept | None:
    """Complaints of the delivery's 3DC and call-backs that were promised in it; None for other kinds of call, and when
    neither is there. Four queries at most."""
    if task.kind != TaskKind.SEVEN_DAY or task.delivery_id is None:
        return None
    first = list(CallTask.objects.filter(kind=TaskKind.THREE_DAY, delivery_id=task.delivery_id).order_by("pk"))
    complaints = _complaints(first, at) if first else ()
    promises = _promises(first, at) if first else ()
    if not complaints and not promises:
        return None
    people = [standing.row.handler for standing in complaints if not standing.is_settled]
    people += [promise.by for promise in promises]
    to_ask = {person.pk: person for person in people if person is not None and person.is_working}
    return PromisesKept(complaints, promises, tuple(to_ask.values()))


def _complaints(first: list[CallTask], at: dt.datetime) -> tuple[ComplaintStanding, ...]:
    rows = list(
        Complaint.objects.filter(origin=ComplaintOrigin.FOLLOW_UP_CALL, origin_key__in=[str(call.pk) for call in first])
        .select_related("handler")
        .order_by("received_at", "pk")
    )
    if not rows:
        return ()
    events = AuditEvent.objects.filter(
        subject_type=Complaint._meta.label_lower, subject_id__in=[row.pk for row in rows]
    ).order_by("at", "pk")
    moved = dict(events.values_list("subject_id", "at"))
    return tuple(
        ComplaintStanding(
            row=row,
            last_word=row.content.strip().rsplit("\n\n", 1)[-1],
            moved_at=max(moved.get(row.pk, row.received_at), row.closed_at or row.received_at),
            is_late=row.state == ComplaintState.OPEN and row.reply_due_at is not None and row.reply_due_at < at,
        )
        for row in rows
    )


def _promises(first: list[CallTask], at: dt.datetime) -> tuple[Promise, ...]:
    """A promise is kept by the next try, whatever came of it; one that nothing followed still stands."""
    latest: dict[int, CallAttempt] = {}
    for attempt in CallAttempt.objects.filter(task__in=first).select_related("by").order_by("at", "pk"):
        latest[attempt.task_id] = attempt
    waiting = {call.pk: call.state in UNFINISHED for call in first}
    return tuple(
        Promise(attempt.promised_at, attempt.by, attempt.promised_at < at or not waiting[attempt.task_id])
        for attempt in latest.values()
        if attempt.promised_at is not None
    )
