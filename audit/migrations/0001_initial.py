import uuid

import django.contrib.postgres.fields
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import audit.fields
import audit.models
import crypto.fields

CLOCK = """
CREATE FUNCTION relais_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT now() + coalesce(nullif(current_setting('relais.clock_offset', true), ''), '0')::interval
$$;
"""

VERSION_GUARD = """
CREATE FUNCTION relais_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 1 THEN
            RAISE EXCEPTION '% %: the first version must be 1, not %', TG_TABLE_NAME, NEW.id, NEW.version
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF NEW.id <> OLD.id OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION '% %: version % must be followed by the next one, not by %',
            TG_TABLE_NAME, OLD.id, OLD.version, NEW.version
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
"""

# The schema is named, so that a temporary table of the same name does not pass for the history.
HISTORY_GUARD = """
CREATE FUNCTION relais_history_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written record;
    kept boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN written := OLD; ELSE written := NEW; END IF;
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %I.%I WHERE id = $1 AND version = $2 AND (history_type = ''-'') = $3)',
        TG_TABLE_SCHEMA, TG_ARGV[0]
    ) INTO kept USING written.id, written.version, TG_OP = 'DELETE';
    IF NOT kept THEN
        RAISE EXCEPTION '% %: % of version % has no history row',
            TG_TABLE_NAME, written.id, TG_OP, written.version
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
"""


def require_roles(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) = 2 AND bool_and(rolname <> 'relais_audit_owner' OR pg_has_role(oid, 'MEMBER'))"
            " FROM pg_roles WHERE rolname IN ('relais_app', 'relais_audit_owner')"
        )
        if cursor.fetchone() != (True,):
            raise CommandError(
                "The database has no roles relais_app and relais_audit_owner, or this login is not a member "
                "of relais_audit_owner: run config/roles.sql as a superuser, then migrate as relais_owner."
            )


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunPython(require_roles, migrations.RunPython.noop),
        migrations.RunSQL(CLOCK, "DROP FUNCTION relais_now()"),
        migrations.RunSQL(VERSION_GUARD, "DROP FUNCTION relais_version_guard()"),
        migrations.RunSQL(HISTORY_GUARD, "DROP FUNCTION relais_history_guard()"),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("seq", audit.fields.IdentityField(editable=False, unique=True)),
                ("xid", audit.fields.Xid8Field(db_default=audit.fields.CurrentTransaction(), editable=False)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=audit.fields.RelaisNow(), editable=False, verbose_name="time"
                    ),
                ),
                ("actor_id", models.UUIDField(null=True, verbose_name="person")),
                ("organisation_id", models.UUIDField(null=True, verbose_name="organisation")),
                ("session_hash", crypto.fields.CodeField(blank=True, max_length=64)),
                (
                    "ip_class",
                    crypto.fields.CodeField(
                        blank=True,
                        choices=[
                            ("", "no network"),
                            ("loopback", "this machine"),
                            ("private", "private network"),
                            ("public", "public network"),
                        ],
                        max_length=10,
                    ),
                ),
                ("verb", crypto.fields.CodeField(max_length=60, verbose_name="act")),
                ("object_type", crypto.fields.CodeField(max_length=81)),
                ("object_id", models.UUIDField(null=True)),
                ("version", models.PositiveIntegerField(null=True)),
                ("row_digest", models.BinaryField(max_length=32, null=True)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=crypto.fields.CodeTextField(), default=list, size=None
                    ),
                ),
                ("scope", crypto.fields.CodeField(blank=True, max_length=120)),
                (
                    "outcome",
                    crypto.fields.CodeField(
                        choices=[("ok", "done"), ("denied", "refused"), ("failed", "failed")],
                        default="ok",
                        max_length=6,
                        verbose_name="outcome",
                    ),
                ),
                ("reason_code", crypto.fields.CodeField(blank=True, max_length=40, verbose_name="reason")),
                ("detail", crypto.fields.SealedJSONField(null=True)),
                ("case_id", models.UUIDField(null=True)),
                ("referral_id", models.UUIDField(null=True)),
                ("stream_id", models.UUIDField(null=True)),
                ("stream_n", models.BigIntegerField(null=True)),
                ("kek_unwraps", models.PositiveIntegerField(default=0)),
                ("salt", models.BinaryField(default=audit.models.new_salt, max_length=16)),
            ],
            options={
                "verbose_name": "audit event",
                "verbose_name_plural": "audit events",
                "ordering": ("seq",),
                "indexes": [
                    models.Index(
                        models.F("case_id"),
                        models.F("seq"),
                        condition=models.Q(("case_id__isnull", False)),
                        name="event_of_case",
                    ),
                    models.Index(
                        models.F("referral_id"),
                        models.F("seq"),
                        condition=models.Q(("referral_id__isnull", False)),
                        name="event_of_referral",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("stream_id__isnull", False)),
                        fields=("stream_id", "stream_n"),
                        name="one_event_per_stream_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stream_id__isnull", True), ("stream_n__isnull", True)),
                            models.Q(("stream_id__isnull", False), ("stream_n__gte", 1)),
                            _connector="OR",
                        ),
                        name="stream_number_with_its_stream",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verb__regex", "^[a-z_]+(\\.[a-z_]+)?$")), name="verb_is_a_code"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("object_type__regex", "^[a-z_]{1,40}\\.[a-z_]{1,40}$")),
                        name="object_type_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason_code__regex", "^[A-Z0-9_]{0,40}$")),
                        name="reason_is_a_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__regex", "^[A-Za-z0-9_.,:-]{0,120}$")),
                        name="scope_is_a_code",
                    ),
                ],
            },
        ),
    ]
