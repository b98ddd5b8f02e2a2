"""The screen of a call to a lead: the card before the call, the facts after it, nothing typed is lost."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from followups.enums import LEAD_KINDS
from followups.models import CallDraft, CallTask
from followups.services.claims import claim_task
from followups.tests.factories import CHINA
from leads.enums import Channel, LeadState, Way
from leads.models import Appointment, Contact, Lead
from leads.services.contacts import ContactFacts, record_contact
from leads.services.registering import NewLead, register_lead
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _the_clock_stands():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def telesales(store):
    return StaffFactory(store=store, roles=["telesales"])


@pytest.fixture
def as_telesales(telesales):
    client = Client()
    client.force_login(telesales)
    return client


@pytest.fixture
def lead(store, telesales):
    new = NewLead(name="线索例", number="13900010001", channel=Channel.WEB, registered_at=AT - 20 * DAY, grade="A")
    return register_lead(store=store, new=new, owner=telesales, pool="telesales", by=None, at=AT - 20 * DAY).lead


def spoken(lead, by, results, *, first=AT - 15 * DAY):
    for nth, (reached, result) in enumerate(results):
        facts = ContactFacts(way=Way.PHONE, reached=reached, result=result, next_reason=f"理由{nth + 1}")
        record_contact(lead=Lead.objects.get(pk=lead.pk), facts=facts, by=by, at=first + nth * DAY)


def opened(lead, by) -> str:
    task = CallTask.objects.unfinished().get(lead=lead, kind__in=LEAD_KINDS)
    claim_task(task=task, by=by, at=AT)
    return reverse("call_task", args=[task.pk])


def typed(address, **fields):
    task = CallTask.objects.get(pk=int(address.strip("/").split("/")[-1]))
    return {"attempts": task.attempts, "after_save": "stay", "way": "phone", "next_way": "phone", **fields}


@pytest.mark.rule("CC-03")
@pytest.mark.rule("CC-10")
def test_the_reason_of_the_line_stands_beside_the_last_result_and_the_lines_before(lead, telesales, as_telesales):
    spoken(lead, telesales, [(True, "第一次谈预算"), (True, "第二次谈置换"), (False, ""), (True, "第四次问贷款")])

    answer = as_telesales.get(opened(lead, telesales))

    panel = answer.context["screen"].lead
    assert (panel.number, panel.lead.next_reason, panel.last.result) == (5, "理由4", "第四次问贷款")
    assert [line.number for line in panel.lines] == [4, 3, 2]
    page = answer.content.decode()
    assert page.index("理由4") < page.index("第四次问贷款") < page.index("第二次谈置换")
    assert "第一次谈预算" not in page.split("lead-plan")[1].split("lead-facts")[0]


@pytest.mark.rule("LI-03")
def test_a_first_contact_says_until_when_and_invites(lead, telesales, as_telesales):
    page = as_telesales.get(opened(lead, telesales)).content.decode()

    assert "11-05 10:00" in page
    assert "试乘试驾" in page


@pytest.mark.rule("CC-06")
def test_saving_writes_the_line_and_fills_the_card(lead, telesales, as_telesales):
    address = opened(lead, telesales)
    form = typed(
        address,
        outcome="done",
        note="想看旗舰版",
        grade="H",
        next_reason="置换评估",
        next_on="2026-11-26",
        lead_budget_fen="12.8万",
        lead_competitors="对手车型",
    )

    answer = as_telesales.post(address + "save/", form)

    assert answer.status_code == 302
    line = Contact.objects.get()
    assert (line.result, line.grade_after, line.next_reason) == ("想看旗舰版", "H", "置换评估")
    lead.refresh_from_db()
    assert (lead.budget_fen, lead.competitors, str(lead.next_contact_on)) == (12_800_000, "对手车型", "2026-11-26")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        pytest.param({"outcome": "done"}, ["next_reason", "note"], marks=pytest.mark.rule("CC-08"), id="done"),
        pytest.param({"outcome": "appointment"}, ["expected_at"], id="appointment"),
        pytest.param({"outcome": "call_back"}, ["promised_at"], id="call back"),
        pytest.param({"outcome": "lost_contact"}, ["outcome"], id="not proven, not offered"),
        pytest.param(
            {"outcome": "done", "note": "谈", "next_reason": "报价", "grade": "F"}, ["grade"], id="no open grade"
        ),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(lead, telesales, as_telesales, fields, wrong):
    address = opened(lead, telesales)

    answer = as_telesales.post(address + "save/", typed(address, lead_competitors="上下班", **fields))

    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == wrong
    assert not Contact.objects.exists()
    again = as_telesales.get(address)
    assert again.context["form"]["lead_competitors"].value() == "上下班"
    assert CallDraft.objects.count() == 1


@pytest.mark.rule("LG-07")
@pytest.mark.parametrize(
    ("outcome", "contacts", "days_old", "wrong"),
    [
        pytest.param("done", 0, 20, ["grade"], id="the week is over"),
        pytest.param("done", 2, 6, ["grade"], id="the third of the week"),
        pytest.param("done", 1, 6, [], id="the second: the grade may wait"),
        pytest.param("appointment", 0, 20, ["grade"], id="coming, and still to be judged"),
        pytest.param("refused", 0, 20, [], id="refused"),
        pytest.param("refused_all", 2, 6, [], id="refused every call"),
        pytest.param("wrong_number", 2, 6, [], id="a wrong number"),
        pytest.param("no_answer", 2, 20, [], id="nobody answered"),
        pytest.param("inconvenient", 2, 20, [], id="not now"),
    ],
)
def test_whoever_nobody_has_judged_is_judged_when_the_week_ends(
    lead, telesales, as_telesales, outcome, contacts, days_old, wrong
):
    Lead.objects.update(grade="", contacts=contacts, registered_at=AT - days_old * DAY)
    address = opened(lead, telesales)
    fields = {"note": "谈", "next_reason": "报价", "expected_at": "2026-11-28T14:00"}

    answer = as_telesales.post(address + "save/", typed(address, outcome=outcome, **fields))

    assert list(answer.context["form"].errors if answer.status_code == 422 else []) == wrong
    assert Contact.objects.count() == (not wrong)
    lead.refresh_from_db()
    if outcome != "wrong_number":  # that one waits for the second person
        assert lead.next_contact_on is not None or wrong


def test_the_draft_brings_every_field_of_the_line_back(lead, telesales, as_telesales):
    address = opened(lead, telesales)
    said = {"note": "谈到一半", "grade": "B", "next_reason": "再约", "next_on": "2026-11-30", "next_way": "wechat"}

    as_telesales.post(address + "draft/", typed(address, **said))
    form = as_telesales.get(address).context["form"]

    assert {name: form[name].value() for name in said} == said


def test_an_appointment_is_agreed_on_the_call(lead, telesales, as_telesales):
    address = opened(lead, telesales)

    as_telesales.post(address + "save/", typed(address, outcome="appointment", expected_at="2026-11-28T14:00"))

    assert Appointment.objects.get().expected_at == dt.datetime(2026, 11, 28, 14, 0, tzinfo=CHINA)


def test_lost_contact_is_proposed_when_one_more_try_proves_it(lead, telesales, as_telesales):
    for days, way in ((3, Way.PHONE), (2, Way.SMS)):
        at = (AT - days * DAY).replace(hour=15)
        record_contact(lead=Lead.objects.get(), facts=ContactFacts(way=way, reached=False), by=telesales, at=at)
    address = opened(lead, telesales)

    offered = [rule.code for rule in as_telesales.get(address).context["screen"].outcomes]
    answer = as_telesales.post(address + "save/", typed(address, outcome="lost_contact"))

    assert "lost_contact" in offered
    assert answer.status_code == 302
    lead.refresh_from_db()
    assert lead.state == LeadState.LOST


def test_the_page_says_that_the_lead_ended_meanwhile(lead, telesales, as_telesales):
    address = opened(lead, telesales)
    Lead.objects.update(state=LeadState.DEFEATED)

    form = typed(address, outcome="done", note="谈", next_reason="报价")
    page = as_telesales.post(address + "save/", form, follow=True).content.decode()

    assert "通话期间该线索已结束" in page


@pytest.mark.parametrize("lines", [1, 6])
def test_the_screen_costs_the_same_queries_however_long_the_card(
    lead, telesales, as_telesales, lines, django_assert_num_queries
):
    spoken(lead, telesales, [(True, "谈")] * lines)
    address = opened(lead, telesales)
    as_telesales.get(address)  # the audit of the numbers is written the first time

    with django_assert_num_queries(28):
        as_telesales.get(address)


def test_others_see_no_form(lead, store, as_telesales):
    task = CallTask.objects.get()
    supervisor = StaffFactory(store=store, roles=["telesales_supervisor"])
    client = Client()
    client.force_login(supervisor)

    page = client.get(reverse("call_task", args=[task.pk])).content.decode()

    assert 'name="next_reason"' not in page
