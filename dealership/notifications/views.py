"""The page of alerts."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dealership import clock
from dealership.notifications.models import Alert
from dealership.notifications.selectors import alerts_of, unread_count
from dealership.notifications.services import mark_all_read, mark_read
from dealership.web.answers import redirect_after_post, render_page
from dealership.web.guards import signed_in
from dealership.web.pagination import page_of
from dealership.web.request import AuthenticatedRequest


@signed_in
@require_GET
def alert_list(request: AuthenticatedRequest) -> HttpResponse:
    """What I was told, newest first; ``?show=unread`` leaves out what I have read."""
    unread_only = request.GET.get("show") == "unread"
    page = page_of(request, alerts_of(request.user, unread_only=unread_only), per_page=30)
    context = {"page": page, "unread_only": unread_only, "unread": unread_count(request.user)}
    return render_page(
        request, "notifications/alert_list.html", context, parts={"alerts": "notifications/_alerts.html"}
    )


@signed_in
@require_POST
def alert_open(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Read an alert and go to what it is about."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    mark_read(alert=alert, at=clock.now())
    local = alert.url.startswith("/") and url_has_allowed_host_and_scheme(alert.url, allowed_hosts=None)
    return redirect(alert.url if local else "alert_list")


@signed_in
@require_POST
def alert_read(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take note of one alert and stay on the page."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    mark_read(alert=alert, at=clock.now())
    return redirect_after_post(request, "alert_list")


@signed_in
@require_POST
def alerts_read_all(request: AuthenticatedRequest) -> HttpResponse:
    """Take note of all of them."""
    count = mark_all_read(by=request.user, at=clock.now())
    text = ngettext("%(count)s alert marked as read.", "%(count)s alerts marked as read.", count)
    messages.success(request, text % {"count": count} if count else _("There was nothing unread."))
    return redirect("alert_list")
