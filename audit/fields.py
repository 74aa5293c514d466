"""Two columns that PostgreSQL alone fills."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, Value
from django.db.models.expressions import DatabaseDefault


class IdentityField(models.BigIntegerField):  # type: ignore[type-arg]  # no arguments at run time
    """GENERATED ALWAYS AS IDENTITY, but no primary key (Django's AutoField must be one)."""

    db_returning = True

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint GENERATED ALWAYS AS IDENTITY"

    def cast_db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "bigint"

    def pre_save(self, model_instance: Model, add: bool) -> Any:
        return DatabaseDefault(Value(None), output_field=self)


class Xid8Field(models.Field):  # type: ignore[type-arg]
    """The transaction that wrote the row: events are put into the tree in this order."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


class CurrentTransaction(Func):
    function = "pg_current_xact_id"
    output_field = Xid8Field()


class RelaisNow(Func):
    """The database's clock with `relais.clock_offset`; see `audit.clock`."""

    function = "relais_now"
    output_field = models.DateTimeField()
