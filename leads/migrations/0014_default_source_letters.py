"""The letters of the level table (LI-13), and what earlier clean-ups confirmed and sent back."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

LETTERS = {
    "R": ("referral",),
    "B": ("repeat",),
    "S": ("walk_in", "phone"),
    "I": ("web", "oem", "lms", "portal", "wechat"),
    "P": ("motor_show", "field"),
}


def fill(apps, schema_editor):
    rows = apps.get_model("leads", "SourceLetter").objects
    for letter, channels in LETTERS.items():
        for channel in channels:
            rows.create(effective_from=FROM, channel=channel, letter=letter)


def confirm_what_was_confirmed(apps, schema_editor):
    """The moves of months that were confirmed as a whole."""
    for row in apps.get_model("leads", "MonthEnd").objects.exclude(confirmed_at=None):
        row.moves.update(confirmed_at=row.confirmed_at, confirmed_by=row.confirmed_by)


def write_down_what_came_back(apps, schema_editor):
    """What earlier clean-ups took from the showroom (LI-06)."""
    recycling = apps.get_model("leads", "Recycling")
    moves = apps.get_model("leads", "Ownership").objects.filter(reason="month_end", stage="telesales")
    recycling.objects.bulk_create(
        [
            recycling(
                lead_id=row.lead_id, at=row.at, by_id=row.by_id, before_id=row.before_id, grade=row.lead.grade,
                reason="month_end",
            )
            for row in moves.select_related("lead").order_by("pk")
        ],
        batch_size=500,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_recycled_leads_and_confirmed_moves")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(confirm_what_was_confirmed, migrations.RunPython.noop),
        migrations.RunPython(write_down_what_came_back, migrations.RunPython.noop),
    ]
