from django.core.management.base import CommandError
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TREE = "audit_leaf, audit_node, audit_checkpoint"
#: Of these two the numbers are given by the table itself, to whoever may insert.
NUMBERS = "audit_node_id_seq, audit_checkpoint_id_seq"

#: Who is asked by the application writes no tree. Witnesses are asked by the worker, which keeps what they sign.
APART = f"""
REVOKE INSERT ON {TREE} FROM relais_app;
REVOKE ALL ON SEQUENCE {NUMBERS} FROM relais_app;
GRANT USAGE ON SCHEMA public TO relais_sequencer;
GRANT SELECT ON audit_event TO relais_sequencer;
GRANT SELECT, INSERT ON {TREE} TO relais_sequencer;
"""
TOGETHER = f"""
REVOKE ALL ON audit_event, {TREE} FROM relais_sequencer;
REVOKE USAGE ON SCHEMA public FROM relais_sequencer;
GRANT USAGE, SELECT ON SEQUENCE {NUMBERS} TO relais_app;
GRANT INSERT ON {TREE} TO relais_app;
"""
#: After what is urgent it asks the worker to show the tree to the witnesses: a job more, and what its triggers note of
#: it. That one waits already is told by the value of the lock, which PostgreSQL says to whoever may read it.
JOB = "queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at"
ASKS = f"""
GRANT SELECT (id, queueing_lock), INSERT ({JOB}) ON procrastinate_jobs TO relais_sequencer;
GRANT INSERT (job_id, type) ON procrastinate_events TO relais_sequencer;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO relais_sequencer;
"""
ASKS_NOT = f"""
REVOKE USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq FROM relais_sequencer;
REVOKE INSERT (job_id, type) ON procrastinate_events FROM relais_sequencer;
REVOKE SELECT (id, queueing_lock), INSERT ({JOB}) ON procrastinate_jobs FROM relais_sequencer;
"""  # noqa: S608 - our own columns


def require_role(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'relais_sequencer'")
        if cursor.fetchone() != (1,):
            raise CommandError(
                "The database has no role relais_sequencer: run config/roles.sql again as whoever made the roles, "
                "then migrate as relais_owner."
            )


class Migration(migrations.Migration):
    """Who has taken over the application, or its login, writes nothing into the tree (docs/decisions)."""

    dependencies = [
        ("audit", "0006_time_given_by_the_database"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunPython(require_role, migrations.RunPython.noop),
        migrations.RunSQL(APART, TOGETHER),
        migrations.RunSQL(ASKS, ASKS_NOT),
    ]
