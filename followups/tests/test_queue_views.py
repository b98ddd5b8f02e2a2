"""The queue's pages: who may, the next call, the screen, saving, refusing, keeping what was typed."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from complaints.tests.factories import ComplaintFactory
from customers.tests.factories import ContactBanFactory, ContactWindowFactory, CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from followups.models import CallAttempt, CallDraft, CallTask, FirstServiceTrack, ServiceVisit
from followups.selectors.calls import call_screen
from followups.services.calls import save_call
from followups.services.claims import claim_task, expire_claims
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.models import Staff
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = dt.date(2026, 11, 24)
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
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def as_agent(agent):
    return signed_in(agent)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def task_of(store, **values):
    task = CallTaskFactory(delivery__customer__store=store, **values)
    CustomerPhoneFactory(customer=task.customer, number=f"+86139{task.pk:08d}")
    return task


def claimed(store, agent, **values):
    task = task_of(store, **values)
    return claim_task(task=task, by=agent, at=AT)


def answered(task, **values):
    return {"attempts": "0", "outcome": "done", **SCORES, **values}


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "queue"),
        ("post", "queue_next"),
        ("get", "task_list"),
        ("get", "call_task"),
        ("post", "task_claim"),
        ("post", "task_release"),
        ("post", "call_draft"),
        ("post", "call_save"),
        ("get", "call_estimate"),
    ],
)
def test_queue_is_for_callers_and_their_own_calls(store, method, name):
    task = task_of(store)
    needs_task = name not in ("queue", "queue_next", "task_list")
    address = reverse(name, args=[task.pk] if needs_task else [])

    answer = {
        who: getattr(signed_in(person), method)(address).status_code
        for who, person in {
            "stock keeper": StaffFactory(store=store, roles=["stock_keeper"]),
            "caller of another store": StaffFactory(roles=["call_centre_agent"]),
        }.items()
    }
    stranger = getattr(Client(), method)(address)

    assert stranger.status_code == 302
    assert stranger["Location"].startswith(reverse("sign_in"))
    assert answer["stock keeper"] == 403
    assert CallTask.objects.get().state == "open"
    if needs_task:
        assert answer["caller of another store"] == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_page_costs_eight_queries_however_much_waits(store, agent, as_agent, rows, django_assert_num_queries):
    for _ in range(rows):
        save_call(task=task_of(store), by=agent, at=AT, outcome="no_answer")
        task_of(store)

    with django_assert_num_queries(8):
        answer = as_agent.get(reverse("queue"))

    assert answer.context["listed"] == rows
    assert len(answer.context["recent"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_calls_costs_seven_queries_however_long_it_is(store, as_agent, rows, django_assert_num_queries):
    for _ in range(rows):
        task_of(store)

    with django_assert_num_queries(7):
        answer = as_agent.get(reverse("task_list"))

    assert len(answer.context["rows"]) == rows


def test_list_of_calls_is_narrowed_by_kind_state_and_lateness(store, as_agent):
    plain = task_of(store)
    late = task_of(store, due_on=dt.date(2026, 11, 20))
    other = task_of(store, kind="n_plus_1")
    ended = task_of(store, state="done", closed_at=AT)

    def listed(query):
        return [row.href for row in as_agent.get(reverse("task_list"), query).context["rows"]]

    def hrefs(*tasks):
        return [reverse("call_task", args=[task.pk]) for task in tasks]

    assert listed({}) == hrefs(late, plain, other)
    assert listed({"kind": "n_plus_1"}) == hrefs(other)
    assert listed({"overdue": "on"}) == hrefs(late)
    assert listed({"state": "done"}) == hrefs(ended)
    assert listed({"state": "any"}) == hrefs(late, plain, other, ended)
    assert listed({"kind": "nonsense"}) == hrefs(late, plain, other)


def test_next_call_is_claimed_and_shown_again_after_a_reload(store, agent, as_agent):
    task_of(store)
    task_of(store)

    first = as_agent.post(reverse("queue_next"))
    again = as_agent.post(reverse("queue_next"))

    task = CallTask.objects.get(state="claimed")
    assert task.claimed_by == agent
    assert first["Location"] == again["Location"] == reverse("call_task", args=[task.pk])


def test_empty_queue_is_answered_with_its_reason(store, as_agent):
    task_of(store)

    with time_machine.travel(AT.replace(hour=12), tick=False):
        answer = as_agent.post(reverse("queue_next"))

    assert answer.status_code == 200
    assert "14:00" in answer.content.decode()
    assert answer.context["empty"].reason == "outside_hours"


def test_numbers_are_shown_to_whoever_works_on_the_call_and_the_audit_has_it_once_a_claim(store, agent, as_agent):
    task = task_of(store)
    number = task.customer.phones.get()
    address = reverse("call_task", args=[task.pk])

    before = as_agent.get(address).content.decode()
    claim_task(task=task, by=agent, at=AT)
    during = as_agent.get(address).content.decode()
    as_agent.get(address)
    colleague = signed_in(StaffFactory(store=store, roles=["call_centre_agent"])).get(address).content.decode()

    tail = number.number[-4:]
    assert number.number not in before + colleague
    assert f"139****{tail}" in before
    assert f"139****{tail}" in colleague
    assert number.number in during
    assert AuditEvent.objects.filter(code="phone.shown", subject_id=number.pk, by=agent).count() == 1


@pytest.mark.rule("D3-04")
def test_call_screen_shows_complaints_bans_and_what_else_is_due(store, agent, as_agent):
    task = claimed(store, agent)
    ComplaintFactory(customer=task.customer, content="空调不冷")
    ContactBanFactory(customer=task.customer, purpose="n_plus_1")
    CallTaskFactory(kind="n_plus_1", delivery=task.delivery, due_on=TODAY)

    text = as_agent.get(reverse("call_task", args=[task.pk])).content.decode()

    assert "空调不冷" in text
    assert text.index("空调不冷") < text.index("pane-script")
    assert "1+N" in text or "N+1" in text


@pytest.mark.rule("D7-03")
def test_seven_day_screen_shows_what_was_answered_in_the_3dc(store, agent, as_agent):
    task = claimed(store, agent)
    first = CallTaskFactory(kind="3dc", delivery=task.delivery, owner=task.consultant, pool="sales_consultant")
    save_call(
        task=first,
        by=task.consultant,
        at=AT,
        outcome="done",
        note="答应周五送脚垫",
        answers={"car": "satisfied", "dealership": "dissatisfied"},
    )

    answer = as_agent.get(reverse("call_task", args=[task.pk]))

    earlier = answer.context["screen"].earlier
    assert [line.is_alert for line in earlier.answers] == [False, True]
    assert earlier.notes == ("答应周五送脚垫",)
    assert "答应周五送脚垫" in answer.content.decode()


def test_call_screen_costs_the_same_for_one_and_for_three_of_everything(
    store, agent, as_agent, django_assert_num_queries
):
    for rows in (1, 3):
        task = claimed(store, agent)
        for nth in range(rows):
            ComplaintFactory(customer=task.customer)
            CallTaskFactory(kind="n_plus_1", delivery=task.delivery, occurrence=str(nth), due_on=TODAY)
        as_agent.get(reverse("call_task", args=[task.pk]))  # the audit of the numbers is written the first time

        with django_assert_num_queries(27):
            as_agent.get(reverse("call_task", args=[task.pk]))

        save_call(task=task, by=agent, at=AT, outcome="no_answer")


def test_call_offers_the_next_calling_hours_and_the_customers_name(store, agent, as_agent):
    task = claimed(store, agent)
    ContactWindowFactory(customer=task.customer, weekdays=0b0011111, starts=dt.time(18), ends=dt.time(20))

    form = as_agent.get(reverse("call_task", args=[task.pk])).context["form"]

    assert form["spoken_to"].value() == task.customer.name
    assert form["promised_at"].value() == dt.datetime(2026, 11, 24, 18)


@pytest.mark.parametrize(
    ("typed", "person", "at"),
    [
        ({"outcome": "call_back", "promised_at": "2026-11-27T15:00"}, None, "2026-11-27T15:00"),
        ({"outcome": "done", "promised_at": "2026-11-23T15:00"}, None, dt.datetime(2026, 11, 24, 11)),
        ({"spoken_to": "夫人"}, "夫人", dt.datetime(2026, 11, 24, 11)),
    ],
    ids=["agreed", "only offered", "typed"],
)
def test_draft_goes_before_what_is_offered(store, agent, as_agent, typed, person, at):
    task = claimed(store, agent)
    as_agent.post(reverse("call_draft", args=[task.pk]), {"attempts": "0", **typed})

    form = as_agent.get(reverse("call_task", args=[task.pk])).context["form"]

    assert form["spoken_to"].value() == person
    assert form["promised_at"].value() == at


@pytest.mark.rule("AF-03")
@pytest.mark.parametrize(("visitor", "kind", "person"), [("李师傅", "company", "李师傅"), ("", "company", "")])
def test_person_expected_is_who_came_to_the_workshop_and_nobody_of_a_company(store, agent, visitor, kind, person):
    task = task_of(store, kind="service_visit", delivery__customer__kind=kind)
    task.service_visit = ServiceVisit(contact_name=visitor)

    screen = call_screen(task=task, by=agent, at=AT)

    assert screen.expected_person == person


def test_saved_call_goes_on_to_the_next_or_stays_as_the_caller_likes(store, agent, as_agent):
    first, second, third = claimed(store, agent), task_of(store), task_of(store)
    save = {"attempts": "0", "outcome": "no_answer"}

    onwards = as_agent.post(reverse("call_save", args=[first.pk]), save)
    stays = as_agent.post(reverse("call_save", args=[second.pk]), save | {"after_save": "stay"})
    remembered = Staff.objects.get(pk=agent.pk).after_save
    third_answer = as_agent.post(reverse("call_save", args=[third.pk]), save | {"after_save": "next"})

    assert onwards["Location"] == reverse("call_task", args=[second.pk]) + "?next=1"
    assert stays["Location"] == reverse("call_task", args=[second.pk])
    assert remembered == "stay"
    assert third_answer["Location"] == reverse("queue")
    assert CallAttempt.objects.count() == 3


def test_completed_call_is_saved_with_answers_card_and_time(store, agent, as_agent):
    task = claimed(store, agent)

    with time_machine.travel(AT + dt.timedelta(seconds=200), tick=False):
        as_agent.post(
            reverse("call_save", args=[task.pk]),
            answered(task, note="很满意", card_birthday="1990年2月3日", plate="粤A12345", q_reason="省油"),
        )

    attempt = CallAttempt.objects.get()
    task.customer.refresh_from_db()
    task.vehicle.refresh_from_db()
    assert (attempt.seconds, attempt.note) == (200, "很满意")
    assert task.customer.birthday == dt.date(1990, 2, 3)
    assert task.vehicle.plate == "粤A12345"
    assert attempt.task.response.answers.count() == 9


@pytest.mark.rule("D7-04")
@pytest.mark.parametrize(
    ("told_in_3dc", "is_asked"), [("", True), ("粤A12345", False)], ids=["still missing", "known since the 3DC"]
)
def test_7dc_asks_for_the_plate_that_the_3dc_did_not_get(store, agent, as_agent, told_in_3dc, is_asked):
    seven_day = task_of(store)
    earlier = CallTaskFactory(kind="3dc", delivery=seven_day.delivery, pool="call_centre_agent")
    satisfied = {"car": "satisfied", "dealership": "satisfied"}
    save_call(task=earlier, by=agent, at=AT, outcome="done", answers=satisfied, plate=told_in_3dc)
    claim_task(task=seven_day, by=agent, at=AT)

    form = as_agent.get(reverse("call_task", args=[seven_day.pk])).context["form"]
    as_agent.post(reverse("call_save", args=[seven_day.pk]), answered(seven_day, plate="粤B·54321"))

    seven_day.vehicle.refresh_from_db()
    assert ("plate" in form.fields) is is_asked
    assert seven_day.vehicle.plate == (told_in_3dc or "粤B54321")


def test_refused_call_answers_422_and_keeps_everything_typed(store, agent, as_agent):
    task = claimed(store, agent)
    typed = {"attempts": "0", "outcome": "done", "note": "写了很多", "q_attitude": "3", "card_occupation": "医生"}

    answer = as_agent.post(reverse("call_save", args=[task.pk]), typed)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很多" in text
    assert "医生" in text
    assert set(answer.context["form"].errors) == set(SCORES) - {"q_attitude"}
    assert CallTask.objects.get(pk=task.pk).state == "claimed"
    assert "写了很多" in as_agent.get(reverse("call_task", args=[task.pk])).content.decode()


def test_refused_call_of_more_text_than_a_draft_holds_says_so(store, agent, as_agent):
    task = claimed(store, agent)

    answer = as_agent.post(reverse("call_save", args=[task.pk]), {"attempts": "0", "note": "长" * 6000})

    assert answer.status_code == 422
    assert len(answer.context["form"].non_field_errors()) == 1
    assert CallDraft.objects.count() == 0


def test_draft_that_comes_after_its_call_was_saved_brings_no_result_back(store, agent, as_agent):
    task = claimed(store, agent)
    as_agent.post(reverse("call_save", args=[task.pk]), {"attempts": "0", "outcome": "no_answer"})
    as_agent.post(reverse("call_draft", args=[task.pk]), {"attempts": "0", "outcome": "no_answer", "note": "没人接"})
    claim_task(task=CallTask.objects.get(pk=task.pk), by=agent, at=AT)

    form = as_agent.get(reverse("call_task", args=[task.pk])).context["form"]

    assert (form["outcome"].value(), form["note"].value()) == (None, "没人接")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, "outcome"),
        ({"outcome": "call_back"}, "promised_at"),
        ({"outcome": "call_back", "promised_at": "2026-13-40T10:00"}, "promised_at"),
        ({"outcome": "call_back", "promised_at": "2026-11-24T09:00"}, "__all__"),
        ({"outcome": "done", **SCORES, "q_attitude": "11"}, "q_attitude"),
        ({"outcome": "done", **SCORES, "q_delivery_minutes": "lang"}, "q_delivery_minutes"),
        ({"outcome": "no_answer", "complaint_kinds": ["service"]}, "complaint"),
        ({"outcome": "no_answer", "card_email": "no mail"}, "card_email"),
    ],
)
def test_bad_input_is_refused_at_its_field(store, agent, as_agent, typed, wrong):
    task = claimed(store, agent)

    answer = as_agent.post(reverse("call_save", args=[task.pk]), {"attempts": "0", **typed})

    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert not CallAttempt.objects.exists()


def test_call_that_a_colleague_has_by_now_is_refused_and_the_text_is_kept(store, agent, as_agent):
    task = claimed(store, agent)
    expire_claims(at=AT + dt.timedelta(hours=1))
    colleague = StaffFactory(store=store, roles=["call_centre_agent"])
    claim_task(task=task, by=colleague, at=AT + dt.timedelta(hours=1))

    draft = as_agent.post(reverse("call_draft", args=[task.pk]), answered(task, note="已经写好的话"))
    saved = as_agent.post(reverse("call_save", args=[task.pk]), answered(task, note="已经写好的话"))

    assert draft.status_code == 409
    assert saved.status_code == 422
    assert "已经写好的话" in saved.content.decode()
    assert CallDraft.objects.get(by=agent).data["note"] == ["已经写好的话"]
    assert CallTask.objects.get(pk=task.pk).claimed_by == colleague


def test_second_click_on_save_is_answered_kindly(store, agent, as_agent):
    task = claimed(store, agent)
    typed = {"attempts": "0", "outcome": "no_answer", "after_save": "stay"}

    as_agent.post(reverse("call_save", args=[task.pk]), typed)
    second = as_agent.post(reverse("call_save", args=[task.pk]), typed, follow=True)

    assert second.status_code == 200
    assert CallAttempt.objects.count() == 1


def test_draft_comes_back_with_everything_that_was_typed(store, agent, as_agent):
    task = claimed(store, agent)
    typed = answered(task, note="半句", complaint_kinds=["service", "product"], complaint="慢", q_attitude="4")

    kept = as_agent.post(reverse("call_draft", args=[task.pk]), typed)
    released = as_agent.post(reverse("task_release", args=[task.pk]), typed)
    claim_task(task=task, by=agent, at=AT)
    form = as_agent.get(reverse("call_task", args=[task.pk])).context["form"]

    assert kept.json() == {"saved_at": "10:00"}
    assert released["Location"] == reverse("queue")
    assert form["note"].value() == "半句"
    assert form["q_attitude"].value() == "4"
    assert form["complaint_kinds"].value() == ["service", "product"]
    assert form["outcome"].value() == "done"


def test_draft_beyond_all_measure_is_refused(store, agent, as_agent):
    task = claimed(store, agent)

    answer = as_agent.post(reverse("call_draft", args=[task.pk]), {"note": "长" * 5001})

    assert answer.status_code == 422
    assert not CallDraft.objects.exists()


def test_own_call_is_started_from_its_page_but_not_two_at_once(store):
    consultant = StaffFactory(store=store, roles=["sales_consultant"])
    first, second = (task_of(store, kind="3dc", owner=consultant, pool="sales_consultant") for _ in range(2))
    as_consultant = signed_in(consultant)

    started = as_consultant.post(reverse("task_claim", args=[first.pk]))
    refused = as_consultant.post(reverse("task_claim", args=[second.pk]), follow=True)

    assert started["Location"] == reverse("call_task", args=[first.pk])
    assert refused.redirect_chain[-1][0] == reverse("call_task", args=[first.pk])
    assert first.customer.name in str(next(iter(refused.context["messages"])))
    assert CallTask.objects.get(pk=second.pk).state == "open"


@pytest.mark.rule("D3-13")
def test_complaint_is_opened_from_the_same_screen(store, agent, as_agent):
    supervisor = StaffFactory(store=store, roles=["sales_supervisor"])
    task = claimed(store, agent)

    as_agent.post(
        reverse("call_save", args=[task.pk]),
        answered(task, complaint="交车等了三小时", complaint_kinds=["service"]),
    )

    complaint = Complaint.objects.get()
    assert (complaint.handler, complaint.content, complaint.customer) == (supervisor, "交车等了三小时", task.customer)


@pytest.mark.rule("SV-01")
def test_estimate_is_shown_while_the_reading_is_typed(store, agent, as_agent):
    task = claimed(store, agent, kind="n_plus_1", delivery__delivered_on=dt.date(2026, 10, 24))
    FirstServiceTrack.objects.create(
        store=store,
        delivery=task.delivery,
        policy_km=5000,
        policy_months=3,
        latest_on=dt.date(2027, 1, 24),
        rounding="ceil10",
        expected_on=dt.date(2027, 1, 24),
        remind_on=dt.date(2027, 1, 17),
    )
    address = reverse("call_estimate", args=[task.pk])

    reckoned = as_agent.get(address, {"odometer_km": "2000"}).content.decode()
    nothing = as_agent.get(address, {"odometer_km": "viel"}).content.decode()

    assert "2027-01-03" in reckoned
    assert "70" in reckoned
    assert "2027" not in nothing


@pytest.mark.parametrize(("owner", "sentence"), [(True, "This call is Li Gu's."), (False, "waits in the queue of")])
def test_supervisor_looks_at_a_call_without_being_offered_to_start_it(store, owner, sentence):
    supervisor = StaffFactory(store=store, roles=["call_centre_supervisor"], language="en")
    task = task_of(store, owner=StaffFactory(store=store, name="Li Gu") if owner else None)

    text = signed_in(supervisor).get(reverse("call_task", args=[task.pk])).content.decode()

    assert sentence in text.replace("&#x27;", "'")
    assert reverse("task_claim", args=[task.pk]) not in text
