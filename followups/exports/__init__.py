"""The monthly reports as JSON, as text and as workbooks."""

from followups.exports.figures import MonthlyReport, report_json, report_lines, report_title
from followups.exports.workbook import report_workbook

__all__ = ["MonthlyReport", "report_json", "report_lines", "report_title", "report_workbook"]
