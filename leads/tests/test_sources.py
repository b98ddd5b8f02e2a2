"""The interface for lead sources: who may send, what is taken, what is answered, and that its document says so."""

import datetime as dt
import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dealership.audit.models import AuditEvent
from inventory.models import VehicleModel
from leads.models import Lead, LeadRequest, LeadSource
from leads.openapi import BODY_BYTES, document
from leads.services.sources import TooManyRequests, count_request, create_source, hash_of, rotate_token
from leads.tests.factories import AT, CHINA
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db
SENT = {"name": "网络例", "phone": "139 0000 0001"}


@pytest.fixture
def now(monkeypatch):
    """The moment, which a test may move on."""
    moment = [AT]
    monkeypatch.setattr("dealership.clock.now", lambda: moment[0])
    return moment


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["telesales"])


@pytest.fixture
def admin(store):
    return StaffFactory(store=store, roles=["admin"])


def source_of(store, by, **fields):
    """(source, token)"""
    source = LeadSource(store=store, **({"name": "厂家官网", "channel": "oem"} | fields))
    return source, create_source(source=source, by=by, at=AT)


@pytest.fixture
def post(now, store, agent, admin):
    """Send to the interface: ``post(SENT, key="1")``; ``token`` and ``body`` replace what is right."""
    _source, known = source_of(store, admin)
    client = Client(enforce_csrf_checks=True)

    def send(sent: Any = SENT, *, token: str = known, key: str = "", body: bytes | None = None, **headers: str) -> Any:
        given = {"authorization": f"Bearer {token}", "accept-language": "en"} | headers
        if key:
            given["idempotency-key"] = key
        content = json.dumps(sent).encode() if body is None else body
        kind = given.pop("content-type", "application/json")
        return client.post("/api/leads/", content, content_type=kind, headers=given)

    return send


def fits(value: Any, schema: dict[str, Any], at: str = "answer") -> list[str]:
    """Where a value differs from a schema of the document; the part of JSON Schema that the document uses."""
    if "$ref" in schema:
        found: Any = document("http://testserver/")
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return fits(value, found, at)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not isinstance(value, tuple(kinds[name] for name in named)):
        return [f"{at} is no {named}"]
    faults = []
    if isinstance(value, dict):
        properties, further = schema.get("properties", {}), schema.get("additionalProperties", True)
        faults += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, each in value.items():
            inner = properties.get(name, further)
            faults += [f"{at}.{name} is unknown"] if inner is False else []
            faults += fits(each, inner, f"{at}.{name}") if isinstance(inner, dict) else []
    if isinstance(value, list):
        faults += [fault for each in value for fault in fits(each, schema["items"], f"{at}[]")]
    if isinstance(value, str) and schema.get("format") == "date-time":
        assert dt.datetime.fromisoformat(value).tzinfo is not None
    return faults


# --- who may send ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer short", "Basic abc", "Bearer " + "x" * 43])
def test_without_a_valid_token_nothing_is_told(post, header):
    answer = post(authorization=header)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorised")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not Lead.objects.exists()


def test_only_the_hash_of_a_token_is_kept_and_a_new_token_ends_the_old(post, store, admin):
    source, token = source_of(store, admin, name="门户")
    assert (source.token_hash, token[-4:]) == (hash_of(token), source.token_hint)
    assert token not in str(LeadSource.objects.filter(pk=source.pk).values())

    fresh = rotate_token(source=source, by=admin, at=AT)

    assert [post(token=each).status_code for each in (token, fresh)] == [401, 201]


@pytest.mark.parametrize("change", [{"is_active": False}, {"store__is_active": False}])
def test_source_that_was_switched_off_is_refused(post, store, change):
    if "is_active" in change:
        LeadSource.objects.update(is_active=False)
    else:
        store.is_active = False
        store.save(update_fields=["is_active"])

    assert post().status_code == 401


# --- what becomes of it ------------------------------------------------------------------------------------------
@pytest.mark.rule("LI-01", "LI-02", "LI-04", "LI-07")
def test_enquiry_becomes_a_lead_with_an_owner_and_a_day_for_the_first_contact(post, agent):
    model = VehicleModel.objects.create(brand="示范汽车", name="示范一号")
    sent = {
        **SENT,
        "gender": "female",
        "model": "示范汽车 示范一号",
        "city": "宁波",
        "origin": "厂家小程序",
        "message": "想试驾",
        "buys_on": "2026-12-15",
        "registered_at": "2026-11-24T09:00:00+08:00",
    }

    answer = post(sent)

    lead = Lead.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "number": lead.number,
        "registered_at": "2026-11-24T09:00:00+08:00",
        "first_contact_due_at": "2026-11-25T09:00:00+08:00",
    }
    assert (lead.owner, lead.channel, lead.source, lead.grade) == (agent, "oem", "厂家小程序", "A")
    assert (lead.city, lead.note, lead.buys_on) == ("宁波", "想试驾", dt.date(2026, 12, 15))
    assert (lead.customer.gender, lead.interests.get().model) == ("female", model)
    assert lead.registered_at == dt.datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
    assert LeadSource.objects.get().last_used_at == AT


