"""The day of the register: its lines, who is in the house, what is due, and the totals."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from customers.models import Customer, CustomerPhone
from leads.enums import AppointmentState, Stage
from leads.models import Appointment, Lead, RegisterDay, Visit
from leads.rules.register import DayTotals, Line, day_totals, flow_of, is_open_line
from leads.selectors.search import token_of_lead
from staffing.enums import Capability
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
    """A row with what the page says of it, to one person. ``name``: as written, else that of the customer behind the
    telephone, when the person may know it; ``rings``: the telesales agent whose lead it is; ``may_edit``: the line is
    the person's to write."""

    visit: Visit
    name: str
    flow: str
    is_open: bool
    rings: Staff | None
    may_edit: bool

    @property
    def is_here(self) -> bool:
        return self.visit.left_at is None and not self.visit.by_phone


@dataclass(frozen=True)
class RegisterPage:
    """A day: ``lines`` by arrival, ``here`` those who have not left, their keys 1 to 9. ``is_whole``: the store's and
    not a person's own lines. The totals of a closed day are those it was closed with; ``late`` lines were written
    after."""

    on: dt.date
    lines: tuple[RegisterLine, ...]
    here: tuple[RegisterLine, ...]
    totals: DayTotals
    closed: RegisterDay | None
    is_whole: bool

    @property
    def late(self) -> int:
        return len(self.lines) - self.totals.lines


def register_page(user: Staff, store: Store, on: dt.date) -> RegisterPage:
    """The day as a person may see it. Two queries at the desk, three for others."""
    visits = Visit.objects.visible_to(user).filter(store=store, visited_on=on).select_related(*_SHOWN)
    lines = register_lines(user, visits.order_by("arrived_at", "pk"))
    closed = RegisterDay.objects.visible_to(user).filter(store=store, on=on).select_related("closed_by").first()
    is_whole = user.may(Capability.RUN_REGISTER)
    return RegisterPage(
        on=on,
        lines=lines,
        here=tuple(line for line in lines if line.is_here),
        totals=DayTotals(**closed.totals) if closed and is_whole else day_totals(line_of(row.visit) for row in lines),
        closed=closed,
        is_whole=is_whole,
    )


def register_lines(user: Staff, visits: "QuerySet[Visit] | Sequence[Visit]") -> tuple[RegisterLine, ...]:
    """Rows, with their people and leads, as a person may see them. One query beside the rows', none at the desk."""
    rows = list(visits)
    named = _named(user, {row.lead_id for row in rows if row.lead_id is not None})
    return tuple(_shown(user, visit, is_named=visit.lead_id in named) for visit in rows)


def _named(user: Staff, lead_ids: Collection[int]) -> Collection[int]:
    """The leads whose customers the person may know by name: the desk greets everybody by it, of a colleague's customer
    nobody else learns more than whose it is."""
    if user.may(Capability.RUN_REGISTER) or not lead_ids:
        return lead_ids
    return set(Lead.objects.visible_to(user).filter(pk__in=lead_ids).values_list("pk", flat=True))


def _shown(user: Staff, visit: Visit, *, is_named: bool) -> RegisterLine:
    line, lead = line_of(visit), visit.lead
    agent = lead.telesales or lead.owner if lead is not None and lead.stage == Stage.TELESALES else None
    is_own = visit.consultant_id == user.pk or (lead is not None and lead.owner_id == user.pk)
    return RegisterLine(
        visit=visit,
        name=visit.name or (lead.customer.name if lead is not None and is_named else ""),
        flow=flow_of(line),
        is_open=is_open_line(line),
        rings=agent,
        may_edit=user.may(Capability.RUN_REGISTER) or is_own,
    )


def grades_due(user: Staff, store: Store) -> tuple[RegisterLine, ...]:
    """The second grades that wait for one's judgement; at the desk the store's (LG-08)."""
    rows = Visit.objects.editable_by(user).filter(store=store, grade_after="", grade_due_at__isnull=False)
    rows = rows.filter(left_at__isnull=False).select_related(*_SHOWN)
    return register_lines(user, rows.order_by("grade_due_at", "pk")[:LISTED_GRADES])


