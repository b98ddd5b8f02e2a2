"""The day of the register: its lines, who is in the house, what is due, and the totals."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from customers.models import CustomerPhone
from leads.enums import AppointmentState, Stage
from leads.models import Appointment, Lead, RegisterDay, Visit
from leads.rules.register import DayTotals, Line, day_totals, flow_of, is_open_line
from staffing.models import Staff, Store

#: The second grades that the page lists at most; the oldest come first.
LISTED_GRADES = 20
_SHOWN = ("consultant", "model", "lead__customer", "lead__owner", "lead__telesales", "store")


def line_of(visit: Visit, *, had_card: bool | None = None) -> Line:
    """A row of the register as the rules see it. A lead that is older than the visit was a card before it."""
    if had_card is None:
        lead = visit.lead
        had_card = lead is not None and visit.arrived_at is not None and lead.registered_at < visit.arrived_at
    return Line(
        purpose=visit.purpose,
        has_number=bool(visit.number),
        no_data=visit.no_data,
        grade=visit.grade,
        is_again=visit.is_again,
        had_card=had_card,
        by_phone=visit.by_phone,
        invited=visit.invited,
        party=visit.party,
        test_drive=visit.test_drive,
    )


@dataclass(frozen=True)
class RegisterLine:
    """A row with what the page says of it. ``rings``: the telesales agent whose lead it is."""

    visit: Visit
    flow: str
    is_open: bool
    rings: Staff | None

    @property
    def is_here(self) -> bool:
        return self.visit.left_at is None and not self.visit.by_phone


@dataclass(frozen=True)
class RegisterPage:
    """A day: ``lines`` by arrival, ``here`` those who have not left, their keys 1 to 9. The totals of a closed day are
    those it was closed with; ``late`` lines were written after."""

    on: dt.date
    lines: tuple[RegisterLine, ...]
    here: tuple[RegisterLine, ...]
    totals: DayTotals
    closed: RegisterDay | None

    @property
    def late(self) -> int:
        return len(self.lines) - self.totals.lines


def register_page(user: Staff, store: Store, on: dt.date) -> RegisterPage:
    """The day as a person may see it. Two queries."""
    visits = Visit.objects.visible_to(user).filter(store=store, visited_on=on).select_related(*_SHOWN)
    lines = tuple(_shown(visit) for visit in visits.order_by("arrived_at", "pk"))
    closed = RegisterDay.objects.visible_to(user).filter(store=store, on=on).select_related("closed_by").first()
    return RegisterPage(
        on=on,
        lines=lines,
        here=tuple(line for line in lines if line.is_here),
        totals=DayTotals(**closed.totals) if closed else day_totals(line_of(line.visit) for line in lines),
        closed=closed,
    )


def _shown(visit: Visit) -> RegisterLine:
    line, lead = line_of(visit), visit.lead
    agent = lead.telesales or lead.owner if lead is not None and lead.stage == Stage.TELESALES else None
    return RegisterLine(visit=visit, flow=flow_of(line), is_open=is_open_line(line), rings=agent)


def grades_due(user: Staff, store: Store) -> list[Visit]:
    """The second grades that wait for one's judgement, or for that of those whose register one keeps (LG-08)."""
    rows = Visit.objects.visible_to(user).filter(store=store, grade_after="", grade_due_at__isnull=False)
    rows = rows.filter(left_at__isnull=False).select_related("consultant", "model", "lead__customer")
    return list(rows.order_by("grade_due_at", "pk")[:LISTED_GRADES])


def day_of_store(store: Store, on: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a day in the store's zone, and that of the next day."""
    start = dt.datetime.combine(on, dt.time.min, tzinfo=store.tz)
    return start, dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min, tzinfo=store.tz)


def expected_visitors(store: Store, on: dt.date) -> QuerySet[Appointment]:
    """Who is expected in the store that day and has not come yet, whoever invited them: the desk knows them all."""
    start, end = day_of_store(store, on)
    rows = Appointment.objects.filter(
        state=AppointmentState.OPEN, expected_at__gte=start, expected_at__lt=end, lead__store=store
    )
    return rows.select_related("lead__customer", "lead__owner", "made_by").order_by("expected_at", "pk")


def appointments_of(user: Staff, *, at: dt.datetime, days: int = 30) -> QuerySet[Appointment]:
    """The appointments one may see: the open ones, and what became of those of the last days."""
    rows = Appointment.objects.visible_to(user).filter(expected_at__gte=at - dt.timedelta(days=days))
    return rows.select_related("lead__customer", "lead__owner", "lead__store", "made_by", "visit").order_by(
        "-expected_at", "-pk"
    )


@dataclass(frozen=True)
class Found:
    """What the desk learns of a telephone: that it is known, who keeps it, and that the customer is invited today. The
    name only of whom the person may see, or of an invited one: the desk greets them by it."""

    number: str
    customer: str
    lead: Lead | None
    last_visit: Visit | None
    appointment: Appointment | None

    @property
    def is_known(self) -> bool:
        return bool(self.customer or self.lead or self.last_visit)


def look_up(store: Store, number: str, on: dt.date) -> Found:
    """What is known of a telephone in E.164 (AR-02, LI-21). Four queries at most."""
    lead = (
        Lead.objects.current()
        .filter(store=store, customer__phones__number=number)
        .select_related("owner", "telesales", "customer")
        .order_by("registered_at", "pk")
        .first()
    )
    visits = Visit.objects.filter(store=store, number=number, by_phone=False).select_related("consultant")
    appointment = None
    if lead is not None:
        appointment = expected_visitors(store, on).filter(lead=lead).first()
        name = lead.customer.name
    else:
        phone = CustomerPhone.objects.filter(store=store, number=number).select_related("customer").order_by("pk")
        first = phone.first()
        name = first.customer.name if first is not None else ""
    return Found(
        number=number,
        customer=name,
        lead=lead,
        last_visit=visits.order_by("-visited_on", "-pk").first(),
        appointment=appointment,
    )


def waiting_for_hand_over(user: Staff) -> Sequence[Visit]:
    """Visits of invited customers who have left and whose lead is still with telesales (HO-05), the latest first."""
    rows = Visit.objects.visible_to(user).filter(
        lead__in=Lead.objects.visible_to(user).filter(stage=Stage.TELESALES, state="open"),
        by_phone=False,
        left_at__isnull=False,
        hand_over__isnull=True,
    )
    return list(rows.select_related("lead__customer", "lead__owner", "consultant").order_by("-arrived_at", "-pk")[:50])