@pytest.mark.rule("LI-05")
def test_source_of_a_motor_show_sends_straight_to_the_consultants(post, store, admin):
    seller = StaffFactory(store=store, roles=["sales_consultant"])
    _source, token = source_of(store, admin, name="车展平板", channel="motor_show", role="sales_consultant")

    post(token=token)

    lead = Lead.objects.get()
    assert (lead.owner, lead.stage, lead.source) == (seller, "showroom", "车展平板")


@pytest.mark.rule("LI-22")
def test_second_enquiry_joins_and_its_sender_does_not_learn_so(post, agent):
    """Whoever holds a token could else ask for every number whether it is a customer's."""
    earlier = "2026-11-20T09:00:00+08:00"
    first = post({**SENT, "registered_at": earlier})

    again = post({**SENT, "name": "别名例", "message": "再问一次"})

    assert again.status_code == first.status_code == 201
    assert [*again.json()] == [*first.json()] == ["number", "registered_at", "first_contact_due_at"]
    assert again.json() == {
        "number": "L0000002",
        "registered_at": AT.isoformat(),
        "first_contact_due_at": (AT + dt.timedelta(days=1)).isoformat(),
    }
    assert (Lead.objects.count(), Lead.objects.get().note, agent.alerts.count()) == (1, "再问一次", 1)
    assert AuditEvent.objects.get(code="lead.joined").data["number"] == "L0000002"


# --- keys --------------------------------------------------------------------------------------------------------
def test_same_key_and_content_get_the_same_answer_and_change_nothing(post, agent):
    first = post(key="a-1")

    again = post(key="a-1")

    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    assert (again["Idempotent-Replayed"], first.has_header("Idempotent-Replayed")) == ("true", False)
    assert (Lead.objects.count(), agent.alerts.count()) == (1, 0)


def test_same_key_with_another_content_is_refused(post):
    post(key="a-1")

    answer = post({**SENT, "phone": "13900000002"}, key="a-1")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "key_reused")
    assert Lead.objects.count() == 1


def test_key_belongs_to_its_source_and_is_forgotten_after_thirty_days(post, now, store, admin):
    _other, token = source_of(store, admin, name="门户")
    post(key="a-1")

    assert post({**SENT, "phone": "13900000002"}, key="a-1", token=token).status_code == 201
    now[0] = AT + dt.timedelta(days=31)
    assert post({**SENT, "phone": "13900000003"}, key="a-1").status_code == 201


def test_refused_request_leaves_its_key_free(post):
    assert post({"name": "网络例"}, key="a-1").status_code == 422

    assert post(key="a-1").status_code == 201


def test_request_itself_is_not_kept(post):
    post(key="a-1")

    kept = str(list(LeadRequest.objects.values()))

    assert "13900000001" not in kept
    assert "网络例" not in kept


# --- what is refused -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        pytest.param({"name": None}, "name", "required", id="no name"),
        pytest.param({"name": "  "}, "name", "required", id="blank name"),
        pytest.param({"name": "长" * 65}, "name", "max_length", id="long name"),
        pytest.param({"name": "a\x00b"}, "name", "null_characters_not_allowed", id="null character"),
        pytest.param({"phone": None}, "phone", "required", id="no telephone"),
        pytest.param({"phone": "12345"}, "phone", "bad_phone", id="no number"),
        pytest.param({"phone": 13900000001}, "phone", "not_a_text", id="a number, not a text"),
        pytest.param({"model": "不存在"}, "model", "unknown_value", id="no such model"),
        pytest.param({"model": ["示范一号"]}, "model", "not_a_text", id="a list"),
        pytest.param({"gender": "x"}, "gender", "invalid_choice", id="no such sex"),
        pytest.param({"buys_on": "15.12.2026"}, "buys_on", "bad_date", id="no ISO date"),
        pytest.param({"buys_on": "2026-11-23"}, "buys_on", "past_date", id="yesterday"),
        pytest.param({"registered_at": "2026-11-24T10:00:00"}, "registered_at", "bad_date", id="no offset"),
        pytest.param({"registered_at": "2026-11-24T10:06:00+08:00"}, "registered_at", "future_date", id="in future"),
        pytest.param({"registered_at": "0001-01-01T00:00:00+14:00"}, "registered_at", "bad_date", id="before time"),
        pytest.param({"phonee": "1"}, "phonee", "unknown_field", id="a typing error"),
    ],
)
def test_field_is_refused_by_its_name_and_code(post, changes, field, code):
    sent = {name: value for name, value in (SENT | changes).items() if value is not None}

    answer = post(sent)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert {name: [each["code"] for each in faults] for name, faults in answer.json()["error"]["fields"].items()} == {
        field: [code]
    }
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        pytest.param({"body": b"{"}, 400, "bad_json", id="no JSON"),
        pytest.param({"body": b"\xff\xfe"}, 400, "bad_json", id="no UTF-8"),
        pytest.param({"body": b"[" * 9000}, 400, "bad_json", id="very deep"),
        pytest.param({"sent": [SENT]}, 400, "bad_json", id="a list"),
        pytest.param({"key": "with space"}, 400, "bad_key", id="key with a space"),
        pytest.param({"key": "k" * 65}, 400, "bad_key", id="key too long"),
        pytest.param({"content-type": "text/plain"}, 415, "not_json", id="a text"),
        pytest.param({"content-type": "application/x-www-form-urlencoded"}, 415, "not_json", id="a form"),
        pytest.param({"body": b" " * (BODY_BYTES + 1)}, 413, "too_large", id="too large"),
    ],
)
def test_request_is_refused(post, how, status, code):
    answer = post(**how)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not Lead.objects.exists()


