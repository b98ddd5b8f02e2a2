"""The clock of a call, and what is left of it in the record."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from complaints.models import Complaint
from followups.models import CallAttempt
from followups.services.calls import save_call
from followups.services.claims import claim_task
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)


@pytest.fixture
def agent():
    return StaffFactory(store=StoreFactory(), roles=["call_centre_agent"])


@pytest.mark.rule("D7-05")
@pytest.mark.parametrize(("kind", "amber_after"), [("7dc", ["300"]), ("n_plus_1", [])])
def test_clock_of_the_seven_day_call_turns_amber_after_five_minutes(agent, kind, amber_after):
    task = CallTaskFactory(store=agent.store, kind=kind, pool="call_centre_agent", due_on=AT.date())
    client = Client()

    with time_machine.travel(AT, tick=False):
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        claim_task(task=task, by=agent, at=AT)
        page = client.get(reverse("call_task", args=[task.pk])).content.decode()

    assert "data-timer" in page
    assert re.findall(r'data-amber-after="(\d+)"', page) == amber_after


@pytest.mark.rule("D3-18")
def test_problem_is_logged_and_carries_the_moment_of_its_answer(agent):
    task = CallTaskFactory(store=agent.store, kind="3dc", pool="call_centre_agent", due_on=AT.date())
    claim_task(task=task, by=agent, at=AT)
    answers = {"car": "dissatisfied", "dealership": "satisfied"}

    save_call(task=task, by=agent, at=AT, outcome="done", note="空调异响", seconds=95, answers=answers)

    attempt = CallAttempt.objects.get(task=task)
    assert (attempt.by, attempt.at, attempt.note, attempt.seconds) == (agent, AT, "空调异响", 95)
    assert [row.reply_due_at for row in Complaint.objects.all()] == [AT + dt.timedelta(hours=24)]
