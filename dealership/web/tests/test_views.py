"""Language, theme, gallery and the pages for errors."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, reverse
from django.utils import timezone, translation

from dealership.web import errors
from dealership.web.middleware import FirstPasswordMiddleware, LanguageMiddleware, StoreTimeMiddleware
from dealership.web.signals import preference_changed
from dealership.web.tests.people import Person

LANGUAGE = settings.LANGUAGE_COOKIE_NAME


@pytest.fixture
def administrator(db):
    return get_user_model().objects.create_superuser(username="root", password="a-long-password")


@pytest.fixture
def announced():
    heard = []

    def listen(sender, user, preference, value, at, **_rest):
        heard.append((user, preference, value))

    preference_changed.connect(listen)
    yield heard
    preference_changed.disconnect(listen)


# --- language --------------------------------------------------------------------------------------------------
def test_set_language_is_remembered_and_goes_back(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "/sign-in?next=/queue"})

    assert (response.status_code, response.url) == (302, "/sign-in?next=/queue")
    assert response.cookies[LANGUAGE].value == "en"


def test_set_language_ignores_a_language_that_is_not_there(client):
    response = client.post(reverse("set_language"), {"language": "tlh"})

    assert (response.url, LANGUAGE in response.cookies) == ("/", False)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
@pytest.mark.parametrize("name", ["set_language", "set_theme"])
def test_preferences_never_lead_to_another_site(client, name, elsewhere):
    response = client.post(reverse(name), {"language": "en", "theme": "dark", "next": elsewhere})

    assert response.url == "/"


@pytest.mark.parametrize("name", ["set_language", "set_theme"])
def test_preferences_change_by_post_alone(client, name):
    assert client.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["set_language", "set_theme"])
def test_preferences_refuse_forms_from_elsewhere(name):
    response = Client(enforce_csrf_checks=True).post(reverse(name), {"language": "en", "theme": "dark"})

    assert response.status_code == 403


def test_preferences_of_a_person_are_announced(client, administrator, announced):
    client.force_login(administrator)

    client.post(reverse("set_language"), {"language": "en"})
    client.post(reverse("set_theme"), {"theme": "dark"})

    assert announced == [(administrator, "language", "en"), (administrator, "theme", "dark")]


def test_preferences_of_a_stranger_are_not_announced(client, announced):
    client.post(reverse("set_theme"), {"theme": "dark"})

    assert announced == []


def seen_language(user=None, *, cookie=None, accepts="en"):
    """The language that a view meets, and the response."""
    met = []
    request = RequestFactory().get("/", headers={"Accept-Language": accepts})
    if cookie:
        request.COOKIES[LANGUAGE] = cookie

    def view(request):
        request.user = user
        middleware.process_view(request)
        met.append(translation.get_language())
        return HttpResponse()

    middleware = LanguageMiddleware(view)
    response = middleware(request)
    return met[0], response


def test_language_is_chinese_whatever_the_browser_says():
    assert seen_language(accepts="en-GB,en;q=0.9")[0] == "zh-hans"


def test_language_of_the_computer_is_kept_in_a_cookie():
    assert seen_language(cookie="en")[0] == "en"


def test_language_of_the_person_wins_and_is_kept():
    language, response = seen_language(Person(language="en"), cookie="zh-hans")

    assert (language, response.cookies[LANGUAGE].value) == ("en", "en")


def test_language_does_not_leak_into_the_next_request():
    seen_language(cookie="en")

    assert translation.get_language() == settings.LANGUAGE_CODE


# --- theme -----------------------------------------------------------------------------------------------------
def test_set_theme_is_remembered(client):
    client.post(reverse("set_theme"), {"theme": "dark"})

    page = client.get(reverse("sign_in"))

    assert 'data-theme="dark"' in page.content.decode()


def test_set_theme_ignores_a_theme_that_is_not_there(client):
    response = client.post(reverse("set_theme"), {"theme": "pink"})

    assert "theme" not in response.cookies


# --- time and first password -----------------------------------------------------------------------------------
def test_times_are_shown_in_the_zone_of_the_store():
    class Store:
        tz = dt.timezone(dt.timedelta(hours=6), "Urumqi")

    request = RequestFactory().get("/")
    request.user = Person(store=Store())
    met = []

    StoreTimeMiddleware(lambda _request: met.append(timezone.get_current_timezone_name()))(request)

    assert (met, timezone.get_current_timezone_name()) == (["Urumqi"], settings.TIME_ZONE)


def first_password(url_name, *, must_change=True, headers=None):
    from django_htmx.middleware import HtmxMiddleware

    request = RequestFactory().get("/", headers=headers or {})
    request.user = Person(must_change_password=must_change)
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name=url_name)
    HtmxMiddleware(lambda _request: HttpResponse())(request)
    return FirstPasswordMiddleware(lambda _request: HttpResponse()).process_view(request)


def test_first_password_must_be_changed_before_anything_else():
    response = first_password("my_day")

    assert response.url == reverse("change_password")


def test_first_password_moves_the_whole_page_under_htmx():
    response = first_password("my_day", headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == reverse("change_password")


@pytest.mark.parametrize("name", ["change_password", "sign_out", "set_language", "set_theme", "icon_sprite", "healthz"])
def test_first_password_leaves_the_way_out_open(name):
    assert first_password(name) is None


def test_first_password_lets_everybody_else_through():
    assert first_password("my_day", must_change=False) is None


# --- gallery and errors ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_gallery_shows_every_component(client, administrator, language):
    client.force_login(administrator)
    client.cookies[LANGUAGE] = language

    page = client.get(reverse("gallery")).content.decode()

    marks = ["kpi", "btn btn-primary", "badge is-danger", "table table-cards", "has-error", "notice is-warn", "empty"]
    marks += ["skeleton", "stepper", "progress", "chart chart-bar", "chart chart-trend", "chart chart-distribution"]
    marks += ["facts", "timeline", "dialog", "toast is-ok", "pagination", "segments", "filters", "tabs"]
    assert [mark for mark in marks if f'class="{mark}' not in page and f" {mark}" not in page] == []


def test_gallery_has_nothing_that_the_content_policy_forbids(client, administrator):
    client.force_login(administrator)

    page = client.get(reverse("gallery")).content.decode()

    assert [part for part in (" style=", "<style", " onclick=", "javascript:", "hx-on") if part in page] == []
    assert page.count("<script") == page.count("<script defer src=")


def test_not_found_is_a_page_of_the_product(client):
    response = client.get("/no/such/page")

    assert response.status_code == 404
    assert "这里没有内容" in response.content.decode()


def test_not_found_needs_no_database_for_a_stranger(client):
    # No database fixture: a query would fail the test.
    assert client.get("/no/such/page").status_code == 404


@pytest.mark.parametrize(
    ("view", "status", "sentence"),
    [
        (errors.bad_request, 400, "无法识别该请求"),
        (errors.server_error, 500, "系统出错了"),
        (errors.csrf_failure, 403, "页面已过期"),
    ],
    ids=["400", "500", "csrf"],
)
def test_error_pages_are_drawn_from_nothing_but_the_request(view, status, sentence):
    request = RequestFactory().get("/queue")

    with translation.override("zh-hans"):
        response = view(request)

    assert response.status_code == status
    assert sentence in response.content.decode()


def test_an_old_form_is_explained():
    response = Client(enforce_csrf_checks=True).post(reverse("set_theme"), {"theme": "dark"})

    assert "页面已过期" in response.content.decode()
