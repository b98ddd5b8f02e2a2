"""Signing in, being locked out, the own password, and what ends a session."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from dealership.audit.models import AuditEvent
from staffing.addresses import client_address
from staffing.enums import StaffState
from staffing.services.accounts import AlreadyLeft, WeakPassword, end_employment, reset_password
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-9"
AT = dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC)
SIGN_IN = "/sign-in/"


@pytest.fixture
def colleague():
    staff = StaffFactory(username="E7", name="示例员工", roles=["sales_consultant"])
    staff.set_password(PASSWORD)
    staff.save(update_fields=["password"])
    return staff


def try_to_sign_in(client, password, *, username="E7", **extra):
    return client.post(SIGN_IN, {"username": username, "password": password}, **extra)


def codes():
    return list(AuditEvent.objects.order_by("pk").values_list("code", "data__reason"))


def test_sign_in_opens_a_fresh_session(client, colleague):
    client.get(SIGN_IN)
    session = client.session
    session["before"] = True
    session.save()
    before = client.session.session_key

    response = try_to_sign_in(client, PASSWORD)

    assert (response.status_code, response.url) == (302, reverse("my_day"))
    assert client.session.session_key != before
    assert codes() == [("session.started", None)]


@pytest.mark.parametrize(
    ("next_url", "lands_on"),
    [
        pytest.param("/customers/", "/customers/", id="own-page"),
        pytest.param("https://elsewhere.example/", "/", id="other-host"),
        pytest.param("//elsewhere.example/", "/", id="other-host-without-scheme"),
        pytest.param("javascript:alert(1)", "/", id="script"),
    ],
)
def test_sign_in_goes_on_to_this_host_only(client, colleague, next_url, lands_on):
    response = client.post(SIGN_IN, {"username": "E7", "password": PASSWORD, "next": next_url})

    assert (response.status_code, response.url) == (302, lands_on)


def test_wrong_name_and_wrong_password_read_the_same(client, colleague):
    wrong_password = try_to_sign_in(client, "wrong")
    wrong_name = try_to_sign_in(client, "wrong", username="nobody")
    colleague.state, colleague.is_active = StaffState.LEFT, False
    colleague.save(update_fields=["state", "is_active"])
    has_left = try_to_sign_in(client, PASSWORD)

    answers = [wrong_password, wrong_name, has_left]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert len({tuple(answer.context["form"].non_field_errors()) for answer in answers}) == 1
    assert [event[0] for event in codes()] == ["session.refused"] * 3


def test_a_name_that_nobody_has_is_not_written_down(client, colleague):
    try_to_sign_in(client, "wrong", username="my-secret-password")

    event = AuditEvent.objects.get()
    assert (event.subject_id, event.data) == (None, {"address": "127.0.0.1", "reason": "wrong_password"})


def test_five_failures_lock_the_name_at_this_address(client, colleague):
    for _ in range(5):
        locked = try_to_sign_in(client, "wrong")
    with_right_password = try_to_sign_in(client, PASSWORD)
    from_elsewhere = try_to_sign_in(client, PASSWORD, REMOTE_ADDR="10.0.0.9")

    assert (locked.status_code, with_right_password.status_code) == (429, 429)
    assert "staffing/locked_out.html" in [template.name for template in locked.templates]
    assert from_elsewhere.status_code == 302
    assert codes() == [
        *[("session.refused", "wrong_password")] * 4,
        ("session.refused", "locked_out"),
        ("session.started", None),
    ]


def test_thirty_failures_over_many_names_lock_the_address(client, colleague):
    for number in range(30):
        try_to_sign_in(client, "wrong", username=f"guess{number}")

    refused = try_to_sign_in(client, PASSWORD)
    from_elsewhere = try_to_sign_in(client, PASSWORD, REMOTE_ADDR="10.0.0.9")

    assert refused.status_code == 429
    assert from_elsewhere.status_code == 302


def test_an_address_may_try_again_after_a_while(client, colleague):
    for number in range(30):
        try_to_sign_in(client, "wrong", username=f"guess{number}")
    AccessAttempt.objects.update(attempt_time=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

    response = try_to_sign_in(client, PASSWORD)

    assert response.status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        pytest.param(0, "6.6.6.6", "10.0.0.1", id="header-of-a-stranger-is-ignored"),
        pytest.param(1, "6.6.6.6, 20.0.0.2", "20.0.0.2", id="only-what-our-proxy-wrote"),
        pytest.param(2, "6.6.6.6, 20.0.0.2, 10.1.1.1", "20.0.0.2", id="two-proxies"),
        pytest.param(2, "20.0.0.2", "10.0.0.1", id="a-proxy-was-passed-by"),
    ],
)
def test_the_address_is_what_our_outermost_proxy_saw(rf, settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == expected


def test_sign_out_ends_the_session(client, colleague):
    try_to_sign_in(client, PASSWORD)

    response = client.post("/sign-out/")
    afterwards = client.get("/")

    assert (response.status_code, response.url) == (302, SIGN_IN)
    assert afterwards.status_code == 302
    assert [event[0] for event in codes()] == ["session.started", "session.ended"]


def test_sign_out_is_no_link(client, colleague):
    try_to_sign_in(client, PASSWORD)

    response = client.get("/sign-out/")

    assert response.status_code == 405


def test_a_handed_out_password_is_changed_first(client, colleague):
    reset_password(staff=colleague, password="handed-out-77", by=None, at=AT)
    try_to_sign_in(client, "handed-out-77")

    page = client.get("/")
    changed = client.post(
        "/password/",
        {"old_password": "handed-out-77", "new_password1": "quiet-river-55", "new_password2": "quiet-river-55"},
    )
    day = client.get("/")

    assert (page.status_code, page.url) == (302, "/password/")
    assert changed.status_code == 302
    assert day.status_code == 200
    colleague.refresh_from_db()
    assert colleague.must_change_password is False


@pytest.mark.parametrize(
    ("old", "new", "again", "wrong_field"),
    [
        pytest.param("wrong", "quiet-river-55", "quiet-river-55", "old_password", id="wrong-present"),
        pytest.param(PASSWORD, "short1", "short1", "new_password2", id="too-short"),
        pytest.param(PASSWORD, "1234567890123", "1234567890123", "new_password2", id="digits-only"),
        pytest.param(PASSWORD, "quiet-river-55", "quiet-river-56", "new_password2", id="differ"),
        pytest.param(PASSWORD, PASSWORD, PASSWORD, "new_password1", id="unchanged"),
    ],
)
def test_a_bad_new_password_is_refused_with_a_reason(client, colleague, old, new, again, wrong_field):
    try_to_sign_in(client, PASSWORD)

    response = client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": again})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong_field]
    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD)


def test_changing_the_password_ends_the_other_sessions(client, colleague):
    other = Client()
    try_to_sign_in(other, PASSWORD)
    try_to_sign_in(client, PASSWORD)

    client.post(
        "/password/", {"old_password": PASSWORD, "new_password1": "quiet-river-55", "new_password2": "quiet-river-55"}
    )

    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302


def test_leaving_ends_every_session(client, colleague):
    try_to_sign_in(client, PASSWORD)

    end_employment(staff=colleague, on=dt.date(2026, 11, 24), by=None, at=AT)

    assert client.get("/").status_code == 302
    assert try_to_sign_in(client, PASSWORD).status_code == 422
    with pytest.raises(AlreadyLeft):
        end_employment(staff=colleague, on=dt.date(2026, 11, 25), by=None, at=AT)


def test_a_weak_password_is_not_handed_out(colleague):
    with pytest.raises(WeakPassword):
        reset_password(staff=colleague, password="12345678901", by=None, at=AT)

    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("address", "data", "field", "expected"),
    [
        pytest.param("/ui/language/", {"language": "en"}, "language", "en", id="language"),
        pytest.param("/ui/theme/", {"theme": "dark"}, "theme", "dark", id="theme"),
        pytest.param("/ui/theme/", {"theme": "pink"}, "theme", "auto", id="unknown-theme"),
    ],
)
def test_preferences_are_kept_with_the_person(client, colleague, address, data, field, expected):
    try_to_sign_in(client, PASSWORD)

    client.post(address, data)

    colleague.refresh_from_db()
    assert getattr(colleague, field) == expected
