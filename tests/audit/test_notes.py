"""Notes, checkpoints and tiles as C2SP writes them, so that tools which know nothing of Relais read them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tiles
from audit.errors import NoteRefused
from audit.fingerprint import heard, words_of
from audit.notes import (
    COSIGNATURE,
    Checkpoint,
    Signer,
    Verifier,
    cosigned_text,
    note_of,
    opened,
    signature_line,
    verified,
)
from crypto.signing import SigningKey

#: From the documentation of Go's golang.org/x/mod/sumdb/note, which C2SP's signed-note is compatible with.
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_known_note():
    assert verified(NOTE, Verifier.read(VKEY)) == TEXT
    signer = Signer.read(SKEY)
    assert str(signer) == SKEY
    assert str(signer.verifier) == VKEY
    assert note_of(TEXT, [signer.signature(TEXT)]) == NOTE


@pytest.mark.parametrize(
    "changed",
    [
        NOTE.replace("answer", "question"),
        NOTE.replace("PeterNeumann", "Somebody"),
        NOTE.replace("x08go/", "x08go+"),
        NOTE.replace("x08go", "y08go"),
        NOTE.replace("\n\n", "\n"),
        NOTE.rstrip("\n"),
        NOTE + "more\n",
        NOTE.replace("= \n", "\n").replace("AM=", "AN="),
        NOTE.replace("If", "\x07"),
        TEXT + "\n— PeterNeumann AA==\n",
    ],
)
def test_a_note_that_was_touched_is_refused(changed):
    with pytest.raises(NoteRefused):
        verified(changed, Verifier.read(VKEY))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "name",
        "name+00000000+AAAA",
        VKEY.replace("c74f", "c74e"),
        VKEY.replace("+ARpc", "+!Rpc"),
        VKEY.replace("Peter", ""),
    ],
)
def test_a_key_that_is_none_is_refused(wrong):
    with pytest.raises(NoteRefused):
        Verifier.read(wrong)
    with pytest.raises(NoteRefused):
        Signer.read(f"PRIVATE+KEY+{wrong}")
    with pytest.raises(NoteRefused):
        Signer.read(wrong)


def test_a_private_key_and_its_id_belong_together():
    with pytest.raises(NoteRefused, match="do not belong together"):
        Signer.read(SKEY.replace("c74f20a3", "c74f20a4"))


def test_a_checkpoint_is_read_as_it_was_written():
    for found in (
        Checkpoint("a.example/log", 0, bytes(32)),
        Checkpoint("b", 10**15, bytes(range(32)), ("more", "x")),
    ):
        assert Checkpoint.read(str(found)) == found
    root = base64.b64encode(bytes(32)).decode()
    for wrong in (
        "",
        "a\n1\n",
        f"a\n01\n{root}\n",
        f"a\n-1\n{root}\n",
        f"a\n1\n{root}",
        "a\n1\nAAAA\n",
        f"a\n1\n{root}\n\n",
        f"\n1\n{root}\n",
    ):
        with pytest.raises(NoteRefused):
            Checkpoint.read(wrong)


def test_a_cosignature_is_of_its_time_and_of_its_key():
    key = SigningKey.new()
    witness = Verifier("witness.example", key.public, COSIGNATURE)
    stamp = 1_700_000_000
    data = witness.id + stamp.to_bytes(8, "big") + key.sign(cosigned_text(TEXT, stamp))
    note = note_of(TEXT, [signature_line(witness.name, data)])
    assert verified(note, Verifier.read(str(witness))) == TEXT
    other = witness.id + (stamp + 1).to_bytes(8, "big") + data[12:]
    plain = witness.id + key.sign(TEXT.encode())
    for wrong in (other, plain, data[:-1]):
        with pytest.raises(NoteRefused):
            verified(note_of(TEXT, [signature_line(witness.name, wrong)]), witness)


def test_all_signatures_of_a_note_are_found():
    text, signatures = opened(note_of(TEXT, [signature_line("a", b"12345"), signature_line("b", b"67890")]))
    assert (text, [each.name for each in signatures]) == (TEXT, ["a", "b"])


def test_tiles_lie_where_the_protocol_says():
    assert tiles.tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tiles.tile_path(1, 0, 3) == "tile/1/000.p/3"
    assert tiles.entries_path(273, 112) == "tile/entries/273.p/112"
    assert tiles.entries_path(1000) == "tile/entries/x001/000"
    assert list(tiles.tiles_of(70_000)) == [
        *((0, index, 256) for index in range(273)),
        (0, 273, 112),
        (1, 0, 256),
        (1, 1, 17),
        (2, 0, 1),
    ]
    assert list(tiles.tiles_of(0)) == []


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_a_bundle_is_read_as_it_was_written(entries):
    data = tiles.bundle(entries)
    assert tiles.unbundled(data) == entries
    if entries:
        with pytest.raises(ValueError, match="cut off"):
            tiles.unbundled(data + b"\x00\x09" + b"123")


@given(st.integers(0, 10**12), st.binary(min_size=32, max_size=32))
def test_words_are_heard_however_they_are_written(size, root):
    words = words_of(size, root)
    assert heard(" - ".join(words).upper() + ".") == words
    assert words != words_of(size + 1, root)


def test_other_words_are_not_heard():
    assert heard("babab " * 7) is None
    assert heard("babab " * 7 + "maison") is None
    assert heard("") is None
