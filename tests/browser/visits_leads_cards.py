"""The pages of the yellow card, of the spot check, of defeats and of the month end."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from leads.models import Contact, Defeat, Lead, MonthEnd, MonthEndMove
from leads.selectors.month_end import moves_seen
from leads.services.month_end import except_move, prepare_month_end
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What leads back to the card, or to a list: no page of its own.
NO_CARD_PAGE = {
    "lead_grade": "back to the card",
    "lead_review": "back to the card",
    "lead_remark": "back to the card",
    "lead_lose": "back to the card",
    "spot_check_seen": "back to the spot check",
    "month_end_prepare": "to the list of the month",
    "month_end_confirm": "to the progress",
}


def card_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    """A well kept card in the hands of everybody who may see it, and how leads end."""
    lead = Lead.objects.get(store=store, customer__name="周雨薇例")
    card, owner = reverse("lead_card", args=[lead.pk]), lead.owner.username
    yield Visit("card", card, owner)
    yield Visit("card-of-the-team", card, "D011")
    yield Visit("card-refused", card, owner, _save_an_empty_line, shows=("lead_line",))
    yield Visit("card-print", reverse("lead_card_print", args=[lead.pk]), owner)
    yield Visit("card-edit", reverse("lead_card_edit", args=[lead.pk]), owner)
    yield Visit("card-edit-refused", reverse("lead_card_edit", args=[lead.pk]), owner, _empty_the_reason)
    fresh = Lead.objects.filter(store=store, state="open", owner__isnull=False).exclude(pk__in=_written())[0]
    yield Visit("card-new", reverse("lead_card", args=[fresh.pk]), fresh.owner.username)
    pool = Lead.objects.filter(store=store, state="open", owner=None, pool="telesales").order_by("pk")[0]
    yield Visit("card-of-the-pool", reverse("lead_card", args=[pool.pk]), "D031")
    yield Visit("card-channel", reverse("lead_channel"), "D002")
    yield Visit("spot-check", reverse("spot_check"), "D011")
    yield Visit("spot-check-empty", reverse("spot_check"), "N-LEAD")
    yield from _endings(store, lead, at)
    yield from _month_ends(store, at)


def _endings(store: Store, lead: Lead, at: dt.datetime) -> Iterator[Visit]:
    pending = Defeat.objects.filter(lead__store=store, state="pending").select_related("lead__owner").order_by("at")
    first = pending[0]
    assert first.lead.owner is not None
    defeats, form = reverse("defeat_list"), reverse("lead_defeat", args=[lead.pk])
    yield Visit("defeats", defeats, "D010")
    yield Visit("defeats-decided", f"{defeats}?show=decided", "D010")
    yield Visit("defeats-empty", defeats, "N-BOSS")
    yield Visit("defeats-refused", defeats, "D010", _reject_without_a_reason, shows=("defeat_decide",))
    yield Visit("defeat", form, lead.owner.username)
    yield Visit("defeat-refused", form, lead.owner.username, _apply_for_nothing)
    yield Visit("card-waits", reverse("lead_card", args=[first.lead_id]), first.lead.owner.username)
    gone = Lead.objects.filter(store=store, state="defeated").order_by("pk")[0]
    yield Visit("card-defeated", reverse("lead_card", args=[gone.pk]), "D031")
    yield Visit("reactivate", reverse("lead_reactivate", args=[gone.pk]), "D031")
    yield Visit("reactivate-of-the-team", reverse("lead_reactivate", args=[gone.pk]), "D030")


def _month_ends(store: Store, at: dt.datetime) -> Iterator[Visit]:
    leader = Staff.objects.get(username="D012")
    done = MonthEnd.objects.get(store=store, state="done")
    preview = prepare_month_end(store=store, month=at.date().replace(day=1), at=at)
    assert preview is not None
    except_move(move=moves_seen(preview, leader).order_by("pk")[0], reason="周末签约", by=leader, at=at)
    running = _half_carried_out(preview, leader, at)
    page = reverse("month_end", args=[preview.pk])
    yield Visit("month-ends", reverse("month_end_list"), "D012")
    yield Visit("month-ends-empty", reverse("month_end_list"), "N-LEAD")
    yield Visit("month-end", page, "D012")
    yield Visit("month-end-refused", page, "D012", _except_without_a_reason, shows=("month_end_move",))
    yield Visit("month-end-running", reverse("month_end", args=[running.pk]), "D012")
    yield Visit("month-end-done", reverse("month_end", args=[done.pk]), "D011")
    yield Visit("month-end-done-of-others", reverse("month_end", args=[done.pk]), "D012")


def _half_carried_out(preview: MonthEnd, leader: Staff, at: dt.datetime) -> MonthEnd:
    """An earlier month in the middle of its work: rows alone, for a service would find nothing left to move."""
    moves = list(moves_seen(preview, leader).order_by("pk"))
    running = MonthEnd.objects.create(
        store=preview.store,
        month=dt.date(2026, 9, 1),
        state="running",
        prepared_at=at,
        confirmed_at=at,
        confirmed_by=leader,
        total=len(moves),
        moved=2,
    )
    for nth, move in enumerate(moves):
        MonthEndMove.objects.create(
            month_end=running,
            lead_id=move.lead_id,
            owner_id=move.owner_id,
            grade=move.grade,
            confirmed_at=at,
            confirmed_by=leader,
            moved_at=at if nth < 2 else None,
        )
    return running


def _written() -> list[int]:
    return list(Contact.objects.values_list("lead_id", flat=True))


def _save_an_empty_line(page: Page) -> None:
    page.locator("#id_result").fill("")
    with page.expect_navigation():
        page.locator("#new-line button[type=submit]").click()


def _empty_the_reason(page: Page) -> None:
    page.locator("#id_reason_to_follow").fill("")
    with page.expect_navigation():
        page.locator(".form-actions button[type=submit]").click()


def _apply_for_nothing(page: Page) -> None:
    page.locator("[name=kind][value=bought_other]").check()
    with page.expect_navigation():
        page.locator(".form-actions button[type=submit]").click()


def _reject_without_a_reason(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[value=reject]").first.click()


def _except_without_a_reason(page: Page) -> None:
    page.locator("details summary").first.click()
    with page.expect_navigation():
        page.locator("button[value=except]").first.click()
