"""Forms of signing in and of the own password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Staff number and password. Whatever is wrong, the sentence is the same."""

    error_messages = {
        "invalid_login": _("This sign-in name and password do not match. Capital and small letters differ."),
        "inactive": _("This sign-in name and password do not match. Capital and small letters differ."),
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("Staff number")
        self.fields["username"].widget.attrs.update(autocomplete="username", autocapitalize="none", spellcheck="false")
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.update(autocomplete="current-password")


class ChangePasswordForm(PasswordChangeForm):
    """The present password, and the new one twice. Saving is the service's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _(
            "At least 10 characters, not only digits, not one that everybody uses and not your name or number."
        )
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password2"].help_text = ""
        self.error_messages = {
            **self.error_messages,
            "password_incorrect": _("This is not your present password."),
            "password_mismatch": _("The two new passwords differ."),
            "password_unchanged": _("The new password must be another one than the present."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new = self.cleaned_data.get("new_password1")
        if new and new == self.cleaned_data.get("old_password"):
            self.add_error("new_password1", forms.ValidationError(self.error_messages["password_unchanged"]))
        return cleaned
