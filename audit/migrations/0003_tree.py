import django.db.models.deletion
from django.db import migrations, models

import audit.fields
import crypto.fields

TABLES = ("audit_leaf", "audit_node", "audit_checkpoint", "audit_cosignature")

REFUSAL = """
CREATE FUNCTION audit_tree_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the tree of the audit is never changed or cut: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""
EACH_ROW = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_tree_is_append_only();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_tree_is_append_only();
REVOKE ALL ON {table} FROM relais_app;
GRANT SELECT, INSERT ON {table} TO relais_app;
"""
# A new owner must be able to create in the schema, but only at this moment.
OWNER = "\n".join(
    [
        "GRANT CREATE ON SCHEMA public TO relais_audit_owner;",
        *(f"ALTER TABLE {table} OWNER TO relais_audit_owner;" for table in TABLES),
        "ALTER FUNCTION audit_tree_is_append_only() OWNER TO relais_audit_owner;",
        "REVOKE CREATE ON SCHEMA public FROM relais_audit_owner;",
    ]
)
OWNER_BACK = "\n".join(
    [
        "ALTER FUNCTION audit_tree_is_append_only() OWNER TO CURRENT_USER;",
        *(f"ALTER TABLE {table} OWNER TO CURRENT_USER;" for table in TABLES),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="place")),
                ("event_id", models.UUIDField(unique=True)),
                ("commitment", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name": "leaf",
                "verbose_name_plural": "leaves",
                "ordering": ("index",),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("index__gte", 0)), name="leaf_has_its_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, auto_created=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name": "node",
                "verbose_name_plural": "nodes",
                "constraints": [
                    models.UniqueConstraint(fields=("level", "index"), name="one_node_in_its_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, auto_created=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField(unique=True, verbose_name="number of events")),
                ("root", models.BinaryField(max_length=32)),
                ("note", crypto.fields.CodeTextField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=audit.fields.RelaisNow(), editable=False, verbose_name="time"
                    ),
                ),
            ],
            options={
                "verbose_name": "checkpoint",
                "verbose_name_plural": "checkpoints",
                "ordering": ("size",),
            },
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, auto_created=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cosignatures",
                        to="audit.checkpoint",
                    ),
                ),
                ("witness", crypto.fields.CodeField(max_length=200)),
                ("line", crypto.fields.CodeTextField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=audit.fields.RelaisNow(), editable=False, verbose_name="time"
                    ),
                ),
            ],
            options={
                "verbose_name": "cosignature",
                "verbose_name_plural": "cosignatures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "witness"), name="one_cosignature_per_witness"
                    )
                ],
            },
        ),
        migrations.RunSQL(REFUSAL, "DROP FUNCTION audit_tree_is_append_only()"),
        *(
            migrations.RunSQL(
                EACH_ROW.format(table=table),
                f"DROP TRIGGER append_only ON {table}; DROP TRIGGER never_truncated ON {table}",
            )
            for table in TABLES
        ),
        migrations.RunSQL(OWNER, OWNER_BACK),
    ]
