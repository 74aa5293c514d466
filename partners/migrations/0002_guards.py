"""What the database itself refuses: a version without history."""

from django.db import migrations

from audit.triggers import versioned

RECORDED = (
    "region",
    "department",
    "code",
    "organisation",
    "user",
    "membership",
    "invitation",
    "site",
    "service",
    "places",
)


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        trigger
        for name in RECORDED
        for trigger in versioned(f"partners_{name}", f"partners_historical{name}")
    ]
