"""Charts, drawn on the server as SVG.

No script and no style attribute: positions are presentation attributes, colours come from classes. Horizontal positions
are percentages, so that a chart fills its card at any width while its text keeps its size. Beside every chart stands
its table, because a chart is where people look and a table is where they read.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.formats import number_format
from django.utils.functional import Promise

Unit = Literal["count", "percent", "days", "money"]
Text = str | Promise
Value = float | int | None

HEIGHT = 180
TOP = 22
LABELS = 24
FLOOR = HEIGHT - LABELS
LABELS_AT_MOST = 12
HALF = 0.5
SHORTEST_AXIS = 4.0
TONES = ("c1", "c2", "c3", "c4", "c5", "c6")


@dataclass(frozen=True)
class Series:
    """One line, or one colour of a bar. ``values`` match the labels of the chart; None is a gap, drawn as a gap.

    ``tone``: danger, warn, ok, info, neutral or empty for the next colour of the palette.
    """

    name: Text
    values: Sequence[Value]
    tone: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture of numbers. Rates are fractions: 0.646 with unit "percent" is written 64.6%.

    ``kind``: "bar" (columns, side by side), "trend" (lines), "distribution" (one stacked line a label, as shares).
    ``target`` draws a line to compare with (bar and trend only).
    """

    kind: Literal["bar", "trend", "distribution"]
    title: Text
    labels: Sequence[Text]
    series: Sequence[Series]
    unit: Unit = "count"
    target: Value = None
    note: Text = ""
    label_heading: Text = ""


@dataclass(frozen=True)
class Scale:
    """From values to pixels."""

    bottom: float
    top: float

    def y(self, value: float) -> float:
        share = (max(value, self.bottom) - self.bottom) / (self.top - self.bottom)
        return round(FLOOR - share * (FLOOR - TOP), 1)

    def thirds(self) -> tuple[float, float, float]:
        """Bottom, middle and top."""
        return self.bottom, (self.bottom + self.top) / 2, self.top


@dataclass(frozen=True)
class Tick:
    """A line across the chart with its figure."""

    y: float
    text: str


@dataclass(frozen=True)
class Column:
    """One bar. ``x``, ``width`` in percent of the width; ``y``, ``height`` in pixels."""

    x: float
    width: float
    y: float
    height: float
    tone: str
    text: str
    middle: float
    label: Text
    show_text: bool


@dataclass(frozen=True)
class Segment:
    """A piece of a line between two neighbours that both have a value."""

    x1: float
    y1: float
    x2: float
    y2: float
    tone: str


@dataclass(frozen=True)
class Dot:
    """A value on a line."""

    x: float
    y: float
    tone: str
    text: str
    label: Text


@dataclass(frozen=True)
class AxisLabel:
    """A label below the chart; ``secondary`` ones give way when the chart is narrow."""

    x: float
    text: Text
    secondary: bool


@dataclass(frozen=True)
class Share:
    """A piece of a stacked line; ``x`` and ``width`` in percent."""

    x: float
    width: float
    tone: str
    text: str
    name: Text
    show_text: bool


@dataclass(frozen=True)
class StackedLine:
    """One line of a distribution."""

    label: Text
    shares: tuple[Share, ...]
    total: str


@dataclass(frozen=True)
class Legend:
    name: Text
    tone: str


@dataclass(frozen=True)
class Drawing:
    """Everything the template needs, in numbers it can print."""

    chart: Chart
    legend: tuple[Legend, ...]
    ticks: tuple[Tick, ...] = ()
    columns: tuple[Column, ...] = ()
    segments: tuple[Segment, ...] = ()
    dots: tuple[Dot, ...] = ()
    axis: tuple[AxisLabel, ...] = ()
    lines: tuple[StackedLine, ...] = ()
    target_y: float | None = None
    target_text: str = ""
    rows: tuple[tuple[Text, tuple[str, ...]], ...] = field(default=())
    height: int = HEIGHT
    floor: int = FLOOR
    label_y: int = HEIGHT - 6
    is_empty: bool = False


def written(value: Value, unit: Unit, *, decimals: int = 1) -> str:
    """A figure as people read it; "–" for none. ``decimals`` is for percentages."""
    if value is None:
        return "–"
    if unit == "percent":
        return f"{number_format(round(value * 100, decimals), decimals)}%"
    decimals = 0 if float(value).is_integer() else 1
    return str(number_format(round(value, decimals), decimals, force_grouping=True))


def nice_top(highest: float, unit: Unit) -> float:
    """The upper end of the axis: a round number not below the highest value."""
    if unit == "percent":
        return 1.0 if highest <= 1 else math.ceil(highest * 2) / 2
    if highest <= SHORTEST_AXIS:
        return SHORTEST_AXIS
    power = 10 ** math.floor(math.log10(highest))
    for step in (1, 2, 4, 5, 8, 10):
        if highest <= step * power:
            return float(step * power)
    return float(10 * power)


