import datetime as dt

import pytest
from django.utils import translation

from dealership.kernel.dates import add_months
from dealership.notifications.models import Alert, AlertDelivery
from followups.enums import CALL_KINDS, TaskKind, TaskState
from followups.models import CallTask, OverdueStep
from followups.rules import first_alert_at, overdue_at
from followups.selectors.policies import overdue_steps
from followups.services import overdue
from followups.services.lists import make_call_list
from followups.services.overdue import sweep_overdue
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.enums import Role, StaffState
from staffing.selectors.people import reporting_lines
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

DUE = dt.date(2026, 11, 24)
LATE = dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)  # the end of the 24th in China
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=[Role.SALES_MANAGER])


@pytest.fixture
def supervisor(store, manager):
    return StaffFactory(store=store, roles=[Role.SALES_SUPERVISOR], superior=manager)


@pytest.fixture
def owner(store, supervisor):
    return StaffFactory(store=store, roles=[Role.SALES_CONSULTANT], superior=supervisor)


def call(owner, store=None, kind=TaskKind.THREE_DAY, pool="sales_consultant", due_at=None, **fields):
    store = store or owner.store
    due_on = fields.pop("due_on", DUE)
    late_from = overdue_at(due_on, due_at, CHINA)
    turn = first_alert_at(late_from, overdue_steps(store, due_on), CHINA)
    return CallTaskFactory(
        delivery__customer__store=store,
        kind=kind,
        owner=owner,
        pool=pool,
        due_on=due_on,
        due_at=due_at,
        overdue_at=late_from,
        alert_level=turn.level,
        alert_due_at=turn.at,
        **fields,
    )


def told():
    """Who was told which rung, and the moment it fell due."""
    rows = Alert.objects.order_by("happened_at", "recipient_id").values_list("recipient", "key", "happened_at")
    return [(recipient, int(key.split(":")[2]), happened) for recipient, key, happened in rows]


@pytest.mark.parametrize(
    ("at", "levels"),
    [
        pytest.param(LATE - MINUTE, [], id="not-late-yet"),
        pytest.param(LATE, [0], id="owner-at-once"),
        pytest.param(LATE + DAY - MINUTE, [0], id="not-a-day-late"),
        pytest.param(LATE + DAY, [0, 1], id="supervisor-after-a-day"),
        pytest.param(LATE + 2 * DAY, [0, 1, 2], id="manager-after-two"),
        pytest.param(LATE + 30 * DAY, [0, 1, 2], id="after-a-month-without-a-sweep"),
    ],
)
def test_the_ladder_tells_each_rung_with_the_moment_it_fell_due(owner, supervisor, manager, at, levels):
    call(owner)

    number = sweep_overdue(at=at)

    people = [owner, supervisor, manager]
    assert told() == [(people[level].pk, level, LATE + level * DAY) for level in levels]
    assert number == len(levels)
    assert set(Alert.objects.values_list("created_at", flat=True)) <= {at}


@pytest.mark.parametrize(
    ("days_late", "level"), [(-1, None), (0, 0), (1, 1), (2, 2), (9, 2)], ids=lambda value: str(value)
)
def test_the_first_sweep_after_a_first_import_tells_of_each_late_call_once(
    store, owner, supervisor, manager, days_late, level
):
    quarter_on = DUE - days_late * DAY
    DeliveryFactory(customer__store=store, consultant=owner, delivered_on=add_months(quarter_on, -3))
    made_at = dt.datetime(2026, 11, 24, 16, 0, tzinfo=dt.UTC)

    made = make_call_list(store=store, on=made_at.astimezone(CHINA).date(), at=made_at).created["periodic"]
    sweep_overdue(at=made_at)

    person = {0: owner, 1: supervisor, 2: manager}.get(level)
    late_since = LATE + (level or 0) * DAY - days_late * DAY
    assert made == 1
    assert told() == ([] if person is None else [(person.pk, level, late_since)])


