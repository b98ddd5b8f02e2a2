"""The database that the benchmarks play in: made anew for each run, and the big store in it."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.data import fill_cars, people
from staffing.models import Staff, Store


def fresh_database() -> None:
    """Empty the benchmark database and migrate it. Refuses any database whose name does not say that it is one."""
    name = settings.DATABASES["default"]["NAME"]
    if connection.vendor != "postgresql" or "bench" not in str(name):
        raise SystemExit(
            "The benchmarks empty their database; they run on a PostgreSQL database with 'bench' in its name."
        )
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)


def big_store(*, cars: int) -> tuple[Store, list[Staff]]:
    """The store with ``cars`` delivered cars, made once a run."""
    known = Store.objects.filter(code="BIG").first()
    if known is not None:
        return known, list(Staff.objects.filter(store=known).order_by("pk")[:40])
    store = Store.objects.create(code="BIG", name="示例·百万车店")
    consultants, _agents = people(store)
    fill_cars(store, consultants, cars=cars)
    analyse()
    return store, consultants


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
