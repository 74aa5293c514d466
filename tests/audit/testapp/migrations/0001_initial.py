import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import simple_history.models
from django.db import migrations, models

import crypto.fields
from audit.triggers import versioned


class Migration(migrations.Migration):
    initial = True

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("number", models.IntegerField(null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("flag", models.BooleanField(null=True)),
                ("text", crypto.fields.CodeField(max_length=20, null=True)),
                ("data", models.BinaryField(null=True)),
                ("moment", models.DateTimeField(null=True)),
                ("day", models.DateField(null=True)),
                (
                    "numbers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(null=True), null=True, size=None
                    ),
                ),
                ("duration", models.DurationField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("reference", crypto.fields.CodeField(max_length=8)),
                ("story", crypto.fields.SealedTextField(null=True)),
                (
                    "about",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="audit_testapp.note"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HistoricalNote",
            fields=[
                ("history_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(editable=False)),
                (
                    "history_type",
                    crypto.fields.CodeField(
                        choices=[("+", "created"), ("~", "changed"), ("-", "deleted")],
                        editable=False,
                        max_length=1,
                    ),
                ),
                ("history_by", models.UUIDField(editable=False, null=True)),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("reference", crypto.fields.CodeField(max_length=8)),
                ("story", crypto.fields.SealedTextField(null=True)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="audit_testapp.note",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical note",
                "verbose_name_plural": "historical notes",
                "ordering": ("-history_id",),
                "get_latest_by": "history_id",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "version", "history_type"), name="audit_testapp_note_one_history_row"
                    )
                ],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        *versioned("audit_testapp_note", "audit_testapp_historicalnote"),
    ]
