"""The consent texts that come with the software; what coordination has changed since is left alone."""

import json
from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

DATA = Path(__file__).parent / "data" / "consent_texts.json"


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For migrations: inserts the texts that are missing, each with its first history row. Safe to run again."""
    alias = schema_editor.connection.alias
    text = apps.get_model("referral", "ConsentText")
    history = apps.get_model("referral", "HistoricalConsentText")
    rows = text._base_manager.using(alias)
    known = set(rows.values_list("language", "listener"))
    new = [
        text(**values)
        for values in json.loads(DATA.read_text(encoding="utf-8"))
        if (values["language"], values["listener"]) not in known
    ]
    rows.bulk_create(new)
    columns = [field.attname for field in text._meta.concrete_fields]
    history._base_manager.using(alias).bulk_create(
        history(history_type="+", history_date=timezone.now(), **{c: getattr(row, c) for c in columns})
        for row in new
    )
