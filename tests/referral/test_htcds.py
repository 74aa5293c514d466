"""HTCDS 2.0 as its own files have it: slips, labels, joins, and what a spreadsheet makes of a cell."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from referral.enums import AgeBand
from referral.htcds.mapping import COLUMNS, FEWEST, QUASI, File, deidentified, row_of
from referral.htcds.reading import Register, read
from referral.htcds.sheets import UNFOLDED, Unreadable
from referral.htcds.standard import FIELDS, TEMPLATE, words_of
from referral.htcds.writing import csv_of, guarded, xlsx_of
from tests.referral import registers

TODAY = date(2026, 11, 29)


def reads(content: bytes, **more: Any) -> Register:
    bands = frozenset(AgeBand.values)
    return read(content, today=TODAY, regions={"sn-dk": "SN-DK", "dakar": "SN-DK"}, bands=bands, **more)


def value(name: str, cell: str) -> str:
    """What a cell of text is read as; the reason where it is refused."""
    register = reads(registers.text((name, "cas_CaseOwner"), (cell, "Mme Seck"), separator=","))
    if register.faults:
        return f"!{register.faults[0].reason}"
    return register.rows[0].values.get(name, "")


def test_the_standard_is_whole() -> None:
    assert len(TEMPLATE) == 38
    assert all(words_of(field.list) for field in FIELDS.values() if field.kind == "code")
    assert len(set(words_of("country").values())) == 249


# --- Headings --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("heads", [1, 2])
def test_names_or_labels_alone_are_enough(heads: int) -> None:
    names, labels = [field.name for field in TEMPLATE], [field.label for field in TEMPLATE]
    filled = [""] * len(TEMPLATE)
    filled[names.index("prs_MailingCity")], filled[names.index("prs_Title")] = "Mbour", "élève"
    register = reads(registers.text(names if heads == 1 else labels, filled))
    assert register.rows[0].values == {"prs_MailingCity": "Mbour", "prs_Title": "élève"}


def test_the_slips_of_the_official_files_are_known() -> None:
    """C02: a letter missing; C03: no name at all; C04: other names in the form for telephones."""
    (row,) = reads(registers.template([{"cas_ReasonForOutgoingReferral": "Other", "prs_Title": "x"}])).rows
    assert (row.number, row.values["cas_ReasonForOutgoingReferral"]) == (3, "Other")
    columns = ("prs_First_Name", "vic_Methods_of_Control", "vic_TraffickinStatusDecisionMakingOrg")
    (row,) = reads(registers.text(columns, ("Awa", "DebtBondage  FalsePromises", "police"))).rows
    assert row.values == {
        "prs_FirstName": "Awa",
        "vic_MethodsOfControl": "DebtBondage; FalsePromises",
        "vic_TraffickingStatusDecisionMakingOrg": "Police",
    }


def test_the_address_is_read_by_hidden_names_or_by_what_people_saw() -> None:
    """C01: column N is called city and shows street."""
    content = registers.template([{"prs_MailingCity": "12 rue A", "prs_MailingPostalCode": "Senegal"}])
    assert reads(content).rows[0].values["prs_MailingCity"] == "12 rue A"
    seen = reads(content, by_labels=True).rows[0].values
    assert seen == {"prs_MailingStreet": "12 rue A", "prs_MailingCountry": "SN"}


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        (("prs_FirstName", "prs_Title", "prs_Surname"), "C"),
        (("prs_FirstName", "prs_Title", "prs_FirstName"), "C"),
        (("prs_FirstName", "prs_SecondName", "Vorname"), "C"),
    ],
)
def test_a_heading_that_is_not_known_or_stands_twice_is_a_fault(
    columns: tuple[str, ...], column: str
) -> None:
    (fault,) = reads(registers.text(columns, ("Awa", "b", "c"))).faults
    assert (fault.row, fault.column) == (1, column)


def test_a_name_and_a_label_that_disagree_are_a_fault() -> None:
    names, labels = ["prs_FirstName", "prs_SecondName"], ["First Name", "Email"]
    (fault,) = reads(registers.text(names, labels, ("Awa", "Sow"))).faults
    assert (fault.row, fault.column) == (1, "B")


def test_a_column_that_the_template_lacks_may_stand_under_name_and_label() -> None:
    names, labels = ["prs_FirstName", "prs_SecondName", "spl_Type"], ["First Name", "Second Name", "Type"]
    (row,) = reads(registers.text(names, labels, ("Awa", "Sow", "Health"))).rows
    assert row.values["spl_Type"] == "Health"


def test_a_row_may_say_nothing_but_its_first_column() -> None:
    (row,) = reads(registers.text(("prs_FirstName", "prs_Title"), ("Awa", ""), ("", ""))).rows
    assert row.values == {"prs_FirstName": "Awa"}


def test_columns_of_ones_own_are_kept_word_for_word() -> None:
    (row,) = reads(
        registers.text(("prs_FirstName", "x_Dossier", "x_Region"), ("Awa", " 12/B ", "dakar"))
    ).rows
    assert row.values == {"prs_FirstName": "Awa", "x_Dossier": "12/B", "x_Region": "SN-DK"}


# --- Cells -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("prs_Gender", "  feminine\u00a0", "Feminine"),
        ("prs_Gender", "Not specified/UNKNOWN", "NonSpecifiedUnknown"),
        ("cas_Status", "Follow up", "FollowUp"),
        ("cas_ReasonForIncomingReferral", "Migration Or Change Of Location", "MigrationOrChangeOfLocation"),
        ("vic_MethodsOfControl", "Debt bondage ; Threats", "DebtBondage; PhysicalThreats"),
        ("vic_MethodsOfControl", "RestrictsMovement;UsesChildren", "RestrictsMovement; UsesChildren"),
        ("prs_Citizenship", "Guinea; Guinea-Bissau; Niger; Nigeria", "GN; GW; NE; NG"),
        ("prs_Citizenship", "SN; Senegal", "SN"),
        ("org_Type", "School or college", "SchoolOrCollege"),
        ("hte_Type", "transit", "Transit"),
        ("spl_Type", "Rights-based training", "RightsBasedTraining"),
        (
            "vic_ForcedLabourIndustry",
            "Water supply; sewerage, waste management and remediation; Education",
            "E_WaterSupplySewerageWasteManagement; P_Education",
        ),
        (
            "vic_ForcedLabourIndustry",
            "Education; Activities of households as employers; undifferentiated goods- and services- producing"
            " activities of households for own use",
            "P_Education; T_ActivitiesOfHouseholdsAsEmployers",
        ),
        ("prs_Birthdate", "2012-05-01", "2012-05-01"),
        ("prs_Birthdate", "01/05/2012", "2012-05-01"),
        ("prs_Birthdate", "2012-05-01 00:00:00", "2012-05-01"),
        ("con_Consent", "oui", "TRUE"),
        ("con_Consent", "0", "FALSE"),
        ("prs_MobilePhone", "+221 77 123-45-67", "+221 77 123-45-67"),
        ("prs_Salutation", "'=A1", "=A1"),
    ],
)
def test_a_cell_is_read_as_the_standard_would_write_it(name: str, cell: str, expected: str) -> None:
    assert value(name, cell) == expected


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("prs_Gender", "Feminine; Masculine"),
        ("vic_MethodsOfControl", "DebtBondage; autre"),
        ("vic_MethodsOfControl", "DebtBondageFalsePromises"),
        ("prs_Birthdate", "2012"),
        ("prs_Birthdate", "05-2012"),
        ("prs_Birthdate", "2030-01-01"),
        ("prs_Email", "awa"),
        ("x_Region", "Atlantide"),
        ("x_AgeBand", "12"),
        ("prs_FirstName", "Awa\x07"),
    ],
)
def test_what_cannot_be_read_is_refused_without_being_repeated(name: str, cell: str) -> None:
    reason = value(name, cell)
    assert reason.startswith("!")
    assert cell not in reason


def test_no_cell_is_so_long_that_looking_at_it_takes_long() -> None:
    """Some codes again and again, or dots that may all be the last of an address: a small file holds many of them."""
    for field in FIELDS.values():
        if field.kind == "code":
            word = next(iter(words_of(field.list)))
            assert " 1000 " in value(field.name, f"{word};" * 900 + "z").replace("\xa0", " "), field.name
    for name in ("prs_Email", "prs_MobilePhone", "prs_Birthdate", "con_Consent", "prs_FirstName"):
        assert " 500 " in value(name, "a@" + "." * 499).replace("\xa0", " "), name
    countries = sorted(set(words_of("country").values()))
    assert value("prs_Citizenship", ";".join(countries)) == "; ".join(countries)


def test_dates_and_numbers_of_a_spreadsheet_are_read_for_what_they_are() -> None:
    row = {"prs_Birthdate": 41030, "prs_HomePhone": 221338000000.0, "con_Consent": True, "prs_Title": 7}
    (read_row,) = reads(registers.template([row])).rows
    assert read_row.values == {
        "prs_Birthdate": "2012-05-01",
        "prs_HomePhone": "221338000000",
        "con_Consent": "TRUE",
        "prs_Title": "7",
    }


def test_a_register_may_stand_on_any_sheet() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(registers.template([{"prs_FirstName": "Awa", "prs_Title": "x"}]))
    )
    book.create_sheet("notes", 0).append(["à lire", "d'abord"])
    assert len(reads(registers.saved(book)).rows) == 1


# --- Files that mean harm --------------------------------------------------------------------------------------
def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_workbook_that_unfolds_without_end_is_not_unfolded() -> None:
    bomb = packed(**{"xl/worksheets/sheet1.xml": b" " * (UNFOLDED + 1)})
    assert len(bomb) < 1024 * 1024
    with pytest.raises(Unreadable, match="déploie"):
        reads(bomb)


def test_a_workbook_with_entities_is_not_read() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(Unreadable, match="aucun tableur"):
        reads(packed(**{"xl/sharedStrings.xml": laughs}))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+221770000000", "-2", "@SUM(A1)", "\tx", "＝1", "＋1", "－1", "＠x", " =1", "'=1", "''=1"],
)
def test_what_a_spreadsheet_would_compute_is_written_as_text_and_read_back_as_it_was(text: str) -> None:
    assert guarded(text).startswith("'")
    content = csv_of(
        ["prs_Title", "prs_FirstName"], [{"prs_Title": text, "prs_FirstName": "Awa"}], ["marque"]
    )
    assert reads(content).rows[0].values["prs_Title"] == text.strip()
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(["prs_Title"], [{"prs_Title": text}], ["marque"])))
    assert book.worksheets[0]["B3"].data_type == "s"


@pytest.mark.parametrize("text", ["Awa", "l'école", "'école'", "1 - 2", ""])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text


# --- What goes out ---------------------------------------------------------------------------------------------
def file(**more: Any) -> File:
    return File(
        **{
            "reference": "0000 0000 1",
            "region": "SN-DK",
            "state": "screening",
            "owner": "Aïssatou",
            "opened_on": date(2026, 3, 1),
            "sex": "female",
            "age_status": "child",
            "age_band": "9-13",
            "birth_date": date(2014, 5, 1),
            "given_names": "Mariama",
            "family_name": "Ndiaye",
            "nationality": "SN",
            "phone": "+221770000000",
            "outgoing": ("Maison Teranga", "Codou", date(2026, 3, 2)),
        }
        | more
    )


def test_a_file_of_ours_goes_out_in_names_and_codes_of_the_standard() -> None:
    row = row_of(file(), {})
    assert row["prs_Gender"] == "Feminine"
    assert (row["cas_Status"], row["cas_IncomingReferralDate"]) == ("Active", "2026-03-01")
    assert (row["cas_ReferredOrganisation"], row["cas_OutgoingReferralDate"]) == (
        "Maison Teranga",
        "2026-03-02",
    )
    assert not reads(csv_of(COLUMNS["core"], [row], [])).faults
    assert "prs_Citizenship" not in row_of(file(nationality="ZZ"), {})
    # Details of another referral than the newest are not those of this one.
    before = {"cas_ReferredOrganisation": "Maison Rose", "cas_OutgoingReferralDetails": "deux nuits"}
    assert "cas_OutgoingReferralDetails" not in row_of(file(), before)
    assert row_of(file(outgoing=None), before)["cas_OutgoingReferralDetails"] == "deux nuits"


def test_without_identities_nothing_is_left_of_who_it_is() -> None:
    kept = {"prs_MailingStreet": "12 rue A", "cas_IncomingReferralDetails": "récit", "x_Dossier": "12/B"}
    alike = [(file(), kept)] * FEWEST
    rare = [(file(region="SN-ZG"), kept)] * (FEWEST - 1)
    rows, shortened = deidentified([*rare, *alike])
    assert (len(rows), shortened) == (2 * FEWEST - 1, FEWEST - 1)
    told = {name for row in rows for name in row}
    assert told <= set(COLUMNS["deidentified"])
    held = {value for row in rows for value in row.values()}
    for secret in (
        "Mariama",
        "Ndiaye",
        "+221770000000",
        "2014-05-01",
        "12 rue A",
        "récit",
        "0000 0000 1",
        "Codou",
    ):
        assert secret not in held
    blank = [row for row in rows if not any(row[name] for name in QUASI)]
    assert len(blank) == FEWEST - 1
    assert all(row["x_Year"] == "2026" for row in rows)
