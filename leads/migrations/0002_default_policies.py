"""What a new installation starts with: the grades and the other numbers of leads."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

GRADES = [
    # LG-01..04: horizons; LG-20..22: cadences of the rule book; LG-23: C has none until a store switches it on.
    {"code": "H", "horizon_days": 7, "cadence_days": 3, "seller_keeps": True},
    {"code": "A", "horizon_days": 30, "cadence_days": 7, "seller_keeps": True},
    {"code": "B", "horizon_days": 90, "cadence_days": 15},
    {"code": "C", "horizon_days": 180, "cadence_days": 30, "cadence_on": False},
    # LG-24: at least weekly while the order waits for its car.
    {"code": "O", "standing": "ordered", "cadence_days": 7, "seller_keeps": True},
    {"code": "D", "standing": "delivered"},
    {"code": "L", "standing": "lost"},
    {"code": "F", "standing": "defeated"},
]


def fill(apps, schema_editor):
    grade = apps.get_model("leads", "Grade")
    for position, row in enumerate(GRADES, start=1):
        grade.objects.create(effective_from=FROM, position=position, **row)
    apps.get_model("leads", "LeadPolicy").objects.create(effective_from=FROM)


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
