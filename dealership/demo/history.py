"""The calls of the past two years, in sets: what the daily lists and the agents would have left behind."""

import datetime as dt
import random
from dataclasses import dataclass, field

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from complaints.models import Complaint
from complaints.services import open_complaint
from dealership.demo.cars import Handover
from dealership.demo.people import Team
from dealership.demo.talk import answers_to, complaint_about, note_of
from followups.enums import CloseReason, TaskKind, TaskState
from followups.models import (
    Answer,
    CallAttempt,
    CallTask,
    FirstServiceEstimate,
    FirstServiceTrack,
    Question,
    Questionnaire,
    Response,
    ServiceVisit,
)
from followups.rules import FirstServicePolicy, KindRule, due_on_for, estimate_first_service, overdue_at
from followups.rules.due_dates import occurrences
from followups.selectors.policies import kind_policies, questionnaire_for, situation_of
from followups.services.calls.answers import read_answers
from staffing.models import Staff

#: The kinds that count from a delivery.
FROM_DELIVERY = (TaskKind.THREE_DAY, TaskKind.SEVEN_DAY, TaskKind.N_PLUS_1, TaskKind.PERIODIC)
DONE, DONE_LATER, MISSED = "done", "done_later", "missed"


@dataclass
class Book:
    """Rows to be written together, in an order in which each finds those that it points at."""

    tasks: list[CallTask] = field(default_factory=list)
    attempts: list[CallAttempt] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    unhappy: list[tuple[CallTask, str, dt.datetime]] = field(default_factory=list)

    def write(self) -> None:
        CallTask.objects.bulk_create(self.tasks, batch_size=300)
        CallAttempt.objects.bulk_create(self.attempts, batch_size=500)
        Response.objects.bulk_create(self.responses, batch_size=500)
        Answer.objects.bulk_create(self.answers, batch_size=500)


