"""Regions, departments and code lists that come with the software; what a ministry changed since is left alone."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

DATA = Path(__file__).parent / "data"


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For migrations: inserts what is missing, by its natural key, and updates nothing. Safe to run again."""
    loader = Loader(apps, schema_editor.connection.alias)
    loader.insert("Region", ["code"], ({"code": row["code"], "name": row["name"]} for row in rows("regions")))
    regions = {region.code: region for region in loader.all("Region")}
    loader.insert(
        "Department",
        ["region", "name"],
        ({"region": regions[row["region"]], "name": row["name"]} for row in rows("departments")),
    )
    loader.insert("Code", ["list", "code"], (code(row) for row in rows("codes")))


def code(row: Mapping[str, str]) -> dict[str, Any]:
    return {**row, "rank": int(row["rank"]), "active": row["active"] == "yes"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Loader:
    """Migrations see models without our `save`, so the first history row is written here."""

    def __init__(self, apps: Apps, alias: str) -> None:
        self.apps, self.alias = apps, alias

    def all(self, name: str) -> Any:
        return self.apps.get_model("partners", name)._base_manager.using(self.alias)

    def insert(self, name: str, key: list[str], wanted: Iterable[dict[str, Any]]) -> None:
        model = self.apps.get_model("partners", name)
        known = {tuple(getattr(row, part) for part in key) for row in self.all(name)}
        new = [model(**values) for values in wanted if tuple(values[part] for part in key) not in known]
        self.all(name).bulk_create(new)
        history = self.apps.get_model("partners", f"Historical{name}")
        columns = [field.attname for field in model._meta.concrete_fields]
        self.all(f"Historical{name}").bulk_create(
            history(history_type="+", history_date=timezone.now(), **{c: getattr(row, c) for c in columns})
            for row in new
        )
