"""What the business tables hold, to see that a refusal changed none of it; and what the log says."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from config.logs import JsonFormatter
from crypto.fields import SealedField
from referral.models import Case
from referral.queries.rights import lots
from tests import canary

#: Apart from business: who looked, how often, who was refused, and what one has half typed.
APART = {"audit_event", "referral_draft", "referral_reveals"}


def contents() -> dict[str, str]:
    """A digest of every row of every table of ours, histories and keys included."""
    tables = {model._meta.db_table for app in ("crypto", "partners", "referral") for model in models_of(app)}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables - APART):
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()[0]
    return found


def models_of(app: str) -> Iterable[type]:
    return apps.get_app_config(app).get_models(include_auto_created=True)


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = contents()
    yield
    after = contents()
    assert {table for table in before if before[table] != after[table]} == set()


def log_holds(caplog: pytest.LogCaptureFixture, planted: Iterable[str]) -> list[str]:
    """The planted strings that stand in the log, as our formatter writes it and as any other would."""
    ours, plain = JsonFormatter(), logging.Formatter()
    records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
    text = "\n".join(each.format(record) for record in records for each in (ours, plain))
    return canary.found(planted, text.encode("utf-8", "surrogatepass"))


def values_of(case: Case) -> Iterator[tuple[Any, SealedField[Any, Any]]]:
    """Every sealed column of every row of a case, and of every former version."""
    for model in (lot.model for lot in lots(case)):
        managers = [model._default_manager, *([model.history] if hasattr(model, "history") else [])]
        for row in (row for manager in managers for row in manager.filter(case_id=case.pk)):
            for field in model._meta.concrete_fields:
                if isinstance(field, SealedField):
                    yield row, field
