"""What a register says of the status stands beside the file that was opened from it."""

from django.db import migrations

from crypto.fields import CodeField


class Migration(migrations.Migration):
    dependencies = [("referral", "0012_case_file_guards")]

    operations = [
        migrations.AddField(
            "importedrow",
            "status",
            CodeField(blank=True, default="", max_length=40, verbose_name="status"),
        ),
        migrations.AddField(
            "importedrow",
            "decider",
            CodeField(blank=True, default="", max_length=40, verbose_name="who decided"),
        ),
    ]
