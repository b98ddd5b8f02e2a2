"""The administration of leads: what policies will do, and tokens that are shown once."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from dealership.audit.models import AuditEvent
from leads.models import Grade, LeadPolicy, LeadSource
from leads.selectors.sources import source_of_token
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
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


@pytest.fixture
def preview(client, administrator):
    """The lines of the tables that the page of a policy shows for a moment."""

    def show(row, at=TUESDAY):
        address = reverse(f"admin:leads_{row._meta.model_name}_change", args=[row.pk])
        html = client.get(address, {"preview_at": at}).content.decode()
        (shown,) = re.findall(r'<div class="readonly">(<p>\d.*?)</div>', html, re.DOTALL)
        return [re.findall(r"<td>(.*?)</td>", line) for line in re.findall(r"<tr>(<td>.*?)</tr>", shown)]

    return show


@pytest.mark.rule("LG-20", "LG-23")
@pytest.mark.parametrize(
    ("code", "on", "contacts"),
    [
        pytest.param("H", True, ["12-01", "12-04", "12-07", "12-10"], id="H: every three days"),
        pytest.param("C", False, ["12-01", "–", "–", "–"], id="C is off: none follows"),
    ],
)
def test_grade_shows_the_contacts_that_follow(preview, code, on, contacts):
    row = Grade.objects.get(code=code, store=None)

    customer, _fleet = preview(row)

    assert row.cadence_on is on
    assert [cell.removeprefix("2026-").split(" ")[0] for cell in customer[2:]] == contacts


def test_policy_shows_the_first_week_and_who_gets_new_leads(preview):
    row = LeadPolicy.objects.create(effective_from=dt.date(2026, 11, 1), assign_by="least_load")

    week, busy, idle, behind, pool = preview(row)

    assert week == [
        "2026-12-02 Wed 10:00",
        "2026-12-01 Tue, 2026-12-05 Sat, 2026-12-08 Tue",
        "2026-12-08 Tue",
    ]
    assert [line[-1] for line in (busy, idle, behind, pool)] == ["2", "4", "0", "0"]


def test_pool_policy_gives_to_nobody(preview):
    row = LeadPolicy.objects.create(effective_from=dt.date(2026, 11, 1), assign_by="pool", behind_tasks=0)

    assert [line[-1] for line in preview(row)[1:]] == ["0", "0", "0", "6"]


def test_token_is_shown_once_when_a_source_is_made(client, administrator):
    typed = {
        "store": administrator.store_id,
        "name": "厂家官网",
        "channel": "oem",
        "role": "telesales",
        "requests_per_minute": "60",
        "is_active": "on",
    }

    page = client.post(reverse("admin:leads_leadsource_add"), typed)

    source = LeadSource.objects.get()
    (token,) = re.findall(r'id="token"[^>]* value="([^"]+)"', page.content.decode())
    assert source_of_token(token) == source
    assert "no-store" in page["Cache-Control"]
    assert source.created_by == administrator
    again = client.get(reverse("admin:leads_leadsource_change", args=[source.pk])).content.decode()
    assert token not in again
    assert f"…{token[-4:]}" in again
    assert token not in str(list(AuditEvent.objects.values()))


def test_new_token_ends_the_old_one_and_is_shown_once(client, administrator):
    source = LeadSource(store=administrator.store, name="门户", channel="web", created_at=dt.datetime.now(dt.UTC))
    source.token_hash = "0" * 64
    source.save()

    page = client.post(reverse("admin:leads_leadsource_rotate", args=[source.pk]))

    (token,) = re.findall(r'id="token"[^>]* value="([^"]+)"', page.content.decode())
    assert source_of_token(token) == source
    assert AuditEvent.objects.filter(code="lead_source.token_rotated").count() == 1
    assert client.get(reverse("admin:leads_leadsource_rotate", args=[source.pk])).status_code == 405


def test_source_of_another_store_is_out_of_reach(client, administrator):
    source = LeadSource(store=StoreFactory(), name="门户", channel="web", created_at=dt.datetime.now(dt.UTC))
    source.token_hash = "0" * 64
    source.save()

    answer = client.post(reverse("admin:leads_leadsource_rotate", args=[source.pk]))

    assert answer.status_code in (403, 404)
    source.refresh_from_db()
    assert source.token_hash == "0" * 64
