"""What the pages of one monthly report show."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from dealership import clock
from dealership.web.charts import Chart, Series
from dealership.web.months import month_label, month_short, parse_month
from followups.enums_documents import DocumentKind, MeasureState
from followups.exports.document_figures import class_lines, figure_lines, question_lines, ranking_lines
from followups.exports.document_form import title_of
from followups.exports.snapshot import figures_of
from followups.forms_documents import CommentForm, DecisionForm, EffectForm
from followups.models import Measure, MonthlyDocument
from followups.rules.documents import may
from followups.selectors.documents import (
    may_answer,
    may_approve,
    measures_of,
    needs_successor,
    timeline_of,
    turn_of,
)
from staffing.enums import Capability
from staffing.models import Staff

#: At the head of the page; the rest of the figures stands in the table below.
TILES = {
    DocumentKind.FIRST_SERVICE: ("expected", "came", "on_time", "raised"),
    DocumentKind.SERVICE_VISITS: ("due", "attempted", "successful", "last_repair", "named", "in_time"),
}
USUAL_TILES = ("due", "attempted", "successful", "on_time", "named", "in_time")


def page_context(
    user: Staff,
    document: MonthlyDocument,
    *,
    comment_form: CommentForm | None = None,
    decision_form: DecisionForm | None = None,
    effect_form: EffectForm | None = None,
    effect_of: int | None = None,
    refusal: str = "",
) -> dict[str, Any]:
    """Everything of the page, with the forms that this person may use now."""
    _report, now = figures_of(document.kind, stores=[document.store], month=document.month)
    measures = measures_of(document)
    answers, approves = may_answer(user, document), may_approve(user, document)
    may_plan = answers and may("plan", document.state)
    return {
        **_figures(document, now),
        "document": document,
        "title": title_of(document.kind),
        "month": month_label(document.month),
        "turn": turn_of(document, measures),
        "lines": [_measure_line(row, user, document, may_plan, answers or approves) for row in measures],
        "timeline": timeline_of(document),
        "comment_form": (comment_form or CommentForm(initial={"comment": document.comment}))
        if answers and may("comment", document.state)
        else None,
        "may_plan": may_plan,
        "may_submit": answers and may("submit", document.state) and _has_news(document, measures),
        "decision_form": (decision_form or DecisionForm()) if approves and may("approve", document.state) else None,
        "effect_form": effect_form,
        "effect_of": effect_of,
        "today": clock.today(document.store.tz),
        "refusal": refusal,
        "may_export": user.may(Capability.EXPORT),
    }


def paper_context(document: MonthlyDocument) -> dict[str, Any]:
    """The paper form: the frozen figures alone, the analysis, the measures (F17, F19)."""
    return {
        **_figures(document, None),
        "document": document,
        "title": title_of(document.kind),
        "month": month_label(document.month),
        "measures": measures_of(document),
        "blank": range(max(0, 3 - document.measures.count())),
    }


def _figures(document: MonthlyDocument, now: dict[str, Any] | None) -> dict[str, Any]:
    then = document.figures
    shown = figure_lines(document.kind, then, now)
    by_code = {line.code: line for line in shown}
    tiles = TILES.get(DocumentKind(document.kind), USUAL_TILES)
    return {
        "figures": shown,
        "tiles": [by_code[code] for code in tiles],
        "has_changed": any(line.now for line in shown),
        "questions": question_lines(then, now),
        "classes": class_lines(then, now),
        "ranking": ranking_lines(then, now),
        "trend": _trend(document.kind, then),
    }


def _measure_line(
    measure: Measure, user: Staff, document: MonthlyDocument, may_plan: bool, may_check: bool
) -> dict[str, Any]:
    waits = measure.state in (MeasureState.APPROVED, MeasureState.DONE)
    state = MeasureState(measure.state)
    today = clock.today(document.store.tz)
    return {
        "measure": measure,
        "state": state,
        "may_change": may_plan and measure.state == MeasureState.DRAFT,
        "may_check": may_check and waits and measure.responsible_id != user.pk,
        "needs_successor": needs_successor(measure),
        "is_late": measure.state == MeasureState.APPROVED and measure.due_on < today,
    }


def _has_news(document: MonthlyDocument, measures: list[Measure]) -> bool:
    """Once measures were approved only new ones are sent up."""
    return document.state != "approved" or any(row.state == MeasureState.DRAFT for row in measures)


def _trend(kind: str, then: dict[str, Any]) -> Chart | None:
    """Twelve months of the rates of the kind, as they stood when the report was made."""
    points = then.get("trend", ())
    if not points:
        return None
    rates = (
        (("visit_rate", _("Came in")), ("on_time_rate", _("On time")))
        if kind == DocumentKind.FIRST_SERVICE
        else (("attempt_rate", _("Attempt rate")), ("success_rate", _("Success rate")))
    )
    series = [Series(label, [point[code] for point in points]) for code, label in rates]
    satisfaction = then.get("satisfaction_trend", ())
    if satisfaction:
        series.append(Series(_("Satisfied with the last repair"), [point["satisfied_rate"] for point in satisfaction]))
    months: list[dt.date] = [parse_month(point["month"]) for point in points]
    return Chart(
        "trend",
        _("Twelve months, %(first)s to %(last)s") % {"first": month_label(months[0]), "last": month_label(months[-1])},
        [month_short(each) for each in months],
        series,
        unit="percent",
        label_heading=_("Report month"),
    )
