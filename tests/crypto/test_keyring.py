from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from crypto import keyring
from crypto.errors import KeyringClosed, KeyUnavailable, Tampered
from crypto.keyring import WRAPPED_COLUMNS, Keyring
from crypto.models import DataKey
from crypto.providers import FileKeyProvider, WrappedKey
from crypto.scopes import SYSTEM, Scope, ScopeKind
from crypto.sealed import bound_field
from tests.crypto.conftest import made, scope_of_case

FIELD = bound_field("referral.person", "phone")


def test_outside_a_keyring_there_is_no_key() -> None:
    with pytest.raises(KeyringClosed):
        keyring.current()


def test_a_keyring_is_current_inside_only(provider: FileKeyProvider) -> None:
    with keyring.opened(provider) as outer:
        assert keyring.current() is outer
        with keyring.opened(provider) as inner:
            assert keyring.current() is inner
        assert keyring.current() is outer
    with pytest.raises(KeyringClosed):
        keyring.current()


def test_a_keyring_closes_on_an_error_too(provider: FileKeyProvider) -> None:
    with pytest.raises(ZeroDivisionError), keyring.opened(provider):
        _ = 1 / 0
    with pytest.raises(KeyringClosed):
        keyring.current()


def test_a_thread_has_no_keyring_of_its_starter(ring: Keyring) -> None:
    seen: list[Any] = []

    def look() -> None:
        try:
            seen.append(keyring.current())
        except KeyringClosed:
            seen.append("closed")

    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert seen == ["closed"]


@pytest.mark.django_db
def test_a_closed_keyring_gives_nothing(provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    with keyring.opened(provider) as ring:
        dek_id, _ = ring.sealing_key(scope)
    for use in (
        lambda: ring.sealing_key(scope),
        lambda: ring.opening_key(dek_id, scope),
        lambda: ring.prime([dek_id]),
        lambda: ring.prime_scopes([scope]),
        lambda: ring.add_wrapped([]),
        lambda: ring.destroy_scope(scope),
        lambda: ring.destroy_case(scope.id),
    ):
        with pytest.raises(KeyringClosed):
            use()


@pytest.mark.django_db
def test_the_first_value_of_a_scope_makes_its_key(ring: Keyring, django_assert_num_queries: Any) -> None:
    scope = scope_of_case()
    with django_assert_num_queries(3):
        dek_id, _ = ring.sealing_key(scope)
    with django_assert_num_queries(0):
        assert ring.sealing_key(scope)[0] == dek_id
        ring.opening_key(dek_id, scope)
    row = DataKey.objects.get()
    assert (row.id, row.scope, row.case_id, row.version) == (dek_id, scope, scope.id, 1)
    assert (row.recipient_kind, row.recipient_id, row.kek_id) == ("kek", "", ring.provider.kek_id)
    assert row.created_at is not None
    assert str(row) == f"case {scope.id} v1"


@pytest.mark.django_db
def test_another_request_finds_the_same_key(
    ring: Keyring, provider: FileKeyProvider, django_assert_num_queries: Any
) -> None:
    scope = scope_of_case()
    dek_id, cipher = ring.sealing_key(scope)
    sealed = cipher.encrypt(b"0" * 12, b"s", b"")
    with keyring.opened(provider) as other:
        with django_assert_num_queries(1):
            assert other.opening_key(dek_id, scope).decrypt(b"0" * 12, sealed, b"") == b"s"
        assert other.unwraps == 1
        with django_assert_num_queries(1):
            assert other.sealing_key(scope)[0] == dek_id
        assert other.unwraps == 1


@pytest.mark.django_db
def test_no_two_scopes_share_a_key(ring: Keyring) -> None:
    same = uuid4()
    scopes = [Scope(kind, same, same) for kind in ScopeKind] + [SYSTEM]
    assert len({ring.sealing_key(scope)[0] for scope in scopes}) == len(scopes)


@pytest.mark.django_db
def test_a_key_opens_its_own_scope_only(ring: Keyring) -> None:
    scope = scope_of_case()
    dek_id, _ = ring.sealing_key(scope)
    with pytest.raises(Tampered):
        ring.opening_key(dek_id, scope_of_case())
    with pytest.raises(Tampered):
        ring.opening_key(dek_id, Scope(ScopeKind.SERVICE, scope.id))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [ScopeKind.EXCHANGE, ScopeKind.DISCLOSURE])
def test_a_key_that_dies_with_a_case_must_know_it(ring: Keyring, kind: ScopeKind) -> None:
    scope = Scope(kind, uuid4())
    with pytest.raises(ValueError, match="needs the case"):
        ring.sealing_key(scope)
    assert not DataKey.objects.exists()
    dek_id, _ = ring.sealing_key(Scope(kind, scope.id, uuid4()))
    assert ring.sealing_key(scope)[0] == dek_id


