"""Every figure of the statistics: its name, its definition, how to read it. For the page, the workbook and the rows."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followups.selectors.monthly.figures import Figures


@dataclass(frozen=True)
class Figure:
    """A count. ``code`` names it in addresses and asks for the rows behind it."""

    code: str
    label: Promise
    definition: Promise
    read: Callable[[Figures], int]


@dataclass(frozen=True)
class Rate:
    """A share: the figure ``part`` divided by the figure ``whole``."""

    code: str
    label: Promise
    definition: Promise
    part: str
    whole: str
    read: Callable[[Figures], float | None]


FIGURES: dict[str, Figure] = {
    figure.code: figure
    for figure in (
        Figure(
            "due",
            _("Calls due"),
            _(
                "Calls whose first due date lies in the month. A call moved to a later day stays in this month; a call "
                "taken off the list is not due."
            ),
            lambda f: f.due,
        ),
        Figure(
            "attempted",
            _("Attempted"),
            _("Due calls with at least one attempt, each counted once however often it was tried."),
            lambda f: f.attempted,
        ),
        Figure(
            "successful",
            _("Successful"),
            _("Due calls that ended with an outcome that counts as successful."),
            lambda f: f.successful,
        ),
        Figure(
            "missed",
            _("Missed"),
            _("Due calls that ended without reaching the customer."),
            lambda f: f.missed,
        ),
        Figure("waiting", _("Still open"), _("Due calls that have not ended yet."), lambda f: f.waiting),
        Figure(
            "on_time",
            _("On time"),
            _("Due calls whose first attempt was made by the end of the first due date."),
            lambda f: f.on_time,
        ),
        Figure(
            "plates_known",
            _("Plates known"),
            _("Due calls whose car has a plate number in its file today."),
            lambda f: f.plates_known,
        ),
        Figure(
            "car_answered",
            _("Car: answers"),
            _("Due calls in which the question about the car was answered."),
            lambda f: f.car.answered,
        ),
        Figure("car_satisfied", _("Car: satisfied"), _("Satisfied with the car."), lambda f: f.car.satisfied),
        Figure("car_neutral", _("Car: neutral"), _("Neutral about the car."), lambda f: f.car.neutral),
        Figure(
            "car_dissatisfied",
            _("Car: dissatisfied"),
            _("Dissatisfied with the car."),
            lambda f: f.car.dissatisfied,
        ),
        Figure(
            "dealership_answered",
            _("Dealership: answers"),
            _("Due calls in which the question about the dealership was answered."),
            lambda f: f.dealership.answered,
        ),
        Figure(
            "dealership_satisfied",
            _("Dealership: satisfied"),
            _("Satisfied with the dealership."),
            lambda f: f.dealership.satisfied,
        ),
        Figure(
            "dealership_neutral",
            _("Dealership: neutral"),
            _("Neutral about the dealership."),
            lambda f: f.dealership.neutral,
        ),
        Figure(
            "dealership_dissatisfied",
            _("Dealership: dissatisfied"),
            _("Dissatisfied with the dealership."),
            lambda f: f.dealership.dissatisfied,
        ),
        Figure(
            "both_answered",
            _("Both: answers"),
            _("Due calls in which both questions were answered."),
            lambda f: f.both.answered,
        ),
        Figure(
            "both_satisfied",
            _("Both: satisfied"),
            _("Satisfied with the car and with the dealership."),
            lambda f: f.both.satisfied,
        ),
        Figure(
            "both_neutral",
            _("Both: neutral"),
            _("Both questions answered, none with dissatisfied, not both with satisfied."),
            lambda f: f.both.neutral,
        ),
        Figure(
            "both_dissatisfied",
            _("Both: dissatisfied"),
            _("Both questions answered, at least one with dissatisfied."),
            lambda f: f.both.dissatisfied,
        ),
        Figure(
            "complaints",
            _("Complaints raised"),
            _("Complaints taken down in the due calls; one call can raise two, about the car and about the service."),
            lambda f: f.complaints,
        ),
        Figure(
            "complaints_handled",
            _("Complaints handled"),
            _("Complaints from the due calls that are closed today."),
            lambda f: f.complaints_handled,
        ),
        Figure(
            "skipped",
            _("Not to be called"),
            _("Calls that fell due in the month and were never put on a list, because the customer does not wish it."),
            lambda f: f.skipped,
        ),
        Figure(
            "cancelled",
            _("Taken off the list"),
            _("Calls that had been put on a list and were then cancelled. They are not due."),
            lambda f: f.cancelled,
        ),
    )
}

RATES: dict[str, Rate] = {
    rate.code: rate
    for rate in (
        Rate(
            "attempt_rate",
            _("Attempt rate"),
            _("Attempted ÷ due."),
            "attempted",
            "due",
            lambda f: f.attempt_rate,
        ),
        Rate(
            "success_rate",
            _("Success rate"),
            _("Successful ÷ due, not ÷ attempted."),
            "successful",
            "due",
            lambda f: f.success_rate,
        ),
        Rate("on_time_rate", _("On-time rate"), _("On time ÷ due."), "on_time", "due", lambda f: f.on_time_rate),
        Rate(
            "car_satisfied_rate",
            _("Satisfied with the car"),
            _("Satisfied with the car ÷ answers to that question."),
            "car_satisfied",
            "car_answered",
            lambda f: f.car.satisfied_rate,
        ),
        Rate(
            "dealership_satisfied_rate",
            _("Satisfied with the dealership"),
            _("Satisfied with the dealership ÷ answers to that question."),
            "dealership_satisfied",
            "dealership_answered",
            lambda f: f.dealership.satisfied_rate,
        ),
        Rate(
            "both_satisfied_rate",
            _("Satisfied with both"),
            _("Satisfied with both ÷ calls in which both questions were answered."),
            "both_satisfied",
            "both_answered",
            lambda f: f.both.satisfied_rate,
        ),
        Rate(
            "plate_rate",
            _("Plates known, rate"),
            _("Plates known ÷ due."),
            "plates_known",
            "due",
            lambda f: f.plate_rate,
        ),
        Rate(
            "handled_rate",
            _("Complaints handled, rate"),
            _("Complaints handled ÷ complaints raised."),
            "complaints_handled",
            "complaints",
            lambda f: f.handled_rate,
        ),
    )
}


@dataclass(frozen=True)
class Group:
    """Columns under one heading of the paper form; ``codes`` are figures and rates."""

    label: Promise
    columns: tuple[tuple[str, Promise], ...]


#: The columns of 《专营店销售3DC调查结果统计表》.
SATISFACTION_GROUPS = (
    Group(
        _("Car"),
        (
            ("car_satisfied", _("Satisfied")),
            ("car_neutral", _("Neutral")),
            ("car_dissatisfied", _("Dissatisfied")),
            ("car_satisfied_rate", _("Satisfied, %")),
        ),
    ),
    Group(
        _("Dealership"),
        (
            ("dealership_satisfied", _("Satisfied")),
            ("dealership_neutral", _("Neutral")),
            ("dealership_dissatisfied", _("Dissatisfied")),
            ("dealership_satisfied_rate", _("Satisfied, %")),
        ),
    ),
    Group(_("Both"), (("both_satisfied", _("Satisfied")), ("both_satisfied_rate", _("Satisfied, %")))),
)
CALL_GROUP = Group(
    _("Follow-up calls"),
    (
        ("due", _("Calls due")),
        ("attempted", _("Attempted")),
        ("attempt_rate", _("Attempt rate")),
        ("successful", _("Successful")),
        ("success_rate", _("Success rate")),
        ("on_time", _("On time")),
        ("on_time_rate", _("On-time rate")),
        ("missed", _("Missed")),
        ("waiting", _("Still open")),
    ),
)
PLATE_GROUP = Group(_("Plate"), (("plates_known", _("Known")),))
COMPLAINT_GROUP = Group(_("Complaints"), (("complaints", _("Raised")), ("complaints_handled", _("Handled"))))
EXCLUSION_GROUP = Group(_("Not counted as due"), (("skipped", _("Not to be called")), ("cancelled", _("Taken off"))))

PAPER_3DC = (CALL_GROUP, *SATISFACTION_GROUPS, PLATE_GROUP, COMPLAINT_GROUP, EXCLUSION_GROUP)
PAPER_CALLS = (CALL_GROUP, COMPLAINT_GROUP, EXCLUSION_GROUP)


def read_figure(code: str, figures: Figures) -> int | float | None:
    """The value of a figure or a rate by its code."""
    return FIGURES[code].read(figures) if code in FIGURES else RATES[code].read(figures)
