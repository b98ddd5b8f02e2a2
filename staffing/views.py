"""Signing in, signing out, the own password."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dealership import clock
from dealership.web.answers import render_page, render_refused
from dealership.web.guards import public, signed_in
from staffing.addresses import client_address
from staffing.forms import ChangePasswordForm, SignInForm
from staffing.models import Staff
from staffing.selectors.sign_ins import WINDOW, must_wait
from staffing.services.accounts import change_own_password
from staffing.services.sessions import note_session_refused

TOO_MANY_REQUESTS = 429
UNPROCESSABLE = 422


class _SignIn(LoginView):
    """Django's own: rotates the session key, and only ever sends people on to an address of this host."""

    form_class = SignInForm
    template_name = "staffing/sign_in.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = UNPROCESSABLE
        return response


_sign_in = _SignIn.as_view()


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for staff number and password. Five failures lock the name at this address (axes), thirty the address."""
    at = clock.now()
    if request.method == "POST" and must_wait(client_address(request), at=at):
        note_session_refused(
            username=request.POST.get("username", ""),
            address=client_address(request),
            reason="too_many_attempts",
            at=at,
        )
        context = {"too_many": True, "cooloff_timedelta": WINDOW}
        return render(request, "staffing/locked_out.html", context, status=TOO_MANY_REQUESTS)
    response: HttpResponse = _sign_in(request)  # type: ignore[assignment]
    return response


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign_in")


@signed_in
@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Replace the own password; whoever still has one that was handed out comes here first."""
    user: Staff = request.user  # type: ignore[assignment]
    form = ChangePasswordForm(user, request.POST or None)
    context = {"form": form, "forced": user.must_change_password}
    if request.method != "POST":
        return render_page(request, "staffing/change_password.html", context)
    if not form.is_valid():
        return render_refused(request, "staffing/change_password.html", context)
    staff = change_own_password(password=form.cleaned_data["new_password1"], by=user, at=clock.now())
    update_session_auth_hash(request, staff)
    messages.success(request, _("The password has been changed. Your other sessions have ended."))
    return redirect("my_day")
