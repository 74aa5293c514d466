"""How does a case come under new data keys while people go on working? Value by value, each written down.

Both versions of a key open meanwhile. A live row gets a new version, as by any other change, under its lock; its
former versions are put under the new key where they lie, if nobody has changed them meanwhile. The event of each
holds the digest before and after, so that every version can still be verified (decision 20).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Model
from psycopg.sql import SQL, Composed, Identifier

from audit.digest import row_digest
from audit.enums import Verb
from audit.history import Recorded
from audit.rows import write
from audit.services import record
from crypto import keyring
from crypto.fields import SealedField, as_stored
from crypto.models import DataKey
from crypto.sealed import HEADER

#: A request that began before the new key was made may seal by the former one: it is destroyed no earlier.
LONGEST_WORK = timedelta(hours=1)


class NoKeys(Exception):
    """The case has no data key: it does not exist, or it was erased, perhaps meanwhile."""


@dataclass
class Resealed:
    #: Scopes that got a new key in this run; none where an earlier run is finished.
    renewed: int = 0
    rows: int = 0
    versions: int = 0
    destroyed: int = 0
    #: Former keys that wait for their end: run it again after `LONGEST_WORK`.
    waiting: int = 0


def reseal_case(case_id: UUID, *, at: datetime) -> Resealed:
    """Puts every sealed value of the case under a new version of its key. Run again, it finishes what was begun.

    Raises NoKeys, the errors of the key, and Tampered: what cannot be opened keeps its key.
    """
    done = Resealed()
    with transaction.atomic():
        keys = list(DataKey.objects.select_for_update().filter(case_id=case_id).order_by("version"))
        if not keys:
            raise NoKeys
        newest = {key.scope: key for key in keys}
        if len(newest) == len(keys):
            for scope in newest:
                keyring.current().renew(scope)
            done.renewed = len(newest)
    keys = list(DataKey.objects.filter(case_id=case_id).order_by("version"))
    newest = {key.scope: key for key in keys}
    former = [key for key in keys if newest[key.scope].pk != key.pk]
    keyring.current().prime_scopes(newest)
    names = [key.pk.bytes for key in former]
    for model in sealed_models(history=False):
        done.rows += sum(_reseal_row(model, pk, case_id) for pk in values_under(model, names, case_id))
    for model in sealed_models(history=True):
        done.versions += sum(
            _reseal_version(model, pk, case_id) for pk in values_under(model, names, case_id)
        )
    _retire(former, newest, case_id, at, done)
    return done


def sealed_models(*, history: bool) -> Iterator[type[Model]]:
    for label in settings.RELAIS_APPS:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            if hasattr(model, "instance_type") == history and sealed_fields(model):
                yield model


def sealed_fields(model: type[Model]) -> list[SealedField[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def values_under(model: type[Model], keys: list[bytes], case_id: UUID) -> list[Any]:
    """Rows that hold a value sealed by one of these keys: its header says so, wherever the case stands in the model."""
    named: list[Composed | SQL] = [
        SQL("substring({column} FROM %s FOR 16) = ANY(%s)").format(column=Identifier(str(field.column)))
        for field in sealed_fields(model)
    ]
    values: list[Any] = [value for _field in named for value in (len(HEADER) + 1, keys)]
    query = SQL("SELECT {pk} FROM {table} WHERE ({named})").format(
        pk=Identifier(str(model._meta.pk.column)),
        table=Identifier(model._meta.db_table),
        named=SQL(" OR ").join(named),
    )
    if "case_id" in {field.column for field in model._meta.concrete_fields}:
        query, values = query + SQL(" AND case_id = %s"), [*values, case_id]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


def _resealed(row: Model) -> list[str]:
    return [field.name for field in sealed_fields(type(row)) if field.reseal(row)]


def _require_keys(case_id: UUID) -> None:
    """Whoever has the keys in memory could go on, and write under keys that nobody has any more."""
    if not DataKey.objects.filter(case_id=case_id).exists():
        raise NoKeys


@transaction.atomic
def _reseal_row(model: type[Model], pk: UUID, case_id: UUID) -> int:
    _require_keys(case_id)
    row = model._base_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        return 0
    if not isinstance(row, Recorded):
        return _swap(row, case_id)
    fields = _resealed(row)
    if fields:
        write(row, Verb.KEY_ROTATE, fields=fields, case_id=case_id)
    return bool(fields)


@transaction.atomic
def _reseal_version(model: type[Model], pk: int, case_id: UUID) -> int:
    _require_keys(case_id)
    row = model._base_manager.filter(pk=pk).first()
    return 0 if row is None else _swap(row, case_id)


def _swap(row: Model, case_id: UUID) -> int:
    """Compares and swaps: what somebody else has changed meanwhile is left to the next run."""
    with as_stored():
        stood = {field.name: getattr(row, field.name) for field in sealed_fields(type(row))}
    was = row_digest(row)
    fields = _resealed(row)
    with as_stored():
        fresh = {name: getattr(row, name) for name in fields}
    same = type(row)._base_manager.filter(pk=row.pk, **{name: stood[name] for name in fields})
    if not fields or not same.update(**fresh):
        return 0
    record(Verb.KEY_ROTATE, row, fields=fields, case_id=case_id, detail={"was": was.hex()})
    return 1


def _retire(
    former: Iterable[DataKey], newest: dict[Any, DataKey], case_id: UUID, at: datetime, done: Resealed
) -> None:
    """Destroys the former keys that seal nothing any more, and can seal nothing any more."""
    former = list(former)
    models = [*sealed_models(history=False), *sealed_models(history=True)]

    def seal(keys: list[DataKey]) -> bool:
        names = [key.pk.bytes for key in keys]
        return any(values_under(model, names, case_id) for model in models)

    some_seal = seal(former)  # asked for all first: mostly none does any more
    for key in former:
        successor = newest[key.scope]
        used = some_seal and seal([key])
        if used or at < successor.created_at + LONGEST_WORK:
            done.waiting += 1
        else:
            done.destroyed += DataKey.objects.filter(pk=key.pk).delete()[0]
