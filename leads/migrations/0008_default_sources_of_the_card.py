"""The eight sources of customers of the yellow card (LI-11)."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

SOURCES = [
    ("1", "CS续购", "Repeat purchase", False),
    ("2", "CS介绍", "Introduced by a customer", True),
    ("3", "用户领袖", "Opinion leader", True),
    ("4", "户外展示", "Outdoor display", False),
    ("5", "来电来店", "Called or came by", False),
    ("6", "行业开拓", "Prospecting in a trade", False),
    ("7", "同行介绍", "Introduced by a colleague of the trade", True),
    ("8", "其他", "Other", False),
]


def fill(apps, schema_editor):
    rows = apps.get_model("leads", "CardSource").objects
    for position, (code, label_zh, label_en, asks) in enumerate(SOURCES, start=1):
        rows.create(
            effective_from=FROM,
            code=code,
            label_zh=label_zh,
            label_en=label_en,
            asks_introducer=asks,
            position=position,
        )


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_sources_of_the_card")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
