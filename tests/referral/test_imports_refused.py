"""The empty register, and what is not taken in: every fault is named, and nothing is written."""

import io
import time
import zipfile
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from crypto import keyring
from referral.htcds.mapping import OFFICIAL
from referral.htcds.standard import FIELDS
from referral.models import Case, ImportBatch
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral import registers
from tests.referral.importing import upload, words, written
from tests.referral.pages import sign_in
from tests.referral.story import said as errors_of

pytestmark = pytest.mark.django_db(databases=["default", "audit"])


# --- The empty register ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_empty_register_can_be_fetched_filled_in_and_imported(cast: c.Cast, kind: str) -> None:
    browser, url = sign_in(cast.bineta), reverse("import_template", args=[kind])
    assert url in browser.get(reverse("import_new")).content.decode()
    answer = browser.get(url)
    assert answer["Content-Disposition"] == f'attachment; filename="htcds.{kind}"'
    filled = {
        "prs_FirstName": "Awa",
        "prs_MailingCity": "Mbour",
        "prs_Gender": "Feminine",
        "x_AgeBand": "6-8",
    }
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        columns = [cell.value for cell in book.worksheets[0][1]]
        for name, value in filled.items():
            book.worksheets[0].cell(3, columns.index(name) + 1, value)
        content = registers.saved(book)
    else:
        names = answer.content.decode("utf-8-sig").splitlines()[0].split(";")
        content = answer.content + ";".join(filled.get(name, "") for name in names).encode()
    assert set(OFFICIAL) <= set(columns if kind == "xlsx" else names)
    batch = written(cast, content)  # asks nothing: its headings are those of its columns
    with c.acting(cast.bineta), keyring.revealing(row := batch.rows.get()):
        assert row.values == filled
    assert Case.objects.get().person.age_band == "6-8"


def test_the_empty_workbook_says_what_may_stand_in_every_column(cast: c.Cast) -> None:
    content = sign_in(cast.bineta).get(reverse("import_template", args=["xlsx"])).content
    _register, columns, codes = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    described = {row[1]: row for row in columns.iter_rows(min_row=2, values_only=True)}
    assert set(described) == {*OFFICIAL, "x_Region", "x_AgeBand"}
    assert described["prs_Birthdate"][0] == "G"
    listed = {(row[0], row[1]): row[2:] for row in codes.iter_rows(min_row=2, values_only=True)}
    assert listed["prs_Gender", "Feminine"] == ("Feminine", "Féminin")
    assert listed["cas_Status", "FollowUp"] == ("Follow Up", "Suivi")
    assert listed["prs_Citizenship, prs_MailingCountry", "SN"] == ("Senegal", "Sénégal")
    # Of several words of the ministry for one of the standard, the one that means no more than it.
    assert listed["vic_TypeOfExploitation", "Other"] == ("Other", "Autre (à préciser)")
    assert listed["x_Region", cast.region.code][1] == cast.region.name
    assert ("x_AgeBand", "6-8") in listed
    names = {name for name, _code in listed for name in name.split(", ")}
    assert names >= {name for name in OFFICIAL if FIELDS[name].kind == "code"}


# --- Nothing of a faulty file ----------------------------------------------------------------------------------
FAULTS: dict[str, tuple[Any, str]] = {
    "prs_Birthdate": ("31/02/2012", "date"),
    "cas_IncomingReferralDate": ("2090-01-01", "avenir"),
    "cas_OutgoingReferralDate": ("1812-01-01", "1900"),
    "con_Consent": ("peut-être", "TRUE"),
    "prs_Gender": ("Fille", "Feminine"),
    "prs_Citizenship": ("Senegal; Atlantide", "prs_Citizenship"),
    "vic_TraffickingStatus": ("PossibleVictimOfTrafficking; NotAVictimOfTrafficking", "seule"),
    "prs_Email": ("awa chez exemple", "électronique"),
    "prs_MobilePhone": ("appeler la tante", "téléphone"),
    "prs_FirstName": ("x" * 501, "500"),
    "prs_SecondName": ("=A1&B1", "calculée"),
    "prs_Title": ("#DIV/0!", "échoué"),
}


def faulty() -> bytes:
    """One fault of each kind, each in a row of its own, among rows without any."""
    book = openpyxl.load_workbook(io.BytesIO(registers.template(registers.people(len(FAULTS) + 4))))
    sheet = book.active
    assert sheet is not None
    for number, (name, (value, _reason)) in enumerate(FAULTS.items()):
        cell = sheet.cell(number + 3, registers.COLUMN[name] + 1, value)
        if name == "prs_Title":
            cell.data_type = "e"
    last = len(FAULTS) + 3
    sheet.merge_cells(start_row=last, start_column=3, end_row=last, end_column=4)
    sheet.cell(last + 1, 45, "une note")
    return registers.saved(book)


