"""The 7DC's screen: what the 3DC promised and whom to ask, the plate again, five minutes, events, saved as typed."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from complaints.enums import ComplaintState
from complaints.models import Complaint
from complaints.services import open_complaint
from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from followups.models import CallTask, EventSignUp
from followups.selectors.promises import promises_of_3dc
from followups.services.calls import ComplaintHeard, save_call
from followups.services.claims import claim_task
from followups.services.events import EventPlan, plan_event
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
THEN = AT - dt.timedelta(days=4)
SCORES = {
    f"q_{code}": "9"
    for code in (
        "attitude",
        "expertise",
        "process",
        "vehicle_explanation",
        "service_introduction",
        "cleanliness",
        "delivery",
    )
} | {"q_delivery_minutes": "45"}


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["sales_supervisor"], name="赵主管", phone="+8613700000001")


@pytest.fixture
def consultant(store, supervisor):
    return StaffFactory(
        store=store, roles=["sales_consultant"], name="李顾问", superior=supervisor, phone="+8613700000002"
    )


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def as_agent(agent):
    return signed_in(agent)


@pytest.fixture
def first(store, consultant):
    """The 3DC of a car that the consultant delivered."""
    return CallTaskFactory(
        kind="3dc",
        delivery__customer__store=store,
        delivery__consultant=consultant,
        owner=consultant,
        due_on=THEN.date(),
    )


@pytest.fixture
def seventh(first, agent):
    task = CallTaskFactory(delivery=first.delivery)
    CustomerPhoneFactory(customer=task.customer, number="+8613900000009")
    return claim_task(task=task, by=agent, at=AT)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def shown(client, task):
    return client.get(reverse("call_task", args=[task.pk]))


def dissatisfied(first, consultant):
    answers = {"car": "satisfied", "dealership": "dissatisfied"}
    heard = ComplaintHeard("答应的脚垫没有给。")
    save_call(task=first, by=consultant, at=THEN, outcome="done", answers=answers, complaint=heard)
    return Complaint.objects.get()


@pytest.mark.rule("D7-03")
def test_the_complaint_of_the_3dc_is_told_with_its_handler_its_reply_and_its_last_word(
    first, consultant, supervisor, seventh, as_agent
):
    complaint = dissatisfied(first, consultant)
    open_complaint(
        customer=complaint.customer,
        kind="service",
        origin="follow_up_call",
        origin_key=str(first.pk),
        content="客户再次来电催问。",
        candidates=[],
        by=consultant,
        at=THEN + dt.timedelta(days=1),
    )

    page = shown(as_agent, seventh)
    promises = page.context["screen"].owner.promises
    (standing,) = promises.complaints

    assert (standing.row, standing.row.handler, standing.is_late) == (complaint, supervisor, True)
    assert (standing.last_word, standing.moved_at) == ("客户再次来电催问。", THEN + dt.timedelta(days=1))
    assert promises.to_ask == (supervisor,)
    text = page.content.decode()
    assert complaint.number in text
    assert "首次答复已超时（11-21 10:00）" in text
    assert "137****0001" in text
    assert "13700000001" not in text


@pytest.mark.rule("D7-03")
def test_a_settled_complaint_asks_nobody(first, consultant, seventh, as_agent):
    complaint = dissatisfied(first, consultant)
    Complaint.objects.filter(pk=complaint.pk).update(state=ComplaintState.CLOSED, closed_at=AT - dt.timedelta(days=1))

    promises = shown(as_agent, seventh).context["screen"].owner.promises

    assert (promises.is_all_kept, promises.to_ask) == (True, ())
    assert promises.complaints[0].moved_at == AT - dt.timedelta(days=1)


@pytest.mark.rule("D7-03")
@pytest.mark.parametrize("kept", [False, True], ids=["broken", "kept"])
def test_a_call_back_of_the_3dc_stands_until_it_was_made(first, consultant, seventh, as_agent, kept):
    promised_at = THEN + dt.timedelta(hours=6)
    save_call(task=first, by=consultant, at=THEN, outcome="call_back", promised_at=promised_at)
    if kept:
        again = CallTask.objects.get(pk=first.pk)
        save_call(task=again, by=consultant, at=promised_at, outcome="no_answer")

    page = shown(as_agent, seventh)
    promises = page.context["screen"].owner.promises

    if kept:
        assert promises is None
    else:
        assert [(row.promised_at, row.by, row.is_late) for row in promises.promises] == [
            (promised_at, consultant, True)
        ]
        assert promises.to_ask == (consultant,)
        assert "李顾问 承诺 11-20 16:00 回电，尚未落实" in page.content.decode()


@pytest.mark.rule("D7-03")
def test_only_the_7dc_of_the_same_delivery_tells_of_promises(first, consultant, store):
    dissatisfied(first, consultant)
    other = CallTaskFactory(delivery__customer__store=store)
    later = CallTaskFactory(delivery=first.delivery, kind="n_plus_1")

    assert [promises_of_3dc(task, at=AT) for task in (other, later)] == [None, None]


@pytest.mark.rule("D7-03")
def test_a_colleagues_number_is_one_click_and_stands_in_the_audit(
    first, consultant, supervisor, seventh, agent, as_agent
):
    dissatisfied(first, consultant)
    address = reverse("colleague_number", args=[seventh.pk, supervisor.pk])

    fragment = as_agent.post(address, headers={"HX-Request": "true"})
    page = as_agent.post(address)

    assert "137 0000 0001" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "<html" in page.content.decode()
    event = AuditEvent.objects.filter(code="staff_phone.shown").first()
    assert (event.by, event.subject_id, event.data) == (agent, supervisor.pk, {"call": seventh.pk})


@pytest.mark.rule("D7-03")
def test_nobody_elses_number_is_shown_and_no_foreign_call_is_opened(first, consultant, supervisor, seventh, as_agent):
    dissatisfied(first, consultant)
    stranger = StaffFactory(store=StoreFactory(), roles=["call_centre_agent"])

    answers = [
        as_agent.post(reverse("colleague_number", args=[seventh.pk, consultant.pk])),
        signed_in(stranger).post(reverse("colleague_number", args=[seventh.pk, supervisor.pk])),
        as_agent.get(reverse("colleague_number", args=[seventh.pk, supervisor.pk])),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 405]
    assert not AuditEvent.objects.filter(code="staff_phone.shown").exists()


@pytest.mark.rule("D7-04")
def test_a_missing_plate_is_asked_again_until_it_is_known(first, seventh, as_agent):
    asked = shown(as_agent, seventh)
    as_agent.post(
        reverse("call_save", args=[seventh.pk]),
        {"attempts": "0", "outcome": "done", **SCORES, "plate": "京A88888", "after_save": "stay"},
    )
    seventh.vehicle.refresh_from_db()

    assert "临时牌上也印有正式号码" in asked.content.decode()
    assert seventh.vehicle.plate == "京A88888"
    assert "plate" not in shown(as_agent, seventh).context["form"].fields


@pytest.mark.rule("D7-05")
def test_the_meter_has_the_five_minutes_of_the_policy(seventh, as_agent):
    assert 'data-amber-after="300"' in shown(as_agent, seventh).content.decode()


@pytest.mark.rule("D7-09")
def test_a_customer_signs_up_in_the_call(store, seventh, agent, as_agent):
    event = plan_event(
        store=store,
        plan=EventPlan("车主讲堂", AT + dt.timedelta(days=9), "展厅", 4, AT + dt.timedelta(days=7), "有茶歇。"),
        by=agent,
        at=AT,
    )
    address = reverse("call_save", args=[seventh.pk])
    asked = shown(as_agent, seventh).content.decode()
    form = {"attempts": "0", **SCORES, "event": str(event.pk), "after_save": "stay"}

    unreached = as_agent.post(address, form | {"outcome": "no_answer"})
    too_many = as_agent.post(address, form | {"outcome": "done", "event_people": "5"})
    saved = [as_agent.post(address, form | {"outcome": "done", "event_people": "2"}).status_code for _ in range(2)]

    assert "有茶歇。" in asked
    assert "余 4 个名额" in asked
    assert (unreached.status_code, too_many.status_code, saved) == (422, 422, [302, 302])
    assert "没有接通客户" in unreached.content.decode()
    assert "“车主讲堂”容纳不下再加 5 人：只余 4 个名额。" in too_many.content.decode()
    assert [(row.customer, row.task, row.people) for row in EventSignUp.objects.all()] == [
        (seventh.customer, seventh, 2)
    ]
    assert CallTask.objects.get(pk=seventh.pk).attempts == 1
