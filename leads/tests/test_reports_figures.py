"""The figures of the tables of leads, worked by hand."""

import datetime as dt
import itertools
from collections import Counter

import pytest

from leads.enums import LeadState, Stage
from leads.models import Lead, MonthEnd, Visit
from leads.rules.register import flow_of
from leads.selectors.openings import opening_at
from leads.selectors.reports.compliance import first_contacts, leads_of_promise
from leads.selectors.reports.daily import DayFigures, daily_report
from leads.selectors.reports.defeats import Competitor, defeat_analysis
from leads.selectors.reports.funnel import lead_funnel, rows_behind
from leads.selectors.reports.funnel_figures import COLUMNS, FIGURES, RATES, Funnel
from leads.selectors.reports.levels import level_counts
from leads.selectors.reports.monthly import whole_level_table
from leads.selectors.reports.scope import LeadScope
from leads.selectors.visits import line_of
from leads.tests.report_case import LeadMonth
from staffing.enums import Role
from staffing.models import Staff

pytestmark = pytest.mark.django_db

NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture
def case():
    return LeadMonth()


def worked_month(case):
    """A November with every figure of the funnel."""
    seller, agent = case.seller(), case.person("T001", "电销例", Role.TELESALES)
    ordered = case.lead(case.at(10, 20), seller)
    case.step(ordered, case.at(11, 5), LeadState.ORDERED, ordered_on=dt.date(2026, 11, 5))
    moved = case.lead(case.at(10, 21), seller, grade="B")
    case.move(moved, case.at(11, 28), None)
    case.step(case.lead(case.at(10, 22), seller), case.at(10, 30), LeadState.DEFEATED)
    defeated = case.lead(case.at(10, 25), seller)
    case.defeat(defeated, case.at(11, 3), seller, decided_at=case.at(11, 4))
    case.step(defeated, case.at(11, 3), LeadState.DEFEAT_APPLIED)
    case.step(defeated, case.at(11, 4), LeadState.DEFEATED)
    fresh = case.lead(case.at(11, 6), seller)
    case.defeat(fresh, case.at(11, 9), seller, state="rejected")
    bought = case.lead(case.at(11, 7), seller)
    dates = {"ordered_on": dt.date(2026, 11, 10), "delivered_on": dt.date(2026, 11, 20)}
    case.step(bought, case.at(11, 20), LeadState.DELIVERED, **dates)
    case.lead(case.at(11, 8), agent, stage=Stage.TELESALES)
    waited = case.lead(case.at(9, 1), seller)
    case.step(waited, case.at(10, 10), LeadState.ORDERED, ordered_on=dt.date(2026, 10, 10))
    case.step(waited, case.at(11, 12), LeadState.DELIVERED, delivered_on=dt.date(2026, 11, 12))
    cancelled = case.lead(case.at(9, 2), seller)
    case.step(cancelled, case.at(10, 12), LeadState.ORDERED, ordered_on=dt.date(2026, 10, 12))
    case.step(cancelled, case.at(11, 15), LeadState.OPEN, ordered_on=None)
    case.visit(case.at(11, 3), seller, test_drive=True)
    case.visit(case.at(11, 3), seller, grade="")
    case.visit(case.at(11, 4), seller, number="", grade="", no_data="declined")
    case.visit(case.at(11, 5), seller, is_again=True, invited=True, test_drive=True)
    case.visit(case.at(11, 5), seller, lead=ordered)
    case.visit(case.at(11, 6), seller, purpose="collection")
    case.visit(case.at(11, 6), seller, by_phone=True)
    case.visit(case.at(11, 7), None, number="", grade="")
    case.visit(case.at(12, 1, 0, 30), seller)
    return seller, agent