def test_every_fault_is_reported_with_row_column_and_reason_and_nothing_is_written(cast: c.Cast) -> None:
    content = faulty()
    with nothing_changes():
        page = upload(cast, content)
    assert page.status_code == 200
    faults = [fault for fault, _heading in page.context["faults"]]
    found = {(fault.row, fault.field): str(fault.reason) for fault in faults}
    for number, (name, (_value, reason)) in enumerate(FAULTS.items()):
        assert reason in found.pop((number + 3, name)).replace("\xa0", " "), name
    assert {row for row, _field in found} == {len(FAULTS) + 3, len(FAULTS) + 4}
    body = words(page)
    assert all(f"Ligne {fault.row}, colonne {fault.column}" in body for fault in faults)
    # A column is called as the reader calls it, and each reason says what to do.
    assert "Date de naissance (prs_Birthdate) Ce n’est pas une date" in body
    assert all(
        " :" in str(fault.reason).replace("\xa0", " ") or "Écrivez" in str(fault.reason) for fault in faults
    )
    # The report says where, never what: names and numbers stand in the file.
    assert "appeler la tante" not in body


WHOLE_FILES = {
    "empty": (b"", "vide"),
    "blank": (b" \n", "vide"),
    "neither": (b"\x00\x01\x02 rien", "ni un classeur"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 xls", "xlsx"),
    "damaged": (b"PK\x03\x04 ceci n'est pas un classeur", "endommagé"),
    "wrong": (registers.text(("nom", "prénom"), ("a", "b")), "en-têtes"),
    "no rows": (registers.text(("prs_FirstName", "prs_SecondName")), "aucune ligne"),
    "too long": (registers.text(("prs_FirstName", "prs_SecondName"), *[("a", "b")] * 50_000), "5000 lignes"),
}


@pytest.mark.parametrize("kind", WHOLE_FILES)
def test_a_file_that_is_no_register_is_refused_in_a_sentence(cast: c.Cast, kind: str) -> None:
    content, sentence = WHOLE_FILES[kind]
    page = upload(cast, content)
    assert page.status_code == 200
    assert sentence in " ".join(page.context["form"].errors["file"]).replace("\xa0", " ").replace(
        "\u202f", ""
    )
    assert ImportBatch.objects.count() == 0


def unfolding(*rows: str) -> bytes:
    """A workbook of a few kilobytes whose cells lie far away."""
    made, sheet = io.BytesIO(), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(registers.template([]))) as plain, zipfile.ZipFile(made, "w") as far:
        for name in plain.namelist():
            content = plain.read(name)
            if name == sheet:
                before, _data, after = content.partition(b"</sheetData>")
                content = before + "".join(rows).encode() + b"</sheetData>" + after
            far.writestr(name, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


FAR = {
    "below": (unfolding('<row r="1000000"><c r="A1000000"><v>1</v></c></row>'), "5000 lignes"),
    "right": (unfolding(*(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(103, 5000))), "déploie"),
}


@pytest.mark.parametrize("where", FAR)
def test_a_cell_that_says_it_is_far_away_is_refused_at_once(cast: c.Cast, where: str) -> None:
    content, sentence = FAR[where]
    begun = time.process_time()
    page = upload(cast, content)
    assert time.process_time() - begun < 3
    assert page.status_code == 200
    assert sentence in errors_of(page).replace("\xa0", " ").replace("\u202f", "")


def test_a_file_that_is_too_large_is_not_taken_and_lies_nowhere(
    cast: c.Cast, tmp_path: Any, settings: Any
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    page = upload(cast, b"x" * (11 * 1024 * 1024))
    assert "10" in " ".join(page.context["form"].errors["file"])
    assert list(tmp_path.iterdir()) == []


def test_the_official_template_asks_how_its_address_was_filled_in(cast: c.Cast) -> None:
    content = registers.template([{"prs_FirstName": "Awa", "prs_MailingCity": "12 rue A"}])
    page = upload(cast, content, addresses="")
    assert list(page.context["form"].errors) == ["addresses"]
    written(cast, content)
    case = Case.objects.get()
    opened = sign_in(cast.aissatou).post(reverse("case_imported", args=[case.pk]), {"reason": "care"})
    assert ("Ville", "12 rue A") in opened.context["values"]
