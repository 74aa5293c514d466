from django.db import migrations

REFUSAL = """
CREATE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an audit event is never changed or removed: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""
EACH_ROW = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_is_append_only();
"""
TRUNCATION = """
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_append_only();
"""

# A new owner must be able to create in the schema, but only at this moment.
OWNER = """
REVOKE ALL ON audit_event FROM relais_app;
REVOKE ALL ON SEQUENCE audit_event_seq_seq FROM relais_app;
GRANT SELECT, INSERT ON audit_event TO relais_app;
GRANT CREATE ON SCHEMA public TO relais_audit_owner;
ALTER TABLE audit_event OWNER TO relais_audit_owner;
ALTER FUNCTION audit_event_is_append_only() OWNER TO relais_audit_owner;
REVOKE CREATE ON SCHEMA public FROM relais_audit_owner;
"""
OWNER_BACK = """
ALTER FUNCTION audit_event_is_append_only() OWNER TO CURRENT_USER;
ALTER TABLE audit_event OWNER TO CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSAL, "DROP FUNCTION audit_event_is_append_only()"),
        migrations.RunSQL(EACH_ROW, "DROP TRIGGER append_only ON audit_event"),
        migrations.RunSQL(TRUNCATION, "DROP TRIGGER never_truncated ON audit_event"),
        migrations.RunSQL(OWNER, OWNER_BACK),
    ]
