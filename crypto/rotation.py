"""Under which epoch do the data keys lie, and how do they come under the next one? No sealed value is touched.

An erased case can come back with an older dump as long as the epoch exists that wrapped its keys (security.md §2.8):
so every epoch ends, once the last backup made in it has.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, router, transaction
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
RETURNING k.id
"""


@dataclass
class Epoch:
    kek_id: str
    #: None: data keys name it, and the provider does not have it.
    made_at: datetime | None
    active: bool
    #: How many data keys it wraps, by kind of scope.
    keys: Counter[str] = field(default_factory=Counter)
    #: And by version of the data key: 2 and above came by the rotation of a case.
    versions: Counter[int] = field(default_factory=Counter)
    oldest: datetime | None = None


def epochs(provider: KeyProvider) -> list[Epoch]:
    """The newest first; those that only data keys name at the end."""
    status = provider.status()
    newest_first = sorted(status.epochs.items(), key=lambda each: each[1], reverse=True)
    found = {name: Epoch(name, made_at, name == status.kek_id) for name, made_at in newest_first}
    counted = DataKey.objects.values("kek_id", "scope_kind", "version").annotate(
        count=Count("pk"), oldest=Min("created_at")
    )
    for row in counted.order_by("kek_id", "scope_kind", "version"):
        epoch = found.setdefault(row["kek_id"], Epoch(row["kek_id"], None, active=False))
        epoch.keys[row["scope_kind"]] += row["count"]
        epoch.versions[row["version"]] += row["count"]
        epoch.oldest = min(epoch.oldest or row["oldest"], row["oldest"])
    return list(found.values())


@contextmanager
def closed(kek_id: str) -> Iterator[int]:
    """Gives how many data keys lie under an epoch. Inside, no key is made, and what had begun before has ended.

    Raises OperationalError when somebody's work does not end in time.
    """
    alias = router.db_for_write(DataKey)
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("LOCK TABLE crypto_datakey IN SHARE MODE")
        yield DataKey.objects.using(alias).filter(kek_id=kek_id).count()


def rewrap(provider: KeyProvider) -> tuple[Counter[str], int]:
    """Brings every data key under the active epoch, a batch at a time; begun anew, it takes up where it stopped.

    What another process changes or destroys meanwhile stays as that process left it.

    Returns:
        how many keys left each epoch, and how many cannot be unwrapped at all.
    """
    moved: Counter[str] = Counter()
    while True:
        tried = unreadable = 0
        for batch in _batches(provider.kek_id):
            opened = _rewrap(provider, batch, moved)
            tried, unreadable = tried + opened, unreadable + len(batch) - opened
        if not tried:  # else a request that had begun before may have made one more
            return moved, unreadable


def _batches(active: str) -> Iterator[list[DataKey]]:
    last = UUID(int=0)
    rows = DataKey.objects.exclude(kek_id=active).filter(recipient_kind="kek").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _rewrap(provider: KeyProvider, batch: list[DataKey], moved: Counter[str]) -> int:
    """Gives how many were opened: each of them is under another epoch now, by this process or by another one."""
    keys = [WrappedKey(bytes(row.wrapped), row.kek_id, wrapping_context(row.scope, row.pk)) for row in batch]
    kek_id, rewrapped = provider.rewrap(keys)
    fresh = {
        row.pk: (key.kek_id, key.wrapped, wrapped)
        for row, key, wrapped in zip(batch, keys, rewrapped, strict=True)
        if wrapped is not None
    }
    if fresh:
        _formers, before, after = map(list, zip(*fresh.values(), strict=True))
        with connections[router.db_for_write(DataKey)].cursor() as cursor:
            cursor.execute(SWAP, [kek_id, list(fresh), before, after])
            moved.update(fresh[pk][0] for (pk,) in cursor.fetchall())
    return len(fresh)