def test_a_call_that_begins_high_on_the_ladder_goes_on_from_there(store, owner, supervisor, manager):
    DeliveryFactory(customer__store=store, consultant=owner, delivered_on=add_months(DUE - DAY, -3))
    make_call_list(store=store, on=DUE + DAY, at=LATE)

    sweep_overdue(at=LATE + 10 * DAY)

    assert [(person, level) for person, level, _at in told()] == [(supervisor.pk, 1), (manager.pk, 2)]


def test_sweeping_minute_by_minute_tells_each_rung_once(owner, supervisor, manager):
    call(owner)

    numbers = [sweep_overdue(at=LATE + hours * dt.timedelta(hours=1)) for hours in range(0, 100, 5) for _twice in "ab"]

    assert sum(numbers) == 3
    assert [(person, level) for person, level, _at in told()] == [
        (owner.pk, 0), (supervisor.pk, 1), (manager.pk, 2),
    ]  # fmt: skip
    assert AlertDelivery.objects.count() == 3
    task = CallTask.objects.get()
    assert (task.alert_level, task.alert_due_at) == (3, None)


@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.CANCELLED, TaskState.MISSED])
def test_an_ended_call_tells_nobody(owner, state):
    call(owner, state=state, closed_at=LATE)

    assert sweep_overdue(at=LATE + 3 * DAY) == 0


def test_a_call_ended_between_rungs_climbs_no_further(owner, supervisor):
    task = call(owner)
    sweep_overdue(at=LATE)
    CallTask.objects.filter(pk=task.pk).update(state=TaskState.DONE, closed_at=LATE)

    assert sweep_overdue(at=LATE + 3 * DAY) == 0


@pytest.mark.rule("D3-08")
def test_a_promised_call_is_late_from_its_moment(owner):
    promised = dt.datetime(2026, 11, 24, 7, 30, tzinfo=dt.UTC)
    call(owner, due_at=promised)

    before, after = sweep_overdue(at=promised - MINUTE), sweep_overdue(at=promised)

    assert (before, after) == (0, 1)
    assert told() == [(owner.pk, 0, promised)]


def test_a_call_that_was_moved_and_is_late_again_is_news(owner):
    task = call(owner)
    sweep_overdue(at=LATE)
    moved_to = DUE + 3 * DAY
    CallTask.objects.filter(pk=task.pk).update(
        due_on=moved_to, overdue_at=LATE + 3 * DAY, alert_level=0, alert_due_at=LATE + 3 * DAY
    )

    sweep_overdue(at=LATE + 3 * DAY)

    assert told() == [(owner.pk, 0, LATE), (owner.pk, 0, LATE + 3 * DAY)]


# --- who hears ------------------------------------------------------------------------------------------------------
def test_a_pool_call_tells_nobody_at_first_and_then_the_supervisor_of_the_pool(store):
    leader = StaffFactory(store=store, roles=[Role.CALL_CENTRE_SUPERVISOR])
    director = StaffFactory(store=store, roles=[Role.GENERAL_MANAGER])
    StaffFactory(store=store, roles=[Role.SALES_SUPERVISOR])
    StaffFactory(roles=[Role.CALL_CENTRE_SUPERVISOR])  # of another store
    call(None, store=store, kind=TaskKind.SEVEN_DAY, pool="call_centre_agent")

    numbers = [sweep_overdue(at=LATE + n * DAY) for n in range(3)]

    assert numbers == [0, 1, 1]
    assert told() == [(leader.pk, 1, LATE + DAY), (director.pk, 2, LATE + 2 * DAY)]


@pytest.mark.parametrize(
    ("superior", "expected"),
    [
        pytest.param("named", "named", id="the-named-superior"),
        pytest.param("left", "by_role", id="the-superior-left"),
        pytest.param("none", "by_role", id="nobody-named"),
    ],
)
def test_supervisor_is_the_employed_superior_else_the_holder_of_the_role(store, superior, expected):
    people = {
        "by_role": StaffFactory(store=store, roles=[Role.SALES_SUPERVISOR]),
        "named": StaffFactory(store=store),
        "left": StaffFactory(store=store, roles=[Role.SALES_SUPERVISOR], state=StaffState.LEFT),
    }
    owner = StaffFactory(store=store, roles=[Role.SALES_CONSULTANT], superior=people.get(superior))

    lines = reporting_lines(store)

    assert lines.supervisors_of(owner.pk, "sales_consultant") == (people[expected].pk,)


