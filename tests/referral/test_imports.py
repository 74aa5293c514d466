"""A register comes in: read whole or not at all, written by the worker, taken back; and goes out again as it came."""

import io
import os
import time
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import strip_tags

from audit import clock
from audit.models import Event
from audit.rows import write
from crypto import blind_index, keyring
from crypto.models import DataKey, Match
from referral.enums import AgeBand, CaseState
from referral.htcds.mapping import OFFICIAL
from referral.htcds.reading import Register, read
from referral.htcds.standard import FIELDS
from referral.likeness import MatchDecision
from referral.models import Case, Draft, ImportBatch, ImportedRow, MatchReview, Person, Screening
from referral.queries.exchange import regions_by_word
from referral.queries.facts import not_victim_by_two
from referral.services import holds, importing
from referral.services.clock import run as run_rule
from referral.services.importing import IMPORT_UNDONE
from referral.services.watch import RULES
from tests import cast as c
from tests.contents import nothing_changes
from tests.referral import registers
from tests.referral.pages import later, press, same_as_unknown, sign_in, values_of
from tests.referral.story import said as errors_of
from tests.referral.test_case_life import decides
from tests.referral.test_rights import asked
from tests.working import work

pytestmark = pytest.mark.django_db(databases=["default", "audit"])

ROWS = 2000 if os.environ.get("FULL") == "1" else 30


def upload(cast: c.Cast, content: bytes, **typed: Any) -> Any:
    file = SimpleUploadedFile("registre.xlsx", content)
    given = {
        "file": file,
        "owner": str(cast.aissatou.pk),
        "region": str(cast.region.pk),
        "addresses": "names",
    }
    return press(sign_in(cast.bineta), reverse("import_new"), **given | typed)


def kept(cast: c.Cast, content: bytes, **typed: Any) -> ImportBatch:
    answer = upload(cast, content, **typed)
    assert answer.status_code == 302, answer.context["form"].errors
    return ImportBatch.objects.get(pk=answer["Location"].strip("/").rpartition("/")[2])


def written(cast: c.Cast, content: bytes) -> ImportBatch:
    batch = kept(cast, content)
    assert press(sign_in(cast.bineta), reverse("import", args=[batch.pk])).status_code == 302
    work()
    batch.refresh_from_db()
    return batch


def again(content: bytes) -> Register:
    bands = frozenset(AgeBand.values)
    return read(content, today=clock.now().date(), regions=regions_by_word(), bands=bands)


def words(page: Any) -> str:
    """What one reads on it."""
    return " ".join(strip_tags(page.content.decode()).split())


def official(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in OFFICIAL}


def fetched(cast: c.Cast, profile: str = "template") -> bytes:
    """Asked for by one supervisor's caseworker, approved by the supervisor, written by the worker."""
    browser = sign_in(cast.aissatou)
    asked = press(browser, reverse("export_new"), profile=profile, purpose="reprise du registre")
    url = asked["Location"]
    assert press(sign_in(cast.bineta), url, approve="yes").status_code == 302
    work()
    answer = browser.get(f"{url}file/")
    assert answer.status_code == 200
    return bytes(answer.content)


DECIDED = ("vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg")


# --- In and out ------------------------------------------------------------------------------------------------
@pytest.mark.no_cover  # long under FULL=1; each act is measured where it is tested
def test_a_filled_template_comes_in_without_loss_and_goes_out_equal_in_content(cast: c.Cast) -> None:
    content = registers.template(registers.people(ROWS))
    batch = written(cast, content)
    assert (batch.count, Case.objects.count(), batch.finished_at is not None) == (ROWS, ROWS, True)
    came = [official(row.values) for row in again(content).rows]
    for profile in ("template", "core"):
        went = [official(row.values) for row in again(fetched(cast, profile)).rows]
        assert went == came, profile
    # Nothing is left under the key with which it waited.
    assert not DataKey.objects.filter(scope_kind="draft", scope_id=batch.pk).exists()


def test_the_sheet_for_the_person_tells_what_the_register_said_and_names_no_colleague(cast: c.Cast) -> None:
    columns = (
        "prs_FirstName",
        "prs_Title",
        "vic_TraffickingStatus",
        "cas_CaseOwner",
        "cas_IncomingReferralDetails",
    )
    row = ("Awa", "élève canari", "ActualVictimOfTrafficking", "Mme Seck", "récit du collègue")
    written(cast, registers.text(columns, row))
    request = asked(cast, Case.objects.get())
    told = words(sign_in(cast.aissatou).post(reverse("request_report", args=[request.pk])))
    assert "élève canari" in told
    assert "Selon le registre Victime identifiée" in told
    assert "Mme Seck" not in told
    assert "récit du collègue" not in told
    look = Event.objects.using("audit").get(verb="reveal", object_type="referral.importedrow")
    assert (look.actor_id, look.scope) == (cast.aissatou.pk, "rights")


