"""Page, fragment or refusal."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from dealership.web.answers import redirect_after_post, render_page, render_refused

PAGE = "errors/500.html"
PART = "_ui/progress.html"
PARTS = {"import-progress": PART}


def request_with(headers=None, method="get"):
    request = getattr(RequestFactory(), method)("/imports", headers=headers or {})
    request.user = AnonymousUser()
    request.resolver_match = None
    HtmxMiddleware(lambda _request: HttpResponse())(request)
    return request


def is_whole_page(response):
    return response.content.lstrip().startswith(b"<!doctype html>")


def test_render_page_answers_the_page_to_a_browser():
    response = render_page(request_with(), PAGE, {}, parts=PARTS)

    assert is_whole_page(response)


def test_render_page_answers_the_part_that_htmx_asked_for():
    headers = {"HX-Request": "true", "HX-Target": "import-progress"}

    response = render_page(request_with(headers), PAGE, {"label": "rows"}, parts=PARTS)

    assert not is_whole_page(response)
    assert b"<progress" in response.content


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true", "HX-Target": "another-element"},
        {"HX-Request": "true"},
        {"HX-Request": "true", "HX-Target": "import-progress", "HX-Boosted": "true"},
        {"HX-Request": "true", "HX-Target": "import-progress", "HX-History-Restore-Request": "true"},
    ],
    ids=["unknown target", "no target", "boosted", "history"],
)
def test_render_page_answers_the_page_when_no_part_fits(headers):
    response = render_page(request_with(headers), PAGE, {}, parts=PARTS)

    assert is_whole_page(response)


def test_render_page_keeps_caches_from_mixing_pages_and_parts():
    response = render_page(request_with(), PAGE, {}, parts=PARTS)

    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}


def test_render_refused_answers_422():
    response = render_refused(request_with(method="post"), PAGE)

    assert response.status_code == 422


def test_redirect_after_post_redirects_a_browser():
    response = redirect_after_post(request_with(method="post"), "/queue")

    assert (response.status_code, response["Location"]) == (302, "/queue")


def test_redirect_after_post_moves_the_whole_page_under_htmx():
    response = redirect_after_post(request_with({"HX-Request": "true"}, "post"), "/queue")

    assert (response.status_code, response["HX-Redirect"]) == (200, "/queue")