def day_of_store(store: Store, on: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a day in the store's zone, and that of the next day."""
    start = dt.datetime.combine(on, dt.time.min, tzinfo=store.tz)
    return start, dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min, tzinfo=store.tz)


def expected_visitors(user: Staff, store: Store, on: dt.date) -> QuerySet[Appointment]:
    """Who is expected in the store that day and has not come yet: at the desk whoever invited them, else of the leads
    that one sees."""
    start, end = day_of_store(store, on)
    rows = Appointment.objects.all() if user.may(Capability.RUN_REGISTER) else Appointment.objects.visible_to(user)
    rows = rows.filter(state=AppointmentState.OPEN, expected_at__gte=start, expected_at__lt=end, lead__store=store)
    return rows.select_related("lead__customer", "lead__owner", "made_by").order_by("expected_at", "pk")


def appointments_of(user: Staff, *, at: dt.datetime, days: int = 30) -> QuerySet[Appointment]:
    """The appointments one may see: the open ones, and what became of those of the last days."""
    rows = Appointment.objects.visible_to(user).filter(expected_at__gte=at - dt.timedelta(days=days))
    return rows.select_related("lead__customer", "lead__owner", "lead__store", "made_by", "visit").order_by(
        "-expected_at", "-pk"
    )


@dataclass(frozen=True)
class Found:
    """What somebody learns of a telephone. The desk: who it is, who keeps the customer, whom the arrival rings, when
    the customer was here and is expected. Others the same of what they may see; of a colleague's lead or customer the
    ``owner`` (empty: nobody's) and nothing more, with a ``token`` that lets them ask for a ruling about the lead."""

    number: str
    customer: str = ""
    lead: Lead | None = None
    last_visit: Visit | None = None
    appointment: Appointment | None = None
    owner: str = ""
    token: str = ""
    is_colleagues: bool = False

    @property
    def is_known(self) -> bool:
        return bool(self.customer or self.lead or self.last_visit or self.is_colleagues)


def look_up(user: Staff, store: Store, number: str, on: dt.date) -> Found:
    """What is known of a telephone in E.164 (AR-02, LI-21). Four queries at most at the desk, six for others."""
    is_desk = user.may(Capability.RUN_REGISTER)
    lead = (
        Lead.objects.current()
        .filter(store=store, customer__phones__number=number)
        .select_related("owner", "telesales", "customer")
        .order_by("registered_at", "pk")
        .first()
    )
    if lead is not None and lead.pk not in _named(user, {lead.pk}):
        owner = lead.owner.name if lead.owner is not None else ""
        return Found(number, owner=owner, token=token_of_lead(user, lead.pk), is_colleagues=True)
    appointment, name = None, lead.customer.name if lead is not None else ""
    if lead is not None:
        appointment = expected_visitors(user, store, on).filter(lead=lead).first()
    else:
        phones = CustomerPhone.objects.filter(store=store, number=number).select_related("customer__owner")
        customer = phone.customer if (phone := phones.order_by("pk").first()) is not None else None
        if customer is not None:
            if not is_desk and not Customer.objects.visible_to(user).filter(pk=customer.pk).exists():
                owner = customer.owner.name if customer.owner is not None else ""
                return Found(number, owner=owner, is_colleagues=True)
            name = customer.name
    visits = Visit.objects.filter(store=store, number=number, by_phone=False).select_related("consultant")
    last = visits.order_by("-visited_on", "-pk").first()
    if last is not None and not name and not is_desk and not Visit.objects.visible_to(user).filter(pk=last.pk).exists():
        owner = last.consultant.name if last.consultant is not None else ""
        return Found(number, owner=owner, is_colleagues=True)
    return Found(number, customer=name, lead=lead, last_visit=last, appointment=appointment)


def waiting_for_hand_over(user: Staff) -> Sequence[Visit]:
    """Visits of invited customers who have left and whose lead is still with telesales (HO-05), the latest first."""
    rows = Visit.objects.visible_to(user).filter(
        lead__in=Lead.objects.visible_to(user).filter(stage=Stage.TELESALES, state="open"),
        by_phone=False,
        left_at__isnull=False,
        hand_over__isnull=True,
    )
    return list(rows.select_related("lead__customer", "lead__owner", "consultant").order_by("-arrived_at", "-pk")[:50])
