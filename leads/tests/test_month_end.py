"""The clean-up at the end of a month: what goes, who confirms, and that it is carried out once."""

import datetime as dt

import pytest

from dealership.notifications.models import Alert
from leads.enums import GradedBy, MoveReason
from leads.models import Lead, MonthEnd, MonthEndMove, Ownership
from leads.rules.month_end import grades_kept, month_to_prepare, opening_moment
from leads.rules.policies import CadencePolicy, GradeRule
from leads.selectors.policies import cadence_policy
from leads.services import month_end_run
from leads.services.grading import grade_lead
from leads.services.month_end import (
    GradeStays,
    NoLongerPreview,
    NothingGiven,
    confirm_month_end,
    except_move,
    freeze_opening,
    include_move,
    prepare_month_end,
    regrade_move,
    run_month_end_job,
)
from leads.services.month_end_run import CHANGED, carry_out, silent_month_ends
from leads.services.owners import move_lead
from leads.services.recycling import recycle_lead
from leads.tests.factories import CHINA, LeadFactory
from staffing.tests.factories import StaffFactory, StoreFactory

NOVEMBER = dt.date(2026, 11, 1)
#: The evening of the 29th.
AT = dt.datetime(2026, 11, 29, 18, 0, tzinfo=CHINA)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.rule("LG-30")
@pytest.mark.parametrize(
    ("on", "month"),
    [
        ("2026-11-27", None),
        ("2026-11-28", "2026-11-01"),
        ("2026-11-30", "2026-11-01"),
        ("2026-12-01", "2026-11-01"),  # the machine stood still: late is better than never
        ("2026-12-03", "2026-11-01"),
        ("2026-12-04", None),
        ("2027-01-01", "2026-12-01"),  # over the year
        ("2028-02-26", None),
        ("2028-02-27", "2028-02-01"),  # a leap year
        ("2027-02-26", "2027-02-01"),
    ],
)
def test_the_clean_up_is_prepared_in_the_last_days(on, month):
    assert month_to_prepare(day(on)) == (day(month) if month else None)


@pytest.mark.rule("LG-30")
def test_only_h_and_a_are_kept_and_the_policy_says_so():
    policy = CadencePolicy((GradeRule("H", seller_keeps=True), GradeRule("A", seller_keeps=True), GradeRule("B")))

    assert grades_kept(policy) == {"H", "A"}


@pytest.mark.rule("LG-33")
def test_the_backlog_is_that_of_midnight_in_the_stores_zone():
    assert opening_moment(NOVEMBER, CHINA) == dt.datetime(2026, 11, 30, 16, 0, tzinfo=dt.UTC)
    assert opening_moment(day("2026-12-01"), dt.UTC) == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


# --- the services --------------------------------------------------------------------------------------------------
@pytest.fixture
def store(db):
    return StoreFactory()


@pytest.fixture
def seller(store):
    return StaffFactory(store=store, roles=["sales_consultant"], name="甲例")


@pytest.fixture
def leader(store):
    return StaffFactory(store=store, roles=["sales_supervisor"])


def held(seller, grade, **values):
    lead = LeadFactory(
        customer__store=seller.store,
        customer__owner=seller,
        **{"owner": seller, "pool": "sales_consultant", "stage": "showroom", "grade": grade} | values,
    )
    Ownership.objects.create(
        lead=lead, at=lead.registered_at, owner=seller, pool=lead.pool, stage=lead.stage, reason="assigned"
    )
    return lead


def prepared(store, at=AT):
    return prepare_month_end(store=store, month=NOVEMBER, at=at)


def carried_out(month_end, at=AT):
    return carry_out(month_end_id=month_end.pk, tick=lambda: at)


@pytest.mark.rule("LG-30", "LG-31")
@pytest.mark.parametrize(
    ("values", "goes"),
    [
        pytest.param({"grade": "H"}, False, id="H stays"),
        pytest.param({"grade": "A"}, False, id="A stays"),
        pytest.param({"grade": "B"}, True, id="B goes"),
        pytest.param({"grade": "C"}, True, id="C goes"),
        pytest.param({"grade": ""}, True, id="never graded goes"),
        pytest.param({"grade": "O", "state": "ordered"}, False, id="sold stays"),
        pytest.param({"grade": "L", "state": "lost"}, True, id="a lost one that is still held goes"),
        pytest.param({"grade": "F", "state": "defeated"}, True, id="a defeated one that is still held goes"),
        pytest.param({"grade": "B", "state": "defeat_applied"}, False, id="the manager still decides"),
        pytest.param({"grade": "B", "stage": "telesales", "pool": "telesales"}, False, id="of telesales already"),
        pytest.param({"grade": "B", "owner": None}, False, id="held by nobody"),
    ],
)
def test_what_the_preview_holds(store, seller, values, goes):
    lead = held(seller, **values)

    month_end = prepared(store)

    assert list(month_end.moves.values_list("lead_id", flat=True)) == ([lead.pk] if goes else [])


