import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.tests.factories import ContactBanFactory
from dealership.audit.models import AuditEvent
from followups.enums import CALL_KINDS, LEAD_KINDS, CloseReason, TaskKind, TaskState
from followups.models import CallTask, FirstServiceTrack, KindPolicy, ListRun, ServiceVisit, SkippedCall
from followups.services.first_service import start_follow_ups
from followups.services.lists import expire_tasks, make_call_list, make_call_lists
from followups.services.lists.statements import SOURCES
from orders.tests.factories import DeliveryFactory
from staffing.enums import StaffState
from staffing.tests.factories import DutyDayFactory, StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

D = dt.date
DAY = dt.timedelta(days=1)
TODAY = D(2026, 11, 24)
NOW = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC)  # six in the morning of the 24th in China


@pytest.fixture
def store():
    return StoreFactory()


def deliver(store, on, **fields):
    return DeliveryFactory(customer__store=store, delivered_on=on, **fields)


def calls(kind, **fields):
    return list(
        CallTask.objects.filter(kind=kind, **fields).order_by("pk").values_list("subject_id", "occurrence", "due_on")
    )


def made(store, on=TODAY, at=NOW):
    """The kinds of which the list has new calls, and how many."""
    return {kind: number for kind, number in make_call_list(store=store, on=on, at=at).created.items() if number}


# --- due days and catching up ---------------------------------------------------------------------------------------
@pytest.mark.rule("D3-02")
@pytest.mark.parametrize(
    ("days_since", "kinds"),
    [
        pytest.param(1, {}, id="not-yet"),
        pytest.param(2, {}, id="the-day-before"),
        pytest.param(3, {"3dc": 1}, id="third-day"),
        pytest.param(5, {"3dc": 1}, id="caught-up"),
        pytest.param(6, {}, id="too-late-for-3dc"),
        pytest.param(7, {"7dc": 1}, marks=pytest.mark.rule("D7-01"), id="seventh-day"),
        pytest.param(13, {"7dc": 1}, id="7dc-caught-up"),
        pytest.param(14, {}, id="too-late-for-7dc"),
        pytest.param(29, {}, id="before-n-plus-1"),
        pytest.param(30, {"n_plus_1": 1}, marks=pytest.mark.rule("N1-01"), id="thirtieth-day"),
        pytest.param(43, {"n_plus_1": 1}, id="n-plus-1-caught-up"),
        pytest.param(44, {}, id="too-late-for-n-plus-1"),
    ],
)
def test_a_delivery_is_on_the_list_of_its_days(store, days_since, kinds):
    deliver(store, TODAY - days_since * DAY)

    assert made(store) == kinds


def test_a_call_carries_all_that_the_queue_needs(store):
    delivery = deliver(store, TODAY - 3 * DAY)

    make_call_list(store=store, on=TODAY, at=NOW)

    task = CallTask.objects.get()
    assert (task.customer, task.vehicle, task.delivery, task.consultant, task.owner) == (
        delivery.customer,
        delivery.vehicle,
        delivery,
        delivery.consultant,
        delivery.consultant,
    )
    assert (task.kind, task.pool, task.state, task.occurrence) == ("3dc", "sales_consultant", "open", "1")
    assert (task.anchor_on, task.first_due_on, task.due_on, task.expires_on) == (
        D(2026, 11, 21),
        TODAY,
        TODAY,
        D(2026, 11, 28),
    )
    assert task.overdue_at == task.alert_due_at == dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)
    assert (task.alert_level, task.attempts, task.failed_days, task.outcome, task.reason) == (0, 0, 0, "", "")
    assert (task.created_at, task.is_successful, task.service_visit) == (NOW, False, None)


def test_a_ledger_of_past_years_floods_nobody(store):
    for days in (60, 400, 800):
        deliver(store, TODAY - days * DAY)

    assert made(store) == {}


@pytest.mark.parametrize("later", [0, 1])
def test_a_list_made_again_changes_nothing(store, later):
    deliver(store, TODAY - 3 * DAY)
    deliver(store, TODAY - 7 * DAY)
    first = make_call_list(store=store, on=TODAY, at=NOW)
    before = list(CallTask.objects.order_by("pk").values())

    second = make_call_list(store=store, on=TODAY + later * DAY, at=NOW + dt.timedelta(hours=1))

    assert list(CallTask.objects.order_by("pk").values()) == before
    assert sum(first.created.values()) == 2
    assert sum(second.created.values()) == 0
    assert second.open == first.open


