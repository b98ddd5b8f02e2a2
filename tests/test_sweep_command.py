"""`manage.py sweep`, as the contracts say it."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dealership.sweeps import SWEEPS
from followups.enums import TaskState
from followups.tests.factories import CallTaskFactory
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

CLAIMED_AT = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
DUE = "2026-11-24T10:20:00+08:00"


def counts(*arguments):
    output = StringIO()
    call_command("sweep", *arguments, "--json", stdout=output)
    return json.loads(output.getvalue())


def test_the_sweep_counts_what_each_step_did_and_does_it_once():
    task = CallTaskFactory(
        state=TaskState.CLAIMED,
        claimed_by=StaffFactory(),
        claimed_at=CLAIMED_AT,
        claim_expires_at=CLAIMED_AT + dt.timedelta(minutes=20),
    )

    early, due, again = counts("--at", "2026-11-24T10:19:59+08:00"), counts("--at", DUE), counts("--at", DUE)

    assert list(due) == list(SWEEPS)
    assert [answer["claims_expired"] for answer in (early, due, again)] == [0, 1, 0]
    task.refresh_from_db()
    assert task.state == TaskState.OPEN


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T09:00:00+08:00", "2026-11-22T09:00:00", "2026-11-22"])
def test_a_moment_that_is_none_is_refused_with_a_sentence(moment):
    with pytest.raises(CommandError) as refused:
        call_command("sweep", "--at", moment)

    assert refused.value.returncode == 2
    assert str(refused.value) == f"“{moment}”不是有效的时刻，请写成 2026-11-22T09:00:00+08:00。"
