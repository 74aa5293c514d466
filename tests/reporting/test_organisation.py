"""The report of one organisation: each figure against a story whose sums were done by hand, on screen and in files."""

import io
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from docx import Document
from openpyxl import load_workbook

from audit.models import Event
from audit.rows import write
from partners.models import Code
from partners.queries import forget_codes
from reporting.workbook import SHEETS
from tests import cast as c
from tests.referral.pages import leaked, sign_in
from tests.reporting.conftest import Story
from tests.reporting.pages import report, row, tables_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

FILE = "report_organisation_file"


def test_the_house_reads_whom_it_received_and_how_long_they_stayed(story: Story) -> None:
    page = report(story.cast.codou, story.day(0), story.day(4))
    found = tables_of(page)
    assert row(found, "Personnes accueillies", "9 à 13 ans") == ["2", "0", "0", "2"]
    assert row(found, "Personnes accueillies", "21 à 29 ans") == ["2", "0", "0", "2"]
    assert row(found, "Personnes accueillies", "Total") == ["4", "0", "0", "4"]
    # The girls: three nights and five. The woman: five; she who came by herself: two.
    assert row(found, "Nuits par groupe de personnes", "Filles") == ["2", "8"]
    assert row(found, "Nuits par groupe de personnes", "Femmes") == ["2", "7"]
    assert row(found, "Nuits par groupe de personnes", "Total") == ["4", "15"]
    assert row(found, "Nuits par âge et sexe", "9 à 13 ans") == ["8", "0", "0", "8"]
    assert "Personnes orientées" not in found  # it sent nobody
    assert leaked(page) == []


def test_nights_are_cut_to_the_period(story: Story) -> None:
    one = tables_of(report(story.cast.codou, story.day(1), story.day(1)))
    assert row(one, "Nuits par groupe de personnes", "Total") == ["4", "4"]
    assert "Personnes accueillies" not in one  # nobody arrived on that day
    # The night that follows today has not ended: the same five nights, however far one looks.
    ahead = tables_of(report(story.cast.codou, story.day(3), story.day(40)))
    assert row(ahead, "Nuits par groupe de personnes", "Total") == ["2", "4"]


def test_the_house_reads_what_it_gave_and_answered(story: Story) -> None:
    found = tables_of(report(story.cast.elisabeth, story.day(0), story.day(4)))
    assert row(found, "Services rendus", "Hébergement d’urgence") == ["3", "3", "1"]
    assert row(found, "Comment les services se sont terminés", "Total") == ["1"]
    assert row(found, "Vos réponses", "Acceptée") == ["3"]
    assert row(found, "Vos réponses", "Refusée") == ["1"]
    assert row(found, "Vos réponses", "Total") == ["4"]
    assert row(found, "Pourquoi vous avez refusé", "Pas de place") == ["1"]
    assert row(found, "Temps de réponse", "Réponses") == ["4"]
    assert row(found, "Temps de réponse", "La moitié en moins de") == [
        "0 minute"
    ]  # three at once, one in two hours


def test_the_sender_reads_what_became_of_those_it_sent(story: Story) -> None:
    found = tables_of(report(story.cast.bineta, story.day(0), story.day(4)))
    assert row(found, "Personnes orientées", "Total") == ["4", "0", "0", "4"]
    assert [line[:2] for line in found["Orientations envoyées"][1:]] == [
        ["Prise en charge en cours", "2 *"],
        ["Terminée", "1 *"],
        ["Refusée", "1 *"],
        ["Total", "4 *"],
    ]
    assert not {"Personnes accueillies", "Services rendus"} & set(found)  # it lodged nobody


def test_another_house_reads_nothing_of_it(story: Story) -> None:
    assert tables_of(report(story.cast.ousmane, story.day(0), story.day(4))) == {}


def test_a_number_that_is_not_to_be_published_is_shown_with_its_sign(story: Story) -> None:
    found = tables_of(report(story.cast.codou, story.day(0), story.day(4)))
    totals = found["Personnes accueillies"][-1]
    assert totals == ["Total", "4 *", "0", "0", "4 *"]
    # Nights are many and people few: it is they who are counted.
    assert found["Nuits par groupe de personnes"][-1] == ["Total", "4 *", "15 *"]


def fetched(story: Story, kind: str, *, language: str = "fr") -> bytes:
    days = {"first": story.day(0).isoformat(), "last": story.day(4).isoformat()}
    codou = sign_in(story.cast.codou)
    codou.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = codou.get(reverse(FILE, args=[kind]), days)
    assert answer.status_code == 200
    name = answer["Content-Disposition"].partition("filename=")[2].strip('"')
    assert name == f"rapport-{days['first']}-{days['last']}.{kind}"
    return bytes(answer.content)


