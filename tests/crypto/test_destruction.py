"""Deleting a key is deleting all that it sealed."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from crypto import keyring
from crypto.errors import KeyDestroyed
from crypto.keyring import WRAPPED_COLUMNS, Keyring
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.scopes import SYSTEM, Scope, ScopeKind
from tests.crypto.conftest import made, scope_of_case


@pytest.mark.django_db
def test_a_destroyed_scope_is_gone_at_once_and_for_all(ring: Keyring, provider: FileKeyProvider) -> None:
    scope, other = scope_of_case(), scope_of_case()
    dek_id, kept = ring.sealing_key(scope)[0], ring.sealing_key(other)[0]
    assert ring.destroy_scope(scope) == 1
    assert ring.destroy_scope(scope) == 0
    ring.opening_key(kept, other)
    with pytest.raises(KeyDestroyed):
        ring.opening_key(dek_id, scope)
    with keyring.opened(provider) as later:
        later.prime([dek_id])
        with pytest.raises(KeyDestroyed):
            later.opening_key(dek_id, scope)


@pytest.mark.django_db
def test_what_is_sealed_after_a_destruction_has_another_key(ring: Keyring) -> None:
    scope = scope_of_case()
    before, _ = ring.sealing_key(scope)
    ring.destroy_scope(scope)
    after, _ = ring.sealing_key(scope)
    assert after != before
    assert DataKey.objects.get().id == after


@pytest.mark.django_db
def test_a_destroyed_scope_takes_waiting_keys_along(provider: FileKeyProvider) -> None:
    scope = scope_of_case()
    dek_id = made(scope, provider)
    with keyring.opened(provider) as ring:
        ring.add_wrapped(DataKey.objects.values_list(*WRAPPED_COLUMNS))
        ring.destroy_scope(scope)
        with pytest.raises(KeyDestroyed):
            ring.opening_key(dek_id, scope)


@pytest.mark.django_db
def test_a_destroyed_case_takes_all_its_keys_along(ring: Keyring) -> None:
    case_id, referral_id = uuid4(), uuid4()
    its = [
        Scope(ScopeKind.CASE, case_id),
        Scope(ScopeKind.EXCHANGE, referral_id, case_id),
        Scope(ScopeKind.DISCLOSURE, referral_id, case_id),
    ]
    others = [scope_of_case(), SYSTEM, Scope(ScopeKind.SERVICE, referral_id), Scope(ScopeKind.DRAFT, case_id)]
    keys = {scope: ring.sealing_key(scope)[0] for scope in its + others}
    assert ring.destroy_case(case_id) == 3
    for scope in its:
        with pytest.raises(KeyDestroyed):
            ring.opening_key(keys[scope], scope)
    for scope in others:
        ring.opening_key(keys[scope], scope)


@pytest.mark.django_db
def test_a_key_destroyed_while_it_is_made(ring: Keyring) -> None:
    def destroying(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT"):
            DataKey.objects.all().delete()
        return result

    scope = scope_of_case()
    with connection.execute_wrapper(destroying), pytest.raises(KeyDestroyed, match="while it was made"):
        ring.sealing_key(scope)
    ring.sealing_key(scope)