@pytest.mark.rule("LG-31")
def test_prepared_again_it_follows_the_leads_and_keeps_the_exceptions(store, seller, leader):
    better, excepted, stays = held(seller, "B"), held(seller, "B"), held(seller, "C")
    first = prepared(store)
    except_move(move=first.moves.get(lead=excepted), reason="周末签约", by=leader, at=AT)
    grade_lead(lead=better, grade="H", graded_by=GradedBy.CONSULTANT, by=seller, at=AT)
    grade_lead(lead=stays, grade="B", graded_by=GradedBy.CONSULTANT, by=seller, at=AT)
    new = held(seller, "C")

    second = prepared(store)

    assert second.pk == first.pk
    assert [(move.lead, move.grade, move.skipped) for move in second.moves.order_by("lead_id")] == [
        (excepted, "B", "周末签约"),
        (stays, "B", ""),
        (new, "C", ""),
    ]
    assert Alert.objects.filter(recipient=leader, code="month_end.prepared").count() == 1


@pytest.mark.rule("LG-31")
def test_confirmed_once_everything_goes_to_telesales(store, seller, leader):
    kept, goes, excepted = held(seller, "H"), held(seller, "B"), held(seller, "C")
    month_end = prepared(store)
    except_move(move=month_end.moves.get(lead=excepted), reason="周末签约", by=leader, at=AT)

    confirm_month_end(month_end=month_end, by=leader, at=AT)
    moved = carried_out(month_end)

    month_end.refresh_from_db()
    goes.refresh_from_db()
    assert moved == 1
    assert (month_end.state, month_end.moved, month_end.total, month_end.done_at) == ("done", 1, 1, AT)
    assert (goes.owner, goes.pool, goes.stage, goes.grade) == (None, "telesales", "telesales", "B")
    row = goes.ownership_rows.order_by("pk").last()
    assert (row.before, row.reason, row.by, row.note) == (seller, MoveReason.MONTH_END, leader, "2026-11")
    assert set(Lead.objects.filter(owner=seller)) == {kept, excepted}
    assert Alert.objects.get(code="month_end.done").recipient == seller


