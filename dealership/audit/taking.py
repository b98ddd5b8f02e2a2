"""Customer data is company property (CC-15): what leaves the house is answered or noted here, and nowhere else.

A workbook goes out through ``workbook_answer``, which writes the audit before the file; a page of customer data that is
printed carries ``{% prints %}``, which tells ``note_printed``. The audit keeps who, when, what and how many rows – ids,
never names or numbers of customers.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import models
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from dealership.audit.models import AuditEvent
from dealership.audit.services import record_act, record_event
from dealership.kernel.errors import N_, Refusal
from dealership.workbooks.paper import XLSX

_SALT = "audit.printed"
#: A page that was drawn a day ago is drawn anew before it is printed.
_GOOD_FOR = dt.timedelta(days=1)


class NotOurs(Refusal):
    message = N_("What is to be noted as printed was not drawn for you. Open the page again.")


@dataclass(frozen=True)
class Taken:
    """What leaves. ``code`` is a noun.participle; ``rows`` the customers or cars in it, None where it holds figures
    alone; ``data`` further facts, ids and months and never personal; ``subject`` the row that it is about, if one."""

    code: str
    rows: int | None
    store_ref: int | None = None
    data: dict[str, Any] | None = None
    subject: models.Model | None = None


def note_taken(taken: Taken, *, by: Any, at: dt.datetime) -> AuditEvent:
    """Write into the audit that something left."""
    facts = {**(taken.data or {}), **({} if taken.rows is None else {"rows": taken.rows})}
    if taken.subject is not None:
        return record_event(code=taken.code, subject=taken.subject, by=by, at=at, data=facts)
    return record_act(code=taken.code, store_ref=taken.store_ref, by=by, at=at, data=facts)


def workbook_answer(content: bytes, *, file_name: str, taken: Taken, by: Any, at: dt.datetime) -> HttpResponse:
    """The workbook as a file to keep, once the audit has it."""
    note_taken(taken, by=by, at=at)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, file_name) or ""
    return response


def print_token(what: str, *, subject: models.Model | None, rows: int | None, by: Any) -> str:
    """What a page sends back when ``by`` prints it: signed, so that nobody writes other facts into the audit."""
    store_ref = getattr(subject, "store_id", None) or by.store_id
    about = [subject._meta.label_lower, subject.pk] if subject is not None else ["", None]
    return signing.dumps({"what": what, "about": about, "store": store_ref, "rows": rows, "by": by.pk}, salt=_SALT)


def note_printed(token: str, *, by: Any, at: dt.datetime) -> AuditEvent:
    """Write into the audit that ``by`` printed the page of ``token``. Refuses NotOurs."""
    try:
        facts = signing.loads(token, salt=_SALT, max_age=_GOOD_FOR)
    except signing.BadSignature as error:
        raise NotOurs from error
    if facts["by"] != by.pk:
        raise NotOurs
    label, pk = facts["about"]
    rows = facts["rows"]
    return AuditEvent.objects.create(
        at=at,
        by=by,
        store_ref=facts["store"],
        code=f"{facts['what']}.printed",
        subject_type=label,
        subject_id=pk,
        data={} if rows is None else {"rows": rows},
    )
