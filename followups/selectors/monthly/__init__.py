"""The monthly statistics: figures, the rows behind each of them, and how each is counted (D3-11, D7-08, AF-10)."""

from dealership.web.months import (
    month_label,
    month_of,
    month_short,
    month_start,
    months_after,
    parse_month,
)
from followups.selectors.monthly.calls import monthly_3dc
from followups.selectors.monthly.definitions import FIGURES, RATES, Figure, Rate
from followups.selectors.monthly.figures import (
    ConsultantRow,
    Figures,
    Monthly3DC,
    MonthlyCalls,
    MonthlyQuestioned,
    Opinions,
    OutcomeCount,
    QuestionResult,
    ReasonCount,
    TrendPoint,
)
from followups.selectors.monthly.first_service import MonthlyFirstService, monthly_first_service
from followups.selectors.monthly.others import MonthlyComplaints, monthly_complaints
from followups.selectors.monthly.questions import monthly_7dc, monthly_service_visits
from followups.selectors.monthly.rows import (
    ReportRow,
    UnknownFigure,
    detail_label,
    monthly_consultants,
    report_rows,
    rows_behind,
    with_details,
)

__all__ = [
    "FIGURES",
    "RATES",
    "ConsultantRow",
    "Figure",
    "Figures",
    "Monthly3DC",
    "MonthlyCalls",
    "MonthlyComplaints",
    "MonthlyFirstService",
    "MonthlyQuestioned",
    "Opinions",
    "OutcomeCount",
    "QuestionResult",
    "Rate",
    "ReasonCount",
    "ReportRow",
    "TrendPoint",
    "UnknownFigure",
    "detail_label",
    "month_label",
    "month_of",
    "month_short",
    "month_start",
    "monthly_3dc",
    "monthly_7dc",
    "monthly_complaints",
    "monthly_consultants",
    "monthly_first_service",
    "monthly_service_visits",
    "months_after",
    "parse_month",
    "report_rows",
    "rows_behind",
    "with_details",
]
