"""What holds whoever keeps the keys: a file, an agent that people opened, a key server."""

from typing import Any
from uuid import uuid4

import pytest

from crypto import keyring
from crypto.errors import KeyUnavailable, Tampered
from crypto.models import DataKey
from crypto.providers import KeyKeeper, MovingKeyProvider, WrappedKey
from crypto.rotation import rewrap
from crypto.scopes import Scope, ScopeKind
from tests.crypto.testapp.models import File

KEY = bytes(range(32))


def test_a_wrapped_key_opens_in_its_context_only(keeper: KeyKeeper) -> None:
    kek_id, wrapped = keeper.wrap(KEY, b"context")
    assert kek_id == keeper.kek_id
    assert kek_id.startswith(keeper.prefix)
    assert KEY not in wrapped
    assert keeper.unwrap(wrapped, kek_id, b"context") == KEY
    with pytest.raises(Tampered):
        keeper.unwrap(wrapped, kek_id, b"another")
    changed = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    with pytest.raises(Tampered):
        keeper.unwrap(changed, kek_id, b"context")


@pytest.mark.django_db
def test_the_wrapped_key_of_one_case_opens_nothing_in_the_row_of_another(keeper: KeyKeeper) -> None:
    """By whoever may write to the database: to read the other case, or to keep a key from its erasure."""
    here, there = (Scope(ScopeKind.CASE, uuid4()) for _case in range(2))
    apart = Scope(ScopeKind.EXCHANGE, uuid4(), here.id)
    with keyring.opened(keeper) as ring:
        ids = {scope: ring.sealing_key(scope)[0] for scope in (here, there, apart)}
    own = dict(DataKey.objects.values_list("pk", "wrapped"))

    def refused(scope: Scope, **changes: Any) -> None:
        before = DataKey.objects.filter(pk=ids[scope]).values().get()
        DataKey.objects.filter(pk=ids[scope]).update(**changes)
        moved = Scope(scope.kind, changes.get("scope_id", scope.id), changes.get("case_id", scope.case_id))
        with keyring.opened(keeper) as ring, pytest.raises(Tampered):
            ring.opening_key(ids[scope], moved)
        DataKey.objects.filter(pk=ids[scope]).update(**before)

    refused(there, wrapped=own[ids[here]])
    refused(here, scope_id=there.id, case_id=there.id, version=2)
    refused(apart, case_id=there.id)
    refused(apart, scope_id=uuid4())
    with keyring.opened(keeper) as ring:
        for scope, dek_id in ids.items():
            assert ring.opening_key(dek_id, scope)


def test_a_page_of_keys_opens_at_once_and_a_bad_one_takes_none_along(keeper: KeyKeeper) -> None:
    kek_id, wrapped = keeper.wrap(KEY, b"a")
    other = keeper.wrap(bytes(32), b"b")[1]
    good, second = WrappedKey(wrapped, kek_id, b"a"), WrappedKey(other, kek_id, b"b")
    asked = [good, good._replace(context=b"b"), second, good._replace(wrapped=b"\xff none"), good]
    assert keeper.batch_unwrap(asked) == [KEY, None, bytes(32), None, KEY]
    assert keeper.batch_unwrap([]) == []


def test_an_epoch_comes_takes_the_keys_over_and_the_former_one_ends(keeper: KeyKeeper) -> None:
    former, wrapped = keeper.wrap(KEY, b"a")
    keeper = keeper.add_epoch()
    status = keeper.status()
    assert status.kek_id != former
    assert set(status.epochs) == {former, status.kek_id}
    assert keeper.unwrap(wrapped, former, b"a") == KEY
    key = WrappedKey(wrapped, former, b"a")
    kek_id, (renewed, refused) = keeper.rewrap([key, key._replace(context=b"b")])
    assert (kek_id, refused) == (status.kek_id, None)
    assert renewed is not None
    with pytest.raises(ValueError, match="active"):
        keeper.drop_epoch(kek_id)
    with pytest.raises(ValueError, match="nowhere"):
        keeper.drop_epoch("nowhere")
    keeper = keeper.drop_epoch(former)
    assert set(keeper.status().epochs) == {kek_id}
    assert keeper.unwrap(renewed, kek_id, b"a") == KEY
    with pytest.raises(KeyUnavailable):
        keeper.unwrap(wrapped, former, b"a")
    assert keeper.batch_unwrap([key]) == [None]


def test_the_mac_of_an_index_is_its_own_and_outlives_epochs(keeper: KeyKeeper) -> None:
    first = keeper.index_mac("name", b"awa")
    assert len(first) == 32
    assert len({first, keeper.index_mac("phone", b"awa"), keeper.index_mac("name", b"awb")}) == 3
    assert keeper.add_epoch().index_mac("name", b"awa") == first


@pytest.mark.django_db
def test_a_row_is_sealed_and_opened_while_its_keys_are_rotated(keeper: KeyKeeper) -> None:
    case_id = uuid4()
    with keyring.opened(keeper):
        File.objects.create(case_id=case_id, alias="Awa")
    former = DataKey.objects.get().kek_id
    keeper = keeper.add_epoch()
    moved, unreadable = rewrap(keeper)
    assert (dict(moved), unreadable) == ({former: 1}, 0)
    with keyring.opened(keeper.drop_epoch(former)) as ring:
        assert File.objects.get().alias == "Awa"
        assert ring.unwraps == 1


# --- From one to the other -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_keys_move_to_another_provider_while_people_work(provider: Any, key_server: Any) -> None:
    from crypto.providers import VaultKeyProvider

    coming = VaultKeyProvider(key_server.site())
    coming.create_keys()
    before, during = (Scope(ScopeKind.CASE, uuid4()) for _case in range(2))
    with keyring.opened(provider):
        File.objects.create(case_id=before.id, alias="before")
    both = MovingKeyProvider(coming, provider)
    assert "moving from file" in both.name
    with keyring.opened(both):
        File.objects.create(case_id=during.id, alias="during")
        keyring.current().prime_scopes([before, during])
    with keyring.opened(both):
        assert {file.alias for file in File.objects.all()} == {"before", "during"}
    assert set(both.status().epochs) == {provider.kek_id, "vault-v1"}
    moved, unreadable = rewrap(both)
    assert (dict(moved), unreadable) == ({provider.kek_id: 1}, 0)
    with keyring.opened(coming):
        assert {file.alias for file in File.objects.all()} == {"before", "during"}
    assert both.index_mac("name", b"awa") == coming.index_mac("name", b"awa")
    row = DataKey.objects.get(scope_id=before.id)
    context = keyring.wrapping_context(row.scope, row.pk)
    assert len(both.unwrap(bytes(row.wrapped), row.kek_id, context)) == 32
    assert both.add_epoch().kek_id == "vault-v2"
    both.drop_epoch("vault-v1")
    assert set(coming.status().epochs) == {"vault-v2"}


def test_what_a_rotation_overtakes_is_left_for_the_next_run(provider: Any) -> None:
    former, wrapped = provider.wrap(KEY, b"a")

    class Coming:
        """A key server that gets a new version while keys are moved to it."""

        name, prefix, kek_id = "coming", "coming-", "coming-1"

        def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
            return "coming-2", b"wrapped"

    both = MovingKeyProvider(Coming(), provider)  # type: ignore[arg-type]
    assert both.rewrap([WrappedKey(wrapped, former, b"a")]) == ("coming-1", [None])


def test_two_that_share_their_epochs_have_nothing_to_move(provider: Any) -> None:
    with pytest.raises(KeyUnavailable, match="no key has to move"):
        MovingKeyProvider(provider, provider)
