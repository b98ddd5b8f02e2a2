"""What a new installation starts with so that nobody is called twice in a few days; edited policies stay as they are."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)
TAKES_ALONG = {"periodic": "first_service", "n_plus_1": "first_service"}
GUARDED = ("periodic", "retained", "lost_customer")
GUARD_DAYS = 7


def insert_defaults(apps, schema_editor):
    policies = apps.get_model("followups", "KindPolicy").objects.filter(store=None, effective_from=FROM)
    for kind, along in TAKES_ALONG.items():
        policies.filter(kind=kind, takes_along="").update(takes_along=along)
    policies.filter(kind__in=GUARDED, guard_days=None).update(guard_days=GUARD_DAYS)


class Migration(migrations.Migration):
    dependencies = [("followups", "0017_two_purposes_one_call")]

    # The columns go with the step before.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]
