"""The pages of the register, of appointments and of the hand-over sheet."""

import datetime as dt
import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from inventory.models import VehicleModel
from leads.models import Appointment, HandOver, Interest, Lead, RegisterDay, Turn, Visit
from leads.services.hand_over import SheetLine, hand_over_lead
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
NUMBER = "13900000321"
REGISTER = "/visits/"
#: What the form of the desk sends when nothing is typed.
LINE = {"party": "1", "purpose": "new_car", "channel": "walk_in", "consultant": "turn"}


@pytest.fixture(autouse=True)
def _now(time_machine) -> None:
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def desk(store: Store) -> Staff:
    return StaffFactory(store=store, name="前台例", roles=["reception"])


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, name="电销例", roles=["telesales"])


@pytest.fixture
def consultant(store: Store) -> Staff:
    return StaffFactory(store=store, name="顾问例", employee_no="D1", roles=["sales_consultant"])


def signed_in(person: Staff) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def telesales_lead(store: Store, owner: Staff) -> Lead:
    customer = CustomerFactory(store=store, name="受邀例")
    CustomerPhoneFactory(customer=customer, number=f"+86{NUMBER}")
    return LeadFactory(customer=customer, owner=owner, telesales=owner, registered_at=AT - dt.timedelta(days=3))


# --- the register --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lines", [1, 3])
def test_the_register_costs_the_same_for_one_and_three_lines(
    store: Store, desk: Staff, consultant: Staff, agent: Staff, lines: int, django_assert_num_queries
) -> None:
    for number in range(lines):
        lead = LeadFactory(customer=CustomerFactory(store=store), owner=agent, telesales=agent)
        VisitFactory(
            store=store,
            lead=lead,
            number=f"+861390000040{number}",
            consultant=consultant,
            left_at=AT,
            grade_due_at=AT + dt.timedelta(hours=24),
        )
        Appointment.objects.create(lead=lead, expected_at=AT + dt.timedelta(hours=2), made_at=AT, made_by=agent)
    client = signed_in(desk)
    client.get(REGISTER)

    with django_assert_num_queries(16):
        answer = client.get(REGISTER)

    assert text_of(answer).count("139****040") == lines


def test_enter_alone_registers_a_visitor_for_whoever_is_next(store: Store, desk: Staff, consultant: Staff) -> None:
    answer = signed_in(desk).post(reverse("visit_add"), LINE)

    visit = Visit.objects.get()
    assert (answer.status_code, visit.arrived_at, visit.consultant) == (302, AT, consultant)
    assert (visit.registered_by, Turn.objects.get().visit) == (desk, visit)


def test_a_refused_line_keeps_what_was_typed(store: Store, desk: Staff) -> None:
    answer = signed_in(desk).post(reverse("visit_add"), {**LINE, "number": "139", "name": "来客例"})

    assert (answer.status_code, Visit.objects.count()) == (422, 0)
    assert 'value="来客例"' in text_of(answer)


@pytest.mark.rule("AR-02")
def test_the_desk_sees_whose_customer_is_calling_while_typing(store: Store, desk: Staff, agent: Staff) -> None:
    lead = telesales_lead(store, agent)
    Appointment.objects.create(lead=lead, expected_at=AT + dt.timedelta(hours=1), made_at=AT, made_by=agent)
    client = signed_in(desk)

    known, new, half, other_store = (
        text_of(client.post(reverse("visit_look_up"), {"number": number}))
        for number in (NUMBER, "13900000999", "1390", "13900000777")
    )

    assert "受邀例" in known
    assert "电销例" in known
    assert "11:00" in known
    assert "新号码" in new
    assert "新号码" not in half
    assert "受邀例" not in other_store


def test_numbers_are_masked_and_other_stores_unseen(store: Store, desk: Staff) -> None:
    VisitFactory(store=store, number=f"+86{NUMBER}")
    other = VisitFactory(name="别店例")
    client = signed_in(desk)

    page = text_of(client.get(REGISTER))
    answers = [client.get(reverse("visit_page", args=[other.pk])), client.post(reverse("visit_leave", args=[other.pk]))]

    assert NUMBER not in page
    assert "139****0321" in page
    assert "别店例" not in page
    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_desk_writes_down_who_leaves_and_closes_the_day(store: Store, desk: Staff) -> None:
    visit = VisitFactory(store=store, number=f"+86{NUMBER}")
    client = signed_in(desk)

    client.post(reverse("register_close"), {"on": "2026-11-24"})
    too_early = RegisterDay.objects.count()
    client.post(reverse("visit_leave", args=[visit.pk]))
    client.post(reverse("register_close"), {"on": "2026-11-24"})

    visit.refresh_from_db()
    assert (too_early, visit.left_at) == (0, AT)
    assert RegisterDay.objects.get().closed_by == desk


