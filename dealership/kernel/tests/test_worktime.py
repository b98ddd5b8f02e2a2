"""Working time: examples a person can check, then the promises of the module for any calendar."""

import datetime as dt
import pickle
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealership.kernel.worktime import BadSpan, NoWorkingTime, Span, WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
ST_JOHNS = ZoneInfo("America/St_Johns")  # put its clocks back at 00:01 until 2011: a day began twice
APIA = ZoneInfo("Pacific/Apia")  # left out 2011-12-30 as a whole


def span(text: str) -> Span:
    start, end = text.split("-")
    return dt.time.fromisoformat(start), dt.time.fromisoformat(end)


def spans(text: str) -> tuple[Span, ...]:
    return tuple(span(part) for part in text.split())


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str, tz: ZoneInfo = SHANGHAI) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=tz)


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


# Monday to Friday with a lunch break; the days around the National Day of 2026: 1 to 7 October off, Saturday the 10th
# worked, and Wednesday the 30th of September shortened.
STORE = WorkCalendar(
    tz=SHANGHAI,
    week=dict.fromkeys(range(5), spans("09:00-12:00 13:30-18:00")),
    overrides={
        day("2026-09-30"): spans("09:00-12:00"),
        **{dt.date(2026, 10, number): () for number in range(1, 8)},
        day("2026-10-10"): spans("09:00-12:00 13:30-18:00"),
    },
)


@pytest.mark.parametrize(
    ("start", "budget", "end"),
    [
        ("2026-11-16 09:00", 1, "2026-11-16 10:00"),
        ("2026-11-16 09:00", 3, "2026-11-16 12:00"),  # closing time, not the reopening
        ("2026-11-16 11:30", 1, "2026-11-16 14:00"),  # over lunch
        ("2026-11-16 12:30", 1, "2026-11-16 14:30"),  # from within lunch
        ("2026-11-16 09:00", 7.5, "2026-11-16 18:00"),
        ("2026-11-16 17:30", 1, "2026-11-17 09:30"),
        ("2026-11-20 17:30", 1, "2026-11-23 09:30"),  # over the weekend
        ("2026-11-21 03:00", 1, "2026-11-23 10:00"),  # from a Saturday night
        ("2026-11-20 18:00", 0, "2026-11-20 18:00"),
        ("2026-11-21 03:00", 0, "2026-11-21 03:00"),  # nothing is due at once
        ("2026-09-30 11:00", 2, "2026-10-08 10:00"),  # short day, holidays
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # into the make-up Saturday
        ("2026-10-10 17:00", 2, "2026-10-12 10:00"),
        # 49 weeks and two days are 247 weekdays; five fall to the holidays, one Saturday is worked, half a day is lost.
        ("2026-01-05 09:00", 7.5 * 243 - 4.5, "2026-12-15 18:00"),
    ],
)
def test_add(start: str, budget: float, end: str) -> None:
    assert STORE.add(moment(start), hours(budget)) == moment(end)


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-11-16 09:00", "2026-11-16 18:00", 7.5),
        ("2026-11-16 12:00", "2026-11-16 13:30", 0),
        ("2026-11-16 11:00", "2026-11-16 14:00", 1.5),
        ("2026-11-20 17:00", "2026-11-23 10:00", 2),
        ("2026-11-21 00:00", "2026-11-22 23:59", 0),
        ("2026-09-30 00:00", "2026-10-12 00:00", 3 + 3 * 7.5),
        ("2026-11-16 14:00", "2026-11-16 10:00", -2.5),
        ("2026-11-16 14:00", "2026-11-16 14:00", 0),
    ],
)
def test_between(start: str, end: str, worked: float) -> None:
    assert STORE.between(moment(start), moment(end)) == hours(worked)


def test_answers_are_in_utc() -> None:
    answers = [STORE.add(moment("2026-11-16 09:00"), hours(n)) for n in (0, 1)]
    answers.append(STORE.next_open(moment("2026-11-16 03:00")))

    assert {answer.tzinfo for answer in answers} == {dt.UTC}


