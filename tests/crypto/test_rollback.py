"""A key made in a transaction that did not come to pass must never seal anything again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.keyring import Keyring
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.scopes import Scope
from tests.crypto.conftest import scope_of_case
from tests.crypto.testapp.models import File


class Failed(Exception):
    pass


@contextmanager
def abandoned() -> Iterator[None]:
    """A transaction, or a savepoint within one, that is rolled back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def is_stored(dek_id: Any) -> bool:
    return DataKey.objects.filter(id=dek_id).exists()


def sealed_and_abandoned(ring: Keyring, scope: Scope) -> Any:
    with abandoned():
        dek_id, _ = ring.sealing_key(scope)
        assert ring.sealing_key(scope)[0] == dek_id
        assert is_stored(dek_id)
    assert not is_stored(dek_id)
    return dek_id


@pytest.mark.django_db(transaction=True)
def test_after_a_rollback_another_key_is_made(ring: Keyring) -> None:
    scope = scope_of_case()
    first = sealed_and_abandoned(ring, scope)
    second, _ = ring.sealing_key(scope)
    assert second != first
    assert is_stored(second)


@pytest.mark.django_db(transaction=True)
def test_after_a_rollback_to_a_savepoint_another_key_is_made(ring: Keyring) -> None:
    scope = scope_of_case()
    with transaction.atomic():
        first = sealed_and_abandoned(ring, scope)
        second, _ = ring.sealing_key(scope)
    assert second != first
    assert is_stored(second)
    assert ring.sealing_key(scope)[0] == second


@pytest.mark.django_db(transaction=True)
def test_a_key_of_a_released_savepoint_goes_with_the_outer_rollback(ring: Keyring) -> None:
    scope = scope_of_case()
    with abandoned():
        with transaction.atomic():
            first, _ = ring.sealing_key(scope)
        assert ring.sealing_key(scope)[0] == first
    second, _ = ring.sealing_key(scope)
    assert second != first
    assert is_stored(second)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_was_only_read_in_a_rolled_back_savepoint_is_checked_again(
    ring: Keyring, provider: FileKeyProvider
) -> None:
    """The one who made it and the one who read it may be two keyrings of one transaction."""
    scope = scope_of_case()
    with transaction.atomic():
        with abandoned():
            with keyring.opened(provider) as maker:
                first, _ = maker.sealing_key(scope)
            assert ring.sealing_key(scope)[0] == first
        second, _ = ring.sealing_key(scope)
        assert second != first
    assert is_stored(second)


@pytest.mark.django_db(transaction=True)
def test_a_primed_scope_is_checked_again_after_a_rollback(ring: Keyring, provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    with abandoned():
        with keyring.opened(provider) as maker:
            first, _ = maker.sealing_key(scope)
        ring.prime_scopes([scope])
    second, _ = ring.sealing_key(scope)
    assert second != first
    assert is_stored(second)


@pytest.mark.django_db(transaction=True)
def test_after_the_commit_the_key_is_trusted(ring: Keyring, django_assert_num_queries: Any) -> None:
    scope = scope_of_case()
    with transaction.atomic():
        dek_id, _ = ring.sealing_key(scope)
    with django_assert_num_queries(0):
        assert ring.sealing_key(scope)[0] == dek_id


@pytest.mark.django_db(transaction=True)
def test_a_key_that_was_there_before_survives_a_rollback(ring: Keyring) -> None:
    scope = scope_of_case()
    with transaction.atomic():
        dek_id, _ = ring.sealing_key(scope)
    with abandoned():
        assert ring.sealing_key(scope)[0] == dek_id
    assert ring.sealing_key(scope)[0] == dek_id
    assert is_stored(dek_id)


@pytest.mark.django_db(transaction=True)
def test_a_failed_transaction_leaves_no_key(ring: Keyring) -> None:
    scope = scope_of_case()
    made = []

    @transaction.atomic
    def fail() -> None:
        made.append(ring.sealing_key(scope)[0])
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        fail()
    second, _ = ring.sealing_key(scope)
    assert second not in made
    assert is_stored(second)


@pytest.mark.django_db(transaction=True)
def test_a_hook_that_fails_before_ours_makes_us_ask_again(
    ring: Keyring, django_assert_num_queries: Any
) -> None:
    """The row did commit, but the keyring was not told."""
    scope = scope_of_case()

    def fail() -> None:
        raise Failed

    @transaction.atomic
    def save() -> None:
        transaction.on_commit(fail)
        file.save()

    file = File(case_id=scope.id, alias="Awa")
    with pytest.raises(Failed):
        save()
    file.reference = "AB12"
    file.save()
    assert File.objects.get().alias == "Awa"
    with django_assert_num_queries(1):
        ring.sealing_key(scope)
    assert DataKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_destroyed_key_comes_back_with_a_rollback(ring: Keyring) -> None:
    scope = scope_of_case()
    dek_id, _ = ring.sealing_key(scope)
    with abandoned():
        ring.destroy_scope(scope)
        with pytest.raises(KeyDestroyed):
            ring.opening_key(dek_id, scope)
    ring.opening_key(dek_id, scope)
    assert ring.sealing_key(scope)[0] == dek_id


@pytest.mark.django_db(transaction=True)
def test_a_row_saved_again_after_a_rollback_is_sealed_again(ring: Keyring, provider: FileKeyProvider) -> None:
    """A service may try twice with the same instance, as after a reference that was taken."""
    file = File(alias="Awa", born_on=None, note="n" * 500)
    with transaction.atomic():
        with abandoned():
            file.save(force_insert=True)
        file._state.adding = True
        file.save(force_insert=True)
    with keyring.opened(provider) as later:
        again = File.objects.get()
        assert (again.alias, again.note) == ("Awa", "n" * 500)
        with later.revealing(again):
            assert again.born_on is None


@pytest.mark.django_db
def test_saving_again_without_a_rollback_keeps_the_bytes(ring: Keyring) -> None:
    with transaction.atomic():
        file = File.objects.create(alias="Awa")
        before = bytes(file.__dict__["alias"])
        file.save()
    assert bytes(File.objects.get().__dict__["alias"]) == before
