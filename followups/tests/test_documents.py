"""Monthly reports: made once with frozen figures, answered, decided, their measures carried out and checked."""

import datetime as dt

import pytest

from dealership.audit.models import AuditEvent
from dealership.notifications.models import Alert
from dealership.sweeps import SWEEPS
from followups import tasks
from followups.enums_documents import DocumentKind
from followups.models import Measure, MonthlyDocument, MonthlyReportPolicy
from followups.rules.documents import (
    AlreadyApproved,
    AlreadyClosed,
    NoPreventiveMeasure,
    NothingNew,
    NotSubmitted,
    NotYetCommented,
    WithGeneralManager,
)
from followups.selectors.documents import documents_seen, measures_of, turn_of
from followups.services.documents import (
    add_measure,
    alert_overdue_measures,
    approve_document,
    change_measure,
    check_effect,
    comment_document,
    finish_measure,
    make_document,
    make_due_documents,
    remove_measure,
    return_document,
    submit_document,
)
from followups.services.documents.answering import NoReason, NothingWritten, NotTheGeneralManager, NotYours
from followups.services.documents.making import MonthNotOver, NobodyAnswers
from followups.services.documents.measures import (
    AlreadyDecided,
    DayOfCheck,
    DueInThePast,
    NothingSaid,
    NothingToReplace,
    NotOfThisStore,
    NotUnderWay,
    NotYourMeasure,
    OwnMeasure,
    Unnamed,
)
from followups.tests.document_case import CHINA, FIRST, NOVEMBER, DocumentCase
from staffing.enums import Role
from staffing.models import Store

pytestmark = pytest.mark.django_db

LATER = FIRST + dt.timedelta(days=7)
ON = LATER.date()


@pytest.fixture
def case():
    return DocumentCase()


def told(code, **params):
    """Who was told, by name and message."""
    return sorted(Alert.objects.filter(code=code, **params).values_list("recipient__name", flat=True))


# --- made -----------------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
def test_on_the_first_every_report_of_the_month_before_is_made_once(case):
    first = make_due_documents(at=FIRST)
    again = make_due_documents(at=FIRST + dt.timedelta(days=2))

    assert (first, again) == ({"made": 4}, {"made": 0})
    rows = MonthlyDocument.objects.order_by("kind").values_list("kind", "month", "state", "comment_role", "made_by")
    assert list(rows) == [
        ("3dc", NOVEMBER, "made", "sales_manager", None),
        ("7dc", NOVEMBER, "made", "sales_manager", None),
        ("first_service", NOVEMBER, "made", "service_manager", None),
        ("service_visits", NOVEMBER, "made", "service_manager", None),
    ]


@pytest.mark.rule("AF-10")
def test_the_general_manager_is_told_and_both_managers_get_a_copy(case):
    case.document("service_visits")

    messages = dict(Alert.objects.values_list("recipient__name", "message"))

    assert sorted(messages) == ["总经理", "服务经理", "销售经理"]
    assert "write the analysis" in messages["服务经理"]
    assert "write the analysis" not in messages["总经理"] + messages["销售经理"]


@pytest.mark.parametrize(
    ("day", "hour", "made"),
    [
        pytest.param(dt.date(2026, 11, 30), 23, 0, id="the month is not over"),
        pytest.param(dt.date(2026, 12, 1), 0, 4, id="the 1st"),
        pytest.param(dt.date(2026, 12, 7), 23, 4, id="missed for a week"),
        pytest.param(dt.date(2026, 12, 8), 0, 0, id="too late to make it by itself"),
    ],
)
def test_the_nightly_run_makes_reports_in_the_first_days_of_a_month(case, day, hour, made):
    at = dt.datetime.combine(day, dt.time(hour), CHINA)

    counts = make_due_documents(at=at)

    # Before the 1st the run of the 30th is past its week for October.
    assert counts == {"made": made}


def test_the_first_is_that_of_the_store(case):
    Store.objects.filter(pk=case.store.pk).update(timezone="America/New_York")

    assert make_due_documents(at=FIRST) == {"made": 0}
    assert make_due_documents(at=FIRST + dt.timedelta(hours=9)) == {"made": 4}


