"""Passwords, leaving, and the choices people make about their screen."""

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from dealership.audit.services import record_event
from dealership.kernel.errors import N_, Refusal
from dealership.kernel.names import initials
from staffing.enums import AfterSave, StaffState
from staffing.models import Staff

#: What a person may choose about the own screen, and the field that keeps it.
PREFERENCES = {"language": "language", "theme": "theme", "after_save": "after_save"}


class WeakPassword(Refusal):
    """The password does not satisfy the policy; ``reasons`` are its sentences, translated already."""

    message = N_("This password is too weak: %(reasons)s")


class AlreadyLeft(Refusal):
    message = N_("%(name)s has left already.")


@transaction.atomic
def register_staff(*, staff: Staff, password: str, by: Staff | None, at: dt.datetime) -> Staff:
    """Take in a new person (an unsaved row) with a password that must be replaced at the first sign-in.

    Raises WeakPassword; the row is then not saved.
    """
    _refuse_weak(password, staff)
    staff.initials = initials(staff.name)
    staff.set_password(password)
    staff.must_change_password = True
    staff.save()
    record_event(code="staff.registered", subject=staff, by=by, at=at, data={"employee_no": staff.employee_no})
    return staff


@transaction.atomic
def change_own_password(*, password: str, by: Staff, at: dt.datetime) -> Staff:
    """The person replaces the own password. Every other session of the person ends with it.

    Raises WeakPassword.
    """
    return _set_password(staff=by, password=password, must_change=False, code="staff.password_changed", by=by, at=at)


@transaction.atomic
def reset_password(*, staff: Staff, password: str, by: Staff | None, at: dt.datetime) -> Staff:
    """Hand out a password that its owner must replace at the next sign-in. All sessions of the person end.

    Raises WeakPassword.
    """
    return _set_password(staff=staff, password=password, must_change=True, code="staff.password_reset", by=by, at=at)


@transaction.atomic
def end_employment(*, staff: Staff, on: dt.date, by: Staff | None, at: dt.datetime) -> Staff:
    """The person leaves on a day: signs in no more, and every session ends with the next request.

    Raises AlreadyLeft.
    """
    changed = Staff.objects.filter(pk=staff.pk, state=StaffState.ACTIVE).update(
        state=StaffState.LEFT, left_on=on, is_active=False
    )
    if not changed:
        raise AlreadyLeft(name=staff.name)
    staff.refresh_from_db(fields=["state", "left_on", "is_active"])
    record_event(code="staff.left", subject=staff, by=by, at=at, data={"left_on": on.isoformat()})
    return staff


@transaction.atomic
def keep_preference(*, staff: Staff, preference: str, value: str) -> bool:
    """Remember a choice about the own screen. An unknown choice changes nothing. Returns whether anything changed.

    Not in the audit: it concerns nobody but the person.
    """
    field = PREFERENCES.get(preference)
    if field is None or (preference == "after_save" and value not in AfterSave.values):
        return False
    return bool(Staff.objects.filter(pk=staff.pk).exclude(**{field: value}).update(**{field: value}))


def _set_password(
    *, staff: Staff, password: str, must_change: bool, code: str, by: Staff | None, at: dt.datetime
) -> Staff:
    _refuse_weak(password, staff)
    staff.set_password(password)
    staff.must_change_password = must_change
    staff.save(update_fields=["password", "must_change_password"])
    record_event(code=code, subject=staff, by=by, at=at)
    return staff


def _refuse_weak(password: str, staff: Staff) -> None:
    try:
        validate_password(password, user=staff)
    except ValidationError as problem:
        raise WeakPassword(reasons=" ".join(problem.messages)) from problem
