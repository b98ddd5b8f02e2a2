"""Who really came to the workshop, and is called first (AF-03)."""

from collections.abc import Iterable
from dataclasses import dataclass

from customers.models import CustomerPhone
from dealership.audit.models import AuditEvent
from dealership.kernel import phones
from followups.enums import TaskKind
from followups.models import CallTask
from staffing.models import Staff


@dataclass(frozen=True)
class Visitor:
    """The person with a number of their own. ``text`` is masked for everybody but the person who is working on the
    call; ``dial`` is empty then."""

    name: str
    text: str
    dial: str

    @property
    def plain(self) -> str:
        """As it is dialled by hand: digits alone."""
        return self.text.replace(" ", "").replace("-", "")


def visitor_of(task: CallTask, *, known: Iterable[CustomerPhone], shown: bool) -> Visitor | None:
    """Whom to call before the owner; None when the visit names no number beyond those on file (``known``)."""
    visit = task.service_visit
    if task.kind != TaskKind.SERVICE_VISIT or visit is None or not visit.contact_phone:
        return None
    number = visit.contact_phone
    if number in {phone.number for phone in known}:
        return None
    return Visitor(
        name=visit.contact_name,
        text=phones.display(number) if shown else phones.mask(number),
        dial=number if shown else "",
    )


def visitor_was_shown(task: CallTask, *, by: Staff) -> bool:
    """Whether the audit has it already that ``by`` saw the number since the claim. One query."""
    assert task.service_visit is not None
    seen = AuditEvent.objects.about(task.service_visit).filter(code="phone.shown", by=by)
    return task.claimed_at is not None and seen.filter(at__gte=task.claimed_at).exists()
