"""A line of the visit register, from the door to the second grade."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction

from customers.models import CustomerPhone
from dealership.audit.services import record_event
from dealership.kernel import phones
from dealership.kernel.errors import N_, Refusal
from inventory.models import VehicleModel
from leads.enums import Channel, CustomerStanding, GradedBy, LeadState, Stage, Standing
from leads.models import Lead, Visit
from leads.rules.register import opens_card, second_grade_due_at, wants_second_grade
from leads.rules.turn import consumes_turn
from leads.selectors.intake import current_leads_of
from leads.selectors.policies import cadence_policy, lead_policy
from leads.selectors.turn import turn_board
from leads.selectors.visits import line_of
from leads.services.appointments import keep_appointment
from leads.services.arrivals import ring_owner
from leads.services.assigning import hold_intake
from leads.services.grading import NoOpenGrade, grade_lead
from leads.services.intake import take_in_lead
from leads.services.registering import NewLead, Registered, register_lead
from leads.services.turn import take_turn
from staffing.enums import Capability, Role
from staffing.models import Staff, Store

#: A clock at the desk may be this much ahead of ours.
AHEAD = dt.timedelta(minutes=5)


class ArrivesInFuture(Refusal):
    message = N_("The time of arrival lies in the future.")


class LeavesBeforeArrival(Refusal):
    message = N_("Nobody leaves before arriving, or in the future. Correct the times.")


class NoParticulars(Refusal):
    """A line ends with a telephone, or with the reason why there is none (LI-14)."""

    message = N_("Write the telephone, or choose why there is none: it is counted as a failure.")


class AlreadyLeft(Refusal):
    message = N_("The time of leaving is written down already.")


class StillHere(Refusal):
    """The second grade is judged after the visit (LG-08)."""

    message = N_("The visitor is still here. The second grade is judged after the visit.")


class AlreadyGraded(Refusal):
    message = N_("The second grade is written down already.")


@dataclass(frozen=True)
class VisitFacts:
    """What is known of a visit; ``number`` as typed. None and "" mean: not known (yet)."""

    name: str = ""
    number: str = ""
    gender: str = ""
    party: int = 1
    came_by: str = ""
    channel: str = Channel.WALK_IN
    source: str = ""
    heard_from: str = ""
    model: VehicleModel | None = None
    grade: str = ""
    trade_in: str = ""
    purpose: str = "new_car"
    test_drive: bool = False
    no_data: str = ""
    note: str = ""
    consultant: Staff | None = None


@transaction.atomic
def register_visit(
    *,
    store: Store,
    facts: VisitFacts,
    by: Staff | None,
    at: dt.datetime,
    arrived_at: dt.datetime | None = None,
    by_phone: bool = False,
    by_turn: bool = False,
) -> Visit:
    """Write a line of the register, also for people who leave nothing (LI-14), and for enquiries by telephone (LI-08).

    A telephone is looked up: whoever came before is "again"; the current lead behind it is linked, its appointment of
    the day is kept and its owner is told at once, unconditionally (HO-01, AR-01, AR-02). With ``by_turn`` the next
    consultant receives the visitor; a new customer who comes for a car takes the turn (ST-07), an old one goes to the
    own consultant, or without one to the next, who loses no turn (ST-08). A grade of B or above opens a card (LI-18);
    an enquiry by telephone about a car is an enquiry to telesales, whomever it names (LI-09). One intake at a time in a
    store, as in take_in_lead: of two lines with one new telephone one opens the lead, and the other finds it (LI-22).
    Refuses ArrivesInFuture, NoOpenGrade; raises BadPhone and UnknownGrade (ValueErrors).
    """
    moment = arrived_at or at
    if moment > at + AHEAD:
        raise ArrivesInFuture
    hold_intake(store=store)
    visit = Visit(
        store=store,
        visited_on=moment.astimezone(store.tz).date(),
        by_phone=by_phone,
        arrived_at=moment,
        registered_by=by,
        created_at=at,
    )
    _write(visit, facts)
    _check_grade(visit, at)
    visit.save()
    lead = _recognise(visit)
    if by_turn and visit.consultant is None and not by_phone:
        visit.consultant = _receiver(visit, lead, by, at)
    visit.save()
    record_event(
        code="visit.registered",
        subject=visit,
        by=by,
        at=at,
        data={"consultant": visit.consultant_id, "by_phone": by_phone, "by_turn": by_turn},
    )
    _follow_up(visit, lead, by, at, is_new_number=True)
    return visit


@transaction.atomic
def take_in_call(
    *,
    store: Store,
    new: NewLead,
    role: str,
    by: Staff | None,
    at: dt.datetime,
    owner: Staff | None = None,
    decided: bool = False,
) -> Registered:
    """An enquiry by telephone that somebody types as a lead: first its line in the register, then the lead, in one
    act (LI-03, LI-08). Whoever takes the call writes this one line, also without the right to the register.

    As take_in_lead in everything else. Raises BadPhone and UnknownGrade (ValueErrors).
    """
    hold_intake(store=store)
    visit = Visit(
        store=store,
        visited_on=new.registered_at.astimezone(store.tz).date(),
        by_phone=True,
        arrived_at=new.registered_at,
        registered_by=by,
        created_at=at,
        name=new.name,
        gender=new.gender,
        number=phones.normalise(new.number),
        channel=new.channel,
        source=new.source,
        model=next(iter(new.models), None),
        grade=new.grade,
        note=str(new.details.get("note", "")),
    )
    _recognise(visit)
    visit.save()
    record_event(
        code="visit.registered",
        subject=visit,
        by=by,
        at=at,
        data={"consultant": None, "by_phone": True, "by_turn": False},
    )
    done = take_in_lead(store=store, new=new, role=role, by=by, at=at, owner=owner, decided=decided)
    _set(visit, {"lead": done.lead})
    return done


@transaction.atomic
def complete_visit(
    *,
    visit: Visit,
    facts: VisitFacts,
    by: Staff,
    at: dt.datetime,
    arrived_at: dt.datetime | None = None,
    left_at: dt.datetime | None = None,
) -> Visit:
    """Fill in the rest of a line (LI-15); the audit keeps what stood there before, so that a collision can show it.

    Without a new number the old one stays. What a telephone or a grade brings along at registration it brings along
    here too. Refuses NoParticulars (LI-14), LeavesBeforeArrival, NoOpenGrade; raises BadPhone and UnknownGrade.
    """
    hold_intake(store=visit.store)
    Visit.objects.filter(pk=visit.pk).update(created_at=visit.created_at)  # one at a time
    visit.refresh_from_db()
    before = {name: getattr(visit, name) for name in _WATCHED}
    _write(visit, facts)
    visit.arrived_at = arrived_at or visit.arrived_at
    visit.left_at = left_at or visit.left_at
    if not visit.number and not visit.no_data and visit.purpose == "new_car":
        raise NoParticulars
    if visit.left_at and visit.arrived_at and not visit.arrived_at <= visit.left_at <= at + AHEAD:
        raise LeavesBeforeArrival
    if visit.arrived_at:
        visit.visited_on = visit.arrived_at.astimezone(visit.store.tz).date()
    _check_grade(visit, at)
    is_new_number = visit.number != before["number"]
    lead = _recognise(visit) if is_new_number else visit.lead
    visit.save()
    changed = {
        name: [_told(name, before[name]), _told(name, getattr(visit, name))]
        for name in _WATCHED
        if before[name] != getattr(visit, name)
    }
    record_event(code="visit.changed", subject=visit, by=by, at=at, data={"changed": changed})
    _follow_up(visit, lead, by, at, is_new_number=is_new_number)
    return visit


@transaction.atomic
def leave_visit(*, visit: Visit, by: Staff, at: dt.datetime) -> Visit:
    """The visitor leaves now. Refuses AlreadyLeft."""
    if not Visit.objects.filter(pk=visit.pk, left_at__isnull=True).update(left_at=max(at, visit.arrived_at or at)):
        raise AlreadyLeft
    visit.refresh_from_db(fields=["left_at"])
    record_event(code="visit.left", subject=visit, by=by, at=at)
    return visit


@transaction.atomic
def grade_after_visit(*, visit: Visit, grade: str, by: Staff, at: dt.datetime) -> Visit:
    """The second grade of the register, within 24 hours of the visit (LG-08). The first one stays beside it.

    It is judged after the visitor has left. It re-grades the lead, or opens the card when it is B or above (LI-18).
    Refuses StillHere, AlreadyGraded, NoOpenGrade; raises UnknownGrade.
    """
    code = _open_grade(visit.store, grade, at)
    if visit.left_at is None and not visit.by_phone:
        raise StillHere
    hold_intake(store=visit.store)
    if not Visit.objects.filter(pk=visit.pk, grade_after="").update(grade_after=code, grade_after_at=at):
        raise AlreadyGraded
    visit.refresh_from_db(fields=["grade_after", "grade_after_at", "lead", "number"])
    record_event(code="visit.graded", subject=visit, by=by, at=at, data={"grade": [visit.grade, code]})
    lead = visit.lead
    if lead is not None and lead.state == LeadState.OPEN:
        # The line keeps what the receiver thinks; a colleague's lead is judged by the colleague.
        if not _may_judge(lead, by):
            return visit
        grade_lead(lead=lead, grade=code, graded_by=GradedBy.REGISTER, by=by, at=at)
    elif lead is None:
        (_enquire if visit.by_phone else _open_card)(visit, code, by, at)
    return visit


def _may_judge(lead: Lead, by: Staff) -> bool:
    """Telesales' leads are judged by whoever receives the customer, others by those who work them, and the desk."""
    if lead.stage == Stage.TELESALES or by.may(Capability.RUN_REGISTER):
        return True
    return Lead.objects.workable_by(by).filter(pk=lead.pk).exists()


