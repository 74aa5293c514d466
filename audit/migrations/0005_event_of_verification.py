from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The page of the proof reads the last results among millions of events."""

    atomic = False

    dependencies = [("audit", "0004_events_in_tree_order")]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                models.F("scope"),
                models.F("seq"),
                condition=models.Q(("verb", "audit.verify")),
                name="event_of_verification",
            ),
        ),
    ]
