"""What staffing hears: people signing in and out, and choosing how the product looks."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from dealership import clock
from dealership.web.signals import preference_changed
from staffing.addresses import client_address
from staffing.models import Staff
from staffing.services.accounts import keep_preference
from staffing.services.sessions import note_session_ended, note_session_refused, note_session_started


@receiver(user_logged_in, dispatch_uid="staffing.session_started")
def session_started(request: HttpRequest, user: Staff, **_kwargs: Any) -> None:
    note_session_started(by=user, address=client_address(request), at=clock.now())


@receiver(user_logged_out, dispatch_uid="staffing.session_ended")
def session_ended(user: Staff | None, **_kwargs: Any) -> None:
    if user is not None:
        note_session_ended(by=user, at=clock.now())


@receiver(user_login_failed, dispatch_uid="staffing.session_refused")
def session_refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """A wrong password. Tries while the door is locked tell nothing new and are not written down one by one."""
    if request is None or getattr(request, "axes_locked_out", False):
        return
    note_session_refused(
        username=str(credentials.get("username", "")),
        address=client_address(request),
        reason="wrong_password",
        at=clock.now(),
    )


@receiver(user_locked_out, dispatch_uid="staffing.session_locked")
def session_locked(request: HttpRequest, username: str, **_kwargs: Any) -> None:
    """The failure that locked the door, once: later tries find ``axes_failures_since_start`` unset."""
    if getattr(request, "axes_failures_since_start", None) is None:
        return
    note_session_refused(username=username or "", address=client_address(request), reason="locked_out", at=clock.now())


@receiver(preference_changed, dispatch_uid="staffing.preference_changed")
def preference_kept(user: Staff, preference: str, value: str, **_kwargs: Any) -> None:
    keep_preference(staff=user, preference=preference, value=value)
