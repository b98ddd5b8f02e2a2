"""The request types that views are written against."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from django.contrib.auth.models import _User


class WebRequest(HttpRequest):
    """A request after the middleware: ``htmx`` tells whether a fragment was asked for."""

    htmx: HtmxDetails


class AuthenticatedRequest(WebRequest):
    """A request that passed ``guard``: ``user`` is a person who has signed in."""

    user: "_User"
