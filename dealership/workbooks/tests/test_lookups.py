"""Asking about many keys at once: texts of every kind go there and come back."""

import pytest

from dealership.workbooks.lookups import rows_in
from staffing.models import Store

pytestmark = pytest.mark.django_db
ODD = ['a","b', 'quo"te', "back\\slash", "{brace}", "a,b", " ", "NULL", "null", "", "中文", "o'clock", "100%"]


@pytest.mark.parametrize("name", ODD)
def test_a_text_is_found_as_it_is(name: str) -> None:
    made = Store.objects.create(code="ODD", name=name)
    Store.objects.create(code="OTHER", name="a")

    found = list(rows_in(Store.objects.all(), "name", [name, "elsewhere"], "pk"))

    assert found == [(made.pk,)]


def test_all_odd_texts_are_found_together() -> None:
    made = {Store.objects.create(code=f"S{number}", name=name).pk for number, name in enumerate(ODD)}

    found = {pk for (pk,) in rows_in(Store.objects.all(), "name", ODD, "pk")}

    assert found == made


def test_ids_are_found_and_none_asked_finds_none() -> None:
    pks = [Store.objects.create(code=f"S{number}", name="例").pk for number in range(3)]

    assert {pk for (pk,) in rows_in(Store.objects.all(), "pk", pks[:2], "pk")} == set(pks[:2])
    assert list(Store.objects.filter(pk__one_of=[]).values_list("pk")) == []
    assert list(Store.objects.filter(name__one_of=[]).values_list("pk")) == []
