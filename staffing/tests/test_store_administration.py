"""Setting up a store."""

import pytest
from django.urls import reverse

from staffing.models import Store
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "status", "kept"), [("Asia/Urumqi", 302, "Asia/Urumqi"), ("Beijing", 200, "Asia/Shanghai")]
)
def test_a_time_zone_that_does_not_exist_is_refused(client, zone, status, kept):
    store = StoreFactory()
    client.force_login(StaffFactory(store=store, roles=["admin"], is_superuser=True))
    typed = {"code": store.code, "name": store.name, "timezone": zone, "is_active": "on"}

    answer = client.post(reverse("admin:staffing_store_change", args=[store.pk]), typed)

    assert (answer.status_code, Store.objects.get().timezone) == (status, kept)
