"""Calls that speak of the first service: reading, dates, planned anew, not made for cars that came, in two lengths."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.enums import NumberState
from customers.models import Customer
from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from followups.enums import CloseReason, TaskState
from followups.models import CallDraft, CallScript, CallTask, FirstServiceEstimate, ServiceVisit, WorkshopHours
from followups.rules.scripts import script_lines
from followups.services.calls import ServicePlan, save_call
from followups.services.claims import claim_task
from followups.services.drafts import save_draft
from followups.services.first_service import (
    OutsideShift,
    WorkshopClosed,
    WorkshopClosedAllDay,
    book_appointment,
    cancel_appointment,
)
from followups.services.first_service_calls import (
    AppointmentStands,
    ReadingMissing,
    StillNear,
    close_served_call,
)
from followups.services.lists import make_call_list
from followups.tests.factories import (
    CHINA,
    CallTaskFactory,
    FirstServiceEstimateFactory,
    FirstServiceTrackFactory,
)
from inventory.models import FirstServicePolicy
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date
DAY = dt.timedelta(days=1)
#: A Tuesday; the reminder of a car delivered on 31 August and expected on 30 November begins on the day before.
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
TODAY = AT.date()
DELIVERED = D(2026, 8, 31)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"], language="en")


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"], language="en")


@pytest.fixture
def track(store, seller):
    made = FirstServiceTrackFactory(
        delivery__customer__store=store,
        delivery__customer__owner=seller,
        delivery__consultant=seller,
        delivery__delivered_on=DELIVERED,
    )
    CustomerPhoneFactory(customer=made.delivery.customer, number="+8613900001234", is_primary=True)
    return made


def moment(day, hour=10, minute=0):
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


def call(track, kind, **values):
    values = {"due_on": TODAY, "occurrence": "1"} | values
    if kind in ("3dc", "periodic"):
        values |= {"owner": track.delivery.consultant, "pool": "sales_consultant"}
    return CallTaskFactory(kind=kind, delivery=track.delivery, **values)


def signed_in(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    return client


def came_in(track, on=TODAY - DAY):
    return ServiceVisit.objects.create(
        store=track.store, order_no=f"W{track.pk}", visited_on=on, vehicle=track.delivery.vehicle,
        customer=track.delivery.customer, kind="first_service", created_at=AT,
    )  # fmt: skip


# --- planned anew (SV-15) -------------------------------------------------------------------------------------------
@pytest.fixture
def longer(track):
    """A car with a year's time, reminded far too early: by what it drove at first."""
    type(track).objects.filter(pk=track.pk).update(
        policy_months=12, latest_on=D(2027, 8, 31), expected_on=D(2026, 11, 30), remind_on=TODAY
    )
    track.refresh_from_db()
    return track


@pytest.mark.rule("SV-15")
def test_far_from_due_the_reminder_is_planned_anew_in_another_round(store, longer, agent):
    task = call(longer, "first_service")

    save_call(task=task, by=agent, at=AT, outcome="replanned", service=ServicePlan(odometer_km=1700))

    longer.refresh_from_db()
    task.refresh_from_db()
    # 1,700 km in 85 days: 20 km a day, 250 days after 31 August.
    assert (longer.expected_on, longer.remind_on, longer.round) == (D(2027, 5, 8), D(2027, 5, 1), 2)
    assert (task.state, task.is_successful, task.outcome) == (TaskState.DONE, True, "replanned")
    event = AuditEvent.objects.get(code="first_service.replanned")
    assert (event.by, event.data) == (agent, {"remind_on": "2027-05-01", "round": 2})
    make_call_list(store=store, on=D(2027, 5, 1), at=moment(D(2027, 4, 30), 18))
    later = CallTask.objects.get(kind="first_service", state="open")
    assert (later.occurrence, later.due_on) == ("2", D(2027, 5, 1))