def whole(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def as_shown(cell: Any) -> str:
    """As a spreadsheet draws it: a number whose format puts a sign beside it."""
    return f"{cell.value} *" if isinstance(cell.value, int) and "*" in cell.number_format else str(cell.value)


def test_the_workbook_says_what_the_screen_says(story: Story) -> None:
    screen = tables_of(report(story.cast.codou, story.day(0), story.day(4)))
    content = fetched(story, "xlsx")
    book = load_workbook(io.BytesIO(content))
    sheets = {}
    for sheet in book.worksheets[1:]:
        rows = [[as_shown(cell) for cell in line] for line in sheet.iter_rows(min_row=3, max_col=20)]
        rows = [[value for value in line if value != "None"] for line in rows]
        sheets[sheet["A1"].value] = [line for line in rows if len(line) > 1]
    assert {title: rows for title, rows in sheets.items() if title in screen} == screen
    unshown = [rows[1:] for title, rows in sheets.items() if title not in screen]
    assert {value for rows in unshown for _label, *values in rows for value in values} <= {"0"}
    assert isinstance(book["Nos réponses"]["B4"].value, int)
    about = {line[0].value: line[1].value for line in book.worksheets[0].iter_rows(min_row=3)}
    assert about["Organisation"] == "Maison Teranga"
    assert str(story.day(0).year) in about["Période"]
    assert [secret for secret in c.SECRETS.values() if secret in whole(content)] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_sheet_has_a_short_name_of_its_own(story: Story, language: str) -> None:
    """Said on purpose: a spreadsheet cuts a longer name in the middle of a word, or numbers two that are alike."""
    book = load_workbook(io.BytesIO(fetched(story, "xlsx", language=language)))
    with translation.override(language):
        meant = [gettext("About"), *(str(name) for name in SHEETS.values())]
    assert book.sheetnames == meant
    assert len({name.casefold() for name in meant}) == len(meant)
    assert [name for name in meant if len(name) > 20 or set(name) & set("[]:*?/\\'")] == []
    assert ("Nuits par âge" in meant) == (language == "fr")


def test_the_text_has_real_headings_and_says_what_the_screen_says(story: Story) -> None:
    screen = tables_of(report(story.cast.codou, story.day(0), story.day(4)))
    content = fetched(story, "docx")
    text = Document(io.BytesIO(content))
    titles = [each.text for each in text.paragraphs if each.style.name == "Heading 2"]
    drawn = {
        title: [[cell.text for cell in line.cells] for line in table.rows]
        for title, table in zip(titles, text.tables, strict=True)
    }
    assert {title: rows for title, rows in drawn.items() if title in screen} == screen
    assert [each.text for each in text.paragraphs if each.style.name == "Heading 1"] == [
        "Rapport de mon organisation"
    ]
    assert text.core_properties.author == "Portail de suivi"
    assert [secret for secret in c.SECRETS.values() if secret in whole(content)] == []


def test_no_word_of_the_workbook_is_a_formula(story: Story) -> None:
    with c.acting(), transaction.atomic():
        reason = Code.objects.get(list="decline_reason", code="NO_CAPACITY")
        reason.fr = '=HYPERLINK("http://example.org";"Pas de place")'
        write(reason, fields=["fr"])
        centre = story.cast.centre
        centre.refresh_from_db()
        centre.name = "@SUM(1+1)"
        write(centre, fields=["name"])
    forget_codes()
    try:
        book = load_workbook(io.BytesIO(fetched(story, "xlsx")))
    finally:
        forget_codes()
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert any(cell.value == "@SUM(1+1)" for cell in cells)
    assert "f" not in {cell.data_type for cell in cells}


def test_each_reading_is_a_look_and_each_file_an_export(story: Story) -> None:
    report(story.cast.codou, story.day(0), story.day(4))
    fetched(story, "xlsx")
    fetched(story, "docx")
    events = Event.objects.using("audit").filter(actor_id=story.cast.codou.pk, scope__startswith="report.")
    assert list(events.order_by("seq").values_list("verb", "scope")) == [
        ("list", "report.organisation"),
        ("export", "report.organisation.xlsx"),
        ("export", "report.organisation.docx"),
    ]


def test_a_period_that_cannot_be_is_said_and_kept(cast: c.Cast) -> None:
    client, url = sign_in(cast.codou), reverse("report_organisation")
    page = client.get(url, {"first": "2026-11-30", "last": "2026-11-01"}).content.decode()
    assert "Le dernier jour précède le premier." in page
    assert 'value="2026-11-30"' in page
    assert client.get(reverse(FILE, args=["xlsx"]), {"first": "x", "last": "y"}).status_code == 404
    endless = {"first": "9999-12-01", "last": "9999-12-31"}
    assert client.get(url, endless).context["form"].errors.keys() == {"last"}
    assert client.get(reverse(FILE, args=["pdf"])).status_code == 404