def test_other_methods_are_refused(post, client, store, admin):
    _source, token = source_of(store, admin, name="门户")

    answer = client.get("/api/leads/", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("language", "said", "name"),
    [("zh-CN,zh;q=0.9", "目录中没有此车型。", "zh-hans"), ("en-GB", "The catalogue has no such model.", "en")],
)
def test_sentences_are_in_the_language_asked_for(post, language, said, name):
    answer = post({**SENT, "model": "不存在"}, **{"accept-language": language})

    assert answer.json()["error"]["fields"]["model"][0]["message"] == said
    assert answer["Content-Language"] == name


# --- pace --------------------------------------------------------------------------------------------------------
def test_source_that_sends_too_fast_waits_for_the_next_minute(post, now, store):
    LeadSource.objects.update(requests_per_minute=2)
    now[0] = AT + dt.timedelta(seconds=15)

    answers = [post({**SENT, "phone": f"1390000000{number}"}) for number in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (answers[2]["Retry-After"], answers[2].json()["error"]["code"]) == ("45", "too_many_requests")
    now[0] = AT + dt.timedelta(seconds=60)
    assert post({**SENT, "phone": "13900000003"}).status_code == 201


def test_pace_of_one_source_is_not_anothers(store, admin):
    slow, _token = source_of(store, admin, requests_per_minute=1)
    other, _token = source_of(store, admin, name="门户", requests_per_minute=1)
    count_request(source=slow, at=AT)

    count_request(source=other, at=AT)

    with pytest.raises(TooManyRequests):
        count_request(source=slow, at=AT)


# --- the document, the log ---------------------------------------------------------------------------------------
def test_every_answer_is_as_the_document_says(post, client, store, admin, now):
    _source, token = source_of(store, admin, name="门户")
    described = client.get(reverse("api_openapi")).json()["paths"]["/api/leads/"]["post"]["responses"]
    answers = [
        post(key="k"),
        post(key="k"),
        post(),
        post(body=b"{"),
        post(authorization=""),
        client.get("/api/leads/", headers={"authorization": f"Bearer {token}"}),
        post({**SENT, "name": "x"}, key="k"),
        post(body=b" " * (BODY_BYTES + 1)),
        post(**{"content-type": "text/plain"}),
        post({"phone": "1", "x": 1}),
    ]
    LeadSource.objects.update(requests_per_minute=0)
    answers.append(post())

    assert {str(answer.status_code) for answer in answers} == set(described)
    for answer in answers:
        told = described[str(answer.status_code)]
        assert answer["Content-Type"] == "application/json"
        assert fits(answer.json(), told["content"]["application/json"]["schema"]) == []
        needed = set(told.get("headers", {})) - {"Idempotent-Replayed"}
        assert {name for name in needed if not answer.has_header(name)} == set()


def test_request_of_the_document_names_the_fields_that_are_read(post):
    from leads.forms.sources import EnquiryForm

    schema = document("/")["components"]["schemas"]["Enquiry"]

    assert set(schema["properties"]) == set(EnquiryForm.base_fields)
    assert set(schema["required"]) == {name for name, field in EnquiryForm.base_fields.items() if field.required}
    for name, field in EnquiryForm.base_fields.items():
        assert schema["properties"][name].get("maxLength") == getattr(field, "max_length", None), name


def test_checker_of_the_document_finds_faults():
    lead = {"$ref": "#/components/schemas/Lead"}

    assert fits({"number": 1, "x": 2}, lead) == [
        "answer.registered_at is missing",
        "answer.first_contact_due_at is missing",
        "answer.number is no ['string']",
        "answer.x is unknown",
    ]


def test_document_is_public_and_names_the_installation(client):
    answer = client.get("/api/openapi.json")

    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")
    assert answer.json()["servers"] == [{"url": "http://testserver"}]


def test_no_particulars_of_the_customer_stand_in_the_log(post, caplog):
    caplog.set_level(logging.DEBUG)

    post({**SENT, "message": "保密内容"}, key="a-1")
    post({**SENT, "model": "不存在", "message": "保密内容"})
    post(body="{坏".encode())

    logged = caplog.text + str([record.args for record in caplog.records if record.name != "django.db.backends"])
    for secret in ("13900000001", "139 0000 0001", "网络例", "保密内容"):
        assert secret not in logged