@pytest.mark.rule("SV-15")
def test_nothing_is_planned_anew_without_a_reading_or_near_to_due(longer, agent):
    task = call(longer, "first_service")

    with pytest.raises(ReadingMissing):
        save_call(task=task, by=agent, at=AT, outcome="replanned")
    with pytest.raises(ReadingMissing):
        save_call(task=task, by=agent, at=AT, outcome="replanned", service=ServicePlan())
    with pytest.raises(StillNear, match="2026-11-24, within 7 days"):
        save_call(task=task, by=agent, at=AT, outcome="replanned", service=ServicePlan(odometer_km=4900))

    task.refresh_from_db()
    longer.refresh_from_db()
    assert (task.state, task.attempts, longer.round, FirstServiceEstimate.objects.count()) == ("open", 0, 1, 0)


def test_nothing_is_planned_anew_while_an_appointment_stands(longer, agent):
    task = call(longer, "first_service")
    type(longer).objects.update(appointment_at=moment(D(2026, 11, 30)))

    with pytest.raises(AppointmentStands):
        save_call(task=task, by=agent, at=AT, outcome="replanned", service=ServicePlan(odometer_km=1700))


@pytest.mark.rule("SV-15")
def test_planning_anew_is_offered_in_the_reminder_alone_and_asks_for_the_odometer(longer, agent):
    task = call(longer, "first_service")
    claim_task(task=task, by=agent, at=AT)
    client, other = signed_in(agent), call(longer, "n_plus_1")

    refused = client.post(reverse("call_save", args=[task.pk]), {"attempts": "0", "outcome": "replanned"})
    offered = [rule.code for rule in client.get(reverse("call_task", args=[other.pk])).context["screen"].outcomes]

    assert refused.status_code == 422
    assert "Ask for the odometer" in refused.context["form"].errors["odometer_km"][0]
    assert ('data-key="r"' in refused.content.decode(), "replanned" in offered) == (True, False)


# --- cars that came in meanwhile (SV-08) ----------------------------------------------------------------------------
@pytest.mark.rule("SV-08")
@pytest.mark.parametrize("kind", ["first_service", "first_service_confirm"])
def test_a_call_whose_car_came_closes_itself_and_the_next_is_handed_out(track, agent, kind):
    task, following = call(track, kind), CallTaskFactory(delivery__customer__store=track.store, due_on=TODAY)
    claim_task(task=task, by=agent, at=AT)
    save_draft(task=task, by=agent, at=AT, data={"note": ["half a sentence"]})
    came_in(track)

    answer = signed_in(agent).get(reverse("call_task", args=[task.pk]), follow=True)

    task.refresh_from_db()
    following.refresh_from_db()
    assert answer.redirect_chain == [(reverse("call_task", args=[following.pk]), 302)]
    assert f"{task.customer.name} came in for the first service on 2026-11-23" in answer.content.decode()
    assert (task.state, task.outcome, task.close_reason) == ("done", "already_came", CloseReason.ALREADY_CAME)
    assert (task.attempts, task.claimed_by, task.is_successful) == (0, None, False)
    assert (following.state, following.claimed_by) == ("claimed", agent)
    assert CallDraft.objects.count() == 0
    track.refresh_from_db()
    assert track.visited_on == D(2026, 11, 23)


def test_when_nothing_else_waits_the_queue_says_so(track, agent):
    task = call(track, "first_service")
    claim_task(task=task, by=agent, at=AT)
    came_in(track)

    assert signed_in(agent).get(reverse("call_task", args=[task.pk])).url == reverse("queue")


@pytest.mark.rule("SV-08")
@pytest.mark.parametrize(
    ("kind", "visited", "claims"),
    [
        pytest.param("n_plus_1", True, True, id="another-kind-is-made"),
        pytest.param("first_service", False, True, id="not-here-yet"),
        pytest.param("first_service", True, False, id="in-nobodys-hands"),
    ],
)
def test_other_calls_are_made(track, agent, kind, visited, claims):
    task = call(track, kind)
    if claims:
        claim_task(task=task, by=agent, at=AT)
    if visited:
        came_in(track)

    assert close_served_call(task=task, by=agent, at=AT) is None
    task.refresh_from_db()
    assert task.state == ("claimed" if claims else "open")


