"""One main number a customer: what the migration makes of customers who got several while nothing forbade it."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from customers.models import CustomerPhone
from customers.tests.factories import CustomerPhoneFactory

leave_one = importlib.import_module("customers.migrations.0003_one_main_number_each").leave_one

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("states", "kept"),
    [
        (("good", "good"), 1),
        (("good", "wrong"), 0),
        (("wrong", "empty"), 1),
        (("good",), 0),
    ],
    ids=["the last", "the one that works", "the last of those that do not", "the only one"],
)
def test_of_several_main_numbers_one_stays(states, kept):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX customer_phone_one_primary")
    first = CustomerPhoneFactory(state=states[0])
    rows = [first, *(CustomerPhoneFactory(customer=first.customer, state=state) for state in states[1:])]
    other = CustomerPhoneFactory()

    leave_one(apps, None)

    main = set(CustomerPhone.objects.filter(is_primary=True).values_list("pk", flat=True))
    assert main == {rows[kept].pk, other.pk}
