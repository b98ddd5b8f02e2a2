"""A result of tracing a number: it was right after all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0005_hours_and_outcomes_from_a_day")]

    operations = [
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
                ],
                max_length=16,
                verbose_name="consequence",
            ),
        ),
    ]