WORKED = Funnel(
    visits=6, first_visits=5, filed=3, first_filed=1, card_first_visit=1, seen_not_filed=1, again=1, incomplete=2,
    no_intention=1, invited=1, test_drives=2, registered=3, new_cards=2, opening=3, orders=2, deliveries=2,
    cancelled=1, undelivered=1, applied=2, rejected=1, defeated=1, lost=0,
)  # fmt: skip


def test_funnel_counts_the_month(case):
    worked_month(case)

    report = lead_funnel(stores=[case.store], month=NOVEMBER)

    assert report.total == WORKED
    assert Funnel.sum(row.figures for row in report.consultants) == WORKED
    assert Funnel.sum(row.figures for row in report.channels) == WORKED
    assert [row.name for row in report.consultants] == ["电销例", "陈例", "无销售顾问"]


@pytest.mark.parametrize(
    ("code", "worked"),
    [
        ("filing_rate", 3 / 5),
        ("flow_filing_rate", 1 / (1 + 1)),
        ("return_rate", 1 / 3),
        ("invitation_rate", 1 / (2 + 3)),
        ("drive_rate", 2 / 3),
        ("drive_rate_flow", 2 / (1 + 1 + 1)),
        ("closing_rate", 2 / 3),
        ("closing_rate_orders", 2 / 6),
        ("conversion_rate", 2 / (2 + 3)),
        ("defeat_rate", 1 / (1 + 3)),
        ("rejection_rate", 1 / 2),
        ("delivery_rate", 2 / (2 + 1 + 1)),
        ("cancellation_rate", 1 / (2 + 1 + 1)),
    ],
)
def test_rates_as_worked_by_hand(code, worked):
    assert RATES[code].of(WORKED) == worked


def test_every_rate_is_worked_by_hand_and_has_no_value_without_a_whole():
    assert len(RATES) == 13
    assert {rate.of(Funnel()) for rate in RATES.values()} == {None}


def test_every_figure_has_its_name_and_its_definition():
    assert set(FIGURES) == set(Funnel.__dataclass_fields__)
    assert set(COLUMNS) <= FIGURES.keys() | RATES.keys()


@pytest.mark.parametrize("code", FIGURES)
def test_rows_are_as_many_as_the_figure_says(case, code):
    worked_month(case)
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)

    assert rows_behind(code, scope=scope).count() == getattr(WORKED, code)


@pytest.mark.rule("LI-16")
@pytest.mark.rule("LI-17")
def test_kinds_of_visits_are_those_of_the_register(case):
    seller = case.seller()
    before, after = case.lead(case.at(11, 1), seller), case.lead(case.at(11, 30), seller)
    facts = itertools.product(
        ("new_car", "collection"), (False, True), ("", "+8613900000001"), ("", "declined"), ("", "A"),
        (None, before, after),
    )  # fmt: skip
    for purpose, is_again, number, no_data, grade, lead in facts:
        case.visit(
            case.at(11, 9), seller, purpose=purpose, is_again=is_again, number=number, no_data=no_data, grade=grade,
            lead=lead,
        )  # fmt: skip
    by_rule = Counter(flow_of(line_of(visit)) for visit in Visit.objects.select_related("lead"))

    total = lead_funnel(stores=[case.store], month=NOVEMBER).total

    assert by_rule == {
        "first_filed": total.first_filed,
        "card_first_visit": total.card_first_visit,
        "seen_not_filed": total.seen_not_filed,
        "again": total.again,
        "no_intention": total.no_intention,
        "incomplete": total.incomplete,
    }


def test_joined_leads_are_not_counted(case):
    seller = case.seller()
    kept, dropped = case.lead(case.at(11, 6), seller), case.lead(case.at(11, 6), seller)
    Lead.objects.filter(pk=dropped.pk).update(state="merged", merged_into=kept)

    total = lead_funnel(stores=[case.store], month=NOVEMBER).total

    assert (total.registered, total.new_cards) == (1, 1)


