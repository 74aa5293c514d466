"""A sealed field behaves as the field that it stands for."""

import copy
import datetime
import pickle
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django import forms
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.forms.models import model_to_dict
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from crypto import keyring
from crypto.errors import KeyDestroyed, KeyringClosed, PlaintextRefused, RevealRequired, Tampered
from crypto.fields import (
    CodeEmailField,
    CodeField,
    CodeTextField,
    SealedBooleanField,
    SealedDateField,
    SealedField,
    SealedIntegerField,
    SealedJSONField,
    SealedTextField,
    Unsaved,
    as_stored,
)
from crypto.keyring import Keyring
from crypto.models import DataKey
from crypto.providers import FileKeyProvider
from crypto.scopes import Scope, ScopeKind
from crypto.sealed import LIMIT, Sealed
from tests.crypto.conftest import assert_silent, stored
from tests.crypto.testapp.models import File, Letter

SEALED = ["alias", "note", "payload", "seen_on", "age", "alone"]
SECRET = ["name", "story", "born_on", "pregnant"]
VALUES: dict[str, Any] = {
    "alias": "Awa \0 Diop ́ 🕊",
    "note": "née à Kédougou\n" * 40,
    "payload": {"questions": [1, 2.5, None, True], "mère": "Fatou"},
    "seen_on": datetime.date(2026, 11, 21),
    "age": -14,
    "alone": False,
    "name": "Aïssatou Ba",
    "story": "x" * 3000,
    "born_on": datetime.date(2010, 2, 28),
    "pregnant": True,
}


@pytest.fixture
def file(db: None, ring: Keyring) -> File:
    return File.objects.create(reference="AB12", **VALUES)


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


def test_the_columns_hold_no_plaintext(file: File) -> None:
    for name in SEALED + SECRET:
        column = stored(file, name)
        assert column is not None
        assert column.startswith(b"R\x01\x01")
        for plain in (b"Awa", b"Fatou", b"2026-11-21", b"2010-02-28", "Aïssatou".encode(), b"xxxx"):
            assert plain not in column


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


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_well_formed_text_is_kept(text: str) -> None:
    assert Letter(alias=text).alias == text


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


@given(value=st.integers(-(2**63), 2**63 - 1))
def test_any_integer_of_64_bits_is_kept(value: int) -> None:
    assert File(age=value).age == value


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
def test_a_required_secret_is_required(ring: Keyring) -> None:
    with (
        pytest.raises(PlaintextRefused, match="crypto_testapp.Letter.sign has no value"),
        transaction.atomic(),
    ):
        Letter.objects.create(sign=None)
    assert not Letter.objects.exists()


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


def test_nothing_opens_without_a_keyring(file: File, provider: FileKeyProvider) -> None:
    token = keyring._current.set(None)
    try:
        again = File.objects.get()
        assert again.reference == "AB12"
        for name in SEALED + SECRET:
            with pytest.raises(KeyringClosed):
                getattr(again, name)
    finally:
        keyring._current.reset(token)


def test_bulk_create_seals(db: None, ring: Keyring, django_assert_num_queries: Any) -> None:
    case_id = uuid4()
    ring.sealing_key(Scope(ScopeKind.CASE, case_id))
    with django_assert_num_queries(1):
        File.objects.bulk_create([File(case_id=case_id, alias=f"Awa {n}") for n in range(3)])
    assert {file.alias for file in File.objects.all()} == {"Awa 0", "Awa 1", "Awa 2"}


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


def test_the_class_gives_the_attribute() -> None:
    assert File.alias.field is File._meta.get_field("alias")


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
    with pytest.raises(Tampered, match="crypto_testapp.File.age holds a value of another type"):
        _ = File.objects.get().age


@pytest.mark.parametrize("model", [File, File.history.model, Letter])
def test_the_models_pass_djangos_checks(model: type[models.Model]) -> None:
    assert model.check(databases=["default"]) == []


