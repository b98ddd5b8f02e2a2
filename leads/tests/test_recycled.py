"""Leads that came back from the showroom: written down, on the list, on the card, in the funnel (LI-06)."""

import datetime as dt

import pytest
from django.urls import reverse

from leads.enums import LeadState, MoveReason
from leads.models import Lead, Recycling
from leads.selectors.list import LeadFilter, listed_leads
from leads.selectors.reports.funnel import RECYCLED, lead_funnel, rows_behind
from leads.selectors.reports.scope import LeadScope
from leads.services.recycling import recycle_lead
from leads.tests.factories import AT, LeadFactory
from leads.tests.report_case import LeadMonth
from staffing.tests.factories import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("LI-06")]
NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture
def case():
    return LeadMonth()


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr("dealership.clock.now", lambda: AT)


def given_back(lead, at, reason=MoveReason.MONTH_END):
    recycle_lead(lead=Lead.objects.select_related("store").get(pk=lead.pk), reason=reason, by=None, at=at)


def test_what_telesales_lost_itself_is_not_recycled(case):
    agent = case.person("T001", "电销例", "telesales")
    lead = case.lead(case.at(11, 2), agent, stage="telesales")

    given_back(lead, case.at(11, 9), MoveReason.LOST)

    assert not Recycling.objects.exists()
    lead.refresh_from_db()
    assert (lead.owner, lead.pool) == (None, "telesales")


def test_the_list_marks_them_and_narrows_to_them(client):
    agent = StaffFactory(roles=["telesales"])
    back, other = (LeadFactory(customer__store=agent.store, owner=agent, pool="telesales") for _ in range(2))
    seller = StaffFactory(store=agent.store, roles=["sales_consultant"], name="甲例")
    Recycling.objects.create(lead=back, at=AT - dt.timedelta(days=30), before=seller, grade="B", reason="month_end")
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")

    everything = client.get(reverse("lead_list") + "?tab=mine").context["rows"]
    narrowed = client.get(reverse("lead_list") + "?tab=mine&recycled=on")

    assert {row.pk: row.recycled for row in everything} == {back.pk: "2026-10-25 甲例", other.pk: ""}
    assert [row.pk for row in narrowed.context["rows"]] == [back.pk]
    assert narrowed.context["is_narrowed"]
    assert "2026-10-25 甲例" in client.get(reverse("lead_card", args=[back.pk])).text
    assert listed_leads(agent, LeadFilter(tab="mine", recycled=True), at=AT, on=AT.date()).count() == 1


def test_the_funnel_counts_them_by_who_had_them_and_what_came_of_them_after(case):
    seller, agent = case.seller(), case.person("T001", "电销例", "telesales")
    bought_after, comes_back, never = (case.lead(case.at(10, day), seller) for day in (5, 6, 7))
    given_back(bought_after, case.at(10, 31))
    given_back(comes_back, case.at(11, 20))
    case.move(Lead.objects.get(pk=bought_after.pk), case.at(11, 8), seller, stage="showroom")
    case.step(Lead.objects.get(pk=bought_after.pk), case.at(11, 9), LeadState.ORDERED, ordered_on=dt.date(2026, 11, 9))
    case.step(never, case.at(11, 10), LeadState.ORDERED, ordered_on=dt.date(2026, 11, 10))
    case.visit(case.at(11, 8), seller, lead=bought_after)
    case.visit(case.at(11, 8), seller, lead=comes_back)
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)

    funnel = lead_funnel(stores=[case.store], month=NOVEMBER)

    assert (funnel.total.recycled, funnel.recycled.recycled) == (1, 1)
    assert [(row.name, row.figures.recycled) for row in funnel.consultants] == [("陈例", 1)]
    assert (funnel.total.orders, funnel.recycled.orders) == (2, 1)
    assert (funnel.total.visits, funnel.recycled.visits) == (2, 1)
    assert list(rows_behind("orders", scope=scope, channel=RECYCLED)) == [bought_after]
    assert [row.lead for row in rows_behind("recycled", scope=scope)] == [comes_back]
    assert agent.store == case.store