_WATCHED = (
    *(row.name for row in fields(VisitFacts) if row.name not in ("model", "consultant")),
    "model_id",
    "consultant_id",
    "arrived_at",
    "left_at",
)


def _write(visit: Visit, facts: VisitFacts) -> None:
    for row in fields(VisitFacts):
        value = getattr(facts, row.name)
        if row.name == "number":
            value = phones.normalise(value) if value.strip() else visit.number
        elif row.name == "grade":
            value = value.strip().upper() or visit.grade
        elif isinstance(value, str):
            value = value.strip()
        setattr(visit, row.name, value)
    if visit.number:
        visit.no_data = ""
    if visit.by_phone and visit.channel == Channel.WALK_IN:
        visit.channel = Channel.PHONE  # what the form proposes; nobody walks in by telephone


def _told(name: str, value: Any) -> Any:
    """A value as the audit keeps it: no full telephone numbers."""
    if name == "number":
        return phones.mask(value) if value else ""
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _open_grade(store: Store, grade: str, at: dt.datetime) -> str:
    rule = cadence_policy(store, at.astimezone(store.tz).date()).grade(grade)
    if rule.standing != Standing.OPEN:
        raise NoOpenGrade(grade=rule.code)
    return rule.code


def _check_grade(visit: Visit, at: dt.datetime) -> None:
    if visit.grade:
        visit.grade = _open_grade(visit.store, visit.grade, at)


