"""A store with a month of calls and the people who answer its reports, for the tests of monthly reports."""

import datetime as dt
from zoneinfo import ZoneInfo

from followups.enums import TaskKind
from followups.models import MonthlyDocument
from followups.services.documents import add_measure, approve_document, comment_document, make_document, submit_document
from followups.services.documents.measures import MeasureDraft
from followups.tests.monthly_case import MonthCase, local
from staffing.enums import Role
from staffing.models import Staff

CHINA = ZoneInfo("Asia/Shanghai")
NOVEMBER = dt.date(2026, 11, 1)
FIRST = dt.datetime(2026, 12, 1, 5, 0, tzinfo=CHINA)
DAY = dt.date(2026, 11, 9)


class DocumentCase(MonthCase):
    """The month, with its managers: ``service``, ``sales``, ``boss``, and ``adviser``, who gets the measures."""

    def __init__(self, code: str = "T01") -> None:
        super().__init__(code)
        self.boss = self.person("M001", "总经理", Role.GENERAL_MANAGER)
        self.sales = self.person("M002", "销售经理", Role.SALES_MANAGER)
        self.service = self.person("M003", "服务经理", Role.SERVICE_MANAGER)
        self.adviser = self.person("A001", "服务顾问", Role.SERVICE_ADVISER)
        self.seller = self.consultant()

    def visit_call(self, *, answers: dict[str, str] | None = None, tried: bool = True, successful: bool = True):
        return self.call(
            DAY,
            self.seller,
            kind=TaskKind.SERVICE_VISIT,
            tries=[local(self, DAY, 10)] if tried else [],
            successful=successful,
            answers=answers,
        )

    def document(self, kind: str = "service_visits", at: dt.datetime = FIRST) -> MonthlyDocument:
        made, _new = make_document(store=self.store, month=NOVEMBER, kind=kind, at=at)
        return made

    def draft(self, type: str = "preventive", due: dt.date = dt.date(2026, 12, 15), who: Staff | None = None, **words):
        texts = {"problem": "维修前未说明费用", "action": "接车时书面报价并由客户签字", **words}
        return MeasureDraft(**texts, type=type, responsible=who or self.adviser, due_on=due)

    def commented(self, at: dt.datetime = FIRST) -> MonthlyDocument:
        document = self.document()
        comment_document(document=document, comment="费用说明不足", by=self.service, at=at)
        return document

    def submitted(self, at: dt.datetime = FIRST) -> MonthlyDocument:
        document = self.commented(at)
        add_measure(document=document, draft=self.draft(), by=self.service, at=at)
        submit_document(document=document, by=self.service, at=at)
        return document

    def approved(self, at: dt.datetime = FIRST) -> MonthlyDocument:
        document = self.submitted(at)
        approve_document(document=document, by=self.boss, at=at)
        return document
