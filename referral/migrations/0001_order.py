"""The numbers by which lists are ordered; never shown (design §4, Ids)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE referral_case_seq", "DROP SEQUENCE referral_case_seq"),
        migrations.RunSQL("CREATE SEQUENCE referral_referral_seq", "DROP SEQUENCE referral_referral_seq"),
    ]