def _recognise(visit: Visit) -> Lead | None:
    """What the records know of the telephone: came before, a known customer, a current lead. Writes into the row."""
    if not visit.number:
        return None
    earlier = Visit.objects.filter(store=visit.store, number=visit.number, by_phone=False).exclude(pk=visit.pk)
    visit.is_again = not visit.by_phone and earlier.exists()
    has_file = CustomerPhone.objects.filter(store=visit.store, number=visit.number).exists()
    visit.standing = CustomerStanding.KNOWN if has_file or visit.is_again else CustomerStanding.NEW
    found = current_leads_of(visit.store, visit.number)
    visit.lead = found[0] if found else None
    return visit.lead


def _receiver(visit: Visit, lead: Lead | None, by: Staff | None, at: dt.datetime) -> Staff | None:
    is_known = visit.is_again or lead is not None or visit.standing == CustomerStanding.KNOWN
    if consumes_turn(purpose=visit.purpose, is_known=is_known, asked_by_name=False):
        return take_turn(store=visit.store, visit=visit, by=by, at=at)
    board = turn_board(visit.store, visit.visited_on)
    is_with_seller = lead is not None and lead.stage == Stage.SHOWROOM  # telesales receives nobody at the door
    own = lead.owner if lead is not None and is_with_seller else _consultant_before(visit)
    return next((person for person in board.order if person == own), board.next)


