"""A sealed field behaves as the field that it stands for."""

import datetime
from contextvars import Context
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import keyring
from crypto.errors import KeyDestroyed, KeyringClosed, PlaintextRefused, Tampered
from crypto.fields import (
    SealedField,
)
from crypto.keyring import Keyring
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.scopes import Scope, ScopeKind
from crypto.sealed import LIMIT
from tests.crypto.conftest import SEALED, SECRET, VALUES, assert_silent, stored
from tests.crypto.testapp.models import File, Letter


def test_every_kind_of_value_comes_back(file: File, provider: FileKeyProvider) -> None:
    with keyring.opened(provider) as later:
        again = File.objects.get()
        assert {name: getattr(again, name) for name in SEALED} == {name: VALUES[name] for name in SEALED}
        with later.revealing(again):
            assert {name: getattr(again, name) for name in SECRET} == {name: VALUES[name] for name in SECRET}
        assert type(again.alone) is bool
        assert type(again.age) is int


@pytest.mark.django_db
def test_absent_values_come_back_as_none(ring: Keyring) -> None:
    File.objects.create()
    again = File.objects.get()
    assert [getattr(again, name) for name in SEALED] == [None, "", None, None, None, None]
    with keyring.revealing(again):
        assert [getattr(again, name) for name in SECRET] == [None] * 4


@pytest.mark.django_db
def test_only_what_is_there_goes_under_a_newer_key_and_once(ring: Keyring) -> None:
    file = File.objects.create(note="canari")
    ring.renew(file.key_scope())
    again, before = File.objects.get(), stored(file, "note")
    moved = {name for name in SEALED if File._meta.get_field(name).reseal(again)}
    assert moved == {"note"}
    assert not File._meta.get_field("note").reseal(again), "it lies there already"
    again.save()
    assert stored(again, "note") != before
    assert (File.objects.get().note, File.objects.get().alias) == ("canari", None)


def test_the_columns_hold_no_plaintext(file: File) -> None:
    for name in SEALED + SECRET:
        column = stored(file, name)
        assert column is not None
        assert column.startswith(b"R\x01\x01")
        for plain in (b"Awa", b"Fatou", b"2026-11-21", b"2010-02-28", "Aïssatou".encode(), b"xxxx"):
            assert plain not in column


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_well_formed_text_is_kept(text: str) -> None:
    assert Letter(alias=text).alias == text


@settings(deadline=None)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
        ),
        max_leaves=10,
    )
)
def test_any_json_is_kept(value: Any) -> None:
    assert File(payload=value).payload == value


@settings(deadline=None)
@given(value=st.integers(-(2**63), 2**63 - 1))
def test_any_integer_of_64_bits_is_kept(value: int) -> None:
    assert File(age=value).age == value


@settings(deadline=None)
@given(value=st.dates())
def test_any_date_is_kept(value: datetime.date) -> None:
    assert File(seen_on=value).seen_on == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alias", 12),
        ("alias", b"secret-canary"),
        ("alias", "secret-canary \ud800"),
        ("alias", "\udfff secret-canary"),
        ("alias", "secret-canary" + "x" * 200),
        ("alias", models.F("note")),
        ("alias", models.Value("secret-canary")),
        ("note", "secret-canary" + "x" * LIMIT),
        ("note", "é" * (LIMIT // 2 + 1)),
        ("payload", {"secret-canary": {1, 2}}),
        ("payload", {"secret-canary": "\ud800"}),
        ("payload", ["secret-canary", float("nan")]),
        ("payload", models.F("note")),
        ("payload", ["secret-canary" * LIMIT]),
        ("seen_on", "2026-11-21"),
        ("seen_on", datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)),
        ("age", True),
        ("age", "12"),
        ("age", Decimal(12)),
        ("age", 2**63),
        ("age", -(2**63) - 1),
        ("alone", 1),
        ("alone", "secret-canary"),
        ("name", "secret-canary \ud83d"),
    ],
)
def test_a_value_that_cannot_be_sealed_is_refused_in_silence(field: str, value: Any) -> None:
    file = File()
    before = file.__dict__[field]
    with pytest.raises(PlaintextRefused, match=f"crypto_testapp.File.{field} takes") as refusal:
        setattr(file, field, value)
    assert_silent(refusal.value, "secret-canary", "2026")
    assert file.__dict__[field] == before


def test_bottomless_json_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(PlaintextRefused):
        File(payload=value)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(PlaintextRefused):
        File(payload=deep)