@pytest.mark.parametrize(
    ("at", "is_open", "next_open"),
    [
        ("2026-11-16 08:59:59", False, "2026-11-16 09:00"),
        ("2026-11-16 09:00", True, "2026-11-16 09:00"),
        ("2026-11-16 11:59:59", True, "2026-11-16 11:59:59"),
        ("2026-11-16 12:00", False, "2026-11-16 13:30"),
        ("2026-11-20 18:00", False, "2026-11-23 09:00"),
        ("2026-10-01 10:00", False, "2026-10-08 09:00"),
        ("2026-10-10 10:00", True, "2026-10-10 10:00"),
    ],
)
def test_is_open_and_next_open(at: str, is_open: bool, next_open: str) -> None:
    assert (STORE.is_open(moment(at)), STORE.next_open(moment(at))) == (is_open, moment(next_open))


@pytest.mark.parametrize(
    ("on", "works"),
    [("2026-11-20", True), ("2026-11-21", False), ("2026-10-01", False), ("2026-10-10", True), ("2026-09-30", True)],
)
def test_is_working_day(on: str, works: bool) -> None:
    assert STORE.is_working_day(day(on)) == works


@pytest.mark.parametrize(
    ("on", "days", "expected"),
    [
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-21", 0, "2026-11-21"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-09", 1, "2026-10-10"),
        ("2026-10-09", 7, "2026-10-19"),
        ("2026-11-23", -1, "2026-11-20"),
        ("2026-10-08", -2, "2026-09-29"),
    ],
)
def test_add_working_days(on: str, days: int, expected: str) -> None:
    assert STORE.add_working_days(day(on), days) == day(expected)


def test_working_time_of_a_day() -> None:
    assert [STORE.working_time(day(on)) for on in ("2026-09-30", "2026-10-01", "2026-10-10")] == [
        hours(3),
        hours(0),
        hours(7.5),
    ]


# -- clocks put forward and back ------------------------------------------------------------------------------------

AROUND_THE_CLOCK = dict.fromkeys(range(7), spans("00:00-00:00"))
NIGHT = dict.fromkeys(range(7), spans("01:00-02:20 02:40-04:00"))


@pytest.mark.parametrize(
    ("tz", "week", "on", "length"),
    [
        (BERLIN, AROUND_THE_CLOCK, "2026-03-28", hours(24)),
        (BERLIN, AROUND_THE_CLOCK, "2026-03-29", hours(23)),
        (BERLIN, AROUND_THE_CLOCK, "2026-10-25", hours(25)),
        (NEW_YORK, AROUND_THE_CLOCK, "2026-03-08", hours(23)),
        (NEW_YORK, AROUND_THE_CLOCK, "2026-11-01", hours(25)),
        (SHANGHAI, AROUND_THE_CLOCK, "2026-03-29", hours(24)),
        (BERLIN, NIGHT, "2026-03-28", dt.timedelta(minutes=160)),
        # 02:00 to 03:00 is skipped: 01:00-02:00 and 03:00-04:00 remain.
        (BERLIN, NIGHT, "2026-03-29", dt.timedelta(minutes=120)),
        # 02:00 to 03:00 comes twice: closed at the first 02:20, open again at the first 02:40, until 04:00.
        (BERLIN, NIGHT, "2026-10-25", dt.timedelta(minutes=80 + 80 + 60)),
        (APIA, AROUND_THE_CLOCK, "2011-12-30", hours(0)),
        (APIA, AROUND_THE_CLOCK, "2011-12-31", hours(24)),
    ],
)
def test_a_day_is_as_long_as_its_hours(
    tz: ZoneInfo, week: dict[int, tuple[Span, ...]], on: str, length: dt.timedelta
) -> None:
    assert WorkCalendar(tz=tz, week=week).working_time(day(on)) == length


def test_a_day_that_begins_twice_has_no_gap_and_nothing_twice() -> None:
    """St. John's, 2010-11-07 at 00:01: back to 23:01 of the day before."""
    calendar = WorkCalendar(tz=ST_JOHNS, week=AROUND_THE_CLOCK)
    start = dt.datetime(2010, 11, 7, 1, 0, tzinfo=dt.UTC)
    moments = [start + dt.timedelta(minutes=7 * step) for step in range(40)]

    for at in moments:
        assert (calendar.is_open(at), calendar.next_open(at)) == (True, at)
        assert calendar.between(start, at) == at - start
        assert calendar.add(start, at - start) == at
        assert calendar.between(at, moments[-1]) == moments[-1] - at
        assert calendar.add(at, hours(5)) == at + hours(5)