@pytest.mark.parametrize("name", [*SEALED, *SECRET])
def test_a_field_survives_a_migration(name: str) -> None:
    field = File._meta.get_field(name)
    assert isinstance(field, SealedField)
    twin = field.clone()
    assert (type(twin), twin.secret, twin.padding, twin.null, twin.editable) == (
        type(field),
        field.secret,
        field.padding,
        field.null,
        False,
    )
    written, _ = MigrationWriter.serialize(field)
    assert written.startswith(f"crypto.fields.{type(field).__name__}(")
    assert ("secret=True" in written) == (name in SECRET)
    assert ("padding='long'" in written) == (name in {"note", "story"})
    assert field.db_type(connection) == "bytea"


def test_an_unknown_padding_is_refused() -> None:
    with pytest.raises(ValueError, match="medium"):
        SealedTextField(padding="medium")


@pytest.mark.parametrize(
    ("field", "level"),
    [
        (SealedTextField(), "sealed"),
        (SealedTextField(secret=True), "secret"),
        (CodeField(), "code"),
        (CodeTextField(), "code"),
        (CodeEmailField(), "code"),
    ],
)
def test_every_field_says_its_level(field: Any, level: str) -> None:
    assert field.level == level


@isolate_apps("tests.crypto.testapp")
def test_code_fields_are_djangos_own() -> None:
    class Directory(models.Model):
        code = CodeField(max_length=8, choices=[("A", "a")])
        text = CodeTextField()
        email = CodeEmailField()

        class Meta:
            app_label = "crypto_testapp"

    row = Directory(code="A", text="t", email="a@b.example")
    assert (row.code, row.text, row.email) == ("A", "t", "a@b.example")
    assert [f.db_type(connection) for f in Directory._meta.local_fields][1:] == [
        "varchar(8)",
        "text",
        "varchar(254)",
    ]
    assert CodeField(max_length=8).clone().max_length == 8
    assert CodeField(max_length=8).deconstruct()[1] == "crypto.fields.CodeField"


@isolate_apps("tests.crypto.testapp")
def test_a_refresh_of_the_models_own_is_kept() -> None:
    class Own(models.Model):
        id = models.UUIDField(primary_key=True, default=uuid4)
        first = SealedTextField()
        second = SealedTextField()
        refreshed: Any = None

        class Meta:
            app_label = "crypto_testapp"

        def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
            self.refreshed = self.first

    own = Own(first="Awa")
    own.refresh_from_db()
    assert isinstance(own.refreshed, Unsaved)


@pytest.mark.parametrize(
    ("field", "form_field", "widget"),
    [
        (SealedTextField(max_length=20, blank=True), forms.CharField, forms.TextInput),
        (SealedTextField(padding="long"), forms.CharField, forms.Textarea),
        (SealedTextField(choices=[("a", "A")]), forms.TypedChoiceField, forms.Select),
        (SealedDateField(), forms.DateField, forms.DateInput),
        (SealedIntegerField(), forms.IntegerField, forms.NumberInput),
        (SealedBooleanField(blank=True), forms.BooleanField, forms.CheckboxInput),
        (SealedJSONField(), forms.JSONField, forms.Textarea),
    ],
)
def test_every_field_has_a_form_field(field: Any, form_field: type, widget: type) -> None:
    made = field.formfield()
    assert type(made) is form_field
    assert type(made.widget) is widget
    assert made.required is not field.blank
    if form_field is forms.CharField:
        assert made.max_length == field.max_length


def test_a_form_field_can_be_chosen() -> None:
    assert type(SealedTextField().formfield(form_class=forms.EmailField)) is forms.EmailField
    assert type(SealedTextField(padding="long").formfield(widget=forms.TextInput).widget) is forms.TextInput


def test_sealed_choices_are_displayed(db: None, ring: Keyring) -> None:
    field = SealedTextField(choices=[("a", "Letter A")])
    assert dict(field.flatchoices) == {"a": "Letter A"}


def test_identifiers_are_made_before_the_row() -> None:
    assert isinstance(File().pk, UUID)
