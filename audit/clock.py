"""What time is it? The database answers, for web, workers and tests alike."""

from datetime import datetime
from typing import cast

from django.db import DEFAULT_DB_ALIAS, connections


def now(using: str = DEFAULT_DB_ALIAS) -> datetime:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT relais_now()")
        return cast(datetime, cursor.fetchone()[0])
