from typing import Any

from django.core.management.base import BaseCommand

from tests.database.pristine import put_back


class Command(BaseCommand):
    """Django's tests call it after each test that commits; TRUNCATE is refused to the application."""

    stealth_options = ("interactive", "database", "reset_sequences", "allow_cascade", "inhibit_post_migrate")

    def handle(self, **options: Any) -> None:
        put_back()
