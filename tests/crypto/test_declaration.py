"""What a sealed or a Code field is to migrations, checks and forms."""

from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

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
)
from crypto.keyring import Keyring
from tests.crypto.conftest import SEALED, SECRET
from tests.crypto.testapp.models import File, Letter


def test_the_class_gives_the_attribute() -> None:
    assert File.alias.field is File._meta.get_field("alias")


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

        def __str__(self) -> str:
            return self.code

    row = Directory(code="A", text="t", email="a@b.example")
    assert (row.code, row.text, row.email) == ("A", "t", "a@b.example")
    assert [f.db_type(connection) for f in Directory._meta.local_fields][1:] == [
        "varchar(8)",
        "text",
        "varchar(254)",
    ]
    assert CodeField(max_length=8).clone().max_length == 8
    assert CodeField(max_length=8).deconstruct()[1] == "crypto.fields.CodeField"


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