@pytest.mark.django_db
def test_the_newest_version_seals_and_the_older_still_open(ring: Keyring, provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    first, _ = ring.sealing_key(scope)
    DataKey.objects.filter(id=first).update(version=2)
    second = made_older(scope, provider)
    with keyring.opened(provider) as other:
        assert other.sealing_key(scope)[0] == first
        other.opening_key(second, scope)
        other.prime_scopes([scope])
        assert other.sealing_key(scope)[0] == first


def made_older(scope: Scope, provider: FileKeyProvider) -> UUID:
    DataKey.objects.filter(scope_id=scope.id).update(scope_kind=ScopeKind.DRAFT)
    dek_id = made(scope, provider)
    DataKey.objects.filter(scope_id=scope.id, version=2).update(scope_kind=scope.kind)
    return dek_id


@pytest.mark.django_db
def test_the_key_of_another_recipient_is_not_ours(ring: Keyring, provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    made(scope, provider)
    DataKey.objects.update(recipient_kind="org", recipient_id="x")
    ours, _ = ring.sealing_key(scope)
    assert DataKey.objects.get(recipient_kind="kek").id == ours


@pytest.mark.django_db
def test_a_page_of_keys_is_one_query(provider: FileKeyProvider, django_assert_num_queries: Any) -> None:
    scopes = [scope_of_case() for _ in range(25)]
    dek_ids = [made(scope, provider) for scope in scopes]
    with keyring.opened(provider) as ring:
        with django_assert_num_queries(1):
            ring.prime([*dek_ids, uuid4()])
        assert ring.unwraps == 25
        with django_assert_num_queries(0):
            ring.prime(dek_ids)
            ring.prime([])
            for dek_id, scope in zip(dek_ids, scopes, strict=True):
                ring.opening_key(dek_id, scope)
        assert ring.unwraps == 25


@pytest.mark.django_db
def test_a_page_of_scopes_is_one_query(provider: FileKeyProvider, django_assert_num_queries: Any) -> None:
    scopes = [Scope(kind, uuid4(), uuid4()) for kind in ScopeKind for _ in range(3)]
    dek_ids = [made(scope, provider) for scope in scopes]
    unknown = scope_of_case()
    with keyring.opened(provider) as ring:
        with django_assert_num_queries(1):
            ring.prime_scopes([*scopes, *scopes, unknown])
        assert ring.unwraps == len(scopes)
        with django_assert_num_queries(0):
            ring.prime_scopes([])
            for dek_id, scope in zip(dek_ids, scopes, strict=True):
                ring.opening_key(dek_id, scope)
                assert ring.sealing_key(scope)[0] == dek_id


@pytest.mark.django_db
def test_keys_joined_by_a_list_query_need_no_query(
    provider: FileKeyProvider, django_assert_num_queries: Any
) -> None:
    scopes = [scope_of_case() for _ in range(3)]
    dek_ids = [made(scope, provider) for scope in scopes]
    rows = list(DataKey.objects.values_list(*WRAPPED_COLUMNS))
    with keyring.opened(provider) as ring, django_assert_num_queries(0):
        ring.add_wrapped(rows)
        assert ring.unwraps == 0
        ring.prime(dek_ids)
        assert ring.unwraps == 3
        ring.add_wrapped(rows)
        for dek_id, scope in zip(dek_ids, scopes, strict=True):
            ring.opening_key(dek_id, scope)
        assert ring.unwraps == 3


@pytest.mark.django_db
def test_keys_wait_until_one_is_needed(provider: FileKeyProvider) -> None:
    scopes = [scope_of_case() for _ in range(3)]
    dek_ids = [made(scope, provider) for scope in scopes]
    with keyring.opened(provider) as ring:
        ring.add_wrapped(DataKey.objects.values_list(*WRAPPED_COLUMNS))
        ring.opening_key(dek_ids[0], scopes[0])
        assert ring.unwraps == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"scope_id": uuid4()},
        {"scope_kind": "system"},
        {"scope_kind": "nobody"},
        {"case_id": uuid4()},
        {"case_id": None},
        {"wrapped": b""},
        {"wrapped": bytes(60)},
    ],
)
def test_a_changed_key_row_is_found(provider: FileKeyProvider, change: dict[str, Any]) -> None:
    scope = scope_of_case()
    dek_id = made(scope, provider)
    DataKey.objects.update(**change)
    with keyring.opened(provider) as ring:
        with pytest.raises(Tampered):
            ring.opening_key(dek_id, scope)
        assert ring.unwraps == 0


