"""The other monthly reports: 7DC, workshop visits, first service, complaints; and how months are written."""

import datetime as dt

import pytest
from django.utils import translation

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from dealership.kernel.errors import BadValue
from followups.enums import TaskKind, TaskState
from followups.selectors.monthly import (
    month_label,
    month_of,
    monthly_7dc,
    monthly_complaints,
    monthly_first_service,
    monthly_service_visits,
    months_after,
    parse_month,
)
from followups.tests.monthly_case import MonthCase, local

NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture
def case():
    return MonthCase()


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "202611", "2026-11-01", "", "x", "1999-12", "２０２６-11"]
)
def test_text_that_is_no_month_is_refused(text):
    with pytest.raises(BadValue, match="is not a month"):
        parse_month(text)


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        ("2026-11", 1, "2026-12"),
        ("2026-12", 1, "2027-01"),
        ("2026-01", -1, "2025-12"),
        ("2026-11", -11, "2025-12"),
        ("2026-11", 0, "2026-11"),
    ],
)
def test_months_are_counted_across_years(month, count, expected):
    assert month_of(months_after(parse_month(month), count)) == expected


def test_months_are_written_in_the_language_of_the_reader():
    with translation.override("zh-hans"):
        chinese = month_label(NOVEMBER)
    with translation.override("en"):
        english = month_label(NOVEMBER)

    assert (chinese, english) == ("2026年11月", "Nov 2026")


@pytest.mark.django_db
@pytest.mark.rule("D7-08")
@pytest.mark.rule("D7-06")
def test_7dc_has_the_mean_of_each_question_and_its_version(case):
    seller = case.consultant()
    day = dt.date(2026, 11, 9)
    for attitude, minutes, source in ((10, 40, "朋友"), (8, 55, "网络"), (7, 70, "网络")):
        case.call(
            day,
            seller,
            kind=TaskKind.SEVEN_DAY,
            tries=[local(case, day, 10)],
            successful=True,
            answers={"score_attitude": attitude, "minutes_delivery": minutes, "text_source": source},
        )
    case.call(day, seller, kind=TaskKind.SEVEN_DAY, state=TaskState.CANCELLED, answers={"score_attitude": 1})

    report = monthly_7dc(stores=[case.store], month=NOVEMBER)
    found = {entry.code: entry for entry in report.questions}

    assert (report.total.due, report.total.successful, report.total.cancelled) == (3, 3, 1)
    assert round(found["score_attitude"].mean, 4) == round(25 / 3, 4)
    assert found["score_attitude"].values == (("7", 1), ("8", 1), ("10", 1))
    assert (found["minutes_delivery"].mean, found["minutes_delivery"].values) == (55.0, ())
    assert (found["text_source"].answered, found["text_source"].mean) == (3, None)
    assert {entry.version for entry in report.questions} == {1}


@pytest.mark.django_db
@pytest.mark.rule("AF-10")
def test_service_visits_rate_each_question_over_its_own_answers(case):
    seller = case.consultant()
    day = dt.date(2026, 11, 9)
    for satisfied, explained in (("satisfied", "yes"), ("dissatisfied", "no"), ("satisfied", "yes"), ("neutral", None)):
        answers = {"last_repair": satisfied} | ({"yes_explained": explained} if explained else {})
        task = case.call(
            day,
            seller,
            kind=TaskKind.SERVICE_VISIT,
            tries=[local(case, day, 10)],
            successful=True,
            answers=answers,
        )
    case.complaint(task, origin=ComplaintOrigin.SERVICE_VISIT_CALL, state=ComplaintState.CLOSED)
    case.call(day, seller, kind=TaskKind.SERVICE_VISIT, state=TaskState.OPEN)

    report = monthly_service_visits(stores=[case.store], month=NOVEMBER)
    found = {entry.code: entry for entry in report.questions}

    assert (report.total.due, report.total.attempt_rate, report.total.success_rate) == (5, 0.8, 0.8)
    assert (found["last_repair"].answered, found["last_repair"].favourable_rate) == (4, 0.5)
    assert (found["yes_explained"].answered, found["yes_explained"].favourable_rate) == (3, 2 / 3)
    assert found["last_repair"].values == (("satisfied", 2), ("dissatisfied", 1), ("neutral", 1))
    assert (found["last_repair"].alerts, found["yes_explained"].alerts) == (1, 1)
    assert (report.total.complaints, report.total.complaints_handled) == (1, 1)


@pytest.mark.django_db
def test_questions_cost_the_same_statements_for_one_call_and_for_three(case, django_assert_num_queries):
    seller = case.consultant()
    day = dt.date(2026, 11, 9)
    case.call(day, seller, kind=TaskKind.SEVEN_DAY, tries=[local(case, day, 10)], answers={"score_a": 9}, outcome="x")

    with django_assert_num_queries(8):
        monthly_7dc(stores=[case.store], month=NOVEMBER)

    for code in ("score_b", "yes_c"):
        case.call(day, seller, kind=TaskKind.SEVEN_DAY, tries=[local(case, day, 10)], answers={code: 9}, outcome="x")

    with django_assert_num_queries(8):
        monthly_7dc(stores=[case.store], month=NOVEMBER)


@pytest.mark.django_db
@pytest.mark.rule("SV-08")
def test_first_service_counts_cars_expected_in_the_month(case):
    seller = case.consultant()
    case.track(seller, dt.date(2026, 11, 1), visited=dt.date(2026, 10, 30))
    case.track(seller, dt.date(2026, 11, 10), visited=dt.date(2026, 11, 11))
    case.track(seller, dt.date(2026, 11, 10), agreed=dt.date(2026, 11, 14), visited=dt.date(2026, 11, 14))
    case.track(seller, dt.date(2026, 11, 30))
    case.track(seller, dt.date(2026, 12, 1), visited=dt.date(2026, 11, 20))

    report = monthly_first_service(stores=[case.store], month=NOVEMBER)

    assert (report.expected, report.came, report.on_time) == (4, 3, 1)
    assert (report.visit_rate, report.on_time_rate) == (0.75, 0.25)
    assert monthly_first_service(stores=[case.store], month=dt.date(2026, 9, 1)).visit_rate is None


@pytest.mark.django_db
def test_complaints_are_counted_by_kind_state_and_origin(case):
    seller = case.consultant()
    day = dt.date(2026, 11, 9)
    first = case.call(day, seller)
    case.complaint(first, kind=ComplaintKind.PRODUCT, state=ComplaintState.CLOSED)
    case.complaint(first, kind=ComplaintKind.SERVICE)
    midnight = case.complaint(case.call(day, seller), origin=ComplaintOrigin.PHONE)
    midnight.received_at = dt.datetime(2026, 10, 31, 16, 0, tzinfo=dt.UTC)  # 1 November 00:00 in Shanghai
    midnight.save(update_fields=["received_at"])
    before = case.complaint(case.call(day, seller))
    before.received_at = midnight.received_at - dt.timedelta(seconds=1)
    before.save(update_fields=["received_at"])

    report = monthly_complaints(stores=[case.store], month=NOVEMBER)

    assert report.received == 3
    assert report.by_kind == {"product": 2, "service": 1}
    assert report.by_state == {"closed": 1, "open": 2}
    assert report.by_origin == {"follow_up_call": 2, "phone": 1}