def test_a_vacant_role_is_passed_over_to_the_next_above(store):
    director = StaffFactory(store=store, roles=[Role.GENERAL_MANAGER])
    owner = StaffFactory(store=store, roles=[Role.SALES_CONSULTANT])

    lines = reporting_lines(store)

    assert lines.supervisors_of(owner.pk, "sales_consultant") == (director.pk,)
    assert lines.managers_of(owner.pk, "sales_consultant") == (director.pk,)
    assert lines.supervisors_of(director.pk, "general_manager") == ()


def test_manager_is_the_superior_of_the_superior(store, owner, supervisor, manager):
    StaffFactory(store=store, roles=[Role.SALES_MANAGER])

    lines = reporting_lines(store)

    assert lines.managers_of(owner.pk, "sales_consultant") == (manager.pk,)


def test_people_who_report_to_each_other_are_no_endless_ladder(store):
    one = StaffFactory(store=store)
    other = StaffFactory(store=store, superior=one)
    one.superior = other
    one.save(update_fields=["superior"])

    lines = reporting_lines(store)

    assert lines.supervisors_of(one.pk, "sales_consultant") == (other.pk,)
    assert lines.managers_of(one.pk, "sales_consultant") == ()


def test_an_owner_who_left_is_not_told_but_the_superior_is(owner, supervisor):
    call(owner)
    owner.state = StaffState.LEFT
    owner.save(update_fields=["state"])

    sweep_overdue(at=LATE + DAY)

    assert [(person, level) for person, level, _at in told()] == [(supervisor.pk, 1)]


# --- policy and words -----------------------------------------------------------------------------------------------
def test_a_store_has_a_ladder_of_its_own(owner, supervisor):
    OverdueStep.objects.create(
        store=owner.store, effective_from=dt.date(2026, 1, 1), level=1, after_days=3, audience="supervisor"
    )
    call(owner)

    sweep_overdue(at=LATE + 2 * DAY)
    sweep_overdue(at=LATE + 3 * DAY)

    assert (supervisor.pk, 1, LATE + 3 * DAY) in told()


def test_an_edit_of_the_ladder_moves_no_running_call(owner, supervisor):
    call(owner)
    OverdueStep.objects.create(
        store=owner.store, effective_from=DUE + DAY, level=1, after_days=5, audience="supervisor"
    )

    sweep_overdue(at=LATE + DAY)

    assert (supervisor.pk, 1, LATE + DAY) in told()


@pytest.mark.parametrize("kind", [kind.value for kind in CALL_KINDS])
def test_every_kind_has_its_words_in_both_languages(owner, kind):
    task = call(owner, kind=kind)

    sweep_overdue(at=LATE + DAY)

    for alert in Alert.objects.all():
        with translation.override("en"):
            english = alert.text
        with translation.override("zh-hans"):
            chinese = alert.text
        assert task.customer.name in english
        assert task.customer.name in chinese
        assert "2026-11-24" in chinese
        assert english != chinese
    assert Alert.objects.count() == 2


def test_the_alert_says_where_and_how_urgent(owner, supervisor):
    task = call(owner)

    sweep_overdue(at=LATE + DAY)

    first, second = Alert.objects.order_by("happened_at")
    assert (first.code, first.tone, first.store_ref, first.url) == (
        "task.overdue", "warn", owner.store_id, f"/tasks/{task.pk}/",
    )  # fmt: skip
    assert (second.tone, second.url) == ("danger", f"/customers/{task.customer_id}/")
    assert first.key == f"task.overdue:{task.pk}:0:202611241600"


def test_many_late_calls_are_told_in_batches(owner, supervisor, manager, monkeypatch):
    monkeypatch.setattr(overdue, "BATCH", 3)
    for n in range(8):
        call(owner, due_on=DUE - (n % 2) * DAY)

    number = sweep_overdue(at=LATE + 2 * DAY)

    assert number == 24
    assert CallTask.objects.filter(alert_due_at__isnull=False).count() == 0
