"""The workbooks of leads: the visit register (来店登记表) and the leads of the LMS (LMS线索)."""

from leads.resources.lms_leads import LmsLeads
from leads.resources.visit_register import VisitRegister

__all__ = ["LmsLeads", "VisitRegister"]
