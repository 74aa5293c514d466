"""Rows that are refreshed, deferred, copied or read without an instance stay sealed."""

import copy
import pickle
from typing import Any
from uuid import uuid4

import pytest
from django.db import models
from django.forms.models import model_to_dict
from django.test.utils import isolate_apps

from crypto import keyring
from crypto.errors import PlaintextRefused, RevealRequired
from crypto.fields import (
    SealedField,
    SealedTextField,
    Unsaved,
    as_stored,
)
from crypto.keyring import Keyring
from crypto.scopes import Scope, ScopeKind
from crypto.sealed import Sealed
from tests.crypto.conftest import SEALED, SECRET, VALUES, assert_silent, stored
from tests.crypto.testapp.models import File, Letter


def test_refresh_copies_the_stored_values(file: File, django_assert_num_queries: Any) -> None:
    again = File.objects.get()
    file.alias, file.reference = "Coumba", "CD34"
    file.save()
    with django_assert_num_queries(1):
        again.refresh_from_db()
    assert again.alias == "Coumba"
    assert all(isinstance(again.__dict__[name], Sealed) for name in SEALED + SECRET)
    before = stored(file, "name")
    again.save()
    assert stored(file, "name") == before
    File.objects.update(reference="EF56")
    again.refresh_from_db(fields=["reference", "name"])
    assert again.reference == "EF56"


@pytest.mark.parametrize("secret", [True, False])
def test_deferred_values_are_fetched_when_read(
    file: File, secret: bool, django_assert_num_queries: Any
) -> None:
    again = File.objects.only("reference", "case_id").get()
    with keyring.revealing(again), django_assert_num_queries(1):
        assert (again.name if secret else again.alias) == VALUES["name" if secret else "alias"]
    with django_assert_num_queries(0):
        assert (again.__dict__["name" if secret else "alias"]) is not None
    again.reference = "CD34"
    before = stored(file, "note")
    again.save()
    assert stored(file, "note") == before


def test_a_deleted_deferred_row_is_not_found(file: File) -> None:
    again = File.objects.only("reference", "case_id").get()
    File.objects.all().delete()
    with pytest.raises(File.DoesNotExist):
        _ = again.alias


def test_a_copy_of_an_instance_is_as_sealed(file: File) -> None:
    for twin in (copy.copy(file), copy.deepcopy(file)):
        assert twin.alias == VALUES["alias"]
        assert isinstance(twin.__dict__["name"], Sealed)


@pytest.mark.parametrize("saved", [True, False])
def test_an_instance_is_never_pickled(db: None, ring: Keyring, saved: bool) -> None:
    file = File(alias="secret-canary")
    if saved:
        file.save()
    with pytest.raises(PlaintextRefused) as refusal:
        pickle.dumps(file)
    assert_silent(refusal.value, "secret-canary")


def test_a_queryset_is_never_pickled(file: File) -> None:
    with pytest.raises(PlaintextRefused):
        pickle.dumps(File.objects.all())


def test_an_instance_shows_nothing(file: File) -> None:
    unsaved = File(alias="secret-canary", name="secret-canary")
    for row in (file, File.objects.get(), unsaved):
        assert "canary" not in repr(row.__dict__) + repr(row) + str(row)
        assert VALUES["alias"] not in repr(row.__dict__)


def test_values_give_what_is_stored(file: File) -> None:
    (row,) = File.objects.values("id", "case_id", "alias", "name", "age")
    assert isinstance(row["alias"], Sealed)
    assert str(row["name"]) == "<Sealed>"
    alias, age, name = (File._meta.get_field(field) for field in ("alias", "age", "name"))
    scope = Scope(ScopeKind.CASE, row["case_id"])
    assert isinstance(alias, SealedField)
    assert isinstance(age, SealedField)
    assert isinstance(name, SealedField)
    assert alias.open_stored(row["alias"], row["id"], scope) == VALUES["alias"]
    assert age.open_stored(row["age"], row["id"], scope) == VALUES["age"]
    assert alias.open_stored(None, row["id"], scope) is None
    with pytest.raises(RevealRequired):
        name.open_stored(row["name"], row["id"], scope)


def test_as_stored_opens_nothing(file: File) -> None:
    with as_stored():
        assert isinstance(file.name, Sealed)
        with as_stored():
            assert isinstance(file.alias, Sealed)
        assert isinstance(file.alias, Sealed)
        assert isinstance(File(alias="Awa").alias, Unsaved)
    assert file.alias == VALUES["alias"]


def test_full_clean_keeps_the_bytes(db: None, ring: Keyring) -> None:
    Letter.objects.create(alias="Awa", sign="B")
    letter = Letter.objects.get()
    before = {name: letter.__dict__[name] for name in ("alias", "sign")}
    with keyring.revealing(letter):
        letter.full_clean()
        assert {name: letter.__dict__[name] for name in ("alias", "sign")} == before
        letter.alias = "Coumba"
        letter.full_clean()
        assert letter.alias == "Coumba"
    assert Letter._meta.get_field("alias").clean("Awa", None) == "Awa"


def test_model_to_dict_gives_nothing_away(file: File) -> None:
    assert not set(SEALED + SECRET) & set(model_to_dict(file))
    assert isinstance(File._meta.get_field("alias").value_from_object(file), Sealed)
    assert isinstance(File._meta.get_field("alias").value_from_object(File(alias="Awa")), Unsaved)


@isolate_apps("tests.crypto.testapp")
def test_a_refresh_of_the_models_own_is_kept() -> None:
    class Own(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid4)
        first = SealedTextField()
        second = SealedTextField()
        refreshed: Any = None

        class Meta:
            app_label = "crypto_testapp"

        def __str__(self) -> str:
            return str(self.id)

        def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
            self.refreshed = self.first

    own = Own(first="Awa")
    own.refresh_from_db()
    assert isinstance(own.refreshed, Unsaved)