@pytest.mark.rule("AR-02")
def test_a_line_without_a_typed_name_carries_the_one_that_the_telephone_is_known_by(
    store: Store, desk: Staff, agent: Staff
) -> None:
    client, lead = signed_in(desk), telesales_lead(store, agent)
    client.post(reverse("visit_add"), {**LINE, "number": NUMBER})
    visit = Visit.objects.get()

    pages = [text_of(client.get(address)) for address in (REGISTER, reverse("visit_page", args=[visit.pk]))]
    left = client.post(reverse("visit_leave", args=[visit.pk]), follow=True)

    assert (visit.name, visit.lead) == ("", lead)
    assert ["未留资料的客户" in page for page in pages] == [False, False]
    assert "受邀例 已离店" in text_of(left)


def test_the_consultant_fills_in_the_line_without_typing_the_number_again(
    store: Store, consultant: Staff, desk: Staff
) -> None:
    visit = VisitFactory(store=store, number=f"+86{NUMBER}", consultant=consultant)
    client, address = signed_in(consultant), reverse("visit_page", args=[visit.pk])
    typed = {
        **LINE, "consultant": str(consultant.pk), "arrived": "10:00", "left": "10:00", "name": "来客例", "grade": "B",
        "test_drive": "on",
    }  # fmt: skip

    page, answer = text_of(client.get(address)), client.post(address, typed)

    visit.refresh_from_db()
    assert answer.status_code == 302
    assert NUMBER not in page
    assert (visit.number, visit.name, visit.test_drive, visit.left_at) == (f"+86{NUMBER}", "来客例", True, AT)
    assert visit.lead is not None
    assert visit.lead.owner == consultant


def test_a_line_without_telephone_and_reason_is_refused(store: Store, consultant: Staff) -> None:
    visit = VisitFactory(store=store, consultant=consultant)
    typed = {**LINE, "consultant": str(consultant.pk), "arrived": "10:00"}

    answer = signed_in(consultant).post(reverse("visit_page", args=[visit.pk]), typed)

    assert answer.status_code == 422


def test_the_second_grade_is_one_click(store: Store, consultant: Staff) -> None:
    visit = VisitFactory(
        store=store, consultant=consultant, number=f"+86{NUMBER}", grade="C", left_at=AT, grade_due_at=AT
    )
    client = signed_in(consultant)

    listed = reverse("visit_grade", args=[visit.pk]) in text_of(client.get(REGISTER))
    client.post(reverse("visit_grade", args=[visit.pk]), {"grade": "A", "back": "1"})

    visit.refresh_from_db()
    assert (listed, visit.grade_after) == (True, "A")
    assert reverse("visit_grade", args=[visit.pk]) not in text_of(client.get(REGISTER))


def test_passing_over_asks_for_the_one_who_is_next(store: Store, desk: Staff, consultant: Staff) -> None:
    stranger = StaffFactory(roles=["sales_consultant"])
    client = signed_in(desk)

    refused = client.post(reverse("turn_skip"), {"consultant": stranger.pk, "reason": "busy"})
    done = client.post(reverse("turn_skip"), {"consultant": consultant.pk, "reason": "busy"})

    assert (refused.status_code, done.status_code, Turn.objects.get().step) == (404, 302, "busy")


# --- appointments --------------------------------------------------------------------------------------------------
def test_an_agent_invites_and_the_desk_expects_the_customer(store: Store, agent: Staff, desk: Staff) -> None:
    lead, client = telesales_lead(store, agent), signed_in(agent)
    address = reverse("invitation_new", args=[lead.pk])

    made = client.post(address, {"expected_at": "2026-11-24T15:00", "note": "看示范一号"})
    moved = client.post(address, {"expected_at": "2026-11-24T16:00"})
    refused = client.post(address, {"expected_at": "2026-11-23T16:00"})

    assert (made.status_code, moved.status_code, refused.status_code) == (302, 302, 422)
    assert "16:00 · 受邀例 · 看示范一号" in text_of(signed_in(desk).get(REGISTER))
    client.post(reverse("invitation_cancel", args=[Appointment.objects.get().pk]))
    assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_appointments_cost_the_same_for_one_and_three(
    store: Store, agent: Staff, rows: int, django_assert_num_queries
) -> None:
    for _number in range(rows):
        lead = LeadFactory(customer=CustomerFactory(store=store), owner=agent, telesales=agent)
        Appointment.objects.create(lead=lead, expected_at=AT, made_at=AT, made_by=agent)
    client = signed_in(agent)
    client.get(reverse("invitation_list"))

    with django_assert_num_queries(7):
        answer = client.get(reverse("invitation_list"))

    assert text_of(answer).count("invitations/") >= rows


