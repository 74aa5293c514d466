"""Ed25519 as RFC 8032 says, and a private key that others on the machine cannot read."""

import pytest

from crypto.errors import KeyUnavailable
from crypto.signing import SigningKey, is_signed, read_private, write_private

#: RFC 8032 §7.1, test 2.
SEED = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_vector_of_the_rfc():
    key = SigningKey(bytes.fromhex(SEED))
    assert key.public.hex() == PUBLIC
    assert key.sign(b"\x72").hex() == SIGNATURE
    assert is_signed(key.public, b"\x72", bytes.fromhex(SIGNATURE))


def test_what_is_not_signed_is_said_and_raises_nothing():
    key = SigningKey.new()
    signature = key.sign(b"text")
    assert not is_signed(key.public, b"other", signature)
    assert not is_signed(SigningKey.new().public, b"text", signature)
    assert not is_signed(b"short", b"text", signature)
    assert not is_signed(key.public, b"text", b"short")


def test_a_private_file_is_its_owners_alone_and_is_never_replaced(tmp_path):
    path = tmp_path / "key"
    write_private(path, "secret")
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_private(path) == "secret"
    with pytest.raises(FileExistsError):
        write_private(path, "other")
    path.chmod(0o604)
    with pytest.raises(KeyUnavailable, match="open to others"):
        read_private(path)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_is_missing_or_no_text_is_one_sentence(tmp_path, content):
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(KeyUnavailable, match="cannot be read"):
        read_private(path)
