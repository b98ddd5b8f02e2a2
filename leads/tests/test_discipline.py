"""Incomplete and invented lines: what is found, who answers for it, which measure was taken (CC-18)."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from inventory.tests.factories import VehicleModelFactory
from leads.enums import DisciplineKind, Way
from leads.models import DisciplineMeasure, DisciplineNote, DisciplinePolicy
from leads.rules.discipline import COLUMNS, FilledLine, is_due, lacking
from leads.selectors.discipline import incomplete_cases, measures, month_table, notes_of_month, suspect_cases
from leads.services.cards import mark_seen
from leads.services.contacts import ContactFacts, record_contact
from leads.services.discipline import AlreadyDealtWith, NoLine, NotYourPerson, OthersLine, record_measure
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.tests.factories import StaffFactory

ON = AT.date()
FULL = FilledLine(**dict.fromkeys(COLUMNS, True))
DAY = dt.timedelta(days=1)


@pytest.mark.rule("CC-18")
@pytest.mark.parametrize(
    ("line", "lacks"),
    [
        pytest.param(FULL, (), id="complete"),
        pytest.param(FilledLine(), COLUMNS, id="empty"),
        pytest.param(FilledLine(purpose="collection"), (), id="collecting a car"),
        pytest.param(FilledLine(no_data="declined", consultant=True), (), id="a recorded failure is one of LI-14"),
        pytest.param(FilledLine(no_data="declined"), ("consultant",), id="nobody received the visitor"),
        pytest.param(
            FilledLine(has_card=True), ("heard_from", "grade", "consultant"), id="the card knows the customer"
        ),
        pytest.param(FilledLine(is_again=True, has_card=True), ("grade", "consultant"), id="told the first time"),
    ],
)
def test_what_a_line_of_the_register_lacks(line, lacks):
    assert lacking(line) == lacks


@pytest.mark.rule("CC-18")
@pytest.mark.parametrize(("minutes", "due"), [(24 * 60 - 1, False), (24 * 60, True), (24 * 60 + 1, True)])
def test_a_line_is_due_after_its_hours(minutes, due):
    assert is_due(AT, at=AT + dt.timedelta(minutes=minutes), fill_hours=24) is due


@pytest.fixture
def seller(db):
    return StaffFactory(roles=["sales_consultant"], name="李静例")


@pytest.fixture
def leader(seller):
    return StaffFactory(store=seller.store, roles=["sales_supervisor"], name="陈主管例")


def visit_of(person, *, hours=30, **given):
    at = AT - dt.timedelta(hours=hours)
    values = {"store": person.store, "consultant": person, "arrived_at": at, "visited_on": at.date(), "created_at": at}
    return VisitFactory(**values | given)


def found(user):
    cases = incomplete_cases(user, at=AT, on=ON)
    return {case.person.name: [line.visit.pk for line in case.lines] for case in cases}


def take(person, by, *, visits=(), contacts=(), code="deduction", kind=DisciplineKind.INCOMPLETE):
    measure = next(row for row in measures(by.store, ON) if row.code == code)
    return record_measure(
        person=person, kind=kind, visits=visits, contacts=contacts, measure=measure, note="当面说明", by=by, at=AT
    )


@pytest.mark.rule("CC-18")
def test_lines_that_are_incomplete_after_a_day_are_listed_by_consultant(seller, leader):
    late = visit_of(seller)
    visit_of(seller, hours=23)
    visit_of(seller, hours=24 * 31)
    model = VehicleModelFactory()
    visit_of(seller, number="+8613900001234", heard_from="radio", model=model, grade="A")
    visit_of(seller, purpose="other")
    stranger = StaffFactory(roles=["sales_supervisor"])

    case = incomplete_cases(leader, at=AT, on=ON)[0]

    assert found(leader) == {"李静例": [late.pk]}
    assert [str(label) for label in case.lines[0].lacks] == ["电话", "来店信息来源", "车型", "级别"]
    assert found(stranger) == {}
    assert found(seller) == {}


@pytest.mark.rule("CC-18")
def test_the_hours_are_a_policy(seller, leader):
    DisciplinePolicy.objects.create(store=seller.store, effective_from=ON, fill_hours=48)
    visit_of(seller)

    assert found(leader) == {}


@pytest.mark.rule("CC-18")
def test_a_line_that_nobody_received_is_the_registrars(seller):
    manager = StaffFactory(store=seller.store, roles=["sales_manager"])
    desk = StaffFactory(store=seller.store, roles=["reception"], name="前台例")
    line = visit_of(seller, consultant=None, registered_by=desk)

    assert found(manager) == {"前台例": [line.pk]}


@pytest.mark.rule("CC-18")
def test_lines_that_may_be_invented_are_listed(seller, leader):
    lead = LeadFactory(customer__store=seller.store, owner=seller, pool="sales_consultant", stage="showroom")
    for hours in (5, 3):
        facts = ContactFacts(way=Way.PHONE, reached=True, result="客户要求对比报价", next_reason="送金融方案")
        record_contact(lead=lead, facts=facts, by=seller, at=AT - dt.timedelta(hours=hours))
    CustomerPhoneFactory(customer=lead.customer, number="+8613900001234", state="empty")
    invented = visit_of(seller, number="+8613900001234")
    visit_of(seller, number="+8613900005678")

    cases = suspect_cases(leader, at=AT, on=ON)
    mark_seen(lines=[line.contact for line in cases[1].lines], by=leader, at=AT)
    after = suspect_cases(leader, at=AT, on=ON)

    assert [(case.why, len(case.lines)) for case in cases] == [("bad_number", 1), ("same_text", 2)]
    assert cases[0].lines[0].visit == invented
    assert [case.why for case in after] == ["bad_number"]


@pytest.mark.rule("CC-18")
def test_a_measure_is_recorded_told_and_counted(seller, leader):
    first, second = visit_of(seller), visit_of(seller, hours=40)

    note = take(seller, leader, visits=[first, second])

    alert = Alert.objects.get(recipient=seller)
    assert (note.points, note.note, note.by) == (3, "当面说明", leader)
    assert alert.url == reverse("discipline_notes")
    assert AuditEvent.objects.get(code="discipline.recorded").data["lines"] == 2
    assert found(leader) == {}
    count = month_table(notes_of_month(leader, ON.replace(day=1)))[0]
    assert (count.person, count.notes, count.lines, count.points) == (seller, 1, 2, 3)
    assert dict(count.measures) == {"deduction": 1}


@pytest.mark.rule("CC-18")
def test_the_points_of_a_note_outlive_the_policy(seller, leader):
    note = take(seller, leader, visits=[visit_of(seller)])
    DisciplineMeasure.objects.update(points=9)

    note.refresh_from_db()
    assert note.points == 3


def test_a_measure_is_refused_when_it_is_not_ones_to_take(seller, leader):
    line = visit_of(seller)
    other = StaffFactory(store=seller.store, roles=["sales_consultant"])
    stranger = StaffFactory(roles=["sales_manager"])

    with pytest.raises(NoLine):
        take(seller, leader)
    with pytest.raises(OthersLine):
        take(other, leader, visits=[line])
    for by in (other, stranger, seller):
        with pytest.raises(NotYourPerson):
            take(seller, by, visits=[line])
    take(seller, leader, visits=[line])
    with pytest.raises(AlreadyDealtWith):
        take(seller, leader, visits=[line])

    assert DisciplineNote.objects.count() == 1


@pytest.mark.rule("CC-18")
def test_everybody_sees_the_own_notes_and_the_leader_the_teams(seller, leader):
    other = StaffFactory(store=seller.store, roles=["sales_consultant"])
    take(seller, leader, visits=[visit_of(seller)])

    for person, count in ((seller, 1), (leader, 1), (other, 0), (StaffFactory(roles=["sales_manager"]), 0)):
        assert len(notes_of_month(person, ON.replace(day=1))) == count
    assert len(notes_of_month(seller, (ON.replace(day=1) - DAY).replace(day=1))) == 0


# --- pages ---------------------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.rule("CC-18")
def test_the_page_takes_the_measure(seller, leader):
    line = visit_of(seller, name="张来客例")
    client = signed_in(leader)
    measure = measures(leader.store, ON)[0]
    typed = {"person": seller.pk, "kind": "incomplete", "visit": line.pk, "measure": measure.pk, "note": "已提醒"}

    page = client.get(reverse("discipline")).text
    refused = client.post(reverse("discipline_record"), typed | {"visit": ""})
    wrong = client.post(reverse("discipline_record"), typed | {"measure": "0"})
    answer = client.post(reverse("discipline_record"), typed, follow=True)
    notes = signed_in(seller).get(reverse("discipline_notes")).text

    assert "张来客例" in page
    assert (refused.status_code, wrong.status_code) == (422, 422)
    assert "张来客例" not in answer.text
    assert "已提醒" in notes
    assert DisciplineNote.objects.count() == 1


def test_nobody_takes_measures_about_others_people(seller, leader):
    stranger = StaffFactory(roles=["sales_manager"])
    line = visit_of(seller)
    typed = {"person": seller.pk, "kind": "incomplete", "visit": line.pk, "measure": measures(None, ON)[0].pk}

    assert signed_in(stranger).post(reverse("discipline_record"), typed).status_code == 404
    assert signed_in(seller).post(reverse("discipline_record"), typed).status_code == 403
    assert signed_in(seller).get(reverse("discipline")).status_code == 403


@pytest.mark.parametrize("lines", [1, 3])
def test_queries_of_the_discipline(seller, leader, lines, django_assert_num_queries):
    for number in range(lines):
        take(seller, leader, visits=[visit_of(seller, hours=40 + number)])
        visit_of(seller, hours=30 + number)
    client = signed_in(leader)
    client.get(reverse("discipline"))

    with django_assert_num_queries(15):
        client.get(reverse("discipline"))
    with django_assert_num_queries(8):
        client.get(reverse("discipline_notes"))


def test_a_month_that_is_none_shows_the_present_one(leader):
    answer = signed_in(leader).get(reverse("discipline_notes") + "?month=x")

    assert "2026" in answer.context["month"]
