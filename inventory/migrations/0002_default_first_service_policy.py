"""First service after 5000 km or 3 months for every model without a policy of its own (SV-11, SV-12)."""

import datetime as dt

from django.db import migrations


def insert_default(apps, schema_editor):
    apps.get_model("inventory", "FirstServicePolicy").objects.get_or_create(
        model=None, effective_from=dt.date(2000, 1, 1), defaults={"km": 5000, "months": 3, "rounding": "ceil10"}
    )


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [migrations.RunPython(insert_default, migrations.RunPython.noop)]
