"""A key server that refuses, is sealed, is away, or knows nothing of us: one error, and no page in between."""

from dataclasses import replace
from typing import Any

import hvac
import pytest

from crypto.errors import KeyUnavailable, Tampered
from crypto.providers import VaultKeyProvider, WrappedKey
from crypto.providers.vault import _clients
from tests.keyserver import KeyServer

KEY = bytes(range(32))
#: As docs/operations.md has it for the application.
OF_THE_APPLICATION = """
path "{mount}/encrypt/relais-kek" {{ capabilities = ["update"] }}
path "{mount}/decrypt/relais-kek" {{ capabilities = ["update"] }}
path "{mount}/rewrap/relais-kek" {{ capabilities = ["update"] }}
path "{mount}/hmac/relais-index/*" {{ capabilities = ["update"] }}
path "{mount}/keys/relais-kek" {{ capabilities = ["read"] }}
"""


@pytest.fixture
def vault(key_server: KeyServer) -> VaultKeyProvider:
    provider = VaultKeyProvider(key_server.site())
    provider.create_keys()
    return provider


def with_site(provider: VaultKeyProvider, **changes: str) -> VaultKeyProvider:
    return VaultKeyProvider(replace(provider._site, **changes))


def test_a_server_that_is_away_is_unavailable(vault: VaultKeyProvider) -> None:
    with pytest.raises(KeyUnavailable, match="ConnectionError"):
        with_site(vault, url="http://127.0.0.1:9").wrap(KEY, b"a")


def test_a_wrong_token_is_unavailable_and_is_not_said(vault: VaultKeyProvider) -> None:
    stranger = with_site(vault, token="s.not-a-token")
    with pytest.raises(KeyUnavailable) as caught:
        stranger.index_mac("name", b"awa")
    assert "s.not-a-token" not in str(caught.value) + repr(stranger._site)


def test_an_unknown_key_is_unavailable(vault: VaultKeyProvider) -> None:
    wrapped = vault.wrap(KEY, b"a")[1]
    with pytest.raises(KeyUnavailable):
        with_site(vault, key="another").unwrap(wrapped, "vault-v1", b"a")
    with pytest.raises(KeyUnavailable):
        with_site(vault, mount="nowhere").status()


def test_a_row_that_names_another_version_is_not_even_asked_for(vault: VaultKeyProvider) -> None:
    wrapped = vault.wrap(KEY, b"a")[1]
    with pytest.raises(Tampered):
        vault.unwrap(wrapped, "vault-v2", b"a")
    with pytest.raises(Tampered):
        vault.unwrap(b"no ciphertext", "vault-v1", b"a")
    with pytest.raises(KeyUnavailable):  # the server has no such version
        vault.unwrap(wrapped.replace(b"v1", b"v7"), "vault-v7", b"a")


def test_the_index_key_does_not_leave_and_is_made_once(
    vault: VaultKeyProvider, key_server: KeyServer
) -> None:
    before = vault.index_mac("name", b"awa")
    vault.create_keys()
    assert vault.index_mac("name", b"awa") == before
    for name in ("relais-kek", "relais-index"):
        key = key_server.admin.secrets.transit.read_key(name, mount_point=vault._site.mount)["data"]
        assert (key["exportable"], key["allow_plaintext_backup"]) == (False, False)


def test_epochs_end_in_their_order_and_are_trimmed(vault: VaultKeyProvider, key_server: KeyServer) -> None:
    vault.add_epoch().add_epoch()
    with pytest.raises(ValueError, match="vault-v1 first"):
        vault.drop_epoch("vault-v2")
    vault.drop_epoch("vault-v1")
    key = key_server.admin.secrets.transit.read_key("relais-kek", mount_point=vault._site.mount)["data"]
    assert (key["min_available_version"], set(key["keys"])) == (2, {"2", "3"}), "it is gone, not only refused"


def test_the_application_signs_in_by_its_role_and_again_when_its_token_has_ended(
    vault: VaultKeyProvider, key_server: KeyServer
) -> None:
    admin, mount = key_server.admin, vault._site.mount
    if "approle/" not in admin.sys.list_auth_methods()["data"]:
        admin.sys.enable_auth_method("approle")
    admin.sys.create_or_update_policy("relais", OF_THE_APPLICATION.format(mount=mount))
    admin.auth.approle.create_or_update_approle("relais", token_policies=["relais"])
    signed_in = with_site(
        vault,
        token="",
        role_id=admin.auth.approle.read_role_id("relais")["data"]["role_id"],
        secret_id=admin.auth.approle.generate_secret_id("relais")["data"]["secret_id"],
    )
    kek_id, wrapped = signed_in.wrap(KEY, b"a")
    assert signed_in.batch_unwrap([WrappedKey(wrapped, kek_id, b"a")]) == [KEY]
    assert signed_in.rewrap([WrappedKey(wrapped, kek_id, b"a")])[0] == kek_id
    admin.auth.token.revoke(_clients.kept[signed_in._site].token)
    assert signed_in.unwrap(wrapped, kek_id, b"a") == KEY
    assert len(signed_in.index_mac("name", b"awa")) == 32
    for forbidden in (signed_in.add_epoch, signed_in.create_keys):
        with pytest.raises(KeyUnavailable, match="Forbidden"):
            forbidden()


def test_a_sealed_server_is_unavailable_until_people_unseal_it(
    vault: VaultKeyProvider, key_server: KeyServer
) -> None:
    kek_id, wrapped = vault.wrap(KEY, b"a")
    admin: Any = key_server.admin
    admin.sys.seal()
    try:
        with pytest.raises(KeyUnavailable):
            vault.unwrap(wrapped, kek_id, b"a")
    finally:
        hvac.Client(url=key_server.url).sys.submit_unseal_key(key_server.unseal_key)
    assert vault.unwrap(wrapped, kek_id, b"a") == KEY
