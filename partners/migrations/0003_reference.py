"""Regions, departments, code lists, and the Group of national coordination."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from partners import reference

COORDINATION = "coordination"


def make_group(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).get_or_create(
        name=COORDINATION
    )


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_guards"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.RunPython(reference.load, migrations.RunPython.noop),
        migrations.RunPython(make_group, migrations.RunPython.noop),
    ]
