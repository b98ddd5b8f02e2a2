"""The life of a monthly report as a document, and of the measures that it leads to (AF-10..AF-12).

States are those of followups.enums_documents. docs/rules/monthly-documents.md draws both machines.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dealership.kernel.errors import N_, Refusal
from dealership.kernel.transitions import TransitionTable

MADE, COMMENTED, SUBMITTED, RETURNED, APPROVED, CLOSED = (
    "made",
    "commented",
    "submitted",
    "returned",
    "approved",
    "closed",
)
#: Made → commented → submitted → approved → closed. The general manager may return what was submitted; a measure
#: without effect leads to a new one, which is submitted again. A month without problems is closed by its approval.
DOCUMENT_TRANSITIONS: TransitionTable[str] = TransitionTable(
    {
        MADE: {COMMENTED},
        COMMENTED: {COMMENTED, SUBMITTED},
        SUBMITTED: {APPROVED, RETURNED, CLOSED},
        RETURNED: {RETURNED, SUBMITTED},
        APPROVED: {APPROVED, SUBMITTED, CLOSED},
        CLOSED: set(),
    }
)
#: A measure is approved with its document, reported as carried out by the responsible person (or not), and its effect
#: is checked once.
MEASURE_TRANSITIONS: TransitionTable[str] = TransitionTable(
    {
        "draft": {"approved"},
        "approved": {"done", "effective", "ineffective"},
        "done": {"effective", "ineffective"},
        "effective": set(),
        "ineffective": set(),
    }
)
PREVENTIVE = "preventive"


class NotYetCommented(Refusal):
    message = N_("The report has no analysis yet: write it first.")


class WithGeneralManager(Refusal):
    message = N_("The report lies with the general manager: nothing is changed until it is decided.")


class NotSubmitted(Refusal):
    message = N_("The report does not wait for a decision.")


class AlreadyApproved(Refusal):
    message = N_("The report was approved: its analysis stays as it is.")


class AlreadyClosed(Refusal):
    message = N_("The report is closed.")


class NoMeasures(Refusal):
    message = N_("Problems were raised in this month: plan at least one measure.")


class NoPreventiveMeasure(Refusal):
    message = N_("Customers named problems that are no complaints yet: plan at least one preventive measure.")


class NothingNew(Refusal):
    message = N_("There is no new measure to approve.")


#: What may be done in a state, and the state that follows.
_ACTS: dict[str, dict[str, str]] = {
    "comment": {MADE: COMMENTED, COMMENTED: COMMENTED, RETURNED: RETURNED},
    "plan": {COMMENTED: COMMENTED, RETURNED: RETURNED, APPROVED: APPROVED},
    "submit": {COMMENTED: SUBMITTED, RETURNED: SUBMITTED, APPROVED: SUBMITTED},
    "approve": {SUBMITTED: APPROVED},
    "return": {SUBMITTED: RETURNED},
}
_REFUSALS: dict[str, dict[str, type[Refusal]]] = {
    "comment": {SUBMITTED: WithGeneralManager, APPROVED: AlreadyApproved},
    "plan": {MADE: NotYetCommented, SUBMITTED: WithGeneralManager},
    "submit": {MADE: NotYetCommented, SUBMITTED: WithGeneralManager},
    "approve": dict.fromkeys((MADE, COMMENTED, RETURNED, APPROVED), NotSubmitted),
    "return": dict.fromkeys((MADE, COMMENTED, RETURNED, APPROVED), NotSubmitted),
}
ACTS = tuple(_ACTS)


def state_after(act: str, state: str) -> str:
    """The state of a document after ``comment``, ``plan`` (a measure written, changed or taken out), ``submit``,
    ``approve`` or ``return``. Raises the refusal that names why not, and ValueError for an act or a state that is none.
    """
    steps = _ACTS.get(act)
    if steps is None or state not in DOCUMENT_TRANSITIONS.states:
        raise ValueError(f"“{act}” in “{state}” is no step of a document.")
    if state == CLOSED:
        raise AlreadyClosed
    if state not in steps:
        raise _REFUSALS[act][state]
    return steps[state]


def may(act: str, state: str) -> bool:
    """Whether the act is possible in the state."""
    return state in _ACTS[act]


def states_for(act: str) -> frozenset[str]:
    """The states in which the act is possible: what a conditional UPDATE filters by."""
    return frozenset(_ACTS[act])


@dataclass(frozen=True)
class MeasureFacts:
    """A measure as the rules see it; ``is_replaced``: a later measure stands in its place."""

    state: str
    type: str
    is_replaced: bool = False


def check_submission(measures: Collection[MeasureFacts], *, complaints: int, general: int) -> None:
    """Whether the measures answer the month (AF-11, AF-12).

    ``complaints``: raised in the calls of the month; ``general``: problems that customers named in calls from which no
    complaint came. Any problem needs a measure (NoMeasures), a general one a preventive measure (NoPreventiveMeasure).
    Once measures were approved only new ones are submitted (NothingNew).
    """
    if any(measure.state != "draft" for measure in measures):
        if not any(measure.state == "draft" for measure in measures):
            raise NothingNew
        return
    if (complaints or general) and not measures:
        raise NoMeasures
    if general and not any(measure.type == PREVENTIVE for measure in measures):
        raise NoPreventiveMeasure


def is_settled(measures: Iterable[MeasureFacts]) -> bool:
    """Whether every measure worked, or has one in its place that did: the document can be closed."""
    return all(
        measure.state == "effective" or (measure.state == "ineffective" and measure.is_replaced) for measure in measures
    )
