from django.db import migrations
from django.db.models import Count, Max, Q


def leave_one(apps, schema_editor):
    """On PostgreSQL nothing kept a customer from having several main numbers (see the next step). Of several the one
    that works stays the main one, of several of those the one that came last."""
    phones = apps.get_model("customers", "CustomerPhone").objects
    several = (
        phones.filter(is_primary=True)
        .values("customer_id")
        .annotate(n=Count("pk"), works=Max("pk", filter=Q(state="good")), last=Max("pk"))
        .filter(n__gt=1)
        .order_by("customer_id")
    )
    for row in list(several):
        kept = row["works"] or row["last"]
        phones.filter(customer_id=row["customer_id"], is_primary=True).exclude(pk=kept).update(is_primary=False)


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_lean_keys")]

    operations = [migrations.RunPython(leave_one, migrations.RunPython.noop)]
