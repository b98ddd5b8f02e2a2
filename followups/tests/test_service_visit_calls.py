"""Calls after a workshop visit: who is called, what is asked, another time, no arguing (AF-03, AF-05..08)."""

import datetime as dt

import pytest
from django.urls import reverse

from complaints.enums import ComplaintKind
from complaints.models import Complaint
from complaints.services import AnswerByConcerned
from customers.enums import NumberState
from customers.models import CustomerPhone
from customers.tests.factories import CustomerPhoneFactory
from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from followups.enums import QuestionnaireState, TaskState, VisitKind
from followups.models import Answer, CallTask, Question, Questionnaire, ServiceVisit
from followups.selectors.calls import call_screen
from followups.selectors.policies import questionnaire_for
from followups.services.calls import AnswersMissing, ComplaintHeard, MobileGiven, VisitFacts, save_call
from followups.services.calls.visits import AnswerByStranger
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


# --- who is called (AF-03) ------------------------------------------------------------------------------------------
WHO_CAME = {"contact_name": "李师傅", "contact_phone": "+8613700009999"}


@pytest.fixture
def as_agent(client, agent, freeze):
    client.force_login(agent)
    return client


@pytest.fixture
def freeze(monkeypatch):
    monkeypatch.setattr("dealership.clock.now", lambda: AT)


@pytest.mark.rule("AF-03")
def test_the_number_of_who_came_stands_before_the_owners(store, agent, as_agent):
    task = visit_call(store, agent, **WHO_CAME)
    owner = CustomerPhoneFactory(customer=task.customer, number="+8613900001111", is_primary=True)

    page = as_agent.get(reverse("call_task", args=[task.pk])).content.decode()

    assert 0 < page.index("tel:+8613700009999") < page.index(f"tel:{owner.number}")


@pytest.mark.rule("AF-03")
def test_the_number_of_who_came_is_masked_until_the_call_is_in_work(store, as_agent):
    task = visit_call(store, **WHO_CAME)

    page = as_agent.get(reverse("call_task", args=[task.pk])).content.decode()

    assert "137****9999" in page
    assert "13700009999" not in page
    assert "137 0000 9999" not in page
    assert not AuditEvent.objects.about(task.service_visit).exists()


@pytest.mark.rule("AF-03")
def test_who_saw_the_number_of_who_came_is_kept_once_a_claim(store, agent, as_agent):
    task = visit_call(store, agent, **WHO_CAME)

    for _time in range(2):
        as_agent.get(reverse("call_task", args=[task.pk]))

    event = AuditEvent.objects.about(task.service_visit).get()
    assert (event.code, event.by, event.data) == ("phone.shown", agent, {"number": "137****9999"})


@pytest.mark.rule("AF-03")
@pytest.mark.parametrize(
    ("kind", "number"), [("3dc", "+8613700009999"), ("service_visit", ""), ("service_visit", "+8613900001111")]
)
def test_nobody_stands_before_the_owner_without_another_number(store, agent, kind, number):
    task = visit_call(store, contact_name="李师傅", contact_phone=number)
    task.kind = kind
    CustomerPhoneFactory(customer=task.customer, number="+8613900001111", is_primary=True)

    assert call_screen(task=task, by=agent, at=AT).visitor is None


@pytest.mark.rule("AF-03")
def test_a_dead_number_of_who_came_is_not_the_owners(store, agent, as_agent):
    task = visit_call(store, agent, **WHO_CAME)
    owner = CustomerPhoneFactory(customer=task.customer, number="+8613900001111", is_primary=True)
    save = reverse("call_save", args=[task.pk])

    refused = as_agent.post(save, {"attempts": "0", "outcome": "empty_number", "phone": "visitor"})
    after_refusal = CustomerPhone.objects.get(pk=owner.pk).state
    as_agent.post(save, {"attempts": "0", "outcome": "empty_number", "phone": str(owner.pk)})

    assert refused.status_code == 422
    assert (after_refusal, CustomerPhone.objects.get(pk=owner.pk).state) == (NumberState.GOOD, NumberState.EMPTY)


# --- another time (AF-05) -------------------------------------------------------------------------------------------
LATER = AT + dt.timedelta(hours=5)


@pytest.mark.rule("AF-05")
def test_a_landline_for_the_agreed_time_is_a_further_number(store, agent, as_agent):
    task = visit_call(store, agent)
    main = CustomerPhoneFactory(customer=task.customer, number="+8613900001111", is_primary=True)
    typed = {"attempts": "0", "outcome": "call_back", "promised_at": "2026-11-24T15:00", "landline": "0571-8888 1234"}

    as_agent.post(reverse("call_save", args=[task.pk]), typed)

    task.refresh_from_db()
    assert (task.state, task.due_at) == (TaskState.OPEN, LATER)
    numbers = task.customer.phones.order_by("pk").values_list("number", "is_primary", "state", "reversed")
    assert list(numbers) == [
        (main.number, True, "good", main.reversed),
        ("+8657188881234", False, "good", "43218888" + "17568"),
    ]
    assert AuditEvent.objects.get(code="phone.added").data == {"number": "0571-****1234"}


@pytest.mark.rule("AF-05")
@pytest.mark.parametrize("typed", ["13800001234", "8888 1234", "kein"])
def test_what_is_no_landline_is_refused_and_nothing_is_kept(store, agent, as_agent, typed):
    task = visit_call(store, agent)
    fields = {"attempts": "0", "outcome": "call_back", "promised_at": "2026-11-24T15:00", "landline": typed}

    answer = as_agent.post(reverse("call_save", args=[task.pk]), fields)

    task.refresh_from_db()
    assert answer.status_code == 422
    assert (task.attempts, task.customer.phones.count()) == (0, 0)


