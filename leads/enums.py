"""Words about leads: grades' standings, states, ways of contact, reasons."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What a grade means for the lead that has it (LG-05, LG-09)."""

    OPEN = "open", _("Open")
    ORDERED = "ordered", _("Deposit paid")
    DELIVERED = "delivered", _("Delivered")
    LOST = "lost", _("Lost contact")
    DEFEATED = "defeated", _("Defeated")


class LeadState(models.TextChoices):
    """The life of a lead; see leads.rules.states.LEAD_TRANSITIONS."""

    OPEN = "open", _("Being followed up")
    DEFEAT_APPLIED = "defeat_applied", _("Defeat applied for")
    ORDERED = "ordered", _("Ordered")
    DELIVERED = "delivered", _("Delivered")
    LOST = "lost", _("Lost contact")
    DEFEATED = "defeated", _("Defeated")
    MERGED = "merged", _("Joined with another lead")


#: Somebody still follows these up.
FOLLOWED = (LeadState.OPEN, LeadState.ORDERED)


class Stage(models.TextChoices):
    """Whose the lead is: with telesales until the customer arrives, then with a consultant (HO-05, LI-09)."""

    TELESALES = "telesales", _("Telesales")
    SHOWROOM = "showroom", _("Showroom")


class Channel(models.TextChoices):
    """How a lead came (渠道). Required, and never changed afterwards (CC-17)."""

    WALK_IN = "walk_in", _("Walk-in")
    PHONE = "phone", _("Incoming call")
    WEB = "web", _("Web order or message")
    OEM = "oem", _("Manufacturer")
    LMS = "lms", _("LMS")
    PORTAL = "portal", _("Car portal")
    MOTOR_SHOW = "motor_show", _("Motor show")
    REFERRAL = "referral", _("Referral")
    WECHAT = "wechat", _("WeChat")
    FIELD = "field", _("Field prospecting")
    REPEAT = "repeat", _("Repeat purchase")
    OTHER = "other", _("Other")


class Way(models.TextChoices):
    """How a contact is made."""

    PHONE = "phone", _("Telephone")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")
    VISIT = "visit", _("Visit to the customer")
    SHOWROOM = "showroom", _("In the showroom")
    WECHAT = "wechat", _("WeChat")
    OTHER = "other", _("Other")


class GradedBy(models.TextChoices):
    """Which judgement of a grade it is: both sides' are kept (LG-06..08)."""

    INTAKE = "intake", _("At intake")
    TELESALES = "telesales", _("Telesales")
    CONSULTANT = "consultant", _("Consultant")
    REGISTER = "register", _("24 hours after the visit")
    SYSTEM = "system", _("By the course of the deal")


class MoveReason(models.TextChoices):
    """Why a lead went to somebody else. An owner changes by one of these and not otherwise."""

    ASSIGNED = "assigned", _("Assigned")
    TAKEN = "taken", _("Taken from the pool")
    CALLED = "called", _("Taken by calling")
    HANDED_OVER = "handed_over", _("Handed over after the visit")
    REASSIGNED = "reassigned", _("Re-assigned")
    MONTH_END = "month_end", _("Month-end clean-up")
    DEFEATED = "defeated", _("Defeated, back to telesales")
    LOST = "lost", _("Lost contact, back to telesales")
    REACTIVATED = "reactivated", _("Taken up again")
    LEAVER = "leaver", _("The owner left")
    RULED = "ruled", _("Ruling on a collision")
    MERGED = "merged", _("Joined with another lead")
    UNMERGED = "unmerged", _("Joining undone")


#: By these a lead of the showroom goes back to telesales (LI-06).
RECYCLING = (MoveReason.MONTH_END, MoveReason.DEFEATED, MoveReason.LOST)


class AppointmentState(models.TextChoices):
    OPEN = "open", _("Agreed")
    KEPT = "kept", _("Kept")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class AppointmentEnd(models.TextChoices):
    """Why an appointment was cancelled without anybody's doing: what became of its lead."""

    ORDERED = "ordered", _("The customer has ordered")
    DELIVERED = "delivered", _("The car was delivered")
    LOST = "lost", _("Contact with the customer was lost")
    DEFEATED = "defeated", _("The lead was defeated")
    MERGED = "merged", _("The lead was joined with one that had an appointment")


class VisitPurpose(models.TextChoices):
    """Only enquiries about a new car count in conversion (LI-16)."""

    NEW_CAR = "new_car", _("Enquiry about a new car")
    COLLECTION = "collection", _("Collecting a car")
    OTHER = "other", _("Other")


