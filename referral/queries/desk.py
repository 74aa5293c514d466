"""The inbox in one statement of fixed text.

The list that is read most often must cost little: the ORM would compile some 150 columns of five models anew for each
request, and load them for rows of which a page shows eight. Here the desk's first grants are taken from their index,
and only then is anything joined to them, so the cost does not depend on how much there is.
"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from crypto.scopes import ScopeKind
from partners.models import Organisation, Region
from referral.enums import Side
from referral.models import Preview, Referral, ReferralGrant

#: What is loaded of each model; anything else would be fetched by a query of its own.
LOADED: tuple[tuple[str, type[models.Model], tuple[str, ...]], ...] = (
    ("g", ReferralGrant, ("id", "group_id", "content_object_id", "side", "seq", "state", "due_at")),
    (
        "r",
        Referral,
        (
            *("id", "reference", "case_id", "state", "service", "urgency", "sex", "is_child"),
            *("referring_organisation_id", "receiving_organisation_id", "worker_id"),
        ),
    ),
    ("o", Organisation, ("id", "name", "group_id")),
    ("p", Preview, ("id", "referral_id", "case_id", "age_band", "region_id", "risk", "details")),
    ("a", Region, ("id", "code", "name")),
)
KEY = ("id", "kek_id", "wrapped")

STATEMENT = """
SELECT {columns} FROM (
    SELECT * FROM referral_referralgrant
    WHERE group_id = %(group)s AND side = %(side)s AND due_at IS NOT NULL {after}
    ORDER BY due_at, content_object_id LIMIT %(limit)s
) g
JOIN referral_referral r ON r.id = g.content_object_id
JOIN partners_organisation o ON o.id = r.referring_organisation_id
JOIN referral_preview p ON p.referral_id = r.id
JOIN partners_region a ON a.id = p.region_id
LEFT JOIN LATERAL (
    SELECT * FROM crypto_datakey
    WHERE scope_kind = %(kind)s AND scope_id = r.id AND recipient_kind = 'kek' ORDER BY version DESC LIMIT 1
) k ON true
ORDER BY g.due_at, g.content_object_id
"""
AFTER = "AND (due_at, content_object_id) > (%(due_at)s, %(pk)s)"


def first_of_desk(
    group: int | None, limit: int, *, due_at: datetime | None = None, pk: UUID | None = None
) -> list[ReferralGrant]:
    """The desk's open grants by deadline, after (`due_at`, `pk`) where given.

    Each carries `content_object` (a Referral with `referring_organisation` and `preview.region`) and the columns of its
    key as `key_id`, `key_kek_id`, `key_wrapped`.
    """
    values = {"group": group, "side": Side.RECEIVING, "limit": limit, "kind": ScopeKind.EXCHANGE}
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_statement(pk is not None), values | {"due_at": due_at, "pk": pk})
        return [_grant(row) for row in cursor.fetchall()]


@cache
def _statement(after: bool) -> str:
    columns = [f"{alias}.{field.column}" for alias, model, names in LOADED for field in _fields(model, names)]
    columns += [f"k.{name}" for name in KEY]
    return STATEMENT.format(columns=", ".join(columns), after=AFTER if after else "")


@cache
def _fields(model: type[models.Model], names: tuple[str, ...]) -> list[Any]:
    """In the model's own order, which is the order that `from_db` expects."""
    return [field for field in model._meta.concrete_fields if field.attname in names]


def _grant(row: tuple[Any, ...]) -> ReferralGrant:
    grant, referral, organisation, preview, region = _objects(row)
    preview.region, referral.preview = region, preview
    referral.referring_organisation = organisation
    grant.content_object = referral
    grant.key_id, grant.key_kek_id, grant.key_wrapped = row[-len(KEY) :]
    return grant  # type: ignore[no-any-return]


def _objects(row: tuple[Any, ...]) -> list[Any]:
    values, made = iter(row), []
    for _alias, model, names in LOADED:
        stored = [_read(field, next(values)) for field in _fields(model, names)]
        made.append(model.from_db(DEFAULT_DB_ALIAS, names, stored))
    return made


def _read(field: Any, value: Any) -> Any:
    """Sealed values stay sealed: the field wraps what the database gives, as for any query."""
    return field.from_db_value(value, None, None) if hasattr(field, "from_db_value") else value
