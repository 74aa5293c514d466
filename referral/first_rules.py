"""The rules for regions that come with the software, as far as the field is known (domain §1)."""

import json
from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

DATA = Path(__file__).parent / "data" / "routing_rules.json"


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For migrations: inserts the rules that are missing, each with its first history row. Safe to run again."""
    alias = schema_editor.connection.alias
    rule, history, region = (
        apps.get_model(*name)
        for name in (
            ("referral", "RoutingRule"),
            ("referral", "HistoricalRoutingRule"),
            ("partners", "Region"),
        )
    )
    rows = rule._base_manager.using(alias)
    # A rule without a region counts everywhere.
    regions = {"": None, **dict(region._base_manager.using(alias).values_list("code", "pk"))}
    known = set(rows.values_list("region_id", "profile", "service"))
    wanted = [
        {**values, "region_id": regions[values["region_id"]]}
        for values in json.loads(DATA.read_text(encoding="utf-8"))
        if values["region_id"] in regions
    ]
    new = [rule(**values) for values in wanted if (values["region_id"], values["profile"], "") not in known]
    rows.bulk_create(new)
    columns = [field.attname for field in rule._meta.concrete_fields]
    history._base_manager.using(alias).bulk_create(
        history(history_type="+", history_date=timezone.now(), **{c: getattr(row, c) for c in columns})
        for row in new
    )
