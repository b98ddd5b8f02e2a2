"""Recommendations: how far it is with the recommended, in words that tell the referrer nothing else (RF-02)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from followups.enums import UNFINISHED, TaskKind, TaskState
from followups.models import CallTask, Referral
from followups.rules.referrals import Course, FeedbackState, Progress, feedback_state, progress_of
from leads.enums import LeadState
from leads.models import Lead, Visit
from staffing.models import Staff

#: Calls in which an owner is asked for a recommendation (RF-01).
ASKING_KINDS = (TaskKind.THREE_DAY, TaskKind.SEVEN_DAY, TaskKind.PERIODIC, TaskKind.RETAINED)
#: What may be said to the referrer: how far it is, and nothing of the friend's but the name he gave himself.
_WORDS: dict[Progress, Promise] = {
    Progress.WAITING: gettext_lazy("%(name)s: we have not been able to speak to your friend yet, and go on trying."),
    Progress.CONTACTED: gettext_lazy("%(name)s: we have spoken to your friend."),
    Progress.CAME_IN: gettext_lazy("%(name)s: your friend has been to our showroom."),
    Progress.DROVE: gettext_lazy("%(name)s: your friend has been to our showroom and driven the car."),
    Progress.ORDERED: gettext_lazy("%(name)s: your friend has ordered a car."),
    Progress.DELIVERED: gettext_lazy("%(name)s: your friend has collected the car."),
    Progress.ENDED: gettext_lazy("%(name)s: your friend is not looking for a car for now."),
}
#: The same for the store's own people.
PROGRESS: dict[Progress, Promise] = {
    Progress.WAITING: gettext_lazy("Not yet spoken to"),
    Progress.CONTACTED: gettext_lazy("Spoken to"),
    Progress.CAME_IN: gettext_lazy("Came in"),
    Progress.DROVE: gettext_lazy("Drove the car"),
    Progress.ORDERED: gettext_lazy("Ordered"),
    Progress.DELIVERED: gettext_lazy("Delivered"),
    Progress.ENDED: gettext_lazy("Not interested for now"),
}
FEEDBACK: dict[FeedbackState, Promise] = {
    FeedbackState.NONE: gettext_lazy("Not asked for"),
    FeedbackState.WAITS: gettext_lazy("Not yet due"),
    FeedbackState.SOON: gettext_lazy("Tomorrow at the latest"),
    FeedbackState.TODAY: gettext_lazy("Due today"),
    FeedbackState.LATE: gettext_lazy("Overdue"),
    FeedbackState.IN_TIME: gettext_lazy("Told in time"),
    FeedbackState.TOLD_LATE: gettext_lazy("Told late"),
    FeedbackState.FAILED: gettext_lazy("Not told"),
}
_TONES = {
    FeedbackState.SOON: "warn",
    FeedbackState.TODAY: "warn",
    FeedbackState.LATE: "danger",
    FeedbackState.TOLD_LATE: "danger",
    FeedbackState.FAILED: "danger",
    FeedbackState.IN_TIME: "ok",
}
#: Joined leads are followed no further than this.
_JOINED_AT_MOST = 10


@dataclass(frozen=True)
class ReferralPanel:
    """What a call has to do with recommendations. ``asks``: what to ask for (RF-01), empty in other calls; ``word``:
    of a word to the referrer, how it is with the friend, and by when it is given (RF-02)."""

    asks: str = ""
    referral: Referral | None = None
    progress: Progress | None = None
    word: str = ""


#: Of a call that has nothing to do with it.
NO_REFERRALS = ReferralPanel()


@dataclass(frozen=True)
class ReferralRow:
    """A line of the list. ``due_on`` is the last day of the word to the referrer."""

    referral: Referral
    progress: Progress
    feedback: FeedbackState
    due_on: dt.date | None

    @property
    def progress_label(self) -> str:
        return str(PROGRESS[self.progress])

    @property
    def feedback_label(self) -> str:
        return str(FEEDBACK[self.feedback])

    @property
    def tone(self) -> str:
        return _TONES.get(self.feedback, "neutral")


def referral_panel(task: CallTask) -> ReferralPanel:
    """The panel of a call; at most three queries, none for calls that have nothing to do with it."""
    if task.kind == TaskKind.REFERRAL_FEEDBACK:
        referral = Referral.objects.select_related("lead").get(pk=task.subject_id)
        progress = progress_now(referral)
        return ReferralPanel(referral=referral, progress=progress, word=_in_words(progress, referral))
    if task.kind not in ASKING_KINDS:
        return NO_REFERRALS
    if task.kind in (TaskKind.THREE_DAY, TaskKind.SEVEN_DAY):
        return ReferralPanel(gettext("Who is satisfied is asked: does a friend think of a car?"))
    return ReferralPanel(gettext("Ask in every contact: does a friend think of a car?"))


def progress_now(referral: Referral) -> Progress:
    """How far it is with the friend. ``referral`` comes with its lead. One query, more where leads were joined."""
    lead = _standing(referral.lead)
    visits = list(Visit.objects.filter(lead=lead, by_phone=False).values_list("test_drive", flat=True))
    return _progress(lead, visits)


def progress_words(referral: Referral) -> str:
    """The same as it is told the referrer, in the language in use."""
    return _in_words(progress_now(referral), referral)


def says_progress(note: str, referral: Referral) -> bool:
    """Whether a note says how far it is, in one of our sentences; the matter may have moved on during the call."""
    return any(_in_words(progress, referral) in note for progress in Progress)


def referrals_of(user: Staff, *, first: dt.datetime, until: dt.datetime) -> "QuerySet[Referral]":
    """The recommendations recorded from a moment to another that the person may see, the latest first."""
    rows = Referral.objects.visible_to(user).filter(recorded_at__gte=first, recorded_at__lt=until)
    rows = rows.select_related("store", "referrer", "received_by", "lead__owner", "lead__merged_into")
    return rows.order_by("-recorded_at", "-pk")


def referral_rows(referrals: Iterable[Referral], *, at: dt.datetime) -> list[ReferralRow]:
    """The lines of a page. Two queries, whatever their number; more where leads were joined twice."""
    found = list(referrals)
    leads = {referral.pk: _standing(referral.lead) for referral in found}
    visits: dict[int, list[bool]] = {}
    rows = Visit.objects.filter(lead__in={lead.pk for lead in leads.values()}, by_phone=False)
    for lead_id, drove in rows.values_list("lead_id", "test_drive"):
        visits.setdefault(lead_id or 0, []).append(drove)
    tasks = CallTask.objects.filter(
        kind=TaskKind.REFERRAL_FEEDBACK, subject_id__in=[referral.pk for referral in found], occurrence="1"
    )
    words = {task.subject_id: task for task in tasks}
    lines = []
    for referral in found:
        lead, task = leads[referral.pk], words.get(referral.pk)
        lines.append(
            ReferralRow(
                referral,
                _progress(lead, visits.get(lead.pk, [])),
                _feedback(referral, task, at),
                task.first_due_on if task is not None else None,
            )
        )
    return lines


def _feedback(referral: Referral, task: CallTask | None, at: dt.datetime) -> FeedbackState:
    tz = referral.store.tz
    told = task is not None and task.state == TaskState.DONE and task.is_successful and task.closed_at is not None
    return feedback_state(
        due_on=task.first_due_on if task is not None else None,
        told_on=task.closed_at.astimezone(tz).date() if told and task and task.closed_at else None,
        is_over=task is not None and task.state not in UNFINISHED,
        today=at.astimezone(tz).date(),
    )


def _progress(lead: Lead, visits: list[bool]) -> Progress:
    return progress_of(Course(state=lead.state, spoken=lead.contacts > 0, came=bool(visits), drove=any(visits)))


def _standing(lead: Lead) -> Lead:
    """The lead itself, or the one that it was joined with."""
    for _turn in range(_JOINED_AT_MOST):
        if lead.state != LeadState.MERGED or lead.merged_into is None:
            break
        lead = lead.merged_into
    return lead


def _in_words(progress: Progress, referral: Referral) -> str:
    return gettext(str(_WORDS[progress])) % {"name": referral.name}
