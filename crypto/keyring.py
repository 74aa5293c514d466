"""The data keys of one request or one job. Outside an open keyring nothing is sealed and nothing opens."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.db import connections, models, router, transaction

from crypto.errors import KeyDestroyed, KeyringClosed, Tampered
from crypto.models import DataKey
from crypto.providers import KEY_LENGTH, KeyProvider, WrappedKey, get_provider
from crypto.scopes import OF_A_CASE, Scope, ScopeKind
from crypto.sealed import OpenedKey, Sealed, length_prefixed

PURPOSE: Final = b"rcm/key/v1"
#: Order of the columns that `Keyring.add_wrapped` takes.
WRAPPED_COLUMNS: Final = ("id", "scope_kind", "scope_id", "case_id", "kek_id", "wrapped")
#: A page asks it for each of dozens of keys.
KINDS: Final = {kind.value: kind for kind in ScopeKind}
WrappedRow = tuple[UUID, str, UUID, UUID | None, str, bytes]
#: Of fixed text, because every page that shows something sealed asks it.
OF_SCOPES: Final = """
SELECT id, scope_kind, scope_id, case_id, kek_id, wrapped FROM crypto_datakey
WHERE (scope_kind, scope_id) IN (SELECT * FROM unnest(%s::text[], %s::uuid[])) AND recipient_kind = 'kek'
ORDER BY version
"""


class _Witness:
    """Tells whether the transaction in which something was learnt still stands, or has committed.

    Django drops the on-commit hooks of a savepoint that is rolled back, so the hook itself is the evidence.
    It knows the savepoints of `atomic` only: nobody may set others by hand.
    """

    def __init__(self) -> None:
        self._alias = router.db_for_write(DataKey)
        self._committed = False
        transaction.on_commit(self, using=self._alias)

    def __call__(self) -> None:
        self._committed = True

    def stands(self) -> bool:
        return self._committed or any(hook[1] is self for hook in connections[self._alias].run_on_commit)


@dataclass(frozen=True, slots=True)
class _Active:
    dek_id: UUID
    witness: _Witness


@dataclass(frozen=True, slots=True)
class _Waiting:
    scope: Scope
    key: WrappedKey


class Keyring:
    def __init__(self, provider: KeyProvider | None = None) -> None:
        self.given = provider
        self._closed = False
        self._waiting: dict[UUID, _Waiting] = {}
        # By the id as it stands in a stored value: this is looked up for every field of a page.
        self._opened: dict[bytes, OpenedKey] = {}
        self._active: dict[Scope, _Active] = {}
        self._made: dict[bytes, _Witness] = {}
        self._revealed: list[tuple[str, object]] = []
        #: how many data keys the provider has unwrapped, for the audit
        self.unwraps = 0

    @cached_property
    def provider(self) -> KeyProvider:
        # Found at first need: a page that shows nothing sealed still works when the key is away.
        return self.given or get_provider()

    def sealing_key(self, scope: Scope) -> tuple[UUID, AESGCMSIV]:
        """The key that seals new values of a scope, made when there is none."""
        key = self.key_for(scope)
        return key.dek_id, key.aead

    def opening_key(self, dek_id: UUID, scope: Scope) -> AESGCMSIV:
        """The key named in a stored value's header. Raises KeyDestroyed, Tampered, KeyUnavailable."""
        return self._checked(self._opened.get(dek_id.bytes) or self._open(dek_id), scope).aead

    def key_for(self, scope: Scope) -> OpenedKey:
        """As `sealing_key`, with what the key binds to each value."""
        self._require_open()
        active = self._active.get(scope)
        if active is None or not active.witness.stands():
            self._learn([scope])
            active = self._active.get(scope) or self._make(scope)
        return self._checked(self._opened.get(active.dek_id.bytes) or self._open(active.dek_id), scope)

    def renew(self, scope: Scope) -> None:
        """Makes the next version of the key of a scope: it seals from now on, the former ones open what they sealed."""
        self._require_open()
        newest = DataKey.objects.filter(scope_kind=scope.kind, scope_id=scope.id).aggregate(
            models.Max("version")
        )
        self._make(scope, (newest["version__max"] or 0) + 1)
        # Before it counts: one that was wrapped by an epoch that ends meanwhile would seal, and open nothing.
        self.key_for(scope)

    def key_of(self, sealed: Sealed, scope: Scope) -> OpenedKey:
        """As `opening_key`, with what the key binds to each value."""
        return self._checked(self._opened.get(sealed.key_id) or self._open(sealed.dek_id), scope)

    def prime(self, dek_ids: Iterable[UUID]) -> None:
        """Loads the keys of a page in one query and one unwrap."""
        self._require_open()
        missing = {key for key in dek_ids if key.bytes not in self._opened and key not in self._waiting}
        if missing:
            self.add_wrapped(_rows(models.Q(id__in=missing)))
        self._unwrap()

    def prime_scopes(self, scopes: Iterable[Scope]) -> None:
        """Loads every key of these scopes in one query and one unwrap."""
        self._require_open()
        if wanted := set(scopes):
            self._learn(wanted)
        self._unwrap()

    def add_wrapped(self, rows: Iterable[WrappedRow]) -> None:
        """Takes keys as they are stored, in the order of WRAPPED_COLUMNS."""
        self._require_open()
        for dek_id, kind, scope_id, case_id, kek_id, wrapped in rows:
            if dek_id.bytes not in self._opened:
                scope = _scope(kind, scope_id, case_id)
                key = WrappedKey(bytes(wrapped), kek_id, wrapping_context(scope, dek_id))
                self._waiting[dek_id] = _Waiting(scope, key)

    def is_lost(self, sealed: Sealed) -> bool:
        """Whether this keyring sealed the value by a key that went with a rolled-back transaction."""
        witness = self._made.get(sealed.key_id)
        if witness is None or witness.stands():
            return False
        return not DataKey.objects.filter(id=sealed.dek_id).exists()

    @contextmanager
    def revealing(self, instance: models.Model) -> Iterator[None]:
        """Secret fields of this row open inside; the caller has recorded the reveal."""
        self._require_open()
        row = _row(instance)
        self._revealed.append(row)
        try:
            yield
        finally:
            self._revealed.remove(row)

    def is_revealed(self, instance: models.Model) -> bool:
        return _row(instance) in self._revealed

    def destroy_scope(self, scope: Scope) -> int:
        """Deletes the keys of a scope: what they sealed is gone once this commits. Gives their number."""
        return self._destroy(models.Q(scope_kind=scope.kind, scope_id=scope.id), lambda known: known == scope)

    def destroy_case(self, case_id: UUID) -> int:
        """Deletes every key that belongs to a case, of all kinds. Gives their number."""
        return self._destroy(models.Q(case_id=case_id), lambda known: known.case_id == case_id)

    def close(self) -> None:
        """Forgets every key; whoever still holds the keyring gets KeyringClosed."""
        self._closed = True
        for known in (self._waiting, self._opened, self._active, self._made):
            known.clear()

    def _require_open(self) -> None:
        if self._closed:
            raise KeyringClosed("This keyring was closed with its request or job.")

    def _destroy(self, rows: models.Q, belongs: Callable[[Scope], bool]) -> int:
        self._require_open()
        deleted = 0
        # Again until there is none: the first delete waits for a rotation that has these rows, and does not see
        # the newer versions that it leaves.
        while found := DataKey.objects.filter(rows).delete()[0]:
            deleted += found
        self._active = {scope: active for scope, active in self._active.items() if not belongs(scope)}
        self._opened = {key_id: key for key_id, key in self._opened.items() if not belongs(key.scope)}
        self._waiting = {dek_id: key for dek_id, key in self._waiting.items() if not belongs(key.scope)}
        return deleted

    def _checked(self, key: OpenedKey, scope: Scope) -> OpenedKey:
        if key.scope != scope:
            raise Tampered("A stored value names the key of another scope.")
        return key

    def _open(self, dek_id: UUID) -> OpenedKey:
        self._require_open()
        if dek_id not in self._waiting:
            self.add_wrapped(_rows(models.Q(id=dek_id)))
        self._unwrap()
        if dek_id in self._waiting:
            # It did not open with the others: alone, the provider says why.
            self._keep(dek_id, self.provider.unwrap(*self._waiting[dek_id].key))
        if dek_id.bytes not in self._opened:
            raise KeyDestroyed("The data key no longer exists.")
        return self._opened[dek_id.bytes]

    def _unwrap(self) -> None:
        """Opens all that waits in one round trip; what does not open goes on waiting."""
        waiting = list(self._waiting)
        if not waiting:
            return
        keys = self.provider.batch_unwrap([self._waiting[dek_id].key for dek_id in waiting])
        for dek_id, key in zip(waiting, keys, strict=True):
            if key is not None:
                self._keep(dek_id, key)

    def _keep(self, dek_id: UUID, key: bytes) -> None:
        self._opened[dek_id.bytes] = OpenedKey(dek_id, self._waiting.pop(dek_id).scope, key)
        self.unwraps += 1

    def _learn(self, scopes: Iterable[Scope]) -> None:
        """Reads all keys of these scopes; the newest of each is the one that seals."""
        wanted = list(scopes)
        for scope in wanted:
            self._active.pop(scope, None)
        rows = _rows_of(wanted)
        self.add_wrapped(rows)
        witness = _Witness()
        for dek_id, kind, scope_id, case_id, _, _ in rows:
            self._active[_scope(kind, scope_id, case_id)] = _Active(dek_id, witness)

    def _make(self, scope: Scope, version: int = 1) -> _Active:
        if scope.kind in OF_A_CASE and scope.case_id is None:
            raise ValueError(f"A key of kind {scope.kind} needs the case that takes it along when destroyed.")
        dek_id, key = uuid4(), os.urandom(KEY_LENGTH)
        kek_id, wrapped = self.provider.wrap(key, wrapping_context(scope, dek_id))
        row = DataKey(
            id=dek_id,
            scope_kind=scope.kind,
            scope_id=scope.id,
            case_id=scope.case_id,
            version=version,
            kek_id=kek_id,
            wrapped=wrapped,
        )
        # Two requests may seal the first value of a scope at once: the later waits and takes the other's key.
        DataKey.objects.bulk_create([row], ignore_conflicts=True)
        self._learn([scope])
        if scope not in self._active:
            raise KeyDestroyed("The data key was destroyed while it was made.")
        active = self._active[scope]
        if active.dek_id == dek_id:
            self._made[dek_id.bytes] = active.witness
        return active


