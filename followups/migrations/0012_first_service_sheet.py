"""What the sheet of the first service reckons with: where the months end, what the customer may choose, the workshop's
hours."""

import datetime as dt

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0011_default_kinds_of_the_long_run"),
        ("staffing", "0002_default_calendar"),
    ]

    operations = [
        migrations.AddField(
            "firstservicetrack",
            "shift_days",
            models.PositiveSmallIntegerField(default=7, verbose_name="the customer may choose within so many days"),
        ),
        migrations.AddField(
            "firstservicetrack",
            "overrun_km",
            models.PositiveIntegerField(default=500, verbose_name="tolerated beyond the distance, km"),
        ),
        migrations.AddField(
            "firstservicetrack",
            "latest_on",
            # The next step reckons the day of each.
            models.DateField(default=dt.date(2000, 1, 1), verbose_name="at the latest on"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "firstservicetrack", models.Index(fields=["store", "expected_on"], name="first_service_expected")
        ),
        migrations.AddIndex(
            "firstservicetrack", models.Index(fields=["store", "latest_on"], name="first_service_latest")
        ),
        migrations.AddIndex(
            "firstservicetrack",
            models.Index(
                condition=Q(appointment_at__isnull=False),
                fields=["store", "appointment_at"],
                name="first_service_booked",
            ),
        ),
        migrations.CreateModel(
            "WorkshopHours",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("on", models.DateField(blank=True, null=True, verbose_name="on this day only")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="0 is Monday, 6 is Sunday", null=True, verbose_name="weekday"
                    ),
                ),
                (
                    "starts",
                    models.TimeField(blank=True, help_text="Both empty: closed.", null=True, verbose_name="from"),
                ),
                ("ends", models.TimeField(blank=True, null=True, verbose_name="until")),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staffing.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "workshop hours",
                "verbose_name_plural": "workshop hours",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(starts__isnull=True, ends__isnull=True)
                        | Q(starts__isnull=False, ends__isnull=False, ends__gt=F("starts")),
                        name="workshop_hours_forward",
                    ),
                    models.CheckConstraint(
                        condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="workshop_hours_weekday"
                    ),
                    models.CheckConstraint(
                        condition=Q(weekday__isnull=True) | Q(on__isnull=True), name="workshop_hours_one_day"
                    ),
                ],
            },
        ),
        migrations.AlterField(
            "outcomepolicy",
            "consequence",
            models.CharField(
                choices=[
                    ("done", "Done"),
                    ("call_back", "Call back at the promised time"),
                    ("retry", "Try again the next day"),
                    ("trace_number", "Trace the number"),
                    ("ban", "Contact ban"),
                    ("already_came", "Already came in"),
                    ("traced", "Number corrected"),
                    ("untraceable", "No working number found"),
                    ("confirmed", "The number was right"),
                    ("appointment", "Appointment agreed"),
                    ("lost", "Lost contact"),
                    ("replanned", "Reminded anew, by a new reading"),
                ],
                max_length=16,
                verbose_name="consequence",
            ),
        ),
    ]