def test_what_was_corrected_here_goes_out_corrected_and_the_rest_as_it_came(cast: c.Cast) -> None:
    columns = ("prs_FirstName", "prs_SecondName", "prs_Gender", "prs_Title")
    written(cast, registers.text(columns, ("Awa", "Sow", "TransgenderFeminine", "élève")))
    edit = f"{reverse('case_edit', args=[Case.objects.get().pk])}?part=identity"
    assert press(sign_in(cast.aissatou), edit, family_name="Sall").status_code == 302
    (row,) = again(fetched(cast, "core")).rows
    assert (row.values["prs_SecondName"], row.values["prs_FirstName"]) == ("Sall", "Awa")
    assert (row.values["prs_Gender"], row.values["prs_Title"]) == ("TransgenderFeminine", "élève")


def test_what_the_template_has_no_column_for_goes_out_as_it_came(cast: c.Cast) -> None:
    columns = ("prs_FirstName", "prs_MiddleName", "spl_Type", "x_Dossier")
    written(cast, registers.text(columns, ("Awa", "Marie", "SocialCare", "12/B")))
    (row,) = again(fetched(cast)).rows
    assert [row.values[name] for name in columns] == ["Awa", "Marie", "SocialCare", "12/B"]


HEARD = ("vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation")


def test_what_a_register_says_of_trafficking_becomes_the_elements_of_the_file(cast: c.Cast) -> None:
    said = ("ThroughFamilyOrFamilyEvents", "DebtBondage; Other", "ForcedLabour; Other")
    written(cast, registers.text(("prs_FirstName", *HEARD), ("Awa", *said), ("Binta", "", "", "")))
    case, silent = Case.objects.order_by("seq")
    assert not Screening.objects.filter(case=silent).exists()
    with c.acting(cast.aissatou), keyring.revealing(found := Screening.objects.get(case=case)):
        assert found.answers == {
            "recruitment": ["ThroughFamilyOrFamilyEvents"],
            "control": ["DebtBondage", "OTHER"],
            "exploitation": ["ForcedLabour", "OTHER"],
        }
    browser = sign_in(cast.aissatou)
    opened = browser.post(reverse("case_reveal", args=[case.pk]), {"groups": ["screening"], "reason": "care"})
    assert "Servitude pour dettes" in words(opened)
    # Untouched it goes out as it came; then as it was corrected, and the rest as it came.
    (row, _silent) = again(fetched(cast, "core")).rows
    assert tuple(row.values[name] for name in HEARD) == said
    corrected = {"recruitment": [], "control": ["FalsePromises"], "exploitation": ["OTHER", "SN_GOLD_SITE"]}
    assert press(browser, reverse("case_screening", args=[case.pk]), **corrected).status_code == 302
    (row, _silent) = again(fetched(cast, "core")).rows
    assert [row.values.get(name) for name in HEARD] == [None, "FalsePromises", "ForcedLabour; Other"]


def test_a_status_stays_the_word_of_the_register_until_somebody_decides_here(cast: c.Cast) -> None:
    said = ("NotAVictimOfTrafficking", "Police")
    written(
        cast,
        registers.text(
            ("prs_FirstName", *DECIDED), ("Awa", *said), ("Binta", "ActualVictimOfTrafficking", "")
        ),
    )
    case, other = Case.objects.order_by("seq")
    browser = sign_in(cast.aissatou)
    page = words(browser.get(reverse("case", args=[case.pk])))
    assert "Aucune décision enregistrée ici Selon le registre Non victime de traite (Police)" in page
    assert "il ne dit pas qui a décidé" in words(browser.get(reverse("case", args=[other.pk])))
    assert "Non victime de traite (Police)" in words(browser.get(reverse("case_status", args=[case.pk])))
    # It is nobody's decision here: neither a row of them, nor one of the two persons that such an end takes.
    assert not case.statusdecisions.exists()
    assert decides(cast, "aissatou", case, "NotAVictimOfTrafficking").status_code == 302
    with c.acting(cast.aissatou):
        assert not not_victim_by_two(case)
    later(minutes=5)
    assert decides(cast, "aissatou", case, "PossibleVictimOfTrafficking", decider="NGO").status_code == 302
    assert "Selon le registre Non victime" in words(browser.get(reverse("case", args=[case.pk])))
    here, register = again(fetched(cast, "core")).rows
    assert [here.values[name] for name in DECIDED] == ["PossibleVictimOfTrafficking", "NGO"]
    assert [register.values.get(name) for name in DECIDED] == ["ActualVictimOfTrafficking", None]


