"""What `manage.py check --deploy --database default --database audit` asks of an installation.

Django's own questions and the audit's (audit/checks.py) come with it.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

from crypto.errors import KeyUnavailable
from crypto.providers import get_provider
from crypto.rotation import EPOCH_AGE

ROLES = """
    SELECT count(*) FROM pg_roles
    WHERE rolname IN ('relais_owner', 'relais_app', 'relais_sequencer', 'relais_audit_owner')
"""
# The login behind the role: `SET ROLE NONE` would bring it back.
LOGIN_COULD_ALTER = """
    SELECT session_user <> current_user AND EXISTS (
        SELECT FROM pg_roles
        WHERE rolname IN ('relais_audit_owner', 'relais_sequencer') AND pg_has_role(session_user, oid, 'MEMBER'))
"""
PARAMETERS = {"log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0"}


@register(Tags.security, deploy=True)
def check_environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    if settings.DEVELOPMENT:
        yield Error("RELAIS_ENVIRONMENT is development.", id="relais.E001")
    if settings.RELAIS_DEMONSTRATION:
        yield Error("The demonstration is on.", id="relais.E002")
    if not settings.RELAIS_ORIGIN.startswith("https://"):
        yield Error("RELAIS_ORIGIN, the address in mails, is not an https:// address.", id="relais.E005")
    if settings.RELAIS_GATEWAY_URL and not settings.RELAIS_GATEWAY_URL.startswith("https://"):
        yield Error("RELAIS_GATEWAY_URL is not an https:// address.", id="relais.E006")


@register(Tags.security, deploy=True)
def check_key_file(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Whoever takes a copy of the code or of the database must not have the key with it."""
    used = {settings.RELAIS_KEY_PROVIDER, settings.RELAIS_KEY_FORMER}
    if "file" in used:
        yield from _check_key_file(settings.RELAIS_KEY_FILE)
    # The application needs the keys, and not the sealed file: that belongs to the agent.
    if "sealed" in used and not settings.RELAIS_KEY_AGENT.is_socket():
        yield Error("RELAIS_KEY_AGENT does not name the socket of a key agent.", id="relais.E007")
    if "vault" in used and not settings.RELAIS_VAULT["url"].startswith("https://"):
        yield Error("RELAIS_VAULT_URL is not an https:// address.", id="relais.E008")
    if used - {"", "file", "sealed", "vault"}:
        yield Error("RELAIS_KEY_PROVIDER is file, sealed or vault.", id="relais.E009")


def _check_key_file(path: Path) -> Iterable[CheckMessage]:
    if not path.is_file():
        yield Error("RELAIS_KEY_FILE does not name a file.", id="relais.E003")
        return
    for folder in (settings.BASE_DIR, settings.STATE):
        if path.resolve().is_relative_to(folder.resolve()):
            yield Error(f"RELAIS_KEY_FILE lies inside {folder}.", id="relais.E004")


@register(Tags.security, deploy=True)
def check_epoch(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """An erased case comes back with an older dump as long as the epoch exists that wrapped its keys."""
    try:
        status = get_provider().status()
    except KeyUnavailable:
        return  # `check_key_file` has said so, or people have yet to open them
    if datetime.now(UTC) > status.epochs[status.kek_id] + EPOCH_AGE:
        yield Warning(
            f"The active epoch of the keys is older than {EPOCH_AGE.days} days: `manage.py keys rotate`.",
            id="relais.W003",
        )


@register(Tags.database, deploy=True)
def check_server(databases: Sequence[str] | None = None, **kwargs: Any) -> Iterable[CheckMessage]:
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                yield from _ask(cursor)
        except DatabaseError as error:
            yield Error(f"The database '{alias}' does not answer: {str(error).strip()}", id="relais.E010")


def _ask(cursor: Any) -> Iterable[CheckMessage]:
    cursor.execute(ROLES)
    if cursor.fetchone() != (4,):
        yield Error("The roles of the database are missing.", hint="Run config/roles.sql.", id="relais.E011")
    cursor.execute(LOGIN_COULD_ALTER)
    if cursor.fetchone() == (True,):
        yield Warning(
            "The login of DATABASE_URL could leave the role relais_app and alter the audit or its tree.",
            hint="Give the application a login of its own that is a member of relais_app only.",
            id="relais.W012",
        )
    for name, wanted in PARAMETERS.items():
        cursor.execute("SELECT current_setting(%s)", [name])
        if cursor.fetchone() != (wanted,):
            yield Error(
                f"PostgreSQL's {name} is not {wanted}: names of victims would reach its log.",
                hint=f"ALTER SYSTEM SET {name} = {wanted}",
                id="relais.E013",
            )