def test_a_visit_before_the_delivery_ends_no_call(track, agent):
    task = claim_task(task=call(track, "first_service"), by=agent, at=AT)
    came_in(track, on=DELIVERED - DAY)

    assert close_served_call(task=task, by=agent, at=AT) is None


# --- wrong numbers go to sales (SV-14), nobody answers (SV-13) -------------------------------------------------------
@pytest.mark.rule("SV-14")
@pytest.mark.parametrize("kind", ["n_plus_1", "first_service", "first_service_confirm", "periodic"])
@pytest.mark.parametrize(
    ("outcome", "state"), [("empty_number", NumberState.EMPTY), ("wrong_number", NumberState.WRONG)]
)
def test_an_empty_or_wrong_number_goes_to_the_selling_consultant(track, agent, seller, kind, outcome, state):
    task = call(track, kind)
    caller = seller if kind == "periodic" else agent

    saved = save_call(task=task, by=caller, at=AT, outcome=outcome)

    task.refresh_from_db()
    assert (saved.trace.kind, saved.trace.owner, saved.trace.due_on) == ("number_trace", seller, TODAY)
    assert (task.state, task.held_by) == ("open", saved.trace)
    assert task.customer.phones.get().state == state
    save_call(task=saved.trace, by=seller, at=AT, outcome="traced", new_number="13900005678")
    task.refresh_from_db()
    assert (task.held_by, task.due_on, task.state) == (None, TODAY, "open")


@pytest.mark.rule("SV-13")
@pytest.mark.parametrize("kind", ["n_plus_1", "first_service", "first_service_confirm", "periodic"])
@pytest.mark.parametrize("outcome", ["no_answer", "busy", "inconvenient"])
def test_who_was_not_reached_is_called_the_next_day(track, agent, seller, kind, outcome):
    task = call(track, kind)

    save_call(task=task, by=seller if kind == "periodic" else agent, at=AT, outcome=outcome)

    task.refresh_from_db()
    assert (task.state, task.due_on, task.failed_days) == ("open", TODAY + DAY, 1)


# --- the seller books too (D3-20, SV-17) ----------------------------------------------------------------------------
@pytest.mark.rule("D3-20", "SV-17", "PF-03")
@pytest.mark.parametrize("kind", ["3dc", "periodic"])
def test_the_sellers_own_calls_remind_and_book(track, seller, kind):
    task = call(track, kind)
    answers = {"car": "satisfied", "dealership": "satisfied"} if kind == "3dc" else {}

    save_call(
        task=task,
        by=seller,
        at=AT,
        outcome="done",
        answers=answers,
        service=ServicePlan(odometer_km=4500, agreed_on=D(2026, 11, 30), appointment_at=moment(D(2026, 11, 30), 9, 30)),
    )

    track.refresh_from_db()
    assert (track.expected_on, track.agreed_on, track.appointment_at, track.confirm_on) == (
        D(2026, 11, 24), D(2026, 11, 30), moment(D(2026, 11, 30), 9, 30), D(2026, 11, 29),
    )  # fmt: skip
    kept = FirstServiceEstimate.objects.get()
    assert (kept.made_by, kept.odometer_km, kept.daily_km) == (seller, 4500, 60)


