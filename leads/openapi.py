"""What the interface accepts and answers (OpenAPI 3.1), as a plain document. The tests compare it with the answers."""

from typing import Any

BODY_BYTES = 16 * 1024
KEY_LENGTH = 64


def _text(most: int, example: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": most, "examples": [example], "description": description, **more}


ENQUIRY: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "phone"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 64, "examples": ["李示例"]},
        "phone": {
            "type": "string",
            "minLength": 1,
            "maxLength": 40,
            "examples": ["139 0000 0001"],
            "description": "A telephone of mainland China, as people write it.",
        },
        "gender": {"type": ["string", "null"], "enum": ["male", "female", "", None]},
        "model": _text(64, "示范一号", "Name of a model of the store's catalogue, with or without the brand."),
        "city": _text(32, "宁波"),
        "origin": _text(64, "汽车之家", "Where the enquiry came from, in the sender's words."),
        "message": _text(500, "想预约周六试驾", "What the customer wrote."),
        "buys_on": _text(10, "2026-12-15", "When the customer plans to buy; it proposes the grade.", format="date"),
        "registered_at": _text(
            40, "2026-11-24T10:00:00+08:00", "When the customer left the enquiry; by default now.", format="date-time"
        ),
    },
}
LEAD: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["number", "registered_at", "first_contact_due_at"],
    "properties": {
        "number": {"type": "string", "description": "The enquiry's own number, whether the customer was known or not."},
        "registered_at": {"type": "string", "format": "date-time"},
        "first_contact_due_at": {"type": "string", "format": "date-time"},
    },
}
ERROR: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "additionalProperties": False,
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string", "description": "For people, in the language asked for."},
                "fields": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["code", "message"],
                            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                        },
                    },
                },
            },
        }
    },
}
_REPEATED = {
    "Idempotent-Replayed": {
        "description": "“true”: the answer was given before; nothing was changed.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
#: Status → (what it means, its headers).
REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": ("Not JSON, or a bad Idempotency-Key (bad_json, bad_key)", {}),
    "401": ("No token, or none that is valid (unauthorised)", {"WWW-Authenticate": {"schema": {"type": "string"}}}),
    "405": ("Not a POST (method_not_allowed)", {"Allow": {"schema": {"type": "string"}}}),
    "409": ("The key was used for another content (key_reused)", {}),
    "413": (f"More than {BODY_BYTES} bytes (too_large)", {}),
    "415": ("Not application/json (not_json)", {}),
    "422": ("Fields that cannot be taken (invalid), by field", {}),
    "429": (
        "Too many requests in this minute (too_many_requests)",
        {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    ),
}


def document(server: str) -> dict[str, Any]:
    """The whole document; ``server`` is the address of the installation, with its slash."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leads",
            "version": "1",
            "description": "Web sites and manufacturers send leads to a store. Errors are told in Chinese or English.",
        },
        "servers": [{"url": server.rstrip("/")}],
        "security": [{"token": []}],
        "paths": {"/api/leads/": {"post": _operation()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Enquiry": ENQUIRY, "Lead": LEAD, "Error": ERROR},
        },
    }


def _operation() -> dict[str, Any]:
    return {
        "operationId": "sendLead",
        "summary": "Send a lead",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and the same body get the same answer, for 30 days.",
                "schema": {"type": "string", "pattern": f"^[\\x21-\\x7e]{{1,{KEY_LENGTH}}}$"},
            },
            {
                "name": "Accept-Language",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "examples": ["zh-CN", "en"]},
            },
        ],
        "requestBody": {"required": True, "content": _json("Enquiry")},
        "responses": {
            "201": {"description": "Taken in", "content": _json("Lead"), "headers": _REPEATED},
            **{
                status: {"description": meaning, "content": _json("Error"), **({"headers": headers} if headers else {})}
                for status, (meaning, headers) in REFUSALS.items()
            },
        },
    }


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
