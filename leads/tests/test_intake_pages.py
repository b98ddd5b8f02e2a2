"""Typing a new lead: what is known of the telephone, what is warned of, and to whom the lead goes."""

import datetime as dt

import pytest
from django.urls import reverse

from customers.tests.factories import CustomerFactory
from inventory.models import VehicleModel
from leads.models import GradeChange, Lead, Visit
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
NUMBER, E164 = "139 0000 0001", "+8613900000001"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr("dealership.clock.now", lambda: AT)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, name="周电销", roles=["telesales"])


@pytest.fixture
def colleague(store):
    return StaffFactory(store=store, name="吴电销", roles=["telesales"])


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, name="郑顾问", roles=["sales_consultant"])


@pytest.fixture
def models():
    return [VehicleModel.objects.create(brand="示范汽车", name=name) for name in ("示范一号", "示范二号")]


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def typed(**changes):
    return {"number": NUMBER, "name": "来电例", "channel": "phone", "whose": "me"} | changes


def with_number(customer):
    customer.phones.create(store=customer.store, number=E164, reversed="10000000931", is_primary=True)
    return customer


def look_up(client, person, number=NUMBER, **more):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse("lead_look_up"), {"number": number, **more})


# --- registering -----------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-03", "LI-08", "LI-23")
def test_caller_is_registered_with_whoever_took_the_call(as_, agent, models):
    fields = typed(
        model=models[1].pk, other_model=models[0].pk, buys_on="2026-12-10", city="宁波", note="问优惠", gender="male"
    )

    answer = as_(agent).post(reverse("lead_new"), fields)

    lead = Lead.objects.get()
    assert answer.url == reverse("lead_card", args=[lead.pk])
    assert (lead.owner, lead.telesales, lead.created_by, lead.channel) == (agent, agent, agent, "phone")
    assert (lead.buys_on, lead.city, lead.note) == (dt.date(2026, 12, 10), "宁波", "问优惠")
    assert [(each.model, each.is_main) for each in lead.interests.order_by("pk")] == [
        (models[1], True),
        (models[0], False),
    ]


@pytest.mark.rule("LI-03", "LI-08", "LG-08")
def test_call_stands_in_the_register_before_it_is_a_lead(as_, agent, models):
    fields = typed(model=models[1].pk, other_model=models[0].pk, grade="A", note="问优惠", source="官网", gender="male")

    as_(agent).post(reverse("lead_new"), fields)

    line = Visit.objects.get()
    assert (line.by_phone, line.arrived_at, line.visited_on) == (True, AT, AT.astimezone(agent.store.tz).date())
    assert (line.name, line.number, line.gender, line.grade, line.note) == ("来电例", E164, "male", "A", "问优惠")
    assert (line.channel, line.source, line.model, line.standing) == ("phone", "官网", models[1], "new")
    assert (line.lead, line.registered_by, line.consultant, line.left_at) == (Lead.objects.get(), agent, None, None)
    assert line.grade_due_at is None
    assert list(Visit.objects.visible_to(agent)) == [line]


@pytest.mark.rule("LI-08", "LI-22")
def test_second_call_is_a_line_of_its_own_and_joins_the_lead(as_, agent):
    lead = LeadFactory(store=agent.store, owner=agent, customer=with_number(CustomerFactory(store=agent.store)))
    client = as_(agent)
    page = client.post(reverse("lead_new"), typed())
    assert not Visit.objects.exists()  # warned of, not yet taken
    client.post(reverse("lead_new"), typed(confirmed=page.context["form"].data["confirmed"]))

    line = Visit.objects.get()
    assert (line.lead, line.standing, Lead.objects.count()) == (lead, "known", 1)


@pytest.mark.rule("LI-08")
@pytest.mark.parametrize("channel", ["web", "wechat", "oem"])
def test_only_calls_stand_in_the_register(as_, agent, channel):
    as_(agent).post(reverse("lead_new"), typed(channel=channel))

    assert (Lead.objects.count(), Visit.objects.count()) == (1, 0)


