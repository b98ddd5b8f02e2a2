"""Files near and after the end of the consultant's two years: whose they are, a car's card (PF-04, PF-05, F09)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from complaints.models import Complaint
from complaints.selectors import complaints_of
from customers.models import CustomerPhone
from dealership.kernel.dates import add_months
from followups.enums import KeepingState, TaskKind, TaskState
from followups.models import CallAttempt, CallTask, FileKeeping, ServiceVisit
from orders.models import Delivery
from staffing.models import Staff

#: The consultant's time (PF-01, PF-04).
MONTHS_OF_THE_CONSULTANT = 24
#: So long before its end a file is shown as one that moves soon.
MONTHS_AHEAD = 3
VIEWS = ("soon", "asked", "kept", "centre")
#: Lines of calls on the card, as on paper.
CARD_LINES = 10


@dataclass(frozen=True)
class FileRow:
    """One file of the list. ``moves_on``: when it is the centre's, or was."""

    delivery: Delivery
    moves_on: dt.date
    state: str
    reason: str
    keeper: str
    asked_at: dt.datetime | None


@dataclass(frozen=True)
class RetainedCard:
    """The card of a retained customer's car (保有客户管理卡)."""

    delivery: Delivery
    moves_on: dt.date
    standing: FileKeeping | None
    history: tuple[FileKeeping, ...]
    phones: tuple[CustomerPhone, ...]
    calls: tuple[CallAttempt, ...]
    visits: tuple[ServiceVisit, ...]
    complaints: tuple[Complaint, ...]
    next_call: CallTask | None
    blank: range


def moves_on(delivery: Delivery) -> dt.date:
    """The day from which the file is the centre's: two calendar years after the delivery (PF-04)."""
    return add_months(delivery.delivered_on, MONTHS_OF_THE_CONSULTANT)


def files(user: Staff, *, on: dt.date, view: str) -> QuerySet[Delivery]:
    """The files of one view: ``soon`` those that move within three months, earliest first; ``asked`` and ``kept`` those
    with such a request; ``centre`` those that have moved, latest first."""
    moved = add_months(on, -MONTHS_OF_THE_CONSULTANT)
    soon = add_months(on, MONTHS_AHEAD - MONTHS_OF_THE_CONSULTANT)
    rows = Delivery.objects.visible_to(user).select_related("customer__owner", "vehicle__model", "consultant")
    standing = FileKeeping.objects.filter(delivery=OuterRef("pk"), state__in=(KeepingState.ASKED, KeepingState.KEPT))
    rows = rows.annotate(
        keeping_state=Subquery(standing.values("state")[:1]),
        keeping_reason=Subquery(standing.values("reason")[:1]),
        keeping_by=Subquery(standing.values("consultant__name")[:1]),
        keeping_asked_at=Subquery(standing.values("asked_at")[:1]),
    )
    if view in (KeepingState.ASKED, KeepingState.KEPT):
        wanted = FileKeeping.objects.filter(state=view)
        return rows.filter(pk__in=wanted.values("delivery_id")).order_by("delivered_on", "pk")
    if view == "centre":
        kept = FileKeeping.objects.filter(state=KeepingState.KEPT, delivery=OuterRef("pk"))
        return (
            rows.filter(delivered_on__lte=moved)
            .exclude(pk__in=kept.values("delivery_id"))
            .order_by("-delivered_on", "pk")
        )
    return rows.filter(delivered_on__gt=moved, delivered_on__lte=soon).order_by("delivered_on", "pk")


def openable_files(user: Staff) -> QuerySet[Delivery]:
    """The files whose card ``user`` may open: the own customers', and those about which one decides."""
    own, asked = Delivery.objects.visible_to(user), FileKeeping.objects.visible_to(user)
    rows: QuerySet[Delivery] = Delivery.objects.filter(
        Q(pk__in=own.values("pk")) | Q(pk__in=asked.values("delivery_id"))
    )
    return rows


def file_row(delivery: Delivery) -> FileRow:
    """A line of the list, of a row of ``files``. No query."""
    state = getattr(delivery, "keeping_state", None) or ""
    reason = getattr(delivery, "keeping_reason", None) or ""
    owner = delivery.customer.owner or delivery.consultant
    return FileRow(
        delivery=delivery,
        moves_on=moves_on(delivery),
        state=state,
        reason=reason,
        keeper=getattr(delivery, "keeping_by", None) or owner.name,
        asked_at=getattr(delivery, "keeping_asked_at", None),
    )


def retained_card(delivery: Delivery) -> RetainedCard:
    """The card of one car. ``delivery`` comes with customer, vehicle__model, consultant. Seven queries."""
    history = tuple(
        FileKeeping.objects.filter(delivery=delivery).select_related("consultant", "decided_by").order_by("-asked_at")
    )
    standing = next((row for row in history if row.state in (KeepingState.ASKED, KeepingState.KEPT)), None)
    kinds = (TaskKind.PERIODIC, TaskKind.RETAINED, TaskKind.LOST_CUSTOMER, TaskKind.SERVICE_VISIT)
    attempts = CallAttempt.objects.filter(task__vehicle=delivery.vehicle, task__kind__in=kinds)
    calls = tuple(attempts.select_related("task", "by").order_by("-at", "-pk")[:CARD_LINES])
    upcoming = CallTask.objects.filter(vehicle=delivery.vehicle, kind__in=kinds, state=TaskState.OPEN)
    return RetainedCard(
        delivery=delivery,
        moves_on=moves_on(delivery),
        standing=standing,
        history=history,
        phones=tuple(delivery.customer.phones.order_by("-is_primary", "pk")),
        calls=calls,
        visits=tuple(ServiceVisit.objects.filter(vehicle=delivery.vehicle).order_by("-visited_on", "-pk")[:5]),
        complaints=tuple(complaints_of(delivery.customer)),
        next_call=upcoming.order_by("due_on", "pk").select_related("owner").first(),
        blank=range(CARD_LINES - len(calls)),
    )
