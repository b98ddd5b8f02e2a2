"""Whose file a customer's is after two years: the centre's, or the consultant's who asks for it (PF-04, PF-05)."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services import AlertDraft, raise_alerts
from followups.enums import KeepingState, KeepReason, TaskKind, TaskState
from followups.models import CallTask, FileKeeping
from followups.models.tasks import CallTaskQuerySet
from orders.models import Delivery
from staffing.enums import Capability, Role
from staffing.models import Staff
from staffing.selectors.people import reporting_lines


class NotYourFile(Refusal):
    """Only who keeps the relation may ask to keep the file."""

    message = N_("This customer is not yours. The consultant who keeps the relation asks to keep the file.")


class AlreadyAsked(Refusal):
    """One request at a time."""

    message = N_("This file has been asked for, or is kept already.")


class AlreadyDecidedKeeping(Refusal):
    """Decided once."""

    message = N_("This request has been decided already.")


class OwnRequest(Refusal):
    """Nobody decides what he asked for."""

    message = N_("You asked for this file yourself. Somebody else decides.")


class SayWhyNot(Refusal):
    """A refusal has its reason."""

    message = N_("Say why the file goes to the centre.")


def may_ask(delivery: Delivery, by: Staff) -> bool:
    """Whether ``by`` keeps the relation: the customer's owner, or without one the consultant who delivered."""
    if not by.may(Capability.WORK_QUEUE):
        return False
    keeper = delivery.customer.owner_id or delivery.consultant_id
    return bool(keeper == by.pk)


def may_decide_keeping(keeping: FileKeeping, by: Staff) -> bool:
    """Supervisors and managers decide, not who asked."""
    return by.may(Capability.REASSIGN_TASKS) and keeping.consultant_id != by.pk


@transaction.atomic
def ask_to_keep(*, delivery: Delivery, reason: KeepReason, note: str, by: Staff, at: dt.datetime) -> FileKeeping:
    """Ask to go on with a customer after the two years (PF-05). Whoever leads the consultant is told.

    Refuses NotYourFile, AlreadyAsked.
    """
    if not may_ask(delivery, by):
        raise NotYourFile
    try:
        with transaction.atomic():
            keeping = FileKeeping.objects.create(
                store_id=delivery.store_id,
                delivery=delivery,
                consultant=by,
                reason=reason,
                note=note.strip(),
                asked_at=at,
            )
    except IntegrityError:
        raise AlreadyAsked from None
    record_event(code="file.asked_for", subject=keeping, by=by, at=at, data={"reason": str(reason)})
    people = reporting_lines(delivery.store).supervisors_of(by.pk, Role.SALES_CONSULTANT)
    message = N_("%(by)s asks to keep the file of %(customer)s after the two years.")
    params = {"by": by.name, "customer": delivery.customer.name}
    raise_alerts(drafts=[_news(pk, keeping, "file.asked_for", message, params, at) for pk in people], at=at)
    return keeping


@transaction.atomic
def decide_keeping(*, keeping: FileKeeping, keep: bool, answer: str, by: Staff, at: dt.datetime) -> FileKeeping:
    """Let the consultant keep the file, or leave it to the centre with a reason (PF-05). The consultant is told; calls
    that wait already change hands.

    Refuses OwnRequest, SayWhyNot, AlreadyDecidedKeeping.
    """
    if not may_decide_keeping(keeping, by):
        raise OwnRequest
    if not keep and not answer.strip():
        raise SayWhyNot
    state = KeepingState.KEPT if keep else KeepingState.REFUSED
    _move(keeping, KeepingState.ASKED, state, answer, by=by, at=at)
    if keep:
        if keeping.consultant.is_working and keeping.consultant.store_id == keeping.store_id:
            _waiting_calls(keeping).filter(owner__isnull=True).update(owner=keeping.consultant)
        message = N_("You keep the file of %(customer)s.")
    else:
        message = N_("The file of %(customer)s goes to the customer service centre: %(answer)s")
    params = {"customer": keeping.delivery.customer.name, "answer": answer.strip()}
    raise_alerts(drafts=[_news(keeping.consultant_id, keeping, f"file.{state.value}", message, params, at)], at=at)
    return keeping


@transaction.atomic
def give_back(*, keeping: FileKeeping, answer: str, by: Staff, at: dt.datetime) -> FileKeeping:
    """A kept file goes to the centre after all, by the consultant who keeps it or a supervisor; its waiting calls with
    it. Refuses SayWhyNot, NotYourFile, AlreadyDecidedKeeping."""
    if keeping.consultant_id != by.pk and not by.may(Capability.REASSIGN_TASKS):
        raise NotYourFile
    if not answer.strip():
        raise SayWhyNot
    _move(keeping, KeepingState.KEPT, KeepingState.GIVEN_BACK, answer, by=by, at=at)
    _waiting_calls(keeping).filter(owner=keeping.consultant).update(owner=None)
    return keeping


def _move(
    keeping: FileKeeping, from_: KeepingState, to: KeepingState, answer: str, *, by: Staff, at: dt.datetime
) -> None:
    rows = FileKeeping.objects.filter(pk=keeping.pk, state=from_)
    if not rows.update(state=to, answer=answer.strip(), decided_by=by, decided_at=at):
        raise AlreadyDecidedKeeping
    keeping.refresh_from_db()
    record_event(code=f"file.{to.value}", subject=keeping, by=by, at=at, data={"state": [from_.value, to.value]})


def _waiting_calls(keeping: FileKeeping) -> CallTaskQuerySet:
    return CallTask.objects.filter(
        kind=TaskKind.RETAINED, delivery_id=keeping.delivery_id, state=TaskState.OPEN, promised_by__isnull=True
    )


def _news(
    person: int, keeping: FileKeeping, code: str, message: str, params: dict[str, str], at: dt.datetime
) -> AlertDraft:
    return AlertDraft(
        recipient_id=person,
        key=f"{code}:{keeping.pk}",
        code=code,
        message=message,
        params=params,
        url=reverse("retained_card", args=[keeping.delivery_id]),
        happened_at=at,
        store_ref=keeping.store_id,
        by_email=False,
    )