@pytest.mark.parametrize(
    ("moment", "counted"),
    [((10, 31, 23, 59), 0), ((11, 1, 0, 0), 1), ((11, 30, 23, 59), 1), ((12, 1, 0, 0), 0)],
)
def test_a_month_begins_and_ends_at_midnight_of_the_store(case, moment, counted):
    case.lead(case.at(*moment), case.seller())

    assert lead_funnel(stores=[case.store], month=NOVEMBER).total.registered == counted


def test_stores_have_their_own_midnight():
    east, west = LeadMonth("T01"), LeadMonth("T02", timezone="Europe/Berlin")
    for each in (east, west):
        each.lead(each.at(11, 1, 0, 30), each.seller())
        each.lead(each.at(10, 31, 23, 30), each.seller("X002"))

    total = lead_funnel(stores=[east.store, west.store], month=NOVEMBER).total

    assert (total.registered, total.opening) == (2, 2)


@pytest.mark.rule("LG-33")
def test_a_frozen_opening_is_not_reckoned_again(case):
    seller = case.seller()
    case.lead(case.at(10, 20), seller)
    reckoned = lead_funnel(stores=[case.store], month=NOVEMBER)
    MonthEnd.objects.create(
        store=case.store,
        month=dt.date(2026, 10, 1),
        prepared_at=case.at(10, 29),
        opening={"at": "2026-10-31T16:00:00+00:00", "consultants": {str(seller.pk): {"H": 3, "A": 4}}},
    )

    frozen = lead_funnel(stores=[case.store], month=NOVEMBER)
    counts = level_counts(LeadScope.of_month(stores=[case.store], month=NOVEMBER))

    assert (reckoned.total.opening, reckoned.is_frozen) == (1, False)
    assert (frozen.total.opening, frozen.is_frozen) == (7, True)
    assert [row.figures.opening for row in frozen.consultants] == [7]
    assert (counts.opening, counts.is_frozen) == ((("H", 3), ("A", 4)), True)


@pytest.mark.rule("LG-33")
def test_the_reckoned_opening_is_the_one_that_would_be_frozen(case):
    seller, _agent = worked_month(case)
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)

    frozen = opening_at(case.store, scope.starts(case.store))["consultants"]

    assert frozen == {str(seller.pk): {"A": 2, "B": 1}}
    assert dict(level_counts(scope).opening) == {"A": 2, "B": 1}


# --- the level table -----------------------------------------------------------------------------------------------
@pytest.mark.rule("LG-32")
def test_level_table_holds_the_opening_and_who_came_and_says_how_the_month_ended(case):
    seller, agent = case.seller(), case.person("T001", "电销例", Role.TELESALES)
    held = case.lead(case.at(10, 20), seller, grade="B", next_contact_on=dt.date(2026, 11, 25))
    case.contact(held, case.at(11, 11), seller, planned_on=dt.date(2026, 11, 9), grade_after="B")
    case.grade(held, case.at(11, 12), "A")
    sold = case.lead(case.at(11, 2), seller)
    case.step(sold, case.at(11, 8), LeadState.ORDERED, ordered_on=dt.date(2026, 11, 8))
    gone = case.lead(case.at(10, 2), seller)
    case.defeat(gone, case.at(11, 4), seller)
    case.step(gone, case.at(11, 4), LeadState.DEFEATED)
    case.move(gone, case.at(11, 4), None)
    lost = case.lead(case.at(10, 3), seller)
    case.step(lost, case.at(11, 6), LeadState.LOST, close_reason="三次无人接听")
    back = case.lead(case.at(10, 4), seller, grade="C")
    case.move(back, case.at(11, 29), None)
    case.lead(case.at(11, 3), agent, stage=Stage.TELESALES)
    case.lead(case.at(11, 3), None)
    case.step(case.lead(case.at(9, 3), seller), case.at(10, 9), LeadState.DEFEATED)
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)

    rows = {row.lead: row for row in whole_level_table(scope)}

    assert {lead: (row.opening, row.result, row.note, row.rolls) for lead, row in rows.items()} == {
        held: ("B", "A", "转入2026年12月", True),
        sold: ("", "已订车", "2026-11-08", False),
        gone: ("A", "战败", "车辆条件 · 竞品甲 · 空间不足", False),
        lost: ("A", "失控", "三次无人接听", False),
        back: ("C", "C", "划回电销", False),
    }
    marks = {day: mark for day, mark in enumerate(rows[held].marks, start=1) if mark}
    assert marks == {9: "*", 11: "B", 25: "*"}
    assert {row.consultant for row in rows.values()} == {"陈例"}
    assert rows[held].phone == "+8613900000001"
    assert level_counts(scope).closing == (("A", 1),)