def test_the_task_makes_them(case, monkeypatch):
    monkeypatch.setattr("followups.tasks.clock.now", lambda: FIRST)

    assert tasks.make_monthly_reports() == {"made": 4}


def test_a_kind_that_is_switched_off_is_made_by_hand_only(case):
    MonthlyReportPolicy.objects.create(
        store=case.store, kind="7dc", effective_from=NOVEMBER, enabled=False, comment_role=Role.SERVICE_MANAGER
    )

    made = make_due_documents(at=FIRST)
    by_hand, new = make_document(store=case.store, month=NOVEMBER, kind="7dc", at=FIRST, by=case.sales)

    assert (made, new) == ({"made": 3}, True)
    assert (by_hand.comment_role, by_hand.made_by) == ("service_manager", case.sales)


def test_a_store_that_fails_keeps_no_other_back(case, monkeypatch):
    other = DocumentCase("T02")
    real = make_document

    def failing(**facts):
        if facts["store"] == case.store:
            raise RuntimeError("broken")
        return real(**facts)

    monkeypatch.setattr("followups.services.documents.making.make_document", failing)

    with pytest.raises(RuntimeError, match="broken"):
        make_due_documents(at=FIRST)

    assert MonthlyDocument.objects.filter(store=other.store).count() == 4


def test_a_month_that_runs_and_a_report_without_a_policy_are_refused(case):
    with pytest.raises(MonthNotOver):
        make_document(store=case.store, month=dt.date(2026, 12, 1), kind="3dc", at=FIRST)
    MonthlyReportPolicy.objects.all().delete()
    with pytest.raises(NobodyAnswers):
        make_document(store=case.store, month=NOVEMBER, kind="3dc", at=FIRST)


@pytest.mark.rule("AF-10")
@pytest.mark.parametrize("kind", DocumentKind.values)
def test_the_figures_stay_as_they_were(case, kind):
    made = case.document(kind)
    before = made.figures
    for task_kind in ("3dc", "7dc", "service_visit"):
        case.call(dt.date(2026, 11, 9), case.seller, kind=task_kind)
    case.track(case.seller, dt.date(2026, 11, 9))

    found, new = make_document(store=case.store, month=NOVEMBER, kind=kind, at=LATER)

    assert (found.pk, new, found.figures) == (made.pk, False, before)


# --- answered and decided --------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
@pytest.mark.rule("AF-11")
def test_the_whole_way_of_a_report(case):
    document = case.document()
    states = [document.state]

    comment_document(document=document, comment="  费用说明不足  ", by=case.service, at=FIRST)
    states.append(document.state)
    measure = add_measure(document=document, draft=case.draft(), by=case.service, at=FIRST)
    submit_document(document=document, by=case.service, at=FIRST)
    states.append(document.state)
    return_document(document=document, reason="期限太长", by=case.boss, at=FIRST)
    states.append(document.state)
    change_measure(measure=measure, draft=case.draft(due=dt.date(2026, 12, 10)), by=case.service, at=FIRST)
    submit_document(document=document, by=case.service, at=FIRST)
    approve_document(document=document, by=case.boss, at=FIRST)
    states.append(document.state)
    measure.refresh_from_db()
    approved = (measure.state, measure.approved_by, measure.alert_due_at)
    finish_measure(measure=measure, note="已印制报价单", by=case.adviser, at=LATER)
    measure = Measure.objects.select_related("document__store", "responsible").get(pk=measure.pk)
    check_effect(measure=measure, effective=True, on=ON, note="抽查十单均有签字", by=case.service, at=LATER)

    final = MonthlyDocument.objects.get()
    assert [*states, final.state] == ["made", "commented", "submitted", "returned", "approved", "closed"]
    assert (final.comment, final.commented_by, final.approved_by) == ("费用说明不足", case.service, case.boss)
    assert approved == ("approved", case.boss, dt.datetime(2026, 12, 11, 0, 0, tzinfo=CHINA))
    measure.refresh_from_db()
    assert (measure.state, measure.checked_on, measure.checked_by) == ("effective", ON, case.service)
    steps = list(final.events.order_by("pk").values_list("step", "note"))
    assert steps == [
        ("made", ""),
        ("commented", ""),
        ("submitted", ""),
        ("returned", "期限太长"),
        ("submitted", ""),
        ("approved", ""),
        ("done", measure.action),
        ("effective", f"{measure.action} · 抽查十单均有签字"),
        ("closed", ""),
    ]
    codes = AuditEvent.objects.filter(subject_id=final.pk).order_by("pk").values_list("code", flat=True)
    assert list(codes) == [
        "monthly_report.made",
        "monthly_report.commented",
        "measure.written",
        "monthly_report.submitted",
        "monthly_report.returned",
        "measure.changed",
        "monthly_report.submitted",
        "monthly_report.approved",
        "measure.done",
        "measure.checked",
        "monthly_report.closed",
    ]
    assert told("monthly_report.submitted") == ["总经理", "总经理"]
    assert told("monthly_report.returned") == ["服务经理"]
    assert told("measure.given") == ["服务顾问"]
    assert told("measure.done") == ["服务经理"]


