"""Registers and exports at the terminal, by the same rules as on screen."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from audit.models import Event
from referral.models import Case, ImportBatch
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral import registers
from tests.referral.pages import press, sign_in
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


def import_htcds(cast: c.Cast, path: Path, **more: Any) -> str:
    out = StringIO()
    given = {
        "organisation": cast.unit.name,
        "owner": cast.aissatou.email,
        "by": cast.bineta.email,
        "region": cast.region.code,
    }
    call_command("import_htcds", str(path), stdout=out, **given | more)
    return out.getvalue()


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "registre.xlsx"
    path.write_bytes(registers.template(registers.people(2)))
    return path


def test_without_the_word_write_it_only_reads(cast: c.Cast, register: Path) -> None:
    with nothing_changes():
        assert "2 rows" in import_htcds(cast, register)
    assert "2 / 2" in import_htcds(cast, register, write=True)
    work()  # the worker finds it done
    assert (Case.objects.count(), Case.objects.filter(owner=cast.aissatou).count()) == (2, 2)
    created = Event.objects.filter(verb="create", object_type="referral.case", actor_id=cast.bineta.pk)
    assert created.count() == 2


def test_faults_are_printed_and_stop_it(cast: c.Cast, tmp_path: Path) -> None:
    path = tmp_path / "registre.csv"
    path.write_bytes(registers.text(("prs_FirstName", "prs_Gender"), ("Mariama", "Fille")))
    out = StringIO()
    with nothing_changes(), pytest.raises(CommandError, match="1 faults"):
        call_command(
            "import_htcds",
            str(path),
            organisation=cast.unit.name,
            owner=cast.aissatou.email,
            by=cast.bineta.email,
            region=cast.region.code,
            write=True,
            stdout=out,
        )
    assert out.getvalue().startswith("2\tB\tprs_Gender\t")
    assert "Mariama" not in out.getvalue()


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": "aissatou@exemple.sn"},  # no supervisor
        {"owner": "bineta@exemple.sn"},  # no caseworker
        {"owner": "daouda@exemple.sn"},  # of another house
        {"organisation": "Personne"},
        {"region": "XX"},
    ],
)
def test_who_may_not_on_screen_may_not_here(cast: c.Cast, register: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        import_htcds(cast, register, write=True, **wrong)
    assert ImportBatch.objects.count() == 0


def test_an_export_is_asked_for_approved_on_screen_and_fetched(cast: c.Cast, tmp_path: Path) -> None:
    c.open_case(cast)
    asked, out = {"by": cast.aissatou.email}, StringIO()
    call_command("export_htcds", **asked, profile="core", purpose="archives", stdout=out)
    mark, path = out.getvalue().strip(), tmp_path / "export.csv"
    with pytest.raises(CommandError, match="not approved"):
        call_command("export_htcds", **asked, fetch=mark, output=path)
    (line,) = [
        row for row in sign_in(cast.bineta).get(reverse("home")).context["lines"] if "/exports/" in row["url"]
    ]
    assert press(sign_in(cast.bineta), line["url"], approve="yes").status_code == 302
    work()
    call_command("export_htcds", **asked, fetch=mark, output=path)
    assert c.SECRETS["family_name"] in path.read_text(encoding="utf-8-sig")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError):
        call_command("export_htcds", by=cast.bineta.email, fetch=mark, output=path)
