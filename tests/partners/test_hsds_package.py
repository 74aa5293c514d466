"""The directory as a package: what it holds, and that it makes the same directory elsewhere, or nothing."""

import io
import json
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit import clock
from audit.models import Event
from partners.hsds.writing import FILES
from partners.models import Membership, Organisation, Places, Service, Site, User
from partners.queries.published import Audience, published_organisations, published_services
from tests import canary
from tests import cast as c
from tests.partners.conftest import BOTH
from tests.partners.directory import HIDDEN, SECRET_HOUSE, STAFF, faults, make_directory

pytestmark = pytest.mark.django_db(databases=BOTH)
TABLES = dict(zip(FILES, ("taxonomy", "taxonomy_term", "organization", "service"), strict=True))
#: Rows are made anew: who keeps them, and in which version they are, is not what the directory says.
OWN = {"version", "group_id"}


def export(target: Path) -> Path:
    call_command("directory", "export", str(target), stdout=io.StringIO())
    return target


def take_in(source: Path) -> str:
    said = io.StringIO()
    call_command("directory", "import", str(source), stdout=said, stderr=said)
    return said.getvalue()


def refused(source: Path) -> list[str]:
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("directory", "import", str(source), stderr=said)
    return said.getvalue().splitlines()


def empty() -> None:
    """As a new installation: reference data alone."""
    with c.acting(), transaction.atomic():
        for model in (Places, Service, Site, Membership, User, Organisation):
            for row in model.objects.all():
                row.delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            model.history.model.objects.all().delete()


def told() -> dict[UUID, dict[str, object]]:
    """What partners read of organisations and services, column by column."""
    reader = Audience(clock.now(), partner=True)
    rows = [*published_organisations(reader), *published_services(reader)]
    found = {}
    for row in rows:
        said = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in OWN}
        if isinstance(row, Service):
            said["assured_at"] = row.assured_at and row.assured_at.date()
            said["site_id"] = row.site_id if row.site and not row.site.confidential else None
        found[row.pk] = said
    return found


def test_a_package_makes_the_same_directory_in_an_empty_system(db, tmp_path):
    make_directory()
    first = export(tmp_path / "one.zip").read_bytes()
    before = told()
    empty()
    assert not Organisation.objects.exists()
    assert "services" in take_in(tmp_path / "one.zip")
    assert told() == before
    assert export(tmp_path / "two.zip").read_bytes() == first
    export(tmp_path / "three")
    assert {path.name for path in (tmp_path / "three").iterdir()} == set(FILES)
    assert not User.objects.exists()
    assert not Site.objects.filter(confidential=True).exists()
    assert Event.objects.using("audit").filter(verb="export", scope="hsds.package").count() == 3


def test_a_package_is_what_the_standard_says_and_leads_to_no_hidden_house(db, tmp_path):
    made = make_directory()
    with zipfile.ZipFile(export(tmp_path / "one.zip")) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    for name, table in TABLES.items():
        rows = json.loads(texts[name])
        assert rows
        assert [fault for row in rows for fault in faults(table, row)] == []
    said = b"".join(texts.values())
    assert canary.found([HIDDEN, SECRET_HOUSE, STAFF, made.suspended.name, made.ended.name], said) == []
    assert b"capacities" not in said


def test_each_fault_is_said_with_its_row_and_nothing_is_taken_in(db, tmp_path):
    make_directory()
    folder = export(tmp_path / "package")
    empty()
    whole = json.loads((folder / "services.json").read_text())

    def with_services(change):
        rows = json.loads(json.dumps(whole))
        change(rows)
        (folder / "services.json").write_text(json.dumps(rows))
        said = refused(folder)
        assert not Organisation.objects.exists()
        return said

    def wrong(rows):
        rows[0]["prix"] = "0"
        rows[1]["minimum_age"] = "six"
        rows[2]["attributes"][0]["taxonomy_term"]["code"] = "MAGIC"

    said = with_services(wrong)
    assert [line.split(":")[0] for line in said] == [
        "services.json, 1",
        "services.json, 2",
        "services.json, 3",
    ]
    assert "prix" in said[0]
    assert with_services(lambda rows: rows.append(rows[0])) == ["services.json, 4: id stands here twice"]
    [strange] = with_services(lambda rows: rows[0]["organization"].update(id=str(UUID(int=1))))
    assert strange == "services.json, 1: organization: is not in this package"
    long = with_services(lambda rows: rows[0].update(description="x" * 401))
    assert long[0].startswith("services.json, 1: description:")
    (folder / "people.json").write_text("[]")
    assert refused(folder)[0] == "people.json: is no file of a package"
    assert refused(tmp_path / "nowhere.zip")


def test_what_is_here_already_is_not_overwritten(db, tmp_path):
    made = make_directory()
    source = export(tmp_path / "one.zip")
    count = Organisation.objects.count()
    assert any(f"{made.public.pk} is in this directory already" in line for line in refused(source))
    assert Organisation.objects.count() == count