@pytest.mark.rule("AF-11")
def test_only_the_general_manager_decides(case):
    document = case.submitted()

    for person in (case.service, case.sales, DocumentCase("T02").boss):
        with pytest.raises(NotTheGeneralManager):
            approve_document(document=document, by=person, at=FIRST)
        with pytest.raises(NotTheGeneralManager):
            return_document(document=document, reason="不行", by=person, at=FIRST)


@pytest.mark.rule("AF-11")
def test_a_return_needs_a_reason(case):
    document = case.submitted()

    with pytest.raises(NoReason):
        return_document(document=document, reason="  ", by=case.boss, at=FIRST)

    assert MonthlyDocument.objects.get().state == "submitted"


@pytest.mark.rule("AF-10")
def test_a_report_is_answered_by_the_role_of_its_policy(case):
    visits, sales = case.document("service_visits"), case.document("3dc")

    with pytest.raises(NotYours):
        comment_document(document=visits, comment="x", by=case.sales, at=FIRST)
    with pytest.raises(NotYours):
        comment_document(document=visits, comment="x", by=case.boss, at=FIRST)
    with pytest.raises(NotYours):
        comment_document(document=sales, comment="x", by=case.service, at=FIRST)
    comment_document(document=sales, comment="x", by=case.sales, at=FIRST)

    assert sales.state == "commented"


def test_where_the_role_is_vacant_the_general_manager_answers(case):
    case.service.is_active = False
    case.service.save(update_fields=["is_active"])
    document = case.document()

    comment_document(document=document, comment="由总经理代写", by=case.boss, at=FIRST)

    assert document.commented_by == case.boss
    assert list(documents_seen(case.boss, waiting=True)) == [document]


def test_an_analysis_says_something(case):
    with pytest.raises(NothingWritten):
        comment_document(document=case.document(), comment=" \n", by=case.service, at=FIRST)


@pytest.mark.rule("AF-12")
def test_general_problems_are_not_sent_up_without_a_preventive_measure(case):
    case.visit_call(answers={"yes_explained": "no"})
    document = case.commented()
    add_measure(document=document, draft=case.draft("corrective"), by=case.service, at=FIRST)

    with pytest.raises(NoPreventiveMeasure):
        submit_document(document=document, by=case.service, at=FIRST)
    add_measure(document=document, draft=case.draft("preventive"), by=case.service, at=FIRST)
    submit_document(document=document, by=case.service, at=FIRST)

    assert MonthlyDocument.objects.get().state == "submitted"


def test_a_month_without_problems_is_closed_by_its_approval(case):
    document = case.commented()
    submit_document(document=document, by=case.service, at=FIRST)

    approve_document(document=document, by=case.boss, at=FIRST)

    assert MonthlyDocument.objects.get().state == "closed"


def test_what_lies_with_the_general_manager_is_not_changed(case):
    document = case.submitted()
    measure = Measure.objects.select_related("document__store").get()

    with pytest.raises(WithGeneralManager):
        comment_document(document=document, comment="x", by=case.service, at=FIRST)
    with pytest.raises(WithGeneralManager):
        add_measure(document=document, draft=case.draft(), by=case.service, at=FIRST)
    with pytest.raises(WithGeneralManager):
        remove_measure(measure=measure, by=case.service, at=FIRST)