@pytest.mark.rule("D3-20", "SV-17")
def test_in_the_3dc_the_first_service_lies_folded_until_it_is_spoken_of(track, seller):
    three_day, quarterly = call(track, "3dc"), call(track, "periodic")
    client = signed_in(seller)

    def page(task):
        claim_task(task=task, by=seller, at=AT)
        text = client.get(reverse("call_task", args=[task.pk])).content.decode()
        client.post(reverse("task_release", args=[task.pk]))
        return text

    folded, open_ = page(three_day), page(quarterly)
    claim_task(task=three_day, by=seller, at=AT)
    typed = client.post(
        reverse("call_save", args=[three_day.pk]), {"attempts": "0", "outcome": "done", "odometer_km": "120"}
    ).content.decode()

    assert 'class="call-section call-fold">' in folded
    assert 'name="odometer_km"' in folded
    assert ("call-fold" in open_, 'name="odometer_km"' in open_) == (False, True)
    assert 'class="call-section call-fold" open>' in typed


@pytest.mark.rule("D3-20")
def test_a_3dc_without_a_word_of_the_first_service_leaves_it_as_it_was(track, seller):
    task = call(track, "3dc")

    save_call(
        task=task, by=seller, at=AT, outcome="done", answers={"car": "satisfied", "dealership": "satisfied"},
        service=ServicePlan(),
    )  # fmt: skip

    track.refresh_from_db()
    assert (track.expected_on, track.agreed_on, track.appointment_at) == (D(2026, 11, 30), None, None)


# --- appointments keep the workshop's hours (SV-07) -----------------------------------------------------------------
@pytest.mark.rule("SV-07")
@pytest.mark.parametrize(
    ("hour", "minute", "opens"), [(8, 29, False), (8, 30, True), (17, 29, True), (17, 30, False), (21, 0, False)]
)
def test_an_appointment_is_booked_within_the_hours_of_the_workshop(track, agent, hour, minute, opens):
    wanted = moment(D(2026, 11, 29), hour, minute)  # a Sunday

    if opens:
        assert book_appointment(track=track, appointment_at=wanted, by=agent, at=AT).appointment_at == wanted
    else:
        with pytest.raises(WorkshopClosed, match=f"{hour:02d}:{minute:02d} on 2026-11-29.*08:30–17:30"):
            book_appointment(track=track, appointment_at=wanted, by=agent, at=AT)
        track.refresh_from_db()
        assert track.appointment_at is None


@pytest.mark.rule("SV-07")
def test_a_closed_day_names_the_next_open_one(store, track, agent):
    for day in (D(2026, 11, 29), D(2026, 11, 30)):
        WorkshopHours.objects.create(store=store, effective_from=TODAY, on=day)

    with pytest.raises(WorkshopClosedAllDay, match=r"2026-11-29.*2026-12-01"):
        book_appointment(track=track, appointment_at=moment(D(2026, 11, 29)), by=agent, at=AT)

    WorkshopHours.objects.create(store=store, effective_from=TODAY)
    with pytest.raises(WorkshopClosedAllDay, match="–"):
        book_appointment(track=track, appointment_at=moment(D(2026, 12, 5)), by=agent, at=AT)


def test_hours_of_another_store_are_nobody_elses(track, agent):
    WorkshopHours.objects.create(store=StoreFactory(), effective_from=TODAY)

    assert book_appointment(track=track, appointment_at=moment(D(2026, 11, 30)), by=agent, at=AT).appointment_at


@pytest.mark.rule("SV-07")
def test_a_time_at_which_the_workshop_is_closed_is_said_in_the_call(track, agent):
    task = call(track, "first_service")
    claim_task(task=task, by=agent, at=AT)
    client = signed_in(agent)

    answer = client.post(
        reverse("call_save", args=[task.pk]),
        {"attempts": "0", "outcome": "done", "appointment_at": "2026-11-30T20:00"},
    )

    assert answer.status_code == 422
    assert "The workshop is closed at 20:00 on 2026-11-30." in answer.content.decode()
    assert 'value="2026-11-30T20:00"' in answer.content.decode()
    assert "The workshop is open 08:30–17:30" in answer.content.decode()


