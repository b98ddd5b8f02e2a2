"""Every constraint and index that a model names stands in the database, as migrated."""

from django.apps import apps
from django.db import connection


def test_what_the_models_promise_the_database_keeps(db: None) -> None:
    missing = []
    for model in apps.get_models():
        if not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        wanted = {item.name for item in (*model._meta.constraints, *model._meta.indexes)}
        missing += [f"{model._meta.label}: {name}" for name in sorted(wanted - set(found))]

    assert missing == []
