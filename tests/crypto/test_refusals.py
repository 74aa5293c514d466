"""No plaintext reaches SQL, a serializer or a message, by any of Django's doors."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat, Upper
from django.test.utils import CaptureQueriesContext

from crypto.errors import PlaintextRefused, RevealRequired
from crypto.keyring import Keyring
from crypto.sealed import Sealed
from tests.crypto.conftest import assert_silent, stored
from tests.crypto.testapp.models import File

CANARY = "secret-canary"

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(ring: Keyring) -> File:
    return File.objects.create(alias="Awa", name="Awa", note="Awa")


def bulk_update(field: str) -> None:
    rows = list(File.objects.all())
    for row in rows:
        setattr(row, field, CANARY)
    File.objects.bulk_update(rows, [field])


REFUSED: dict[str, Callable[[], Any]] = {
    "update": lambda: File.objects.update(alias=CANARY),
    "update bytes": lambda: File.objects.update(alias=CANARY.encode()),
    "update by Value": lambda: File.objects.update(alias=Value(CANARY)),
    "update by typed Value": lambda: File.objects.update(
        alias=Value(CANARY, output_field=models.TextField())
    ),
    "update by Value of the field": lambda: File.objects.update(
        alias=Value(CANARY, output_field=File._meta.get_field("alias"))
    ),
    "update by F": lambda: File.objects.update(alias=F("note")),
    "update by Concat": lambda: File.objects.update(alias=Concat(F("reference"), Value(CANARY))),
    "update by Cast": lambda: File.objects.update(alias=Cast(Value(CANARY), models.BinaryField())),
    "update by Case": lambda: File.objects.update(
        alias=Case(When(reference="x", then=Value(CANARY)), default=F("alias"))
    ),
    "update a secret": lambda: File.objects.update(name=CANARY),
    "update a secret to NULL": lambda: File.objects.update(name=None),
    "bulk_update": lambda: bulk_update("alias"),
    "bulk_create on conflict": lambda: File.objects.bulk_create([File(alias=Value(CANARY))]),
    "create": lambda: File.objects.create(alias=Upper(Value(CANARY))),
    "get_or_create": lambda: File.objects.get_or_create(alias=CANARY),
    "update_or_create": lambda: File.objects.update_or_create(alias=CANARY, defaults={"note": "n"}),
    "filter": lambda: list(File.objects.filter(alias=CANARY)),
    "filter bytes": lambda: list(File.objects.filter(alias=CANARY.encode())),
    "filter by Value": lambda: list(File.objects.filter(alias=Value(CANARY))),
    "filter by F": lambda: list(File.objects.filter(alias=F("note"))),
    "filter by subquery": lambda: list(File.objects.filter(alias=File.objects.values("alias")[:1])),
    "filter a secret": lambda: list(File.objects.filter(name=CANARY)),
    "is a secret NULL": lambda: list(File.objects.filter(name__isnull=True)),
    "is a secret None": lambda: list(File.objects.filter(name=None)),
    "exclude": lambda: list(File.objects.exclude(alias=CANARY)),
    "Q": lambda: list(File.objects.filter(Q(reference="x") | Q(alias=CANARY))),
    "get": lambda: File.objects.get(alias=CANARY),
    "in": lambda: list(File.objects.filter(alias__in=[CANARY])),
    "json key": lambda: list(File.objects.filter(payload__key=CANARY)),
    "aggregate filter": lambda: File.objects.aggregate(n=models.Count("id", filter=Q(alias=CANARY))),
    "annotate": lambda: list(File.objects.annotate(x=Case(When(alias=CANARY, then=1), default=0))),
    "exists": lambda: list(File.objects.filter(Exists(File.objects.filter(alias=CANARY, id=OuterRef("id"))))),
} | {
    lookup: lambda lookup=lookup: list(File.objects.filter(**{f"alias__{lookup}": CANARY}))
    for lookup in [
        *["iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"],
        *["regex", "iregex", "gt", "gte", "lt", "lte", "range"],
    ]
}


@pytest.mark.parametrize("door", REFUSED)
def test_plaintext_does_not_reach_sql(file: File, door: str) -> None:
    before = {name: stored(file, name) for name in ("alias", "name", "note")}
    with (
        CaptureQueriesContext(connection) as queries,
        pytest.raises(PlaintextRefused) as refusal,
        transaction.atomic(),
    ):
        REFUSED[door]()
    assert_silent(refusal.value, CANARY)
    assert CANARY not in str(queries.captured_queries)
    assert {name: stored(file, name) for name in before} == before
    assert File.objects.count() == 1


def test_an_unknown_transform_is_djangos_own_error(file: File) -> None:
    with pytest.raises(FieldError) as refusal:
        list(File.objects.filter(payload__key__deeper=CANARY))
    assert_silent(refusal.value, CANARY)


def test_stored_values_can_be_compared_and_exchanged(file: File) -> None:
    """What a rotation of data keys does: compare and swap, by stored bytes alone."""
    old = File.objects.values_list("alias", flat=True).get()
    assert isinstance(old, Sealed)
    field = File._meta.get_field("alias")
    new = field._sealed(b"sCoumba", file.pk, file.key_scope())  # type: ignore[union-attr]
    assert File.objects.filter(alias=old).update(alias=new) == 1
    assert File.objects.filter(alias=old).update(alias=new) == 0
    assert File.objects.exclude(alias=new).count() == 0
    assert File.objects.get().alias == "Coumba"


def test_absence_of_a_sealed_value_can_be_asked(file: File) -> None:
    assert File.objects.filter(alias__isnull=False, seen_on__isnull=True).count() == 1
    assert File.objects.filter(seen_on=None).count() == 1
    assert File.objects.update(alias=None) == 1
    assert File.objects.get().alias is None


@pytest.mark.parametrize("form", ["json", "jsonl", "python", "xml"])
@pytest.mark.parametrize("field", ["alias", "name", "age", "seen_on", "payload"])
def test_nothing_is_serialised(ring: Keyring, form: str, field: str) -> None:
    """Dates and numbers too: Django hands those on without asking the field."""
    day = date(2026, 11, 21)
    File.objects.create(alias=CANARY, name=CANARY, age=1234567, seen_on=day, payload={"a": CANARY})
    with pytest.raises((PlaintextRefused, RevealRequired)) as refusal:
        serializers.serialize(form, File.objects.all(), fields=[field])
    assert_silent(refusal.value, CANARY, "1234567", "2026")


def test_what_is_not_sealed_is_serialised(file: File) -> None:
    assert '"reference": ""' in serializers.serialize("json", File.objects.all(), fields=["reference"])


def test_a_fixture_brings_no_plaintext_in(file: File) -> None:
    row = {"model": "crypto_testapp.file", "pk": str(file.pk), "fields": {"alias": CANARY}}
    (deserialized,) = serializers.deserialize("python", [row])
    with (
        CaptureQueriesContext(connection) as queries,
        pytest.raises((PlaintextRefused, RevealRequired)) as refusal,
    ):
        deserialized.save()
    assert_silent(refusal.value, CANARY)
    assert CANARY not in str(queries.captured_queries)


def test_the_sql_of_a_save_holds_no_plaintext(ring: Keyring) -> None:
    with CaptureQueriesContext(connection) as queries:
        row = File.objects.create(
            alias=CANARY, note=CANARY, payload={CANARY: CANARY}, name=CANARY, story=CANARY
        )
        row.alias = CANARY + CANARY
        row.save()
    said = str(queries.captured_queries)
    assert "INSERT" in said
    for spelling in (CANARY, CANARY.encode().hex(), CANARY.encode("utf-16-le").hex()):
        assert spelling not in said
