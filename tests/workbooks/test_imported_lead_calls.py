"""Leads of a workbook and the day's list: called the same day, and no obstacle to undoing while nobody has called."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import HasDependants, undo_batch
from followups.models import CallTask
from followups.services.calls import save_call
from followups.services.lists import make_call_list
from leads.models import Lead
from leads.tests.factories import CHINA
from staffing.models import Staff, Store
from staffing.tests.factories import StaffFactory
from tests.workbooks.books import table
from tests.workbooks.conftest import AT

pytestmark = pytest.mark.django_db

HEADER = ["线索编号*", "来源渠道*", "线索时间*", "客户姓名*", "手机*"]
TODAY = AT.astimezone(CHINA).date()


@pytest.fixture
def agent(store: Store) -> Staff:
    return StaffFactory(store=store, roles=["telesales"])


@pytest.fixture
def brought(load: Callable[..., ImportBatch], agent: Staff, tmp_path: Path) -> Callable[[], ImportBatch]:
    rows = [[f"LMS00{nth}", "官网", f"{TODAY} 08:0{nth}", "线索例", f"1390000000{nth}"] for nth in (1, 2)]
    return lambda: load(table(tmp_path / "leads.xlsx", HEADER, rows))


@pytest.mark.rule("LI-02")
def test_leads_that_come_before_the_list_are_on_it(store: Store, brought: Any) -> None:
    brought()

    assert not CallTask.objects.exists()
    assert make_call_list(store=store, on=TODAY, at=AT).created["lead_first_contact"] == 2


@pytest.mark.rule("LI-02")
def test_leads_that_come_after_the_list_join_it_at_once(store: Store, agent: Staff, brought: Any) -> None:
    make_call_list(store=store, on=TODAY, at=AT)

    brought()

    assert (
        list(CallTask.objects.values_list("kind", "owner", "due_on")) == [("lead_first_contact", agent.pk, TODAY)] * 2
    )
    assert sum(make_call_list(store=store, on=TODAY, at=AT).created.values()) == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_is_undone_with_the_calls_that_nobody_touched(store: Store, agent: Staff, brought: Any) -> None:
    batch = brought()
    make_call_list(store=store, on=TODAY, at=AT)

    undo_batch(batch_id=batch.pk, by=agent, at=AT)

    assert (Lead.objects.count(), CallTask.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_with_a_call_that_was_made_stays(store: Store, agent: Staff, brought: Any) -> None:
    batch = brought()
    make_call_list(store=store, on=TODAY, at=AT)
    save_call(task=CallTask.objects.order_by("pk")[0], by=agent, at=AT, outcome="no_answer")

    with pytest.raises(HasDependants):
        undo_batch(batch_id=batch.pk, by=agent, at=AT)

    assert (Lead.objects.count(), CallTask.objects.count()) == (2, 2)
