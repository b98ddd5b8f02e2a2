"""Calling hours and outcomes hold from a day on, like every other policy; those that stand held always."""

import datetime as dt

from django.db import migrations, models

ALWAYS = dt.date(2000, 1, 1)


class Migration(migrations.Migration):
    dependencies = [("followups", "0004_lean_keys")]

    operations = [
        migrations.AddField(
            "callinghours",
            "effective_from",
            models.DateField(verbose_name="effective from", default=ALWAYS),
            preserve_default=False,
        ),
        migrations.AddField(
            "outcomepolicy",
            "effective_from",
            models.DateField(verbose_name="effective from", default=ALWAYS),
            preserve_default=False,
        ),
        migrations.RemoveConstraint("callinghours", "calling_hours_forward"),
        migrations.AlterField(
            "callinghours",
            "starts",
            models.TimeField(blank=True, help_text="Both empty: nobody is called.", null=True, verbose_name="from"),
        ),
        migrations.AlterField(
            "callinghours", "ends", models.TimeField(blank=True, null=True, verbose_name="until")
        ),
        migrations.AddConstraint(
            "callinghours",
            models.CheckConstraint(
                condition=models.Q(starts__isnull=True, ends__isnull=True)
                | models.Q(starts__isnull=False, ends__isnull=False, ends__gt=models.F("starts")),
                name="calling_hours_forward",
            ),
        ),
        migrations.AlterField("outcomepolicy", "code", models.CharField(max_length=32, verbose_name="code")),
        migrations.AddConstraint(
            "outcomepolicy",
            models.UniqueConstraint(fields=("code", "effective_from"), name="outcome_once"),
        ),
    ]
