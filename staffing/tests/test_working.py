"""Who works here: employed, and able to sign in."""

import pytest

from staffing.models import Staff
from staffing.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "is_active", "works"),
    [("active", True, True), ("active", False, False), ("left", True, False), ("left", False, False)],
)
def test_who_works_here_is_the_same_for_a_person_and_for_a_set(state, is_active, works):
    person = StaffFactory(state=state, is_active=is_active)

    assert person.is_working is works
    assert Staff.objects.working().filter(pk=person.pk).exists() is works