@pytest.mark.django_db
@pytest.mark.parametrize("case_id", [uuid4(), None])
def test_a_key_moved_out_of_its_case_is_found(provider: FileKeyProvider, case_id: UUID | None) -> None:
    """It would otherwise survive the case that takes it along."""
    scope = Scope(ScopeKind.EXCHANGE, uuid4(), uuid4())
    dek_id = made(scope, provider)
    DataKey.objects.update(case_id=case_id)
    with keyring.opened(provider) as ring, pytest.raises(Tampered):
        ring.opening_key(dek_id, scope)


@pytest.mark.django_db
def test_two_exchanged_keys_are_found(provider: FileKeyProvider) -> None:
    scopes = [scope_of_case(), scope_of_case()]
    first, second = [made(scope, provider) for scope in scopes]
    row = DataKey.objects.get(id=first)
    other = DataKey.objects.get(id=second)
    DataKey.objects.filter(id=first).update(wrapped=other.wrapped)
    DataKey.objects.filter(id=second).update(wrapped=row.wrapped)
    with keyring.opened(provider) as ring:
        for dek_id, scope in ((first, scopes[0]), (second, scopes[1])):
            with pytest.raises(Tampered):
                ring.opening_key(dek_id, scope)


@pytest.mark.django_db
def test_one_changed_key_does_not_close_the_page(provider: FileKeyProvider) -> None:
    scopes = [scope_of_case() for _ in range(3)]
    dek_ids = [made(scope, provider) for scope in scopes]
    DataKey.objects.filter(id=dek_ids[1]).update(wrapped=bytes(60))
    with keyring.opened(provider) as ring:
        ring.prime(dek_ids)
        assert ring.unwraps == 2
        ring.opening_key(dek_ids[0], scopes[0])
        ring.opening_key(dek_ids[2], scopes[2])
        with pytest.raises(Tampered):
            ring.opening_key(dek_ids[1], scopes[1])


class Hesitant(FileKeyProvider):
    """As a remote provider may be: nothing of a batch opens, alone it does."""

    def batch_unwrap(self, keys: Any) -> list[bytes | None]:
        return [None for _ in keys]


@pytest.mark.django_db
def test_a_key_left_out_of_a_batch_is_asked_for_alone(provider: FileKeyProvider, tmp_path: Any) -> None:
    scope = scope_of_case()
    dek_id = made(scope, provider)
    with keyring.opened(Hesitant(tmp_path / "kek.json")) as ring:
        ring.opening_key(dek_id, scope)
        assert ring.unwraps == 1


@pytest.mark.django_db
def test_an_epoch_that_is_gone_is_unavailable(provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    dek_id = made(scope, provider)
    old = provider.kek_id
    with keyring.opened(provider.add_epoch().drop_epoch(old)) as ring, pytest.raises(KeyUnavailable):
        ring.opening_key(dek_id, scope)


@pytest.mark.django_db
def test_keys_wrapped_anew_open_as_before(provider: FileKeyProvider) -> None:
    """A rotation of the key-encryption key touches no sealed field."""
    scope = scope_of_case()
    with keyring.opened(provider) as ring:
        value = ring.key_for(scope).seal(b"s77", FIELD, 1)
    old = provider.kek_id
    newer = provider.add_epoch()
    row = DataKey.objects.get()
    context = keyring.wrapping_context(row.scope, row.id)
    row.kek_id, (row.wrapped,) = newer.rewrap([WrappedKey(bytes(row.wrapped), row.kek_id, context)])
    row.save()
    with keyring.opened(newer.drop_epoch(old)) as ring:
        assert ring.key_of(value, scope).unseal(value, FIELD, 1) == b"s77"


@pytest.mark.django_db
def test_a_missing_key_file_is_noticed_when_it_is_needed(settings: Any, tmp_path: Any) -> None:
    settings.RELAIS_KEY_FILE = tmp_path / "absent.json"
    with keyring.opened() as ring:
        assert ring.unwraps == 0
        with pytest.raises(KeyUnavailable):
            ring.sealing_key(SYSTEM)
    assert not DataKey.objects.exists()


@pytest.mark.django_db
def test_the_wrapped_key_is_not_the_key(ring: Keyring, provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    dek_id, _ = ring.sealing_key(scope)
    row = DataKey.objects.get()
    raw = provider.unwrap(
        *WrappedKey(bytes(row.wrapped), row.kek_id, keyring.wrapping_context(scope, dek_id))
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped FROM crypto_datakey")
        assert raw not in bytes(cursor.fetchone()[0])