# --- what the customer may choose (SV-06, SV-12) --------------------------------------------------------------------
@pytest.mark.rule("SV-06", "SV-12")
def test_the_days_to_choose_from_are_a_number_of_the_policy(store, seller, agent):
    FirstServicePolicy.objects.create(effective_from=D(2026, 1, 1), km=5000, months=3, shift_days=3, overrun_km=100)
    make_call_list(store=store, on=TODAY, at=AT)
    from followups.services.first_service import start_follow_ups
    from orders.tests.factories import DeliveryFactory

    delivery = DeliveryFactory(customer__store=store, delivered_on=DELIVERED)
    start_follow_ups(store=store, delivery_ids=[delivery.pk], at=AT)
    track = delivery.first_service
    FirstServicePolicy.objects.update(shift_days=30)
    task = call(track, "first_service")

    with pytest.raises(OutsideShift, match=r"within 3 days .* 2026-11-27 and 2026-12-03"):
        save_call(task=task, by=agent, at=AT, outcome="done", service=ServicePlan(agreed_on=D(2026, 12, 4)))
    save_call(task=task, by=agent, at=AT, outcome="done", service=ServicePlan(agreed_on=D(2026, 12, 3)))

    track.refresh_from_db()
    assert (track.agreed_on, track.shift_days, track.overrun_km, track.latest_on) == (
        D(2026, 12, 3), 3, 100, D(2026, 11, 30),
    )  # fmt: skip


# --- the estimate in the call ---------------------------------------------------------------------------------------
def live(person, task, km):
    return signed_in(person).get(reverse("call_estimate", args=[task.pk]), {"odometer_km": str(km)}).content.decode()


@pytest.mark.rule("N1-03", "SV-01", "SV-06")
def test_the_estimate_stands_in_the_call_with_its_reckoning(store, agent):
    track = FirstServiceTrackFactory(delivery__customer__store=store, delivery__delivered_on=D(2026, 10, 24))
    text = live(agent, call(track, "n_plus_1"), 2000)

    assert "2,000 km ÷ 31 days = 64.5 → 70 km a day; 5,000 ÷ 70 = 71 days → 3 January" in text
    assert "at the latest 24 January, when the months are over (3); reminder 27 December" in text
    assert "To choose from: 12-27 to 01-10." in text
    assert "is-danger" not in text


@pytest.mark.rule("SV-10")
@pytest.mark.parametrize(
    ("km", "says"), [(5400, "still free, come at once"), (5600, "the customer pays, and the warranty may suffer")]
)
def test_a_car_beyond_the_distance_is_explained_in_the_call(track, agent, km, says):
    text = live(agent, call(track, "first_service"), km)

    assert says in text
    assert "due today" in text


@pytest.mark.rule("SV-15")
def test_the_call_says_when_the_reminder_should_be_planned_anew(longer, agent):
    reminder, other = call(longer, "first_service"), call(longer, "n_plus_1")
    hint = "Still far from due"

    assert (hint in live(agent, reminder, 1700), hint in live(agent, reminder, 4900)) == (True, False)
    assert hint not in live(agent, other, 1700)


def test_less_than_the_last_reading_is_asked_again(track, agent):
    FirstServiceEstimateFactory(track=track, odometer_km=2000, read_on=D(2026, 11, 1))
    task = call(track, "first_service")

    assert "Less than the 2000 km of 2026-11-01" in live(agent, task, 1999)
    assert "Less than" not in live(agent, task, 2000)


def test_a_reading_moves_nothing_while_an_appointment_stands(track, agent):
    book_appointment(track=track, appointment_at=moment(D(2026, 11, 30)), by=agent, at=AT)
    task = call(track, "first_service_confirm")

    assert "The appointment stands; the reading is kept." in live(agent, task, 4900)
    save_call(task=task, by=agent, at=AT, outcome="done", service=ServicePlan(odometer_km=4900))
    track.refresh_from_db()
    assert (track.expected_on, FirstServiceEstimate.objects.count()) == (D(2026, 11, 30), 1)
    cancel_appointment(track=track, by=agent, at=AT)


