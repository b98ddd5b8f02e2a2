"""Calls after a workshop visit: which questions are asked (AF-06, AF-07)."""

import datetime as dt

import pytest
from django.urls import reverse

from followups.enums import QuestionnaireState, TaskState, VisitKind
from followups.models import Answer, Question, Questionnaire, ServiceVisit
from followups.selectors.calls import call_screen
from followups.selectors.policies import questionnaire_for
from followups.services.calls import AnswersMissing, save_call
from followups.services.claims import claim_task
from followups.services.questionnaires import copy_questionnaire
from followups.tests.factories import CHINA, CallTaskFactory
from orders.tests.factories import DeliveryFactory
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db

ON = dt.date(2026, 11, 24)
AT = dt.datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
EVERYBODY = ("greeted", "explained", "in_time", "clean", "satisfied")
OWN = {
    VisitKind.FIRST_SERVICE: ("first_explained",),
    VisitKind.MAINTENANCE: ("work_done", "next_told"),
    VisitKind.REPAIR: ("solved", "parts_shown"),
    VisitKind.ACCIDENT: ("claim_helped", "restored"),
}


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["call_centre_agent"])


def visit_call(store, agent=None, **fields):
    """The call after a workshop visit, claimed by ``agent`` where one is given."""
    delivery = DeliveryFactory(store=store)
    values = {"kind": VisitKind.REPAIR, "contact_name": "", "contact_phone": ""} | fields
    visit = ServiceVisit.objects.create(
        store=store,
        order_no=f"W{ServiceVisit.objects.count():04d}",
        visited_on=ON - dt.timedelta(days=3),
        vehicle=delivery.vehicle,
        customer=delivery.customer,
        may_call=True,
        created_at=AT,
        **values,
    )
    task = CallTaskFactory(
        delivery=delivery, kind="service_visit", service_visit=visit, subject_id=visit.pk, due_on=ON, consultant=None
    )
    return task if agent is None else claim_task(task=task, by=agent, at=AT)


def yes_to(*codes):
    return dict.fromkeys(codes, "yes")


# --- the questions of a situation (AF-07) ---------------------------------------------------------------------------
@pytest.mark.rule("AF-07")
@pytest.mark.parametrize("kind", VisitKind)
def test_the_questions_are_those_of_the_situation(store, agent, kind):
    screen = call_screen(task=visit_call(store, kind=kind), by=agent, at=AT)

    asked = {question.code for question in screen.questionnaire.questions.all()}

    assert asked == {*EVERYBODY, *OWN[kind], "other_problems", "suggestion"}


@pytest.mark.rule("AF-06")
def test_whatever_must_be_answered_is_answered_by_yes_or_no(store):
    questions = questionnaire_for(store, "service_visit", ON).questions.all()

    assert {(question.type, question.is_required) for question in questions} == {("yes_no", True), ("text", False)}
    assert [question.code for question in questions if question.type == "text"] == ["other_problems", "suggestion"]


@pytest.mark.rule("AF-07")
def test_answers_of_the_situation_are_required_and_others_are_not_read(store, agent):
    task = visit_call(store, agent, kind=VisitKind.REPAIR)

    with pytest.raises(AnswersMissing):
        save_call(task=task, by=agent, at=AT, outcome="done", answers=yes_to(*EVERYBODY, "solved"))
    saved = save_call(
        task=task, by=agent, at=AT, outcome="done", answers=yes_to(*EVERYBODY, *OWN[VisitKind.REPAIR], "claim_helped")
    )

    assert saved.task.state == TaskState.DONE
    kept = set(Answer.objects.filter(response__task=task).values_list("question__code", flat=True))
    assert kept == {*EVERYBODY, *OWN[VisitKind.REPAIR]}


@pytest.mark.rule("AF-07")
def test_other_problems_satisfaction_and_suggestion_are_kept_as_said(store, agent):
    task = visit_call(store, agent, kind=VisitKind.FIRST_SERVICE)
    said = {"other_problems": "空调有异味", "suggestion": "休息室加充电口", "satisfied": "no"}

    save_call(
        task=task, by=agent, at=AT, outcome="done", answers=yes_to(*EVERYBODY, *OWN[VisitKind.FIRST_SERVICE]) | said
    )

    rows = Answer.objects.filter(response__task=task, question__code__in=said).values_list("question__code", "value")
    assert dict(rows) == said
    assert Answer.objects.get(response__task=task, question__code="satisfied").is_alert


@pytest.mark.rule("D7-07")
def test_the_next_version_asks_in_the_same_situations(store, agent):
    asked = questionnaire_for(store, "service_visit", ON)

    copy = copy_questionnaire(questionnaire=asked, store=store, by=agent, at=AT, effective_from=ON)

    def situations(row):
        return list(row.questions.order_by("position").values_list("code", "situation"))

    assert situations(copy) == situations(asked)
    assert dict(situations(copy))["restored"] == VisitKind.ACCIDENT


@pytest.mark.rule("AF-07")
def test_an_editor_says_after_which_visits_a_question_is_asked(store, client):
    editor = StaffFactory(store=store, roles=["admin"])
    draft = Questionnaire.objects.create(
        store=store, kind="service_visit", version=9, title="试", state=QuestionnaireState.DRAFT, effective_from=ON
    )
    client.force_login(editor)
    typed = {
        "text_zh": "钥匙是否当面交还？", "text_en": "Were the keys handed back in person?", "type": "yes_no",
        "topic": "dealership", "code": "keys", "situation": "accident",
    }  # fmt: skip

    shown = client.get(reverse("question_new", args=[draft.pk]))
    answer = client.post(reverse("question_new", args=[draft.pk]), typed)

    assert b'name="situation"' in shown.content
    assert answer.status_code == 302
    assert Question.objects.get(questionnaire=draft).situation == "accident"