class CameBy(models.TextChoices):
    """How a visitor came to the store (LI-15)."""

    OWN_CAR = "own_car", _("Own car")
    TAXI = "taxi", _("Taxi")
    PUBLIC = "public", _("Bus or underground")
    ON_FOOT = "on_foot", _("On foot")
    OTHER = "other", _("Other")


class TurnStep(models.TextChoices):
    """What became of whoever was next in turn (顺位): see leads.rules.turn."""

    TAKEN = "taken", _("Received a visitor")
    BUSY = "busy", _("With a customer")
    AWAY = "away", _("Not at the door")


class NoData(models.TextChoices):
    """Why a visitor's particulars are missing: recorded as a failure (LI-14)."""

    DECLINED = "declined", _("Declined to leave them")
    NOT_ASKED = "not_asked", _("Was not asked")
    LEFT_SOON = "left_soon", _("Left before anybody came")


class CustomerStanding(models.TextChoices):
    NEW = "new", _("New customer")
    KNOWN = "known", _("Known customer")


class TradeIn(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")


class InformationSource(models.TextChoices):
    """Where the visitor heard of us, as on the register (LI-10)."""

    PHONE = "phone", _("Telephone")
    NEWSPAPER = "newspaper", _("Newspaper")
    RADIO = "radio", _("Radio")
    MAGAZINE = "magazine", _("Magazine")
    FRIENDS = "friends", _("Friends and family")
    PASSING = "passing", _("Passing by")
    OTHER = "other", _("Other")


class DefeatKind(models.TextChoices):
    """What a defeat may be applied for (DF-01..03); a purchase too far away is the wide definition's (DF-05)."""

    BOUGHT_OTHER = "bought_other", _("Bought another model")
    BAD_NUMBER = "bad_number", _("Wrong or empty number")
    BUYS_LATE = "buys_late", _("Buys only after more than a year")
    SPECIAL = "special", _("Special case")


class DefeatState(models.TextChoices):
    PENDING = "pending", _("Waiting for the manager")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class LostTo(models.TextChoices):
    """Whom the deal went to (DF-06)."""

    COLLEAGUE = "colleague", _("A colleague")
    SAME_BRAND = "same_brand", _("Another dealer of the brand")
    OTHER_BRAND = "other_brand", _("Another brand")
    NOBODY = "nobody", _("Nobody")


class LossReason(models.TextChoices):
    """Why the customer did not buy here (DF-07)."""

    CAR = "car", _("Terms of the car")
    RELATIONSHIP = "relationship", _("Special relationship")
    BRAND_HABIT = "brand_habit", _("Habit of a brand")
    OTHER_USE = "other_use", _("Different use")
    SKILL = "skill", _("Poor selling")
    EFFORT = "effort", _("Too little effort")
    BUDGET_NEW = "budget_new", _("Budget, bought a new car of another brand")
    NEW_MODEL = "new_model", _("New model of another brand")
    BUDGET_USED = "budget_used", _("Budget, bought a used car")
    OTHER = "other", _("Other")


class AssignBy(models.TextChoices):
    """How new leads are given out."""

    ROTATION = "rotation", _("In turn")
    LEAST_LOAD = "least_load", _("To whoever has least")
    POOL = "pool", _("Into the pool")


class PurchaseMethod(models.TextChoices):
    CASH = "cash", _("Cash")
    LOAN = "loan", _("Loan")


class CustomerClass(models.TextChoices):
    """Classes of customers (RC-01..06)."""

    POTENTIAL = "potential", _("Potential customer")
    HOPEFUL = "hopeful", _("Hopeful customer")
    BASE = "base", _("Base customer")
    VIP = "vip", _("VIP customer")
    DEFEATED = "defeated", _("Defeated customer")


class MonthEndState(models.TextChoices):
    PREVIEW = "preview", _("To be confirmed")
    RUNNING = "running", _("Being carried out")
    DONE = "done", _("Carried out")


class DisciplineKind(models.TextChoices):
    """What a discipline note is about (CC-18)."""

    INCOMPLETE = "incomplete", _("Incomplete lines of the register")
    SUSPECT = "suspect", _("Lines that may be invented")


class BulletinKind(models.TextChoices):
    """What sellers have to know (HO-08)."""

    PRICE = "price", _("Price policy")
    CAMPAIGN = "campaign", _("Campaign")
    MEETING = "meeting", _("Sales meeting")