def test_a_row_becomes_a_file_of_the_person_who_was_chosen(cast: c.Cast) -> None:
    columns = ("prs_FirstName", "prs_Birthdate", "prs_Gender", "prs_Citizenship", "cas_Status", "x_Region")
    born = clock.now().date() - timedelta(days=20 * 366)
    rows = [
        ("Awa", born.isoformat(), "Feminine", "GM; SN", "FollowUp", cast.region.code),
        ("Binta", "", "", "", "Closed", ""),
    ]
    batch = written(cast, registers.text(columns, *rows))
    assert (batch.closed, batch.ageless) == (1, 1)
    first, second = Case.objects.order_by("seq").select_related("person")
    assert (first.owner, first.state, first.region) == (cast.aissatou, CaseState.SCREENING, cast.region)
    assert (first.person.sex, first.person.age_status, first.person.age_band) == ("female", "adult", "18-20")
    assert (second.state, second.person.age_status) == (CaseState.CLOSED, "unknown")
    assert not second.tasks.filter(done_at=None).exists()
    page = sign_in(cast.aissatou).post(
        reverse("case_reveal", args=[first.pk]), {"groups": ["identity"], "reason": "care"}
    )
    assert "Gambie" in page.content.decode()
    # Done in the name of who ordered it, and written down for each file.
    created = Event.objects.filter(verb="create", object_type="referral.case", actor_id=cast.bineta.pk)
    assert set(created.values_list("case_id", flat=True)) == {first.pk, second.pk}


def test_what_the_register_said_is_read_with_a_reason(cast: c.Cast) -> None:
    written(cast, registers.text(("prs_FirstName", "prs_Salutation"), ("Awa", "Mme Canari")))
    case, browser = Case.objects.get(), sign_in(cast.aissatou)
    url = reverse("case_imported", args=[case.pk])
    assert url in browser.get(reverse("case", args=[case.pk])).content.decode()
    assert "Mme Canari" not in browser.get(url).content.decode()
    assert "Mme Canari" in browser.post(url, {"reason": "care"}).content.decode()
    look = Event.objects.using("audit").get(verb="reveal", object_type="referral.importedrow")
    assert (look.actor_id, look.case_id, look.scope) == (cast.aissatou.pk, case.pk, "care")
    other = c.open_case(cast)
    assert browser.get(reverse("case_imported", args=[other.pk])).status_code == 404


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


# --- In handfuls, and back -------------------------------------------------------------------------------------
def test_a_worker_that_dies_goes_on_where_it_stopped(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "HANDFUL", 5)
    batch = kept(cast, registers.template(registers.people(12)))
    press(sign_in(cast.bineta), reverse("import", args=[batch.pk]))
    with c.acting(cast.bineta):
        assert importing.write_handful(batch.pk, at=clock.now())
    assert Case.objects.count() == 5
    page = sign_in(cast.bineta).get(reverse("import", args=[batch.pk]))
    assert page.context["running"]
    assert 'value="5" max="12"' in page.content.decode()
    work()
    assert Case.objects.count() == 12
    assert sorted(ImportedRow.objects.values_list("number", flat=True)) == list(range(3, 15))
    page = sign_in(cast.bineta).get(reverse("import", args=[batch.pk]))
    assert (page.context["running"], page.context["label"]) == (False, "Importé")
    assert "Importation demandée" in words(page)
    work()
    assert Case.objects.count() == 12


