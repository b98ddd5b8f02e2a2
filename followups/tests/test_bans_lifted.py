"""Which calls come back when a contact ban is lifted (D3-09, X25)."""

import datetime as dt

import pytest

from customers.models import ContactBan
from customers.services.bans import BanLifted, ban_contact
from dealership.audit.models import AuditEvent
from followups.enums import CloseReason, TaskKind, TaskState
from followups.models import CallTask, FirstServiceTrack, ServiceVisit
from followups.rules import comes_back
from followups.services.bans import lift_contact_ban
from followups.services.calls import save_call
from followups.services.claims import claim_task
from followups.services.lists import make_call_list
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)
BANNED_AT = dt.datetime(2026, 11, 22, 10, 0, tzinfo=CHINA)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
WHY = "客户来店说可以打"


@pytest.mark.rule("X25")
@pytest.mark.rule("D3-09")
@pytest.mark.parametrize(
    ("due_on", "expires_on", "back"),
    [
        pytest.param(TODAY, None, True, id="due today"),
        pytest.param(TODAY + 5 * DAY, None, True, id="due later"),
        pytest.param(TODAY - 6 * DAY, None, True, id="the first day caught up"),
        pytest.param(TODAY - 7 * DAY, None, False, id="no longer caught up"),
        pytest.param(TODAY - 3 * DAY, TODAY + DAY, True, id="over tomorrow"),
        pytest.param(TODAY - 3 * DAY, TODAY, False, id="over today"),
    ],
)
def test_a_call_comes_back_as_long_as_its_window_is_open(due_on, expires_on, back):
    assert comes_back(due_on=due_on, expires_on=expires_on, today=TODAY, catch_up_days=7) is back


@pytest.fixture
def store(db):
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["call_centre_supervisor"])


@pytest.fixture
def delivery(store):
    return DeliveryFactory(customer__store=store, delivered_on=dt.date(2026, 11, 1))


def call(delivery, kind, due_on, **fields):
    return CallTaskFactory(delivery=delivery, kind=kind, due_on=due_on, **fields)


def refused(delivery, agent, outcome="refused_all", kind=TaskKind.SEVEN_DAY):
    """The customer refuses on the telephone. Returns the ban."""
    asked = call(delivery, kind, BANNED_AT.date(), occurrence="refused")
    save_call(task=asked, by=agent, at=BANNED_AT, outcome=outcome)
    return ContactBan.objects.standing().get()


def open_calls():
    return {task.kind: task for task in CallTask.objects.filter(state=TaskState.OPEN)}


@pytest.mark.rule("D3-09")
def test_calls_whose_window_is_open_come_back_and_stale_ones_do_not(delivery, agent, supervisor):
    call(delivery, "3dc", TODAY - 2 * DAY, expires_on=TODAY)
    call(delivery, "n_plus_1", TODAY - DAY)
    call(delivery, "7dc", TODAY - 10 * DAY)
    later = call(delivery, "periodic", TODAY + 3 * DAY)
    ban = refused(delivery, agent)
    asked = CallTask.objects.get(occurrence="refused")

    returned = lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    back = open_calls()
    assert returned == 2
    assert {kind: task.due_on for kind, task in back.items()} == {"n_plus_1": TODAY, "periodic": TODAY + 3 * DAY}
    assert back["n_plus_1"].first_due_on == TODAY - DAY  # its month stays
    assert (back["n_plus_1"].close_reason, back["n_plus_1"].closed_at, back["n_plus_1"].closed_by) == ("", None, None)
    assert back["n_plus_1"].alert_due_at == back["n_plus_1"].overdue_at == AT.replace(day=25, hour=0)
    asked.refresh_from_db()
    assert asked.state == TaskState.DONE
    assert AuditEvent.objects.filter(code="task.reopened", by=supervisor).count() == 2
    assert AuditEvent.objects.about(later).filter(code="task.reopened").exists()
    assert claim_task(task=back["n_plus_1"], by=agent, at=AT).state == TaskState.CLAIMED


@pytest.mark.rule("D3-08")
@pytest.mark.parametrize(
    ("promised_at", "due_on", "still_promised"),
    [(AT + DAY, TODAY + DAY, True), (AT - dt.timedelta(hours=1), TODAY, False)],
    ids=["still to come", "passed during the ban"],
)
def test_an_agreed_time_that_is_still_to_come_is_kept(delivery, agent, supervisor, promised_at, due_on, still_promised):
    call(delivery, "n_plus_1", promised_at.astimezone(CHINA).date(), due_at=promised_at, promised_by=agent, attempts=1)
    ban = refused(delivery, agent)

    lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    task = open_calls()["n_plus_1"]
    assert (task.due_on, task.due_at, task.promised_by) == (
        due_on, promised_at if still_promised else None, agent if still_promised else None,
    )  # fmt: skip