def draw(chart: Chart) -> Drawing:
    """Turn numbers into positions. Raises ValueError when a series is not as long as the labels."""
    for series in chart.series:
        if len(series.values) != len(chart.labels):
            raise ValueError(f"Series {series.name!s} has {len(series.values)} values for {len(chart.labels)} labels.")
    tones = [series.tone or TONES[index % len(TONES)] for index, series in enumerate(chart.series)]
    legend = tuple(Legend(series.name, tone) for series, tone in zip(chart.series, tones, strict=True))
    rows = tuple(
        (label, tuple(written(series.values[index], chart.unit) for series in chart.series))
        for index, label in enumerate(chart.labels)
    )
    known = [value for series in chart.series for value in series.values if value is not None]
    if not known:
        return Drawing(chart=chart, legend=legend, rows=rows, is_empty=True)
    if chart.kind == "distribution":
        return Drawing(
            chart=chart, legend=legend, rows=rows, lines=_stacked_lines(chart, tones), is_empty=not any(known)
        )
    compared = known if chart.target is None else [*known, chart.target]
    # A column is read by its length and starts at nought; a line is read by its slope and may start higher.
    bottom = HALF if chart.kind == "trend" and chart.unit == "percent" and min(compared) >= HALF else 0.0
    scale = Scale(bottom, nice_top(max(compared), chart.unit))
    target_y = None if chart.target is None else scale.y(chart.target)
    columns = _columns(chart, tones, scale) if chart.kind == "bar" else ()
    segments, dots = _lines(chart, tones, scale) if chart.kind == "trend" else ((), ())
    return Drawing(
        chart=chart,
        legend=legend,
        rows=rows,
        ticks=tuple(Tick(scale.y(value), written(value, chart.unit, decimals=0)) for value in scale.thirds()),
        columns=columns,
        segments=segments,
        dots=dots,
        axis=_axis(chart.labels),
        target_y=target_y,
        target_text=written(chart.target, chart.unit),
    )


def spark_points(values: Sequence[Value], *, width: int = 96, height: int = 24) -> tuple[str, ...]:
    """The ``points`` of the polylines of a sparkline: one for each unbroken run of values."""
    known = [value for value in values if value is not None]
    if not known:
        return ()
    low, high = min(known), max(known)
    span = (high - low) or 1
    step = (width - 4) / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        y = height - 3 - (value - low) / span * (height - 6) if high != low else height / 2
        runs[-1].append(f"{2 + index * step:.1f},{y:.1f}")
    return tuple(" ".join(run) for run in runs if run)


def _axis(labels: Sequence[Text]) -> tuple[AxisLabel, ...]:
    step = max(1, math.ceil(len(labels) / LABELS_AT_MOST))
    slot = 100 / len(labels)
    shown = [index for index in range(len(labels)) if index % step == 0]
    return tuple(
        AxisLabel(round((index + 0.5) * slot, 2), labels[index], len(shown) > LABELS_AT_MOST // 2 and position % 2 == 1)
        for position, index in enumerate(shown)
    )


def _columns(chart: Chart, tones: Sequence[str], scale: Scale) -> tuple[Column, ...]:
    slot = 100 / len(chart.labels)
    width = slot * 0.7 / len(chart.series)
    crowded = len(chart.labels) * len(chart.series) > LABELS_AT_MOST
    found = []
    for index, label in enumerate(chart.labels):
        for place, series in enumerate(chart.series):
            value = series.values[index]
            if value is None:
                continue
            x = index * slot + slot * 0.15 + place * width
            y = scale.y(value)
            text = written(value, chart.unit)
            found.append(
                Column(
                    x=round(x + width * 0.04, 2),
                    width=round(width * 0.92, 2),
                    y=y,
                    height=round(FLOOR - y, 1),
                    tone=tones[place],
                    text=text,
                    middle=round(x + width / 2, 2),
                    label=label,
                    show_text=not crowded,
                )
            )
    return tuple(found)


def _lines(chart: Chart, tones: Sequence[str], scale: Scale) -> tuple[tuple[Segment, ...], tuple[Dot, ...]]:
    slot = 100 / len(chart.labels)
    segments: list[Segment] = []
    dots: list[Dot] = []
    for series, tone in zip(chart.series, tones, strict=True):
        before: Dot | None = None
        for index, value in enumerate(series.values):
            if value is None:
                before = None
                continue
            dot = Dot(
                round((index + 0.5) * slot, 2), scale.y(value), tone, written(value, chart.unit), chart.labels[index]
            )
            if before is not None:
                segments.append(Segment(before.x, before.y, dot.x, dot.y, tone))
            dots.append(dot)
            before = dot
    return tuple(segments), tuple(dots)


def _stacked_lines(chart: Chart, tones: Sequence[str]) -> tuple[StackedLine, ...]:
    lines = []
    for index, label in enumerate(chart.labels):
        values = [series.values[index] or 0 for series in chart.series]
        total = sum(values)
        x = 0.0
        shares = []
        for series, value, tone in zip(chart.series, values, tones, strict=True):
            if not value:
                continue
            width = value / total * 100
            text = f"{written(value, chart.unit)} ({written(value / total, 'percent')})"
            shares.append(Share(round(x, 2), round(width, 2), tone, text, series.name, width >= 9))
            x += width
        lines.append(StackedLine(label, tuple(shares), written(total, chart.unit)))
    return tuple(lines)
