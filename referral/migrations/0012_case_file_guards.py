"""No row of the file changes without a trace; its log takes new keys, and nothing else."""

from django.db import migrations

from audit.triggers import versioned

RECORDED = (
    "arrival",
    "attachment",
    "caseconference",
    "consenttalk",
    "consenttext",
    "contactcard",
    "erasure",
    "exportrequest",
    "familylink",
    "followup",
    "groupreferral",
    "guardian",
    "importbatch",
    "justicestep",
    "legalhold",
    "matchreview",
    "personlink",
    "plangoal",
    "questionanswers",
    "retentionterm",
    "rightsrequest",
    "riskassessment",
    "screening",
    "servicequestion",
    "slip",
    "statusdecision",
    "transfer",
)
LOG_GUARD = """
CREATE OR REPLACE FUNCTION referral_transition_is_a_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') AND EXISTS (
            SELECT FROM crypto_datakey former JOIN crypto_datakey latter
                ON latter.scope_kind = former.scope_kind AND latter.scope_id = former.scope_id
                AND latter.version > former.version
            WHERE former.id = encode(substring(OLD.reason FROM 4 FOR 16), 'hex')::uuid
                AND latter.id = encode(substring(NEW.reason FROM 4 FOR 16), 'hex')::uuid
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a transition is never changed or removed: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""
LOG_GUARD_BEFORE = """
CREATE OR REPLACE FUNCTION referral_transition_is_a_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transition is never changed or removed: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("referral", "0011_consent_texts")]

    operations = [
        *(
            operation
            for name in RECORDED
            for operation in versioned(f"referral_{name}", f"referral_historical{name}")
        ),
        migrations.RunSQL(LOG_GUARD, LOG_GUARD_BEFORE),
    ]