def _consultant_before(visit: Visit) -> Staff | None:
    """Who received this telephone last; without one, whose the customer is."""
    if not visit.number:
        return None
    rows = Visit.objects.filter(store=visit.store, number=visit.number, consultant__isnull=False).exclude(pk=visit.pk)
    last = rows.select_related("consultant").order_by("-visited_on", "-pk").first()
    if last is not None:
        return last.consultant
    phone = (
        CustomerPhone.objects.filter(store=visit.store, number=visit.number, customer__owner__isnull=False)
        .select_related("customer__owner")
        .order_by("pk")
        .first()
    )
    return phone.customer.owner if phone is not None else None


def _follow_up(visit: Visit, lead: Lead | None, by: Staff | None, at: dt.datetime, *, is_new_number: bool) -> None:
    """What follows from the line as it now stands."""
    changes: dict[str, Any] = {}
    rule = lead_policy(visit.store, visit.visited_on)
    if visit.grade_due_at is None and visit.arrived_at is not None and wants_second_grade(line_of(visit)):
        changes["grade_due_at"] = second_grade_due_at(visit.arrived_at, rule)
    if lead is not None and is_new_number and not visit.by_phone:
        if keep_appointment(lead=lead, visit=visit, by=by, at=at) is not None:
            changes["invited"] = True
        visit.invited = visit.invited or bool(changes.get("invited"))
        ring_owner(visit=visit, lead=lead, by=by, at=at)
    _set(visit, changes)
    if visit.by_phone and (is_new_number or lead is None):
        _enquire(visit, visit.grade, by, at)
    elif lead is None and visit.grade and not visit.by_phone:
        _open_card(visit, visit.grade, by, at)


def _open_card(visit: Visit, grade: str, by: Staff | None, at: dt.datetime) -> None:
    """A visitor with a number at B or above gets a card (LI-18), of the consultant who received the visitor."""
    rule = lead_policy(visit.store, visit.visited_on)
    if not visit.number or visit.purpose != "new_car":
        return
    if opens_card(grade, cadence_policy(visit.store, visit.visited_on), rule):
        new, pool = _new_lead(visit, grade), Role.SALES_CONSULTANT
        done = register_lead(store=visit.store, new=new, owner=visit.consultant, pool=pool, by=by, at=at)
        _set(visit, {"lead": done.lead})


def _enquire(visit: Visit, grade: str, by: Staff | None, at: dt.datetime) -> None:
    """An enquiry by telephone is a lead of telesales whatever its grade, or joins the current one (LI-08, LI-22): until
    the customer was here telesales does all the follow-up (LI-09). A consultant who was asked for stays in the line,
    which stands on the card, and receives the customer who comes."""
    if not visit.number or visit.purpose != "new_car":
        return
    named = visit.consultant
    agent = named if named is not None and Role.TELESALES in named.roles else None
    new = _new_lead(visit, grade)
    done = take_in_lead(store=visit.store, new=new, role=Role.TELESALES, by=by, at=at, owner=agent)
    _set(visit, {"lead": done.lead})


def _new_lead(visit: Visit, grade: str) -> NewLead:
    return NewLead(
        name=visit.name or phones.mask(visit.number),
        number=visit.number,
        channel=Channel(visit.channel),
        registered_at=visit.arrived_at or visit.created_at,
        source=visit.source,
        grade=grade,
        models=[visit.model] if visit.model is not None else [],
        gender=visit.gender,
        details={"trade_in": visit.trade_in, "note": visit.note, "card_opened_on": visit.visited_on},
    )


def _set(visit: Visit, changes: Mapping[str, Any]) -> None:
    if changes:
        for name, value in changes.items():
            setattr(visit, name, value)
        visit.save(update_fields=list(changes))