class Historian:
    """Writes what happened before a day."""

    def __init__(self, team: Team, *, until: dt.date, dice: random.Random) -> None:
        self.team, self.until, self.dice = team, until, dice
        self.tz = team.store.tz
        self.rules: dict[str, KindRule] = kind_policies(team.store, until)
        self.book = Book()
        self.questionnaires: dict[str, tuple[Questionnaire, list[Question]] | None] = {}

    def write(self, handovers: list[Handover], visits: list[ServiceVisit]) -> int:
        """Every call that fell due before the day, with what was said. Returns how many calls."""
        for handover in handovers:
            for kind in FROM_DELIVERY:
                for occurrence in occurrences(self.rules[kind]):
                    self._call(handover, kind, occurrence)
        for visit in visits:
            if visit.may_call:
                self._visit_call(visit)
        self._estimate(handovers)
        self.book.write()
        self._complain()
        return len(self.book.tasks)

    # --- one call ----------------------------------------------------------------------------------------------
    def _call(self, handover: Handover, kind: TaskKind, occurrence: str) -> None:
        delivery, rule = handover.delivery, self.rules[kind]
        due_on = due_on_for(rule, anchor_on=delivery.delivered_on, occurrence=occurrence)
        if due_on >= self.until:
            return
        owner = delivery.consultant if rule.to_consultant else None
        self._add(
            CallTask(
                kind=kind,
                subject_id=delivery.pk,
                occurrence=occurrence,
                customer=delivery.customer,
                vehicle=delivery.vehicle,
                delivery=delivery,
                consultant=delivery.consultant,
                owner=owner,
                anchor_on=delivery.delivered_on,
            ),
            rule,
            due_on,
            by=owner or self.dice.choice(self.team.agents),
        )

    def _visit_call(self, visit: ServiceVisit) -> None:
        rule = self.rules[TaskKind.SERVICE_VISIT]
        due_on = due_on_for(rule, anchor_on=visit.visited_on)
        if due_on >= self.until:
            return
        self._add(
            CallTask(
                kind=TaskKind.SERVICE_VISIT,
                subject_id=visit.pk,
                customer=visit.customer,
                vehicle=visit.vehicle,
                service_visit=visit,
                anchor_on=visit.visited_on,
            ),
            rule,
            due_on,
            by=self.dice.choice(self.team.agents),
        )

    def _add(self, task: CallTask, rule: KindRule, due_on: dt.date, *, by: Staff) -> None:
        story = self.dice.choices((DONE, DONE_LATER, MISSED), weights=(78, 14, 8))[0]
        tries = {DONE: 1, DONE_LATER: 2, MISSED: 3}[story]
        last_day = due_on + dt.timedelta(days=tries - 1)
        moments = [self._working_moment(due_on + dt.timedelta(days=number)) for number in range(tries)]
        task.store, task.pool = self.team.store, rule.role
        task.first_due_on, task.due_on = due_on, last_day
        task.overdue_at = overdue_at(last_day, None, self.tz)
        task.attempts, task.last_attempt_at = tries, moments[-1]
        task.created_at = dt.datetime.combine(due_on - dt.timedelta(days=1), dt.time(18), tzinfo=self.tz)
        task.closed_at, task.closed_by = moments[-1], by
        if story == MISSED:
            task.state, task.close_reason = TaskState.MISSED, CloseReason.TRIES_USED_UP
            task.failed_days, task.outcome = tries, "no_answer"
        else:
            task.state, task.close_reason = TaskState.DONE, CloseReason.OUTCOME
            task.outcome, task.is_successful = "done", True
            task.failed_days = tries - 1
        self.book.tasks.append(task)
        for number, moment in enumerate(moments, start=1):
            reached = story != MISSED and number == tries
            self.book.attempts.append(
                CallAttempt(
                    task=task,
                    at=moment,
                    by=by,
                    outcome="done" if reached else "no_answer",
                    reached=reached,
                    spoken_to=task.customer.name if reached else "",
                    seconds=self.dice.randint(70, 320) if reached else None,
                    note=note_of(task.kind, self.dice) if reached else "",
                )
            )
        if story != MISSED:
            self._answer(task, moments[-1], by)

    def _working_moment(self, day: dt.date) -> dt.datetime:
        hour, minute = self.dice.choice((9, 10, 11, 14, 15, 16)), self.dice.randint(0, 28)
        return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=self.tz)

    def _answer(self, task: CallTask, at: dt.datetime, by: Staff) -> None:
        found = self._questionnaire(task.kind)
        if found is None:
            return
        questionnaire, questions = found
        questions = [question for question in questions if question.situation in ("", situation_of(task))]
        given = read_answers(questions, answers_to(task.kind, self.dice))
        response = Response(task=task, questionnaire=questionnaire, at=at, by=by)
        self.book.responses.append(response)
        for question in questions:
            answer = given.get(question.code)
            if answer is None:
                continue
            self.book.answers.append(
                Answer(
                    response=response,
                    question=question,
                    value=answer.value,
                    number=answer.number,
                    is_alert=answer.is_alert,
                )
            )
            if answer.is_alert and question.code in ("car", "dealership"):
                self.book.unhappy.append((task, question.code, at))

    def _questionnaire(self, kind: str) -> tuple[Questionnaire, list[Question]] | None:
        if kind not in self.questionnaires:
            found = questionnaire_for(self.team.store, kind, self.until)
            self.questionnaires[kind] = None if found is None else (found, list(found.questions.all()))
        return self.questionnaires[kind]

    # --- what the calls led to -----------------------------------------------------------------------------------
    def _estimate(self, handovers: list[Handover]) -> None:
        """Each N+1 call asked for the odometer, and so moved the expected date (N1-03)."""
        tracks = {
            track.delivery_id: track for track in FirstServiceTrack.objects.filter(store=self.team.store).order_by("pk")
        }
        driven = {handover.delivery.pk: handover.daily_km for handover in handovers}
        estimates = []
        for task in self.book.tasks:
            if task.kind != TaskKind.N_PLUS_1 or not task.is_successful:
                continue
            track = tracks[task.subject_id]
            read_on = task.due_on
            odometer_km = driven[task.subject_id] * (read_on - task.anchor_on).days
            policy = FirstServicePolicy(track.policy_km, track.policy_months, track.rounding)
            found = estimate_first_service(
                delivered_on=task.anchor_on, read_on=read_on, odometer_km=odometer_km, policy=policy
            )
            track.expected_on, track.remind_on = found.due_on, found.remind_on
            estimates.append(
                FirstServiceEstimate(
                    track=track,
                    made_at=task.closed_at or task.created_at,
                    made_by=task.closed_by,
                    read_on=read_on,
                    odometer_km=odometer_km,
                    daily_km=found.daily_km,
                    interval_days=found.interval_days,
                    due_on=found.due_on,
                    remind_on=found.remind_on,
                    capped=found.capped,
                )
            )
        FirstServiceEstimate.objects.bulk_create(estimates, batch_size=500)
        FirstServiceTrack.objects.bulk_update(
            [estimate.track for estimate in estimates], ["expected_on", "remind_on"], batch_size=200
        )

    def _complain(self) -> None:
        """Dissatisfied customers, by the service; all of it has been settled since."""
        supervisors = {person.pk: person.superior_id for person in self.team.consultants}
        for task, topic, at in self.book.unhappy:
            complaint = open_complaint(
                customer=task.customer,
                kind=ComplaintKind.PRODUCT if topic == "car" else ComplaintKind.SERVICE,
                origin=ComplaintOrigin.FOLLOW_UP_CALL,
                origin_key=str(task.pk),
                content=complaint_about(topic, self.dice),
                candidates=[pk for pk in (supervisors.get(task.consultant_id or 0),) if pk is not None],
                by=task.closed_by or self.team.agents[0],
                at=at,
                vehicle=task.vehicle,
            )
            Complaint.objects.filter(pk=complaint.pk).update(
                state=ComplaintState.CLOSED, closed_at=at + dt.timedelta(days=self.dice.randint(1, 6))
            )
