"""The pages of the 7DC: its analysis and register, questionnaires, events for owners."""

from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from followups.models import OwnerEvent, Questionnaire
from staffing.models import Store
from staffing.tests.factories import StaffFactory
from tests.browser.visit import Visit

MONTH = "month=2026-11"
EDITOR = "N-ALL"
#: Addresses that answer with no page of their own.
NO_OWNERS_PAGE = {
    "report_7dc_export": "a workbook",
    "report_7dc_next": "to the draft",
    "questionnaire_copy": "to the draft",
    "questionnaire_name": "back to the draft",
    "questionnaire_retire": "back to the version",
    "questionnaire_discard": "to the list",
    "question_move": "back to the draft",
    "question_remove": "back to the draft",
    "event_cancel": "back to the event",
    "event_export": "a workbook",
    "sign_up_cancel": "back to the event",
    "colleague_number": "a part of the call screen",
}


def owners_visits(store: Store) -> Iterator[Visit]:
    yield from _analysis()
    yield from _questionnaires(store)
    yield from _events(store)


def _analysis() -> Iterator[Visit]:
    report, rows, register = reverse("report_7dc"), reverse("report_7dc_rows"), reverse("report_7dc_register")
    yield Visit("report-7dc", f"{report}?{MONTH}", "D010")
    yield Visit("report-7dc-stores", f"{report}?{MONTH}", "D090")
    yield Visit("report-7dc-empty", f"{report}?{MONTH}", "N-BOSS")
    yield Visit("report-7dc-refused", f"{report}?month=2026-99", "D010", status=422)
    yield Visit("report-7dc-rows", f"{rows}?{MONTH}&figure=due", "D010")
    yield Visit("report-7dc-register", f"{register}?{MONTH}", "D010")
    yield Visit("report-7dc-register-of-a-figure", f"{register}?{MONTH}&question=attitude&value=10", "D010")
    yield Visit("report-7dc-register-empty", f"{register}?{MONTH}", "N-BOSS")


def _questionnaires(store: Store) -> Iterator[Visit]:
    asked = Questionnaire.objects.get(kind="7dc", version=1, store=None)
    draft = Questionnaire.objects.get(kind="7dc", version=2, store=None)
    # What all stores ask is edited, in a house of two, by somebody who sees both.
    StaffFactory(store=store, username=EDITOR, employee_no=EDITOR, name="问卷员例", roles=["admin", "group_manager"])
    page = reverse("questionnaire_page", args=[draft.pk])
    yield Visit("questionnaires", reverse("questionnaire_list"), "D002")
    yield Visit("questionnaire", reverse("questionnaire_page", args=[asked.pk]), "D002")
    yield Visit("questionnaire-draft", page, EDITOR)
    yield Visit("questionnaire-too-early", page, EDITOR, _activate_yesterday, shows=("questionnaire_activate",))
    yield Visit("questionnaire-new", reverse("questionnaire_new"), "D002")
    first = draft.questions.order_by("position")[0]
    yield Visit("question", reverse("question_edit", args=[draft.pk, first.pk]), EDITOR)
    yield Visit("question-refused", reverse("question_new", args=[draft.pk]), EDITOR, _save)


def _events(store: Store) -> Iterator[Visit]:
    events = OwnerEvent.objects.filter(store=store).order_by("starts_at")
    yield Visit("events", reverse("event_list"), "D040")
    yield Visit("events-empty", reverse("event_list"), "N-BOSS")
    yield Visit("event", reverse("event_page", args=[events[1].pk]), "D010")
    yield Visit("event-over", reverse("event_page", args=[events[0].pk]), "D040")
    yield Visit("event-new", reverse("event_new"), "D040")
    yield Visit("event-refused", reverse("event_new"), "D040", _save)
    yield Visit("event-edit", reverse("event_edit", args=[events[2].pk]), "D040")


def _save(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("s")


def _activate_yesterday(page: Page) -> None:
    page.locator("#id_effective_from").fill("2026-11-23")
    with page.expect_navigation():
        page.locator("form[action$='/activate/'] button").click()
