"""Every figure of the funnel: its name and its definition; both readings where two exist (21.2)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dealership.kernel.figures import Addable, rate


@dataclass(frozen=True)
class Funnel(Addable):
    """One line of the funnel: counts of visits, leads and applications; see FIGURES for each."""

    visits: int = 0
    first_visits: int = 0
    filed: int = 0
    first_filed: int = 0
    card_first_visit: int = 0
    seen_not_filed: int = 0
    again: int = 0
    incomplete: int = 0
    no_intention: int = 0
    invited: int = 0
    test_drives: int = 0
    registered: int = 0
    recycled: int = 0
    new_cards: int = 0
    opening: int = 0
    orders: int = 0
    deliveries: int = 0
    cancelled: int = 0
    undelivered: int = 0
    applied: int = 0
    rejected: int = 0
    defeated: int = 0
    lost: int = 0

    def value(self, code: str) -> int | float | None:
        """A figure or a rate by its code."""
        return getattr(self, code) if code in FIGURES else RATES[code].of(self)


@dataclass(frozen=True)
class Figure:
    """A count. ``code`` is the field of Funnel, names it in addresses and asks for the rows behind it."""

    code: str
    label: Promise
    definition: Promise


@dataclass(frozen=True)
class Rate:
    """A share: the sum of the figures ``part`` by the sum of the figures ``whole``."""

    code: str
    label: Promise
    definition: Promise
    part: tuple[str, ...]
    whole: tuple[str, ...]

    def counts(self, line: Funnel) -> tuple[int, int]:
        return sum(getattr(line, code) for code in self.part), sum(getattr(line, code) for code in self.whole)

    def of(self, line: Funnel) -> float | None:
        """None for an empty denominator."""
        return rate(*self.counts(line))


def _figure(code: str, label: Promise, definition: Promise) -> tuple[str, Figure]:
    return code, Figure(code, label, definition)


FIGURES: dict[str, Figure] = dict(
    (
        _figure(
            "visits",
            _("Visits about a car"),
            _("Visits of the register with the purpose of a new car, first and again; calls and other purposes not."),
        ),
        _figure("first_visits", _("First visits"), _("Visits about a car by people who had not come before.")),
        _figure("filed", _("Archived"), _("First visits that left a telephone number.")),
        _figure(
            "first_filed",
            _("First visit, archived"),
            _("First visits with number and grade, of people without a card before."),
        ),
        _figure(
            "card_first_visit",
            _("First visit, card before"),
            _("First visits of people whose lead was registered before they came."),
        ),
        _figure(
            "seen_not_filed", _("Looked, not archived"), _("First visits without a number, with the reason why not.")
        ),
        _figure("again", _("Came again"), _("Visits about a car by people who had come before.")),
        _figure(
            "incomplete", _("Incomplete line"), _("First visits whose line lacks the grade, or both number and reason.")
        ),
        _figure(
            "no_intention",
            _("No intention to buy"),
            _("Visits for papers or to collect a car; not in the rates."),
        ),
        _figure("invited", _("Came by appointment"), _("Visits that kept an appointment made before.")),
        _figure("test_drives", _("Test drives"), _("Visits about a car with a test drive.")),
        _figure(
            "registered",
            _("Leads registered"),
            _("Leads registered in the month, by whoever had them first; joined ones not."),
        ),
        _figure(
            "recycled",
            _("Leads recycled"),
            _("Leads of the showroom that went back to telesales in the month: month end, defeat, lost contact."),
        ),
        _figure(
            "new_cards",
            _("New cards"),
            _("Leads whose card was opened in the month, or that came to the showroom in it; by the first consultant."),
        ),
        _figure(
            "opening",
            _("Opening backlog"),
            _("Leads that consultants held at 00:00 on the 1st, neither sold nor ended."),
        ),
        _figure("orders", _("Orders"), _("Leads ordered in the month whose order stands.")),
        _figure("deliveries", _("Deliveries"), _("Leads delivered in the month.")),
        _figure("cancelled", _("Orders cancelled"), _("Leads that went back from ordered to open in the month.")),
        _figure(
            "undelivered",
            _("Undelivered at the opening"),
            _("Leads ordered before the month and not delivered before it."),
        ),
        _figure("applied", _("Defeats applied for"), _("Applications of the month, by the applicant.")),
        _figure("rejected", _("Defeats rejected"), _("Applications of the month that were rejected.")),
        _figure("defeated", _("Defeats approved"), _("Applications approved in the month, by the applicant.")),
        _figure("lost", _("Lost contact"), _("Leads that became lost in the month.")),
    )
)

_CARDS_AND_OPENING = ("new_cards", "opening")
_STANDING_ORDERS = ("orders", "undelivered", "cancelled")


def _rate(code: str, label: Promise, definition: Promise, part: str, *whole: str) -> tuple[str, Rate]:
    return code, Rate(code, label, definition, (part,), whole)


RATES: dict[str, Rate] = dict(
    (
        _rate("filing_rate", _("Archiving rate of arrivals"), _("Archived ÷ first visits."), "filed", "first_visits"),
        _rate(
            "flow_filing_rate",
            _("Archiving rate of the visitor flow"),
            _("First visit archived ÷ (first visit archived + looked, not archived)."),
            "first_filed",
            "first_filed",
            "seen_not_filed",
        ),
        _rate("return_rate", _("Return rate"), _("Came again ÷ archived."), "again", "filed"),
        _rate(
            "invitation_rate",
            _("Invitation rate"),
            _("Came by appointment ÷ (new cards + opening backlog)."),
            "invited",
            *_CARDS_AND_OPENING,
        ),
        _rate("drive_rate", _("Test-drive rate, of archived"), _("Test drives ÷ archived."), "test_drives", "filed"),
        _rate(
            "drive_rate_flow",
            _("Test-drive rate, of the visitor flow"),
            _("Test drives ÷ (first visit archived + first visit with a card before + came again)."),
            "test_drives",
            "first_filed",
            "card_first_visit",
            "again",
        ),
        _rate(
            "closing_rate",
            _("Closing rate, deliveries of archived"),
            _("Deliveries ÷ archived."),
            "deliveries",
            "filed",
        ),
        _rate(
            "closing_rate_orders",
            _("Closing rate, orders of arrivals"),
            _("Orders ÷ visits about a car."),
            "orders",
            "visits",
        ),
        _rate(
            "conversion_rate",
            _("Conversion rate of leads"),
            _("Orders ÷ (new cards + opening backlog)."),
            "orders",
            *_CARDS_AND_OPENING,
        ),
        _rate(
            "defeat_rate",
            _("Defeat rate"),
            _("Defeats approved ÷ (defeats approved + opening backlog), as dealers print it."),
            "defeated",
            "defeated",
            "opening",
        ),
        _rate(
            "rejection_rate",
            _("Rejection rate of defeats"),
            _("Defeats rejected ÷ defeats applied for in the month."),
            "rejected",
            "applied",
        ),
        _rate(
            "delivery_rate",
            _("Delivery rate of orders"),
            _("Deliveries ÷ (orders + undelivered at the opening, cancelled ones too)."),
            "deliveries",
            *_STANDING_ORDERS,
        ),
        _rate(
            "cancellation_rate",
            _("Cancellation rate of orders"),
            _("Orders cancelled ÷ (orders + undelivered at the opening, cancelled ones too)."),
            "cancelled",
            *_STANDING_ORDERS,
        ),
    )
)

#: The steps of the funnel, and the columns of its tables by consultant and by channel.
STEPS = ("visits", "filed", "test_drives", "orders", "deliveries")
COLUMNS = (
    "visits",
    "first_visits",
    "filed",
    "filing_rate",
    "flow_filing_rate",
    "again",
    "return_rate",
    "invited",
    "invitation_rate",
    "test_drives",
    "drive_rate",
    "drive_rate_flow",
    "registered",
    "recycled",
    "new_cards",
    "opening",
    "orders",
    "conversion_rate",
    "deliveries",
    "closing_rate",
    "closing_rate_orders",
    "defeated",
    "defeat_rate",
    "rejection_rate",
    "lost",
)