@pytest.mark.parametrize("start", ["2026-06-01 14:00", "2026-06-02 14:00", "2026-05-31 23:00", "2026-06-01 00:00"])
def test_months_begun_are_not_counted_whole(start: str) -> None:
    opened, full = moment(start), sum((STORE.working_time(dt.date(2026, 6, n)) for n in range(1, 31)), hours(0))
    before = {"2026-06-01 14:00": hours(3.5), "2026-06-02 14:00": hours(7.5 + 3.5)}.get(start, hours(0))

    assert STORE.between(opened, moment("2026-07-01 00:00")) == full - before
    assert STORE.between(opened, moment("2026-07-01 09:30")) == full - before + hours(0.5)
    assert STORE.add(opened, full - before + hours(0.5)) == moment("2026-07-01 09:30")
    assert STORE.add(opened, full - before) == moment("2026-06-30 18:00")
    assert STORE.add(opened, full + hours(0.5)) == STORE.add(moment("2026-07-01 09:30"), before)


def test_a_span_inside_the_skipped_hour_is_left_out() -> None:
    calendar = WorkCalendar(tz=BERLIN, week=dict.fromkeys(range(7), spans("02:10-02:50 09:00-10:00")))

    assert calendar.windows(day("2026-03-29")) == (
        (moment("2026-03-29 09:00", BERLIN).astimezone(dt.UTC), moment("2026-03-29 10:00", BERLIN).astimezone(dt.UTC)),
    )


def test_doors_open_at_nine_whatever_the_clocks_do() -> None:
    calendar = WorkCalendar(tz=BERLIN, week=dict.fromkeys(range(7), spans("09:00-17:00")))

    due = calendar.add(moment("2026-03-28 16:00", BERLIN), hours(2))

    assert due.isoformat() == "2026-03-29T08:00:00+00:00"
    assert due == moment("2026-03-29 10:00", BERLIN)


# -- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "22:00-06:00",
            "The working hours 22:00–06:00 end before they start. Give hours past midnight to the next day.",
        ),
        (
            "09:00-09:00",
            "The working hours 09:00–09:00 end before they start. Give hours past midnight to the next day.",
        ),
        ("09:00-12:00 11:00-18:00", "The working hours 09:00–12:00 and 11:00–18:00 overlap."),
        ("13:00-18:00 09:00-13:01", "The working hours 09:00–13:01 and 13:00–18:00 overlap."),
        ("09:00-12:00 09:00-12:00", "The working hours 09:00–12:00 and 09:00–12:00 overlap."),
        ("00:00-00:00 09:00-12:00", "The working hours 00:00–00:00 and 09:00–12:00 overlap."),
        ("00:00-00:00 00:00-09:00", "The working hours 00:00–00:00 and 00:00–09:00 overlap."),
    ],
)
@pytest.mark.parametrize("where", ["week", "overrides"])
def test_impossible_spans_are_refused(text: str, sentence: str, where: str) -> None:
    arguments = (
        {"week": {0: spans(text)}} if where == "week" else {"week": {}, "overrides": {day("2026-10-10"): spans(text)}}
    )

    with pytest.raises(BadSpan) as refusal:
        WorkCalendar(tz=SHANGHAI, **arguments)  # type: ignore[arg-type]

    assert (str(refusal.value), isinstance(refusal.value, ValueError)) == (sentence, True)


def test_spans_are_ordered_and_joined_where_they_touch() -> None:
    calendar = WorkCalendar(tz=SHANGHAI, week={0: spans("18:00-00:00 13:00-18:00 09:00-12:00")})

    assert calendar.spans(day("2026-11-16")) == spans("09:00-12:00 13:00-00:00")


@pytest.mark.parametrize("weekday", [-1, 7, "0"])
def test_unknown_weekdays_are_refused(weekday: int) -> None:
    with pytest.raises(ValueError, match="numbered 0"):
        WorkCalendar(tz=SHANGHAI, week={weekday: spans("09:00-12:00")})


def test_overrides_by_datetime_and_spans_with_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="keyed by dates"):
        WorkCalendar(tz=SHANGHAI, week={}, overrides={dt.datetime(2026, 10, 1): ()})
    with pytest.raises(ValueError, match="without a zone"):
        WorkCalendar(tz=SHANGHAI, week={0: [(dt.time(9, tzinfo=dt.UTC), dt.time(12))]})


NAIVE = dt.datetime(2026, 11, 16, 9)
AWARE = moment("2026-11-16 09:00")


def test_naive_datetimes_are_refused() -> None:
    for ask in (
        lambda: STORE.add(NAIVE, hours(1)),
        lambda: STORE.between(NAIVE, AWARE),
        lambda: STORE.between(AWARE, NAIVE),
        lambda: STORE.is_open(NAIVE),
        lambda: STORE.next_open(NAIVE),
    ):
        with pytest.raises(ValueError, match="has no zone"):
            ask()


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        STORE.add(AWARE, -hours(1))


