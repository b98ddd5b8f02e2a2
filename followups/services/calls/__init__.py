"""Saving a call: the attempt, what it leads to, the answers, the card, complaints."""

from followups.services.calls.answers import AnswersMissing
from followups.services.calls.consequences import (
    PromiseInPast,
    PromiseMissing,
    PromiseTooFar,
    UnknownOutcome,
)
from followups.services.calls.leads import AppointmentMissing, LeadLine, SecondPersonNeeded
from followups.services.calls.saving import (
    ComplaintHeard,
    NewNumberMissing,
    NoNumberOnFile,
    SavedCall,
    ServicePlan,
    save_call,
)
from followups.services.calls.visits import MobileGiven, VisitFacts

__all__ = [
    "AnswersMissing",
    "AppointmentMissing",
    "ComplaintHeard",
    "LeadLine",
    "MobileGiven",
    "NewNumberMissing",
    "NoNumberOnFile",
    "PromiseInPast",
    "PromiseMissing",
    "PromiseTooFar",
    "SavedCall",
    "SecondPersonNeeded",
    "ServicePlan",
    "UnknownOutcome",
    "VisitFacts",
    "save_call",
]