@pytest.mark.rule("LI-08")
def test_no_line_stays_of_a_call_whose_lead_could_not_be_written(as_, agent, monkeypatch):
    def fail(**_more):
        raise RuntimeError

    monkeypatch.setattr("leads.services.visits.take_in_lead", fail)

    with pytest.raises(RuntimeError):
        as_(agent).post(reverse("lead_new"), typed())
    assert not Visit.objects.exists()


@pytest.mark.rule("LG-01", "LG-02", "LG-03")
@pytest.mark.parametrize(
    ("buys_on", "chosen", "grade"),
    [
        pytest.param("2026-12-01", "", "H", id="within 7 days"),
        pytest.param("2026-12-02", "", "A", id="within a month"),
        pytest.param("2027-02-22", "", "B", id="within three months"),
        pytest.param("2029-01-01", "", "", id="beyond every horizon: none"),
        pytest.param("", "", "", id="not said"),
        pytest.param("2026-12-01", "B", "B", id="chosen by ear"),
    ],
)
def test_planned_date_proposes_the_grade_and_it_is_provisional(as_, agent, buys_on, chosen, grade):
    as_(agent).post(reverse("lead_new"), typed(buys_on=buys_on, grade=chosen))

    assert Lead.objects.get().grade == grade
    judged = GradeChange.objects.values_list("grade", "graded_by", "is_provisional")
    assert list(judged) == ([(grade, "intake", True)] if grade else [])


@pytest.mark.rule("LI-05")
def test_motor_show_lead_is_the_consultants_own_at_once(as_, agent, seller):
    as_(seller).post(reverse("lead_new"), typed(channel="motor_show"))

    lead = Lead.objects.get()
    assert (lead.owner, lead.stage, lead.telesales) == (seller, "showroom", None)


@pytest.mark.rule("LI-09")
def test_consultant_keeps_no_lead_that_belongs_to_telesales(as_, agent, seller):
    refused = as_(seller).post(reverse("lead_new"), typed(channel="web"))
    assert (refused.status_code, Lead.objects.count()) == (422, 0)
    assert list(refused.context["form"].errors) == ["whose"]

    as_(seller).post(reverse("lead_new"), typed(channel="web", whose="policy"))

    assert Lead.objects.get().owner == agent


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"number": ""}, "number", id="no telephone"),
        pytest.param({"number": "123"}, "number", id="no number"),
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"channel": "lms"}, "channel", id="comes by workbook"),
        pytest.param({"buys_on": "2026-11-23"}, "buys_on", id="yesterday"),
        pytest.param({"grade": "L"}, "grade", id="lost is no choice"),
        pytest.param({"model": "999"}, "model", id="no such model"),
    ],
)
def test_form_is_refused_and_keeps_what_was_typed(as_, agent, changes, field):
    answer = as_(agent).post(reverse("lead_new"), typed(note="记下的话", **changes))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "记下的话" in answer.content.decode()
    assert not Lead.objects.exists()


def test_people_without_leads_see_no_form(as_, store):
    desk = StaffFactory(store=store, roles=["reception"])

    assert as_(desk).get(reverse("lead_new")).status_code == 403


@pytest.mark.parametrize(("role", "channel"), [("telesales", "phone"), ("sales_consultant", "motor_show")])
def test_form_begins_with_what_the_role_brings(as_, store, role, channel):
    person = StaffFactory(store=store, roles=[role])

    form = as_(person).get(reverse("lead_new")).context["form"]

    assert (form.initial["channel"], form.initial["whose"]) == (channel, "me")


