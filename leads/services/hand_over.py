"""The hand-over of an invited customer from telesales to a consultant, on sheet F02 (HO-01..07)."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.urls import reverse

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.notifications.services.raising import AlertDraft, raise_alerts
from inventory.models import VehicleModel
from leads.enums import FOLLOWED, GradedBy, LeadState, MoveReason, Stage
from leads.models import HandOver, Interest, Lead, Visit
from leads.services.grading import grade_lead
from leads.services.owners import move_lead
from leads.services.states import hold_lead
from staffing.enums import Capability, Role
from staffing.models import Staff

#: The note beside a grade is shorter than the one on the card.
_GRADE_NOTE = 200
HANDED_TO_YOU = N_("%(name)s was handed over to you. Confirm it, and judge the grade.")


class NoArrival(Refusal):
    """No hand-over without an arrival record (HO-05)."""

    message = N_("There is no record that this customer arrived. The desk registers the visit first.")


class CustomerStillHere(Refusal):
    """The sheet is filled in after the customer has left (HO-05)."""

    message = N_("The customer is still here. The hand-over is written after the visit.")


class NotWithTelesales(Refusal):
    message = N_("This lead is no longer with telesales.")


class NotYourLead(Refusal):
    """The agent hands over, or who leads the agents."""

    message = N_("Only the telesales agent of this lead, or a supervisor, hands it over.")


class NotAConsultant(Refusal):
    message = N_("%(name)s is no sales consultant.")


class AlreadyHandedOver(Refusal):
    message = N_("This visit has its line on the hand-over sheet already.")


class NotRepeated(Refusal):
    """The consultant repeats the need to the customer (HO-04)."""

    message = N_("Repeat the need to the customer first, and tick that you did.")


class NotYourHandOver(Refusal):
    message = N_("Only the consultant on the sheet confirms it.")


class AlreadyConfirmed(Refusal):
    message = N_("This hand-over is confirmed already.")


@dataclass(frozen=True)
class SheetLine:
    """What telesales writes on the sheet: the state of the customer in words, when the customer plans to buy, and how
    many minutes the welcome took before the consultant was introduced (HO-02)."""

    condition: str
    buys_on: dt.date | None = None
    welcome_minutes: int | None = None


@dataclass(frozen=True)
class Confirmation:
    """What the consultant found when repeating the need to the customer (HO-04). Empty: as it was."""

    repeated: bool
    grade: str
    model: VehicleModel | None = None
    buys_on: dt.date | None = None
    note: str = ""


@transaction.atomic
def hand_over_lead(
    *, lead: Lead, visit: Visit, consultant: Staff, line: SheetLine, by: Staff, at: dt.datetime
) -> HandOver:
    """Write the line of the sheet and give the lead to the consultant, both or neither (HO-03, HO-05, HO-06).

    ``lead`` is the row as the agent saw it: whoever re-assigns it meanwhile wins or loses as a whole. The agent stays
    on the lead and keeps seeing its result (HO-07). The consultant is told.
    Refuses NoArrival, CustomerStillHere, NotWithTelesales, NotYourLead, NotAConsultant, AlreadyHandedOver and
    AlreadyMoved.
    """
    if visit.lead_id != lead.pk or visit.by_phone or visit.arrived_at is None:
        raise NoArrival
    if visit.left_at is None or visit.left_at > at:
        raise CustomerStillHere
    if lead.stage != Stage.TELESALES or lead.state not in FOLLOWED:
        raise NotWithTelesales
    if by.pk not in (lead.owner_id, lead.telesales_id) and not by.may(Capability.ASSIGN_LEADS):
        raise NotYourLead
    if Role.SALES_CONSULTANT not in consultant.roles:
        raise NotAConsultant(name=consultant.name)
    hold_lead(lead, "grade", "buys_on", "card_opened_on")  # not whose it is: that must be as the agent saw it
    agent_id = lead.owner_id or lead.telesales_id
    try:
        with transaction.atomic():
            row = HandOver.objects.create(
                store_id=lead.store_id,
                lead=lead,
                visit=visit,
                telesales_id=agent_id,
                consultant=consultant,
                on=visit.visited_on,
                grade=lead.grade,
                buys_on=line.buys_on or lead.buys_on,
                condition=line.condition.strip(),
                welcome_minutes=line.welcome_minutes,
                handed_over_at=at,
                handed_over_by=by,
            )
    except IntegrityError as error:
        raise AlreadyHandedOver from error
    move_lead(
        lead=lead,
        owner=consultant,
        reason=MoveReason.HANDED_OVER,
        by=by,
        at=at,
        pool=Role.SALES_CONSULTANT,
        stage=Stage.SHOWROOM,
    )
    changes = {"telesales_id": agent_id, "buys_on": row.buys_on, "card_opened_on": lead.card_opened_on or row.on}
    for name, value in changes.items():
        setattr(lead, name, value)
    lead.save(update_fields=["telesales", "buys_on", "card_opened_on"])
    if visit.consultant_id is None:
        Visit.objects.filter(pk=visit.pk, consultant__isnull=True).update(consultant=consultant)
    record_event(
        code="lead.handed_over",
        subject=lead,
        by=by,
        at=at,
        data={"hand_over": row.pk, "visit": visit.pk, "consultant": consultant.pk},
    )
    _tell(row, lead, at)
    return row


@transaction.atomic
def confirm_hand_over(*, hand_over: HandOver, found: Confirmation, by: Staff, at: dt.datetime) -> HandOver:
    """The consultant repeated the need to the customer, corrects what was wrong, and judges the grade again
    (HO-04, HO-06, LG-06). The audit keeps what was corrected; the note stands on the card, under what others
    wrote there meanwhile, and beside the grade in the history.

    Refuses NotYourHandOver, NotRepeated, AlreadyConfirmed, NotToBeGraded, NoOpenGrade; raises UnknownGrade.
    """
    if hand_over.consultant_id != by.pk:
        raise NotYourHandOver
    if not found.repeated:
        raise NotRepeated
    lead, note = hand_over.lead, found.note.strip()
    hold_lead(lead)
    if not HandOver.objects.filter(pk=hand_over.pk, confirmed_at__isnull=True).update(confirmed_at=at):
        raise AlreadyConfirmed
    hand_over.confirmed_at = at
    corrected: dict[str, list[object]] = {}
    if found.buys_on is not None and found.buys_on != lead.buys_on:
        corrected["buys_on"] = [lead.buys_on and lead.buys_on.isoformat(), found.buys_on.isoformat()]
        lead.buys_on = found.buys_on
    if note:
        corrected["note"] = ["", note]
        lead.note = f"{lead.note}\n{note}".strip()
    lead.save(update_fields=["buys_on", "note"])
    if found.model is not None:
        main = lead.interests.filter(is_main=True).first()
        if main is None or main.model_id != found.model.pk:
            corrected["model"] = [main.model_id if main else None, found.model.pk]
            _make_main(lead, found.model)
    if lead.state == LeadState.OPEN:
        side, told = GradedBy.CONSULTANT, note[:_GRADE_NOTE]
        grade_lead(lead=lead, grade=found.grade, graded_by=side, by=by, at=at, note=told)
    record_event(
        code="lead.hand_over_confirmed",
        subject=lead,
        by=by,
        at=at,
        data={"hand_over": hand_over.pk, "corrected": corrected},
    )
    return hand_over


def _make_main(lead: Lead, model: VehicleModel) -> None:
    Interest.objects.filter(lead=lead, is_main=True).update(is_main=False)
    Interest.objects.update_or_create(lead=lead, model=model, defaults={"is_main": True})


def _tell(row: HandOver, lead: Lead, at: dt.datetime) -> None:
    raise_alerts(
        drafts=[
            AlertDraft(
                recipient_id=row.consultant_id,
                key=f"lead.handed_over:{row.pk}",
                code="lead.handed_over",
                message=HANDED_TO_YOU,
                params={"name": lead.customer.name},
                url=reverse("hand_over_confirm", args=[row.pk]),
                happened_at=at,
                store_ref=row.store_id,
                by_email=False,
            )
        ],
        at=at,
    )
