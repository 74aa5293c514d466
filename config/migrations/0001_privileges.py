"""Runs before every other migration: what `relais_owner` makes, `relais_app` may use but not alter.

Where the role is not there yet, nothing is granted: `config.connections` makes the roles before it migrates.
"""

from django.db import migrations

GRANT = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relais_app') THEN
        GRANT USAGE ON SCHEMA public TO relais_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO relais_app;
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO relais_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO relais_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO relais_app;
        REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM relais_app;
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    run_before = [
        ("contenttypes", "0001_initial"),
        ("sessions", "0001_initial"),
        ("crypto", "0001_initial"),
        ("audit", "0001_initial"),
        ("procrastinate", "0001_initial"),
    ]
    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
