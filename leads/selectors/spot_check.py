"""The lines that a supervisor is to look at (CC-09)."""

import datetime as dt
from dataclasses import dataclass

from leads.models import Contact
from leads.rules.spot_check import SeenLine, bursts, same_texts
from leads.selectors.policies import lead_policy
from staffing.models import Staff

#: How far back the check looks.
DAYS = 30
SAME_TEXT, BURST = "same_text", "burst"


@dataclass(frozen=True)
class Finding:
    """Lines that belong together: ``kind`` same_text or burst. ``is_seen``: a supervisor has looked at all of them."""

    kind: str
    lines: tuple[Contact, ...]

    @property
    def writer(self) -> Staff | None:
        return self.lines[0].by

    @property
    def is_seen(self) -> bool:
        return all(line.remark_at is not None for line in self.lines)

    @property
    def minutes(self) -> int:
        return int((self.lines[-1].at - self.lines[0].at).total_seconds() // 60)


def findings_for(user: Staff, *, at: dt.datetime, on: dt.date) -> list[Finding]:
    """What stands out in the lines of the last days, of the leads one may see; the latest first. Two queries and the
    policy's one."""
    rows = Contact.objects.visible_to(user).filter(at__gt=at - dt.timedelta(days=DAYS), by__isnull=False)
    seen = [
        SeenLine(pk=pk, lead=lead, by=by, at=moment, text=text)
        for pk, lead, by, moment, text in rows.order_by("at", "pk").values_list(
            "pk", "lead_id", "by_id", "at", "result"
        )
    ]
    rule = lead_policy(user.store, on)
    found = [(SAME_TEXT, group) for group in same_texts(seen)] + [(BURST, group) for group in bursts(seen, rule)]
    wanted = {line.pk for _kind, group in found for line in group}
    shown = rows.filter(pk__in=wanted).select_related("by", "lead__customer", "lead__store", "remark_by").in_bulk()
    findings = [Finding(kind, tuple(shown[line.pk] for line in group)) for kind, group in found]
    return sorted(findings, key=lambda finding: finding.lines[-1].at, reverse=True)