def test_after_hours_a_call_comes_back_for_tomorrow(delivery, agent, supervisor):
    call(delivery, "n_plus_1", TODAY)
    ban = refused(delivery, agent)

    lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT.replace(hour=19))

    assert open_calls()["n_plus_1"].due_on == TODAY + DAY


@pytest.mark.rule("D3-09")
def test_what_another_ban_forbids_stays_ended(delivery, agent, supervisor):
    call(delivery, "n_plus_1", TODAY)
    call(delivery, "periodic", TODAY)
    ban = refused(delivery, agent)
    ban_contact(customer=delivery.customer, purpose="periodic", by=agent, at=BANNED_AT)

    returned = lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    assert (returned, set(open_calls())) == (1, {"n_plus_1"})


@pytest.mark.rule("D3-09")
def test_a_ban_for_one_kind_brings_back_calls_of_that_kind_alone(delivery, agent, supervisor):
    ended = call(delivery, "7dc", TODAY)
    ban = refused(delivery, agent, outcome="refused")
    other = call(
        delivery, "n_plus_1", TODAY, state=TaskState.CANCELLED, close_reason=CloseReason.CONTACT_BAN, closed_at=AT
    )

    lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    assert set(CallTask.objects.filter(state=TaskState.OPEN)) == {ended}
    other.refresh_from_db()
    assert other.state == TaskState.CANCELLED


@pytest.mark.parametrize(
    ("track", "kind", "occurrence", "back"),
    [
        pytest.param({}, "first_service", "1", True, id="reminder still wanted"),
        pytest.param({"round": 2}, "first_service", "1", False, id="another round since"),
        pytest.param({"appointment_at": AT + 3 * DAY}, "first_service", "1", False, id="booked meanwhile"),
        pytest.param({"visited_on": TODAY}, "first_service", "1", False, id="came in meanwhile"),
        pytest.param({"appointment_at": AT + DAY}, "first_service_confirm", "2026-11-25", True, id="to be confirmed"),
        pytest.param({"appointment_at": AT + 3 * DAY}, "first_service_confirm", "2026-11-25", False, id="moved since"),
        pytest.param({}, "first_service_confirm", "2026-11-25", False, id="given up since"),
    ],
)
@pytest.mark.rule("SV-08")
def test_reminders_come_back_only_for_what_has_not_been_settled(
    store, delivery, agent, supervisor, track, kind, occurrence, back
):
    call(delivery, kind, TODAY, occurrence=occurrence, anchor_on=TODAY + DAY)
    ban = refused(delivery, agent)
    FirstServiceTrack.objects.create(
        store=store, delivery=delivery, policy_km=5000, policy_months=3, rounding="ceil10",
        latest_on=TODAY + 7 * DAY, expected_on=TODAY + 7 * DAY, remind_on=TODAY, **track,
    )  # fmt: skip

    returned = lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    assert returned == (1 if back else 0)


@pytest.mark.rule("AF-01")
@pytest.mark.parametrize("may_call", [True, False])
def test_a_call_after_a_workshop_visit_still_needs_consent(store, delivery, agent, supervisor, may_call):
    visit = ServiceVisit.objects.create(
        store=store, order_no="W1", visited_on=TODAY - 3 * DAY, vehicle=delivery.vehicle, kind="repair",
        may_call=may_call, created_at=AT,
    )  # fmt: skip
    call(delivery, "service_visit", TODAY, service_visit=visit)
    ban = refused(delivery, agent)

    assert lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT) == int(may_call)


def test_a_call_of_somebody_who_has_left_comes_back_to_the_pool(delivery, agent, supervisor):
    gone = StaffFactory(store=delivery.store, roles=["sales_consultant"])
    call(delivery, "periodic", TODAY, owner=gone, pool="sales_consultant")
    ban = refused(delivery, agent)
    gone.state = "left"
    gone.save(update_fields=["state"])

    lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    assert (open_calls()["periodic"].owner, open_calls()["periodic"].pool) == (None, "sales_consultant")


@pytest.mark.rule("X25")
def test_lists_after_the_ban_make_what_fell_due_and_nothing_twice(store, agent, supervisor):
    delivery = DeliveryFactory(customer__store=store, delivered_on=TODAY - 7 * DAY)
    ban = ban_contact(customer=delivery.customer, by=agent, at=BANNED_AT)
    during = make_call_list(store=store, on=TODAY, at=AT)

    lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)
    after = [make_call_list(store=store, on=TODAY, at=AT).created["7dc"] for _twice in "ab"]

    assert (during.created["7dc"], during.skipped["contact_ban"]) == (0, 1)
    assert after == [1, 0]


def test_lifting_twice_is_refused_and_brings_nothing_back_twice(delivery, agent, supervisor):
    call(delivery, "n_plus_1", TODAY)
    ban = refused(delivery, agent)
    lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    with pytest.raises(BanLifted):
        lift_contact_ban(ban=ban, reason=WHY, by=supervisor, at=AT)

    assert AuditEvent.objects.filter(code="task.reopened").count() == 1
