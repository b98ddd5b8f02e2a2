"""A month of calls for the tests of the monthly statistics, made row by row and the same every time."""

import datetime as dt
import itertools
from typing import Any

from complaints.enums import ComplaintKind, ComplaintOrigin, ComplaintState
from complaints.models import Complaint
from customers.models import Customer, CustomerPhone
from followups.enums import QuestionType, SkipReason, TaskKind, TaskState, Topic
from followups.models import (
    Answer,
    CallAttempt,
    CallTask,
    FirstServiceTrack,
    OutcomePolicy,
    Question,
    Questionnaire,
    Response,
    SkippedCall,
)
from inventory.models import Vehicle, VehicleModel
from orders.models import Delivery
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store

UTC = dt.UTC


class MonthCase:
    """Builds the rows of one store. Every call has its own customer, car and delivery."""

    def __init__(self, code: str = "T01", *, name: str = "测试专营店", timezone: str = "Asia/Shanghai") -> None:
        self.store = Store.objects.create(code=code, name=name, timezone=timezone)
        self.model, _ = VehicleModel.objects.get_or_create(brand="测试", name="样车")
        self._count = itertools.count(1)
        self._questionnaires: dict[str, Questionnaire] = {}

    def person(self, number: str, name: str, *roles: str, superior: Staff | None = None) -> Staff:
        person = Staff.objects.create(
            username=f"{self.store.code}-{number}", employee_no=number, name=name, store=self.store, superior=superior
        )
        StaffRole.objects.bulk_create([StaffRole(staff=person, role=role) for role in roles])
        return person

    def consultant(self, number: str = "X001", name: str = "陈顾问", superior: Staff | None = None) -> Staff:
        return self.person(number, name, Role.SALES_CONSULTANT, superior=superior)

    def delivery(self, consultant: Staff, on: dt.date, *, plate: str = "") -> Delivery:
        number = next(self._count)
        made = dt.datetime.combine(on, dt.time(4), UTC)
        customer = Customer.objects.create(
            store=self.store, name=f"客户{number:03d}", owner=consultant, created_at=made
        )
        digits = f"138{number:08d}"
        CustomerPhone.objects.create(
            store=self.store, customer=customer, number=f"+86{digits}", reversed=digits[::-1], is_primary=True
        )
        vehicle = Vehicle.objects.create(
            store=self.store,
            vin=self.store.code + str(number).zfill(17 - len(self.store.code)),
            model=self.model,
            stock_state="delivered",
            plate=plate,
            created_at=made,
        )
        return Delivery.objects.create(
            store=self.store,
            vehicle=vehicle,
            customer=customer,
            consultant=consultant,
            delivered_on=on,
            created_at=made,
        )

    def call(
        self,
        due: dt.date,
        consultant: Staff | None,
        *,
        kind: str = TaskKind.THREE_DAY,
        state: str = TaskState.DONE,
        tries: list[dt.datetime] | None = None,
        successful: bool = False,
        outcome: str = "",
        close_reason: str = "",
        plate: str = "",
        answers: dict[str, str] | None = None,
        due_on: dt.date | None = None,
        owner: Staff | None = None,
        caller: Staff | None = None,
        deliverer: Staff | None = None,
    ) -> CallTask:
        """One call; ``tries`` are the moments of its attempts, ``answers`` question codes with values."""
        seller = consultant or deliverer
        assert seller is not None
        delivery = self.delivery(seller, due - dt.timedelta(days=3), plate=plate)
        moments = tries or []
        ended = state in (TaskState.DONE, TaskState.MISSED, TaskState.CANCELLED)
        midnight = dt.datetime.combine(due + dt.timedelta(days=1), dt.time(), self.store.tz)
        task = CallTask.objects.create(
            store=self.store,
            kind=kind,
            subject_id=delivery.pk,
            customer=delivery.customer,
            vehicle=delivery.vehicle,
            delivery=delivery,
            consultant=consultant,
            owner=owner if owner is not None else consultant,
            pool=Role.SALES_CONSULTANT,
            state=state,
            anchor_on=delivery.delivered_on,
            first_due_on=due,
            due_on=due_on or due,
            overdue_at=midnight,
            attempts=len(moments),
            last_attempt_at=max(moments) if moments else None,
            is_successful=successful,
            outcome=outcome,
            close_reason=close_reason,
            closed_at=midnight if ended else None,
            created_at=midnight - dt.timedelta(days=2),
        )
        by = caller or seller
        CallAttempt.objects.bulk_create(
            [CallAttempt(task=task, at=at, by=by, outcome=outcome or "no_answer", reached=successful) for at in moments]
        )
        if answers is not None:
            self.answer(task, answers, by=by)
        return task

    def answer(self, task: CallTask, answers: dict[str, Any], *, by: Staff) -> Response:
        response = Response.objects.create(
            task=task, questionnaire=self.questionnaire(task.kind), at=task.created_at, by=by
        )
        for code, value in answers.items():
            question = self.question(task.kind, code)
            number = value if question.type in (QuestionType.SCALE, QuestionType.NUMBER) else None
            Answer.objects.create(
                response=response,
                question=question,
                value=str(value),
                number=number,
                is_alert=value in ("dissatisfied", "no"),
            )
        return response

    def questionnaire(self, kind: str) -> Questionnaire:
        if kind not in self._questionnaires:
            self._questionnaires[kind] = Questionnaire.objects.create(
                store=self.store, kind=kind, version=1, title="调查", effective_from=dt.date(2020, 1, 1)
            )
        return self._questionnaires[kind]

    def question(self, kind: str, code: str) -> Question:
        """The question of that code, whose beginning tells the type: score_…, minutes_…, yes_…, text_…."""
        types = {
            "score": QuestionType.SCALE,
            "minutes": QuestionType.NUMBER,
            "yes": QuestionType.YES_NO,
            "text": QuestionType.TEXT,
        }
        found, _ = Question.objects.get_or_create(
            questionnaire=self.questionnaire(kind),
            code=code,
            defaults={
                "position": len(code),
                "text_zh": code,
                "text_en": code,
                "type": types.get(code.split("_")[0], QuestionType.SATISFACTION),
                "topic": code if code in (Topic.CAR, Topic.DEALERSHIP) else Topic.OTHER,
            },
        )
        return found

    def skip(self, due: dt.date, consultant: Staff, reason: str = SkipReason.CONTACT_BAN) -> SkippedCall:
        delivery = self.delivery(consultant, due - dt.timedelta(days=3))
        return SkippedCall.objects.create(
            store=self.store,
            kind=TaskKind.THREE_DAY,
            subject_id=delivery.pk,
            occurrence="1",
            customer=delivery.customer,
            consultant=consultant,
            reason=reason,
            due_on=due,
            noticed_at=delivery.created_at,
        )

    def complaint(
        self,
        task: CallTask,
        *,
        kind: str = ComplaintKind.PRODUCT,
        state: str = ComplaintState.OPEN,
        origin: str = ComplaintOrigin.FOLLOW_UP_CALL,
    ) -> Complaint:
        return Complaint.objects.create(
            store=self.store,
            number=f"TS{next(self._count):05d}",
            customer=task.customer,
            vehicle=task.vehicle,
            kind=kind,
            origin=origin,
            origin_key=str(task.pk),
            content="门板有异响",
            state=state,
            received_at=task.created_at,
        )

    def track(
        self,
        consultant: Staff,
        expected: dt.date,
        *,
        agreed: dt.date | None = None,
        visited: dt.date | None = None,
    ) -> FirstServiceTrack:
        return FirstServiceTrack.objects.create(
            store=self.store,
            delivery=self.delivery(consultant, expected - dt.timedelta(days=80)),
            policy_km=5000,
            policy_months=3,
            latest_on=expected,
            rounding="ceil10",
            expected_on=expected,
            remind_on=expected - dt.timedelta(days=7),
            agreed_on=agreed,
            visited_on=visited,
        )


def local(case: MonthCase, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A moment on the clock of the store."""
    return dt.datetime.combine(day, dt.time(hour, minute), case.store.tz)


def outcome_policy(code: str, zh: str, en: str, position: int) -> OutcomePolicy:
    return OutcomePolicy.objects.create(
        code=code,
        effective_from=dt.date(2000, 1, 1),
        label_zh=zh,
        label_en=en,
        key="0",
        consequence="done",
        position=position,
    )
