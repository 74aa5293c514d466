"""What the database itself refuses: a version without history, a rewritten log, grants that say something else."""

from django.db import migrations

from audit.triggers import versioned

RECORDED = (
    "case",
    "person",
    "consent",
    "legalground",
    "custodytitle",
    "referral",
    "preview",
    "snapshot",
    "safetyextract",
    "placement",
    "telephoneanswer",
    "message",
    "task",
)

LOG_GUARD = """
CREATE FUNCTION referral_transition_is_a_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transition is never changed or removed: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER log_guard BEFORE UPDATE OR DELETE ON referral_transition
    FOR EACH ROW EXECUTE FUNCTION referral_transition_is_a_log();
"""

# Lists are ordered by the grant's copies: at commit they say what the referral says (design §5, Grants).
GRANT_GUARD = """
CREATE FUNCTION referral_grants_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held uuid;
    strayed boolean;
BEGIN
    IF TG_TABLE_NAME = 'referral_referral' THEN held := NEW.id; ELSE held := NEW.content_object_id; END IF;
    SELECT EXISTS (
        SELECT FROM referral_referralgrant g JOIN referral_referral r ON r.id = g.content_object_id
        WHERE r.id = held AND (g.seq, g.state, g.due_at) IS DISTINCT FROM (r.seq, r.state, r.due_at)
    ) INTO strayed;
    IF strayed THEN
        RAISE EXCEPTION 'referral %: a grant does not say what the referral says', held
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER grants_follow AFTER INSERT OR UPDATE ON referral_referral
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION referral_grants_follow();
CREATE CONSTRAINT TRIGGER grants_follow AFTER INSERT OR UPDATE ON referral_referralgrant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION referral_grants_follow();
"""

# The second wall behind the lifecycle's table: a state that has ended never changes (design §7.2).
END_GUARD = """
CREATE FUNCTION referral_end_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('completed', 'declined', 'withdrawn', 'expired') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'referral %: % is final', OLD.id, OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER end_guard BEFORE UPDATE ON referral_referral
    FOR EACH ROW EXECUTE FUNCTION referral_end_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("referral", "0002_initial")]
    operations = [
        *(
            operation
            for name in RECORDED
            for operation in versioned(f"referral_{name}", f"referral_historical{name}")
        ),
        migrations.RunSQL(
            LOG_GUARD,
            "DROP TRIGGER log_guard ON referral_transition; DROP FUNCTION referral_transition_is_a_log()",
        ),
        migrations.RunSQL(
            GRANT_GUARD,
            "DROP TRIGGER grants_follow ON referral_referral; DROP TRIGGER grants_follow ON referral_referralgrant;"
            " DROP FUNCTION referral_grants_follow()",
        ),
        migrations.RunSQL(
            END_GUARD, "DROP TRIGGER end_guard ON referral_referral; DROP FUNCTION referral_end_is_final()"
        ),
    ]
