"""Words about calls: kinds, states, outcomes, questions."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskKind(models.TextChoices):
    """What a call is for. The stored values are fixed by the command contracts."""

    LEAD_FIRST_CONTACT = "lead_first_contact", _("First contact")
    LEAD_REVISIT = "lead_revisit", _("Lead call")
    THREE_DAY = "3dc", _("3DC")
    SEVEN_DAY = "7dc", _("7DC")
    N_PLUS_1 = "n_plus_1", _("N+1 call")
    FIRST_SERVICE = "first_service", _("First-service reminder")
    FIRST_SERVICE_CONFIRM = "first_service_confirm", _("First-service confirmation")
    SERVICE_VISIT = "service_visit", _("Call after a workshop visit")
    PERIODIC = "periodic", _("Quarterly contact")
    RETAINED = "retained", _("Retained-customer call")
    LOST_CUSTOMER = "lost_customer", _("Call to a lost workshop customer")
    REFERRAL_FEEDBACK = "referral_feedback", _("Word to the referrer")
    BIRTHDAY = "birthday", _("Birthday card")
    FESTIVAL = "festival", _("Festival card")
    NUMBER_TRACE = "number_trace", _("Trace a number")


#: Calls to people who have not bought yet; whose they are and when they fall due stands with the lead.
LEAD_KINDS = (TaskKind.LEAD_FIRST_CONTACT, TaskKind.LEAD_REVISIT)
#: Cards and messages: they are prepared and sent in batches, nobody calls (BD-01, BD-02).
CARD_KINDS = (TaskKind.BIRTHDAY, TaskKind.FESTIVAL)
CALL_KINDS = tuple(kind for kind in TaskKind if kind not in CARD_KINDS)


class TaskState(models.TextChoices):
    """The life of a call task. An ended one stays ended, but for those that a lifted contact ban brings back."""

    OPEN = "open", _("Open")
    CLAIMED = "claimed", _("In work")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    MISSED = "missed", _("Missed")


#: A task in one of these still waits for somebody.
UNFINISHED = (TaskState.OPEN, TaskState.CLAIMED)


class KeepingState(models.TextChoices):
    """Whose a file is after two years: asked for or kept by the consultant, else the centre's (PF-04, PF-05)."""

    ASKED = "asked", _("Asked for")
    KEPT = "kept", _("Kept by the consultant")
    REFUSED = "refused", _("Refused")
    GIVEN_BACK = "given_back", _("Given back to the centre")


class KeepReason(models.TextChoices):
    """Why a consultant keeps a file after two years (PF-05)."""

    RELATION = "relation", _("Good relation")
    RECOMMENDS = "recommends", _("Recommends us often")
    ANOTHER_CAR = "another_car", _("Wishes another car")


class CloseReason(models.TextChoices):
    """Why a task ended otherwise than by an outcome."""

    OUTCOME = "outcome", _("Called")
    TRIES_USED_UP = "tries_used_up", _("Not reached on all days of trying")
    NEXT_CALL_DUE = "next_call_due", _("The next call fell due")
    ALREADY_CAME = "already_came", _("The customer already came")
    CONTACT_BAN = "contact_ban", _("The customer does not wish to be called")
    NUMBER_UNTRACEABLE = "number_untraceable", _("No working number was found")
    MOVED_APPOINTMENT = "moved_appointment", _("The appointment was moved")
    APPOINTMENT_BOOKED = "appointment_booked", _("An appointment was booked")
    TOO_LATE = "too_late", _("The day it was for is over")
    LEAD_ENDED = "lead_ended", _("Nobody follows the lead up now")
    REPLANNED = "replanned", _("The plan of the lead changed")
    TAKEN_ALONG = "taken_along", _("Made in another call")


class SkipReason(models.TextChoices):
    """Why a call that fell due was not put on the list; counted all the same."""

    CONTACT_BAN = "contact_ban", _("Contact ban")
    NO_CONSENT = "no_consent", _("No consent to be called")


class Consequence(models.TextChoices):
    """What an outcome does to its task."""

    DONE = "done", _("Done")
    CALL_BACK = "call_back", _("Call back at the promised time")
    RETRY = "retry", _("Try again the next day")
    TRACE_NUMBER = "trace_number", _("Trace the number")
    BAN = "ban", _("Contact ban")
    ALREADY_CAME = "already_came", _("Already came in")
    TRACED = "traced", _("Number corrected")
    UNTRACEABLE = "untraceable", _("No working number found")
    CONFIRMED = "confirmed", _("The number was right")
    APPOINTMENT = "appointment", _("Appointment agreed")
    LOST = "lost", _("Lost contact")
    REPLANNED = "replanned", _("Reminded anew, by a new reading")


class QuestionnaireState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("In use")
    RETIRED = "retired", _("Retired")


class QuestionType(models.TextChoices):
    SATISFACTION = "satisfaction", _("Satisfaction")
    SCALE = "scale", _("Scale")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("Choice")
    NUMBER = "number", _("Number")
    TEXT = "text", _("Text")


class Satisfaction(models.TextChoices):
    """The three answers about the car and about the dealership, asked apart (D3-10)."""

    SATISFIED = "satisfied", _("Satisfied")
    NEUTRAL = "neutral", _("Neutral")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")


class Topic(models.TextChoices):
    """What a question is about; a complaint from its answer goes to that department."""

    CAR = "car", _("Car")
    DEALERSHIP = "dealership", _("Dealership")
    OTHER = "other", _("Other")


class VisitKind(models.TextChoices):
    """What a car came to the workshop for (维修类型)."""

    FIRST_SERVICE = "first_service", _("First service")
    MAINTENANCE = "maintenance", _("Maintenance")
    REPAIR = "repair", _("Repair")
    ACCIDENT = "accident", _("Accident repair")


class TrackStage(models.TextChoices):
    """How far a car is on its way to the first service (新车首保跟踪单)."""

    EXPECTED = "expected", _("Expected")
    REMINDED = "reminded", _("Reminded")
    BOOKED = "booked", _("Booked")
    CONFIRMED = "confirmed", _("Confirmed with the customer")
    CAME = "came", _("Came in")
    OVERDUE = "overdue", _("Overdue")

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {"came": "ok", "overdue": "danger", "confirmed": "info", "booked": "info"}.get(self.value, "neutral")


class Audience(models.TextChoices):
    """Whom an overdue step tells."""

    OWNER = "owner", _("Owner")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Manager")


class EmptyReason(models.TextChoices):
    """Why the queue has nothing to hand out."""

    OUTSIDE_HOURS = "outside_hours", _("Outside the calling hours")
    PROMISED = "promised", _("Waiting for promised times")
    WAITING_FOR_NUMBERS = "waiting_for_numbers", _("Waiting for corrected numbers")
    ALL_CLAIMED = "all_claimed", _("Colleagues have the rest")
    ALL_DONE = "all_done", _("All done")
    NOTHING_DUE = "nothing_due", _("Nothing is due")
    COME_FREE = "come_free", _("A call has just come free")
    NO_STORE = "no_store", _("You belong to no store")