def test_a_calendar_without_hours_is_a_clear_error_and_not_an_endless_search() -> None:
    never = WorkCalendar(tz=SHANGHAI, week={0: ()})

    for ask in (
        lambda: never.add(AWARE, hours(1)),
        lambda: never.next_open(AWARE),
        lambda: never.add_working_days(day("2026-11-16"), 1),
        lambda: STORE.add(AWARE, hours(100_000)),
    ):
        with pytest.raises(
            NoWorkingTime,
            match=r"^The work calendar has not enough working hours in the five years from 2026-11-16 on\.$",
        ):
            ask()
    assert (never.is_open(AWARE), never.between(AWARE, AWARE + dt.timedelta(days=400))) == (False, hours(0))
    assert never.add(AWARE, hours(0)) == AWARE


def test_calendar_is_a_value() -> None:
    STORE.add(AWARE, hours(500))  # with warm tables
    copy = pickle.loads(pickle.dumps(STORE))

    assert (copy, hash(copy)) == (STORE, hash(STORE))
    assert copy.add(AWARE, hours(500)) == STORE.add(AWARE, hours(500))
    assert replace(STORE, overrides={}) != STORE
    with pytest.raises(TypeError):
        STORE.overrides[day("2026-12-31")] = ()  # type: ignore[index]


# -- promises -------------------------------------------------------------------------------------------------------

ZONES = st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, ST_JOHNS, APIA])
# The days on which the clocks of those zones change, and an ordinary one.
EVENTFUL = st.sampled_from(
    [
        day(on)
        for on in ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2011-11-06", "2011-12-30", "2026-06-15")
    ]
)