def test_an_import_is_taken_back_but_for_what_somebody_has_opened_or_touched(
    cast: c.Cast, one_connection: None
) -> None:
    batch = written(cast, registers.template(registers.people(5)))
    touched, opened, held, *others = Case.objects.order_by("seq")
    with c.acting(cast.bineta) as actor:
        holds.set_hold(held.pk, by=actor, at=clock.now(), reason="instruction")
    browser, importer = sign_in(cast.aissatou), sign_in(cast.bineta)
    browser.get(reverse("case", args=[opened.pk]))
    importer.get(reverse("case", args=[others[0].pk]))  # whoever imported looks whether it came out well
    edit = f"{reverse('case_edit', args=[touched.pk])}?part=health"
    assert press(browser, edit, health="allergie").status_code == 302
    browser.post(reverse("draft_save", args=["edit_health", others[1].pk]), {"health": "à moitié dit"})
    with c.acting():
        pair = sorted(case.pk for case in others)
        write(MatchReview(first_id=pair[0], second_id=pair[1], found_at=clock.now(), likenesses=[]))
    assert press(importer, reverse("import_end", args=[batch.pk])).status_code == 302
    work()
    for case in others:
        assert importer.get(reverse("case", args=[case.pk])).status_code == 404
        assert browser.get(reverse("case", args=[case.pk])).status_code == 404
        assert not DataKey.objects.filter(case_id=case.pk).exists()
        assert Event.objects.filter(verb="key.shred", case_id=case.pk, reason_code=IMPORT_UNDONE).count() == 1
        assert Person.history.filter(case_id=case.pk).exists()
    with c.acting():
        assert not {blind_index.case_of(match) for match in Match.objects.all()} & set(pair)
    assert MatchReview.objects.get(first=pair[0], second=pair[1]).decision == MatchDecision.GONE
    assert not Draft.objects.exists()
    page = importer.get(reverse("import", args=[batch.pk]))
    assert (page.context["undone"], page.context["written"]) == (2, 3)
    assert page.context["label"] == "Importation annulée"
    for case in (touched, opened, held):
        assert browser.get(reverse("case", args=[case.pk])).status_code == 200
        assert reverse("case", args=[case.pk]) in page.content.decode(), "what stays is named"
    assert len(again(fetched(cast, "core")).rows) == 3


def test_one_person_alone_takes_an_import_back_within_a_day(cast: c.Cast) -> None:
    batch = written(cast, registers.template(registers.people(1)))
    url, browser = reverse("import_end", args=[batch.pk]), sign_in(cast.bineta)
    shown = browser.get(url)
    assert url in browser.get(reverse("import", args=[batch.pk])).content.decode()
    later(hours=24)
    browser = sign_in(cast.bineta)
    assert url not in browser.get(reverse("import", args=[batch.pk])).content.decode()
    late = browser.post(url, values_of(shown.context["form"]))
    assert (late.status_code, "24" in errors_of(late)) == (200, True)
    work()
    assert DataKey.objects.filter(case_id=Case.objects.get().pk).exists()


def test_what_the_system_does_by_itself_keeps_no_import(cast: c.Cast, one_connection: None) -> None:
    batch = written(cast, registers.template(registers.people(2)))
    assert press(sign_in(cast.bineta), reverse("import_end", args=[batch.pk])).status_code == 302
    later(days=40)  # the worker stood still
    with c.acting():
        for rule in RULES:
            run_rule(rule, clock.now())
    events = Event.objects.filter(case_id__isnull=False, actor_id=None, row_digest__isnull=False)
    assert events.exists(), "the clock has written into the files"
    work()
    page = sign_in(cast.bineta).get(reverse("import", args=[batch.pk]))
    assert (page.context["undone"], page.context["written"]) == (2, 0)


def test_what_was_read_and_never_ordered_leaves_nothing(cast: c.Cast) -> None:
    content = registers.template(registers.people(2))
    batch = kept(cast, content)
    assert press(sign_in(cast.bineta), reverse("import_end", args=[batch.pk])).status_code == 302
    assert "Abandonné" in words(sign_in(cast.bineta).get(reverse("imports")))
    forgotten = kept(cast, content)
    assert "Lu, pas encore importé" in words(sign_in(cast.bineta).get(reverse("imports")))
    later(days=8)
    with c.acting():
        assert run_rule("imports", clock.now()) == 1
    assert ImportedRow.objects.count() == Case.objects.count() == 0
    assert not DataKey.objects.filter(scope_id__in=[batch.pk, forgotten.pk]).exists()
    stale = sign_in(cast.bineta).post(reverse("import", args=[forgotten.pk]), {"version": 1, "key": batch.pk})
    assert (stale.status_code, Case.objects.count()) == (200, 0)


def test_a_strangers_import_is_not_there_and_a_caseworker_imports_nothing(cast: c.Cast) -> None:
    batch = kept(cast, registers.template(registers.people(1)))
    assert same_as_unknown(sign_in(cast.elisabeth), "import", batch.pk)
    assert same_as_unknown(sign_in(cast.elisabeth), "import_end", batch.pk)
    assert sign_in(cast.aissatou).get(reverse("import_new")).status_code == 403
    theirs = upload(cast, registers.template(registers.people(1)), owner=str(cast.daouda.pk))
    assert theirs.status_code == 200
