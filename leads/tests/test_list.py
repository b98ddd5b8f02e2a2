"""The list of leads: its tabs, its order, its filters, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse

from leads.models import Lead
from leads.selectors.list import LeadFilter, listed_leads
from leads.tests.factories import AT, LeadFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
TODAY = AT.date()
DAY = dt.timedelta(days=1)


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
def supervisor(store):
    return StaffFactory(store=store, roles=["telesales_supervisor"])


def lead_of(store, owner, **fields):
    return LeadFactory(customer__store=store, owner=owner, pool="telesales", **fields)


def contacted(store, owner, next_on, **fields):
    return lead_of(store, owner, first_contact_at=AT - DAY, next_contact_on=next_on, **fields)


def shown(client, person, query=""):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("lead_list") + query)
    return [row.pk for row in answer.context["rows"]]


@pytest.mark.rule("LI-02", "LG-25")
def test_contacts_of_the_day_stand_first_contacts_on_top(client, store, agent):
    later = contacted(store, agent, TODAY)
    earlier = contacted(store, agent, TODAY - DAY)
    new = lead_of(store, agent, first_due_at=AT + DAY)
    newer = lead_of(store, agent, first_due_at=AT + 2 * DAY)
    contacted(store, agent, TODAY + DAY)
    contacted(store, agent, None)
    contacted(store, agent, TODAY, state="defeated")
    lead_of(store, StaffFactory(store=store, roles=["telesales"]))

    assert shown(client, agent) == [new.pk, newer.pk, earlier.pk, later.pk]


@pytest.mark.rule("LG-23")
def test_what_has_no_date_stands_on_a_list_of_its_own(client, store, agent):
    open_one = contacted(store, agent, None)
    ordered = lead_of(store, agent, state="ordered", next_contact_on=None)
    lead_of(store, agent)  # the first contact is due by the clock
    contacted(store, agent, TODAY + DAY)
    contacted(store, agent, None, state="lost")
    contacted(store, agent, None, state="defeat_applied")
    contacted(store, StaffFactory(store=store, roles=["telesales"]), None)

    assert sorted(shown(client, agent, "?tab=undated")) == [open_one.pk, ordered.pk]
    assert client.get(reverse("lead_list")).context["counts"]["undated"] == 2


def test_waiting_for_the_car_is_followed_up_and_is_no_first_contact(client, store, agent):
    ordered = lead_of(store, agent, state="ordered", next_contact_on=TODAY)
    lead_of(store, agent, state="ordered", next_contact_on=None)

    assert shown(client, agent) == [ordered.pk]


@pytest.mark.parametrize(
    ("tab", "found"),
    [
        pytest.param("mine", {"mine", "applied"}, id="mine: all that has not ended"),
        pytest.param("pool", {"free"}, id="pool: of the own role"),
        pytest.param("ended", {"lost", "defeated"}, id="ended: what came back", marks=pytest.mark.rule("DF-09")),
        pytest.param("all", {"mine", "applied", "ended", "free", "lost", "defeated", "handed"}, id="all that one sees"),
        pytest.param("team", {"mine"}, id="no team: the first tab"),
        pytest.param("nonsense", {"mine"}, id="nonsense: the first tab"),
    ],
)
def test_tabs_of_an_agent(client, store, agent, tab, found):
    seller = StaffFactory(store=store, roles=["sales_consultant"])
    leads = {
        "mine": lead_of(store, agent),
        "applied": contacted(store, agent, None, state="defeat_applied"),
        "ended": contacted(store, agent, None, state="lost"),
        "free": lead_of(store, None),
        "lost": lead_of(store, None, state="lost", grade="L"),
        "defeated": lead_of(store, None, state="defeated", grade="F"),
        "other pool": LeadFactory(customer__store=store, pool="sales_consultant", stage="showroom"),
        "colleague's": lead_of(store, StaffFactory(store=store, roles=["telesales"])),
        "handed": LeadFactory(customer__store=store, owner=seller, telesales=agent, pool="sales_consultant"),
        "elsewhere": LeadFactory(pool="telesales"),
    }
    leads["joined"] = lead_of(store, agent, state="merged", merged_into=leads["mine"])

    assert set(shown(client, agent, f"?tab={tab}")) == {leads[name].pk for name in found}


def test_the_ended_ones_stand_by_their_end_and_are_taken_up_again(client, store, agent, supervisor):
    earlier = lead_of(store, None, state="lost", closed_at=AT - DAY)
    later = lead_of(store, None, state="defeated", closed_at=AT)

    assert shown(client, supervisor, "?tab=ended") == [later.pk, earlier.pk]
    page = client.get(reverse("lead_list") + "?tab=ended").content.decode()
    assert reverse("lead_reactivate", args=[later.pk]) in page
    assert 'name="leads"' not in page


def test_supervisor_has_the_team_latest_first(client, store, agent, supervisor):
    older = lead_of(store, agent, registered_at=AT - DAY)
    newer = lead_of(store, agent, registered_at=AT)
    lead_of(store, None)

    assert shown(client, supervisor, "?tab=team") == [newer.pk, older.pk]


def test_filters_narrow(client, store, agent, supervisor):
    hot = contacted(store, agent, TODAY - DAY, grade="H", channel="phone")
    late = lead_of(store, agent, grade="A", first_due_at=AT - DAY)
    mine = lead_of(store, supervisor, grade="A")

    assert shown(client, supervisor, "?tab=all&grade=H") == [hot.pk]
    assert shown(client, supervisor, "?tab=all&channel=phone") == [hot.pk]
    assert set(shown(client, supervisor, "?tab=all&late=on")) == {hot.pk, late.pk}
    assert shown(client, supervisor, f"?tab=all&owner={supervisor.pk}") == [mine.pk]
    assert shown(client, supervisor, "?tab=all&state=lost") == []
    assert set(shown(client, supervisor, "?tab=all&grade=X&owner=nobody")) == {hot.pk, late.pk, mine.pk}


def test_row_shows_the_telephone_masked_and_leads_to_the_card(client, store, agent):
    lead = lead_of(store, agent, customer__name="李来电例")
    lead.customer.phones.create(store=store, number="+8613900005678", reversed="87650000931", is_primary=True)

    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("lead_list")).content.decode()

    assert "139****5678" in page
    assert "13900005678" not in page
    assert f'href="/leads/{lead.pk}/"' in page


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("role", "queries"), [("telesales", 14), ("telesales_supervisor", 16)])
def test_page_costs_the_same_however_long_it_is(client, store, role, rows, queries, django_assert_num_queries):
    person = StaffFactory(store=store, roles=[role])
    for _ in range(rows):
        lead_of(store, person)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    with django_assert_num_queries(queries):
        answer = client.get(reverse("lead_list"))

    assert len(answer.context["rows"]) == rows


def test_very_long_list_is_cut_and_says_so(client, store, agent, monkeypatch):
    monkeypatch.setattr("leads.views.list.ROWS_AT_MOST", 2)
    for _ in range(3):
        lead_of(store, agent)
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("lead_list"), headers={"accept-language": "en"})

    assert page.context["page"].paginator.count == 2
    assert page.context["page"].paginator.is_cut


@pytest.mark.parametrize("tab", ["due", "mine", "pool", "ended", "team", "all"])
def test_every_empty_tab_says_what_to_do(client, supervisor, tab):
    client.force_login(supervisor, backend="django.contrib.auth.backends.ModelBackend")

    assert 'class="empty' in client.get(reverse("lead_list") + f"?tab={tab}").content.decode()


def test_order_is_complete(store, agent):
    first, second = contacted(store, agent, TODAY), contacted(store, agent, TODAY)

    rows = listed_leads(agent, LeadFilter(), at=AT, on=TODAY)

    assert [row[0] for row in rows] == [first.pk, second.pk]
    assert Lead.objects.count() == 2


@pytest.mark.postgresql
@pytest.mark.rule("DF-09")
def test_the_first_page_of_the_ended_is_read_from_the_index(store, agent):
    first = lead_of(store, None, state="lost", closed_at=AT)
    Lead.objects.bulk_create(
        LeadFactory.build(
            customer=first.customer,
            store=store,
            number=f"E{number:05d}",
            state="lost" if number % 2 else "open",
            closed_at=AT - number * DAY if number % 2 else None,
            pool="telesales",
        )
        for number in range(4_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead")

    plan = listed_leads(agent, LeadFilter(tab="ended"), at=AT, on=TODAY)[:50].explain()

    assert "Index Scan using lead_ended" in plan
    assert "Sort" not in plan
