"""Under which epoch do the data keys lie, and how do they come under the next one? No sealed value is touched.

An erased case can come back with an older dump as long as the epoch exists that wrapped its keys (security.md §2.8):
so every epoch ends, once the last backup made in it has.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, router
from django.db.models import Count, Min

from crypto.keyring import wrapping_context
from crypto.models import DataKey
from crypto.providers import KeyProvider, WrappedKey

BATCH = 500
#: A new epoch at least so often, and when somebody leaves who could reach the key (security.md §2.7).
EPOCH_AGE = timedelta(days=90)
SWAP = """
UPDATE crypto_datakey k SET kek_id = %s, wrapped = n.wrapped
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS n (id, former, wrapped)
WHERE k.id = n.id AND k.wrapped = n.former
"""


@dataclass
class Epoch:
    kek_id: str
    #: None: data keys name it, and the provider does not have it.
    made_at: datetime | None
    active: bool
    #: How many data keys it wraps, by kind of scope.
    keys: Counter[str] = field(default_factory=Counter)
    oldest: datetime | None = None


def epochs(provider: KeyProvider) -> list[Epoch]:
    """The newest first; those that only data keys name at the end."""
    status = provider.status()
    newest_first = sorted(status.epochs.items(), key=lambda each: each[1], reverse=True)
    found = {name: Epoch(name, made_at, name == status.kek_id) for name, made_at in newest_first}
    counted = DataKey.objects.values("kek_id", "scope_kind").annotate(
        count=Count("pk"), oldest=Min("created_at")
    )
    for row in counted.order_by("kek_id", "scope_kind"):
        epoch = found.setdefault(row["kek_id"], Epoch(row["kek_id"], None, active=False))
        epoch.keys[row["scope_kind"]] = row["count"]
        epoch.oldest = min(epoch.oldest or row["oldest"], row["oldest"])
    return list(found.values())


def rewrap(provider: KeyProvider) -> tuple[Counter[str], int]:
    """Brings every data key under the active epoch, a batch at a time; begun anew, it takes up where it stopped.

    What another process changes or destroys meanwhile stays as that process left it.

    Returns:
        how many keys left each epoch, and how many cannot be unwrapped at all.
    """
    moved: Counter[str] = Counter()
    while True:
        before, unreadable = moved.total(), 0
        for batch in _batches(provider.kek_id):
            unreadable += _rewrap(provider, batch, moved)
        if moved.total() == before:  # a request that had begun before may have made one more
            return moved, unreadable


def _batches(active: str) -> Iterator[list[DataKey]]:
    last = UUID(int=0)
    rows = DataKey.objects.exclude(kek_id=active).filter(recipient_kind="kek").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _rewrap(provider: KeyProvider, batch: list[DataKey], moved: Counter[str]) -> int:
    keys = [WrappedKey(bytes(row.wrapped), row.kek_id, wrapping_context(row.scope, row.pk)) for row in batch]
    kek_id, rewrapped = provider.rewrap(keys)
    fresh = [
        (row.pk, key.wrapped, wrapped)
        for row, key, wrapped in zip(batch, keys, rewrapped, strict=True)
        if wrapped is not None
    ]
    if fresh:
        with connections[router.db_for_write(DataKey)].cursor() as cursor:
            cursor.execute(SWAP, [kek_id, *map(list, zip(*fresh, strict=True))])
    moved.update(key.kek_id for key, wrapped in zip(keys, rewrapped, strict=True) if wrapped is not None)
    return len(batch) - len(fresh)
