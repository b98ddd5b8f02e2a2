"""The list of leads, the form of a new one, and giving leads out."""

from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from staffing.models import Store
from tests.browser.visit import Visit

#: Addresses of the intake that answer with no page of their own, by what they answer with.
NO_INTAKE_PAGE = {
    "lead_look_up": "a part of the form of a new lead",
    "lead_take": "to the card, or to the pool",
    "api_leads": "JSON",
    "api_openapi": "JSON",
}


def intake_visits(store: Store) -> Iterator[Visit]:
    leads, new, portfolio = reverse("lead_list"), reverse("lead_new"), reverse("lead_portfolio")
    yield Visit("leads-due", leads, "D033")
    yield Visit("leads-mine", f"{leads}?tab=mine", "D021")
    yield Visit("leads-pool", f"{leads}?tab=pool", "D031")
    yield Visit("leads-ended", f"{leads}?tab=ended", "D031")
    yield Visit("leads-team", f"{leads}?tab=team", "D030")
    yield Visit("leads-ticked", f"{leads}?tab=team", "D030", _tick_two)
    yield Visit("leads-give-refused", f"{leads}?tab=pool", "D030", _give_to_nobody, shows=("lead_give",))
    yield Visit("leads-all", f"{leads}?tab=all", "D010")
    yield Visit("leads-none", f"{leads}?tab=all&grade=F", "D031")
    yield Visit("leads-empty", leads, "N-SELLER")
    yield Visit("lead-new", new, "D031")
    yield Visit("lead-new-known", new, "D031", _type_a_known_number)
    yield Visit("lead-new-warned", new, "D032", _send_a_known_number)
    yield Visit("lead-new-refused", new, "D031", _send_nothing)
    yield Visit("portfolio", portfolio, "D030")
    yield Visit("portfolio-refused", portfolio, "D030", _hand_over_nothing)
    yield Visit("portfolio-empty", portfolio, "N-BOSS")


def _tick_two(page: Page) -> None:
    for row in page.locator("[data-select-row]").all()[:2]:
        row.check()


def _give_to_nobody(page: Page) -> None:
    _tick_two(page)
    with page.expect_navigation():
        page.locator("[data-select-bar] button").click()


def _type_a_known_number(page: Page) -> None:
    page.locator("#id_buys_on").fill("2026-12-10")
    page.locator("#id_number").press_sequentially("13900300000")
    page.locator("#known .notice").wait_for()


def _send_a_known_number(page: Page) -> None:
    page.locator("#id_name").fill("来电例")
    page.locator("#id_number").fill("13900300001")
    _send(page)


def _send_nothing(page: Page) -> None:
    _send(page)


def _hand_over_nothing(page: Page) -> None:
    with page.expect_navigation():
        page.evaluate("document.querySelector('main form').submit()")


def _send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
