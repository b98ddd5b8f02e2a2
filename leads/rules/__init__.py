"""Decisions about leads: grades and cadence, states, assignment, defeat. Pure: no database, no clock."""

from leads.rules.cadence import grade_for_horizon, next_contact_on
from leads.rules.policies import CadencePolicy, GradeRule, LeadRule

__all__ = ["CadencePolicy", "GradeRule", "LeadRule", "grade_for_horizon", "next_contact_on"]
