import uuid

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DataKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "scope_kind",
                    models.CharField(
                        choices=[
                            ("case", "Case"),
                            ("disclosure", "Disclosure"),
                            ("exchange", "Exchange"),
                            ("service", "Service"),
                            ("organisation", "Organisation"),
                            ("draft", "Draft"),
                            ("system", "System"),
                        ],
                        max_length=16,
                    ),
                ),
                ("scope_id", models.UUIDField()),
                ("case_id", models.UUIDField(db_index=True, null=True)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("recipient_kind", models.CharField(default="kek", max_length=16)),
                ("recipient_id", models.CharField(blank=True, default="", max_length=64)),
                ("kek_id", models.CharField(max_length=64)),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scope_kind", "scope_id", "version", "recipient_kind", "recipient_id"),
                        name="one_active_key_per_scope",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("index_name", models.CharField(max_length=32)),
                ("bucket", models.PositiveIntegerField()),
                ("sealed_ref", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["index_name", "bucket"], name="match_by_bucket")],
            },
        ),
    ]
