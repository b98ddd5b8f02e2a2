"""The rows of leads: policies, leads and their histories, the yellow card, visits, hand-over, defeat, month end."""

from leads.models.bulletins import Bulletin, BulletinReading
from leads.models.card_sources import CardSource
from leads.models.contacts import Contact
from leads.models.discipline import DisciplineMeasure, DisciplineNote, DisciplinePolicy, DisciplineSubject
from leads.models.endings import Defeat, MonthEnd, MonthEndMove
from leads.models.histories import GradeChange, Ownership, StateChange
from leads.models.leads import Interest, Lead
from leads.models.letters import SourceLetter
from leads.models.links import ClassChange, CustomerClassification, Household, HouseholdMember, Merge
from leads.models.policies import Grade, LeadPolicy, LeadSource
from leads.models.recycling import Recycling
from leads.models.requests import LeadRequest
from leads.models.visits import Appointment, HandOver, RegisterDay, Turn, Visit

__all__ = [
    "Appointment",
    "Bulletin",
    "BulletinReading",
    "CardSource",
    "ClassChange",
    "Contact",
    "CustomerClassification",
    "Defeat",
    "DisciplineMeasure",
    "DisciplineNote",
    "DisciplinePolicy",
    "DisciplineSubject",
    "Grade",
    "GradeChange",
    "HandOver",
    "Household",
    "HouseholdMember",
    "Interest",
    "Lead",
    "LeadPolicy",
    "LeadRequest",
    "LeadSource",
    "Merge",
    "MonthEnd",
    "MonthEndMove",
    "Ownership",
    "Recycling",
    "RegisterDay",
    "SourceLetter",
    "StateChange",
    "Turn",
    "Visit",
]
