"""What a saved call means for the month's statistics, all the way through."""

import datetime as dt

import pytest

from complaints.enums import ComplaintKind
from followups.selectors.monthly import monthly_3dc, report_rows, rows_behind, with_details
from followups.services.calls import ComplaintHeard, save_call
from followups.tests.factories import CHINA, CallTaskFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
MONTH = dt.date(2026, 11, 1)


@pytest.mark.rule("D3-11")
def test_complaints_of_a_call_stand_in_its_month():
    task = CallTaskFactory(kind="3dc")
    task.owner = task.consultant
    task.save(update_fields=["owner"])
    heard = ComplaintHeard("交车等了两个小时", (ComplaintKind.SERVICE, ComplaintKind.PRODUCT))

    saved = save_call(
        task=task,
        by=task.consultant,
        at=AT,
        outcome="done",
        answers={"car": "satisfied", "dealership": "satisfied"},
        complaint=heard,
    )

    asked = {"kind": "3dc", "stores": [task.store], "month": MONTH}
    rows = rows_behind("complaints", **asked)
    assert len(saved.complaints) == 2
    assert monthly_3dc(stores=[task.store], month=MONTH).total.complaints == 2
    assert [row.task_id for row in report_rows(with_details(rows))] == [task.pk, task.pk]