@pytest.mark.rule("LG-32")
def test_who_rolls_over_stands_in_the_next_month(case):
    held = case.lead(case.at(10, 20), case.seller())

    tables = [
        [row.lead for row in whole_level_table(LeadScope.of_month(stores=[case.store], month=month))]
        for month in (dt.date(2026, 9, 1), dt.date(2026, 10, 1), NOVEMBER, dt.date(2026, 12, 1))
    ]

    assert tables == [[], [held], [held], [held]]


def test_a_past_month_stays_as_it_ended(case):
    seller = case.seller()
    lead = case.lead(case.at(10, 20), seller, grade="B")
    case.grade(lead, case.at(12, 3), "H")
    case.step(lead, case.at(12, 5), LeadState.DELIVERED, delivered_on=dt.date(2026, 12, 5))

    row = whole_level_table(LeadScope.of_month(stores=[case.store], month=NOVEMBER))[0]

    assert (row.opening, row.result, row.rolls) == ("B", "B", True)


# --- first contacts ------------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-02")
def test_first_contacts_by_agent_and_channel(case):
    first, second = case.seller(), case.seller("X002", "林例")
    case.lead(case.at(11, 2), first, first=case.at(11, 2, 14))
    case.lead(case.at(11, 3), first, first=case.at(11, 4, 10), channel="web")
    case.lead(case.at(11, 4), first, first=case.at(11, 5, 12), channel="web")
    case.lead(case.at(11, 5), second)
    case.lead(case.at(11, 20), second, channel="web")
    handed = case.lead(case.at(11, 6), second, first=case.at(11, 6, 11))
    case.move(handed, case.at(11, 7), first, stage=Stage.SHOWROOM)
    at = case.at(11, 20, 20)

    report = first_contacts(stores=[case.store], month=NOVEMBER, at=at)

    total = report.total
    assert (total.due, total.kept, total.late, total.missing, total.waiting) == (5, 3, 1, 1, 1)
    assert total.kept_rate == 0.6
    assert sorted(total.hours) == [1.0, 4.0, 24.0, 26.0]
    assert (total.median_hours, total.p90_hours) == (14.0, 26.0)
    assert [(row.name, row.promises.kept, row.promises.due) for row in report.agents] == [
        ("陈例", 2, 3),
        ("林例", 1, 2),
    ]
    assert {row.key: (row.promises.kept, row.promises.breaches) for row in report.channels} == {
        "walk_in": (2, 1),
        "web": (1, 1),
    }
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)
    words = ("due", "kept", "late", "missing", "waiting", "breaches")
    assert [leads_of_promise(word, scope=scope, at=at).count() for word in words] == [5, 3, 1, 1, 1, 2]


