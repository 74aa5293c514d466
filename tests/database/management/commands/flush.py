from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS

from tests.database.pristine import put_back


class Command(BaseCommand):
    """Django's tests call it after each test that commits; TRUNCATE is refused to the application."""

    stealth_options = ("interactive", "database", "reset_sequences", "allow_cascade", "inhibit_post_migrate")

    def handle(self, *, database: str, **options: Any) -> None:
        if database == DEFAULT_DB_ALIAS:  # asked for each alias, and they are one database
            put_back()