@st.composite
def some_spans(draw: st.DrawFn) -> tuple[Span, ...]:
    minutes = sorted(draw(st.sets(st.integers(0, 24 * 12), max_size=6)))
    times = [dt.time(minute // 12 % 24, minute % 12 * 5) for minute in minutes]
    return tuple(zip(times[0::2], times[1::2], strict=False))


@st.composite
def cases(draw: st.DrawFn) -> tuple[WorkCalendar, dt.datetime]:
    """A calendar with at least one hour a week, and a moment near a day on which something happens."""
    middle = draw(EVENTFUL)
    near = st.integers(-3, 3).map(lambda days: middle + dt.timedelta(days=days))
    week = draw(st.dictionaries(st.integers(0, 6), some_spans(), max_size=7))
    assume(any(week.values()))
    calendar = WorkCalendar(tz=draw(ZONES), week=week, overrides=draw(st.dictionaries(near, some_spans(), max_size=4)))
    assume(any(calendar.working_time(dt.date(2026, 6, number)) >= hours(1) for number in range(1, 8)))
    noon = dt.datetime.combine(middle, dt.time(12), dt.UTC)
    return calendar, noon + draw(
        st.integers(-4 * 86_400, 4 * 86_400).map(lambda seconds: dt.timedelta(seconds=seconds))
    )


BUDGETS = st.one_of(
    st.just(dt.timedelta(0)),
    st.integers(0, 200 * 60).map(lambda minutes: dt.timedelta(minutes=minutes)),
    st.timedeltas(min_value=dt.timedelta(0), max_value=dt.timedelta(days=3)),
)
STRETCHES = st.one_of(
    st.timedeltas(min_value=dt.timedelta(0), max_value=dt.timedelta(days=10)),
    st.integers(0, 500).map(lambda days: dt.timedelta(days=days)),
)
promise = settings(deadline=None, database=None, max_examples=100)


@given(cases(), BUDGETS)
@promise
def test_between_gives_back_what_add_was_given(case: tuple[WorkCalendar, dt.datetime], budget: dt.timedelta) -> None:
    calendar, start = case

    end = calendar.add(start, budget)

    assert (end >= start, calendar.between(start, end)) == (True, budget)


@given(cases(), BUDGETS)
@promise
def test_add_answers_the_earliest_such_moment(case: tuple[WorkCalendar, dt.datetime], budget: dt.timedelta) -> None:
    calendar, start = case
    end = calendar.add(start, budget)
    assume(end > start)

    assert calendar.between(start, end - dt.timedelta(microseconds=1)) == budget - dt.timedelta(microseconds=1)


@given(cases(), STRETCHES)
@promise
def test_add_gives_back_the_end_of_between_in_working_time(
    case: tuple[WorkCalendar, dt.datetime], stretch: dt.timedelta
) -> None:
    calendar, start = case
    end = start + stretch

    reached = calendar.add(start, calendar.between(start, end))

    assert reached <= end
    if end > start and calendar.is_open(end - dt.timedelta(microseconds=1)):
        assert reached == end


@given(cases(), BUDGETS, BUDGETS)
@promise
def test_two_budgets_one_after_the_other_are_their_sum(
    case: tuple[WorkCalendar, dt.datetime], one: dt.timedelta, other: dt.timedelta
) -> None:
    calendar, start = case

    assert calendar.add(calendar.add(start, one), other) == calendar.add(start, one + other)


@given(cases(), STRETCHES, BUDGETS, BUDGETS)
@promise
def test_later_start_or_larger_budget_never_ends_earlier(
    case: tuple[WorkCalendar, dt.datetime], stretch: dt.timedelta, one: dt.timedelta, more: dt.timedelta
) -> None:
    calendar, start = case
    end = calendar.add(start, one)

    assert end <= calendar.add(start + stretch, one)
    assert end <= calendar.add(start, one + more)


@given(cases(), STRETCHES, STRETCHES)
@promise
def test_stretches_add_up_in_any_order(
    case: tuple[WorkCalendar, dt.datetime], one: dt.timedelta, other: dt.timedelta
) -> None:
    calendar, first = case
    second, third = first + one, first + one + other

    assert calendar.between(first, second) + calendar.between(second, third) == calendar.between(first, third)
    assert calendar.between(third, first) == -calendar.between(first, third)
    assert dt.timedelta(0) <= calendar.between(first, third) <= third - first


@given(cases())
@promise
def test_next_open_is_open_and_nothing_is_worked_before_it(case: tuple[WorkCalendar, dt.datetime]) -> None:
    calendar, at = case

    opening = calendar.next_open(at)

    assert (calendar.is_open(opening), calendar.between(at, opening)) == (True, dt.timedelta(0))
    assert (opening == at) == calendar.is_open(at)


@given(cases())
@promise
def test_windows_never_overlap(case: tuple[WorkCalendar, dt.datetime]) -> None:
    calendar, at = case
    edges = [
        edge
        for offset in range(-5, 6)
        for window in calendar.windows(at.date() + dt.timedelta(days=offset))
        for edge in window
    ]

    assert edges == sorted(edges)


@given(cases(), st.integers(0, 4 * 24 * 12))
@settings(deadline=None, database=None, max_examples=60)
def test_between_counts_the_minutes_at_which_the_wall_clock_shows_working_hours(
    case: tuple[WorkCalendar, dt.datetime], steps: int
) -> None:
    """An independent count in steps of five minutes, where no clock shows the same time twice."""
    calendar, at = case
    start = at.replace(minute=0, second=0)
    moments = [start + dt.timedelta(minutes=5 * step) for step in range(steps)]
    walls = [each.astimezone(calendar.tz) for each in moments]
    assume(not any(wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset() for wall in walls))

    def working(wall: dt.datetime) -> bool:
        given_spans = calendar.overrides.get(wall.date(), calendar.week.get(wall.weekday(), ()))
        return any(
            opens <= wall.time() and (wall.time() < closes or closes == dt.time.min) for opens, closes in given_spans
        )

    counted = sum(working(wall) for wall in walls)

    assert calendar.between(start, start + dt.timedelta(minutes=5 * steps)) == dt.timedelta(minutes=5 * counted)


def test_long_ranges_agree_with_the_sum_of_their_days() -> None:
    """Whole months are skipped by their totals; over ten years with both kinds of clock change nothing may get lost."""
    calendar = WorkCalendar(tz=BERLIN, week={**NIGHT, 6: ()}, overrides={day("2026-12-25"): ()})
    first, count = day("2020-01-15"), 3_650
    start = moment("2020-01-15 00:00", BERLIN)
    end = dt.datetime.combine(first + dt.timedelta(days=count), dt.time.min, BERLIN)
    total = sum((calendar.working_time(first + dt.timedelta(days=n)) for n in range(count)), dt.timedelta(0))

    assert calendar.between(start, end) == total
    assert calendar.add(start, hours(3_000)) == WorkCalendar(BERLIN, calendar.week, calendar.overrides).add(
        calendar.add(start, hours(1_234)), hours(1_766)
    )
