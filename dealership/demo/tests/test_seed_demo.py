"""The demo: believable, the same for the same day, and never on top of a real store."""

import datetime as dt
import hashlib
from io import StringIO

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import transaction

from complaints.models import Complaint
from dealership.demo import DemoInTheWay, seed_demo
from dealership.demo.seeding import PASSWORD
from dealership.kernel.vins import check
from followups.enums import TaskState
from followups.models import Answer, CallAttempt, CallTask, ServiceVisit
from followups.services.claims import claim_next_task
from inventory.models import Vehicle
from orders.models import Delivery
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store
from staffing.tests.factories import StoreFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 11, 20)
MORNING = dt.datetime(2026, 11, 19, 16, 0, tzinfo=dt.UTC)


class Undo(Exception):
    """Leaves a transaction without its rows."""


def fingerprint() -> str:
    """All that the demo says, without the numbers that the database gives its rows."""
    rows = [
        *Delivery.objects.order_by("vehicle__vin").values_list(
            "vehicle__vin", "vehicle__plate", "customer__name", "consultant__username", "delivered_on"
        ),
        *CallTask.objects.order_by("kind", "vehicle__vin", "lead__number", "anchor_on", "occurrence").values_list(
            "kind",
            "vehicle__vin",
            "anchor_on",
            "occurrence",
            "state",
            "due_on",
            "due_at",
            "attempts",
            "owner__username",
        ),
        *CallAttempt.objects.order_by("at", "task__vehicle__vin", "task__lead__number", "task__kind").values_list(
            "at", "outcome", "note"
        ),
        *Answer.objects.order_by("response__at", "response__task__vehicle__vin", "question__code").values_list(
            "question__code", "value"
        ),
        *ServiceVisit.objects.order_by("order_no").values_list("order_no", "vehicle__vin", "visited_on"),
        *Complaint.objects.order_by("number").values_list("number", "content", "state"),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.mark.slow
def test_the_same_arguments_give_the_same_rows():
    prints = []
    for _ in range(2):
        try:
            with transaction.atomic():
                seed_demo(as_of=AS_OF)
                prints.append(fingerprint())
                raise Undo
        except Undo:
            pass

    assert prints[0] == prints[1]
    assert not Store.objects.exists()


@pytest.mark.slow
def test_the_demo_is_a_believable_store(client):
    seed_demo(as_of=AS_OF)

    store = Store.objects.get()
    staff = Staff.objects.get(username="D021")
    assert set(StaffRole.objects.values_list("role", flat=True)) == set(Role.values)
    assert validate_password(PASSWORD, user=staff) is None
    assert Delivery.objects.count() == 300
    assert all(check(vin).check_digit_ok for vin in Vehicle.objects.values_list("vin", flat=True))
    states = set(CallTask.objects.values_list("state", flat=True))
    assert {TaskState.OPEN, TaskState.DONE, TaskState.MISSED} <= states
    assert CallTask.objects.due(AS_OF).exists()
    assert CallTask.objects.overdue(MORNING).exists()
    assert Complaint.objects.unsettled().exists()
    # Nothing is dated after the evening before.
    assert not CallAttempt.objects.filter(at__gt=MORNING).exists()
    assert not ServiceVisit.objects.filter(visited_on__gte=AS_OF).exists()
    assert client.post("/sign-in/", {"username": "D021", "password": PASSWORD}).url == "/"
    again = seed_demo(as_of=AS_OF)
    assert (again.was_there, again.store) == (True, store)


def test_a_real_store_is_left_alone():
    StoreFactory(name="真实门店")

    with pytest.raises(DemoInTheWay):
        seed_demo(as_of=AS_OF)

    assert (Store.objects.count(), Staff.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--as-of", "soon"], "soon", id="no-day"),
        pytest.param(["--as-of", "2026-02-30"], "2026-02-30", id="impossible-day"),
        pytest.param(["--scale", "0"], "--scale", id="too-small"),
        pytest.param(["--scale", "100000"], "--scale", id="too-large"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(arguments, says):
    with pytest.raises(CommandError, match=says) as refused:
        call_command("seed_demo", *arguments, stdout=StringIO())

    assert refused.value.returncode == 2
    assert not Store.objects.exists()


def test_a_real_store_gives_exit_code_two():
    StoreFactory()

    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", stdout=StringIO())

    assert refused.value.returncode == 2


def test_no_known_passwords_where_other_machines_can_sign_in(settings):
    settings.ONLY_THIS_MACHINE = False

    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", stdout=StringIO())

    assert refused.value.returncode == 2
    assert not Staff.objects.exists()


def test_the_demo_hands_out_calls_at_any_hour():
    demo = seed_demo(as_of=AS_OF)
    agent = Staff.objects.employed().holding(Role.CALL_CENTRE_AGENT).order_by("pk").first()
    night = MORNING + dt.timedelta(hours=3)

    task = claim_next_task(by=agent, at=night)

    assert task is not None
    assert task.store == demo.store
