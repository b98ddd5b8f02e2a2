"""Monthly reports and CHPR checks by several at once, on PostgreSQL. The first test shows the race unguarded."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from dealership.notifications.models import Alert
from followups.enums_documents import DocumentState
from followups.models import CallCheck, DocumentEvent, Measure, MonthlyDocument
from followups.rules.chpr import Mark
from followups.rules.documents import NotSubmitted
from followups.services.chpr import SignedMeanwhile, sign_check
from followups.services.documents import (
    alert_overdue_measures,
    approve_document,
    check_effect,
    make_document,
    make_due_documents,
    return_document,
)
from followups.services.documents.answering import ChangedMeanwhile
from followups.tests.document_case import FIRST, NOVEMBER, DocumentCase

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

WORKERS = 6
LATER = FIRST + dt.timedelta(days=7)


@pytest.fixture
def case() -> DocumentCase:
    return DocumentCase()


def side_by_side(work: Callable[[int], Any], count: int = WORKERS) -> list[Any]:
    """Every one at once, each on a connection of its own; a refusal is an answer."""
    start = Barrier(count)

    def run(number: int) -> Any:
        try:
            start.wait(timeout=30)
            return work(number)
        except (NotSubmitted, ChangedMeanwhile, SignedMeanwhile) as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_report_is_decided_twice_without_the_guard(case: DocumentCase) -> None:
    """Read the state, then write it: what the conditional UPDATE is there for."""
    document = case.submitted()
    seen = Barrier(WORKERS)

    def read_then_write(number: int) -> int:
        row = MonthlyDocument.objects.get(pk=document.pk)
        seen.wait(timeout=30)
        if row.state != DocumentState.SUBMITTED:
            return 0
        MonthlyDocument.objects.filter(pk=row.pk).update(state="approved" if number % 2 else "returned")
        DocumentEvent.objects.create(document=row, step="approved", at=FIRST, by=case.boss)
        return 1

    assert sum(side_by_side(read_then_write)) == WORKERS


@pytest.mark.rule("AF-10")
def test_the_same_months_report_is_made_once(case: DocumentCase) -> None:
    answers = side_by_side(
        lambda number: make_document(
            store=case.store, month=NOVEMBER, kind="service_visits", at=FIRST, by=case.service if number else None
        )
    )

    document = MonthlyDocument.objects.get()
    assert {row.pk for row, _new in answers} == {document.pk}
    assert [new for _row, new in answers].count(True) == 1
    assert document.events.count() == 1
    assert Alert.objects.count() == 3


@pytest.mark.rule("AF-10")
def test_the_nightly_run_side_by_side_makes_four_reports(case: DocumentCase) -> None:
    counts = side_by_side(lambda _: make_due_documents(at=FIRST)["made"])

    assert (sum(counts), MonthlyDocument.objects.count()) == (4, 4)


@pytest.mark.rule("AF-11")
def test_of_several_approvals_one_counts(case: DocumentCase) -> None:
    document = case.submitted()
    rows = [MonthlyDocument.objects.select_related("store").get(pk=document.pk) for _ in range(WORKERS)]

    answers = side_by_side(lambda number: approve_document(document=rows[number], by=case.boss, at=FIRST))

    assert sorted(map(str, answers)).count("None") == 1
    assert answers.count(NotSubmitted) == WORKERS - 1
    assert document.events.filter(step="approved").count() == 1
    assert Alert.objects.filter(code="measure.given").count() == 1


@pytest.mark.rule("AF-11")
def test_a_report_is_approved_or_returned_and_never_both(case: DocumentCase) -> None:
    document = case.submitted()
    rows = [MonthlyDocument.objects.select_related("store").get(pk=document.pk) for _ in range(WORKERS)]

    def decide(number: int) -> None:
        if number % 2:
            approve_document(document=rows[number], by=case.boss, at=FIRST)
        else:
            return_document(document=rows[number], reason="重写", by=case.boss, at=FIRST)

    answers = side_by_side(decide)

    document.refresh_from_db()
    assert answers.count(None) == 1
    assert (document.state == "approved") == (Measure.objects.get().state == "approved")
    assert document.events.filter(step__in=["approved", "returned"]).count() == 1


@pytest.mark.rule("AF-11")
def test_a_late_measure_is_told_once_by_sweeps_side_by_side(case: DocumentCase) -> None:
    case.approved()

    counts = side_by_side(lambda _: alert_overdue_measures(at=LATER + dt.timedelta(days=30)))

    assert sum(counts) == 2
    assert Alert.objects.filter(code="measure.overdue").count() == 2


@pytest.mark.rule("AF-10")
def test_the_two_last_effects_checked_at_once_close_the_report(case: DocumentCase) -> None:
    document = case.submitted()
    first = Measure.objects.get()
    Measure.objects.create(
        document=document, problem="二", action="二", type="preventive", responsible=case.adviser,
        due_on=first.due_on, written_at=FIRST, written_by=case.service,
    )  # fmt: skip
    approve_document(document=document, by=case.boss, at=FIRST)
    rows = list(Measure.objects.select_related("document__store", "responsible").order_by("pk"))

    side_by_side(
        lambda number: check_effect(
            measure=rows[number], effective=True, on=LATER.date(), note="好", by=case.service, at=LATER
        ),
        2,
    )

    document.refresh_from_db()
    assert (document.state, document.events.filter(step="closed").count()) == ("closed", 1)


@pytest.mark.rule("D3-21")
def test_of_sheets_signed_at_once_one_is_the_version(case: DocumentCase) -> None:
    marks = {number: Mark("good") for number in range(1, 14)}

    answers = side_by_side(
        lambda _: (
            sign_check(
                person=case.seller, month=NOVEMBER, marks=marks, after_version=0, by=case.sales, at=FIRST
            ).version
        )
    )

    assert answers.count(1) == 1
    assert answers.count(SignedMeanwhile) == WORKERS - 1
    assert CallCheck.objects.get().marks.count() == 13
