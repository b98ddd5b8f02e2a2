"""The interface for web sites and manufacturers: leads as JSON. Described in docs/api.md and /api/openapi.json."""

import json
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dealership import clock
from dealership.kernel.errors import Refusal
from dealership.web.contention import once_more
from dealership.web.guards import by_token, public
from leads.forms.sources import EnquiryForm
from leads.models import LeadSource
from leads.openapi import BODY_BYTES, KEY_LENGTH, document
from leads.selectors.policies import cadence_policy
from leads.selectors.sources import source_of_token
from leads.services.sources import Answer, KeyReused, TooManyRequests, count_request, receive_lead

_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_LENGTH}}}")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_-]{20,100})", re.IGNORECASE)


class Fault(Exception):
    """An answer that is no lead: status, code, sentence, further headers, and faults by field."""

    def __init__(self, status: int, code: str, message: str, *, fields: Any = None, **headers: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.fields = status, code, message, fields
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@by_token
def api_leads(request: HttpRequest) -> HttpResponse:
    """Receive a lead. Who has no token learns nothing else; every answer is JSON in the language asked for."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        try:
            answer = _received(request)
            response = JsonResponse(answer.body, status=answer.status)
            if answer.is_repeated:
                response["Idempotent-Replayed"] = "true"
        except Fault as fault:
            error = {"code": fault.code, "message": fault.message}
            response = JsonResponse(
                {"error": error | ({"fields": fault.fields} if fault.fields else {})},
                status=fault.status,
                headers=fault.headers,
            )
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    return response


@public
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """What the interface accepts and answers, as OpenAPI 3.1. Holds no data."""
    return JsonResponse(document(request.build_absolute_uri("/")), headers={"Cache-Control": "public, max-age=300"})


def _received(request: HttpRequest) -> Answer:
    at, source = clock.now(), _source(request)
    try:
        count_request(source=source, at=at)
    except TooManyRequests as refusal:
        raise Fault(429, refusal.code, refusal.sentence(_), Retry_After=str(refusal.retry_after)) from None
    if request.method != "POST":
        raise Fault(405, "method_not_allowed", _("Send leads with POST."), Allow="POST")
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        text = _("An Idempotency-Key has 1 to %(count)s printable characters without spaces.")
        raise Fault(400, "bad_key", text % {"count": KEY_LENGTH})
    body = _body(request)
    policy = cadence_policy(source.store, at.astimezone(source.store.tz).date())
    form = EnquiryForm(_object(body), source=source, policy=policy, at=at)
    if not form.is_valid():
        raise Fault(422, "invalid", _("Some fields cannot be taken as they are."), fields=form.faults())
    try:
        new = form.new_lead()
        return once_more(lambda: receive_lead(source=source, new=new, key=key, body=body, at=at))
    except KeyReused as refusal:
        raise Fault(409, refusal.code, refusal.sentence(_)) from None
    except Refusal as refusal:
        raise Fault(422, refusal.code, refusal.sentence(_)) from None


def _source(request: HttpRequest) -> LeadSource:
    given = _BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    source = source_of_token(given[1]) if given else None
    if source is None:
        text = _("Send the token of the lead source as “Authorization: Bearer …”.")
        raise Fault(401, "unauthorised", text, WWW_Authenticate='Bearer realm="leads"')
    return source


def _body(request: HttpRequest) -> bytes:
    if request.content_type != "application/json":
        raise Fault(415, "not_json", _("Send application/json."))
    length = request.headers.get("Content-Length", "")
    body = b"" if length.isdecimal() and int(length) > BODY_BYTES else request.body
    if (length.isdecimal() and int(length) > BODY_BYTES) or len(body) > BODY_BYTES:
        raise Fault(413, "too_large", _("A lead has at most %(count)s bytes.") % {"count": BODY_BYTES})
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Fault(400, "bad_json", _("This is not JSON in UTF-8.")) from None
    if not isinstance(sent, dict):
        raise Fault(400, "bad_json", _("A lead is a JSON object."))
    return sent
