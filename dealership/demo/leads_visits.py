"""The showroom of the demo's last days: who came, whose turn it was, who was invited and handed over."""

import datetime as dt
import random

from dealership.demo.people import Team, rests_on
from inventory.models import VehicleModel
from leads.enums import AppointmentState, CameBy, InformationSource, LeadState, NoData, Stage, VisitPurpose
from leads.models import Appointment, Lead, Visit
from leads.services.appointments import make_appointment
from leads.services.hand_over import Confirmation, SheetLine, confirm_hand_over, hand_over_lead
from leads.services.register_days import close_register
from leads.services.visits import VisitFacts, grade_after_visit, leave_visit, register_visit
from staffing.enums import Role
from staffing.models import Staff

#: The register is kept for so many days before the day of the demo, with so many visitors a day.
DAYS = 4
A_DAY = 6
#: Invited customers who came the day before, and those who are expected on the day of the demo.
INVITED, EXPECTED = 3, 3
_FAMILY, _GIVEN = "钱孔曹严华金魏陶姜", ("子涵例", "浩然例", "欣然例", "俊杰例", "思远例", "雨晴例", "家豪例")
_COURSES = (
    "看了现车，约试驾。",
    "要了报价，回去和家人商量。",
    "比较两款车的空间。",
    "问了贷款和置换。",
    "路过看看，留了电话。",
)
_CONDITIONS = ("看中现车，想先试驾，月底前定。", "有旧车置换，等评估价。", "贷款方案合适就订。")


def come_to_the_showroom(team: Team, *, as_of: dt.date, dice: random.Random) -> int:
    """Keep the register of the days before ``as_of``, through the services. Returns how many lines it has."""
    models = list(VehicleModel.objects.order_by("pk"))
    desk = team.by_role[Role.RECEPTION][0]
    lines = 0
    for ahead in range(DAYS, 0, -1):
        day = as_of - dt.timedelta(days=ahead)
        for nth in range(A_DAY):
            _walk_in(team, desk, models, day, lines, nth, dice)
            lines += 1
        if ahead == 1:
            lines += _invited_come(team, desk, day, dice)
        else:
            _judge_again(team, day, dice)
        close_register(store=team.store, on=day, by=desk, at=_at(team, day, 18, 30))
    _expect(team, as_of)
    return lines


def _walk_in(
    team: Team, desk: Staff, models: list[VehicleModel], day: dt.date, line: int, nth: int, dice: random.Random
) -> None:
    arrived_at = _at(team, day, 9 + nth + nth // 3, dice.randrange(50))
    leaves_nothing = nth == 4
    facts = VisitFacts(
        name="" if leaves_nothing else _FAMILY[line % len(_FAMILY)] + _GIVEN[line % len(_GIVEN)],
        number="" if leaves_nothing else f"139001{line:05d}",
        party=dice.randint(1, 4),
        came_by=dice.choice(CameBy.values),
        heard_from=dice.choice(InformationSource.values),
        model=dice.choice(models),
        grade="" if leaves_nothing or nth == 5 else dice.choice("HABBC"),
        purpose=VisitPurpose.COLLECTION if nth == 5 else VisitPurpose.NEW_CAR,
        no_data=NoData.DECLINED if leaves_nothing else "",
        test_drive=nth % 3 == 0,
        note=dice.choice(_COURSES),
    )
    visit = register_visit(store=team.store, facts=facts, by=desk, at=arrived_at, by_turn=True, arrived_at=arrived_at)
    leave_visit(visit=visit, by=desk, at=arrived_at + dt.timedelta(minutes=dice.randint(15, 80)))


def _judge_again(team: Team, day: dt.date, dice: random.Random) -> None:
    """The next morning; a few are forgotten."""
    at = _at(team, day + dt.timedelta(days=1), 8, 45)
    waiting = Visit.objects.filter(store=team.store, visited_on=day, grade_after="", grade_due_at__isnull=False)
    for visit in waiting.select_related("store", "consultant", "lead__store").order_by("pk"):
        if visit.consultant is not None and dice.randrange(10):
            grade_after_visit(visit=visit, grade=visit.grade or "B", by=visit.consultant, at=at)


def _of_telesales(team: Team) -> list[Lead]:
    """Leads of telesales whose customers can be invited."""
    rows = Lead.objects.filter(store=team.store, stage=Stage.TELESALES, state=LeadState.OPEN, owner__isnull=False)
    rows = rows.exclude(appointments__state=AppointmentState.OPEN)
    return list(rows.select_related("store", "customer", "owner", "telesales").order_by("pk"))


def _invited_come(team: Team, desk: Staff, day: dt.date, dice: random.Random) -> int:
    """They were invited the evening before; two are handed over the same afternoon, one waits for it."""
    came = 0
    for lead in _of_telesales(team)[:INVITED]:
        assert lead.owner is not None
        arrived_at = _at(team, day, 13 + came, 10)
        eve = _at(team, day - dt.timedelta(days=1), 17, 30 + came)
        if lead.registered_at >= eve:
            continue
        make_appointment(lead=lead, expected_at=arrived_at, by=lead.owner, at=eve)
        number = lead.customer.phones.values_list("number", flat=True)[0]
        consultant = _at_work(team, day, came)
        facts = VisitFacts(name=lead.customer.name, number=number, consultant=consultant, party=2, grade="A")
        visit = register_visit(store=team.store, facts=facts, by=desk, at=arrived_at, arrived_at=arrived_at)
        left_at = arrived_at + dt.timedelta(minutes=55)
        leave_visit(visit=visit, by=desk, at=left_at)
        came += 1
        if came == INVITED:
            continue
        line = SheetLine(condition=dice.choice(_CONDITIONS), buys_on=day + dt.timedelta(days=12))
        handed_at = left_at + dt.timedelta(minutes=10)
        lead.refresh_from_db()
        row = hand_over_lead(lead=lead, visit=visit, consultant=consultant, line=line, by=lead.owner, at=handed_at)
        if came == 1:
            found = Confirmation(repeated=True, grade="H")
            confirm_hand_over(hand_over=row, found=found, by=consultant, at=handed_at + dt.timedelta(minutes=20))
    return came


def _expect(team: Team, as_of: dt.date) -> None:
    """Who is expected on the day of the demo."""
    eve = _at(team, as_of - dt.timedelta(days=1), 18, 0)
    known = [lead for lead in _of_telesales(team) if lead.registered_at < eve]
    asked_already = set(Appointment.objects.filter(lead__in=known).values_list("lead_id", flat=True))
    fresh = [lead for lead in known if lead.pk not in asked_already]
    for place, lead in enumerate(fresh[-EXPECTED:]):
        assert lead.owner is not None
        make_appointment(lead=lead, expected_at=_at(team, as_of, 14 + place, 30), by=lead.owner, at=eve)


def _at_work(team: Team, day: dt.date, nth: int) -> Staff:
    people = [person for person in team.consultants if not rests_on(person, day)]
    return people[nth % len(people)]


def _at(team: Team, day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=team.store.tz)
