from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

#: Whoever writes an event says neither when it was nor in which transaction: its place in the tree depends on both.
WRITTEN = (
    "id, actor_id, organisation_id, session_hash, ip_class, verb, object_type, object_id, version, row_digest, fields,"
    " scope, outcome, reason_code, detail, case_id, referral_id, stream_id, stream_n, kek_unwraps, salt"
)
BY_COLUMN = f"""
REVOKE INSERT ON audit_event FROM relais_app;
GRANT INSERT ({WRITTEN}) ON audit_event TO relais_app;
"""
WHOLE = "GRANT INSERT ON audit_event TO relais_app;"


class Migration(migrations.Migration):
    """And supervision reads what one person did, and what was refused, among millions of events."""

    atomic = False

    dependencies = [("audit", "0005_event_of_verification")]

    operations = [
        migrations.RunSQL(BY_COLUMN, WHOLE),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                models.F("actor_id"),
                models.F("at"),
                condition=models.Q(("actor_id__isnull", False)),
                name="event_of_person",
            ),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                models.F("object_id"), condition=models.Q(("outcome", "denied")), name="event_refused"
            ),
        ),
    ]
