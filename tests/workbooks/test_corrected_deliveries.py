"""A delivery day that a later workbook corrects: the calls that wait follow it, those that were made stay."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dealership.workbooks.models import ImportBatch
from dealership.workbooks.undoing import undo_batch
from followups.enums import TaskState
from followups.models import CallTask
from followups.services.calls import save_call
from followups.services.claims import claim_task
from followups.services.lists import make_call_list
from followups.services.overdue import sweep_overdue
from staffing.models import Staff, Store
from staffing.tests.factories import DutyDayFactory, StaffFactory
from tests.workbooks.books import LEDGER_HEADER, ledger_row, table
from tests.workbooks.conftest import AT

Load = Callable[..., ImportBatch]

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
WRONG, RIGHT = dt.date(2026, 11, 14), dt.date(2026, 11, 18)
TODAY = dt.date(2026, 11, 21)  # of AT and of the judging date: the 7DC of the wrong day is due
SATISFIED = {"car": "satisfied", "dealership": "satisfied"}


def midnight_after(on: dt.date) -> dt.datetime:
    """When a call that is due on a day is late, in China."""
    return dt.datetime.combine(on, dt.time(16), tzinfo=dt.UTC)


def written(tmp_path: Path, day: dt.date) -> Path:
    return table(tmp_path / f"{day}.xlsx", LEDGER_HEADER, [ledger_row(交车日期=day.isoformat())])


@pytest.fixture
def listed(load: Load, store: Store, consultant: Staff, tmp_path: Path) -> Callable[..., dict[str, CallTask]]:
    """The calls, by kind, of a delivery that was entered with a day and put on the lists until today."""

    def calls(day: dt.date = WRONG) -> dict[str, CallTask]:
        load(written(tmp_path, day))
        for back in range(7, -1, -1):
            make_call_list(store=store, on=TODAY - back * DAY, at=AT - back * DAY)
        return {task.kind: task for task in CallTask.objects.order_by("pk")}

    return calls


@pytest.mark.rule("D3-02")
@pytest.mark.rule("D7-01")
@pytest.mark.parametrize("right", [RIGHT, dt.date(2026, 11, 20), dt.date(2026, 11, 12)])
def test_calls_that_wait_count_from_the_corrected_day(
    load: Load, listed: Callable[..., dict[str, CallTask]], tmp_path: Path, right: dt.date
) -> None:
    calls = listed()

    load(written(tmp_path, right))

    rows = {kind: CallTask.objects.get(pk=task.pk) for kind, task in calls.items()}
    days = {kind: (row.anchor_on, row.first_due_on, row.due_on, row.expires_on) for kind, row in rows.items()}
    assert days == {
        "3dc": (right, right + 3 * DAY, right + 3 * DAY, right + 7 * DAY),
        "7dc": (right, right + 7 * DAY, right + 7 * DAY, None),
    }
    assert {kind: row.overdue_at for kind, row in rows.items()} == {
        "3dc": midnight_after(right + 3 * DAY),
        "7dc": midnight_after(right + 7 * DAY),
    }


def test_a_call_that_was_made_stays_and_no_list_makes_it_again(
    load: Load, store: Store, consultant: Staff, listed: Callable[..., dict[str, CallTask]], tmp_path: Path
) -> None:
    made = listed()["3dc"]
    save_call(task=made, by=consultant, at=AT, outcome="done", answers=SATISFIED)

    load(written(tmp_path, RIGHT))
    lists = [make_call_list(store=store, on=TODAY + ahead * DAY, at=AT + ahead * DAY) for ahead in (0, 0, 1, 4)]

    made.refresh_from_db()
    assert (made.state, made.anchor_on, made.first_due_on) == (TaskState.DONE, WRONG, WRONG + 3 * DAY)
    assert [sum(result.created.values()) for result in lists] == [0, 0, 0, 0]
    assert sorted(CallTask.objects.values_list("kind", flat=True)) == ["3dc", "7dc"]


@pytest.mark.rule("D3-08")
@pytest.mark.rule("D3-19")
@pytest.mark.parametrize(
    ("said", "due_on"),
    [
        ({"outcome": "call_back", "promised_at": AT + 2 * DAY}, TODAY + 2 * DAY),
        ({"outcome": "no_answer"}, TODAY + DAY),
    ],
    ids=["promised", "tried"],
)
def test_what_the_customer_was_promised_stands(
    load: Load,
    consultant: Staff,
    listed: Callable[..., dict[str, CallTask]],
    tmp_path: Path,
    said: dict[str, Any],
    due_on: dt.date,
) -> None:
    task = listed()["3dc"]
    save_call(task=task, by=consultant, at=AT, **said)
    before = CallTask.objects.get(pk=task.pk)

    load(written(tmp_path, dt.date(2026, 11, 12)))

    task.refresh_from_db()
    assert (task.due_on, task.due_at, task.overdue_at) == (due_on, before.due_at, before.overdue_at)
    assert (task.anchor_on, task.first_due_on) == (dt.date(2026, 11, 12), dt.date(2026, 11, 15))
    assert task.expires_on == due_on + DAY


def test_a_call_in_work_follows_and_stays_with_its_agent(
    load: Load, store: Store, listed: Callable[..., dict[str, CallTask]], tmp_path: Path
) -> None:
    task, agent = listed()["7dc"], StaffFactory(store=store, roles=["call_centre_agent"])
    claim_task(task=task, by=agent, at=AT)

    load(written(tmp_path, RIGHT))

    task.refresh_from_db()
    assert (task.state, task.claimed_by, task.due_on) == (TaskState.CLAIMED, agent, RIGHT + 7 * DAY)


@pytest.mark.parametrize(
    ("rests", "due_on"),
    [((), 21), ((21,), 20), ((20, 21), 21)],
    ids=["at work", "rests on the day", "rests the day before as well"],
)
def test_an_owner_at_rest_on_the_new_day_calls_the_day_before(
    load: Load,
    store: Store,
    consultant: Staff,
    listed: Callable[..., dict[str, CallTask]],
    tmp_path: Path,
    rests: tuple[int, ...],
    due_on: int,
) -> None:
    task = listed()["3dc"]
    for day in rests:
        DutyDayFactory(store=store, staff=consultant, on=dt.date(2026, 11, day), kind="rest")

    load(written(tmp_path, RIGHT))

    task.refresh_from_db()
    assert (task.owner, task.due_on) == (consultant, dt.date(2026, 11, due_on))


def test_a_call_that_is_late_again_after_the_correction_is_news(
    load: Load, consultant: Staff, listed: Callable[..., dict[str, CallTask]], tmp_path: Path
) -> None:
    listed()
    before = sweep_overdue(at=AT)

    load(written(tmp_path, RIGHT))
    at_rest = sweep_overdue(at=AT)
    late_again = sweep_overdue(at=midnight_after(RIGHT + 3 * DAY))

    assert (before, at_rest, late_again) == (1, 0, 1)


def test_undoing_the_correction_brings_the_days_back(
    load: Load, consultant: Staff, listed: Callable[..., dict[str, CallTask]], tmp_path: Path
) -> None:
    listed()
    before = list(CallTask.objects.order_by("pk").values())
    batch = load(written(tmp_path, RIGHT))
    moved = list(CallTask.objects.order_by("pk").values())

    undo_batch(batch_id=batch.pk, by=consultant, at=AT)

    assert moved != before
    assert list(CallTask.objects.order_by("pk").values()) == before


def test_a_correction_of_something_else_leaves_the_calls_alone(
    load: Load, listed: Callable[..., dict[str, CallTask]], tmp_path: Path
) -> None:
    listed()
    before = list(CallTask.objects.order_by("pk").values())

    batch = load(table(tmp_path / "note.xlsx", LEDGER_HEADER, [ledger_row(交车日期=WRONG.isoformat(), 备注="贵宾")]))

    assert batch.updated == 1
    assert list(CallTask.objects.order_by("pk").values()) == before
