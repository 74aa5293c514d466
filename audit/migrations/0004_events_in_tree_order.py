from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Beside those who write events: an installation may have millions of them already."""

    atomic = False

    dependencies = [("audit", "0003_tree")]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(models.F("xid"), models.F("seq"), name="event_in_tree_order"),
        ),
    ]
