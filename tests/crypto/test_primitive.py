"""The cipher itself, against the RFC, against Wycheproof's traps, and against a second implementation."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from tink import aead, proto_keyset_format, secret_key_access
from tink.proto import aes_gcm_siv_pb2, tink_pb2

from crypto.scopes import SYSTEM, Scope, ScopeKind
from crypto.sealed import OpenedKey, Padding, bound_field, pad

VECTORS = Path(__file__).parent / "vectors"


def vectors(name: str) -> list[Any]:
    tests = json.loads((VECTORS / name).read_text())["tests"]
    return [
        pytest.param(
            {k: bytes.fromhex(v) for k, v in t.items() if k in BYTES},
            t.get("result", "valid"),
            id=str(t.get("tcId", t.get("count"))),
        )
        for t in tests
    ]


BYTES = ("key", "iv", "aad", "msg", "ct", "tag")
RFC_8452 = vectors("rfc8452_aes_256_gcm_siv.json")
WYCHEPROOF = vectors("wycheproof_aes_256_gcm_siv.json")


def tink_aead(key: bytes) -> aead.Aead:
    """Tink's AES256_GCM_SIV_RAW on a given key."""
    aead.register()
    data = tink_pb2.KeyData(
        type_url="type.googleapis.com/google.crypto.tink.AesGcmSivKey",
        value=aes_gcm_siv_pb2.AesGcmSivKey(version=0, key_value=key).SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    only = tink_pb2.Keyset.Key(
        key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW
    )
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[only]).SerializeToString()
    return proto_keyset_format.parse(keyset, secret_key_access.TOKEN).primitive(aead.Aead)


@pytest.mark.parametrize(("vector", "result"), RFC_8452 + WYCHEPROOF)
def test_vectors(vector: dict[str, bytes], result: str) -> None:
    cipher = AESGCMSIV(vector["key"])
    sealed = vector["ct"] + vector["tag"]
    if result == "valid":
        assert cipher.encrypt(vector["iv"], vector["msg"], vector["aad"]) == sealed
        assert cipher.decrypt(vector["iv"], sealed, vector["aad"]) == vector["msg"]
    else:
        with pytest.raises(InvalidTag):
            cipher.decrypt(vector["iv"], sealed, vector["aad"])


def test_the_vectors_are_all_there() -> None:
    results = [parameters.values[1] for parameters in RFC_8452 + WYCHEPROOF]
    assert len(RFC_8452) == 24
    assert (results.count("valid"), results.count("invalid")) == (29, 34)


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 62, 63, 64, 200, 5000])
def test_tink_agrees_both_ways(length: int) -> None:
    key, nonce, associated, message = os.urandom(32), os.urandom(12), os.urandom(80), os.urandom(length)
    ours, theirs = AESGCMSIV(key), tink_aead(key)
    assert theirs.decrypt(nonce + ours.encrypt(nonce, message, associated), associated) == message
    sealed = theirs.encrypt(message, associated)
    assert ours.decrypt(sealed[:12], sealed[12:], associated) == message


@pytest.mark.parametrize("scope", [SYSTEM, Scope(ScopeKind.EXCHANGE, uuid4(), uuid4())])
@pytest.mark.parametrize("pk", [uuid4(), 12])
def test_tink_opens_a_sealed_value(scope: Scope, pk: object) -> None:
    """The format and the associated data of security.md 2.4, written down a second time."""
    key, dek_id = os.urandom(32), uuid4()
    value = OpenedKey(dek_id, scope, key).seal(b"sFatou", bound_field("referral.person", "given_names"), pk)

    content = bytes(value)
    assert content[:3] == b"R\x01\x01"
    assert content[3:19] == dek_id.bytes
    row = pk.bytes if hasattr(pk, "bytes") else str(pk).encode()
    parts = [
        b"rcm/field/v1",
        b"referral.person",
        b"given_names",
        row,
        scope.kind.value.encode(),
        scope.id.bytes,
        dek_id.bytes,
        b"\x01",
    ]
    associated = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert tink_aead(key).decrypt(content[19:], associated) == pad(b"sFatou", Padding.SHORT, 0)