# --- in two lengths (N1-05) -----------------------------------------------------------------------------------------
@pytest.mark.rule("N1-05")
def test_lines_with_a_plus_belong_to_the_longer_script():
    lines = script_lines("Good day.\n+ What it is:\n+oil.\n5 + 3\n")

    assert [(line.text, line.is_longer) for line in lines] == [
        ("Good day.", False), ("What it is:", True), ("oil.", True), ("5 + 3", False),
    ]  # fmt: skip


@pytest.mark.rule("N1-05")
@pytest.mark.parametrize("kind", ["n_plus_1", "first_service"])
def test_the_default_scripts_explain_more_to_those_who_do_not_know_cars(kind):
    script = CallScript.objects.get(kind=kind, store=None)

    for text in (script.text_zh, script.text_en):
        assert {line.is_longer for line in script_lines(text)} == {True, False}


@pytest.mark.rule("N1-05")
@pytest.mark.parametrize(
    ("known", "ticked", "remembered"),
    [
        (None, False, None), (None, True, True), (True, True, True), (True, False, False), (False, False, False),
    ],
)  # fmt: skip
def test_whether_the_customer_knows_cars_is_remembered(track, agent, known, ticked, remembered):
    Customer.objects.update(knows_cars=known)
    task = call(track, "n_plus_1")
    claim_task(task=task, by=agent, at=AT)
    client = signed_in(agent)
    page = client.get(reverse("call_task", args=[task.pk]))

    client.post(
        reverse("call_save", args=[task.pk]),
        {"attempts": "0", "outcome": "done", "after_save": "stay", **({"card_knows_cars": "on"} if ticked else {})},
    )

    assert page.context["form"]["card_knows_cars"].value() == known
    assert 'data-key="k"' in page.content.decode()
    assert Customer.objects.get().knows_cars is remembered


@pytest.mark.parametrize(("known", "shown"), [(None, False), (True, True), (False, True)])
def test_the_card_says_whether_the_customer_knows_cars(track, agent, known, shown):
    Customer.objects.update(knows_cars=known)

    page = signed_in(agent).get(reverse("customer_page", args=[track.delivery.customer_id])).content.decode()

    assert ("Knows cars" in page) is shown


@pytest.mark.rule("N1-05")
def test_a_script_of_one_length_asks_nothing_and_forgets_nothing(track, agent):
    Customer.objects.update(knows_cars=True)
    CallScript.objects.update(text_zh="您好", text_en="Good day")
    task = call(track, "n_plus_1")
    claim_task(task=task, by=agent, at=AT)
    client = signed_in(agent)
    page = client.get(reverse("call_task", args=[task.pk])).content.decode()

    client.post(reverse("call_save", args=[task.pk]), {"attempts": "0", "outcome": "done", "after_save": "stay"})

    assert "card_knows_cars" not in page
    assert Customer.objects.get().knows_cars is True


# --- the administration ---------------------------------------------------------------------------------------------
@pytest.mark.rule("SV-07")
def test_the_hours_of_the_workshop_show_the_week_that_they_make(store):
    admin = StaffFactory(store=store, roles=["admin"], language="en")
    WorkshopHours.objects.create(effective_from=D(2026, 1, 1), weekday=6)
    row = WorkshopHours.objects.get(weekday=None)
    address = reverse("admin:followups_workshophours_change", args=[row.pk])
    client = signed_in(admin)

    open_ = client.get(address, {"preview_at": "2026-11-27T10:00"}).content.decode()
    closed = client.get(address, {"preview_at": "2026-11-29T10:00"}).content.decode()

    assert "Cars are taken in at this moment." in open_
    assert "The workshop is closed at this moment." in closed
    assert (open_.count("<td>08:30–17:30</td>"), open_.count("<td>–</td>")) == (6, 1)
