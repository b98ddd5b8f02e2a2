"""Who sees and writes which lines of the register, and what a telephone tells whom."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from customers.tests.factories import CustomerFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from leads.models import Appointment, Contact, Lead, RegisterDay, Turn, Visit
from leads.selectors.visits import expected_visitors, grades_due, look_up, register_page
from leads.services.turn import skip_turn
from leads.services.visits import VisitFacts, register_visit
from leads.tests.factories import AT, LeadFactory, VisitFactory
from staffing.enums import Capability
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
NUMBER = "13900000321"
E164 = f"+86{NUMBER}"
DESK = ["reception", "sales_supervisor", "sales_manager", "general_manager"]
LINE = {"party": "1", "purpose": "new_car", "channel": "walk_in"}


@pytest.fixture(autouse=True)
def _now(time_machine) -> None:
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def store() -> Store:
    return StoreFactory()


@pytest.fixture
def seller(store: Store) -> Staff:
    return StaffFactory(store=store, name="顾问例", employee_no="D1", roles=["sales_consultant"])


@pytest.fixture
def colleague(store: Store) -> Staff:
    return StaffFactory(store=store, name="同事例", employee_no="D2", roles=["sales_consultant"])


def signed_in(person: Staff) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def lead_of(owner: Staff | None, store: Store, **more) -> Lead:
    customer = CustomerFactory(store=store, name="客户例", owner=owner)
    CustomerPhoneFactory(customer=customer, number=E164)
    return LeadFactory(customer=customer, owner=owner, stage="showroom", pool="sales_consultant", **more)


def line_of(consultant: Staff | None, store: Store, **more) -> Visit:
    return VisitFactory(store=store, consultant=consultant, grade_due_at=AT + dt.timedelta(hours=24), **more)


# --- the table of rights -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "keeps", "runs"),
    [
        *((role, True, True) for role in DESK),
        ("sales_consultant", True, False),
        ("telesales", False, False),
        ("telesales_supervisor", False, False),
        ("call_centre_agent", False, False),
        ("service_adviser", False, False),
        ("service_manager", False, False),
        ("stock_keeper", False, False),
        ("admin", False, False),
        ("group_manager", False, False),
    ],
)
def test_who_runs_the_desk(store: Store, role: str, keeps: bool, runs: bool) -> None:
    person = StaffFactory(store=store, roles=[role])

    assert (person.may(Capability.KEEP_REGISTER), person.may(Capability.RUN_REGISTER)) == (keeps, runs)


OF_A_LINE = ["visit_page", "visit_leave", "visit_grade"]
#: What each gets at the addresses of a colleague's line, and at those of the desk.
ANSWERS = [
    *((role, "200", "302 302 302") for role in DESK),
    ("sales_consultant", "404", "403 403 403"),
    ("telesales", "403", "403 403 403"),
    ("telesales_supervisor", "403", "403 403 403"),
    ("call_centre_supervisor", "403", "403 403 403"),
    ("service_manager", "403", "403 403 403"),
    ("stock_keeper", "403", "403 403 403"),
]


@pytest.mark.parametrize(("role", "at_line", "at_desk"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_who_may_open_a_colleagues_line_and_run_the_day(
    store: Store, colleague: Staff, role: str, at_line: str, at_desk: str
) -> None:
    visit = line_of(colleague, store, number=E164)
    step = skip_turn(store=store, on=AT.date(), consultant=colleague, reason="busy", by=colleague, at=AT)
    client = signed_in(StaffFactory(store=store, roles=[role], employee_no="Z9"))

    page = client.get(reverse("visit_page", args=[visit.pk]))
    desk = [
        client.post(reverse("turn_skip"), {"consultant": colleague.pk, "reason": "busy"}),
        client.post(reverse("turn_give_back", args=[step.pk])),
        client.post(reverse("register_close"), {"on": "2026-11-24"}),
    ]

    assert str(page.status_code) == at_line
    assert " ".join(str(answer.status_code) for answer in desk) == at_desk


@pytest.mark.parametrize("name", OF_A_LINE)
def test_a_colleagues_line_is_not_there_for_a_consultant(
    store: Store, seller: Staff, colleague: Staff, name: str
) -> None:
    visit, other_store = line_of(colleague, store), VisitFactory()
    client = signed_in(seller)

    answers = [client.post(reverse(name, args=[row.pk]), {"grade": "A"}) for row in (visit, other_store)]

    visit.refresh_from_db()
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (visit.left_at, visit.grade_after) == (None, "")


@pytest.mark.parametrize("whose", ["received", "of the own lead"])
def test_a_consultant_writes_the_own_lines(store: Store, seller: Staff, colleague: Staff, whose: str) -> None:
    if whose == "received":
        visit = line_of(seller, store)
    else:
        visit = line_of(colleague, store, lead=lead_of(seller, store), number=E164)
    client = signed_in(seller)

    page = client.get(reverse("visit_page", args=[visit.pk]))
    left = client.post(reverse("visit_leave", args=[visit.pk]))
    graded = client.post(reverse("visit_grade", args=[visit.pk]), {"grade": "A"})

    visit.refresh_from_db()
    assert [answer.status_code for answer in (page, left, graded)] == [200, 302, 302]
    assert (visit.left_at, visit.grade_after) == (AT, "A")


def test_a_consultant_gives_no_line_to_somebody_else(store: Store, seller: Staff, colleague: Staff) -> None:
    visit = line_of(seller, store)
    typed = {**LINE, "arrived": "10:00", "no_data": "declined", "consultant": str(colleague.pk)}

    answer = signed_in(seller).post(reverse("visit_page", args=[visit.pk]), typed)

    visit.refresh_from_db()
    assert (answer.status_code, visit.consultant, visit.no_data) == (302, seller, "declined")


# --- what the page shows -------------------------------------------------------------------------------------------
def test_the_page_of_a_consultant_holds_the_own_lines_and_their_totals(
    store: Store, seller: Staff, colleague: Staff
) -> None:
    desk = StaffFactory(store=store, roles=["reception"])
    VisitFactory(store=store, consultant=seller, name="我的来客例", left_at=AT, no_data="declined")
    VisitFactory(store=store, consultant=colleague, name="别人来客例", left_at=AT, no_data="declined")
    signed_in(desk).post(reverse("register_close"), {"on": "2026-11-24"})
    on = AT.date()

    mine, whole = register_page(seller, store, on), register_page(desk, store, on)
    page = text_of(signed_in(seller).get(reverse("visit_register")))

    assert [len(one.lines) for one in (mine, whole)] == [1, 2]
    assert [one.totals.visits for one in (mine, whole)] == [1, 2]
    assert ("我的来客例" in page, "别人来客例" in page) == (True, False)
    assert RegisterDay.objects.count() == 1


def test_a_consultant_sees_the_turn_and_moves_nobody(store: Store, seller: Staff, colleague: Staff) -> None:
    skip_turn(store=store, on=AT.date(), consultant=seller, reason="away", by=seller, at=AT)
    step = Turn.objects.get()
    addresses = [reverse("turn_skip"), reverse("turn_give_back", args=[step.pk]), reverse("register_close")]
    VisitFactory(store=store, consultant=seller, left_at=AT, no_data="declined")

    own = text_of(signed_in(seller).get(reverse("visit_register")))
    desk = text_of(signed_in(StaffFactory(store=store, roles=["reception"])).get(reverse("visit_register")))

    assert "同事例" in own
    assert [address in own for address in addresses] == [False, False, False]
    assert [address in desk for address in addresses] == [True, True, True]


def test_the_second_grades_of_a_consultant_are_the_own_ones(store: Store, seller: Staff, colleague: Staff) -> None:
    mine = line_of(seller, store, left_at=AT)
    of_lead = line_of(colleague, store, lead=lead_of(seller, store), left_at=AT)
    other = line_of(colleague, store, left_at=AT)
    desk = StaffFactory(store=store, roles=["reception"])

    assert {row.visit for row in grades_due(seller, store)} == {mine, of_lead}
    assert {row.visit for row in grades_due(desk, store)} == {mine, of_lead, other}


def test_a_consultant_expects_the_customers_of_the_own_leads(store: Store, seller: Staff, colleague: Staff) -> None:
    rows = [
        Appointment.objects.create(lead=lead, expected_at=AT + dt.timedelta(hours=1), made_at=AT, made_by=colleague)
        for lead in (
            lead_of(seller, store),
            LeadFactory(customer=CustomerFactory(store=store), owner=colleague),
            LeadFactory(customer=CustomerFactory(), owner=None),
        )
    ]
    desk = StaffFactory(store=store, roles=["reception"])

    assert list(expected_visitors(seller, store, AT.date())) == rows[:1]
    assert list(expected_visitors(desk, store, AT.date())) == rows[:2]


# --- a line of one's own ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("chosen", "receives", "turns"), [("own", "顾问例", 0), ("turn", "顾问例", 1), ("nobody", "", 0), ("other", "", 0)]
)
def test_a_consultant_adds_the_own_visitor(
    store: Store, seller: Staff, colleague: Staff, chosen: str, receives: str, turns: int
) -> None:
    value = {"own": str(seller.pk), "other": str(colleague.pk)}.get(chosen, chosen)

    answer = signed_in(seller).post(reverse("visit_add"), {**LINE, "consultant": value})

    visit = Visit.objects.first()
    assert (answer.status_code, visit.consultant.name if visit and visit.consultant else "", Turn.objects.count()) == (
        302 if receives else 422,
        receives,
        turns,
    )


def test_only_whose_turn_it_is_takes_the_turn(store: Store, seller: Staff, colleague: Staff) -> None:
    answer = signed_in(colleague).post(reverse("visit_add"), {**LINE, "consultant": "turn"})

    assert (answer.status_code, Visit.objects.count()) == (422, 0)


# --- what a telephone tells ----------------------------------------------------------------------------------------
@pytest.mark.rule("LI-21")
def test_the_number_of_a_colleagues_lead_tells_the_owner_and_no_more(
    store: Store, seller: Staff, colleague: Staff
) -> None:
    boss = StaffFactory(store=store, roles=["sales_supervisor"])
    lead = lead_of(colleague, store)
    Appointment.objects.create(lead=lead, expected_at=AT + dt.timedelta(hours=1), made_at=AT, made_by=colleague)
    VisitFactory(store=store, number=E164, consultant=colleague, visited_on=dt.date(2026, 11, 20), lead=lead)
    client = signed_in(seller)

    text = text_of(client.post(reverse("visit_look_up"), {"number": NUMBER}))
    found = look_up(seller, store, E164, AT.date())
    asked = client.post(reverse("lead_ruling"), {"lead": found.token}, headers={"HX-Request": "true"})

    assert "同事例" in text
    assert [secret in text for secret in ("客户例", "2026-11-20", "11:00", lead.number, NUMBER)] == [False] * 5
    assert (asked.status_code, Alert.objects.get(recipient=boss).code) == (200, "lead.ruling_asked")


@pytest.mark.rule("LI-21")
@pytest.mark.parametrize("kept", ["customer", "visit"])
def test_what_a_colleague_keeps_without_a_lead_tells_whose_it_is(
    store: Store, seller: Staff, colleague: Staff, kept: str
) -> None:
    if kept == "customer":
        CustomerPhoneFactory(customer=CustomerFactory(store=store, name="客户例", owner=colleague), number=E164)
    else:
        VisitFactory(store=store, number=E164, consultant=colleague, name="客户例")

    text = text_of(signed_in(seller).post(reverse("visit_look_up"), {"number": NUMBER}))

    assert ("同事例" in text, "客户例" in text, reverse("lead_ruling") in text) == (True, False, False)


def test_the_own_customer_is_told_by_name(store: Store, seller: Staff) -> None:
    lead = lead_of(seller, store)

    found = look_up(seller, store, E164, AT.date())

    assert (found.customer, found.lead, found.is_colleagues) == ("客户例", lead, False)


def test_the_desk_learns_name_owner_and_whom_the_arrival_rings(store: Store, colleague: Staff) -> None:
    agent = StaffFactory(store=store, name="电销例", roles=["telesales"])
    customer = CustomerFactory(store=store, name="客户例")
    CustomerPhoneFactory(customer=customer, number=E164)
    LeadFactory(customer=customer, owner=agent, telesales=agent)
    desk = StaffFactory(store=store, roles=["reception"])

    text = text_of(signed_in(desk).post(reverse("visit_look_up"), {"number": NUMBER}))

    assert ("客户例" in text, "电销例" in text, reverse("lead_ruling") in text) == (True, True, False)


def test_writing_the_number_down_tells_a_consultant_no_more(store: Store, seller: Staff, colleague: Staff) -> None:
    lead_of(colleague, store)
    client = signed_in(seller)
    client.post(reverse("visit_add"), {**LINE, "consultant": str(seller.pk), "number": NUMBER})
    visit = Visit.objects.get()

    pages = [
        text_of(client.get(reverse("visit_register"))),
        text_of(client.get(reverse("visit_page", args=[visit.pk]))),
    ]
    left = text_of(client.post(reverse("visit_leave", args=[visit.pk]), follow=True))

    assert visit.lead is not None
    assert ["客户例" in page for page in [*pages, left]] == [False, False, False]
    assert "139****0321" in pages[0]


def test_a_look_up_is_a_post(store: Store, seller: Staff) -> None:
    client = signed_in(seller)

    answer = client.get(reverse("visit_look_up"), {"number": NUMBER})

    assert answer.status_code == 405
    assert "hx-get" not in text_of(client.get(reverse("visit_register")))


# --- a turn by mistake --------------------------------------------------------------------------------------------
def come(store: Store, desk: Staff, at: dt.datetime = AT) -> Visit:
    return register_visit(store=store, facts=VisitFacts(), by=desk, at=at, by_turn=True)


@pytest.mark.rule("ST-07")
def test_a_turn_that_is_given_back_counts_for_nothing(store: Store, seller: Staff, colleague: Staff) -> None:
    desk = StaffFactory(store=store, roles=["reception"])
    client = signed_in(desk)
    first = come(store, desk)
    address = reverse("turn_give_back", args=[Turn.objects.get().pk])

    back, again = client.post(address), client.post(address)
    received = [come(store, desk).consultant for _number in range(2)]

    first.refresh_from_db()
    event = AuditEvent.objects.get(code="turn.given_back")
    assert (back.status_code, again.status_code, first.consultant) == (302, 302, seller)
    assert received == [seller, colleague]
    assert [row.number for row in Turn.objects.order_by("number")] == [1, 2, 3]
    assert (event.by, event.data) == (desk, {"who": seller.pk, "step": "taken", "visit": first.pk})


def test_a_turn_of_yesterday_or_of_another_store_stays(store: Store, seller: Staff, time_machine) -> None:
    desk = StaffFactory(store=store, roles=["reception"])
    come(store, desk)
    step = Turn.objects.get()
    other = signed_in(StaffFactory(roles=["reception"]))

    foreign = other.post(reverse("turn_give_back", args=[step.pk]))
    time_machine.move_to(AT + dt.timedelta(days=1), tick=False)
    late = signed_in(desk).post(reverse("turn_give_back", args=[step.pk]), follow=True)

    step.refresh_from_db()
    assert (foreign.status_code, step.given_back_at) == (404, None)
    assert "只能退回当天的顺位" in text_of(late)


# --- enquiries by telephone ----------------------------------------------------------------------------------------
@pytest.mark.rule("LI-08")
@pytest.mark.parametrize(
    ("typed", "status"),
    [
        pytest.param({"number": NUMBER}, 422, id="a number without a grade"),
        pytest.param({"number": NUMBER, "grade": "C"}, 302, id="a number and a grade"),
        pytest.param({}, 302, id="no number"),
        pytest.param({"number": NUMBER, "purpose": "collection"}, 302, id="not about a car"),
    ],
)
def test_an_enquiry_by_telephone_is_judged_at_once(store: Store, seller: Staff, typed: dict, status: int) -> None:
    desk = StaffFactory(store=store, roles=["reception"])
    line = {**LINE, "consultant": str(seller.pk), "by_phone": "on", **typed}

    answer = signed_in(desk).post(reverse("visit_add"), line)

    assert answer.status_code == status
    assert Lead.objects.count() == (typed.get("grade") == "C")
    if status == 422:
        assert "请判定意向级别" in text_of(answer)


@pytest.mark.rule("LI-08")
def test_a_call_that_leaves_its_number_later_is_judged_then(store: Store, seller: Staff) -> None:
    visit = line_of(seller, store, by_phone=True)
    client, address = signed_in(seller), reverse("visit_page", args=[visit.pk])
    typed = {**LINE, "arrived": "10:00", "number": NUMBER, "name": "来电例"}

    refused, done = client.post(address, typed), client.post(address, {**typed, "grade": "B"})

    assert (refused.status_code, done.status_code) == (422, 302)
    assert (Lead.objects.get().stage, Lead.objects.get().owner) == ("telesales", None)


# --- the card ------------------------------------------------------------------------------------------------------
def test_a_visit_is_a_line_of_the_card_between_the_contacts(store: Store, seller: Staff) -> None:
    lead = lead_of(seller, store, registered_at=AT - dt.timedelta(days=9))
    for number, days in ((1, 8), (2, 1)):
        Contact.objects.create(
            lead=lead, number=number, at=AT - dt.timedelta(days=days), way="phone", reached=True, result=f"电话{number}"
        )
    came, rang = AT - dt.timedelta(days=4), AT - dt.timedelta(days=9)
    VisitFactory(
        store=store, lead=lead, consultant=seller, arrived_at=came, visited_on=came.date(), note="试驾后要报价",
        test_drive=True, grade="B", grade_after="A", left_at=came + dt.timedelta(hours=1),
    )  # fmt: skip
    VisitFactory(
        store=store, lead=lead, by_phone=True, consultant=seller, arrived_at=None, visited_on=rang.date(), note="问价格"
    )
    VisitFactory(store=store, note="别人的", lead=LeadFactory(customer=CustomerFactory(store=store)))
    client = signed_in(seller)

    pages = [
        text_of(client.get(reverse(name, args=[pk])))
        for name, pk in (("lead_card", lead.pk), ("lead_card_print", lead.pk), ("customer_page", lead.customer_id))
    ]

    in_order = ["问价格", "电话1", "试驾后要报价", "电话2"]
    for page, expected in zip(pages, [in_order, in_order, in_order[::-1]], strict=True):
        places = [page.find(text) for text in expected]
        assert places == sorted(places)
        assert -1 not in places
        assert "别人的" not in page
    assert ("B → A" in pages[0], "由 顾问例 接待" in pages[0], "10:00" in pages[0]) == (True, True, True)