def test_a_colleagues_lead_is_not_invited(store: Store, agent: Staff) -> None:
    lead = telesales_lead(store, StaffFactory(store=store, roles=["telesales"]))

    answer = signed_in(agent).get(reverse("invitation_new", args=[lead.pk]))

    assert answer.status_code == 404


# --- the sheet -----------------------------------------------------------------------------------------------------
def gone(store: Store, agent: Staff, consultant: Staff) -> Visit:
    return VisitFactory(
        store=store,
        lead=telesales_lead(store, agent),
        number=f"+86{NUMBER}",
        consultant=consultant,
        arrived_at=AT - dt.timedelta(hours=1),
        left_at=AT - dt.timedelta(minutes=5),
    )


@pytest.mark.rule("HO-05", "HO-04")
def test_from_the_list_over_the_sheet_to_the_confirmation(store: Store, agent: Staff, consultant: Staff) -> None:
    visit = gone(store, agent, consultant)
    of_agent, of_consultant = signed_in(agent), signed_in(consultant)
    address = reverse("hand_over_new", args=[visit.pk])

    waits = address in text_of(of_agent.get(reverse("hand_over_list")))
    foreign = of_consultant.get(address)
    empty = of_agent.post(address, {"consultant": consultant.pk})
    done = of_agent.post(address, {"consultant": consultant.pk, "condition": "想置换"})
    confirm = reverse("hand_over_confirm", args=[HandOver.objects.get().pk])
    unticked = of_consultant.post(confirm, {"grade": "H"})
    confirmed = of_consultant.post(confirm, {"grade": "H", "repeated": "on"})

    assert (waits, foreign.status_code, empty.status_code, done.status_code) == (True, 404, 422, 302)
    assert (unticked.status_code, confirmed.status_code) == (422, 302)
    lead = Lead.objects.get()
    assert (lead.owner, lead.grade) == (consultant, "H")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_sheet_costs_the_same_for_one_and_three_lines(
    store: Store, agent: Staff, consultant: Staff, rows: int, django_assert_num_queries
) -> None:
    model = VehicleModel.objects.create(brand="示范", name="示范一号")
    for _number in range(rows):
        lead = LeadFactory(customer=CustomerFactory(store=store), owner=agent, telesales=agent)
        Interest.objects.create(lead=lead, model=model, is_main=True)
        visit = VisitFactory(store=store, lead=lead, consultant=consultant, left_at=AT)
        hand_over_lead(lead=lead, visit=visit, consultant=consultant, line=SheetLine("想置换"), by=agent, at=AT)
    client = signed_in(agent)
    client.get(reverse("hand_over_list"))

    with django_assert_num_queries(10):
        answer = client.get(reverse("hand_over_list"))

    assert text_of(answer).count("示范一号") == rows


@pytest.mark.rule("HO-07")
def test_the_sheet_as_a_workbook_has_the_twelve_columns_of_the_paper(
    store: Store, agent: Staff, consultant: Staff
) -> None:
    visit = gone(store, agent, consultant)
    assert visit.lead is not None
    line = SheetLine("=1+1", dt.date(2026, 12, 1))
    hand_over_lead(lead=visit.lead, visit=visit, consultant=consultant, line=line, by=agent, at=AT)
    Lead.objects.update(ordered_on=dt.date(2026, 11, 26))
    boss = StaffFactory(store=store, roles=["sales_manager"])

    refused = signed_in(agent).get(reverse("hand_over_export"))
    answer = signed_in(boss).get(reverse("hand_over_export"), {"month": "2026-11"})

    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=3))
    assert refused.status_code == 403
    assert [cell.value for cell in rows[0]] == [
        "序号", "日期", "客户", "电话", "意向车型", "渠道", "购车日期", "意向级别", "客户状态", "直销员", "订单",
        "交车",
    ]  # fmt: skip
    values = [cell.value for cell in rows[1]]
    assert values[2:4] == ["受邀例", "139****0321"]
    assert (rows[1][8].value, rows[1][8].data_type) == ("=1+1", "s")
    assert values[10] == dt.datetime(2026, 11, 26)
    assert AuditEvent.objects.filter(code="hand_overs.exported").count() == 1
