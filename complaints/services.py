"""Taking complaints in."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from complaints import rules
from complaints.enums import ComplaintKind, ComplaintOrigin
from complaints.models import Complaint
from customers.models import Customer
from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.enums import Tone
from dealership.notifications.services import AlertDraft, raise_alerts
from inventory.models import Vehicle
from staffing.models import Staff
from staffing.services.numbers import next_number


class NothingSaid(Refusal):
    """A complaint without the customer's words."""

    message = N_("Write down what the customer complained of, in the customer's own words.")


class AnswerInPast(Refusal):
    """A promise that cannot be kept any more."""

    message = N_("The promised call lies in the past.")


class AnswerByConcerned(Refusal):
    """Whom the customer complains of does not answer (CP-30)."""

    message = N_("The customer complains of this person: promise a call from somebody else.")


@transaction.atomic
def open_complaint(
    *,
    customer: Customer,
    kind: ComplaintKind,
    origin: ComplaintOrigin,
    content: str,
    candidates: Sequence[int],
    by: Staff,
    at: dt.datetime,
    vehicle: Vehicle | None = None,
    about: Staff | None = None,
    origin_key: str = "",
) -> Complaint:
    """Take in a complaint, give it a number without gaps, and put it on its handler's desk with an alert at once.

    ``candidates`` are ids of possible handlers, nearest first; the person complained about is passed over (CP-30).
    ``origin_key`` names the row it came from: the same origin, key and kind give the same complaint however often they
    are sent; what is new in the words is added to it. Refuses NothingSaid.
    """
    content = content.strip()
    if not content:
        raise NothingSaid
    if origin_key and (known := Complaint.objects.filter(origin=origin, origin_key=origin_key, kind=kind).first()):
        return _continued(known, content, by=by, at=at)
    day = at.astimezone(customer.store.tz).date()
    counter = next_number(store=customer.store, series=f"complaint:{day:%Y%m%d}")
    complaint = Complaint.objects.create(
        store_id=customer.store_id,
        number=rules.number_of(day, counter),
        customer=customer,
        vehicle=vehicle,
        kind=kind,
        origin=origin,
        origin_key=origin_key,
        content=content,
        about=about,
        handler_id=rules.handler_of(candidates, about=about.pk if about else None),
        taken_by=by,
        received_at=at,
        reply_due_at=rules.reply_due_at(at),
    )
    record_event(
        code="complaint.opened",
        subject=complaint,
        by=by,
        at=at,
        data={"number": complaint.number, "kind": str(kind), "origin": str(origin)},
    )
    if complaint.handler_id is not None:
        raise_alerts(
            drafts=[
                AlertDraft(
                    recipient_id=complaint.handler_id,
                    key=f"complaint.opened:{complaint.pk}",
                    code="complaint.opened",
                    message=N_("Complaint %(number)s of %(customer)s: the first reply is due within 24 hours."),
                    params={"number": complaint.number, "customer": customer.name},
                    happened_at=at,
                    url=_address(customer),
                    tone=Tone.DANGER,
                    store_ref=customer.store_id,
                )
            ],
            at=at,
        )
    return complaint


@transaction.atomic
def promise_answer(
    *, complaint: Complaint, answer_at: dt.datetime, answer_by: Staff, by: Staff, at: dt.datetime
) -> None:
    """The customer was promised that ``answer_by`` calls at ``answer_at``; that person is told at once (AF-06).

    A later promise takes the place of the one before. Refuses AnswerInPast and AnswerByConcerned.
    """
    if answer_at <= at:
        raise AnswerInPast
    if answer_by.pk == complaint.about_id:
        raise AnswerByConcerned
    local = answer_at.astimezone(complaint.store.tz)
    complaint.answer_at, complaint.answer_by = answer_at, answer_by
    complaint.save(update_fields=["answer_at", "answer_by"])
    record_event(
        code="complaint.answer_promised",
        subject=complaint,
        by=by,
        at=at,
        data={"answer_at": answer_at.isoformat(), "answer_by": answer_by.pk},
    )
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=answer_by.pk,
                key=f"complaint.answer_promised:{complaint.pk}:{answer_at:%Y%m%d%H%M}",
                code="complaint.answer_promised",
                message=N_("Complaint %(number)s: %(customer)s was promised your call at %(moment)s."),
                params={
                    "number": complaint.number,
                    "customer": complaint.customer.name,
                    "moment": f"{local:%Y-%m-%d %H:%M}",
                },
                happened_at=at,
                url=_address(complaint.customer),
                tone=Tone.DANGER,
                store_ref=complaint.store_id,
            )
        ],
        at=at,
    )


def _continued(complaint: Complaint, content: str, *, by: Staff, at: dt.datetime) -> Complaint:
    """The customer said more of the same matter in a later call: no word is lost, no second number given."""
    if content not in complaint.content:
        complaint.content = f"{complaint.content}\n\n{content}"
        complaint.save(update_fields=["content"])
        record_event(code="complaint.continued", subject=complaint, by=by, at=at)
    return complaint


def _address(customer: Customer) -> str:
    """The customer's page, which shows the complaints first; empty while it is not installed."""
    try:
        return reverse("customer_page", args=[customer.pk])
    except NoReverseMatch:
        return ""
