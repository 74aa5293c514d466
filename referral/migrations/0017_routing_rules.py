"""The rules that come with the software, in a migration of their own: rows and triggers cannot share one."""

from django.db import migrations

from referral import first_rules


class Migration(migrations.Migration):
    dependencies = [("referral", "0016_routing"), ("partners", "0003_reference")]

    operations = [migrations.RunPython(first_rules.load, migrations.RunPython.noop)]
