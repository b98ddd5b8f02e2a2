"""The page of a policy shows what the rule does at the moment that the administrator picks."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from dealership.audit.models import AuditEvent
from followups.models import CallingHours, CallingPolicy, CallScript, KindPolicy, OutcomePolicy, OverdueStep
from inventory.models import FirstServicePolicy
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
ALWAYS = dt.date(2000, 1, 1)
TUESDAY = "2026-12-01T10:00"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-24T09:30:00+08:00", tick=False):
        yield


@pytest.fixture
def administrator(client):
    staff = StaffFactory(store=StoreFactory(), roles=["admin"], language="en")
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return staff


def address(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.fixture
def preview(client, administrator):
    """What the page of a row shows for a moment: (sentences, cells of the table)."""

    def show(row, at=None):
        html = client.get(address(row), {"preview_at": at} if at else {}).content.decode()
        (shown,) = re.findall(r'<div class="readonly">(<p>\d.*?)</div>', html, re.DOTALL)
        lines = re.findall(r"<tr>(<td>.*?)</tr>", shown)
        return re.findall(r"<p>(.*?)</p>", shown), [re.findall(r"<td>(.*?)</td>", line) for line in lines]

    return show


@pytest.mark.rule("D3-02")
def test_due_dates_count_from_the_picked_day(preview):
    policy = KindPolicy.objects.get(kind="3dc")

    (now,), today = preview(policy)
    (then,), picked = preview(policy, TUESDAY)

    assert now == "2026-11-24 Tue 09:30 In force on this day."
    assert today == [["2026-11-24 Tue", "2026-11-27 Fri", "2026-12-01 Tue"]]
    assert then == "2026-12-01 Tue 10:00 In force on this day."
    assert picked == [["2026-12-01 Tue", "2026-12-04 Fri", "2026-12-08 Tue"]]


@pytest.mark.rule("SV-03")
def test_the_first_service_is_reckoned_on_the_picked_day(preview):
    policy = FirstServicePolicy.objects.create(effective_from=dt.date(2026, 1, 1), km=5000, months=3)

    _sentences, lines = preview(policy, TUESDAY)

    assert lines[0] == [
        "2026-10-31 Sat", "2000", "70", "2027-01-10 Sun", "2027-01-03 Sun", "by the distance",
    ]  # fmt: skip


@pytest.mark.rule("D3-06")
def test_hours_are_those_of_the_week_from_the_picked_day(preview):
    later = CallingHours.objects.create(effective_from=dt.date(2026, 12, 2), starts="10:00", ends="12:00")
    closed = CallingHours.objects.create(effective_from=dt.date(2026, 12, 3), weekday=6)

    sentences, lines = preview(later, TUESDAY)
    at_noon, _lines = preview(later, "2026-12-01T12:00")
    _sentences, in_force = preview(closed, "2026-12-03T11:00")

    assert sentences == [
        "2026-12-01 Tue 10:00 Not yet in force on this day.", "Customers may be called at this moment.",
    ]  # fmt: skip
    assert [line[1] for line in lines] == [
        "09:00–11:30, 14:00–17:30", *["10:00–12:00"] * 4, "–", "10:00–12:00",
    ]  # fmt: skip
    assert at_noon[1] == "Nobody is called now."
    assert dict(in_force)["2026-12-06 Sun"] == "–"


def test_a_row_says_that_a_later_one_replaces_it(preview):
    former = CallingPolicy.objects.get()
    CallingPolicy.objects.create(effective_from=dt.date(2026, 12, 1), claim_minutes=5)
    CallingPolicy.objects.create(store=StoreFactory(), effective_from=dt.date(2026, 11, 1), claim_minutes=5)

    before, _lines = preview(former, "2026-11-30T10:00")
    after, _lines = preview(former, TUESDAY)

    assert before == ["2026-11-30 Mon 10:00 In force on this day."]
    assert after == ["2026-12-01 Tue 10:00 Replaced on this day by the row from 2026-12-01 Tue."]


def test_the_queue_policy_tells_of_a_call_at_the_moment(client, administrator):
    page = client.get(address(CallingPolicy.objects.get()), {"preview_at": TUESDAY}).content.decode()

    assert "A call taken at 10:00 goes back at 10:20" in page
    assert "stays with its agent until 10:15." in page


@pytest.mark.rule("D3-19")
def test_a_result_shows_the_days_of_trying_from_the_picked_day(preview):
    _sentences, lines = preview(OutcomePolicy.objects.get(code="no_answer"), TUESDAY)

    assert dict(lines)["7DC"] == "Tried again on 2026-12-02 Wed, 2026-12-03 Thu; then missed and listed."


def test_a_rung_is_told_by_the_picked_day(client, administrator):
    page = client.get(address(OverdueStep.objects.get(level=1)), {"preview_at": TUESDAY}).content.decode()

    assert "A call due on 2026-12-01 Tue and not made is told on 2026-12-03 00:00." in page


def test_a_script_is_shown_as_it_is_told(client, administrator):
    page = client.get(address(CallScript.objects.get(kind="7dc")), {"preview_at": TUESDAY}).content.decode()

    assert "(Scores run from 1 to 10; ask for the customer&#x27;s honest view.)<br>" in page


@pytest.mark.parametrize("text", ["soon", "2026-13-01T10:00", "9999-12-31T10:00"])
def test_a_moment_that_is_none_is_named_and_now_is_shown(client, administrator, text):
    page = client.get(address(KindPolicy.objects.get(kind="3dc")), {"preview_at": text}).content.decode()

    assert "is not a moment. The example is of now." in page
    assert 'name="preview_at" value="2026-11-24T09:30"' in page


@pytest.mark.parametrize("model", [KindPolicy, CallingPolicy, CallingHours, OutcomePolicy, OverdueStep, CallScript])
def test_every_policy_asks_for_its_moment_on_its_page_only(client, administrator, model):
    name = f"admin:followups_{model._meta.model_name}"

    change = client.get(address(model.objects.first()))
    add = client.get(reverse(f"{name}_add"))

    assert 'name="preview_at"' in change.content.decode()
    assert 'name="preview_at"' not in add.content.decode()
    assert "Save first to see an example." in add.content.decode()


@pytest.mark.parametrize(
    ("code", "button", "known"),
    [
        pytest.param("busy", "_saveasnew", 2, id="a-new-version-of-the-same-code"),
        pytest.param("engaged", "_save", 1, id="the-code-of-a-row-stays"),
    ],
)
def test_a_result_keeps_its_code_and_its_past(client, administrator, code, button, known):
    former = OutcomePolicy.objects.get(code="busy")
    values = {
        "code": code, "effective_from": "2026-12-01", "label_zh": "占线中", "label_en": "Engaged", "key": "4",
        "consequence": "retry", "position": 4, "is_active": "on", button: "1",
    }  # fmt: skip

    client.post(address(former), values)

    rows = OutcomePolicy.objects.filter(code="busy").order_by("effective_from")
    assert [row.effective_from for row in rows] == [ALWAYS, dt.date(2026, 12, 1)][:known]
    assert rows[0].label_en == former.label_en
    assert AuditEvent.objects.filter(code="outcomepolicy.added").count() == known - 1


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("no_answer", "Tried again the next day, until the lead ends."),
        ("inconvenient", "Done; the next call is planned for the next day."),
    ],
)
def test_a_lead_is_not_given_up_by_tries(client, administrator, outcome, words):
    row = OutcomePolicy.objects.get(code=outcome)

    html = client.get(reverse("admin:followups_outcomepolicy_change", args=[row.pk])).content.decode()

    assert f"<td>Lead call</td><td>{words}</td>" in html


def test_the_policy_of_a_lead_call_says_that_the_lead_decides(client, administrator):
    row = KindPolicy.objects.get(kind="lead_revisit")

    html = client.get(reverse("admin:followups_kindpolicy_change", args=[row.pk])).content.decode()

    assert "Follows the plan of each lead" in html
