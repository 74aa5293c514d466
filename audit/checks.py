"""Can the audit be trusted on this database? Asked by `check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from audit.errors import NoteRefused
from audit.models import Checkpoint, Cosignature, Event, Leaf, Node
from audit.tree import log_verifier
from audit.witnessing import witnesses

WRITTEN_ONCE = (Event, Leaf, Node, Checkpoint, Cosignature)


@register(Tags.database, deploy=True)
def clock_is_true(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The clock of the database {alias!r} is shifted.",
            hint="Remove the setting relais.clock_offset: it is for tests and the demonstration only.",
            id="audit.E001",
        )
        for alias in databases or ()
        if _one(alias, "SELECT coalesce(current_setting('relais.clock_offset', true), '')") != ""
    ]


@register(Tags.database, deploy=True)
def audit_is_append_only(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    question = "SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE, TRIGGER')"
    return [
        Error(
            f"The login of the database {alias!r} may rewrite the audit.",
            hint="Make the roles with config/roles.sql and connect as relais_app or with -c role=relais_app.",
            id="audit.E002",
        )
        for alias in databases or ()
        if any(_one(alias, question, model._meta.db_table) for model in WRITTEN_ONCE)
    ]


@register(Tags.database, deploy=True)
def tree_is_written_by_another(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    question = "SELECT has_any_column_privilege(%s, 'INSERT')"
    return [
        Error(
            f"The login of the database {alias!r} may write the tree of the audit.",
            hint="The web server and the worker connect as relais_app; relais_sequencer is for `audit sequence` alone.",
            id="audit.E004",
        )
        for alias in databases or ()
        if any(_one(alias, question, model._meta.db_table) for model in (Leaf, Node, Checkpoint))
    ]


@register(Tags.security, deploy=True)
def somebody_vouches(**kwargs: Any) -> list[CheckMessage]:
    try:
        log_verifier()
        witnesses()
    except NoteRefused as reason:
        return [
            Warning(
                str(reason),
                hint="Run the signer and set RELAIS_LOG_KEY to its vkey (docs/operations.md).",
                id="audit.W003",
            )
        ]
    return []


def _one(alias: str, sql: str, *parameters: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]
