"""Every address refuses a stranger and a person without a role; nobody reaches a row of another store."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from dealership.web.guards import guard, public
from staffing.models import Staff, Store
from tests.architecture import addresses, unguarded

#: What a stranger may open, in full. An address that is not here must refuse.
PUBLIC = {"sign_in", "healthz", "readyz", "set_language", "set_theme", "icon_sprite", "api_openapi"}
#: Where other programs speak, with a token of their own and no session; without it they are told nothing.
BY_TOKEN = {"api_leads"}
#: What every signed-in person may do, whatever the role.
SIGNED_IN = {"sign_out", "change_password", "alert_list", "alert_read", "alerts_read_all", "alert_open"}

#: Values for the placeholders of addresses.
PLACEHOLDER = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
VALUES = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000", "path": "x"}


def filled(route: str) -> str:
    """The address with something plausible in each place."""
    route = route.replace("^", "").replace("$", "").replace("\\Z", "")
    return "/" + PLACEHOLDER.sub(lambda match: VALUES[match["converter"] or "str"], route)


ADDRESSES = [pytest.param(name, filled(route), id=f"{name} {route}") for name, route, _pattern in addresses()]


@pytest.fixture
def store(db):
    return Store.objects.create(code="T1", name="示例店")


@pytest.fixture
def roleless(store):
    """Signed in, and nothing more."""
    return Staff.objects.create(username="roleless", employee_no="T100", name="无岗位", store=store)


def test_every_view_is_guarded():
    assert unguarded() == []


def test_an_unguarded_view_is_seen():
    def view(request):
        return HttpResponse()

    planted = [
        path("guarded/", guard("work_queue")(view), name="guarded"),
        path("open/", public(lambda request: HttpResponse()), name="open"),
        path("bare/", view, name="bare"),
        path("deep/", include([path("bare/", view)])),
    ]

    assert unguarded(planted) == ["bare", "deep/bare/"]


def test_public_views_are_the_known_ones():
    public = {name for name, _route, pattern in addresses() if getattr(pattern.callback, "guard", None) == "public"}

    assert public <= PUBLIC


def test_views_with_a_token_of_their_own_are_the_known_ones():
    by_token = {
        name for name, _route, pattern in addresses() if getattr(pattern.callback, "guard", None) == "interface"
    }

    assert by_token == BY_TOKEN


@pytest.mark.parametrize(("name", "address"), ADDRESSES)
@pytest.mark.django_db
def test_a_stranger_is_refused(name, address):
    if name in PUBLIC:
        pytest.skip("open to everybody")
    client = Client()

    answers = [client.get(address), client.post(address)]

    if name in BY_TOKEN:
        assert {answer.status_code for answer in answers} == {401}
        return
    # The guard speaks first: no 404 and no 405 that would tell a stranger what exists.
    assert {answer.status_code for answer in answers} == {302}
    assert all(answer.url.startswith(reverse("sign_in")) for answer in answers)


@pytest.mark.parametrize(("name", "address"), ADDRESSES)
@pytest.mark.django_db
def test_a_person_without_a_role_is_refused(name, address, roleless):
    if name in PUBLIC | SIGNED_IN:
        pytest.skip("open to every signed-in person")
    client = Client()
    client.force_login(roleless, backend="django.contrib.auth.backends.ModelBackend")

    answers = [client.get(address), client.post(address)]

    assert {answer.status_code for answer in answers} == {401 if name in BY_TOKEN else 403}


@pytest.mark.django_db
def test_the_administration_refuses_a_stranger_and_a_person_without_a_role(roleless):
    stranger, client = Client(), Client()
    client.force_login(roleless, backend="django.contrib.auth.backends.ModelBackend")

    answers = [stranger.get("/admin/"), client.get("/admin/")]

    assert [answer.status_code for answer in answers] == [302, 302]
