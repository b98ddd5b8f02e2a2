"""What a manager may do about incomplete or invented lines, to begin with (CC-18)."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

MEASURES = [
    ("reminder", "提醒补填", "Reminder", 0),
    ("talk", "当面谈话", "Talk", 1),
    ("deduction", "扣分处理", "Deduction of points", 3),
]


def fill(apps, schema_editor):
    for position, (code, label_zh, label_en, points) in enumerate(MEASURES, start=1):
        apps.get_model("leads", "DisciplineMeasure").objects.create(
            effective_from=FROM,
            code=code,
            label_zh=label_zh,
            label_en=label_en,
            points=points,
            position=position,
        )
    apps.get_model("leads", "DisciplinePolicy").objects.create(effective_from=FROM)


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_discipline_notes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