# --- a known telephone -----------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-21")
def test_colleagues_lead_is_told_by_its_owner_and_nothing_more(client, store, agent, colleague):
    lead = LeadFactory(customer=with_number(CustomerFactory(store=store, name="王同事例")), owner=colleague)

    page = look_up(client, agent).content.decode()

    assert colleague.name in page
    for secret in ("王同事例", lead.number, f"/leads/{lead.pk}/"):
        assert secret not in page


@pytest.mark.rule("LI-21")
def test_own_lead_is_shown_with_the_way_to_it(client, store, agent):
    lead = LeadFactory(customer=with_number(CustomerFactory(store=store, name="王自己例")), owner=agent)

    page = look_up(client, agent).content.decode()

    assert all(text in page for text in ("王自己例", lead.number, f"/leads/{lead.pk}/"))


@pytest.mark.parametrize(("owned", "name_shown"), [(True, True), (False, False)])
def test_known_customer_is_named_to_who_may_see_the_customer(client, store, agent, colleague, owned, name_shown):
    with_number(CustomerFactory(store=store, name="王老客例", owner=agent if owned else colleague))

    page = look_up(client, agent).content.decode()

    assert ("王老客例" in page) is name_shown
    assert (colleague.name in page) is not owned


def test_customer_of_another_store_is_nobody_here(client, agent):
    with_number(CustomerFactory(name="别店例"))

    assert look_up(client, agent).context["known"].code == ""


@pytest.mark.parametrize("number", ["", "139", "abc"])
def test_unfinished_number_says_nothing(client, agent, number):
    answer = look_up(client, agent, number)

    assert (answer.status_code, answer.context["is_number"]) == (200, False)


def test_planned_date_shows_its_grade_while_typing(client, agent):
    assert look_up(client, agent, buys_on="2026-12-01").context["grade"] == "H"


def test_look_up_costs_seven_queries(client, store, agent, colleague, django_assert_num_queries):
    LeadFactory(customer=with_number(CustomerFactory(store=store)), owner=colleague)
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(7):
        client.post(reverse("lead_look_up"), {"number": NUMBER})


@pytest.mark.rule("LI-21", "LI-22")
def test_second_enquiry_is_warned_of_confirmed_and_joins(as_, store, agent, colleague, models):
    lead = LeadFactory(customer=with_number(CustomerFactory(store=store)), owner=colleague, note="第一次")

    warned = as_(agent).post(reverse("lead_new"), typed(model=models[0].pk, note="第二次"))
    assert (warned.status_code, lead.interests.count()) == (422, 0)
    confirmed = warned.context["form"]["confirmed"].value()
    answer = as_(agent).post(reverse("lead_new"), typed(model=models[0].pk, note="第二次", confirmed=confirmed))

    lead.refresh_from_db()
    assert answer.url == reverse("lead_list")
    assert (Lead.objects.count(), lead.owner, lead.note) == (1, colleague, "第一次\n第二次")
    assert [(each.model, each.is_main) for each in lead.interests.all()] == [(models[0], True)]
    assert colleague.alerts.count() == 1


def test_confirming_one_number_confirms_no_other(as_, store, agent, colleague):
    LeadFactory(customer=with_number(CustomerFactory(store=store)), owner=colleague)
    warned = as_(agent).post(reverse("lead_new"), typed())
    other = CustomerFactory(store=store)
    other.phones.create(store=store, number="+8613900000002", reversed="20000000931", is_primary=True)
    LeadFactory(customer=other, owner=colleague)

    confirmed = warned.context["form"]["confirmed"].value()
    answer = as_(agent).post(reverse("lead_new"), typed(number="13900000002", confirmed=confirmed))

    assert answer.status_code == 422


def test_known_customer_is_confirmed_and_gets_a_new_lead(as_, store, agent):
    customer = with_number(CustomerFactory(store=store, name="来电例"))

    warned = as_(agent).post(reverse("lead_new"), typed())
    as_(agent).post(reverse("lead_new"), typed(confirmed=warned.context["form"]["confirmed"].value()))

    assert Lead.objects.get().customer == customer
