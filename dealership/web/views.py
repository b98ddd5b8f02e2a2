"""Language, theme, the icon sprite and the gallery of components."""

from django.conf import settings
from django.dispatch import Signal
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.web import icons
from dealership.web.answers import render_page
from dealership.web.gallery import gallery_context
from dealership.web.guards import guard, public
from dealership.web.preferences import THEMES, keep_language, keep_theme
from dealership.web.request import WebRequest
from dealership.web.signals import preference_changed


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language and go back to the page; an unknown language changes nothing."""
    response = _back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        keep_language(response, language)
        _announce(preference_changed, request, "language", language)
    return response


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme and go back to the page; an unknown theme changes nothing."""
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        keep_theme(response, theme)
        _announce(preference_changed, request, "theme", theme)
    return response


@public
@require_GET
def icon_sprite(request: HttpRequest, digest: str) -> HttpResponse:
    """All icons in one file. The address changes with the contents, so that browsers keep it forever."""
    if digest != icons.sprite_digest():
        raise Http404
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(icons.compressed_sprite(), content_type="image/svg+xml")
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(icons.sprite(), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Vary"] = "Accept-Encoding"
    return response


@guard("use_admin")
@require_GET
def gallery(request: WebRequest) -> HttpResponse:
    """Every component in every state: what page authors copy from and what the tests look at."""
    return render_page(request, "_ui/gallery.html", gallery_context(request))


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if allowed else "/")


def _announce(signal: Signal, request: HttpRequest, preference: str, value: str) -> None:
    if request.user.is_authenticated:
        signal.send(sender=type(request.user), user=request.user, preference=preference, value=value, at=clock.now())
