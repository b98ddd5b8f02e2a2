"""What the pages of the 7DC analysis show, made from the analysis: texts, addresses of rows, charts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dealership.web.charts import Chart, Series
from dealership.web.months import month_label, month_of, month_short
from dealership.web.wording import NONE, shown
from followups.enums import QuestionType
from followups.models import Question
from followups.selectors.calls import question_choices
from followups.selectors.monthly import FIGURES, RATES, MonthlyQuestioned
from followups.selectors.monthly.definitions import read_figure
from followups.selectors.monthly.satisfaction import (
    JUDGED,
    AskedQuestion,
    AskedVersion,
    Marks,
    Satisfaction,
    ScoredItem,
)
from staffing.reports import NO_CONSULTANT, Asked

#: Of the scale between lowest and highest: from here on a score is high, and from here on no longer low.
HIGH, MIDDLE = 8 / 9, 6 / 9
TILES = ("due", "attempt_rate", "success_rate", "complaints")


@dataclass(frozen=True)
class Tile:
    """A head figure."""

    label: str
    text: str
    hint: str = ""
    href: str = ""
    definition: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Linked:
    """A figure and the address of its rows; empty where there are none."""

    text: str
    href: str = ""
    under: str = ""


@dataclass(frozen=True)
class QuestionLine:
    """One question of a version."""

    number: int
    text: str
    type: str
    is_weak: bool
    answered: Linked
    level: str
    values: tuple[tuple[str, Linked], ...]
    alerts: Linked


@dataclass(frozen=True)
class VersionBlock:
    """One version with its lines."""

    version: AskedVersion
    responses: Linked
    lines: tuple[QuestionLine, ...]


@dataclass(frozen=True)
class TableLine:
    """One line of a table: a name, and cells under the items."""

    name: str
    under: str
    href: str
    cells: tuple[Linked, ...]


def number(value: float | None) -> str:
    """A mean as people read it: two decimals."""
    return NONE if value is None else f"{value:.2f}"


def level(kind: str, marks: Marks) -> str:
    """The mean of scores and numbers, the share of favourable answers of the others; "–" without answers."""
    if kind in (QuestionType.SCALE, QuestionType.NUMBER):
        return number(marks.mean)
    if kind in JUDGED:
        return shown(marks.favourable / marks.answered) if marks.answered else NONE
    return NONE


def tiles_of(asked: Asked, report: MonthlyQuestioned, found: Satisfaction) -> list[Tile]:
    """The head figures: the calls, then what was answered."""
    tiles = []
    for code in TILES:
        value = shown(read_figure(code, report.total))
        if code in RATES:
            rate = RATES[code]
            part, whole = read_figure(rate.part, report.total), read_figure(rate.whole, report.total)
            href = asked.at("report_7dc_rows", figure=rate.part) if part else ""
            hint = _("%(part)s of %(whole)s") % {"part": part, "whole": whole}
            tiles.append(Tile(str(rate.label), value, hint, href, str(rate.definition)))
        else:
            href = asked.at("report_7dc_rows", figure=code) if value != "0" else ""
            tiles.append(Tile(str(FIGURES[code].label), value, "", href, str(FIGURES[code].definition)))
    tiles.append(
        Tile(
            _("Calls with answers"),
            str(found.responses),
            href=asked.at("report_7dc_register") if found.responses else "",
            definition=_("Due calls whose questionnaire was answered; each is a row of the register."),
        )
    )
    tiles.append(
        Tile(
            _("Mean score"),
            number(found.scores.mean),
            _("%(count)d scores") % {"count": found.scores.answered},
            definition=_("All scores of the month ÷ their number."),
        )
    )
    weak = found.weak
    tiles.append(
        Tile(
            _("Weakest item"),
            level(weak.type, weak.marks) if weak else NONE,
            weak.text if weak else "",
            href=asked.at("report_7dc_register", question=weak.code) if weak else "",
            definition=_("The item whose mean lies lowest between its lowest and its highest answer."),
            tone="warn" if weak else "",
        )
    )
    alerts = sum(item.marks.alerts for item in found.items)
    tiles.append(Tile(_("Alerts"), str(alerts), definition=_("Answers that the questionnaire says to look at.")))
    return tiles


def blocks_of(asked: Asked, found: Satisfaction) -> list[VersionBlock]:
    """Question by question, version by version."""
    return [
        VersionBlock(
            version=version,
            responses=Linked(
                str(version.responses),
                asked.at("report_7dc_register", version=version.questionnaire_id) if version.responses else "",
            ),
            lines=tuple(
                _line(asked, version, place, line, found.weak) for place, line in enumerate(version.questions, start=1)
            ),
        )
        for version in found.versions
    ]


def _line(
    asked: Asked, version: AskedVersion, place: int, line: AskedQuestion, weak: ScoredItem | None
) -> QuestionLine:
    words = dict(question_choices(line.row))

    def rows(n: int, **more: object) -> Linked:
        address = asked.at("report_7dc_register", version=version.questionnaire_id, question=line.row.code, **more)
        return Linked(str(n), address if n else "")

    return QuestionLine(
        number=place,
        text=line.row.text,
        type=line.row.get_type_display(),
        is_weak=weak is not None and weak.code == line.row.code,
        answered=rows(line.marks.answered),
        level=level(line.row.type, line.marks),
        values=tuple((words.get(value, value), rows(n, value=value)) for value, n in line.values),
        alerts=rows(line.marks.alerts, alerts="1"),
    )


def heads_of(found: Satisfaction) -> list[ScoredItem]:
    """The items that have a level: the columns of the tables by consultant and by month."""
    return [item for item in found.items if item.type in (*JUDGED, QuestionType.NUMBER)]


def consultants_of(asked: Asked, found: Satisfaction) -> list[TableLine]:
    """By consultant: the mean of each item over its answers."""
    heads, lines = heads_of(found), []
    for person in found.consultants:
        who = NO_CONSULTANT if person.consultant_id is None else person.consultant_id
        cells = [Linked(number(person.scores.mean), under=str(person.scores.answered))]
        for head in heads:
            marks = person.by_code.get(head.code, Marks())
            address = asked.at("report_7dc_register", question=head.code, consultant=who) if marks.answered else ""
            cells.append(Linked(level(head.type, marks), address, str(marks.answered)))
        href = asked.at("report_7dc", consultant=who) if person.consultant_id is not None else ""
        lines.append(TableLine(person.name, person.employee_no, href, tuple(cells)))
    return lines


def total_of(found: Satisfaction) -> list[Linked]:
    """The line of all consultants together."""
    cells = [Linked(number(found.scores.mean), under=str(found.scores.answered))]
    return cells + [Linked(level(head.type, head.marks), under=str(head.marks.answered)) for head in heads_of(found)]


def months_of(asked: Asked, found: Satisfaction) -> list[TableLine]:
    """By month: the mean of each item over its answers."""
    heads = heads_of(found)
    return [
        TableLine(
            month_label(point.month),
            "",
            asked.at("report_7dc", month=month_of(point.month)),
            (
                Linked(number(point.scores.mean), under=str(point.scores.answered)),
                *(_cell(point.by_code.get(head.code, Marks()), head) for head in heads),
            ),
        )
        for point in reversed(found.trend)
    ]


def _cell(marks: Marks, head: ScoredItem) -> Linked:
    return Linked(level(head.type, marks), under=str(marks.answered))


def trend_chart(found: Satisfaction) -> Chart:
    """The mean score over twelve months, and that of the weak item."""
    series = [Series(_("All scores"), [_rounded(point.scores.mean) for point in found.trend])]
    weak = found.weak
    if weak is not None and weak.type == QuestionType.SCALE:
        marks = [point.by_code.get(weak.code, Marks()) for point in found.trend]
        series.append(Series(weak.text, [_rounded(each.mean) for each in marks], "warn"))
    return Chart(
        "trend",
        _("Mean score, %(first)s to %(last)s")
        % {"first": month_label(found.trend[0].month), "last": month_label(found.trend[-1].month)},
        [month_short(point.month) for point in found.trend],
        series,
        note=_("A month without answers is a gap."),
        label_heading=_("Report month"),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def distribution_chart(found: Satisfaction) -> Chart:
    """How the scores of each item are spread: high, middle, low on its own scale."""
    spread: dict[str, list[int]] = {}
    texts: dict[str, str] = {}
    for line in _scales(found.versions):
        counts = spread.setdefault(line.row.code, [0, 0, 0])
        texts.setdefault(line.row.code, line.row.text)
        for value, n in line.values:
            counts[_band(line.row, int(value))] += n
    return Chart(
        "distribution",
        _("How the scores are spread"),
        [texts[code] for code in spread],
        [
            Series(_("9–10"), [counts[0] for counts in spread.values()], "ok"),
            Series(_("7–8"), [counts[1] for counts in spread.values()], "warn"),
            Series(_("6 and less"), [counts[2] for counts in spread.values()], "danger"),
        ],
        note=_("Other scales are divided alike: the upper ninth, the two below it, the rest."),
        label_heading=_("Question"),
    )


def _scales(versions: Iterable[AskedVersion]) -> Iterable[AskedQuestion]:
    return (line for version in versions for line in version.questions if line.row.type == QuestionType.SCALE)


def _band(question: Question, score: int) -> int:
    low = 1 if question.minimum is None else question.minimum
    high = 10 if question.maximum is None else question.maximum
    place = (score - low) / (high - low) if high > low else 1.0
    return 0 if place >= HIGH else 1 if place >= MIDDLE else 2
