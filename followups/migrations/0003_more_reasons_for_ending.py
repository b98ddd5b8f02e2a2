from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_default_policies")]

    operations = [
        migrations.AlterField(
            model_name="calltask",
            name="close_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("outcome", "Called"),
                    ("tries_used_up", "Not reached on all days of trying"),
                    ("next_call_due", "The next call fell due"),
                    ("already_came", "The customer already came"),
                    ("contact_ban", "The customer does not wish to be called"),
                    ("number_untraceable", "No working number was found"),
                    ("moved_appointment", "The appointment was moved"),
                    ("appointment_booked", "An appointment was booked"),
                    ("too_late", "The day it was for is over"),
                ],
                max_length=24,
                verbose_name="ended by",
            ),
        ),
    ]
