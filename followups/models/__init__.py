"""The rows of follow-up: policies, tasks, questionnaires, workshop visits."""

from followups.models.cards import Festival, GreetingCard
from followups.models.chpr import CallCheck, CheckMark, CheckPoint
from followups.models.documents import DocumentEvent, Measure, MonthlyDocument, MonthlyReportPolicy, ProblemClass
from followups.models.events import EventSignUp, OwnerEvent
from followups.models.keeping import FileKeeping
from followups.models.policies import CallingHours, CallingPolicy, CallScript, KindPolicy, OutcomePolicy, OverdueStep
from followups.models.questionnaires import Answer, Question, Questionnaire, Response
from followups.models.referrals import Referral
from followups.models.tasks import CallAttempt, CallDraft, CallTask, ListRun, SkippedCall
from followups.models.visits import FirstServiceEstimate, FirstServiceTrack, ServiceVisit
from followups.models.workshop import WorkshopHours

__all__ = [
    "Answer",
    "CallAttempt",
    "CallCheck",
    "CallDraft",
    "CallScript",
    "CallTask",
    "CallingHours",
    "CallingPolicy",
    "CheckMark",
    "CheckPoint",
    "DocumentEvent",
    "EventSignUp",
    "Festival",
    "FileKeeping",
    "FirstServiceEstimate",
    "FirstServiceTrack",
    "GreetingCard",
    "KindPolicy",
    "ListRun",
    "Measure",
    "MonthlyDocument",
    "MonthlyReportPolicy",
    "OutcomePolicy",
    "OverdueStep",
    "OwnerEvent",
    "ProblemClass",
    "Question",
    "Questionnaire",
    "Referral",
    "Response",
    "ServiceVisit",
    "SkippedCall",
    "WorkshopHours",
]