def test_a_report_seen_before_somebody_moved_it_is_refused_by_where_it_is_now(case):
    document = case.submitted()
    stale = MonthlyDocument.objects.select_related("store").get(pk=document.pk)
    approve_document(document=document, by=case.boss, at=FIRST)

    with pytest.raises(NotSubmitted):
        approve_document(document=stale, by=case.boss, at=FIRST)

    assert told("measure.given") == ["服务顾问"]


# --- measures -------------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-11")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"problem": " "}, Unnamed),
        ({"action": ""}, Unnamed),
        ({"due": dt.date(2026, 11, 30)}, DueInThePast),
    ],
)
def test_every_measure_names_problem_action_and_a_day_to_come(case, changes, refusal):
    document = case.commented()

    with pytest.raises(refusal):
        add_measure(document=document, draft=case.draft(**changes), by=case.service, at=FIRST)


@pytest.mark.rule("AF-11")
def test_the_responsible_person_works_here(case):
    document, stranger = case.commented(), DocumentCase("T02").adviser

    with pytest.raises(NotOfThisStore):
        add_measure(document=document, draft=case.draft(who=stranger), by=case.service, at=FIRST)


def test_measures_wait_for_the_analysis(case):
    with pytest.raises(NotYetCommented):
        add_measure(document=case.document(), draft=case.draft(), by=case.service, at=FIRST)


def test_a_planned_measure_is_taken_out_and_an_approved_one_is_not(case):
    document = case.commented()
    planned = add_measure(document=document, draft=case.draft(), by=case.service, at=FIRST)
    remove_measure(measure=planned, by=case.service, at=FIRST)
    assert not Measure.objects.exists()
    add_measure(document=document, draft=case.draft(), by=case.service, at=FIRST)
    submit_document(document=document, by=case.service, at=FIRST)
    approve_document(document=document, by=case.boss, at=FIRST)
    approved = Measure.objects.select_related("document__store").get()

    with pytest.raises(AlreadyDecided):
        remove_measure(measure=approved, by=case.service, at=FIRST)
    with pytest.raises(AlreadyDecided):
        change_measure(measure=approved, draft=case.draft(), by=case.service, at=FIRST)
    with pytest.raises(AlreadyApproved):
        comment_document(document=document, comment="x", by=case.service, at=FIRST)


def test_a_measure_is_carried_out_by_its_person_once(case):
    case.approved()
    measure = Measure.objects.select_related("document__store", "responsible").get()

    with pytest.raises(NotYourMeasure):
        finish_measure(measure=measure, note="x", by=case.service, at=LATER)
    with pytest.raises(NothingSaid):
        finish_measure(measure=measure, note=" ", by=case.adviser, at=LATER)
    finish_measure(measure=measure, note="已做", by=case.adviser, at=LATER)
    with pytest.raises(NotUnderWay):
        finish_measure(measure=measure, note="又做", by=case.adviser, at=LATER)

    measure.refresh_from_db()
    assert (measure.state, measure.done_note, measure.alert_due_at) == ("done", "已做", None)


@pytest.mark.rule("AF-10")
def test_the_effect_is_checked_by_a_manager_and_not_by_oneself(case):
    document = case.commented()
    add_measure(document=document, draft=case.draft(who=case.service), by=case.service, at=FIRST)
    submit_document(document=document, by=case.service, at=FIRST)
    approve_document(document=document, by=case.boss, at=FIRST)
    measure = Measure.objects.select_related("document__store", "responsible").get()
    facts = {"measure": measure, "effective": True, "on": ON, "note": "好", "at": LATER}

    with pytest.raises(NotYours):
        check_effect(**facts, by=case.adviser)
    with pytest.raises(OwnMeasure):
        check_effect(**facts, by=case.service)
    check_effect(**facts, by=case.boss)
    with pytest.raises(AlreadyClosed):
        check_effect(**facts | {"measure": Measure.objects.select_related("document__store").get()}, by=case.boss)


@pytest.mark.parametrize("day", [dt.date(2026, 11, 30), dt.date(2026, 12, 9)])
def test_the_effect_is_checked_between_the_approval_and_today(case, day):
    case.approved()
    measure = Measure.objects.select_related("document__store", "responsible").get()

    with pytest.raises(DayOfCheck):
        check_effect(measure=measure, effective=True, on=day, note="好", by=case.service, at=LATER)


