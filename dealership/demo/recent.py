"""The last weeks of the demo, day by day through the services: lists are made, people call."""

import datetime as dt
import random
from collections import defaultdict

from django.db.models import Q

from dealership.demo.cars import Handover
from dealership.demo.people import Team, rests_on
from dealership.demo.talk import OUTCOMES, answers_to, complaint_about, note_of
from dealership.kernel.errors import Refusal
from followups.enums import UNFINISHED, TaskKind
from followups.models import CallTask, FirstServiceTrack, ServiceVisit
from followups.services.calls.saving import ComplaintHeard, ServicePlan, save_call
from followups.services.first_service import record_first_service_visits
from followups.services.lists.expiry import expire_tasks
from followups.services.lists.making import make_call_list
from staffing.models import Staff

#: So long after a number was found empty its owner has found the right one.
TRACE_DAYS = 2
#: How many calls of a day are left for the next one, in hundred: usually, and on the last two days, so that something
#: is late on the day of the demo.
LEFT_OVER, LEFT_OVER_LATELY = 7, 40


class Weeks:
    """Lives through the days from ``first`` to the day before ``as_of``."""

    def __init__(
        self, team: Team, handovers: list[Handover], visits: list[ServiceVisit], *, dice: random.Random
    ) -> None:
        self.team, self.dice = team, dice
        self.tz = team.store.tz
        self.daily_km = {handover.delivery.pk: handover.daily_km for handover in handovers}
        self.visits: dict[dt.date, list[ServiceVisit]] = defaultdict(list)
        for visit in visits:
            self.visits[visit.visited_on].append(visit)
        self.new_numbers = 0

    def live(self, first: dt.date, as_of: dt.date) -> int:
        """Returns how many calls were made."""
        calls = 0
        for offset in range((as_of - first).days):
            day = first + dt.timedelta(days=offset)
            self._evening_before(day)
            ServiceVisit.objects.bulk_create(self.visits[day])
            if self.visits[day]:
                record_first_service_visits(store=self.team.store, at=self._at(day, 8))
            calls += self._work(day, is_late=(as_of - day).days <= 2)
            expire_tasks(at=self._at(day + dt.timedelta(days=1), 0))
        for ahead in range(2):
            make_call_list(
                store=self.team.store,
                on=as_of + dt.timedelta(days=ahead),
                at=self._at(as_of - dt.timedelta(days=1), 18),
            )
        return calls

    def _evening_before(self, day: dt.date) -> None:
        make_call_list(store=self.team.store, on=day, at=self._at(day - dt.timedelta(days=1), 18))

    def _work(self, day: dt.date, *, is_late: bool) -> int:
        waiting = Q(held_by__isnull=True) | ~Q(held_by__state__in=UNFINISHED)
        tasks = CallTask.objects.filter(waiting, store=self.team.store).due(day)
        calls = 0
        left_over = LEFT_OVER_LATELY if is_late else LEFT_OVER
        for place, task in enumerate(tasks.select_related("owner", "customer").order_by("due_at", "due_on", "pk")):
            caller = self._caller(task, day, place)
            if caller is None or self.dice.randrange(100) < left_over:
                continue
            calls += self._call(task, caller, self._moment(task, day, place))
        return calls

    def _caller(self, task: CallTask, day: dt.date, place: int) -> Staff | None:
        """The owner, unless it is the owner's day of rest; else somebody of the pool who works."""
        if task.kind == TaskKind.NUMBER_TRACE and (day - task.anchor_on).days < TRACE_DAYS:
            return None
        if task.owner is not None:
            return None if rests_on(task.owner, day) else task.owner
        agents = [agent for agent in self.team.agents if not rests_on(agent, day)]
        return agents[place % len(agents)] if agents else None

    def _moment(self, task: CallTask, day: dt.date, place: int) -> dt.datetime:
        if task.due_at is not None and task.due_at.astimezone(self.tz).date() == day:
            return task.due_at + dt.timedelta(minutes=2)
        start = self._at(day, 9) if place < 24 else self._at(day, 14)
        return start + dt.timedelta(minutes=6 * (place % 24) + 1)

    def _call(self, task: CallTask, by: Staff, at: dt.datetime) -> int:
        if task.kind == TaskKind.NUMBER_TRACE:
            self.new_numbers += 1
            save_call(task=task, by=by, at=at, outcome="traced", new_number=f"197{self.new_numbers:08d}")
            return 1
        outcome = self.dice.choices([code for code, _w in OUTCOMES], weights=[weight for _c, weight in OUTCOMES])[0]
        try:
            if outcome != "done":
                promised = at + dt.timedelta(days=1) if outcome == "call_back" else None
                save_call(task=task, by=by, at=at, outcome=outcome, promised_at=promised)
            else:
                self._complete(task, by, at)
        except Refusal:
            return 0  # a customer whose number is being traced, or whose file was closed on the same day
        return 1

    def _complete(self, task: CallTask, by: Staff, at: dt.datetime) -> None:
        answers = answers_to(task.kind, self.dice)
        unhappy = [topic for topic in ("car", "dealership") if answers.get(topic) == "dissatisfied"]
        complaint = ComplaintHeard(content=complaint_about(unhappy[0], self.dice)) if unhappy else None
        save_call(
            task=task,
            by=by,
            at=at,
            outcome="done",
            note=note_of(task.kind, self.dice),
            spoken_to=task.customer.name,
            seconds=self.dice.randint(70, 320),
            answers=answers,
            complaint=complaint,
            service=self._plan(task, at.astimezone(self.tz).date()),
        )

    def _plan(self, task: CallTask, day: dt.date) -> ServicePlan | None:
        """N+1 asks for the odometer (N1-03); the reminder of the first service books an appointment."""
        if task.kind == TaskKind.N_PLUS_1:
            return ServicePlan(odometer_km=self.daily_km[task.subject_id] * (day - task.anchor_on).days)
        if task.kind != TaskKind.FIRST_SERVICE or self.dice.random() < 0.35:
            return None
        track = FirstServiceTrack.objects.get(delivery_id=task.subject_id)
        agreed_on = max(track.expected_on + dt.timedelta(days=self.dice.randint(-3, 3)), day + dt.timedelta(days=2))
        if abs((agreed_on - track.expected_on).days) > 7:
            return None
        return ServicePlan(agreed_on=agreed_on, appointment_at=self._at(agreed_on, self.dice.choice((9, 10, 14, 16))))

    def _at(self, day: dt.date, hour: int) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(hour), tzinfo=self.tz)