@pytest.mark.rule("D3-19")
def test_open_calls_stay_on_the_list_and_ended_ones_leave_it(store):
    deliver(store, TODAY - 7 * DAY)
    deliver(store, TODAY - 8 * DAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    CallTask.objects.filter(due_on=TODAY - DAY).update(state=TaskState.CANCELLED, closed_at=NOW)

    result = make_call_list(store=store, on=TODAY + DAY, at=NOW + DAY)

    assert result.open["7dc"] == 1


def test_another_store_keeps_its_own_list(store):
    deliver(StoreFactory(), TODAY - 3 * DAY)

    assert made(store) == {}


def test_the_run_is_kept(store):
    deliver(store, TODAY - 3 * DAY)

    make_call_list(store=store, on=TODAY, at=NOW)

    run = ListRun.objects.get()
    assert (run.store, run.on, run.finished_at, run.created["3dc"], run.skipped["contact_ban"]) == (
        store,
        TODAY,
        NOW,
        1,
        0,
    )


def test_a_kind_that_is_switched_off_is_not_made(store):
    deliver(store, TODAY - 7 * DAY)
    KindPolicy.objects.create(
        store=store, kind="7dc", effective_from=D(2026, 11, 1), enabled=False, role="call_centre_agent"
    )

    result = make_call_list(store=store, on=TODAY, at=NOW)

    assert "7dc" not in result.created
    assert CallTask.objects.count() == 0


@pytest.mark.rule("N1-01")
def test_n_plus_1_is_gathered_on_a_weekday(store):
    KindPolicy.objects.create(
        store=store, kind="n_plus_1", effective_from=D(2026, 11, 1), role="call_centre_agent", offset_days=30,
        gather_weekday=2, catch_up_days=14,
    )  # fmt: skip
    deliveries = [deliver(store, D(2026, 11, 19) - days * DAY) for days in (30, 28, 24, 23)]

    on_tuesday = made(store, on=D(2026, 11, 24))
    on_wednesday = made(store, on=D(2026, 11, 25))

    assert on_tuesday == {}
    assert on_wednesday == {"n_plus_1": 3}
    assert [subject for subject, _occurrence, _due in calls("n_plus_1")] == [row.pk for row in deliveries[:3]]


@pytest.mark.rule("PF-01", "PF-02", "PF-05")
def test_two_years_bring_eight_quarterly_contacts_to_the_consultant(store):
    delivery = deliver(store, D(2026, 11, 30))
    day = D(2026, 12, 1)

    while day < D(2029, 6, 1):
        make_call_list(store=store, on=day, at=NOW)
        day += 10 * DAY

    assert calls("periodic", owner=delivery.consultant) == [
        (delivery.pk, "3", D(2027, 2, 28)),
        (delivery.pk, "6", D(2027, 5, 30)),
        (delivery.pk, "9", D(2027, 8, 30)),
        (delivery.pk, "12", D(2027, 11, 30)),
        (delivery.pk, "15", D(2028, 2, 29)),
        (delivery.pk, "18", D(2028, 5, 30)),
        (delivery.pk, "21", D(2028, 8, 30)),
        (delivery.pk, "24", D(2028, 11, 30)),
    ]


# --- whose call it is -----------------------------------------------------------------------------------------------
def owner_and_day(delivery):
    task = CallTask.objects.get(kind="3dc", delivery=delivery)
    return task.owner, task.due_on


def rota(staff, **days):
    for name, kind in days.items():
        DutyDayFactory(staff=staff, on=D(2026, 11, int(name[1:])), kind=kind)


@pytest.mark.rule("D3-03")
@pytest.mark.parametrize(
    ("rests", "due", "keeps_it"),
    [
        pytest.param({}, D(2026, 11, 24), True, id="no-rota-is-at-work"),
        pytest.param({"_24": "work"}, D(2026, 11, 24), True, id="at-work"),
        pytest.param({"_24": "duty"}, D(2026, 11, 24), True, id="on-duty"),
        pytest.param({"_23": "rest"}, D(2026, 11, 24), True, id="rests-the-day-before"),
        pytest.param({"_24": "rest"}, D(2026, 11, 23), True, id="rests-and-works-the-day-before"),
        pytest.param({"_24": "leave", "_23": "work"}, D(2026, 11, 23), True, id="on-leave-and-works-the-day-before"),
        pytest.param({"_23": "rest", "_24": "rest"}, D(2026, 11, 24), False, id="rests-on-both"),
    ],
)
def test_3dc_respects_the_rest_day(store, rests, due, keeps_it):
    delivery = deliver(store, D(2026, 11, 21))
    rota(delivery.consultant, **rests)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert owner_and_day(delivery) == (delivery.consultant if keeps_it else None, due)


@pytest.mark.rule("D3-02")
def test_3dc_of_one_who_rests_tomorrow_is_on_the_list_of_today(store):
    rests, works = deliver(store, D(2026, 11, 22)), deliver(store, D(2026, 11, 22))
    rota(rests.consultant, _25="rest")

    make_call_list(store=store, on=TODAY, at=NOW)

    assert [subject for subject, _occurrence, _due in calls("3dc")] == [rests.pk]
    assert CallTask.objects.filter(delivery=works).count() == 0


def test_3dc_of_an_absent_owner_goes_to_the_consultants_on_duty_by_turn(store):
    away = StaffFactory(store=store, roles=["sales_consultant"])
    rota(away, _23="leave", _24="leave")
    on_duty = [StaffFactory(store=store, roles=["sales_consultant"]) for _ in range(2)]
    for staff in on_duty:
        rota(staff, _24="duty")
    rota(StaffFactory(store=store, roles=["call_centre_agent"]), _24="duty")
    rota(StaffFactory(store=store, roles=["sales_consultant"], state=StaffState.LEFT), _24="duty")
    deliveries = [deliver(store, D(2026, 11, 21), consultant=away) for _ in range(4)]

    make_call_list(store=store, on=TODAY, at=NOW)

    owners = [owner_and_day(delivery) for delivery in deliveries]
    assert sorted(owner.pk for owner, _due in owners) == sorted([staff.pk for staff in on_duty] * 2)
    assert {due for _owner, due in owners} == {TODAY}


@pytest.mark.parametrize("kind", ["3dc", "periodic"])
def test_a_consultant_who_left_leaves_the_call_to_the_pool(store, kind):
    days = {"3dc": TODAY - 3 * DAY, "periodic": D(2026, 8, 24)}
    delivery = deliver(store, days[kind], consultant__state=StaffState.LEFT)

    make_call_list(store=store, on=TODAY, at=NOW)

    task = CallTask.objects.get(kind=kind)
    assert (task.owner, task.pool, task.consultant) == (None, "sales_consultant", delivery.consultant)


@pytest.mark.rule("PF-10")
def test_a_customer_who_was_handed_on_is_called_by_the_successor(store):
    successor = StaffFactory(store=store, roles=["sales_consultant"])
    delivery = deliver(store, TODAY - 3 * DAY, consultant__state=StaffState.LEFT, customer__owner=successor)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert owner_and_day(delivery) == (successor, TODAY)


@pytest.mark.rule("D7-02", "N1-02")
def test_calls_of_the_call_centre_have_no_owner(store):
    deliver(store, TODAY - 7 * DAY)
    deliver(store, TODAY - 30 * DAY)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert list(CallTask.objects.order_by("pk").values_list("kind", "owner", "pool")) == [
        ("7dc", None, "call_centre_agent"),
        ("n_plus_1", None, "call_centre_agent"),
    ]


# --- bans and consent -----------------------------------------------------------------------------------------------
@pytest.mark.rule("D3-09", "X25")
@pytest.mark.parametrize(
    ("purpose", "lifted", "created", "skipped"),
    [
        pytest.param("", False, {}, 1, id="all-calls"),
        pytest.param("7dc", False, {}, 1, id="this-kind"),
        pytest.param("3dc", False, {"7dc": 1}, 0, id="another-kind"),
        pytest.param("", True, {"7dc": 1}, 0, id="lifted"),
    ],
)
def test_a_ban_keeps_the_call_off_the_list_and_is_counted(store, purpose, lifted, created, skipped):
    delivery = deliver(store, TODAY - 7 * DAY)
    ContactBanFactory(customer=delivery.customer, purpose=purpose, lifted_at=NOW if lifted else None)

    result = make_call_list(store=store, on=TODAY, at=NOW)

    assert {kind: number for kind, number in result.created.items() if number} == created
    assert result.skipped == {"contact_ban": skipped, "no_consent": 0}
    assert SkippedCall.objects.count() == skipped


def test_a_skipped_call_is_kept_once_with_all_that_reports_ask(store):
    delivery = deliver(store, TODAY - 7 * DAY)
    ContactBanFactory(customer=delivery.customer)

    first = make_call_list(store=store, on=TODAY, at=NOW)
    second = make_call_list(store=store, on=TODAY + DAY, at=NOW + DAY)

    row = SkippedCall.objects.get()
    assert (row.store, row.kind, row.subject_id, row.occurrence, row.customer, row.consultant) == (
        store, "7dc", delivery.pk, "1", delivery.customer, delivery.consultant,
    )  # fmt: skip
    assert (row.reason, row.due_on, row.noticed_at) == ("contact_ban", TODAY, NOW)
    assert first.skipped == second.skipped == {"contact_ban": 1, "no_consent": 0}


def test_a_ban_lifted_in_time_lets_the_call_be_made(store):
    delivery = deliver(store, TODAY - 7 * DAY)
    ban = ContactBanFactory(customer=delivery.customer)
    make_call_list(store=store, on=TODAY, at=NOW)
    ban.lifted_at = NOW
    ban.save(update_fields=["lifted_at"])

    assert made(store, on=TODAY + 2 * DAY) == {"7dc": 1}
    assert CallTask.objects.get().first_due_on == TODAY
    assert SkippedCall.objects.count() == 0


def test_a_ban_after_the_call_was_made_is_not_counted_as_skipped(store):
    delivery = deliver(store, TODAY - 7 * DAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    ContactBanFactory(customer=delivery.customer)

    result = make_call_list(store=store, on=TODAY, at=NOW)

    assert result.skipped == {"contact_ban": 0, "no_consent": 0}


# --- workshop visits ------------------------------------------------------------------------------------------------
def visit(delivery, on, **fields):
    defaults = {
        "store": delivery.store,
        "vehicle": delivery.vehicle,
        "customer": delivery.customer,
        "kind": "maintenance",
        "may_call": True,
        "created_at": NOW,
        "order_no": f"W{ServiceVisit.objects.count():04d}",
    }
    return ServiceVisit.objects.create(**{**defaults, "visited_on": on, **fields})


@pytest.mark.rule("AF-01")
def test_a_workshop_visit_is_called_about_only_with_consent(store):
    delivery = deliver(store, D(2025, 1, 1))
    agreed = visit(delivery, TODAY - 3 * DAY)
    refused = visit(delivery, TODAY - 4 * DAY, may_call=False)
    visit(delivery, TODAY - 2 * DAY)

    result = make_call_list(store=store, on=TODAY, at=NOW)

    task = CallTask.objects.get(kind="service_visit")
    assert (task.subject_id, task.service_visit, task.customer, task.anchor_on, task.due_on, task.pool, task.owner) == (
        agreed.pk, agreed, delivery.customer, TODAY - 3 * DAY, TODAY, "call_centre_agent", None,
    )  # fmt: skip
    assert result.skipped == {"contact_ban": 0, "no_consent": 1}
    assert SkippedCall.objects.get().subject_id == refused.pk


@pytest.mark.rule("AF-03")
def test_a_visit_of_an_unnamed_person_is_called_to_the_buyer(store):
    delivery = deliver(store, D(2025, 1, 1))
    visit(delivery, TODAY - 3 * DAY, customer=None)

    make_call_list(store=store, on=TODAY, at=NOW)

    assert CallTask.objects.get(kind="service_visit").customer == delivery.customer


# --- first service --------------------------------------------------------------------------------------------------
def track_of(delivery, **fields):
    start_follow_ups(store=delivery.store, delivery_ids=[delivery.pk], at=NOW)
    FirstServiceTrack.objects.filter(delivery=delivery).update(**fields)
    return FirstServiceTrack.objects.get(delivery=delivery)


@pytest.mark.rule("SV-05")
@pytest.mark.parametrize(
    ("remind_on", "created"),
    [
        (TODAY + DAY, {}),
        (TODAY, {"first_service": 1}),
        (TODAY - 13 * DAY, {"first_service": 1}),
        (TODAY - 14 * DAY, {}),
    ],
)
def test_the_reminder_is_due_on_its_stored_day(store, remind_on, created):
    track_of(deliver(store, D(2026, 9, 15)), remind_on=remind_on, expected_on=remind_on + 7 * DAY)

    assert made(store) == created


def test_a_further_round_reminds_again(store):
    delivery = deliver(store, D(2026, 9, 15))
    track_of(delivery, remind_on=TODAY - DAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    CallTask.objects.update(state=TaskState.DONE, closed_at=NOW)
    FirstServiceTrack.objects.update(round=2, remind_on=TODAY + DAY)

    make_call_list(store=store, on=TODAY + DAY, at=NOW + DAY)

    assert calls("first_service") == [(delivery.pk, "1", TODAY - DAY), (delivery.pk, "2", TODAY + DAY)]


@pytest.mark.rule("SV-08")
@pytest.mark.parametrize(
    ("kind", "came_on", "created"),
    [
        pytest.param("first_service", TODAY - 20 * DAY, {}, id="came-in"),
        pytest.param("repair", TODAY - 20 * DAY, {"first_service": 1}, id="another-reason"),
        pytest.param("first_service", D(2026, 9, 1), {"first_service": 1}, id="before-the-delivery"),
    ],
)
def test_a_car_that_came_in_is_not_reminded(store, kind, came_on, created):
    delivery = deliver(store, D(2026, 9, 15))
    track_of(delivery, remind_on=TODAY)
    visit(delivery, came_on, kind=kind, may_call=False)

    assert made(store) == created


@pytest.mark.rule("SV-08")
def test_the_open_reminder_of_a_car_that_came_in_is_closed(store):
    delivery = deliver(store, D(2026, 9, 15))
    track_of(delivery, remind_on=TODAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    came = visit(delivery, TODAY, kind="first_service", may_call=False)

    result = make_call_list(store=store, on=TODAY + DAY, at=NOW + DAY)

    task, track = CallTask.objects.get(), FirstServiceTrack.objects.get()
    assert (task.state, task.outcome, task.close_reason, task.closed_at, task.alert_due_at) == (
        "done", "already_came", "already_came", NOW + DAY, None,
    )  # fmt: skip
    assert (track.visited_on, track.visit) == (TODAY, came)
    assert result.open["first_service"] == 0


@pytest.mark.rule("SV-07", "SV-09")
def test_an_appointment_is_confirmed_the_day_before(store):
    delivery = deliver(store, D(2026, 9, 15))
    track_of(
        delivery,
        remind_on=TODAY - 5 * DAY,
        appointment_at=dt.datetime(2026, 11, 25, 2, 30, tzinfo=dt.UTC),
        confirm_on=TODAY,
    )

    created = made(store)

    assert created == {"first_service_confirm": 1}
    task = CallTask.objects.get()
    assert (task.subject_id, task.occurrence, task.due_on, task.expires_on) == (
        delivery.pk,
        "2026-11-25",
        TODAY,
        D(2026, 11, 26),
    )


def test_a_confirmation_does_not_come_twice_when_the_policy_is_edited(store):
    delivery = deliver(store, D(2026, 9, 15))
    moment = dt.datetime(2026, 11, 25, 2, 30, tzinfo=dt.UTC)
    track_of(delivery, remind_on=TODAY - 5 * DAY, appointment_at=moment, confirm_on=TODAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    KindPolicy.objects.create(
        kind="first_service_confirm", effective_from=TODAY, role="call_centre_agent", offset_days=-2, catch_up_days=3
    )

    assert made(store, on=TODAY) == {}


# --- the end of a call's time ---------------------------------------------------------------------------------------
@pytest.mark.rule("D3-19")
def test_3dc_is_missed_when_the_7dc_falls_due(store):
    deliver(store, TODAY - 3 * DAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    eve = dt.datetime(2026, 11, 27, 15, 59, 59, tzinfo=dt.UTC)

    before, after, again = (expire_tasks(at=at) for at in (eve, eve + dt.timedelta(hours=20), eve + DAY))

    task = CallTask.objects.get()
    assert (before, after, again) == (0, 1, 0)
    assert (task.state, task.close_reason, task.closed_at, task.alert_due_at) == (
        TaskState.MISSED,
        CloseReason.NEXT_CALL_DUE,
        dt.datetime(2026, 11, 27, 16, 0, tzinfo=dt.UTC),
        None,
    )


def test_a_call_in_work_and_a_promise_are_not_ended(store):
    for _ in range(2):
        deliver(store, TODAY - 3 * DAY)
    make_call_list(store=store, on=TODAY, at=NOW)
    claimed, promised = CallTask.objects.order_by("pk")
    agent = StaffFactory(store=store)
    CallTask.objects.filter(pk=claimed.pk).update(
        state=TaskState.CLAIMED, claimed_by=agent, claimed_at=NOW, claim_expires_at=NOW
    )
    CallTask.objects.filter(pk=promised.pk).update(
        due_on=D(2026, 11, 29), due_at=dt.datetime(2026, 11, 29, 2, 0, tzinfo=dt.UTC)
    )

    on_the_promised_day = expire_tasks(at=dt.datetime(2026, 11, 29, 8, 0, tzinfo=dt.UTC))
    the_day_after = expire_tasks(at=dt.datetime(2026, 11, 29, 16, 0, tzinfo=dt.UTC))

    assert (on_the_promised_day, the_day_after) == (0, 1)
    assert list(CallTask.objects.order_by("pk").values_list("state", flat=True)) == ["claimed", "missed"]


def test_a_confirmation_ends_after_its_appointment(store):
    delivery = deliver(store, D(2026, 9, 15))
    moment = dt.datetime(2026, 11, 25, 2, 30, tzinfo=dt.UTC)
    track_of(delivery, remind_on=TODAY - 30 * DAY, appointment_at=moment, confirm_on=TODAY)
    make_call_list(store=store, on=TODAY, at=NOW)

    on_the_day, after = expire_tasks(at=moment), expire_tasks(at=moment + DAY)

    assert (on_the_day, after) == (0, 1)
    assert CallTask.objects.get().close_reason == CloseReason.TOO_LATE


def test_a_3dc_that_will_have_been_missed_is_not_on_the_list(store):
    deliver(store, TODAY - 3 * DAY)
    make_call_list(store=store, on=TODAY, at=NOW)

    result = make_call_list(store=store, on=TODAY + 4 * DAY, at=NOW)

    assert (result.open["3dc"], result.open["7dc"]) == (0, 1)


# --- all stores -----------------------------------------------------------------------------------------------------
def test_every_active_store_gets_the_list_of_its_own_day():
    china, berlin = StoreFactory(), StoreFactory(timezone="Europe/Berlin")
    closed = StoreFactory(is_active=False)
    for store in (china, berlin, closed):
        deliver(store, D(2026, 11, 17))  # 7DC on the 24th
    at = dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.UTC)  # the 24th in China, still the 23rd in Berlin

    result = make_call_lists(at=at)

    assert result.created["7dc"] == 1
    assert list(CallTask.objects.values_list("store", flat=True)) == [china.pk]
    assert make_call_lists(at=at, days_ahead=1).created["7dc"] == 1
    assert set(CallTask.objects.values_list("store", flat=True)) == {china.pk, berlin.pk}


def test_late_is_the_end_of_the_day_in_the_zone_of_the_store():
    berlin = StoreFactory(timezone="Europe/Berlin")
    deliver(berlin, D(2026, 11, 17))

    make_call_list(store=berlin, on=TODAY, at=NOW)

    assert CallTask.objects.get().overdue_at == dt.datetime(2026, 11, 24, 23, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("deliveries", [1, 30])
@pytest.mark.parametrize(
    ("refused", "statements"),
    [
        pytest.param(None, 32, id="nobody-refused"),
        pytest.param("3dc", 33, id="one-kind-refused"),
        pytest.param("", 42, id="all-refused"),
    ],
)
def test_a_list_costs_the_same_number_of_statements_however_long_it_is(store, deliveries, refused, statements):
    if refused is not None:
        ContactBanFactory(customer__store=store, purpose=refused)
    for n in range(deliveries):
        deliver(store, TODAY - (3 + n % 5) * DAY)

    with CaptureQueriesContext(connection) as queries:
        make_call_list(store=store, on=TODAY, at=NOW)

    assert len(queries) == statements


def test_a_list_asked_for_by_a_person_is_audited(store):
    supervisor = StaffFactory(store=store)
    make_call_list(store=store, on=TODAY, at=NOW)

    make_call_list(store=store, on=TODAY, at=NOW, by=supervisor)

    event = AuditEvent.objects.get()
    assert (event.code, event.by_id, event.data["on"]) == ("list.made", supervisor.pk, "2026-11-24")


def test_kinds_made_by_lists_are_all_kinds_but_the_trace_and_those_of_leads():
    made_at_once = {TaskKind.NUMBER_TRACE, TaskKind.REFERRAL_FEEDBACK}

    assert set(SOURCES) == set(CALL_KINDS) - made_at_once - set(LEAD_KINDS)