@pytest.mark.rule("LG-07")
def test_first_weeks_by_agent_lead_to_their_rows(case):
    agent, other = case.person("T001", "电销例", Role.TELESALES), case.person("T002", "周例", Role.TELESALES)
    kept = case.lead(case.at(11, 2), agent, stage="telesales")
    short = case.lead(case.at(11, 3), agent, stage="telesales")
    running = case.lead(case.at(11, 18), other, stage="telesales")
    for day in (2, 5, 9):
        case.contact(kept, case.at(11, day, 23, 30), agent)
    for day, reached in ((3, True), (6, True), (9, False), (11, True)):
        case.contact(short, case.at(11, day), agent, reached=reached)
    at = case.at(11, 24)
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER)

    report = first_contacts(stores=[case.store], month=NOVEMBER, at=at)

    assert {row.name: (row.promises.week_due, row.promises.week_kept) for row in report.agents} == {
        "电销例": (2, 1),
        "周例": (0, 0),
    }
    assert (report.total.week_rate, report.total.week_waiting) == (0.5, 1)
    assert report.agents[1].promises.week_rate is None
    for word, leads in (("week_due", [kept, short]), ("week_kept", [kept]), ("week_missing", [short])):
        assert list(leads_of_promise(word, scope=scope, at=at)) == leads
    assert running.owner == other


def test_first_contacts_of_an_empty_month_have_no_rate(case):
    total = first_contacts(stores=[case.store], month=NOVEMBER, at=case.at(11, 20)).total

    assert (total.kept_rate, total.median_hours, total.p90_hours) == (None, None, None)


# --- defeats -------------------------------------------------------------------------------------------------------
@pytest.mark.rule("DF-16")
def test_defeats_of_the_month_by_what_their_cards_name(case):
    seller, other = case.seller(), case.seller("X002", "林例")
    leads = [case.lead(case.at(10, day), seller) for day in range(1, 7)]
    case.defeat(leads[0], case.at(11, 3), seller, competitor_model="竞品 甲", competitor_price_fen=10_000_000)
    case.defeat(leads[1], case.at(11, 4), seller, competitor_price_fen=12_000_000, paid_cash=False, reasons=["skill"])
    case.defeat(
        leads[2], case.at(11, 5), other, kind="bad_number", lost_to="nobody", reasons=[], competitor_model="",
        competitor_price_fen=None,
    )  # fmt: skip
    case.defeat(leads[3], case.at(11, 6), other, state="rejected")
    case.defeat(leads[4], case.at(11, 7), other, state="pending")
    case.defeat(leads[5], case.at(10, 30), other, decided_at=case.at(10, 31))
    case.step(case.lead(case.at(10, 9), seller), case.at(11, 8), LeadState.LOST)

    report = defeat_analysis(stores=[case.store], month=NOVEMBER)

    assert (report.defeated, report.lost, report.applied, report.rejected, report.rejection_rate) == (3, 1, 5, 1, 0.2)
    assert report.competitors == (Competitor("竞品 甲", 2, 11_000_000, 1),)
    assert {row.name: row.count for row in report.reasons} == {"车辆条件": 1, "销售技巧差": 1}
    assert {row.name: row.count for row in report.people} == {"陈例": 2, "林例": 1}
    assert {row.name: row.count for row in report.kinds} == {"已购买其他车型": 2, "错号或空号": 1}
    assert [(point.month.month, point.defeated, point.lost) for point in report.trend[-2:]] == [(10, 1, 0), (11, 3, 1)]


def test_defeats_of_an_empty_month_have_no_rate(case):
    report = defeat_analysis(stores=[case.store], month=NOVEMBER)

    assert (report.defeated, report.rejection_rate) == (0, None)


