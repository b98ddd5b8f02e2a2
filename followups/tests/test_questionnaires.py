"""Writing questionnaires by the services: drafts are edited, what was asked stays, the next version replaces it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from dealership.audit.models import AuditEvent
from followups.models import Question, Questionnaire, Response
from followups.rules.questionnaires import QuestionDraft
from followups.selectors.policies import questionnaire_for
from followups.selectors.questionnaires import may_edit_shared, store_of_copy, versions_of
from followups.services.calls.answers import store_answers
from followups.services.questionnaires import (
    AlreadyAsked,
    DayHasBegun,
    DayTaken,
    NotActive,
    NothingToAsk,
    QuestionWish,
    TooManyQuestions,
    activate_questionnaire,
    add_question,
    change_question,
    copy_questionnaire,
    discard_draft,
    move_question,
    name_draft,
    remove_question,
    retire_questionnaire,
    start_questionnaire,
)
from followups.tests.factories import CHINA, CallTaskFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("D7-07")]
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
ON = AT.date()
NEXT = dt.date(2027, 1, 1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def admin(store):
    return StaffFactory(store=store, roles=["admin"])


@pytest.fixture
def first():
    return Questionnaire.objects.get(kind="7dc", version=1, store=None)


@pytest.fixture
def draft(first, admin):
    return copy_questionnaire(questionnaire=first, store=None, by=admin, at=AT, effective_from=NEXT)


def codes(questionnaire):
    return list(questionnaire.questions.order_by("position", "pk").values_list("code", flat=True))


def a_wish(code="extra", **fields):
    return QuestionWish(QuestionDraft(code, "yes_no"), "车主群进了吗？", "In the owners' group?", **fields)


def test_a_copy_is_the_next_version_and_asks_the_same(first, draft, admin):
    compared = ["position", "code", "text_zh", "text_en", "type", "topic", "options", "minimum", "maximum"]
    compared += ["is_required", "alert_values", "alert_below"]

    assert (draft.version, draft.state, draft.effective_from, draft.based_on) == (2, "draft", NEXT, first)
    assert list(draft.questions.order_by("position").values_list(*compared)) == list(
        first.questions.order_by("position").values_list(*compared)
    )
    event = AuditEvent.objects.about(draft).get()
    assert (event.code, event.by, event.data) == (
        "questionnaire.copied",
        admin,
        {"kind": "7dc", "version": 2, "copied_from": first.pk, "stressed": ""},
    )


def test_the_weak_item_is_marked_and_a_question_about_it_follows(first, admin):
    row = copy_questionnaire(
        questionnaire=first, store=None, by=admin, at=AT, effective_from=NEXT, weak_code="cleanliness"
    )
    asked = codes(row)
    extra = row.questions.get(code="cleanliness_why")

    assert asked[asked.index("cleanliness") + 1] == "cleanliness_why"
    assert (len(asked), list(row.questions.order_by("position").values_list("position", flat=True))) == (
        11,
        list(range(1, 12)),
    )
    assert (extra.type, extra.topic, extra.is_required) == ("text", "car", False)
    assert sorted(row.questions.filter(is_stressed=True).values_list("code", flat=True)) == [
        "cleanliness",
        "cleanliness_why",
    ]


def test_a_version_comes_into_use_on_its_day_and_answers_keep_theirs(first, draft, admin, store):
    activate_questionnaire(questionnaire=draft, effective_from=NEXT, today=ON, by=admin, at=AT)
    task = CallTaskFactory(delivery__customer__store=store)
    store_answers(task=task, questionnaire=first, given={}, by=admin, at=AT)

    assert questionnaire_for(store, "7dc", NEXT - DAY) == first
    assert questionnaire_for(store, "7dc", NEXT) == draft
    assert Response.objects.get(task=task).questionnaire == first
    standings = {version.row: (version.standing, version.until) for version in versions_of(admin, on=ON, kind="7dc")}
    assert standings == {first: ("current", NEXT - DAY), draft: ("coming", None)}
    later = {version.row: version.standing for version in versions_of(admin, on=NEXT, kind="7dc")}
    assert later == {first: "replaced", draft: "current"}


def test_a_version_that_is_asked_is_never_edited(first, draft, admin):
    question = first.questions.get(code="attitude")
    refused = [
        lambda: name_draft(questionnaire=first, title="x", by=admin, at=AT),
        lambda: add_question(questionnaire=first, wish=a_wish(), by=admin, at=AT),
        lambda: change_question(question=question, wish=a_wish("attitude"), by=admin, at=AT),
        lambda: move_question(question=question, steps=1, by=admin, at=AT),
        lambda: remove_question(question=question, by=admin, at=AT),
        lambda: discard_draft(questionnaire=first, by=admin, at=AT),
        lambda: activate_questionnaire(questionnaire=first, effective_from=NEXT, today=ON, by=admin, at=AT),
    ]
    before = list(Question.objects.filter(questionnaire=first).order_by("pk").values())

    for act in refused:
        with pytest.raises(AlreadyAsked):
            act()

    assert list(Question.objects.filter(questionnaire=first).order_by("pk").values()) == before


def test_a_draft_with_answers_is_never_edited(draft, admin, store):
    task = CallTaskFactory(delivery__customer__store=store)
    store_answers(task=task, questionnaire=draft, given={}, by=admin, at=AT)

    with pytest.raises(AlreadyAsked):
        add_question(questionnaire=draft, wish=a_wish(), by=admin, at=AT)


def test_questions_are_added_changed_moved_and_removed(draft, admin):
    added = add_question(questionnaire=draft, wish=a_wish(), by=admin, at=AT)
    change_question(question=added, wish=a_wish("in_group", is_required=False), by=admin, at=AT)
    moved = [move_question(question=added, steps=steps, by=admin, at=AT) for steps in (-1, 99, -99, -1)]
    remove_question(question=draft.questions.get(code="expertise"), by=admin, at=AT)

    assert moved == [True, True, True, False]
    assert codes(draft)[:3] == ["in_group", "attitude", "delivery_minutes"]
    assert list(draft.questions.order_by("position").values_list("position", flat=True)) == list(range(1, 11))
    assert [event.code for event in AuditEvent.objects.about(draft).order_by("pk")] == [
        "questionnaire.copied",
        "question.added",
        "question.changed",
        "question.moved",
        "question.moved",
        "question.moved",
        "question.removed",
    ]


def test_nobody_stays_on_the_telephone_for_ever(draft, admin):
    for number in range(20):
        add_question(questionnaire=draft, wish=a_wish(f"more_{number}"), by=admin, at=AT)

    with pytest.raises(TooManyQuestions):
        add_question(questionnaire=draft, wish=a_wish("one_more"), by=admin, at=AT)


def test_one_version_of_a_store_and_kind_begins_on_a_day(first, draft, admin):
    activate_questionnaire(questionnaire=draft, effective_from=NEXT, today=ON, by=admin, at=AT)
    third = copy_questionnaire(questionnaire=draft, store=None, by=admin, at=AT, effective_from=NEXT)

    with pytest.raises(DayTaken) as refused:
        activate_questionnaire(questionnaire=third, effective_from=NEXT, today=ON, by=admin, at=AT)
    with pytest.raises(DayHasBegun):
        activate_questionnaire(questionnaire=third, effective_from=ON - DAY, today=ON, by=admin, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Questionnaire.objects.filter(pk=third.pk).update(state="active")

    assert refused.value.params == {"version": 2, "on": "2027-01-01"}
    third.refresh_from_db()
    assert third.state == "draft"


def test_a_retired_version_leaves_the_one_before_in_use(first, draft, admin, store):
    activate_questionnaire(questionnaire=draft, effective_from=ON, today=ON, by=admin, at=AT)
    assert questionnaire_for(store, "7dc", ON) == draft

    retire_questionnaire(questionnaire=draft, by=admin, at=AT)
    with pytest.raises(NotActive):
        retire_questionnaire(questionnaire=draft, by=admin, at=AT)

    assert questionnaire_for(store, "7dc", ON) == first


def test_an_empty_draft_is_not_asked_and_can_be_thrown_away(admin, store):
    row = start_questionnaire(kind="n_plus_1", title="N+1问卷", store=store, by=admin, at=AT, on=ON)

    with pytest.raises(NothingToAsk):
        activate_questionnaire(questionnaire=row, effective_from=ON, today=ON, by=admin, at=AT)
    discard_draft(questionnaire=row, by=admin, at=AT)

    assert not Questionnaire.objects.filter(kind="n_plus_1").exists()
    assert [event.code for event in AuditEvent.objects.order_by("pk")] == [
        "questionnaire.started",
        "questionnaire.discarded",
    ]


def test_what_all_stores_ask_is_edited_where_there_is_one_store_or_by_who_sees_all(first, store, admin):
    alone = (may_edit_shared(admin), store_of_copy(admin, first))
    StoreFactory()
    among_others = (may_edit_shared(admin), store_of_copy(admin, first))
    own = copy_questionnaire(questionnaire=first, store=store, by=admin, at=AT, effective_from=NEXT)

    assert (alone, among_others) == ((True, None), (False, store))
    assert {version.row: version.may_edit for version in versions_of(admin, on=ON, kind="7dc")} == {
        first: False,
        own: True,
    }
    stranger = StaffFactory(store=StoreFactory(), roles=["admin"])
    assert [version.row for version in versions_of(stranger, on=ON, kind="7dc")] == [first]
    assert not may_edit_shared(StaffFactory(store=store, roles=["call_centre_agent"]))