@pytest.mark.rule("LG-31")
def test_a_second_confirmation_and_a_second_run_do_nothing(store, seller, leader):
    held(seller, "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leader, at=AT)

    with pytest.raises(NoLongerPreview):
        confirm_month_end(month_end=month_end, by=leader, at=AT)
    assert [carried_out(month_end), carried_out(month_end)] == [1, 0]

    assert Ownership.objects.filter(reason=MoveReason.MONTH_END).count() == 1
    assert prepared(store) is None
    with pytest.raises(NoLongerPreview):
        except_move(move=month_end.moves.get(), reason="太晚", by=leader, at=AT)


@pytest.mark.rule("LG-31")
def test_nothing_is_moved_before_the_confirmation(store, seller):
    held(seller, "B")
    month_end = prepared(store)

    assert carried_out(month_end) == 0

    assert Lead.objects.get().owner == seller


@pytest.mark.rule("LG-31")
def test_killed_half_way_it_goes_on_where_it_was(store, seller, leader, monkeypatch):
    for _ in range(5):
        held(seller, "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leader, at=AT)
    calls = []

    def dies_at_the_third(**values):
        calls.append(values["lead"].pk)
        if len(calls) == 3:
            raise SystemExit("killed")
        return recycle_lead(**values)

    monkeypatch.setattr(month_end_run, "recycle_lead", dies_at_the_third)
    with pytest.raises(SystemExit):
        carried_out(month_end)
    month_end.refresh_from_db()
    half = (month_end.state, month_end.moved, Lead.objects.filter(owner=None).count())
    monkeypatch.undo()

    rest = carried_out(month_end)

    month_end.refresh_from_db()
    assert half == ("running", 2, 2)
    assert (rest, month_end.state, month_end.moved) == (3, "done", 5)
    assert Ownership.objects.filter(reason=MoveReason.MONTH_END).count() == 5


def test_a_clean_up_that_fell_silent_is_taken_up_by_the_sweep(store, seller, leader):
    held(seller, "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leader, at=AT)

    minutes = [silent_month_ends(at=AT + dt.timedelta(minutes=number)) for number in (1, 3)]
    carried_out(month_end)

    assert minutes == [[], [month_end.pk]]
    assert silent_month_ends(at=AT + dt.timedelta(days=1)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"grade": "H"},
        {"state": "ordered", "grade": "O"},
        {"state": "defeat_applied"},
        {"owner": None},
    ],
)
def test_what_changed_after_the_preview_is_left_alone(store, seller, leader, change):
    lead = held(seller, "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leader, at=AT)
    Lead.objects.filter(pk=lead.pk).update(**change)

    assert carried_out(month_end) == 0

    move = MonthEndMove.objects.get()
    assert (move.moved_at, move.skipped) == (None, CHANGED)
    assert not Ownership.objects.filter(reason=MoveReason.MONTH_END).exists()


@pytest.mark.rule("LG-31")
def test_a_single_one_is_graded_anew_or_excepted_with_a_reason(store, seller, leader):
    lead, other = held(seller, "B"), held(seller, "B")
    month_end = prepared(store)
    move = month_end.moves.get(lead=lead)
    for refused in (
        lambda: except_move(move=move, reason=" ", by=leader, at=AT),
        lambda: regrade_move(move=move, grade="H", reason="", by=leader, at=AT),
    ):
        with pytest.raises(NothingGiven):
            refused()
    with pytest.raises(GradeStays):
        regrade_move(move=move, grade="B", reason="不变", by=leader, at=AT)

    left = regrade_move(move=move, grade="H", reason="本周付定金", by=leader, at=AT)
    stayed = regrade_move(move=month_end.moves.get(lead=other), grade="C", reason="推迟购车", by=leader, at=AT)

    assert (left, stayed) == (True, False)
    assert [(row.lead, row.grade) for row in month_end.moves.all()] == [(other, "C")]
    assert lead.gradechange_rows.get().note == "本周付定金"


def test_an_exception_is_taken_back(store, seller, leader):
    held(seller, "B")
    month_end = prepared(store)
    except_move(move=month_end.moves.get(), reason="周末签约", by=leader, at=AT)

    include_move(move=month_end.moves.get(), by=leader, at=AT)

    assert month_end.moves.get().skipped == ""


# --- the frozen backlog --------------------------------------------------------------------------------------------
MIDNIGHT = dt.datetime(2026, 12, 1, 0, 0, tzinfo=CHINA)


@pytest.mark.rule("LG-33", "LG-32")
def test_the_backlog_is_frozen_as_of_midnight_and_never_reckoned_again(store, seller, leader):
    rolls, sold_later, sold = held(seller, "H"), held(seller, "A"), held(seller, "O", state="ordered")
    month_end = prepared(store)
    assert not freeze_opening(month_end=month_end, at=MIDNIGHT - dt.timedelta(seconds=1))
    # After midnight, before the job came: they change the December, not what November left.
    late = MIDNIGHT + dt.timedelta(hours=8)
    grade_lead(lead=rolls, grade="B", graded_by=GradedBy.CONSULTANT, by=seller, at=late)
    move_lead(lead=sold_later, owner=None, pool="telesales", reason=MoveReason.REASSIGNED, by=leader, at=late)

    frozen = freeze_opening(month_end=month_end, at=late + dt.timedelta(hours=1))

    expected = {
        "at": "2026-11-30T16:00:00+00:00",
        "consultants": {str(seller.pk): {"A": 1, "H": 1}},
        "channels": {str(seller.pk): {"web": 2}},
        "letters": {str(seller.pk): {"I": 2}},
    }
    assert frozen
    assert month_end.opening == expected
    assert sold.grade == "O"
    held(seller, "H", registered_at=AT)
    assert not freeze_opening(month_end=MonthEnd.objects.get(), at=late + dt.timedelta(days=3))
    assert MonthEnd.objects.get().opening == expected


@pytest.mark.rule("LG-33")
def test_what_was_confirmed_at_midnight_counts_as_gone(store, seller, leader):
    held(seller, "B")
    month_end = prepared(store)
    confirm_month_end(month_end=month_end, by=leader, at=AT)
    carried_out(month_end, at=MIDNIGHT - dt.timedelta(seconds=1))
    month_end.refresh_from_db()

    freeze_opening(month_end=month_end, at=MIDNIGHT)

    assert month_end.opening["consultants"] == {}


def test_the_job_prepares_and_freezes_once(store, seller):
    held(seller, "B")

    counts = [
        run_month_end_job(at=AT - dt.timedelta(days=5)),
        run_month_end_job(at=AT),
        run_month_end_job(at=AT),
        run_month_end_job(at=MIDNIGHT + dt.timedelta(hours=3)),
        run_month_end_job(at=MIDNIGHT + dt.timedelta(days=1)),
    ]

    assert [count["frozen"] for count in counts] == [0, 0, 0, 1, 0]
    assert [count["prepared"] for count in counts] == [0, 1, 1, 1, 1]
    assert (MonthEnd.objects.count(), MonthEndMove.objects.count()) == (1, 1)


def test_one_bad_store_keeps_no_other_back(store, seller, monkeypatch):
    StoreFactory()
    held(seller, "B")
    bad = StoreFactory()

    def fails(store, on):
        if store == bad:
            raise RuntimeError("no policy")
        return cadence_policy(store, on)

    monkeypatch.setattr("leads.services.month_end.cadence_policy", fails)
    with pytest.raises(RuntimeError):
        run_month_end_job(at=AT)

    assert MonthEnd.objects.filter(store=store).exists()
