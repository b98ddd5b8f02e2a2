"""The workbooks of staffing: the roster (员工名册) and the monthly rota (值班轮休表)."""

from staffing.resources.people import GENDERS, StaffIndex
from staffing.resources.roster import StaffRoster
from staffing.resources.rota import DutyRoster

__all__ = ["GENDERS", "DutyRoster", "StaffIndex", "StaffRoster"]
