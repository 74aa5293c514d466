from django.db import migrations

#: What it may hold at most, in bytes: its salt and the digest of a row, and far more names and ids than a page shows.
#: A thousand such events are one batch of the sequencer, which reads them within its time and its memory.
SMALL = """
ALTER TABLE audit_event ADD CONSTRAINT event_is_small CHECK (
    octet_length(salt) <= 16 AND octet_length(row_digest) <= 32
    AND octet_length(array_to_string(fields, ',', '')) <= 16384
    AND octet_length(detail) <= 262144
) NOT VALID
"""
#: A line of the witness's name and 76 bytes in base64: those that the application adds itself are read every night too.
LINE = """
ALTER TABLE audit_cosignature ADD CONSTRAINT cosignature_is_small CHECK (octet_length(line) <= 4096) NOT VALID
"""


class Migration(migrations.Migration):
    """PostgreSQL stores half a gigabyte that it cannot write out as text: the tree would never come past such an event.

    Those of before are not looked at again: they are never changed, and have their place.
    """

    dependencies = [("audit", "0007_login_of_the_sequencer")]

    operations = [
        migrations.RunSQL(SMALL, "ALTER TABLE audit_event DROP CONSTRAINT event_is_small"),
        migrations.RunSQL(LINE, "ALTER TABLE audit_cosignature DROP CONSTRAINT cosignature_is_small"),
    ]
