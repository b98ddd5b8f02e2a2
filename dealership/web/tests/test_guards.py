"""Who may call a view."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxMiddleware

from dealership.web.guards import guard, public, signed_in
from dealership.web.tests.people import Person

SIGN_IN = reverse("sign_in")


@guard("see_reports")
def report(request: HttpRequest) -> HttpResponse:
    return HttpResponse("figures")


@signed_in
def own_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("own")


@public
def door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("door")


def call(view, user, *, method="get", headers=None):
    request = getattr(RequestFactory(), method)("/reports/3dc?month=2026-03", headers=headers or {})
    request.user = user
    return HtmxMiddleware(view)(request)


def test_guard_lets_in_who_holds_the_capability():
    manager = Person(frozenset({"see_reports"}))

    response = call(report, manager)

    assert response.content == b"figures"


def test_guard_refuses_who_lacks_the_capability():
    consultant = Person(frozenset({"work_queue"}))

    with pytest.raises(PermissionDenied):
        call(report, consultant)


def test_guard_sends_a_stranger_to_sign_in_and_back():
    response = call(report, AnonymousUser())

    assert (response.status_code, response.url) == (302, f"{SIGN_IN}?next=/reports/3dc%3Fmonth%3D2026-03")


def test_guard_does_not_send_a_stranger_back_to_an_address_that_only_takes_posts():
    response = call(report, AnonymousUser(), method="post")

    assert response.url == f"{SIGN_IN}?next=/"


@pytest.mark.parametrize(
    ("referrer", "back_to"),
    [
        pytest.param("http://testserver/tasks/5/", "/tasks/5/", id="page"),
        pytest.param("http://testserver/tasks/5/?next=1", "/tasks/5/%3Fnext%3D1", id="page-with-query"),
        pytest.param("http://testserver", "/", id="start-page"),
        pytest.param("https://elsewhere.example/tasks/5/", "/", id="another-host"),
        pytest.param("//elsewhere.example/tasks/5/", "/", id="another-host-without-scheme"),
        pytest.param("javascript:alert(1)", "/", id="no-page"),
    ],
)
def test_guard_sends_a_stranger_back_to_the_page_of_the_form(referrer, back_to):
    response = call(report, AnonymousUser(), method="post", headers={"Referer": referrer})

    assert response.url == f"{SIGN_IN}?next={back_to}"


def test_guard_sends_the_whole_page_of_a_stranger_away_not_the_fragment():
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue"}

    response = call(report, AnonymousUser(), headers=headers)

    assert (response.status_code, response["HX-Redirect"]) == (200, f"{SIGN_IN}?next=/queue")


def test_guarded_answers_are_not_kept_by_caches():
    response = call(report, Person(frozenset({"see_reports"})))

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_signed_in_asks_for_no_capability():
    response = call(own_page, Person())

    assert response.content == b"own"


@pytest.mark.parametrize(
    ("view", "mark"),
    [(report, "see_reports"), (own_page, "signed_in"), (door, "public")],
    ids=["capability", "signed in", "public"],
)
def test_every_guard_leaves_its_mark(view, mark):
    assert view.guard == mark
