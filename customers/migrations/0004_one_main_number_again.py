from django.db import migrations


def add_where_it_is_missing(apps, schema_editor):
    """Taking the index off the key to the customer also took ``customer_phone_one_primary`` off on PostgreSQL: Django
    drops every index of the one column that is not named in Meta.indexes, partial unique ones included."""
    model = apps.get_model("customers", "CustomerPhone")
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    for constraint in model._meta.constraints:
        if constraint.name == "customer_phone_one_primary" and constraint.name not in found:
            schema_editor.add_constraint(model, constraint)


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_one_main_number_each")]

    operations = [migrations.RunPython(add_where_it_is_missing, migrations.RunPython.noop)]
