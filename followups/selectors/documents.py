"""Monthly reports as documents: who answers them, whose turn it is, which wait for a person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from followups.enums_documents import DocumentKind, DocumentState, MeasureState
from followups.models import DocumentEvent, Measure, MonthlyDocument, MonthlyReportPolicy
from followups.rules.documents import MeasureFacts
from staffing.enums import Capability, Role
from staffing.models import Staff, Store
from staffing.selectors.policies import in_force

#: While the manager writes.
WITH_MANAGER = (DocumentState.MADE, DocumentState.COMMENTED, DocumentState.RETURNED)
#: Of an approved measure without effect nobody has written the next one yet.
_UNREPLACED = Q(state=MeasureState.INEFFECTIVE, replaced_by__isnull=True)


@dataclass(frozen=True)
class ReportRule:
    """Who answers a kind of report, and which roles get a copy."""

    kind: str
    comment_role: str
    copy_roles: tuple[str, ...] = ()
    enabled: bool = True


def report_rules(store: Store | None, on: dt.date) -> dict[str, ReportRule]:
    """The policies in force on a day by kind, in the order of the kinds. One query."""
    rows = in_force(MonthlyReportPolicy.objects.all(), store, on, "kind")
    return {
        kind: ReportRule(
            kind=kind,
            comment_role=rows[kind].comment_role,
            copy_roles=tuple(role.strip() for role in rows[kind].copy_roles.split(",") if role.strip()),
            enabled=rows[kind].enabled,
        )
        for kind in DocumentKind.values
        if kind in rows
    }


def answerers(store: Store, role: str) -> list[Staff]:
    """Who answers a report: the people of the role; where the role is vacant the general manager stands in."""
    people = Staff.objects.filter(store=store).working().order_by("pk")
    return list(people.holding(role)) or list(people.holding(Role.GENERAL_MANAGER))


def approvers(store: Store) -> list[Staff]:
    """The general managers of a store."""
    return list(Staff.objects.filter(store=store).working().holding(Role.GENERAL_MANAGER).order_by("pk"))


def may_answer(person: Staff, document: MonthlyDocument) -> bool:
    """Whether the person writes the analysis and the measures of this report."""
    if not person.may(Capability.ANSWER_REPORTS) or person.store_id != document.store_id:
        return False
    if document.comment_role in person.roles:
        return True
    return Role.GENERAL_MANAGER in person.roles and person in answerers(document.store, document.comment_role)


def may_approve(person: Staff, document: MonthlyDocument) -> bool:
    """The general manager of the store."""
    return person.may(Capability.APPROVE_MEASURES) and person.store_id == document.store_id


def documents_seen(
    user: Staff, *, kind: str = "", month: dt.date | None = None, waiting: bool = False
) -> "QuerySet[MonthlyDocument]":
    """The reports that a person may see, the latest month first; ``waiting``: only those that wait for the person."""
    rows = MonthlyDocument.objects.visible_to(user)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(month=month) if month else rows
    if waiting:
        rows = rows.filter(_waits_for(user))
    return (
        rows.defer("figures")
        .select_related("store")
        .prefetch_related(Prefetch("measures", Measure.objects.select_related("responsible", "replaced_by")))
        .order_by("-month", "store_id", "kind", "pk")
    )


def _waits_for(user: Staff) -> Q:
    """The condition under which it is this person's turn."""
    of_report = Measure.objects.filter(document=OuterRef("pk"))
    wanted = Q(pk__in=[])
    if user.may(Capability.ANSWER_REPORTS):
        role = Q(comment_role__in=user.roles, store_id=user.store_id)
        if Role.GENERAL_MANAGER in user.roles:
            role |= Q(~Exists(_holders()), store_id=user.store_id)
        left = Q(state__in=(MeasureState.DONE, MeasureState.DRAFT)) | _UNREPLACED
        to_check = Q(Exists(of_report.filter(left)), state=DocumentState.APPROVED)
        wanted |= role & (Q(state__in=WITH_MANAGER) | to_check)
    if user.may(Capability.APPROVE_MEASURES):
        wanted |= Q(state=DocumentState.SUBMITTED, store_id=user.store_id)
    mine = of_report.filter(responsible_id=user.pk, state=MeasureState.APPROVED)
    return wanted | Q(Exists(mine), state=DocumentState.APPROVED)


def _holders() -> "QuerySet[Staff]":
    people: QuerySet[Staff] = Staff.objects.working()
    return people.filter(store_id=OuterRef("store_id"), role_rows__role=OuterRef("comment_role")).order_by()


def turn_of(document: MonthlyDocument, measures: Sequence[Measure]) -> list[str]:
    """Whose turn it is, in words: a role, or the people whose measures are under way. Empty when it is closed."""
    state = DocumentState(document.state)
    manager = str(Role(document.comment_role).label)
    if state in WITH_MANAGER:
        return [manager]
    if state == DocumentState.SUBMITTED:
        return [str(Role.GENERAL_MANAGER.label)]
    if state == DocumentState.CLOSED:
        return []
    people = {row.responsible_id: row.responsible.name for row in measures if row.state == MeasureState.APPROVED}
    rest = [row for row in measures if row.state in (MeasureState.DONE, MeasureState.DRAFT) or needs_successor(row)]
    return [*people.values(), *([manager] if rest else [])]


def needs_successor(measure: Measure) -> bool:
    """A measure without effect, and none in its place yet."""
    return measure.state == MeasureState.INEFFECTIVE and not is_replaced(measure)


def is_replaced(measure: Measure) -> bool:
    """Whether another measure stands in its place."""
    return getattr(measure, "replaced_by", None) is not None


def facts_of(measures: Sequence[Measure]) -> list[MeasureFacts]:
    """The measures as the rules see them."""
    return [MeasureFacts(row.state, row.type, is_replaced(row)) for row in measures]


def measures_of(document: MonthlyDocument) -> list[Measure]:
    """All measures of a report in the order in which they were written. One query."""
    rows = document.measures.select_related("responsible", "written_by", "approved_by", "checked_by", "replaces")
    return list(rows.select_related("replaced_by", "responsible", "approved_by", "checked_by").order_by("pk"))


def timeline_of(document: MonthlyDocument) -> list[DocumentEvent]:
    """What happened to a report, in order."""
    return list(document.events.select_related("by").order_by("at", "pk"))


def measures_for(user: Staff, *, ended: bool = False) -> "QuerySet[Measure]":
    """The approved measures that a person is responsible for: those under way, soonest first, or those carried out."""
    rows = Measure.objects.visible_to(user).filter(responsible_id=user.pk)
    rows = rows.exclude(state__in=(MeasureState.DRAFT, MeasureState.APPROVED)) if ended else rows.under_way()
    return rows.select_related("document__store", "checked_by").order_by("-due_on" if ended else "due_on", "pk")


def people_for_measures(store: Store) -> "QuerySet[Staff]":
    """Whom a measure may be given to: everybody who works in the store."""
    people: QuerySet[Staff] = Staff.objects.filter(store=store).working()
    return people.order_by("employee_no", "pk")
