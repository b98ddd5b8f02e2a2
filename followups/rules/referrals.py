"""The word to the referrer: when it is on the list, and what there is to say. Rule RF-02."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

#: The word is on the list so many days before its last day: after two days of the three (RF-02).
SHOWN_DAYS_BEFORE = 1


class Progress(StrEnum):
    """How far it is with somebody who was recommended."""

    WAITING = "waiting"
    CONTACTED = "contacted"
    CAME_IN = "came_in"
    DROVE = "drove"
    ORDERED = "ordered"
    DELIVERED = "delivered"
    ENDED = "ended"


class FeedbackState(StrEnum):
    """Whether the referrer has heard how it goes."""

    NONE = "none"
    WAITS = "waits"
    SOON = "soon"
    TODAY = "today"
    LATE = "late"
    IN_TIME = "in_time"
    TOLD_LATE = "told_late"
    FAILED = "failed"


_BY_STATE = {
    "delivered": Progress.DELIVERED,
    "ordered": Progress.ORDERED,
    "lost": Progress.ENDED,
    "defeated": Progress.ENDED,
}


@dataclass(frozen=True)
class Course:
    """What became of a lead so far: its state, and whether the customer was spoken to, came in, drove."""

    state: str
    spoken: bool = False
    came: bool = False
    drove: bool = False


def progress_of(course: Course) -> Progress:
    """How far it really is: the end and the order by the state of the lead, before that the furthest step."""
    found = _BY_STATE.get(course.state)
    if found is not None:
        return found
    if course.drove:
        return Progress.DROVE
    if course.came:
        return Progress.CAME_IN
    return Progress.CONTACTED if course.spoken else Progress.WAITING


def shown_from(due_on: dt.date) -> dt.date:
    """From which day on the word to the referrer stands on the list."""
    return due_on - dt.timedelta(days=SHOWN_DAYS_BEFORE)


def feedback_state(*, due_on: dt.date | None, told_on: dt.date | None, is_over: bool, today: dt.date) -> FeedbackState:
    """How it stands with the word on a day. ``due_on``: its last day, None without a call; ``told_on``: when the
    referrer was told; ``is_over``: nobody will be told any more."""
    if due_on is None:
        return FeedbackState.NONE
    if told_on is not None:
        return FeedbackState.IN_TIME if told_on <= due_on else FeedbackState.TOLD_LATE
    if is_over:
        return FeedbackState.FAILED
    if today > due_on:
        return FeedbackState.LATE
    if today == due_on:
        return FeedbackState.TODAY
    return FeedbackState.SOON if today >= shown_from(due_on) else FeedbackState.WAITS