# --- the day -------------------------------------------------------------------------------------------------------
def test_daily_report_tells_plan_and_deeds_of_each_person(case):
    first, second = case.seller(), case.seller("X002", "林例")
    on = dt.date(2026, 11, 10)
    done = case.lead(case.at(11, 2), first, first=case.at(11, 2))
    case.contact(
        done, case.at(11, 10, 9), first, planned_on=on, planned_way="phone", reason="问价格", grade_before="B",
        grade_after="A", remark="请约试驾",
    )  # fmt: skip
    case.contact(done, case.at(11, 5), first, planned_on=dt.date(2026, 11, 5), way="wechat")
    waiting = case.lead(case.at(11, 3), second, first=case.at(11, 3), next_contact_on=on, next_reason="送资料")
    late = case.lead(case.at(11, 3), second, first=case.at(11, 3))
    case.contact(late, case.at(11, 11), second, planned_on=on, reached=False)
    fresh = case.lead(case.at(11, 9, 15), second)
    sold = case.lead(case.at(11, 10), first, first=case.at(11, 10))
    case.step(sold, case.at(11, 10), LeadState.ORDERED, ordered_on=on)

    report = daily_report(stores=[case.store], on=on)

    people = {person.name: person for person in report.people}
    lines = [(line.lead, line.planned, line.contact is not None) for line in people["林例"].lines]
    assert lines == [(waiting, True, False), (late, True, False), (fresh, True, False)]
    line = people["陈例"].lines[0]
    assert (line.reason, line.contact.grade_before, line.contact.grade_after, line.contact.remark) == (
        "问价格", "B", "A", "请约试驾"
    )  # fmt: skip
    assert people["陈例"].today == DayFigures(planned=1, made=1, reached=1, cards=1, orders=1)
    assert people["陈例"].to_date == DayFigures(planned=2, made=2, reached=2, cards=2, orders=1)
    assert people["林例"].today == DayFigures(planned=3)
    assert people["林例"].to_date == DayFigures(planned=3, cards=3)
    assert people["陈例"].ways == (("电话", 1),)
    assert people["林例"].held == (("H", 0), ("A", 3), ("B", 0), ("C", 0))
    assert report.today == DayFigures(planned=4, made=1, reached=1, cards=1, orders=1)


def test_daily_report_of_one_person(case):
    first, second = case.seller(), case.seller("X002", "林例")
    for seller in (first, second):
        case.lead(case.at(11, 10), seller)

    report = daily_report(stores=[case.store], on=dt.date(2026, 11, 10), consultant=second.pk)

    assert ([person.name for person in report.people], report.today.cards) == (["林例"], 1)


# --- who sees what -------------------------------------------------------------------------------------------------
def test_a_supervisor_counts_the_team_alone(case):
    leader = case.person("S001", "孙主管例", Role.SALES_SUPERVISOR)
    other = case.person("S002", "别组例", Role.SALES_SUPERVISOR)
    ours, theirs = case.seller(superior=leader), case.seller("X002", "别人例", superior=other)
    for seller in (ours, theirs):
        case.lead(case.at(11, 2), seller, first=case.at(11, 2, 12))
        case.visit(case.at(11, 2), seller)
        gone = case.lead(case.at(10, 2), seller)
        case.defeat(gone, case.at(11, 4), seller)
    scope = LeadScope.of_month(stores=[case.store], month=NOVEMBER, viewer=leader)
    asked = {"stores": [case.store], "month": NOVEMBER, "viewer": leader}

    funnel = lead_funnel(**asked)

    assert (funnel.total.visits, funnel.total.registered, funnel.total.opening) == (1, 1, 1)
    assert [row.name for row in funnel.consultants] == ["陈例"]
    assert first_contacts(**asked, at=case.at(11, 20)).total.due == 1
    assert defeat_analysis(**asked).defeated == 1
    assert {row.consultant for row in whole_level_table(scope)} == {"陈例"}
    day = daily_report(stores=[case.store], on=dt.date(2026, 11, 2), viewer=leader)
    assert [person.name for person in day.people] == ["陈例"]


@pytest.mark.rule("LI-13")
def test_a_colleague_who_buys_is_an_employee_on_the_level_table(case):
    seller = case.seller()
    bought = case.lead(case.at(11, 2), seller)
    case.lead(case.at(11, 3), seller)
    Staff.objects.filter(pk=seller.pk).update(phone=bought.customer.phones.get().number)

    rows = whole_level_table(LeadScope.of_month(stores=[case.store], month=NOVEMBER))

    assert [row.source for row in rows] == ["E", "S"]
