"""A secret field opens only while its row is revealed, and does not even tell whether it is filled."""

import datetime
from typing import Any

import pytest
from django.db import transaction

from crypto import keyring
from crypto.errors import PlaintextRefused, RevealRequired
from crypto.keyring import Keyring
from crypto.providers import FileKeyProvider
from tests.crypto.conftest import SECRET, VALUES, assert_silent, stored
from tests.crypto.testapp.models import File, Letter


def test_only_an_absent_secret_is_sealed(db: None, ring: Keyring) -> None:
    file = File.objects.create()
    assert [stored(file, name) for name in ("alias", "payload", "seen_on", "age", "alone")] == [None] * 5
    assert all(stored(file, name) is not None for name in SECRET)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("born_on", [None, datetime.date(1, 1, 1), datetime.date(2010, 2, 28)]),
        ("pregnant", [None, True, False]),
        ("name", [None, "", "Awa", "é" * 31]),
        ("story", [None, "", "x" * 254]),
    ],
)
def test_an_absent_secret_has_the_size_of_a_present_one(
    db: None, ring: Keyring, field: str, values: list[Any]
) -> None:
    sizes = {len(stored(File.objects.create(**{field: value}), field) or b"") for value in values}
    assert len(sizes) == 1


@pytest.mark.django_db
def test_a_required_secret_is_required(ring: Keyring) -> None:
    with (
        pytest.raises(PlaintextRefused, match=r"crypto_testapp\.Letter\.sign has no value"),
        transaction.atomic(),
    ):
        Letter.objects.create(sign=None)
    assert not Letter.objects.exists()


def test_a_secret_opens_only_while_it_is_revealed(file: File) -> None:
    again = File.objects.get()
    for name in SECRET:
        with pytest.raises(RevealRequired, match=f"crypto_testapp.File.{name} is secret"):
            getattr(again, name)
    with keyring.revealing(again):
        assert again.name == VALUES["name"]
        with keyring.revealing(again):
            assert again.name == VALUES["name"]
        assert again.name == VALUES["name"]
        assert File.objects.get().name == VALUES["name"]
    with pytest.raises(RevealRequired):
        _ = again.name


def test_a_secret_that_was_just_assigned_is_secret_too(db: None, ring: Keyring) -> None:
    file = File(name="secret-canary")
    with pytest.raises(RevealRequired) as refusal:
        _ = file.name
    assert_silent(refusal.value, "secret-canary")
    with keyring.revealing(file):
        assert file.name == "secret-canary"


def test_revealing_one_row_reveals_no_other(file: File) -> None:
    other = File.objects.create(case_id=file.case_id, name="Other")
    letter = Letter.objects.create(id=file.id, case_id=file.case_id, sign="B")
    with keyring.revealing(file):
        for row, name in ((other, "name"), (letter, "sign")):
            with pytest.raises(RevealRequired):
                getattr(row, name)


def test_a_reveal_ends_with_an_error_and_with_its_keyring(file: File, provider: FileKeyProvider) -> None:
    with pytest.raises(ZeroDivisionError), keyring.revealing(file):
        _ = 1 / 0
    assert not keyring.current().is_revealed(file)
    with keyring.revealing(file), keyring.opened(provider) as inner:
        assert not inner.is_revealed(file)
        with pytest.raises(RevealRequired):
            _ = file.name