@pytest.mark.rule("AF-10")
def test_a_measure_without_effect_needs_a_new_one_that_is_approved_again(case):
    document = case.approved()
    failed = Measure.objects.select_related("document__store", "responsible").get()
    check_effect(measure=failed, effective=False, on=ON, note="仍有三单未签字", by=case.service, at=LATER)
    document = MonthlyDocument.objects.select_related("store").get()
    waits = turn_of(document, measures_of(document))
    with pytest.raises(NothingNew):
        submit_document(document=document, by=case.service, at=LATER)

    fresh = add_measure(
        document=document,
        draft=case.draft(due=dt.date(2026, 12, 20), action="系统强制报价"),
        replaces=failed,
        by=case.service,
        at=LATER,
    )
    with pytest.raises(NothingToReplace):
        add_measure(
            document=document, draft=case.draft(due=dt.date(2026, 12, 20)), replaces=failed, by=case.service, at=LATER
        )
    submit_document(document=document, by=case.service, at=LATER)
    approve_document(document=document, by=case.boss, at=LATER)
    fresh = Measure.objects.select_related("document__store", "responsible").get(pk=fresh.pk)
    check_effect(measure=fresh, effective=True, on=ON, note="全部签字", by=case.service, at=LATER)

    assert waits == [Role.SERVICE_MANAGER.label]
    assert told("measure.ineffective") == ["服务顾问"]
    assert MonthlyDocument.objects.get().state == "closed"


# --- late -----------------------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-11")
def test_a_late_measure_is_told_once_to_its_person_and_to_the_manager(case):
    case.approved()
    midnight = dt.datetime(2026, 12, 16, 0, 0, tzinfo=CHINA)

    counts = [
        alert_overdue_measures(at=at)
        for at in (midnight - dt.timedelta(seconds=1), midnight, midnight, midnight + dt.timedelta(days=3))
    ]

    assert counts == [0, 2, 0, 0]
    assert told("measure.overdue") == ["服务经理", "服务顾问"]
    assert set(Alert.objects.filter(code="measure.overdue").values_list("happened_at", flat=True)) == {midnight}
    assert SWEEPS["measures_overdue"] is alert_overdue_measures


def test_a_measure_that_was_carried_out_is_not_late(case):
    case.approved()
    measure = Measure.objects.select_related("document__store", "responsible").get()
    finish_measure(measure=measure, note="已做", by=case.adviser, at=LATER)

    assert alert_overdue_measures(at=LATER + dt.timedelta(days=60)) == 0


def test_a_manager_who_is_responsible_is_told_once(case):
    document = case.commented()
    add_measure(document=document, draft=case.draft(who=case.service), by=case.service, at=FIRST)
    submit_document(document=document, by=case.service, at=FIRST)
    approve_document(document=document, by=case.boss, at=FIRST)

    alert_overdue_measures(at=LATER + dt.timedelta(days=60))

    assert told("measure.overdue") == ["服务经理"]


# --- whose turn -----------------------------------------------------------------------------------------------
@pytest.mark.rule("AF-10")
def test_a_report_waits_for_one_after_the_other(case):
    people = {"boss": case.boss, "sales": case.sales, "service": case.service, "adviser": case.adviser}

    def waiting():
        return sorted(name for name, person in people.items() if documents_seen(person, waiting=True).exists())

    document = case.document()
    seen = [waiting()]
    comment_document(document=document, comment="x", by=case.service, at=FIRST)
    add_measure(document=document, draft=case.draft(who=case.sales), by=case.service, at=FIRST)
    seen.append(waiting())
    submit_document(document=document, by=case.service, at=FIRST)
    seen.append(waiting())
    approve_document(document=document, by=case.boss, at=FIRST)
    seen.append(waiting())
    measure = Measure.objects.select_related("document__store", "responsible").get()
    finish_measure(measure=measure, note="已做", by=case.sales, at=LATER)
    seen.append(waiting())
    measure = Measure.objects.select_related("document__store", "responsible").get()
    check_effect(measure=measure, effective=True, on=ON, note="好", by=case.service, at=LATER)

    assert [*seen, waiting()] == [["service"], ["service"], ["boss"], ["sales"], ["service"], []]
