"""The pages of monthly reports, of measures and of CHPR checks."""

from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from followups.models import CallCheck, Measure, MonthlyDocument
from staffing.models import Store
from tests.browser.visit import Visit

#: What leads back to a page, or answers with a file.
NO_DOCUMENT_PAGE = {
    "monthly_document_make": "to the report",
    "monthly_document_export": "a workbook",
    "measure_remove": "back to the report",
    "call_check_export": "a workbook",
    "call_check_team_export": "a workbook",
}


def document_visits(store: Store) -> Iterator[Visit]:
    """Reports in every state for whoever's turn it is, one's measures, and checks of calls."""
    yield from _reports(store)
    yield from _measures()
    yield from _checks(store)


def _reports(store: Store) -> Iterator[Visit]:
    here = reverse("monthly_document_list")
    yield Visit("documents", here, "D060")
    yield Visit("documents-waiting", f"{here}?show=waiting", "D001")
    yield Visit("documents-empty", here, "N-BOSS")
    yield Visit("documents-nothing-waits", f"{here}?show=waiting", "N-BOSS")
    rows = {
        name: MonthlyDocument.objects.filter(store=store, **found).order_by("-month")[0]
        for name, found in {
            "made": {"state": "made"},
            "planned": {"state": "commented"},
            "submitted": {"state": "submitted"},
            "under-way": {"state": "approved"},
            "closed": {"state": "closed"},
        }.items()
    }
    for name, who in (
        ("made", "D060"),
        ("planned", "D010"),
        ("submitted", "D001"),
        ("under-way", "D060"),
        ("closed", "D040"),
    ):
        yield Visit(f"document-{name}", reverse("monthly_document", args=[rows[name].pk]), who)
    made, planned, submitted = (
        reverse("monthly_document", args=[rows[n].pk]) for n in ("made", "planned", "submitted")
    )
    yield Visit("document-refused", made, "D060", _save_nothing, shows=("monthly_document_comment",))
    yield Visit("document-not-sent", planned, "D010", _send_too_early, shows=("monthly_document_submit",))
    yield Visit(
        "document-not-returned", submitted, "D001", _return_without_a_reason, shows=("monthly_document_decide",)
    )
    under_way = reverse("monthly_document", args=[rows["under-way"].pk])
    yield Visit("document-effect-refused", under_way, "D060", _check_without_words, shows=("measure_effect",))
    yield Visit("document-print", reverse("monthly_document_print", args=[rows["closed"].pk]), "D060")
    new = reverse("measure_new", args=[rows["planned"].pk])
    yield Visit("measure-new", new, "D010")
    yield Visit("measure-refused", new, "D010", _save_nothing)
    draft = Measure.objects.get(document=rows["planned"])
    yield Visit("measure-edit", reverse("measure_edit", args=[draft.pk]), "D010")


def _measures() -> Iterator[Visit]:
    here = reverse("measure_list")
    yield Visit("my-measures", here, "D061")
    yield Visit("my-measures-ended", f"{here}?show=ended", "D061")
    yield Visit("my-measures-empty", here, "N-SELLER")
    yield Visit("my-measures-refused", here, "D061", _finish_without_words, shows=("measure_done",))


def _checks(store: Store) -> Iterator[Visit]:
    sheets = CallCheck.objects.filter(store=store).select_related("person").order_by("-month", "pk")
    own = sheets.filter(source="own")[0]
    corrected = sheets.filter(version=2)[0]
    month = f"{corrected.month:%Y-%m}"
    yield Visit("chpr-own", reverse("call_check_own"), own.person.username)
    yield Visit("chpr-own-empty", reverse("call_check_own"), "N-SELLER")
    yield Visit("chpr-self", reverse("call_check_self", args=["2026-11"]), own.person.username)
    yield Visit("chpr-self-refused", reverse("call_check_self", args=["2026-11"]), "N-SELLER", _sign_nothing)
    yield Visit("chpr-team", f"{reverse('call_check_team')}?month={month}", "D010")
    yield Visit("chpr-team-empty", reverse("call_check_team"), "N-LEAD")
    yield Visit("chpr-person", reverse("call_check_person", args=[corrected.person_id, month]), "D010")
    yield Visit("chpr-sheet", reverse("call_check", args=[corrected.pk]), "D010")
    first = CallCheck.objects.get(person=corrected.person_id, month=corrected.month, source="supervisor", version=1)
    yield Visit("chpr-old-version", reverse("call_check", args=[first.pk]), corrected.person.username)


def _save_nothing(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form .form-actions button[type=submit]").first.click()


def _send_too_early(page: Page) -> None:
    """A month with general problems needs a preventive measure first."""
    form = page.locator("form[action$='/submit/']")
    with page.expect_navigation():
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")


def _return_without_a_reason(page: Page) -> None:
    with page.expect_navigation():
        page.locator("button[value=return]").click()


def _check_without_words(page: Page) -> None:
    page.locator("details summary", has=page.locator(".sr")).first.click()
    with page.expect_navigation():
        page.locator("button[value=effective]").first.click()


def _finish_without_words(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form[action$='/done/'] button[type=submit]").first.click()


def _sign_nothing(page: Page) -> None:
    with page.expect_navigation():
        page.locator(".form-actions button[type=submit]").click()
