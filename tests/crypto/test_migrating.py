"""A migration adds a sealed or secret field to a table that holds rows: they have nothing to seal yet."""

import uuid

import pytest
from django.db import connection, models
from django.db.migrations import AddField, CreateModel
from django.db.migrations.state import ProjectState

from crypto.fields import SealedTextField

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("secret", [False, True])
def test_the_rows_that_are_there_get_no_value(secret: bool) -> None:
    state = ProjectState()
    CreateModel("Note", [("id", models.UUIDField(primary_key=True, default=uuid.uuid4))]).state_forwards(
        "probe", state
    )
    AddField("Note", "words", SealedTextField(null=True, secret=secret)).state_forwards("probe", state)
    column = state.apps.get_model("probe", "Note")._meta.get_field("words")
    assert column.get_db_prep_save(None, connection) is None
