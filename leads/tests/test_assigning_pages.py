"""The pages that give leads out."""

import pytest
from django.urls import reverse

from customers.tests.factories import CustomerFactory
from leads.models import Lead, Ownership
from leads.selectors.assigning import Holder
from leads.services.assigning import NotYourTeam, hand_over_portfolio
from leads.tests.factories import AT, LeadFactory
from staffing.enums import StaffState
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr("dealership.clock.now", lambda: AT)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agents(store):
    return [StaffFactory(store=store, roles=["telesales"]) for _ in range(2)]


@pytest.fixture
def supervisor(store):
    return StaffFactory(store=store, roles=["telesales_supervisor"])


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def lead_of(store, owner, **fields):
    return LeadFactory(customer__store=store, owner=owner, pool="telesales", **fields)


def test_agent_takes_from_the_pool_and_comes_to_the_card(as_, store, agents):
    lead = lead_of(store, None)

    answer = as_(agents[0]).post(reverse("lead_take", args=[lead.pk]))

    assert answer.url == reverse("lead_card", args=[lead.pk])
    assert Lead.objects.get().owner == agents[0]


def test_agent_cannot_take_what_a_colleague_has(as_, store, agents):
    lead = lead_of(store, agents[1])

    assert as_(agents[0]).post(reverse("lead_take", args=[lead.pk])).status_code == 404
    assert Lead.objects.get().owner == agents[1]


def test_supervisor_gives_the_ticked_leads(as_, store, agents, supervisor):
    ticked, left = lead_of(store, agents[0]), lead_of(store, agents[0])
    typed = {"leads": [ticked.pk], "to": agents[1].pk, "note": "休假", "query": "tab=team"}

    answer = as_(supervisor).post(reverse("lead_give"), typed)

    assert answer.url == "/leads/?tab=team"
    assert Lead.objects.get(pk=ticked.pk).owner == agents[1]
    assert Lead.objects.get(pk=left.pk).owner == agents[0]


def test_supervisor_puts_leads_back_into_the_pool(as_, store, agents, supervisor):
    lead = lead_of(store, agents[0])

    as_(supervisor).post(reverse("lead_give"), {"leads": [lead.pk], "to": "pool", "note": "休假"})

    assert Lead.objects.get().owner is None


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"note": ""}, id="no reason"),
        pytest.param({"to": ""}, id="nobody"),
        pytest.param({"to": "999999"}, id="a stranger"),
        pytest.param({"leads": []}, id="nothing ticked"),
    ],
)
def test_refused_giving_keeps_ticks_and_moves_nothing(as_, store, agents, supervisor, fault):
    lead = lead_of(store, agents[0])
    typed = {"leads": [lead.pk], "to": agents[1].pk, "note": "休假", "query": "tab=team"} | fault

    answer = as_(supervisor).post(reverse("lead_give"), typed)

    assert answer.status_code == 422
    assert answer.context["tab"] == "team"
    assert answer.context["ticked"] == frozenset(typed["leads"])
    assert not Ownership.objects.exists()


def test_people_of_another_role_are_no_choice_for_a_supervisor(as_, store, agents, supervisor):
    lead, seller = lead_of(store, agents[0]), StaffFactory(store=store, roles=["sales_consultant"])

    answer = as_(supervisor).post(reverse("lead_give"), {"leads": [lead.pk], "to": seller.pk, "note": "x"})

    assert (answer.status_code, [*answer.context["give"].errors]) == (422, ["to"])


def test_refused_by_the_service_is_shown(as_, store, agents):
    lead, seller = lead_of(store, agents[0]), StaffFactory(store=store, roles=["sales_consultant"])
    manager = StaffFactory(store=store, roles=["sales_manager"])

    answer = as_(manager).post(reverse("lead_give"), {"leads": [lead.pk], "to": seller.pk, "note": "x"})

    assert answer.status_code == 422
    assert seller.name in str(answer.context["give"].non_field_errors())


def test_supervisor_cannot_give_leads_of_other_teams(as_, store, agents, supervisor):
    seller = StaffFactory(store=store, roles=["sales_consultant"])
    theirs = LeadFactory(customer__store=store, owner=seller, pool="sales_consultant", stage="showroom")

    answer = as_(supervisor).post(reverse("lead_give"), {"leads": [theirs.pk], "to": agents[0].pk, "note": "x"})

    assert answer.status_code == 422
    assert Lead.objects.get().owner == seller


def test_portfolio_goes_to_the_heirs(as_, store, agents, supervisor):
    for _ in range(3):
        lead_of(store, agents[0])
    agents[0].state = StaffState.LEFT
    agents[0].save(update_fields=["state"])
    page = as_(supervisor).get(reverse("lead_portfolio"), {"leaver": agents[0].pk})
    typed = {"leaver": agents[0].pk, "heirs": [agents[1].pk, supervisor.pk], "note": "离职"}

    answer = as_(supervisor).post(reverse("lead_portfolio"), typed)

    assert [(row.person, row.leads) for row in page.context["leavers"] if row.leads] == [(agents[0], 3)]
    assert answer.url == "/leads/?tab=team"
    assert sorted(Lead.objects.values_list("owner", flat=True)) == [agents[1].pk, agents[1].pk, supervisor.pk]


@pytest.mark.rule("PF-10")
def test_leaver_who_keeps_customers_alone_is_chosen_and_they_go_along(as_, store):
    manager = StaffFactory(store=store, roles=["sales_manager"])
    leaver, heir = (StaffFactory(store=store, name=name, roles=["sales_consultant"]) for name in ("离职例", "接手例"))
    kept = CustomerFactory(store=store, owner=leaver)
    client = as_(manager)

    page = client.get(reverse("lead_portfolio"))
    answer = client.post(reverse("lead_portfolio"), {"leaver": leaver.pk, "heirs": [heir.pk], "note": "离职"})

    assert page.context["leavers"] == [Holder(leaver, leads=0, customers=1)]
    kept.refresh_from_db()
    assert (answer.url, kept.owner) == ("/leads/?tab=team", heir)


@pytest.mark.rule("PF-10")
def test_customers_of_another_team_are_not_handed_over(as_, store, agents, supervisor):
    seller, heir = (StaffFactory(store=store, roles=["sales_consultant"]) for _ in range(2))
    kept = CustomerFactory(store=store, owner=seller)

    answer = as_(supervisor).post(
        reverse("lead_portfolio"), {"leaver": seller.pk, "heirs": [agents[0].pk], "note": "离职"}
    )
    with pytest.raises(NotYourTeam):
        hand_over_portfolio(leaver=seller, heirs=[heir], note="离职", by=supervisor, at=AT)

    kept.refresh_from_db()
    assert (answer.status_code, kept.owner) == (422, seller)


@pytest.mark.parametrize("fault", [{"heirs": []}, {"leaver": ""}, {"note": " "}, {"leaver": "999999"}])
def test_portfolio_is_refused(as_, store, agents, supervisor, fault):
    lead_of(store, agents[0])
    typed = {"leaver": agents[0].pk, "heirs": [agents[1].pk], "note": "离职"} | fault

    answer = as_(supervisor).post(reverse("lead_portfolio"), typed)

    assert answer.status_code == 422
    assert Lead.objects.get().owner == agents[0]


@pytest.mark.parametrize("name", ["lead_give", "lead_portfolio"])
def test_agents_give_nothing(as_, agents, name):
    assert as_(agents[0]).post(reverse(name)).status_code == 403