_current: ContextVar[Keyring | None] = ContextVar("crypto.keyring", default=None)


@contextmanager
def opened(provider: KeyProvider | None = None) -> Iterator[Keyring]:
    """Opens a keyring for one request or job; its keys are forgotten at the end.

    Args:
        provider: who keeps its keys; that of the keyring around it, or of the site, where it is missing.
    """
    around = _current.get()
    keyring = Keyring(provider or (around.given if around else None))
    token = _current.set(keyring)
    try:
        yield keyring
    finally:
        _current.reset(token)
        keyring.close()


def current() -> Keyring:
    """The keyring of this request or job. Raises KeyringClosed outside."""
    keyring = _current.get()
    if keyring is None:
        raise KeyringClosed("No keyring is open here.")
    return keyring


def is_lost(sealed: Sealed) -> bool:
    """`Keyring.is_lost` of the current keyring; False outside, where no key can have been made."""
    keyring = _current.get()
    return keyring is not None and keyring.is_lost(sealed)


@contextmanager
def revealing(instance: models.Model) -> Iterator[None]:
    """`Keyring.revealing` of the current keyring."""
    with current().revealing(instance):
        yield


def _row(instance: models.Model) -> tuple[str, object]:
    owner: Any = getattr(type(instance), "instance_type", type(instance))
    return owner._meta.concrete_model._meta.label_lower, getattr(instance, owner._meta.pk.attname)


def _rows(wanted: models.Q) -> list[WrappedRow]:
    return list(DataKey.objects.filter(wanted).order_by("version").values_list(*WRAPPED_COLUMNS))


def _rows_of(scopes: Iterable[Scope]) -> list[WrappedRow]:
    kinds, ids = zip(*((scope.kind.value, scope.id) for scope in scopes), strict=True)
    with connections[router.db_for_read(DataKey)].cursor() as cursor:
        cursor.execute(OF_SCOPES, [list(kinds), list(ids)])
        return list(cursor.fetchall())


def _scope(kind: str, scope_id: UUID, case_id: UUID | None) -> Scope:
    known = KINDS.get(kind)
    if known is None:
        raise Tampered("A data key belongs to no known kind of scope.")
    scope = Scope(known, scope_id, case_id)
    if scope.case_id != case_id:
        raise Tampered("The data key of a case would not be destroyed with it.")
    return scope


def wrapping_context(scope: Scope, dek_id: UUID) -> bytes:
    """What a wrapped key is bound to: its scope, and the case that destroys it."""
    case_id = scope.case_id.bytes if scope.case_id else b""
    return length_prefixed(PURPOSE, scope.kind.encode(), scope.id.bytes, case_id, dek_id.bytes)