@pytest.mark.rule("AF-05")
def test_the_service_itself_refuses_a_mobile(store, agent):
    task = visit_call(store, agent)

    with pytest.raises(MobileGiven):
        save_call(task=task, by=agent, at=AT, outcome="call_back", promised_at=LATER, visit=VisitFacts("13800001234"))

    task.refresh_from_db()
    assert task.attempts == 0


@pytest.mark.rule("AF-05")
@pytest.mark.parametrize(("kind", "outcome"), [("3dc", "call_back"), ("service_visit", "no_answer")])
def test_a_landline_is_kept_of_no_other_call_or_result(store, agent, kind, outcome):
    task = visit_call(store, agent)
    CallTask.objects.filter(pk=task.pk).update(kind=kind)

    save_call(task=task, by=agent, at=AT, outcome=outcome, promised_at=LATER, visit=VisitFacts("0571-88881234"))

    assert not task.customer.phones.exists()


@pytest.mark.rule("AF-05")
def test_a_number_on_file_is_not_put_there_twice(store, agent):
    task = visit_call(store, agent)
    known = CustomerPhoneFactory(customer=task.customer, number="+8657188881234", is_primary=True)

    save_call(task=task, by=agent, at=AT, outcome="call_back", promised_at=LATER, visit=VisitFacts("057188881234"))

    assert task.customer.phones.get() == known
    assert not AuditEvent.objects.filter(code="phone.added").exists()


# --- no arguing: a call from the right person (AF-06, AF-08) --------------------------------------------------------
SAID = "刹车还是响，说好的时间又拖了一天"
ANSWER_AT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=CHINA)


@pytest.fixture
def manager(store):
    return StaffFactory(store=store, roles=["service_manager"], name="服务经理")


def spoken(task, agent, **fields):
    answers = yes_to(*EVERYBODY, *OWN[VisitKind.REPAIR]) | {"solved": "no"}
    return save_call(task=task, by=agent, at=AT, outcome="done", answers=answers, **fields)


@pytest.mark.rule("AF-06")
def test_a_no_is_noted_and_opens_nothing_by_itself(store, agent, manager):
    saved = spoken(visit_call(store, agent), agent, note="客户说异响还在")

    assert saved.complaints == ()
    assert Answer.objects.get(response__task=saved.task, question__code="solved").is_alert


@pytest.mark.rule("AF-06", "AF-08")
def test_a_call_from_the_right_person_is_promised_and_that_person_told(store, agent, as_agent, manager):
    task = visit_call(store, agent)
    chosen = StaffFactory(store=store, roles=["service_adviser"], name="张工")
    answers = {f"q_{code}": "yes" for code in (*EVERYBODY, *OWN[VisitKind.REPAIR])} | {"q_solved": "no"}
    typed = {
        "attempts": "0", "outcome": "done", "complaint": SAID, "complaint_kinds": "service",
        "answer_at": "2026-11-25T09:30", "answer_by": str(chosen.pk), "after_save": "stay", **answers,
    }  # fmt: skip

    as_agent.post(reverse("call_save", args=[task.pk]), typed)

    complaint = Complaint.objects.get()
    assert (complaint.origin, complaint.content, complaint.handler) == ("service_visit_call", SAID, manager)
    assert (complaint.answer_at, complaint.answer_by) == (ANSWER_AT, chosen)
    alert = Alert.objects.get(code="complaint.answer_promised")
    assert alert.recipient == chosen
    assert alert.params == {
        "number": complaint.number, "customer": task.customer.name, "moment": "2026-11-25 09:30",
    }  # fmt: skip
    page = as_agent.get(reverse("call_task", args=[task.pk])).content.decode()
    assert "张工" in page


@pytest.mark.rule("AF-06")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"complaint": SAID, "answer_at": "2026-11-25T09:30"}, "answer_by"),
        ({"complaint": SAID, "answer_by": "who"}, "answer_at"),
        ({"answer_at": "2026-11-25T09:30", "answer_by": "who"}, "complaint"),
        ({"complaint": SAID, "answer_at": "2026-11-23T09:30", "answer_by": "who"}, "__all__"),
    ],
    ids=["nobody", "no time", "no complaint", "past"],
)
def test_half_a_promise_is_refused_and_nothing_is_kept(store, agent, as_agent, manager, typed, field):
    task = visit_call(store, agent)
    sent = {name: str(manager.pk) if value == "who" else value for name, value in typed.items()}
    answers = {f"q_{code}": "yes" for code in (*EVERYBODY, *OWN[VisitKind.REPAIR])}

    answer = as_agent.post(
        reverse("call_save", args=[task.pk]), {"attempts": "0", "outcome": "done", **answers, **sent}
    )

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Complaint.objects.exists()
    task.refresh_from_db()
    assert task.attempts == 0


@pytest.mark.rule("AF-06", "CP-30")
@pytest.mark.parametrize(
    ("person", "refusal"), [("adviser", AnswerByConcerned), ("stranger", AnswerByStranger), ("gone", AnswerByStranger)]
)
def test_who_cannot_be_the_right_person(store, agent, manager, person, refusal):
    people = {
        "adviser": StaffFactory(store=store, roles=["service_adviser"]),
        "stranger": StaffFactory(store=StoreFactory(), roles=["service_adviser"]),
        "gone": StaffFactory(store=store, roles=["service_adviser"], is_active=False),
    }
    task = visit_call(store, agent, adviser=people["adviser"])
    heard = ComplaintHeard(SAID, (ComplaintKind.SERVICE,), about_consultant=True)

    with pytest.raises(refusal):
        spoken(task, agent, complaint=heard, visit=VisitFacts(answer_at=ANSWER_AT, answer_by=people[person]))

    assert not Complaint.objects.exists()
