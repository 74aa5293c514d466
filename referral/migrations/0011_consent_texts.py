"""The texts that are read aloud, in a migration of their own: rows and triggers of one table cannot share one."""

from django.db import migrations

from referral import texts


class Migration(migrations.Migration):
    dependencies = [("referral", "0010_case_file")]

    operations = [migrations.RunPython(texts.load, migrations.RunPython.noop)]
