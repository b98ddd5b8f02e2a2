"""The pages of the visit register, of appointments and of the hand-over sheet."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from leads.models import HandOver, Lead
from leads.models import Visit as Line
from leads.selectors.visits import waiting_for_hand_over
from leads.services.visits import VisitFacts, leave_visit, register_visit
from staffing.models import Staff, Store
from tests.browser.visit import Visit


def register_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    """The morning goes on: somebody is in the house, somebody has left, one leaves nothing."""
    desk = Staff.objects.get(username="D050")
    for minutes, facts in (
        (55, VisitFacts(name="早客例", number="13900190001", grade="A", party=2, test_drive=True)),
        (40, VisitFacts(party=3)),
        (20, VisitFacts(name="在店例", number="13900190002", grade="B")),
    ):
        arrived_at = at - dt.timedelta(minutes=minutes)
        line = register_visit(store=store, facts=facts, by=desk, at=arrived_at, arrived_at=arrived_at, by_turn=True)
        if minutes == 55:
            leave_visit(visit=line, by=desk, at=at)
    register = reverse("visit_register")
    yield Visit("register", register, "D050")
    yield Visit("register-looks-up", register, "D050", _type_a_known_number)
    yield Visit("register-refused", register, "D050", _register_half_a_number, shows=("visit_add",))
    yield Visit("register-day-before", f"{register}?on={at.date() - dt.timedelta(days=1)}", "D050")
    yield Visit("register-turns", register, "D050", _look_at_the_turns)
    mine = Line.objects.filter(store=store, visited_on=at.date(), left_at=None, consultant__isnull=False)[0]
    assert mine.consultant is not None
    yield Visit("register-of-a-consultant", register, mine.consultant.username)
    yield Visit("register-tells-whose", register, "D025", _type_a_colleagues_number)
    yield Visit("register-empty", register, "N-SELLER")
    first = Line.objects.filter(store=store, visited_on=at.date()).order_by("arrived_at")[0]
    yield Visit("visit", reverse("visit_page", args=[first.pk]), "D050")
    yield Visit("invitations", reverse("invitation_list"), "D030")
    yield Visit("invitations-empty", reverse("invitation_list"), "N-SELLER")
    lead = Lead.objects.filter(store=store, state="open", stage="telesales", owner__isnull=False).order_by("pk")[0]
    yield Visit("invitation", reverse("invitation_new", args=[lead.pk]), lead.owner.username)
    yield Visit("hand-overs", reverse("hand_over_list"), "D030")
    yield Visit("hand-overs-empty", reverse("hand_over_list"), "N-SELLER")
    supervisor = Staff.objects.get(username="D030")
    if waiting := waiting_for_hand_over(supervisor):
        yield Visit("hand-over", reverse("hand_over_new", args=[waiting[0].pk]), "D030")
    open_one = HandOver.objects.filter(store=store, confirmed_at__isnull=True).select_related("consultant").first()
    if open_one is not None:
        confirm = reverse("hand_over_confirm", args=[open_one.pk])
        yield Visit("hand-over-confirm", confirm, open_one.consultant.username)
        yield Visit("hand-over-of-a-colleague", confirm, "D010")


def _type_a_known_number(page: Page) -> None:
    page.locator("#id_number").press_sequentially("13900100000")
    page.locator("#found").get_by_text("1").first.wait_for()


def _type_a_colleagues_number(page: Page) -> None:
    page.locator("#id_number").press_sequentially("13900200001")
    page.locator("#ruling").wait_for()


def _look_at_the_turns(page: Page) -> None:
    page.locator("details.turn-steps > summary").click()


def _register_half_a_number(page: Page) -> None:
    page.locator("#id_number").fill("139")
    with page.expect_navigation():
        page.locator("#id_number").press("Enter")