def test_a_text_of_a_megabyte_is_refused_in_silence() -> None:
    with pytest.raises(PlaintextRefused, match="at most 262144 bytes") as refusal:
        File(note="secret-canary " * 75_000)
    assert_silent(refusal.value, "secret-canary")


def test_the_greatest_text_is_kept(db: None, ring: Keyring) -> None:
    File.objects.create(note="é" * (LIMIT // 2))
    assert File.objects.get().note == "é" * (LIMIT // 2)


def test_assigning_makes_a_copy() -> None:
    value = {"a": [1]}
    file = File(payload=value)
    value["a"].append(2)
    assert file.payload == {"a": [1]}
    file.payload["a"].append(3)
    assert file.payload == {"a": [1]}


def test_an_unrelated_save_keeps_the_bytes(file: File) -> None:
    before = {name: stored(file, name) for name in SEALED + SECRET}
    again = File.objects.get()
    again.reference = "CD34"
    again.save()
    assert {name: stored(file, name) for name in SEALED + SECRET} == before


def test_an_unrelated_save_needs_no_key(file: File) -> None:
    again = File.objects.get()
    DataKey.objects.all().delete()
    with keyring.opened():
        again.reference = "CD34"
        again.save()
    assert File.objects.get().reference == "CD34"


def test_a_changed_value_is_sealed_anew_and_alone(file: File) -> None:
    before = {name: stored(file, name) for name in SEALED + SECRET}
    again = File.objects.get()
    again.alias = "Coumba"
    again.save()
    after = {name: stored(file, name) for name in SEALED + SECRET}
    assert {name for name in before if before[name] != after[name]} == {"alias"}
    assert File.objects.get().alias == "Coumba"


def test_update_fields_leaves_the_others_unsaved(file: File) -> None:
    again = File.objects.get()
    again.alias, again.note = "Coumba", "new"
    again.save(update_fields=["alias"])
    assert again.note == "new"
    assert (File.objects.get().alias, File.objects.get().note) == ("Coumba", VALUES["note"])
    again.save()
    assert File.objects.get().note == "new"


def test_a_value_can_be_taken_away(file: File) -> None:
    file.alias = file.born_on = None
    file.save()
    assert stored(file, "alias") is None
    assert stored(file, "born_on") is not None
    again = File.objects.get()
    assert again.alias is None
    with keyring.revealing(again):
        assert again.born_on is None


def test_an_assigned_value_reads_back_before_it_is_saved() -> None:
    assert File(alias="Awa").alias == "Awa"
    assert File().alias is None


@pytest.mark.django_db
def test_a_required_value_is_required(ring: Keyring) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        File.objects.create(note=None)


@pytest.mark.django_db
def test_nothing_is_saved_without_a_keyring() -> None:
    with pytest.raises(KeyringClosed) as refusal, transaction.atomic():
        File.objects.create(alias="secret-canary")
    assert_silent(refusal.value, "secret-canary")
    assert not File.objects.exists()


def test_nothing_opens_without_a_keyring(file: File) -> None:
    def look() -> None:
        again = File.objects.get()
        assert again.reference == "AB12"
        for name in SEALED + SECRET:
            with pytest.raises(KeyringClosed):
                getattr(again, name)

    Context().run(look)


def test_bulk_create_seals(db: None, ring: Keyring, django_assert_num_queries: Any) -> None:
    case_id = uuid4()
    ring.sealing_key(Scope(ScopeKind.CASE, case_id))
    with django_assert_num_queries(1):
        File.objects.bulk_create([File(case_id=case_id, alias=f"Awa {n}") for n in range(3)])
    assert {file.alias for file in File.objects.all()} == {"Awa 0", "Awa 1", "Awa 2"}


def test_a_destroyed_case_does_not_open(file: File) -> None:
    keyring.current().destroy_case(file.case_id)
    again = File.objects.get()
    with pytest.raises(KeyDestroyed), keyring.revealing(again):
        _ = again.name
    with pytest.raises(KeyDestroyed):
        _ = File.history.get().alias


def test_a_value_of_another_type_is_found(file: File) -> None:
    """Same row, same field, rightly sealed, but by a program in which the field was another."""
    field = File._meta.get_field("age")
    assert isinstance(field, SealedField)
    key = keyring.current().key_for(file.key_scope())
    sealed = key.seal(b"s14", field._bound, file.pk)
    File.objects.filter(pk=file.pk).update(age=sealed)
    with pytest.raises(Tampered, match=r"crypto_testapp\.File\.age holds a value of another type"):
        _ = File.objects.get().age
