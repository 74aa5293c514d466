"""A reason for what is taken away from a desk at which nobody is any more."""

from django.db import migrations

from partners import reference


class Migration(migrations.Migration):
    dependencies = [("partners", "0006_directory")]
    operations = [migrations.RunPython(reference.load, migrations.RunPython.noop)]
