"""From numbers to positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealership.web.charts import FLOOR, TOP, Chart, Series, draw, nice_top, spark_points, written


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "percent", "–"),
        (0.646, "percent", "64.6%"),
        (0, "percent", "0.0%"),
        (1, "percent", "100.0%"),
        (48, "count", "48"),
        (2.5, "days", "2.5"),
        (None, "count", "–"),
    ],
)
def test_written(value, unit, expected):
    assert written(value, unit) == expected


@pytest.mark.parametrize(
    ("highest", "unit", "expected"),
    [
        (0, "count", 4),
        (3, "count", 4),
        (52, "count", 80),
        (100, "count", 100),
        (101, "count", 200),
        (0.4, "percent", 1),
    ],
)
def test_nice_top(highest, unit, expected):
    assert nice_top(highest, unit) == expected


@given(st.floats(min_value=0, max_value=1e9, allow_nan=False))
def test_nice_top_is_never_below_the_highest_value(highest):
    assert nice_top(highest, "count") >= highest


def test_bars_stand_on_the_floor_and_stay_inside():
    drawing = draw(Chart("bar", "calls", ["a", "b"], [Series("due", [80, 20]), Series("done", [None, 0])]))

    assert [(column.text, column.y + column.height) for column in drawing.columns] == [
        ("80", FLOOR),
        ("20", FLOOR),
        ("0", FLOOR),
    ]
    assert min(column.y for column in drawing.columns) == TOP
    assert max(column.x + column.width for column in drawing.columns) < 100


def test_a_line_breaks_where_there_is_no_value():
    drawing = draw(Chart("trend", "rate", list("abcde"), [Series("rate", [0.1, 0.2, None, 0.3, 0.4])], unit="percent"))

    assert len(drawing.dots) == 4
    assert len(drawing.segments) == 2


def test_high_rates_are_drawn_from_one_half():
    drawing = draw(Chart("trend", "rate", ["a", "b"], [Series("rate", [0.8, 0.9])], unit="percent"))

    assert [tick.text for tick in drawing.ticks] == ["50%", "75%", "100%"]


def test_columns_are_always_drawn_from_nought():
    drawing = draw(Chart("bar", "rate", ["a", "b"], [Series("rate", [0.8, 0.9])], unit="percent"))

    assert [tick.text for tick in drawing.ticks] == ["0%", "50%", "100%"]


def test_shares_fill_the_line():
    drawing = draw(Chart("distribution", "answers", ["car"], [Series("good", [3]), Series("bad", [1])]))

    (line,) = drawing.lines
    assert [(share.x, share.width, share.text) for share in line.shares] == [
        (0.0, 75.0, "3 (75.0%)"),
        (75.0, 25.0, "1 (25.0%)"),
    ]


@pytest.mark.parametrize("values", [[], [None, None]], ids=["no labels", "only gaps"])
@pytest.mark.parametrize("kind", ["bar", "trend", "distribution"])
def test_a_chart_without_values_says_so(kind, values):
    drawing = draw(Chart(kind, "nothing", ["x"] * len(values), [Series("s", values)]))

    assert drawing.is_empty is True


def test_a_distribution_of_noughts_is_empty():
    drawing = draw(Chart("distribution", "nothing", ["car"], [Series("good", [0]), Series("bad", [0])]))

    assert drawing.is_empty is True


def test_the_table_has_every_figure():
    drawing = draw(Chart("trend", "rate", ["1月", "2月"], [Series("rate", [0.5, None])], unit="percent"))

    assert drawing.rows == (("1月", ("50.0%",)), ("2月", ("–",)))


def test_series_of_another_length_are_refused():
    with pytest.raises(ValueError, match="has 1 values for 2 labels"):
        draw(Chart("bar", "calls", ["a", "b"], [Series("due", [1])]))


def test_a_long_axis_is_thinned():
    drawing = draw(Chart("bar", "days", [str(day) for day in range(1, 32)], [Series("due", [1] * 31)]))

    assert [label.text for label in drawing.axis] == ["1", "4", "7", "10", "13", "16", "19", "22", "25", "28", "31"]


def test_spark_points_break_at_gaps():
    assert spark_points([1, None, 1]) == ("2.0,12.0", "94.0,12.0")
    assert spark_points([None]) == ()
