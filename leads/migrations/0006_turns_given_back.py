import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0005_name_the_open_state"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="turn",
            name="given_back_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="given back at"),
        ),
        migrations.AddField(
            model_name="turn",
            name="given_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="given back by",
            ),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_back_at__isnull", True), ("given_back_by__isnull", True)),
                    models.Q(("given_back_at__isnull", False), ("given_back_by__isnull", False)),
                    _connector="OR",
                ),
                name="turn_given_back_by_somebody",
            ),
        ),
    ]
