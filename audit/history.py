"""What did the row look like? Each version of it, copied as it is stored: sealed."""

import uuid
from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _
from psycopg.sql import SQL, Identifier
from simple_history.models import HistoricalRecords

from audit import sitting
from crypto.fields import CodeField


class HistoryRow(models.Model):
    """What a history table holds beside the copied columns."""

    history_id = models.BigAutoField(primary_key=True)
    history_date = models.DateTimeField(editable=False)
    history_type = CodeField(
        max_length=1, choices=(("+", _("created")), ("~", _("changed")), ("-", _("deleted"))), editable=False
    )
    history_by = models.UUIDField(null=True, editable=False)

    instance_type: ClassVar[type[models.Model]]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.instance_type._meta.verbose_name} {self.history_id}"

    @property
    def instance(self) -> models.Model:
        """The row as it was, with its sealed values still sealed."""
        stored = [
            field for field in self.instance_type._meta.concrete_fields if field.attname in self.__dict__
        ]
        past = self.instance_type.from_db(
            self._state.db, [f.attname for f in stored], [self.__dict__[f.attname] for f in stored]
        )
        past._history = self  # type: ignore[attr-defined]  # simple-history's own mark of a past instance
        return past


class SealedHistory(HistoricalRecords):  # type: ignore[misc, unused-ignore]  # it has no types
    """simple-history, with rows copied inside the database.

    So they hold the stored bytes, nothing is decrypted, and they cannot say anything else than the
    row does: an attribute that was set but left out of `update_fields` does not enter history.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(bases=(HistoryRow,), **options)

    def add_extra_methods(self, cls: type[models.Model]) -> None:
        """Leaves out `save_without_historical_record`: the database would refuse it."""

    def get_extra_fields(self, model: type[models.Model], fields: object) -> dict[str, Any]:
        return {"instance_type": model}

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        fields: dict[str, Any] = super().copy_fields(model)
        fields[model._meta.pk.name].db_index = False  # the constraint below begins with it
        return fields

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        # By number, not by date: two versions of one transaction have the same date.
        options: dict[str, Any] = super().get_meta_options(model)
        return options | {
            "ordering": ("-history_id",),
            "get_latest_by": "history_id",
            "indexes": (),
            "constraints": (
                models.UniqueConstraint(
                    fields=(model._meta.pk.name, "version", "history_type"),
                    name=f"{model._meta.label_lower.replace('.', '_')}_one_history_row",
                ),
            ),
        }

    def pre_delete(self, instance: models.Model, using: str | None = None, **kwargs: object) -> None:
        self.create_historical_record(instance, "-", using)

    def post_delete(self, instance: models.Model, using: str | None = None, **kwargs: object) -> None:
        """Does nothing: the row was still there for `pre_delete`."""

    def create_historical_record(
        self, instance: models.Model, history_type: str, using: str | None = None
    ) -> None:
        with connections[using or DEFAULT_DB_ALIAS].cursor() as cursor:
            values = [history_type, sitting.current().who.actor_id, instance.pk]
            cursor.execute(_copying(self, type(instance)), values)


@cache
def _copying(records: SealedHistory, model: type[models.Model]) -> str:
    """One statement of fixed text for each model: every change runs it."""
    history: type[HistoryRow] = getattr(model, records.manager_name).model
    query = SQL(
        "INSERT INTO {history} ({columns}, history_date, history_type, history_by)"
        " SELECT {columns}, relais_now(), %s, %s::uuid FROM {table} WHERE {key} = %s"
    ).format(
        history=Identifier(history._meta.db_table),
        columns=SQL(", ").join(Identifier(str(field.column)) for field in records.fields_included(model)),
        table=Identifier(model._meta.db_table),
        key=Identifier(str(model._meta.pk.column)),
    )
    return query.as_string()


class Recorded(models.Model):
    """A row whose every version is kept.

    Declare the triggers with `audit.triggers.versioned` in the migration that makes the table: they
    refuse `update()`, `bulk_update`, `bulk_create`, a stale instance and raw SQL. Save inside
    `transaction.atomic` and a sitting.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    history = SealedHistory(inherit=True)

    #: Rows of this model come with the software: their first version has a history row, and no event.
    LOADED_BY_MIGRATION: ClassVar[bool] = False
    #: Columns that a migration gave to rows that were there, with a default, in order: what was said of a row before
    #: knows nothing of them. (A nullable one needs no mention: a digest leaves NULL out.)
    ADDED_WITH_DEFAULT: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        if update_fields is not None:
            update_fields = set(update_fields)
            if not update_fields:
                return
            update_fields.add("version")
        before = self.version
        if not self._state.adding:
            self.version = before + 1
        try:
            super().save(
                force_insert=force_insert,
                force_update=force_update,
                using=using,
                update_fields=update_fields,
            )
        except BaseException:
            self.version = before  # so that a corrected form can be saved again
            raise
